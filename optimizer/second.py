"""A second goal among plans as good: most value at what a plan reaches of another goal.

Without it the plan that receives most for a group, say, funds nothing that the group has no part in, though that would
cost it nothing: such a plan is only weakly efficient. The exact program is searched for value, from the plan found,
with its objective as a row. Source: Mavrotas (2009); here the second goal is lexicographic and has no weight.
"""

import math
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyomo.environ as pyo

from ..models.objective import total_value
from ..results.goals import cents
from ..results.goals import total_value as value_of
from .compile import Floats, Program
from .engine import Ending, Limits, Progress
from .goals import scale
from .report import Terms
from .search import Found, Hunt
from .settle import Settled, Settler
from .tiebreak import EQUAL, point_of, worth
from .work import Tabled, Work, tabled

PART = 0.1  # part of the time limit that the search of a second goal takes at the most
TIGHT = 1e-7  # its gap


def over_columns(program: Program, terms: Iterable[tuple[Any, float]]) -> Floats:
    """Return the coefficients of a linear expression over the columns of a program, in the solver's scale."""
    found = np.zeros(len(program.cost))
    for variable, coefficient in terms:
        column = program.column_of.get(id(variable))
        if column is not None:
            found[column] += coefficient * program.column_scale[column]
    return found


def no_less(program: Program, reached: float) -> Program:
    """Return the program with its objective as a row, at least `reached` (1e-9 relative; in the program's units)."""
    floor = reached - EQUAL * max(1.0, abs(reached))
    return program.with_row(-program.cost, program.offset - floor, "no less than the plan")


def allowed(work: Work) -> float:
    """Return the seconds that a second goal may take."""
    return work.second("second goal", PART, at_once=True).limits.time_limit


def second_search(work: Work, program: Program, start: Floats, gap: float, phase: str, seconds: float) -> Found:
    """Search a program from a point for so many seconds; the listener hears the phase only."""
    limits = Limits(gap, seconds, work.limits.seed, work.limits.threads, work.limits.log, work.limits.steps)

    def heard(progress: Progress) -> None:
        work.listener(Progress(phase, time.monotonic() - work.began))

    return Hunt(program, limits, work.interrupt, heard, time.monotonic()).run(start)


@dataclass
class MostValue:
    """Of the plans that reach as much of the case's goal the one of most value; `proved` tells whether it is."""

    proved: bool = False
    extra: bool = False

    def restrict(self, model: pyo.ConcreteModel) -> None:
        """Add nothing."""

    def improve(
        self, work: Work, settler: Settler, exact: Program, settled: Settled, tables: Tabled, terms: Terms
    ) -> tuple[Tabled, Terms]:
        """Return the tables and terms of a plan of more value that reaches as much, where one is found."""
        if work.interrupt or settled.decisions is None:
            return tables, terms
        clock, starts, least = time.monotonic(), settled.decisions.starts, math.fsum(terms.values())
        reached = worth(exact, starts)
        value = over_columns(exact, total_value(settler.model, work.case))
        equal = no_less(exact, least / scale(work.case) if reached is None else reached)
        program = replace(equal, cost=value, offset=0.0)
        found = second_search(work, program, point_of(exact, starts), TIGHT, "most value", allowed(work))
        self.proved = found.ending is Ending.OPTIMAL
        other = None if found.x is None else settler.settle(exact, found.x, decided=True)
        better, reaches = tabled(work.case, settler.factors, other)
        work.took("second", clock)
        if better is None or not self._as_good(work, better, reaches, tables, terms):
            return tables, terms
        return (better, reaches) if value_of(work.case, better) > value_of(work.case, tables) else (tables, terms)

    def _as_good(self, work: Work, better: Tabled, reaches: Terms, tables: Tabled, terms: Terms) -> bool:
        """Tell whether a plan reaches as much of the goal as another, to what rounding may move."""
        sense = 1.0 if scale(work.case) > 0 else -1.0
        least, most = math.fsum(terms.values()), math.fsum(reaches.values())
        return sense * (most - least) >= -cents(work.case, better, tables) - EQUAL * max(1.0, abs(least))
