"""Parts of a program over whole plans: a few initiatives are free, every other one keeps its plan.

A part has the money columns, the promising plans of the free initiatives and, where asked, slack in every limit at a
price, so that a schedule that breaks a limit can be mended step by step. What the held plans use of a limit has moved
to its right-hand side.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, csr_array, eye_array, hstack, vstack

from .columns import Root
from .compile import Floats, Program
from .plans import Plans

PROMISING = 8  # plans of an initiative, by reduced value, that a part offers: fewer leave room for more initiatives
STEEP = 10.0  # price of a unit of slack, in the largest price of the relaxation


@dataclass(frozen=True, eq=False)
class Part:
    """A program and where its columns and rows stand in the whole; `slack` are its columns of slack, at the end."""

    program: Program
    columns: NDArray[np.int64]
    rows: NDArray[np.int64]
    slack: int
    held: Floats

    def expand(self, x: Floats) -> Floats:
        """Return a point of the whole program."""
        whole = self.held.copy()
        whole[self.columns] = x[: len(self.columns)]
        return whole

    def shortfall(self, x: Floats) -> float:
        """Return by how much the limits are broken, in the rows' scale."""
        return float(x[len(self.columns) :].sum())


class Parts:
    """Cuts parts out of one program over whole plans."""

    def __init__(self, plans: Plans, root: Root) -> None:
        """Rank the plans of every initiative by their reduced value."""
        self.plans, self.program = plans, plans.program
        count = len(self.program.row_lower)
        filled = [c for c in range(plans.chains) if len(plans.points[c])]
        self.each = {c: count - len(filled) + k for k, c in enumerate(filled)}
        self.top = count - len(filled)
        self.matrix = csc_array(csr_array(self.program.matrix)[: self.top])
        self.money = self.matrix[:, : len(plans.kept)]
        self.promising = self._promising(root)
        prices = np.zeros(1) if root.prices is None else np.abs(root.prices[plans.limits])
        worth = np.abs(self.program.cost[len(plans.kept) :]).max(initial=1.0)
        self.steep = STEEP * max(float(prices.max(initial=0.0)), float(worth))

    def _promising(self, root: Root) -> NDArray[np.bool_]:
        """Mark the best plans of every initiative, and the one that does least."""
        keep = root.active.copy()
        reduced = self.program.cost if root.reduced is None else root.reduced
        for c in self.each:
            first, last = self.plans.first[c], self.plans.first[c + 1]
            keep[first + np.argsort(-reduced[first:last], kind="stable")[:PROMISING]] = True
            keep[first + int(np.argmin(self.plans.points[c].sum(axis=1)))] = True
        return keep

    def offered(self) -> float:
        """Return how many plans an initiative has on offer on average."""
        plans = self.promising[len(self.plans.kept) :]
        return float(plans.sum()) / max(1, len(self.each))

    def _offered(self, point: Floats, free: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the plan columns that a part with these free initiatives offers."""
        found = []
        for c in free:
            first, last = self.plans.first[c], self.plans.first[c + 1]
            found.append(first + np.flatnonzero(self.promising[first:last] | (point[first:last] > 0.5)))
        return np.concatenate(found) if found else np.zeros(0, dtype=np.int64)

    def part(self, point: Floats, free: NDArray[np.int64], soft: bool = False, open: bool = False) -> Part:
        """Return the part in which the `free` initiatives may change; `soft` adds slack to every limit.

        What follows from a held schedule (does a funder join) is held too, unless `open`.
        """
        p, plans = self.program, self.plans
        kept = len(plans.kept)
        listed = np.array([c for c in free if c in self.each], dtype=np.int64)
        offered = self._offered(point, listed)
        taken = kept + np.flatnonzero(point[kept:] > 0.5)
        held = taken[~np.isin(p.chain[taken], listed)]
        used = np.asarray(self.matrix[:, held].sum(axis=1)).ravel() if len(held) else np.zeros(self.top)
        columns = np.concatenate([np.arange(kept), offered])
        each = csr_array(
            (np.ones(len(offered)), (np.searchsorted(listed, p.chain[offered]), kept + np.arange(len(offered)))),
            shape=(len(listed), len(columns)),
        )
        rows = np.concatenate([np.arange(self.top), [self.each[int(c)] for c in listed]]).astype(np.int64)
        shift = np.concatenate([used, np.zeros(len(listed))])
        matrix = vstack([hstack([self.money, self.matrix[:, offered]]), each])
        lower, upper = p.lower[columns].copy(), p.upper[columns].copy()
        upper[kept:] = np.inf
        loose = np.flatnonzero(p.integer[:kept] & ~np.isin(p.owner[:kept], free) & ~(open & (p.chain[:kept] < -1)))
        lower[loose] = upper[loose] = np.round(point[loose])
        smaller = replace(
            p,
            matrix=csr_array(matrix),
            cost=p.cost[columns],
            offset=p.offset + float(p.cost[held].sum()),
            row_lower=p.row_lower[rows] - shift,
            row_upper=p.row_upper[rows] - shift,
            lower=lower,
            upper=upper,
            integer=p.integer[columns],
            chain=p.chain[columns],
            column_scale=p.column_scale[columns],
            row_scale=p.row_scale[rows],
        )
        base = np.zeros(len(p.cost))
        base[held] = 1.0
        if not soft:
            return Part(smaller, columns, rows, 0, base)
        slack = 2 * len(plans.limits)
        return Part(self._softened(smaller), columns, rows, slack, base)

    def _softened(self, program: Program) -> Program:
        """Return the program with slack on both sides of every limit, at a steep price."""
        limits, count = self.plans.limits, len(program.row_lower)
        pick = csc_array(eye_array(count, format="csc"))[:, limits]
        slack = 2 * len(limits)
        return replace(
            program,
            matrix=csr_array(hstack([program.matrix, pick, -pick])),
            cost=np.concatenate([program.cost, np.full(slack, -self.steep)]),
            lower=np.concatenate([program.lower, np.zeros(slack)]),
            upper=np.concatenate([program.upper, np.full(slack, np.inf)]),
            integer=np.concatenate([program.integer, np.zeros(slack, dtype=bool)]),
            chain=np.concatenate([program.chain, np.full(slack, -1)]),
            column_scale=np.concatenate([program.column_scale, np.ones(slack)]),
        )
