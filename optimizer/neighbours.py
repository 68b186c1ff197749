"""Neighbourhoods of a plan: which initiatives to set free together, the others held.

Three kinds take turns: where relaxation and plan differ, an initiative with those that compete with it for the same
dear money (they load the same rows, weighted by the relaxation's prices), and initiatives at random. Source:
solving.md, "Chain neighbourhood search".
"""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from .compile import Floats, Program
from .engine import Outcome

SIZES = (15, 20, 25, 30)  # initiatives set free at once

Chains = NDArray[np.int64]


class Neighbourhoods:
    """Picks neighbourhoods on one program, deterministic for a seed."""

    def __init__(self, program: Program, root: Outcome, seed: int) -> None:
        """Remember the relaxation and which initiatives load which priced rows."""
        self.program, self.root = program, root
        self.chance = np.random.default_rng(seed)
        self.chains: Chains = np.unique(program.chain[program.chain >= 0])
        self.load = self._loads()

    def _loads(self) -> csr_array:
        """Return initiatives x rows: how much each loads a row, at the row's price."""
        matrix = self.program.matrix.tocoo()
        chain = self.program.chain[matrix.col]
        money = np.zeros(matrix.shape[0], dtype=bool)
        money[matrix.row[chain < 0]] = True
        prices = np.zeros(matrix.shape[0]) if self.root.prices is None else np.abs(self.root.prices)
        kept = (chain >= 0) & money[matrix.row]
        values = np.abs(matrix.data[kept]) * prices[matrix.row[kept]]
        shape = (int(self.chains.max(initial=-1)) + 1, matrix.shape[0])
        return csr_array((values, (chain[kept], matrix.row[kept])), shape=shape)

    def apart(self, plan: Floats) -> Chains:
        """Return the initiatives on which relaxation and plan differ."""
        if self.root.x is None:
            return self.chains[:0]
        differ = self.program.integer & (np.abs(self.root.x - plan) > 1e-6)
        return np.unique(self.program.chain[differ])

    def rivals(self, chain: int, count: int) -> Chains:
        """Return the initiatives that compete most with one, itself included."""
        common = np.asarray((self.load @ self.load[[chain]].T).todense()).ravel()
        common[chain] = np.inf
        order = np.argsort(-common, kind="stable")
        return np.asarray([c for c in order[:count] if common[c] > 0], dtype=np.int64)

    def pick(self, plan: Floats, turn: int) -> Chains:
        """Return the initiatives to set free in this turn."""
        size = min(SIZES[turn % len(SIZES)], len(self.chains))
        apart = self.apart(plan)
        picked = apart[:0]
        if len(apart) and turn % 3 == 0:
            picked = self.chance.choice(apart, min(len(apart), 2 * size // 3), replace=False)
        elif turn % 3 == 1:
            seeds = apart if len(apart) else self.chains
            picked = self.rivals(int(self.chance.choice(seeds)), size)
        left = np.setdiff1d(self.chains, picked)
        extra = self.chance.choice(left, max(0, min(size - len(picked), len(left))), replace=False)
        return np.union1d(picked, extra).astype(np.int64)
