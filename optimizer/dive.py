"""Depth-first search over whole initiatives, led by the linear relaxation.

The least undecided initiative is taken first: its plans that the relaxation uses, the most used first, then the one
that does least. Each is fixed and the relaxation solved again by a hot dual simplex; where it may still lead to a
better plan the search descends, else it tries the next. An initiative whose plans are not listed has by-period columns
`started[m,t]`; for any threshold θ the rounding `started ≥ θ` satisfies its own rows, so it has one candidate per
distinct fractional value, and "not at all". Integer columns that follow from the schedule (does a funder join an
initiative) are decided by branch and bound once every initiative is. Source: solving.md, "Method that worked".
"""

import time
from dataclasses import dataclass

import numpy as np

from .compile import Floats, Program
from .engine import Ending, Limits, Outcome, Relaxation, Search
from .reduce import reduce
from .signals import Interrupt

TOLERANCE = 1e-6
FOLLOWING = 0.01, 200  # gap and nodes of the search for the columns that follow from a schedule
BRIEF = 2000  # rows up to which a relaxation takes milliseconds, even the first
CANDIDATES = 4  # plans tried per initiative, besides the one that does least


@dataclass
class Budget:
    """What a dive may spend: relaxations once a plan is known, and time until `deadline` (monotonic seconds)."""

    relaxations: int
    deadline: float
    interrupt: Interrupt

    def spent(self) -> bool:
        """Tell whether the time is up or a signal came."""
        return bool(self.interrupt) or time.monotonic() >= self.deadline


class Dive:
    """One depth-first search; `best` is what a plan must beat, `listed` marks chains whose columns are whole plans."""

    def __init__(
        self, program: Program, relaxation: Relaxation, budget: Budget, listed: set[int], best: float = -np.inf
    ) -> None:
        """Remember the program and which columns belong to which chain."""
        self.program, self.relaxation, self.budget, self.listed = program, relaxation, budget, listed
        self.best, self.count = best, 0
        self.x: Floats | None = None
        self.brief = len(program.row_lower) <= BRIEF
        self.integer = np.flatnonzero(program.integer & (program.chain >= 0))
        self.owner = program.chain[self.integer]
        order = np.argsort(self.owner, kind="stable")
        names, first = np.unique(self.owner[order], return_index=True)
        parts = np.split(self.integer[order], first[1:]) if len(names) else []
        self.columns = {int(name): np.sort(part) for name, part in zip(names, parts, strict=True)}

    def run(self) -> Floats | None:
        """Return the best point found whose integer columns are whole, or None where none beats `best`."""
        root = self._solve()
        if root.ending is Ending.NUMERICAL:
            self.relaxation.forget()
            root = self._solve()
        self.relaxation.dual()
        self._descend(root)
        return self.x

    def _solve(self) -> Outcome:
        self.count += 1
        floor = self.best + 1e-7 * max(1.0, abs(self.best)) if np.isfinite(self.best) else -np.inf
        left = self.budget.deadline - time.monotonic()
        return self.relaxation.solve(left, self.budget.interrupt, floor, brief=self.brief or self.count > 1)

    def _exhausted(self) -> bool:
        known = self.x is not None or np.isfinite(self.best)
        return self.budget.spent() or (known and self.count >= self.budget.relaxations)

    def _descend(self, outcome: Outcome) -> None:
        """Branch on the least undecided chain of a relaxation that may still lead to a better plan."""
        x = outcome.x
        if x is None or outcome.objective is None or outcome.objective <= self.best:
            return
        chain = self._least_undecided(x)
        if chain is None:
            self._arrive(x, outcome.objective)
            return
        columns = self.columns[chain]
        lower, upper = self.program.lower[columns], self.program.upper[columns]
        for whole in self.candidates(chain, x):
            if self._exhausted():
                break
            self.relaxation.bind(columns, whole, whole)
            self._descend(self._solve())
        self.relaxation.bind(columns, lower, upper)

    def _arrive(self, x: Floats, value: float) -> None:
        """Keep a point in which every initiative is whole, once the columns that follow are whole too."""
        following = self.program.following
        if len(following) and np.abs(x[following] - np.round(x[following])).max() > TOLERANCE:
            held = self.program.lower.copy(), self.program.upper.copy()
            held[0][self.integer] = held[1][self.integer] = np.round(x[self.integer])
            reduced = reduce(self.program.with_bounds(*held))
            gap, nodes = FOLLOWING
            left = max(0.0, self.budget.deadline - time.monotonic())
            outcome = Search(reduced.program, Limits(gap, left, steps=nodes, threads=1)).run(self.budget.interrupt)
            if outcome.x is None or outcome.objective is None or outcome.objective <= self.best:
                return
            x, value = reduced.expand(outcome.x), outcome.objective
        self.x, self.best = x, value

    def _least_undecided(self, x: Floats) -> int | None:
        """Return the undecided chain that is nearest to a whole plan."""
        away = np.abs(x[self.integer] - np.round(x[self.integer]))
        undecided = np.unique(self.owner[away > TOLERANCE])
        if not len(undecided):
            return None
        return int(min(undecided, key=lambda c: (self._away(int(c), x), c)))

    def _away(self, chain: int, x: Floats) -> float:
        """Return how far a chain is from whole."""
        values = x[self.columns[chain]]
        return float(1.0 - values.max() if chain in self.listed else np.abs(values - np.round(values)).sum())

    def candidates(self, chain: int, x: Floats) -> list[Floats]:
        """Return the candidate plans of a chain as values of its columns, the last the one that does least."""
        columns = self.columns[chain]
        values, least = x[columns], self.program.lower[columns]
        if chain not in self.listed:
            return _roundings(values, least)
        order = np.argsort(-values, kind="stable")[:CANDIDATES]
        chosen = [int(k) for k in order if values[k] > TOLERANCE]
        idle = int(np.argmin(np.abs(self.program.cost[columns])))
        chosen += [] if idle in chosen else [idle]
        return [np.eye(1, len(columns), k)[0] for k in chosen]


def _roundings(values: Floats, least: Floats) -> list[Floats]:
    """Return the roundings of by-period columns at their largest thresholds, then nothing at all."""
    thresholds = np.unique(np.round(values[values > TOLERANCE], 6))[::-1][:CANDIDATES]
    found: list[Floats] = []
    for threshold in [*thresholds, 2.0]:
        whole = np.maximum((values >= threshold - TOLERANCE).astype(float), least)
        if not any(np.array_equal(whole, other) for other in found):
            found.append(whole)
    return found
