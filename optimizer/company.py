"""Further walks beside the first, one for every further core: the best of several ends is better than any one.

Where a walk ends depends on chance, by a per cent or more on hard programmes. Companions start from the same stand,
each with a seed of its own, in threads: nine tenths of a walk are relaxations, during which Python's lock is free.
"""

import os
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from threading import Lock

from .signals import Interrupt
from .walk import Stand, Walk

MOST = 8  # walks at once: with more they would wait for each other
APART = 7919  # between the seeds of two walks
WORTH = 2.0  # seconds of a walk from which on companions are worth their preparation


class Until(Interrupt):
    """A signal, or being told that it is enough."""

    def __init__(self, other: Interrupt) -> None:
        """Heed another interrupt, too."""
        super().__init__()
        self.other, self.over = other, False

    def __bool__(self) -> bool:
        """Tell whether either came."""
        return self.over or bool(self.other)


class Company:
    """The companions of a walk; `best` is the best plan that one of them stood on, None as long as there is none."""

    def __init__(self, interrupt: Interrupt) -> None:
        """Have no companion yet."""
        self.until = Until(interrupt)
        self.best: Stand | None = None
        self.walking: list[Future[None]] = []
        self.one = Lock()

    def walk(self, walk: Walk, seconds: float) -> None:
        """Walk with less and less heat until the time is over (in a thread of its own)."""
        began = time.monotonic()
        while not self.until:
            spent = (time.monotonic() - began) / seconds
            if spent >= 1.0:
                return
            if walk.step(1.0 - spent, began + seconds) and walk.whole:
                self._offer(walk.stand)

    def _offer(self, stand: Stand | None) -> None:
        """Keep a stand if it is the best, one thread at a time."""
        with self.one:
            if stand is not None and (self.best is None or stand.value > self.best.value):
                self.best = stand

    def check(self) -> None:
        """Raise what a companion ended in."""
        for each in self.walking:
            if each.done():
                each.result()


def cores(threads: int) -> int:
    """Return how many walks so many threads allow (0: as many as this process may use)."""
    if threads == 0:
        usable = getattr(os, "sched_getaffinity", None)
        threads = len(usable(0)) if usable is not None else os.cpu_count() or 1
    return min(threads, MOST)


@contextmanager
def company(walk: Walk, seconds: float) -> Iterator[Company]:
    """Give a walk its companions for so many seconds; they end with the block.

    There is none where a number of steps has to lead to the same plan on every machine, where time is short, or on one
    core.
    """
    found, limits = Company(walk.interrupt), walk.limits
    count = cores(limits.threads) - 1
    if count < 1 or limits.steps is not None or not WORTH <= seconds < float("inf") or not walk.whole:
        yield found
        return
    with ThreadPoolExecutor(count) as pool:
        for k in range(1, count + 1):
            beside = Walk(walk.plans, walk.root, replace(limits, seed=limits.seed + APART * k, threads=1), found.until)
            beside.stand = walk.stand
            found.walking.append(pool.submit(found.walk, beside, seconds))
        try:
            yield found
        finally:
            found.until.over = True
    found.check()
