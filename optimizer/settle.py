"""Settling: with the schedule fixed, the payments are solved exactly, rounded to minor units and checked.

The continuous model decides the schedule. Its payments are solved again with the schedule fixed (and as little hedging
cost as possible), then rounded. Where a rounded cycle passes its limit and no single unit can be moved, the limit is
tightened by the overshoot and the payments are solved again; where no payments fit any more, the overshoots go back to the
search. Source: model.md, "Money is exact".
"""

from dataclasses import dataclass, replace

import numpy as np
import pyomo.environ as pyo
from scipy.sparse import csr_array, hstack

from ..inputs.case import Case
from ..inputs.faults import SolverFailure
from ..results.accounts import Books
from ..results.ledger import dues
from ..results.rounding import Rounded, round_plan
from .compile import Floats, Program
from .engine import Limits, Search
from .extract import Decisions, Extractor, Factors, fixed

ROUNDS = 8  # how often limits are tightened for one schedule before it goes back to the search


@dataclass(frozen=True)
class Settled:
    """A schedule's decisions in minor units; or else the amounts by which named budget rows must be tightened."""

    decisions: Decisions | None
    rounded: Rounded | None
    tighten: dict[str, float]


class Settler:
    """Settles points of one model."""

    def __init__(self, model: pyo.ConcreteModel, program: Program, factors: Factors) -> None:
        """Remember the model, its program and the stored factors."""
        self.model, self.factors = model, factors
        self.case: Case = model.layout.case
        self.books = Books(self.case, factors)
        self.extractor = Extractor(model, program)

    def settle(self, program: Program, x: Floats) -> Settled:
        """Return the whole-unit plan of the schedule in `x`, or by how much its limits were passed."""
        held = self._cheapest(fixed(program, x))
        tighten: dict[str, float] = {}
        for _ in range(ROUNDS):
            outcome = Search(held, Limits(), relax=True).run()
            if outcome.x is None:
                break
            decisions = self.extractor.decisions(outcome.x)
            due = dues(self.case, self.factors, decisions.starts)
            rounded = round_plan(self.case, self.books, due, decisions.payments, decisions.hedge_shares)
            if not rounded.overshoot:
                return Settled(decisions, rounded, {})
            over = self._amounts(rounded)
            tighten = {name: tighten.get(name, 0.0) + over.get(name, 0.0) for name in {**tighten, **over}}
            held = held.tightened(over)
        return Settled(None, None, tighten or self._overshoot(fixed(program, x)))

    def _cheapest(self, held: Program) -> Program:
        """Return the program with hedging as its only cost."""
        cost = np.zeros_like(held.cost)
        for variable in self.model.hedged.values():
            column = held.column_of.get(id(variable))
            if column is not None:
                cost[column] = -1.0
        return replace(held, cost=cost, offset=0.0)

    def _overshoot(self, held: Program) -> dict[str, float]:
        """Return by how much each budget row must give for the fixed schedule to be payable, in the model's units."""
        budgets = [held.row_of[c.name] for c in self.model.budget.values() if c.name in held.row_of]
        outcome = Search(_elastic(held, budgets), Limits(), relax=True).run()
        if outcome.x is None:
            raise SolverFailure("the payments of the best schedule cannot be settled (numerical trouble)")
        slack = outcome.x[len(held.cost) :]
        return {
            held.constraints[row].name: float(amount / held.row_scale[row])
            for row, amount in zip(budgets, slack, strict=True)
            if amount > 1e-12
        }

    def _amounts(self, rounded: Rounded) -> dict[str, float]:
        """Return overshoots in minor units as amounts on the named budget rows, half a unit on top."""
        found = {}
        for (funder, cycle), over in rounded.overshoot.items():
            unit = self.books.units(self.case.funders[funder].currency) * self.case.unit
            found[self.model.budget[funder, cycle].name] = (over + 0.5) / unit
        return found


def _elastic(program: Program, rows: list[int]) -> Program:
    """Return the program with a penalised overshoot column, at the end, for the upper side of each of `rows`."""
    n, k = len(program.cost), len(rows)
    slack = csr_array((-np.ones(k), (rows, range(k))), shape=(program.matrix.shape[0], k))
    return replace(
        program,
        matrix=csr_array(hstack([program.matrix, slack])),
        cost=np.concatenate([np.zeros(n), -np.ones(k)]),
        offset=0.0,
        lower=np.concatenate([program.lower, np.zeros(k)]),
        upper=np.concatenate([program.upper, np.full(k, np.inf)]),
        integer=np.concatenate([program.integer, np.zeros(k, dtype=bool)]),
        chain=np.concatenate([program.chain, np.full(k, -1)]),
        column_scale=np.concatenate([program.column_scale, np.ones(k)]),
    )
