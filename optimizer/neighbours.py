"""Neighbourhoods of a plan: which initiatives to set free together, the others held.

Three kinds take turns: where relaxation and plan differ, an initiative with those that compete with it for the same
dear money (they load the same limits, weighted by the relaxation's prices), and initiatives at random. While a
schedule still breaks limits, those that load the broken ones come first. Source: solving.md, "Chain neighbourhood
search"; Shaw 1998, large neighbourhood search.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, csr_array

from .columns import Root
from .compile import Floats
from .plans import Plans

PLANS = (150, 225, 300, 375)  # plans on offer in a neighbourhood; with the plans per initiative, its size
LEAST = 5  # initiatives set free at once

Chains = NDArray[np.int64]


class Neighbourhoods:
    """Picks neighbourhoods on one program over whole plans, deterministic for a seed."""

    def __init__(self, plans: Plans, root: Root, seed: int, offered: float) -> None:
        """Remember the relaxation and which initiatives load which limits; each has `offered` plans on average."""
        self.plans, self.root, self.offered = plans, root, max(1.0, offered)
        self.chance = np.random.default_rng(seed)
        self.chains: Chains = np.arange(plans.chains)
        self.load = self._loads()
        prices = np.zeros(len(plans.program.row_lower)) if root.prices is None else np.abs(root.prices)
        self.priced = csr_array(self.load.multiply(np.sqrt(prices[plans.limits])))

    def _loads(self) -> csr_array:
        """Return initiatives x limits: the mean size of what an initiative's columns use of each."""
        program = self.plans.program
        matrix = csc_array(program.matrix)[self.plans.limits].tocoo()
        chain = program.chain[matrix.col]
        kept = (chain >= 0) & program.integer[matrix.col]
        shape = (self.plans.chains, len(self.plans.limits))
        total = csr_array((np.abs(matrix.data[kept]), (chain[kept], matrix.row[kept])), shape=shape)
        count = np.bincount(program.chain[program.integer & (program.chain >= 0)], minlength=shape[0])
        return csr_array(total.multiply(1.0 / np.maximum(count, 1)[:, None]))

    def apart(self, point: Floats) -> Chains:
        """Return the initiatives on which relaxation and plan differ."""
        program = self.plans.program
        if self.root.x is None:
            return self.chains[:0]
        differ = program.integer & (np.abs(self.root.x - point) > 1e-6)
        found = np.unique(program.chain[differ])
        return found[found >= 0]

    def rivals(self, chain: int, count: int) -> Chains:
        """Return the initiatives that compete most with one, itself included; chance decides among near ones."""
        common = np.asarray((self.priced @ self.priced[[chain]].T).todense()).ravel()
        common = common * self.chance.uniform(0.5, 1.5, len(common))
        common[chain] = np.inf
        order = np.argsort(-common, kind="stable")[:count]
        return np.asarray(order[common[order] > 0], dtype=np.int64)

    def loading(self, broken: Floats, count: int) -> Chains:
        """Return initiatives that load the broken limits, picked with a chance that grows with the load."""
        weight = np.asarray(self.load @ broken).ravel()
        able = np.flatnonzero(weight > 0)
        if not len(able):
            return able
        picked = self.chance.choice(able, min(count, len(able)), replace=False, p=weight[able] / weight[able].sum())
        return np.asarray(picked, dtype=np.int64)

    def pick(self, point: Floats, turn: int, broken: Floats | None = None, size: int | None = None) -> Chains:
        """Return the initiatives to set free in this turn; `broken` says how much each limit is broken."""
        if size is None:
            size = min(max(LEAST, round(PLANS[turn % len(PLANS)] / self.offered)), len(self.chains))
        picked = self.chains[:0]
        if broken is not None:
            picked = self.loading(broken, 2 * size // 3)
        elif turn % 3 == 0:
            apart = self.apart(point)
            picked = self.chance.choice(apart, min(len(apart), 2 * size // 3), replace=False) if len(apart) else apart
        elif turn % 3 == 1:
            picked = self.rivals(int(self.chance.choice(self.chains)), size)
        left = np.setdiff1d(self.chains, picked)
        extra = self.chance.choice(left, max(0, min(size - len(picked), len(left))), replace=False)
        return np.union1d(picked, extra).astype(np.int64)
