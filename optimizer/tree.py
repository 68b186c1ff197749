"""A branch-and-bound tree that is kept, so that the bound of a changed program comes from the leaves of an old one.

The leaves of a tree share out all schedules among them, whatever the limits are. For row prices π the value of every
plan within a leaf's column bounds [l, u] is at most

    offset + Σ_rows max(π·left, π·right) + Σ_columns max(r·l, r·u),    r = cost − πᵀ·matrix

(weak duality, for any π; a side without a limit has no price). So the prices of the old leaves give the new program a
bound at once, column for column and row for row; only leaves whose bound lies above the best plan are solved again,
from their old basis, and branched on where that is not enough. A branching on a column that the new program does not
have is forgotten: the leaf then covers more than it did, and the bound still holds. Source: sensitivity by inference
duality (Dawande and Hooker 2000), warm starts of trees (Ralphs and Güzelsoy 2006).
"""

import heapq
import itertools
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .compile import Floats, Program
from .engine import Basis, Ending, Limits, Relaxation
from .form import Form, Key
from .signals import Interrupt

LARGE = 2000  # columns from which on the first relaxation is solved by interior point
WHOLE = 1e-6  # how near to a whole number counts as one
DIVES = 16  # relaxations between two descents to a whole point
TINY = 1e-9  # a reduced cost that is none where a column has no bound
Attains = Callable[[Floats], tuple[Floats, float] | None]


@dataclass(frozen=True, eq=False)
class Leaf:
    """A part of all schedules: bounds of the integer columns, the row prices that bound it, and their bound.

    `solved` tells that its relaxation was solved, or is hopeless; `x` is the point of that, None where there is none.
    """

    lower: Floats
    upper: Floats
    value: float
    prices: Floats | None
    basis: Basis | None = None
    x: Floats | None = None
    solved: bool = False


class Tree:
    """A search for the best plan of one program whose leaves are kept; `bound` holds for every plan."""

    def __init__(
        self,
        program: Program,
        limits: Limits,
        attains: Attains,
        interrupt: Interrupt | None = None,
        leaves: Sequence[Leaf] | None = None,
    ) -> None:
        """Start from one leaf that is everything, or from the leaves of another tree, carried over.

        `attains` takes a point whose integer columns are whole and returns a plan with that schedule and its value,
        None where there is none.
        """
        self.program, self.limits, self.attains = program, limits, attains
        self.interrupt = interrupt or Interrupt()
        self.integer = np.flatnonzero(program.integer)
        whole = Leaf(program.lower[self.integer], program.upper[self.integer], np.inf, None)
        self.leaves: list[Leaf] = [whole] if leaves is None else list(leaves)
        self.x: Floats | None = None
        self.objective: float | None = None
        self.nodes = 0
        self.ceiling = np.inf  # a bound from elsewhere
        self.relaxation: Relaxation | None = None

    def __getstate__(self) -> dict[str, object]:
        """Send it to another process without its solver."""
        return self.__dict__ | {"relaxation": None}

    @property
    def bound(self) -> float:
        """Return an upper bound on the value of every plan; −inf where there provably is none."""
        best = -np.inf if self.objective is None else self.objective
        return max(best, min(self.ceiling, max((leaf.value for leaf in self.leaves), default=-np.inf)))

    def offer(self, x: Floats, objective: float) -> None:
        """Keep a plan if it is the best."""
        if self.objective is None or objective > self.objective:
            self.x, self.objective = x, objective

    def grow(self, gap: float, seconds: float, nodes: int | None = None, sharp: bool = False) -> bool:
        """Branch, the leaf with the highest bound first, until the bound is within `gap` (relative) of the best plan.

        Tells whether it is; time, nodes or a signal may end it before. `sharp`: every leaf is solved to its end, so
        that its prices say most about other programs, where otherwise its being hopeless is enough.
        """
        deadline, order = time.monotonic() + seconds, itertools.count()
        last, next_dive = np.inf if nodes is None else self.nodes + nodes, self.nodes
        heap = [(-leaf.value, next(order), leaf) for leaf in self.leaves]
        heapq.heapify(heap)
        done: list[Leaf] = []
        below: Leaf | None = None  # where a dive goes on
        while (heap and -heap[0][0] > self._enough(gap)) or below is not None:
            if self.interrupt or time.monotonic() >= deadline or self.nodes >= last:
                break
            leaf = heapq.heappop(heap)[2] if below is None else below
            if not leaf.solved:
                leaf = self._solve(leaf, -np.inf if sharp else self._enough(gap), deadline)
                self._arrive(leaf)
                found = [leaf]
            else:
                found = self._children(leaf)
                done += [] if found else [leaf]
            diving = below is not None or (not sharp and self.nodes >= next_dive) or self.objective is None
            below = found.pop() if diving and found and found[-1].value > self._enough(gap) else None
            next_dive = self.nodes + DIVES if diving and below is None else next_dive
            for each in found:
                heapq.heappush(heap, (-each.value, -next(order), each))
        self.leaves = [*done, *(leaf for _, _, leaf in heap), *([] if below is None else [below])]
        return self.bound <= self._enough(gap)

    def _enough(self, gap: float) -> float:
        """Return the bound that is near enough to the best plan."""
        return -np.inf if self.objective is None else self.objective + gap * max(abs(self.objective), 1e-9)

    def _solve(self, leaf: Leaf, at_least: float, deadline: float) -> Leaf:
        """Return the leaf with its relaxation solved; one that time did not suffice for stays as it is."""
        self.nodes += 1
        if self.relaxation is None:
            interior = len(self.program.cost) > LARGE and leaf.basis is None
            self.relaxation = Relaxation(self.program, self.limits, interior=interior)
        self.relaxation.bind(self.integer, leaf.lower, leaf.upper)
        if leaf.basis is not None:
            self.relaxation.start_from(*leaf.basis)
        outcome = self.relaxation.solve(deadline - time.monotonic(), self.interrupt, at_least)
        if outcome.ending is Ending.INFEASIBLE:
            return replace(leaf, value=-np.inf, solved=True)
        if outcome.ending is Ending.OTHER_LIMIT and np.isfinite(at_least):
            return replace(leaf, value=min(leaf.value, at_least), solved=True)
        if outcome.x is None or outcome.objective is None:
            return leaf
        value = min(leaf.value, outcome.objective)
        basis = self.relaxation.basis()
        return replace(leaf, value=value, prices=outcome.prices, basis=basis, x=outcome.x, solved=True)

    def _arrive(self, leaf: Leaf) -> None:
        """Keep the plan of a leaf whose relaxation is whole."""
        if leaf.x is not None and self._branching(leaf) is None:
            found = self.attains(leaf.x)
            if found is not None:
                self.offer(*found)

    def _branching(self, leaf: Leaf) -> int | None:
        """Return the number of the integer column that is least whole, None where all are."""
        if leaf.x is None:
            return None
        at = leaf.x[self.integer]
        away = np.abs(at - np.round(at))
        worst = int(np.argmax(away)) if len(away) else 0
        return worst if len(away) and away[worst] > WHOLE else None

    def _children(self, leaf: Leaf) -> list[Leaf]:
        """Return the two parts of a solved leaf, the one its relaxation is nearer to last; none of a whole one."""
        k = self._branching(leaf)
        if k is None or leaf.x is None:
            return []
        value = leaf.x[self.integer[k]]
        upper, lower = leaf.upper.copy(), leaf.lower.copy()
        upper[k], lower[k] = np.floor(value), np.ceil(value)
        parts = [replace(leaf, upper=upper, x=None, solved=False), replace(leaf, lower=lower, x=None, solved=False)]
        return parts if value - np.floor(value) >= 0.5 else parts[::-1]


def bounds_of(program: Program, leaves: Sequence[Leaf]) -> Floats:
    """Return what the prices of each leaf say of a program: the bound of weak duality; ∞ for a leaf without prices."""
    found = np.full(len(leaves), np.inf)
    priced = [k for k, leaf in enumerate(leaves) if leaf.prices is not None]
    if not priced:
        return found
    integer = np.flatnonzero(program.integer)
    prices = np.array([leaves[k].prices for k in priced], dtype=float)
    prices[(prices > 0) & ~np.isfinite(program.row_upper)] = 0.0
    prices[(prices < 0) & ~np.isfinite(program.row_lower)] = 0.0
    sides = np.where(prices > 0, np.where(np.isfinite(program.row_upper), program.row_upper, 0.0), 0.0)
    sides += np.where(prices < 0, np.where(np.isfinite(program.row_lower), program.row_lower, 0.0), 0.0)
    reduced = program.cost - (program.matrix.T @ prices.T).T
    lower, upper = np.tile(program.lower, (len(priced), 1)), np.tile(program.upper, (len(priced), 1))
    lower[:, integer] = [leaves[k].lower for k in priced]
    upper[:, integer] = [leaves[k].upper for k in priced]
    side = np.where(reduced > 0, upper, lower)
    reduced = np.where(~np.isfinite(side) & (np.abs(reduced) <= TINY), 0.0, reduced)
    worth = np.where(reduced == 0.0, 0.0, reduced * np.where(reduced == 0.0, 0.0, side))
    found[priced] = program.offset + (prices * sides).sum(axis=1) + worth.sum(axis=1)
    empty = (lower > upper).any(axis=1)
    found[np.array(priced)[empty]] = -np.inf
    return found


def carried(leaves: Sequence[Leaf], source: Form, target: Form) -> list[Leaf]:
    """Return the leaves of one program's tree as those of another one, bounded by their old prices, none solved.

    What only the new program has is free in every leaf: its columns within their bounds, its rows without a price.
    So is a column that was not branched on: the bounds that the old program itself gave it are the new one's to give.
    """
    old, new = source.program, target.program
    integer = np.flatnonzero(new.integer)
    column, row = _places(source.columns, target.columns), _places(source.rows, target.rows)
    number = np.full(len(old.cost), -1)
    number[old.integer] = np.arange(int(old.integer.sum()))
    of = np.where(column[integer] >= 0, number[column[integer]], -1)
    scale = np.where(row >= 0, old.row_scale[row] / new.row_scale, 0.0)
    first, last = old.lower[old.integer], old.upper[old.integer]
    moved = []
    for leaf in leaves:
        prices = None if leaf.prices is None else leaf.prices[row] * scale
        least = np.where(leaf.lower > first, leaf.lower, -np.inf)
        most = np.where(leaf.upper < last, leaf.upper, np.inf)
        lower = np.maximum(np.where(of >= 0, least[of], -np.inf), new.lower[integer])
        upper = np.minimum(np.where(of >= 0, most[of], np.inf), new.upper[integer])
        basis = None if leaf.basis is None else _basis(leaf.basis, column, row)
        moved.append(Leaf(lower, upper, np.inf, prices, basis))
    values = bounds_of(new, moved)
    return [replace(leaf, value=float(value)) for leaf, value in zip(moved, values, strict=True)]


def _places(old: tuple[Key, ...], new: tuple[Key, ...]) -> NDArray[np.int64]:
    """Return where each new key is among the old ones, −1 where it is not."""
    if old == new:
        return np.arange(len(new))
    at = {key: k for k, key in enumerate(old)}
    return np.array([at.get(key, -1) for key in new], dtype=np.int64)


def _basis(basis: Basis, column: NDArray[np.int64], row: NDArray[np.int64]) -> Basis:
    """Return a basis for other columns and rows; new columns are at their lower bound, new rows basic."""
    columns, rows = basis
    return np.where(column >= 0, columns[column], 0).astype(np.int8), np.where(row >= 0, rows[row], 1).astype(np.int8)
