"""A plan to stand on where the one that was found cannot be settled in time: less of it, or nothing but what must be.

    less     the schedule found, of which milestones may begin later or not at all, with room left in every limit on
             money; branch and bound on what is little more than a choice among the initiatives it funds
    nothing  only what is mandatory, or has begun in a re-plan

Both are small programs, whose payments are settled like any other's; what fits in what is left of the grace counts.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from .clock import Deadline
from .compile import Floats, Program
from .engine import Limits, Search
from .reduce import reduce
from .room import narrowed
from .settle import Settled, Settler

ROOM = 20  # minor units left free in every limit
GAP = 0.01  # how near to the best a schedule has to be
SEARCH = 0.5  # part of the time left that its search may take


def stand_by(settler: Settler, exact: Program, x: Floats | None, deadline: Deadline) -> tuple[Floats, Settled] | None:
    """Return a point of the exact program and the plan settled from it, once one is settled; None: there was no time.

    `x` is the point that could not be settled, if there is one.
    """
    settler.deadline = deadline
    for program in _programs(settler, exact, x):
        reduced = reduce(program)
        limits = Limits(GAP, max(0.0, SEARCH * deadline.left()))
        outcome = Search(reduced.program, limits, relax=not reduced.program.integer.any()).run()
        if outcome.x is None:
            continue
        point = reduced.expand(outcome.x)
        settled = settler.settle(exact, point)
        if settled.rounded is not None:
            return point, settled
    return None


def _programs(settler: Settler, exact: Program, x: Floats | None) -> Iterator[Program]:
    """Yield the programs to search, one after the other."""
    schedule = exact.chain >= 0
    if x is not None:
        upper = np.where(schedule, np.maximum(np.minimum(exact.upper, np.round(x)), exact.lower), exact.upper)
        yield narrowed(settler.model, replace(exact, upper=upper), ROOM)
    yield replace(exact, upper=np.where(schedule, exact.lower, exact.upper))
