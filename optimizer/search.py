"""The search for a plan: directly by HiGHS where the program is small, led by the linear relaxation where it is large.

1. relaxation    the LP by interior point with crossover: a bound, and the few initiatives it leaves undecided
2. construction  initiatives that the LP decides are fixed (all or nothing of a chain), the rest is a small program
3. search        HiGHS on the whole program, from that plan, for the bound and for what is better

The best plan and the tightest bound of all phases are kept at every moment.
"""

import time
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .compile import Floats, Program
from .dive import Budget, Dive
from .engine import Ending, Interrupt, Limits, Listener, Outcome, Progress, Relaxation, Search
from .reduce import reduce

SMALL = 1500  # integer columns up to which HiGHS alone is faster than a relaxation of our own first
CONSTRUCTION = 0.25  # largest part of the time left that construction may take


@dataclass(frozen=True)
class Found:
    """The best point (in the solver's scale), the tightest upper bound, how the search ended, and what found it."""

    ending: Ending
    x: Floats | None
    objective: float | None
    bound: float | None
    phase: str


def undecided(program: Program, x: Floats) -> NDArray[np.int64]:
    """Return the chains (initiatives) that have a fractional column at `x`."""
    fractional = program.integer & (np.abs(x - np.round(x)) > 1e-6)
    return np.unique(program.chain[fractional])


def hold(program: Program, x: Floats, free: NDArray[np.int64]) -> Program:
    """Return the program with every chain but the `free` ones fixed at `x`."""
    lower, upper = program.lower.copy(), program.upper.copy()
    held = program.integer & ~np.isin(program.chain, free)
    lower[held] = upper[held] = np.round(x[held])
    return program.with_bounds(lower, upper)


class Hunt:
    """One search on one program, with a deadline, an interrupt and a listener."""

    def __init__(
        self, program: Program, limits: Limits, interrupt: Interrupt, listener: Listener, began: float
    ) -> None:
        """Start from nothing: no plan, no bound."""
        self.program, self.limits, self.interrupt, self.listener = program, limits, interrupt, listener
        self.began, self.deadline = began, began + limits.time_limit
        self.x: Floats | None = None
        self.objective: float | None = None
        self.bound: float | None = None
        self.phase = ""

    def left(self) -> float:
        """Return the seconds left."""
        return self.deadline - time.monotonic()

    def tell(self, phase: str) -> None:
        """Report a phase with the best plan and bound so far."""
        gap = None
        if self.objective is not None and self.bound is not None:
            gap = abs(self.bound - self.objective) / max(abs(self.objective), 1e-9)
        self.listener(Progress(phase, time.monotonic() - self.began, self.objective, self.bound, gap))

    def keep(self, outcome: Outcome, phase: str, bounds: bool) -> None:
        """Keep the outcome's plan if it is the best, and its bound if it holds for the whole and is tighter."""
        if outcome.x is not None and outcome.objective is not None and (
            self.objective is None or outcome.objective > self.objective + 1e-12 * abs(self.objective)
        ):
            self.x, self.objective, self.phase = outcome.x, outcome.objective, phase
        if bounds and outcome.bound is not None and (self.bound is None or outcome.bound < self.bound):
            self.bound = outcome.bound

    def run(self, start: Floats | None = None) -> Found:
        """Search until the gap is closed, time is up or a signal comes."""
        if int(self.program.integer.sum()) > SMALL:
            self._construct()
        if self.x is not None:
            start = self.x
        if self.interrupt:
            return self._found(Ending.INTERRUPTED)
        if self.objective is not None and self.bound is not None:
            gap = abs(self.bound - self.objective) / max(abs(self.objective), 1e-9)
            if gap <= self.limits.gap:
                return self._found(Ending.OPTIMAL)
        self.tell("search")
        outcome = self._solve(self.program, self.left(), "search", start)
        self.keep(outcome, "search", bounds=True)
        return self._found(outcome.ending)

    def _found(self, ending: Ending) -> Found:
        return Found(ending, self.x, self.objective, self.bound, self.phase)

    def _solve(self, program: Program, seconds: float, phase: str, start: Floats | None = None) -> Outcome:
        search = Search(program, replace(self.limits, time_limit=seconds))
        search.listen(self.listener, phase, self.began)
        if start is not None:
            search.start_from(start)
        return search.run(self.interrupt)

    def _construct(self) -> None:
        """Solve the relaxation, then dive from it."""
        self.tell("relaxation")
        relaxation = Relaxation(self.program, self.limits)
        root = relaxation.solve(self.left(), self.interrupt)
        if root.ending is not Ending.OPTIMAL:
            return
        self.bound = root.bound
        self.tell("construction")
        deadline = time.monotonic() + CONSTRUCTION * self.left()
        if root.x is not None:
            x = self._dive(root.x, deadline)
            if x is not None:
                value = float(self.program.cost @ x + self.program.offset)
                self.keep(Outcome(Ending.OPTIMAL, x, value, None, 0.0), "construction", bounds=False)
        self.tell("construction")

    def _dive(self, x: Floats, deadline: float) -> Floats | None:
        """Hold what the relaxation decides, shrink the program to the rest, and dive in it."""
        reduced = reduce(hold(self.program, x, undecided(self.program, x)))
        relaxation = Relaxation(reduced.program, self.limits)
        root = relaxation.solve(deadline - time.monotonic(), self.interrupt)
        dive = Dive(reduced.program, relaxation, self.interrupt, deadline, lambda: self.tell("construction"))
        found = dive.run(root)
        return None if found is None else reduced.expand(found)
