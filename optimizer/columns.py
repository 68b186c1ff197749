"""The linear relaxation over whole plans, by column generation.

A few plans of each initiative are enough for the relaxation's optimum. The master program starts with a handful, and
plans whose value exceeds what its prices charge them are added until none does. At prices y the value of every plan
of every initiative bounds what any plan can reach,

    bound(y) = value of the master + Σ_chains max(0, best reduced value of a plan),

so a bound is known after the first round, and the rounds may be stopped at any time. Source: Dantzig and Wolfe 1960;
Lasdon 1970.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, csr_array

from .compile import Floats
from .engine import Basis, Ending, Limits, Outcome, Relaxation
from .plans import Plans
from .signals import Interrupt

ADDED = 4  # plans of an initiative that a round may add
ROUNDS = 200
TOLERANCE = 1e-9  # of the objective: how far master and bound may stay apart


@dataclass(frozen=True)
class Root:
    """The relaxation's optimum over whole plans: `x`, the `prices` of the rows, and each column's `reduced` value.

    `bound` holds whatever ended the rounds; `ending` is OPTIMAL when they converged. `active` are the master's columns,
    `basis` its last one.
    """

    ending: Ending
    bound: float | None
    x: Floats | None
    prices: Floats | None
    reduced: Floats | None
    active: NDArray[np.bool_]
    basis: Basis | None = None


class Master:
    """The master program: some columns of the program over whole plans."""

    def __init__(self, plans: Plans, limits: Limits, known: NDArray[np.bool_] | None = None) -> None:
        """Start with the most valuable and the emptiest plan of every chain, and the `known` columns."""
        self.plans, self.limits = plans, limits
        self.matrix = csc_array(plans.program.matrix)
        self.active = np.zeros(len(plans.program.cost), dtype=bool)
        self.active[: len(plans.kept)] = True
        for c, points in enumerate(plans.points):
            if len(points):
                values = plans.program.cost[plans.first[c] : plans.first[c + 1]]
                self.active[plans.first[c] + int(np.argmax(values))] = True
                self.active[plans.first[c] + int(np.argmin(points.sum(axis=1)))] = True
        if known is not None:
            self.active |= known
        self.fill(self.active)

    def fill(self, active: NDArray[np.bool_]) -> None:
        """Make the master anew from these columns."""
        self.active = active.copy()
        self.order = np.flatnonzero(active)
        p = self.plans.program
        chosen = replace(
            p,
            matrix=csr_array(self.matrix[:, self.order]),
            cost=p.cost[self.order],
            lower=p.lower[self.order],
            upper=self._upper(self.order),
            integer=p.integer[self.order],
            chain=p.chain[self.order],
            column_scale=p.column_scale[self.order],
        )
        self.relaxation = Relaxation(chosen, self.limits, interior=bool(active.all()))

    def _upper(self, columns: NDArray[np.int64]) -> Floats:
        """Return upper bounds; a plan's is left to the row that takes one of each chain."""
        upper = self.plans.program.upper[columns].copy()
        upper[columns >= len(self.plans.kept)] = np.inf
        return upper

    def add(self, new: NDArray[np.int64]) -> None:
        """Add columns."""
        self.active[new] = True
        self.order = np.concatenate([self.order, new])
        cost = self.plans.program.cost[new]
        self.relaxation.add(cost, np.zeros(len(new)), self._upper(new), self.matrix[:, new])

    def basis(self) -> Basis:
        """Return the last basis, over all columns; those that are not in the master are at their lower bound."""
        columns, rows = self.relaxation.basis()
        whole = np.zeros(len(self.active), dtype=np.int8)
        whole[self.order] = columns
        return whole, rows

    def point(self, outcome: Outcome) -> Floats:
        """Return the master's optimum over all columns."""
        x = np.zeros(len(self.active))
        if outcome.x is not None:
            x[self.order] = outcome.x
        return x


def relax(
    plans: Plans,
    limits: Limits,
    deadline: float,
    interrupt: Interrupt,
    tell: Callable[[float], None],
    known: NDArray[np.bool_] | None = None,
    basis: Basis | None = None,
) -> Root:
    """Solve the relaxation over whole plans; `tell` hears the bound of every round.

    `known` marks columns that are likely to be needed, `basis` is one to start from. INFEASIBLE is a proof: every plan
    was in the master.
    """
    master = Master(plans, limits, known)
    if basis is not None:
        master.relaxation.start_from(basis[0][master.order], basis[1])
    root = _rounds(plans, master, deadline, interrupt, tell)
    return root if root.x is None else replace(root, basis=master.basis())


def _rounds(plans: Plans, master: Master, deadline: float, interrupt: Interrupt, tell: Callable[[float], None]) -> Root:
    """Solve the master and add columns, again and again."""
    program, starts = plans.program, plans.first[:-1]
    filled = np.flatnonzero(np.diff(plans.first) > 0)
    bound, root = np.inf, Root(Ending.TIME_LIMIT, None, None, None, None, master.active)
    for _ in range(ROUNDS):
        outcome = master.relaxation.solve(deadline - time.monotonic(), interrupt)
        if outcome.ending is Ending.INFEASIBLE and not master.active.all():
            master.fill(np.ones_like(master.active))
            continue
        if outcome.ending is not Ending.OPTIMAL or outcome.objective is None or outcome.prices is None:
            return replace(root, ending=outcome.ending)
        reduced = program.cost - program.matrix.T @ outcome.prices
        gains = np.zeros(plans.chains)
        if len(filled):
            gains[filled] = np.maximum(np.maximum.reduceat(reduced, starts[filled]), 0.0)
        over = float(gains.sum())
        bound = min(bound, outcome.objective + over)
        tell(bound)
        root = Root(Ending.OPTIMAL, bound, master.point(outcome), outcome.prices, reduced, master.active)
        if over <= TOLERANCE * max(1.0, abs(outcome.objective)):
            return root
        new = _entering(plans, np.where(master.active, -np.inf, reduced), filled)
        if not len(new):
            return root
        master.add(new)
    return root


def _entering(plans: Plans, reduced: Floats, filled: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the columns with the largest positive reduced values, a few of every chain."""
    found = []
    for c in filled:
        first, last = plans.first[c], plans.first[c + 1]
        values = reduced[first:last]
        best = np.argpartition(-values, ADDED)[:ADDED] if len(values) > ADDED else np.arange(len(values))
        found.append(first + best[values[best] > 0.0])
    return np.concatenate(found) if found else np.zeros(0, dtype=np.int64)
