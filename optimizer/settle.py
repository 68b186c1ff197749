"""Settling: with the schedule fixed, the payments are solved exactly, rounded to minor units and checked.

The continuous model decides the schedule. Its payments are solved again with the schedule fixed (and as little hedging
cost as possible), then rounded. Where a rounded cycle passes its limit and no single unit can be moved, the limit is
tightened by the overshoot and the payments are solved again. Where no payments fit, what goes back to the search is
either a row that excludes this schedule or, when nothing can pay it, a cut that every payable schedule satisfies:
with v(x) the least total violation of the rules at schedule x and g its slope there (duals of the elastic LP), v(x̄) +
g·(x − x̄) ≤ 0 (Benders 1962). Source: model.md, "Money is exact"; solving.md, "Pool the payments".
"""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pyomo.environ as pyo
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack

from ..inputs.case import Case
from ..inputs.faults import SolverFailure
from ..results.accounts import Books
from ..results.ledger import dues
from ..results.rounding import Rounded, round_plan
from .compile import Floats, Program
from .engine import Limits, Search
from .extract import Decisions, Extractor, Factors, fixed
from .reduce import Reduced, reduce

ROOM = 20  # minor units of every budget that are left free for rounding where they are not needed
CROSSING = 1e-3  # what a payment across currencies weighs against hedging when payments are settled
ROUNDS = 8  # how often limits are tightened for one schedule before it goes back to the search


Cut = tuple[dict[Any, float], float]


@dataclass(frozen=True)
class Settled:
    """A schedule's decisions in minor units; or else the cut that the search must respect from now on.

    `cut` is a row `Σ coefficient·started ≤ limit`; `proof` tells whether no plan is lost by it (the schedule cannot be
    paid), or only one that could not be rounded. `tighten` are overshoots of named budget rows, for another attempt.
    """

    decisions: Decisions | None
    rounded: Rounded | None
    cut: Cut | None = None
    tighten: dict[str, float] = field(default_factory=dict)
    proof: bool = False


class Settler:
    """Settles points of one model."""

    def __init__(self, model: pyo.ConcreteModel, program: Program, factors: Factors) -> None:
        """Remember the model, its program and the stored factors."""
        self.model, self.factors = model, factors
        self.case: Case = model.layout.case
        self.books = Books(self.case, factors)
        self.extractor = Extractor(model, program)

    def settle(self, program: Program, x: Floats) -> Settled:
        """Return the whole-unit plan of the schedule in `x`, or why it cannot be had."""
        reduced = reduce(self._cheapest(fixed(program, x)))
        tried = self._attempt(reduced, reduced.program)
        if tried is None:
            return self._refuse(fixed(program, x))
        roomy, over, chance = self._with_room(reduced.program), dict(tried.tighten), np.random.default_rng(1)
        for turn in range(2 * ROUNDS):
            if tried is not None and tried.rounded is not None:
                return tried
            if turn % 2 == 0:  # lower the limits that were passed
                tried = self._attempt(reduced, roomy.tightened(over))
                for name, amount in tried.tighten.items() if tried is not None else ():
                    over[name] = over.get(name, 0.0) + amount
            else:  # another corner of the same payments may round better
                cost = reduced.program.cost - chance.random(len(reduced.program.cost))
                tried = self._attempt(reduced, replace(reduced.program, cost=cost))
        return Settled(None, None, self._exclude(program, x))

    def _exclude(self, program: Program, x: Floats) -> Cut:
        """Return the row that excludes just the schedule of `x`: at least one start must be another."""
        at = {index: round(float(x[column])) for index, column in program.starts.items()}
        return {index: 1.0 if one else -1.0 for index, one in at.items()}, sum(at.values()) - 1.0

    def _attempt(self, reduced: Reduced, program: Program) -> Settled | None:
        """Solve the payments in `program`, the reduced one with other limits or costs, and round them.

        None: the payments do not fit.
        """
        outcome = Search(program, Limits(), relax=True).run()
        if outcome.x is None:
            return None
        decisions = self.extractor.decisions(reduced.expand(outcome.x[: len(reduced.kept)]))
        due = dues(self.case, self.factors, decisions.starts)
        rounded = round_plan(self.case, self.books, due, decisions.payments, decisions.hedge_shares)
        if rounded.overshoot:
            return Settled(None, None, None, self._amounts(rounded))
        return Settled(decisions, rounded)

    def _with_room(self, program: Program) -> Program:
        """Return the program with a few minor units of every budget left free for rounding, where that can be had."""
        rows, room = [], []
        for (funder, _), constraint in self.model.budget.items():
            row = program.row_of.get(constraint.name)
            if row is not None:
                unit = self.books.units(self.case.funders[funder].currency) * self.case.unit
                rows.append(row)
                room.append(ROOM / unit * program.row_scale[row])
        upper = program.row_upper.copy()
        upper[rows] -= room
        used = with_columns(program, np.array(rows, dtype=np.int64), -np.ones(len(rows)), np.array(room))
        return replace(used, row_upper=upper)

    def _cheapest(self, held: Program) -> Program:
        """Return the program whose costs are hedging and, far behind, payments that cross a currency."""
        cost = np.zeros_like(held.cost)
        for (funder, pool, _), variable in self.model.pay.items():
            column, currency = held.column_of.get(id(variable)), self.model.layout.pools.pools[pool].currency
            if column is not None and currency != self.case.funders[funder].currency:
                cost[column] = -CROSSING * float(self.case.reference_rate(currency)) * held.column_scale[column]
        cost /= max(1.0, float(np.abs(cost).max(initial=0.0)) / CROSSING)
        for variable in self.model.hedged.values():
            column = held.column_of.get(id(variable))
            if column is not None:
                cost[column] = -1.0
        return replace(held, cost=cost, offset=0.0)

    def _refuse(self, held: Program) -> Settled:
        """Return the cut that excludes a schedule which cannot be paid, and others for the same reason."""
        money = np.zeros(held.matrix.shape[0], dtype=bool)
        rows = np.repeat(np.arange(held.matrix.shape[0]), np.diff(held.matrix.indptr))
        money[rows[~held.integer[held.matrix.indices]]] = True
        outcome = Search(_elastic(held, np.flatnonzero(money)), Limits(), relax=True).run()
        if outcome.x is None or outcome.reduced_costs is None or outcome.objective is None:
            raise SolverFailure("the payments of the best schedule cannot be settled (numerical trouble)")
        violation = -outcome.objective
        if violation < 1e-7:
            return Settled(None, None, self._exclude(held, held.lower))
        slope = -outcome.reduced_costs[: len(held.cost)]
        cut = {index: float(slope[k]) for index, k in held.starts.items() if abs(slope[k]) > 1e-12}
        limit = sum(value * float(held.lower[held.starts[index]]) for index, value in cut.items()) - violation
        return Settled(None, None, (cut, limit), proof=True)

    def _amounts(self, rounded: Rounded) -> dict[str, float]:
        """Return overshoots in minor units as amounts on the named budget rows, half a unit on top."""
        found = {}
        for (funder, cycle), over in rounded.overshoot.items():
            unit = self.books.units(self.case.funders[funder].currency) * self.case.unit
            found[self.model.budget[funder, cycle].name] = (over + 0.5) / unit
        return found


def with_columns(program: Program, rows: NDArray[np.int64], signs: Floats, upper: Floats) -> Program:
    """Return the program with a column of cost −1, at the end, in each of `rows` with coefficient `signs`."""
    k = len(rows)
    extra = csr_array((signs, (rows, range(k))), shape=(program.matrix.shape[0], k))
    return replace(
        program,
        matrix=csr_array(hstack([program.matrix, extra])),
        cost=np.concatenate([program.cost, -np.ones(k)]),
        lower=np.concatenate([program.lower, np.zeros(k)]),
        upper=np.concatenate([program.upper, upper]),
        integer=np.concatenate([program.integer, np.zeros(k, dtype=bool)]),
        chain=np.concatenate([program.chain, np.full(k, -1)]),
        column_scale=np.concatenate([program.column_scale, np.ones(k)]),
    )


def _elastic(program: Program, rows: NDArray[np.int64]) -> Program:
    """Return the program with the least total violation of `rows`, on either side, as its only goal."""
    free = replace(program, cost=np.zeros_like(program.cost), offset=0.0)
    both, signs = np.concatenate([rows, rows]), np.concatenate([np.ones(len(rows)), -np.ones(len(rows))])
    return with_columns(free, both, signs, np.full(len(both), np.inf))
