"""A second goal among plans of as much value: the best ratio, such as the largest return that every country has.

A floor on ratios is linear at a given part s of them (see `models.ratios`). For one schedule the largest s whose
payments fit is found by bisection on linear programs; then the exact program is searched for any schedule that does
better, until there is provably none. What the search maximises is the surplus over the floors, added up: for a single
ratio that is the method of Dinkelbach (1967).
"""

import math
import time
from dataclasses import dataclass, replace

import numpy as np
import pyomo.environ as pyo
from scipy.sparse import csr_array, vstack

from ..models.ratios import add_floor, ratios
from .compile import Floats, Named, Program
from .engine import Ending, Limits, Search
from .extract import fixed
from .linear import solved
from .reduce import reduce
from .report import Terms
from .search import Found
from .second import allowed, no_less, over_columns, second_search
from .settle import FOLLOWING, Settled, Settler
from .tiebreak import EQUAL, LEAST, point_of, worth
from .work import Tabled, Work, tabled

STEP = 1e-5  # by how much a part must rise to be better
NEAR = 1e-7  # how near bisection comes to the largest part
LOOSE = 0.05  # gap at which the search for any better schedule ends
DUST = 1e-9  # an amount below which there is none, in the solver's scale
EASE = (1e-8, 1e-7, 1e-5)  # by how much a floor is lowered where amounts cannot be rounded at it


@dataclass(frozen=True, eq=False)
class Floors:
    """The ratios of a measure as rows over the columns of a program."""

    program: Program
    numerators: Floats
    denominators: Floats

    @classmethod
    def of(cls, settler: Settler, program: Program, measure: str) -> "Floors":
        """Read the ratios off the model."""
        found = ratios(settler.model, settler.case, measure)
        above = [over_columns(program, ratio.numerator) for ratio in found]
        below = [over_columns(program, ratio.denominator) for ratio in found]
        return cls(program, np.array(above), np.array(below))

    def at(self, part: float) -> Program:
        """Return the program with a floor on every ratio, and the surplus over the floors as its objective."""
        program, rows = self.program, (1.0 - part) * self.numerators - part * self.denominators
        size = np.abs(rows).max(axis=1, initial=0.0)
        rows, count = rows[size > 0] / size[size > 0, None], int((size > 0).sum())
        return replace(
            program,
            matrix=csr_array(vstack([program.matrix, csr_array(rows)])),
            row_lower=np.append(program.row_lower, np.zeros(count)),
            row_upper=np.append(program.row_upper, np.full(count, np.inf)),
            row_scale=np.append(program.row_scale, np.ones(count)),
            constraints=(*program.constraints, *(Named(f"ratio[{k}]") for k in range(count))),
            cost=rows.sum(axis=0),
            offset=0.0,
        )

    def part(self, x: Floats) -> float:
        """Return the least part of all ratios at a point; 1 where no denominator is anything."""
        above, below = np.maximum(self.numerators @ x, 0.0), np.maximum(self.denominators @ x, 0.0)
        parts = np.where(below > DUST, above / np.maximum(above + below, DUST), 1.0)
        return float(parts.min(initial=1.0))


@dataclass
class BestRatio:
    """Of the plans of as much value (or of at least `worth`) the one whose least ratio is largest.

    `floor` is a floor, as a part, that holds from the start. `proved` tells whether there is none better, `part` what
    the plan reaches before amounts are rounded.
    """

    measure: str
    floor: float | None = None
    worth: float | None = None
    proved: bool = False
    part: float = 0.0

    @property
    def extra(self) -> bool:
        """Tell whether there is a floor."""
        return self.floor is not None

    def restrict(self, model: pyo.ConcreteModel) -> None:
        """Add the floor."""
        if self.floor is not None:
            add_floor(model, model.layout.case, self.measure, self.floor)

    def improve(
        self, work: Work, settler: Settler, exact: Program, settled: Settled, tables: Tabled, terms: Terms
    ) -> tuple[Tabled, Terms]:
        """Return the tables and terms of the plan with the best ratio, where it can be settled."""
        if work.interrupt or settled.decisions is None:
            return tables, terms
        clock, starts, least = time.monotonic(), settled.decisions.starts, math.fsum(terms.values())
        kept = worth(exact, starts) if self.worth is None else self.worth
        floors = Floors.of(settler, no_less(exact, least if kept is None else kept), self.measure)
        found = self._best(work, floors, point_of(exact, starts))
        other = None if found is None else self._settled(settler, exact, floors, found)
        better, reaches = tabled(work.case, settler.factors, other)
        work.took("second", clock)
        lost = least - math.fsum(reaches.values())
        if better is None or (self.worth is None and lost > 10 * EQUAL * max(1.0, abs(least))):
            return tables, terms
        return better, reaches

    def _best(self, work: Work, floors: Floors, start: Floats) -> Floats | None:
        """Climb from schedule to schedule until none is better; return the best point."""
        deadline = time.monotonic() + allowed(work)

        def above(part: float) -> Found:
            left = max(LEAST, deadline - time.monotonic())
            return second_search(work, floors.at(part), start, LOOSE, "best ratio", left)

        best = polished(floors, start, 0.0)
        self.part, self.proved = (0.0 if best is None else floors.part(best)), False
        if self.worth is not None and self.part < 1.0:  # an end point: can it be without any denominator at all?
            free = above(1.0)
            if free.x is not None:
                best, self.part = free.x, 1.0
        while self.part < 1.0 and time.monotonic() < deadline and not work.interrupt:
            least = min(1.0, self.part + STEP)
            found = above(least)
            better = None if found.x is None else polished(floors, found.x, least)
            if better is None:
                self.proved = found.ending is Ending.INFEASIBLE
                return best
            best, start, self.part = better, better, max(least, floors.part(better))
        self.proved = self.part >= 1.0
        return best

    def _settled(self, settler: Settler, exact: Program, floors: Floors, x: Floats) -> Settled | None:
        """Settle a point at its ratio, or a hair below where amounts cannot be rounded at it."""
        for ease in EASE:
            held = replace(floors.at(max(0.0, self.part - ease)), cost=exact.cost, offset=exact.offset)
            found = settler.settle(held, x, decided=True)
            if found.rounded is not None:
                return found
        return None


def polished(floors: Floors, x: Floats, least: float) -> Floats | None:
    """Return the payments of a schedule whose least ratio is largest; None where they do not reach `least`.

    What follows from the schedule (who joins, what is unlocked) stays as it is where `least` is reached.
    """
    best = _payments(floors.at(least), x, following=False)
    if best is None:
        return None
    whole = _payments(floors.at(1.0), best)
    if whole is not None:
        return whole
    low, high = max(least, floors.part(best)), 1.0
    while high - low > NEAR:
        middle = (low + high) / 2.0
        found = _payments(floors.at(middle), best)
        if found is None:
            high = middle
        else:
            best, low = found, max(middle, floors.part(found))
    return best


def _payments(program: Program, x: Floats, following: bool = True) -> Floats | None:
    """Return the payments of a schedule, of what follows from it too or with that free; None where there are none."""
    reduced = reduce(fixed(program, x, following))
    relaxed = following or not len(reduced.program.following)
    outcome = solved(reduced.program) if relaxed else Search(reduced.program, Limits(FOLLOWING)).run()
    return None if outcome.x is None else reduced.expand(outcome.x)
