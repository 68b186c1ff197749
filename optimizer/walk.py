"""The walk from schedule to schedule: construction from the relaxation, mending, improvement.

A walk stands on a schedule, complete with its payments. Each step sets a few initiatives free, holds the others and
dives for a schedule that is better, or (early on) not much worse: how much worse is drawn anew each step and shrinks to
nothing towards the end (simulated annealing, Kirkpatrick 1983, on large neighbourhoods). A schedule that breaks limits
(a start from another case; a construction that found no way) is walked on with slack in the limits at a steep price,
until nothing is short. Only a schedule without any shortfall is ever a plan.
"""

import time
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .columns import Root
from .compile import Floats
from .dive import Budget, Dive
from .engine import Limits, Relaxation, Search
from .footing import Footing
from .neighbours import Neighbourhoods
from .parts import Part, Parts
from .plans import Plans
from .reduce import reduce
from .signals import Interrupt

CONSTRUCTION = 60  # relaxations of a construction, more only until there is a plan
STEP, MEND = 40, 60  # relaxations of a step, and of one that mends
LONGEST = 10.0  # most seconds of a step
PATIENCE = 100  # steps in vain after which branch and bound tries a larger neighbourhood, then twice as many, and so on
BRANCH, NODES = 3.0, 300  # its seconds and nodes
MANY, BRANCHED = 25, (0.4, 0.6)  # its free initiatives: at least, and as parts of all, one after the other
MENDS = 5  # times that a schedule is mended, for the best of them, if each takes `MEND` relaxations
MENDING = 30  # steps after which a schedule is given up that still breaks limits
HEAT = 0.1  # mean loss that a step may accept at the start of the walk, as a part of the gap
SHORT = 1e-7  # shortfall, in the rows' scale, that is none


@dataclass(frozen=True)
class Stand:
    """Where a walk stands: the point over whole plans, its objective less the price of what is short, and that."""

    x: Floats
    value: float
    shortfall: float
    broken: Floats | None = None


class Walk:
    """A walk on one program over whole plans; `stand` is where it is now, None before construction."""

    def __init__(self, plans: Plans, root: Root, limits: Limits, interrupt: Interrupt) -> None:
        """Prepare the parts and the neighbourhoods."""
        self.plans, self.root, self.limits, self.interrupt = plans, root, limits, interrupt
        self.parts = Parts(plans, root)
        self.footing = Footing(self.parts, limits, interrupt)
        self.around = Neighbourhoods(plans, root, limits.seed, self.parts.offered())
        self.chance = np.random.default_rng(limits.seed + 1)
        self.listed = set(self.parts.each)
        self.loose = np.array([c for c in range(plans.chains) if c not in self.listed], dtype=np.int64)
        self.stand: Stand | None = None
        self.best = -np.inf
        self.relaxations = self.turn = self.idle = self.branches = 0
        self.patience = PATIENCE

    def round(self, deadline: float) -> bool:
        """Hold what the relaxation decides and do the least of the rest: a first plan, where that is one."""
        if self.root.x is None:
            return False
        x = np.round(self.root.x)
        for c in self._undecided():
            first, last = self.plans.first[c], self.plans.first[c + 1]
            if last > first:
                x[first:last] = 0.0
                x[first + int(np.argmin(self.plans.points[c].sum(axis=1)))] = 1.0
        self.stand = self._dive(x, self.loose, False, -np.inf, 1, deadline, open=True)
        return self.stand is not None

    def construct(self, deadline: float) -> bool:
        """Hold what the relaxation decides and dive for the rest; with slack where there is still no plan."""
        if self.root.x is None:
            return False
        best = -np.inf if self.stand is None else self.stand.value
        x, undecided = np.round(self.root.x), self._undecided()
        found = self._dive(x, undecided, False, best, CONSTRUCTION, deadline, open=True)
        if found is None and self.stand is None:
            found = self._dive(x, undecided, True, best, CONSTRUCTION, deadline, open=True)
        self.stand = self.stand if found is None else found
        return found is not None

    def _undecided(self) -> NDArray[np.int64]:
        """Return the initiatives that the relaxation leaves undecided."""
        program, x = self.plans.program, self.root.x
        if x is None:
            return np.zeros(0, dtype=np.int64)
        return np.unique(program.chain[(program.chain >= 0) & (np.abs(x - np.round(x)) > 1e-6)])

    def begin(self, point: Floats, deadline: float) -> bool:
        """Stand on the schedule of a point over whole plans, with slack where it breaks limits."""
        none = np.zeros(0, dtype=np.int64)
        for soft in (False, True):
            found = self._dive(point, none, soft, -np.inf, 1, deadline, open=True)
            if found is not None:
                self.stand = found
                return True
        return False

    @property
    def whole(self) -> bool:
        """Tell whether it stands on a plan: nothing is short."""
        return self.stand is not None and self.stand.shortfall <= SHORT

    def mend(self, deadline: float) -> None:
        """Mend the stand several times, around other initiatives each time, and take the best; none: no stand."""
        broken, best, enough = self.stand, None, self.relaxations + MENDS * MEND
        while best is None or self.relaxations < enough:
            self.stand = broken
            for _ in range(MENDING):
                if self.whole or self.interrupt or time.monotonic() >= deadline:
                    break
                self.step(0.0, deadline)
            if not self.whole or self.stand is None:
                break
            best = self.stand if best is None or self.stand.value > best.value else best
            if self.root.bound is not None and self.root.bound - best.value <= self.limits.gap * abs(best.value):
                break
        self.stand = best

    def rival(self, deadline: float) -> Stand | None:
        """Return what the relaxation leads to, unless it is more than twice as far from the bound as the stand is."""
        if self.root.x is None or self.root.bound is None or self.stand is None:
            return None
        floor = 2.0 * self.stand.value - self.root.bound
        return self._dive(np.round(self.root.x), self._undecided(), False, floor, CONSTRUCTION, deadline, open=True)

    def step(self, heat: float, deadline: float) -> bool:
        """Try one neighbourhood; `heat` (1 at first, 0 at the end) says how much worse the next stand may be."""
        stand = self.stand
        if stand is None:
            return False
        soft = stand.shortfall > SHORT
        free = self.around.pick(stand.x, self.turn, stand.broken)
        self.turn += 1
        gap = 0.0 if soft or self.root.bound is None else max(0.0, self.root.bound - stand.value)
        loss = HEAT * heat * gap * float(self.chance.exponential())
        end = deadline if self.limits.steps is not None else min(deadline, time.monotonic() + LONGEST)
        if not soft and self.idle >= self.patience:
            self.idle, self.patience = 0, 2 * self.patience
            found = self._branch(stand, deadline)
        else:
            found = self._dive(stand.x, free, soft, stand.value - loss, MEND if soft else STEP, end)
        self.idle += 1
        if found is None:
            return False
        self.stand = found
        if soft or found.value > self.best:
            self.best, self.idle, self.patience = found.value, 0, PATIENCE
        if soft and found.shortfall <= SHORT:
            self.begin(found.x, deadline)
        return True

    def _branch(self, stand: Stand, deadline: float) -> Stand | None:
        """Return the best stand that branch and bound finds among many free initiatives, None where none is better."""
        share = BRANCHED[self.branches % len(BRANCHED)]
        self.branches += 1
        count = min(self.plans.chains, max(MANY, round(share * self.plans.chains)))
        free = self.around.pick(stand.x, self.turn, size=count)
        part = self.parts.part(stand.x, free)
        upper = part.program.upper.copy()
        upper[part.program.integer] = np.minimum(upper[part.program.integer], 1.0)
        reduced = reduce(replace(part.program, upper=upper))
        left = deadline - time.monotonic()
        seconds = left if self.limits.steps is not None else min(BRANCH, left)
        limits = replace(self.limits, gap=1e-4, time_limit=seconds, log=False, steps=NODES)
        search = Search(reduced.program, limits)
        search.start_from(stand.x[part.columns][reduced.kept])
        outcome = search.run(self.interrupt)
        if outcome.x is None or outcome.objective is None or outcome.objective <= stand.value + 1e-9 * abs(stand.value):
            return None
        return Stand(self._whole(part, reduced.expand(outcome.x)), outcome.objective, 0.0)

    def _whole(self, part: Part, x: Floats) -> Floats:
        """Return a part's point as a point over whole plans, its integers exact."""
        whole = part.expand(x)
        integer = self.plans.program.integer
        whole[integer] = np.round(whole[integer])
        return whole

    def _dive(
        self,
        point: Floats,
        free: NDArray[np.int64],
        soft: bool,
        best: float,
        relaxations: int,
        deadline: float,
        open: bool = False,
    ) -> Stand | None:
        """Return the best stand found in a part, None where none beats `best`; `open`: see `Parts.part`."""
        part = self.parts.part(point, free, soft, open)
        reduced = reduce(part.program)
        relaxation = Relaxation(reduced.program, self.limits)
        if self.stand is not None and point is self.stand.x and not soft:
            self.footing.lead(relaxation, point, part, reduced)
        budget = Budget(relaxations, deadline, self.interrupt)
        dive = Dive(reduced.program, relaxation, budget, self.listed, best)
        found = dive.run()
        self.relaxations += dive.count
        if found is None:
            return None
        x = reduced.expand(found)
        short = part.shortfall(x)
        broken = None
        if soft:
            slack = x[len(part.columns) :].reshape(2, -1)
            broken = slack.sum(axis=0) if short > SHORT else None
        return Stand(self._whole(part, x), dive.best, short, broken)
