"""Construction led by the linear relaxation: decide whole initiatives, never single binaries.

The columns `started[m,t]` of an initiative form chains, and for any threshold θ the rounding `started ≥ θ` satisfies
every chain row. So an initiative that the relaxation leaves undecided has a handful of candidate schedules: one per
distinct fractional value, and "not at all". The search goes depth first: it takes the least undecided initiative,
tries its candidates with a hot dual simplex, descends into the best, and comes back to the others while they can
still beat the best plan and relaxations are left to spend. Source: solving.md, "Method that worked".
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .compile import Floats, Program
from .engine import Interrupt, Outcome, Relaxation

TOLERANCE = 1e-6
CANDIDATES = 4  # thresholds tried per initiative, besides "not at all"


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
    """One depth-first search over the chains of a (reduced) program; `best` is what a plan must beat."""

    def __init__(
        self,
        program: Program,
        relaxation: Relaxation,
        budget: Budget,
        tell: Callable[[], None],
        best: float = -np.inf,
    ) -> None:
        """Remember the program and which columns belong to which chain."""
        self.program, self.relaxation, self.budget, self.tell = program, relaxation, budget, tell
        self.best, self.count = best, 0
        self.x: Floats | None = None
        self.columns = {
            int(chain): np.flatnonzero(program.chain == chain) for chain in np.unique(program.chain) if chain >= 0
        }

    def run(self) -> Floats | None:
        """Return the best point found whose integer columns are whole, or None where none beats `best`."""
        self._descend(self._solve())
        return self.x

    def _solve(self) -> Outcome:
        self.count += 1
        floor = self.best + 1e-7 * max(1.0, abs(self.best)) if np.isfinite(self.best) else -np.inf
        return self.relaxation.solve(self.budget.deadline - time.monotonic(), self.budget.interrupt, floor)

    def _exhausted(self) -> bool:
        known = self.x is not None or np.isfinite(self.best)
        return self.budget.spent() or (known and self.count >= self.budget.relaxations)

    def _descend(self, outcome: Outcome) -> None:
        """Branch on the least undecided chain of a relaxation that may still lead to a better plan."""
        x = outcome.x
        if x is None or outcome.objective is None or outcome.objective <= self.best or self._exhausted():
            return
        undecided = self._undecided(x)
        if not undecided:
            self.x, self.best = x, outcome.objective
            self.tell()
            return
        chain = min(undecided, key=lambda c: (undecided[c], c))
        columns = self.columns[chain]
        lower, upper = self.program.lower[columns], self.program.upper[columns]
        branches: list[tuple[float, Floats, Outcome]] = []
        for whole in self.candidates(chain, x):
            if self._exhausted():
                break
            self.relaxation.bind(columns, whole, whole)
            tried = self._solve()
            if tried.objective is not None:
                branches.append((tried.objective, whole, tried))
        for objective, whole, tried in sorted(branches, key=lambda branch: -branch[0]):
            if objective > self.best and not self._exhausted():
                self.relaxation.bind(columns, whole, whole)
                self._descend(tried)
        self.relaxation.bind(columns, lower, upper)

    def _undecided(self, x: Floats) -> dict[int, float]:
        """Return how far each undecided chain is from whole."""
        away = np.where(self.program.integer, np.abs(x - np.round(x)), 0.0)
        return {
            int(c): float(away[self.columns[int(c)]].sum()) for c in np.unique(self.program.chain[away > TOLERANCE])
        }

    def candidates(self, chain: int, x: Floats) -> list[Floats]:
        """Return the candidate schedules of a chain: roundings at its largest thresholds, then nothing at all."""
        columns = self.columns[chain]
        values, least = x[columns], self.program.lower[columns]
        thresholds = np.unique(np.round(values[values > TOLERANCE], 6))[::-1][:CANDIDATES]
        found: list[Floats] = []
        for threshold in [*thresholds, 2.0]:
            whole = np.maximum((values >= threshold - TOLERANCE).astype(float), least)
            if not any(np.array_equal(whole, other) for other in found):
                found.append(whole)
        return found
