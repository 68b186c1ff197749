"""A second look at every proof of optimality, in the background while the plan is settled.

HiGHS 1.11 to 1.15.1 have been seen to call a plan optimal that was not (one tiny case in about 25,000). The second look
asks for a plan above the claimed bound, without presolve, with another seed and from the claim, so it is short: a
guard, not a proof. What it finds counts once its decisions are whole: where money is in the objective, a millionth of a
decision less is a little money less.
"""

import threading
from dataclasses import replace

import numpy as np

from .compile import Program
from .engine import Ending, Limits, Outcome, Search
from .extract import fixed
from .search import Found
from .signals import Interrupt

LEAST, PART = 0.3, 0.1  # seconds of a second look: at least, and as a part of the search's


class Doubt:
    """One second look; it works while others do, until `result` is asked for."""

    def __init__(self, program: Program, found: Found, limits: Limits, seconds: float, interrupt: Interrupt) -> None:
        """Begin, if the search of `seconds` claims a proof by branch and bound."""
        self.program, self.found, self.limits, self.interrupt = program, found, limits, interrupt
        self.seconds = max(LEAST, PART * seconds)
        self.outcome: Outcome | None = None
        self.thread: threading.Thread | None = None
        proof = found.ending is Ending.OPTIMAL and found.proved and found.bound is not None
        if proof and program.integer.any():
            self.thread = threading.Thread(target=self._look, daemon=True)
            self.thread.start()

    def _cutoff(self) -> float:
        bound = self.found.bound or 0.0
        return bound + 1e-7 * max(1.0, abs(bound))

    def _look(self) -> None:
        row = self.program.offset - self._cutoff()
        above = self.program.with_row(-self.program.cost, row, "above the claimed bound")
        limits = replace(self.limits, time_limit=self.seconds, seed=self.limits.seed + 1, log=False)
        outcome = Search(above, limits, presolve=False).run(self.interrupt)
        if outcome.x is None:
            return
        exact = Search(fixed(self.program, outcome.x), limits, relax=True).run(self.interrupt)
        if exact.x is not None and exact.objective is not None and exact.objective > self._cutoff():
            self.outcome = replace(outcome, x=exact.x, objective=exact.objective)

    def result(self) -> Found:
        """Return what was found, or what is better: then the claim was wrong, and its bound is not kept."""
        if self.thread is not None:
            self.thread.join()
        found, outcome = self.found, self.outcome
        if outcome is None or outcome.x is None or outcome.objective is None:
            return found
        if found.objective is not None and outcome.objective <= found.objective + 1e-12 * abs(found.objective):
            return found
        bound = max(self._cutoff(), outcome.bound if outcome.bound is not None else np.inf)
        return replace(found, x=outcome.x, objective=outcome.objective, bound=bound, phase="second look")
