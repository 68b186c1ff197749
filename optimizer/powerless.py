"""Limits that are proved not to bring an initiative in without a search: by the prices of the forced tree's leaves.

A limit gives only more room the farther it goes. So no part of a change brings an initiative in where, with the limit
at its far end, the base's plan still holds and the leaves of the tree in which the initiative is forced in, carried
over (`tree`, weak duality), leave no plan with it that is better. Most limits of a case are like that for most
initiatives, even several of them together, so that one program tells of a group.
"""

import math
from collections.abc import Sequence

from pyomo.common.gc_manager import PauseGC

from ..inputs.faults import InputError
from .form import form_of
from .membership import forced
from .moving import EQUAL
from .tree import carried
from .trial import Ground
from .ways import Way
from .whatif import holds

GROUP = 8  # limits that are looked at together first


def powerless(ground: Ground, ways: Sequence[Way]) -> list[bool]:
    """Tell of each limit whether it is proved not to bring the initiative in, however far it goes."""
    with PauseGC():
        return _each(ground, ways)


def _each(ground: Ground, ways: Sequence[Way]) -> list[bool]:
    """Look at all limits at their far ends together, and at either half where that proves nothing."""
    if _none(ground, ways):
        return [True] * len(ways)
    half = len(ways) // 2
    return [False] if not half else [*_each(ground, ways[:half]), *_each(ground, ways[half:])]


def _none(ground: Ground, ways: Sequence[Way]) -> bool:
    """Tell whether limits are proved not to bring the initiative in, all together."""
    base, question = ground.base, ground.now[True]
    if question is None or not ground.wanted:
        return False
    try:
        case = base.case.apply([change for way in ways for change in way.changes(way.most)])
    except InputError:
        return False
    if case.contradictions:
        return False
    form = form_of(case, base.case)
    if form.columns != base.form.columns or form.scale != base.form.scale or not holds(form, base.x):
        return False
    held = forced(form, ground.initiative, True)
    if held is None:
        return False
    most = max((leaf.value for leaf in carried(question.tree.leaves, question.form, held)), default=-math.inf)
    reached = float(form.program.cost @ base.x + form.program.offset)
    return most <= reached + EQUAL * max(1.0, abs(reached))
