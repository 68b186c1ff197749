"""Core, exterior or borderline: whether an initiative is in every plan worth as much as the best one, or in none.

With an initiative forced out (or in) the tree's bound falls to b. Where b < incumbent − ε no plan as good as the
incumbent is without (or with) it: the initiative is *core* (or *exterior*), and that is proved. Else it is borderline:
as far as is known there may be a plan as good on either side. What forcing costs lies in [incumbent₀ − bound₁,
bound₀ − incumbent₁]. Source: results.md; Liesiö, Mild and Salo (2007), "Preference programming for robust portfolio
modeling", for the terms.
"""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from .form import Form
from .moving import EQUAL
from .whatif import Base, Effect, Question

AT_ONCE = 0.2  # part of the time for what the base's tree tells
CORE, EXTERIOR, BORDERLINE = "core", "exterior", "borderline"


@dataclass(frozen=True)
class Membership:
    """An initiative's place: what it is, whether the plan funds it, and what the opposite does (None: a rule decides).

    `why` says which rule decides, where one does. `epsilon` is ε, in the goal's units.
    """

    initiative: str
    place: str
    funded: bool
    effect: Effect | None
    epsilon: float
    why: str = ""


def gate(form: Form, initiative: str) -> int | None:
    """Return the column that is 1 where an initiative is funded: its first milestone by the end; None: it never is."""
    places = [(t, column) for (i, _, t), column in form.starts.items() if i == initiative]
    if not places:
        return None
    last: dict[str, tuple[int, int]] = {}
    for (i, milestone, t), column in form.starts.items():
        if i == initiative and t >= last.get(milestone, (0, 0))[0]:
            last[milestone] = t, column
    return next(iter(last.values()))[1]


def forced(form: Form, initiative: str, inside: bool) -> Form | None:
    """Return the form in which an initiative is funded, or not at all; None where no column decides that."""
    column = gate(form, initiative)
    if column is None:
        return None
    lower, upper = form.program.lower.copy(), form.program.upper.copy()
    if inside:
        lower[column] = 1.0
    else:
        for (i, _, _), each in form.starts.items():
            if i == initiative:
                upper[each] = 0.0
    if (lower > upper).any():
        return None
    return replace(form, program=form.program.with_bounds(lower, upper))


def membership(base: Base, initiative: str, seconds: float) -> Membership:
    """Return the place of an initiative, searched for some seconds."""
    epsilon = EQUAL * max(1.0, abs(base.incumbent)) * abs(base.form.scale)
    funded = any(i == initiative for i, _ in base.schedule)
    status = base.case.initiatives[initiative].status
    ruled = status if status in ("mandatory", "excluded") else ""
    form = forced(base.form, initiative, not funded)
    if form is None or ruled:
        why = ruled or "it has no period to begin in"
        return Membership(initiative, CORE if funded else EXTERIOR, funded, None, epsilon, why)
    question = Question(base, form)
    if funded:
        question.offer([{key: t for key, t in base.schedule.items() if key[0] != initiative}])
    if not question.tree.bound < base.incumbent * (1 - EQUAL):
        end = time.monotonic() + seconds
        if not question.search(AT_ONCE * seconds):
            question.afresh(end - time.monotonic(), whole=False, plans=False)
    return _placed(base, Membership(initiative, BORDERLINE, funded, None, epsilon), question)


def with_plan(base: Base, known: Membership, seconds: float, whole: bool = False) -> Membership:
    """Return the place of an initiative with the best plan on the other side that some seconds of search find.

    `whole`: branch and bound looks for a better bound, too.
    """
    form = forced(base.form, known.initiative, not known.funded)
    if form is None or known.effect is None:
        return known
    question = Question(base, form)
    if known.effect.schedule:
        question.offer([known.effect.schedule])
    question.afresh(seconds, whole)
    if known.effect.bound is not None:
        question.tree.ceiling = min(question.tree.ceiling, known.effect.bound / base.form.scale)
    return _placed(base, known, question)


def beside(base: Base, known: Membership, plans: Sequence[Effect], bound: float | None) -> Membership:
    """Return the place of an initiative in the light of other plans, and of a bound on its other side (as a goal)."""
    effect, scale = known.effect, base.form.scale
    if effect is None or effect.infeasible:
        return known
    other = [e for e in plans if e.schedule and _funds(e, known.initiative) is not known.funded]
    best = max((effect, *other), key=lambda e: -math.inf if e.incumbent is None else e.incumbent / scale)
    low = -math.inf if best.incumbent is None else best.incumbent / scale
    high = max(low, min((b / scale for b in (effect.bound, bound) if b is not None), default=math.inf))
    ends = abs(scale) * (low - base.bound), abs(scale) * (high - base.incumbent)
    least, most = ends if scale > 0 else (-ends[1], -ends[0])
    told = scale * high if math.isfinite(high) else None
    tight = replace(best, bound=told, kept=effect.kept, least=least, most=most)
    return replace(known, place=_place(base, known, high), effect=tight)


def _funds(effect: Effect, initiative: str) -> bool:
    """Tell whether the plan of an effect funds an initiative."""
    return any(i == initiative for i, _ in effect.schedule)


def _placed(base: Base, known: Membership, question: Question) -> Membership:
    """Return the place that what is known of a question tells."""
    return replace(known, place=_place(base, known, question.tree.bound), effect=question.effect())


def _place(base: Base, known: Membership, high: float) -> str:
    """Return the place of an initiative of which no plan on the other side is worth more than `high` (maximised)."""
    proved = abs(base.form.scale) * (base.incumbent - high) > known.epsilon
    return (CORE if known.funded else EXTERIOR) if proved else BORDERLINE
