"""What a schedule costs in whole minor units, and the program in which just that is paid and committed.

Dues are rounded before payments are (model.md, "Money is exact"). In the program of the exact model every pool then
pays its rounded dues, and what is committed when milestones begin is the rounded dues that follow.
"""

from dataclasses import dataclass, replace

import numpy as np
import pyomo.environ as pyo

from ..inputs.case import Case
from ..results.accounts import Books
from ..results.decisions import Levels
from ..results.ledger import Due, begun, dues
from .compile import Program
from .extract import Dues, Extractor, Factors, Starts


@dataclass(frozen=True)
class Bill:
    """What a schedule costs: its rounded dues, and the same by pool and period in the model's units."""

    starts: Starts
    levels: Levels
    rounded: list[Due]
    split: Dues


class Bills:
    """Makes out the bills of the schedules of one model."""

    def __init__(self, model: pyo.ConcreteModel, program: Program, factors: Factors, extractor: Extractor) -> None:
        """Remember the model, where its rows and columns stand in the program, and the stored factors."""
        self.model, self.factors, self.extractor = model, factors, extractor
        self.case: Case = model.layout.case
        self.books = Books(self.case, factors)
        self.row_at = {id(constraint): k for k, constraint in enumerate(program.constraints)}
        self.column_of = program.column_of

    def bill(self, starts: Starts, levels: Levels) -> Bill:
        """Return what a schedule costs, rounded."""
        rounded = dues(self.case, self.factors, starts, levels)
        scale = {c: self._scale(c) for c in {due.currency for due in rounded}}
        split = self.extractor.rounded((due.line, due.period, due.amount / scale[due.currency]) for due in rounded)
        return Bill(starts, levels, rounded, split)

    def whole(self, held: Program, bill: Bill) -> Program:
        """Return the program in which every pool pays its rounded dues instead of the exact ones."""
        low, high, upper = held.row_lower.copy(), held.row_upper.copy(), held.upper.copy()
        paid_in = self.model.layout.paid_in
        for (pool, t), exact in self.extractor.exact(bill.starts, bill.levels).items():
            more = sum(bill.split.get(pool, {}).get(t, {}).values()) - exact
            for rows in (self.model.cover, self.model.match_cap):
                k = self.row_at.get(id(rows[pool, t])) if (pool, t) in rows else None
                if k is not None:
                    low[k] += more * held.row_scale[k]
                    high[k] += more * held.row_scale[k]
            for variable in paid_in.get((pool, t), {}).values():
                column = self.column_of[id(variable)]
                if held.lower[column] < held.upper[column]:  # what a re-plan freezes stays
                    upper[column] += max(0.0, more) / held.column_scale[column]
        whole = replace(held, row_lower=low, row_upper=high, upper=upper)
        return self._commitments(whole, bill) if len(self.model.commit_all) else whole

    def _commitments(self, held: Program, bill: Bill) -> Program:
        """Return the program in which what is committed in each period is the rounded dues of what begins in it."""
        low, high, upper = held.row_lower.copy(), held.row_upper.copy(), held.upper.copy()
        line_of = {pool: self.model.layout.pools.pools[pool].lines[0] for pool, _ in self.model.commit_all}
        due = begun(self.case, self.factors, bill.starts, bill.levels, sorted(line.key for line in line_of.values()))
        scale = {c: self._scale(c) for c in {line.currency for line in line_of.values()}}
        decided = np.where(held.integer | (held.lower == held.upper), held.lower, 0.0)
        decided[[c for v in self.model.commit.values() if (c := self.column_of.get(id(v))) is not None]] = 0.0
        for (pool, t), constraint in self.model.commit_all.items():
            k, line = self.row_at[id(constraint)], line_of[pool]
            part = slice(held.matrix.indptr[k], held.matrix.indptr[k + 1])
            at = decided[held.matrix.indices[part]]
            low[k] = high[k] = (
                due[line.key].get(t, 0) / scale[line.currency] * held.row_scale[k] + held.matrix.data[part] @ at
            )
        for (_, pool, _), variable in self.model.commit.items():
            column = self.column_of.get(id(variable))
            if (
                column is not None and held.lower[column] < held.upper[column]
            ):  # what is rounded up may pass the exact due by a unit
                currency = self.model.layout.pools.pools[pool].currency
                upper[column] += 1.0 / self._scale(currency) / held.column_scale[column]
        return replace(held, row_lower=low, row_upper=high, upper=upper)

    def _scale(self, currency: str) -> float:
        """Return how many minor units of a currency there are in one `unit`."""
        return self.books.units(currency) * self.case.unit
