"""Other portfolios nearly as good: the best plan that differs from all those found so far, again and again.

With y_i = 1 where initiative i is funded, a further plan keeps for every portfolio S that is known

    Σ_{i in S} (1 − y_i) + Σ_{i not in S} y_i ≥ d,

and is worth at least (1 − tolerance) of the best. The search starts from the plan without what it misses least and from
plans that other questions about the same case have found, and looks around them; its bound says whether there is any
further one.
Source: results.md; Tsai, Lin and Hwang (2008) for the cut.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array, vstack

from .form import Form
from .membership import forced, gate
from .moving import Schedule
from .turning import own_value
from .whatif import Base, Effect, Question

AROUND = 0.2  # part of the time for a look at the tree, before and after initiatives are forced in
FORCED = 6.0  # seconds for one that is forced in, if there are as many
OFFERED = 8  # schedules at most that are tried for each portfolio


@dataclass(frozen=True)
class Alternative:
    """A further portfolio: what it does beside the base's plan, and which initiatives it funds."""

    number: int
    effect: Effect
    funded: frozenset[str]


@dataclass(frozen=True)
class Further:
    """The end of the list: the bound on any plan that differs from those listed, and whether none is as good."""

    bound: float
    none: bool


def alternatives(
    base: Base,
    count: int,
    tolerance: float,
    distance: int,
    seconds: float,
    found: Sequence[Schedule] = (),
    likely: Sequence[str] = (),
) -> Iterator[Alternative | Further]:
    """Yield at most `count` portfolios, best first as far as is known, then what is known of any further one.

    `found` are schedules that other questions about the same case have led to, the best first (they have tried the plan
    without any one initiative), `likely` initiatives that another portfolio may fund, the best first.
    """
    gates = {i: column for i in base.case.initiatives if (column := gate(base.form, i)) is not None}
    known = [frozenset(i for i, _ in base.schedule)]
    least = base.incumbent - tolerance * abs(base.incumbent)
    for number in range(1, count + 2):
        form = different(base.form, gates, known, distance)
        question = Question(base, form)
        if not question.closed:
            near = [*found, *(fewer(base, distance) if distance > 1 or not found else ())]
            _offer(question, [each for each in near if all(apart(each, other) >= distance for other in known)])
            if not question.search(AROUND * seconds):
                _with_another(question, likely, seconds, least)
                question.search(AROUND * seconds)
        bound, reached = question.tree.bound, question.tree.objective
        if number > count or reached is None or reached < least:
            yield Further(base.form.scale * bound, bool(bound < least))
            return
        effect = question.effect()
        funded = frozenset(i for i, _ in effect.schedule)
        known.append(funded)
        yield Alternative(number, effect, funded)


def _offer(question: Question, near: Sequence[Schedule]) -> None:
    """Try schedules until one can be paid: the best come first."""
    for schedule in near[:OFFERED]:
        question.offer([schedule])
        if question.tree.objective is not None:
            return


def _with_another(question: Question, likely: Sequence[str], seconds: float, least: float) -> None:
    """Force initiatives in, one after the other, until a portfolio is found that is worth enough."""
    end, tree = time.monotonic() + seconds, question.tree
    for initiative in likely:
        left = end - time.monotonic()
        if tree.interrupt or left <= 0.0 or (tree.objective is not None and tree.objective >= least):
            return
        held = forced(question.form, initiative, True)
        if held is not None:
            other = Question(question.base, held, tree.interrupt)
            other.afresh(max(left / 2, min(left, FORCED)), whole=False)
            if other.tree.x is not None and other.tree.objective is not None:
                tree.offer(other.tree.x, other.tree.objective)


def fewer(base: Base, distance: int) -> list[Schedule]:
    """Return the base's schedule without so many initiatives, those of the least value of their own first."""
    worth = {i: own_value(base.form, base.x, i) for i, _ in base.schedule}
    order = sorted(worth, key=lambda i: (worth[i], i))
    runs = [set(order[k : k + distance]) for k in range(len(order) - distance + 1)]
    return [{key: t for key, t in base.schedule.items() if key[0] not in run} for run in runs]


def apart(schedule: Schedule, funded: frozenset[str]) -> int:
    """Return in how many funded initiatives a schedule differs from a portfolio."""
    return len({i for i, _ in schedule} ^ funded)


def different(form: Form, gates: dict[str, int], known: Sequence[frozenset[str]], distance: int) -> Form:
    """Return the form in which the funded set differs from each known one by at least `distance` initiatives."""
    program, rows = form.program, np.zeros((len(known), len(form.program.cost)))
    least = np.zeros(len(known))
    for k, funded in enumerate(known):
        for initiative, column in gates.items():
            rows[k, column] = -1.0 if initiative in funded else 1.0
        least[k] = distance - len(funded & gates.keys())
    wider = replace(
        program,
        matrix=csr_array(vstack([program.matrix, csr_array(rows)])),
        row_lower=np.append(program.row_lower, least),
        row_upper=np.append(program.row_upper, np.full(len(known), np.inf)),
        row_scale=np.append(program.row_scale, np.ones(len(known))),
    )
    names = tuple(("different", k, 0) for k in range(len(known)))
    return replace(form, program=wider, rows=(*form.rows, *names))
