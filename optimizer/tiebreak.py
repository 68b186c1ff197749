"""The tie-break: among plans that reach as much, one with the least public outlay.

The exact program is searched once more, from the plan, for less public outlay at no less than its objective (1e-9
relative). What is found is settled like any other plan and taken where it costs the public less. Source: model.md,
"Objective".
"""

import time
from dataclasses import replace

import numpy as np

from ..results.decisions import Starts
from .compile import Floats, Program
from .engine import Interrupt, Limits, Search
from .goals import outlay_cost
from .settle import Settled, Settler

EQUAL = 1e-9  # by how much of it the objective may fall
LEAST, PART = 2.0, 0.1  # seconds the search may take when the time is up: at least, and as a part of the limit


def point_of(program: Program, starts: Starts) -> Floats:
    """Return a schedule as a point of a program; what follows from it and its money are zero."""
    x = np.zeros(len(program.cost))
    for (initiative, milestone, t), column in program.starts.items():
        begun = starts.get((initiative, milestone))
        x[column] = begun is not None and begun <= t
    return x


def frugal(
    settler: Settler,
    exact: Program,
    starts: Starts,
    reached: float,
    limits: Limits,
    began: float,
    interrupt: Interrupt,
    cost: Floats | None = None,
) -> Settled | None:
    """Return another plan that reaches as much (in the program's units) and may cost the public less; None: no other.

    `starts` is the schedule of the plan to beat, `began` when the solve did (monotonic seconds), `cost` something else
    per column that is to be as little as possible.
    """
    cost = outlay_cost(settler.model, exact) if cost is None else cost
    floor = reached - EQUAL * max(1.0, abs(reached))
    equal = exact.with_row(-exact.cost, exact.offset - floor, "no less than the plan")
    left = max(limits.time_limit - (time.monotonic() - began), LEAST, PART * limits.time_limit)
    search = Search(replace(equal, cost=-cost, offset=0.0), replace(limits, time_limit=left))
    if not len(exact.following):
        search.start_from(point_of(exact, starts))
    outcome = search.run(interrupt)
    if outcome.x is None:
        return None
    return settler.settle(exact, outcome.x, decided=True)
