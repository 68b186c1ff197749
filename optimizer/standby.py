"""A plan to stand on where the one that was found cannot be settled in time: less of it, or nothing but what must be.

    less     the schedule found, of which milestones may begin later or not at all, with room left in every limit on
             money; branch and bound on what is little more than a choice among the initiatives it funds
    nothing  only what is mandatory, or has begun in a re-plan

Both are small programs, whose payments are settled like any other's. The first has to fit in what is left of the
grace; with more room, and then the second, it is tried once more however late it is, so that there is a plan.
"""

import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from .clock import Deadline
from .compile import Floats, Program
from .engine import Limits, Search
from .reduce import Reduced, reduce
from .room import narrowed
from .settle import Settled, Settler

ROOM, MORE = 20, 2000  # minor units left free in every limit, at first and then
GAP = 0.01  # how near to the best a schedule has to be
SEARCH = 0.5  # part of the time left that its search may take
LEAST = 5.0  # seconds that a search may take at least, and settling what it finds, once they are needed


def stand_by(settler: Settler, exact: Program, x: Floats | None, deadline: Deadline) -> tuple[Floats, Settled] | None:
    """Return a point of the exact program and the plan settled from it, once one is settled; None: there is none.

    `x` is the point that could not be settled, if there is one.
    """
    settler.roomy = True
    for reduced, searched, least in _programs(settler, exact, x):
        seconds = max(least, SEARCH * deadline.left())
        if seconds <= 0.0:
            continue
        outcome = Search(searched, Limits(GAP, seconds), relax=not searched.integer.any()).run()
        if outcome.x is None:
            continue
        point = reduced.expand(outcome.x[: len(reduced.kept)])
        settler.deadline = replace(deadline, until=time.monotonic() + least)
        settled = settler.settle(exact, point, decided=True)
        if settled.rounded is not None:
            return point, settled
    return None


def _programs(settler: Settler, exact: Program, x: Floats | None) -> Iterator[tuple[Reduced, Program, float]]:
    """Yield the programs to search, reduced and with room, one after the other, and the least seconds for each."""
    schedule = exact.chain >= 0
    if x is not None:
        upper = np.where(schedule, np.maximum(np.minimum(exact.upper, np.round(x)), exact.lower), exact.upper)
        less, worth = reduce(replace(exact, upper=upper)), abs(float(exact.cost @ x))
        yield less, narrowed(settler.model, less.program, ROOM, worth), 0.0
        yield less, narrowed(settler.model, less.program, MORE, worth), LEAST
    nothing = reduce(replace(exact, upper=np.where(schedule, exact.lower, exact.upper)))
    yield nothing, nothing.program, LEAST
