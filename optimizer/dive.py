"""Construction led by the linear relaxation: decide whole initiatives, never single binaries.

The columns `started[m,t]` of an initiative form chains, and for any threshold θ the rounding `started ≥ θ` satisfies every
chain row. So an initiative that the relaxation leaves undecided has a handful of candidate schedules: one per distinct
fractional value, and "not at all". The dive holds what the relaxation decides, then takes the least undecided initiative,
tries its candidates with a hot dual simplex, keeps the best, and goes on until nothing is fractional. Source: solving.md,
"Method that worked".
"""

import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from .compile import Floats, Program
from .engine import Ending, Interrupt, Outcome, Relaxation

TOLERANCE = 1e-6
CANDIDATES = 4  # thresholds tried per initiative, besides "not at all"


class Dive:
    """One dive on a relaxation that is solved already."""

    def __init__(
        self, program: Program, relaxation: Relaxation, interrupt: Interrupt, deadline: float, tell: Callable[[], None]
    ) -> None:
        """Remember the program and which columns belong to which chain."""
        self.program, self.relaxation, self.interrupt = program, relaxation, interrupt
        self.deadline, self.tell = deadline, tell
        self.columns = {
            int(chain): np.flatnonzero(program.chain == chain) for chain in np.unique(program.chain) if chain >= 0
        }

    def run(self, root: Outcome) -> Floats | None:
        """Return a point whose integer columns are whole, or None where the dive ends without one."""
        outcome, held = root, set[int]()
        while outcome.x is not None and not self.interrupt and time.monotonic() < self.deadline:
            x = outcome.x
            undecided = self._undecided(x)
            self._hold([c for c in self.columns if c not in undecided and c not in held], x)
            held |= self.columns.keys() - undecided.keys()
            if not undecided:
                return x
            chain = min(undecided, key=lambda c: (undecided[c], c))
            outcome = self._decide(chain, x)
            held.add(chain)
            self.tell()
        return None

    def _undecided(self, x: Floats) -> dict[int, float]:
        """Return how far each undecided chain is from whole."""
        away = np.where(self.program.integer, np.abs(x - np.round(x)), 0.0)
        return {
            int(c): float(away[self.columns[int(c)]].sum()) for c in np.unique(self.program.chain[away > TOLERANCE])
        }

    def _hold(self, chains: list[int], x: Floats) -> None:
        """Fix chains at their whole values in `x`."""
        if chains:
            columns = np.concatenate([self.columns[c] for c in chains])
            whole = np.round(x[columns])
            self.relaxation.bind(columns, whole, whole)

    def candidates(self, chain: int, x: Floats) -> list[Floats]:
        """Return the candidate schedules of a chain: roundings at its largest thresholds, then nothing at all."""
        columns = self.columns[chain]
        values = x[columns]
        thresholds = np.unique(np.round(values[values > TOLERANCE], 6))[::-1][:CANDIDATES]
        found: list[Floats] = []
        for threshold in [*thresholds, 2.0]:
            whole = np.maximum((values >= threshold - TOLERANCE).astype(float), self.program.lower[columns])
            if not any(np.array_equal(whole, other) for other in found):
                found.append(whole)
        return found

    def _decide(self, chain: int, x: Floats) -> Outcome:
        """Fix a chain at its best candidate and return the relaxation there; no point when none is possible."""
        columns = self.columns[chain]
        best: Outcome | None = None
        chosen: NDArray[np.float64] | None = None
        for whole in self.candidates(chain, x):
            self.relaxation.bind(columns, whole, whole)
            floor = -np.inf if best is None or best.objective is None else best.objective
            outcome = self.relaxation.solve(self.deadline - time.monotonic(), self.interrupt, floor)
            if outcome.objective is not None and (best is None or outcome.objective > floor + 1e-9):
                best, chosen = outcome, whole
        if best is None or chosen is None:
            return Outcome(Ending.INFEASIBLE, None, None, None, 0.0)
        self.relaxation.bind(columns, chosen, chosen)
        return best
