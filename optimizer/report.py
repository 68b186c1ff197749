"""How good a plan is, and what it took to find it."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from ..inputs.case import Case
from ..results.goals import total
from ..results.plan import SolveReport, Status, relative_gap
from .clock import Clock
from .compile import Program
from .engine import Ending, Limits
from .goals import counted, grain, scale
from .search import Found
from .signals import Interrupt

Terms = Mapping[str, float]

STATUS = {
    Ending.OPTIMAL: Status.OPTIMAL,
    Ending.INFEASIBLE: Status.INFEASIBLE,
    Ending.UNBOUNDED: Status.UNBOUNDED,
    Ending.TIME_LIMIT: Status.FEASIBLE,
    Ending.OTHER_LIMIT: Status.FEASIBLE,
    Ending.ROUNDING: Status.FEASIBLE,
    Ending.INTERRUPTED: Status.INTERRUPTED,
    Ending.NUMERICAL: Status.NUMERICAL,
}


class Effort(Protocol):
    """What a report needs to know of a solve: what it was given, when it began and how long each part took."""

    case: Case
    limits: Limits
    interrupt: Interrupt
    began: float
    timings: dict[str, float]
    clock: Clock


@dataclass(frozen=True)
class Ends:
    """Objective, bound and their gap, in the units of the goal."""

    objective: float | None
    bound: float | None
    gap: float | None


def ends(case: Case, found: Found, terms: Terms) -> Ends:
    """Return how far a plan is from the best.

    A bound that rounding has passed, or that differs from what the plan reaches by less than a solver can tell, is the
    plan's own objective.
    """
    objective = total(terms) if terms else None
    bound = None if found.bound is None else counted(case, found.bound)
    if objective is not None and bound is not None:
        bound = max(bound, objective) if scale(case) > 0 else min(bound, objective)
        bound = objective if abs(bound - objective) <= grain(case) else bound
    return Ends(objective, bound, relative_gap(objective, bound))


def make_report(work: Effort, program: Program, found: Found, terms: Terms) -> SolveReport:
    """Return how good the plan is; an optimum is only called so when the gap says it."""
    reached = ends(work.case, found, terms)
    status = STATUS[found.ending]
    if status in (Status.OPTIMAL, Status.FEASIBLE) and reached.objective is None:
        status = Status.NO_PLAN
    elif status is Status.OPTIMAL and (reached.gap is None or reached.gap > work.limits.gap + 1e-9):
        status = Status.FEASIBLE
    elif status is Status.FEASIBLE and reached.gap is not None and reached.gap <= work.limits.gap:
        status = Status.OPTIMAL
    limit = found.ending.value if found.ending in (Ending.TIME_LIMIT, Ending.OTHER_LIMIT, Ending.ROUNDING) else None
    if status is Status.OPTIMAL:
        limit = None
    elif status is Status.FEASIBLE and limit is None:  # the search called its gap closed, the exact one is wider
        limit = Ending.OTHER_LIMIT.value
    return SolveReport(
        status=status,
        objective=reached.objective,
        bound=reached.bound,
        gap=reached.gap,
        seconds=time.monotonic() - work.began,
        terms=dict(terms),
        limit=limit,
        signal=work.interrupt.number,
        phase=found.phase,
        timings=dict(work.timings),
        cut_short=tuple(what for what in work.clock.cut if what != "settling" or status is not Status.OPTIMAL),
        model={
            "columns": len(program.cost),
            "integer": int(program.integer.sum()),
            "rows": len(program.row_lower),
            "nonzeros": int(program.matrix.nnz),
        },
    )
