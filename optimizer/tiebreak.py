"""The tie-break: among plans that reach as much, one with the least public outlay.

The exact program is searched once more, from the plan, for less public outlay at no less than what the plan's schedule
is worth there (1e-9 relative). What is found is settled like any other plan and taken where it costs the public less.

Plans are compared before they are rounded. Levels that must leave room for whole cents (`room.py`) give up a little of
what their schedule is worth, some plans more than others: of those found, levels are chosen that give up no more than
the room asks for, at as little outlay as that leaves, and by as much what is reached may fall. Source: model.md,
"Objective".
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ..results.decisions import Starts
from .compile import Floats, Program
from .engine import Ending, Limits, Search
from .extract import fixed
from .goals import outlay_cost
from .reduce import reduce
from .room import with_room
from .settle import FOLLOWING, LEVEL_ROOM, Settled, Settler
from .signals import Interrupt

EQUAL = 1e-9  # by how much of it the objective may fall
LEAST, PART = 2.0, 0.1  # seconds the search may take when the time is up: at least, and as a part of the limit


@dataclass(frozen=True)
class Frugal:
    """A settled plan, and how much of the objective (in the program's units) its levels give up for whole cents."""

    settled: Settled
    gives: float = 0.0


def point_of(program: Program, starts: Starts) -> Floats:
    """Return a schedule as a point of a program; what follows from it and its money are zero."""
    x = np.zeros(len(program.cost))
    for (initiative, milestone, t), column in program.starts.items():
        begun = starts.get((initiative, milestone))
        x[column] = begun is not None and begun <= t
    return x


def worth(program: Program, starts: Starts, seconds: float = float("inf")) -> float | None:
    """Return the most that a schedule reaches in a program before anything is rounded; None where it is not known."""
    reduced = reduce(fixed(program, point_of(program, starts), following=False))
    limits = Limits(FOLLOWING, seconds)
    return Search(reduced.program, limits, relax=not len(reduced.program.following)).run().objective


@dataclass(frozen=True)
class Second:
    """What the search for a second goal may take, and what stops it; `short` is called where it was cut short."""

    limits: Limits
    interrupt: Interrupt
    short: Callable[[], None]


def frugal(
    settler: Settler,
    exact: Program,
    starts: Starts,
    reached: float,
    may: Second,
    cost: Floats | None = None,
) -> Frugal | None:
    """Return another plan that reaches as much (in the program's units) and may cost the public less; None: no other.

    `starts` is the schedule of the plan to beat, `reached` what it is worth before rounding, `cost` something else per
    column that is to be as little as possible.
    """
    cost = outlay_cost(settler.model, exact) if cost is None else cost
    floor = reached - EQUAL / 2 * max(1.0, abs(reached))  # the other half is for the decimals of levels

    def keeping(least: float) -> Program:
        equal = exact.with_row(-exact.cost, exact.offset - least, "no less than the plan")
        return replace(equal, cost=-cost, offset=0.0)

    search = Search(keeping(floor), may.limits)
    if not len(exact.following):
        search.start_from(point_of(exact, starts))
    outcome = search.run(may.interrupt)
    if outcome.ending in (Ending.TIME_LIMIT, Ending.INTERRUPTED):
        may.short()
    if outcome.x is None:
        return None
    found = _settled(settler, exact, outcome.x, floor, keeping)
    if found.settled.hurried:
        may.short()
    return found


def _settled(
    settler: Settler, exact: Program, point: Floats, floor: float, keeping: Callable[[float], Program]
) -> Frugal:
    """Settle a point as it is or, where its levels leave no room for whole cents, with levels that do."""
    found = Frugal(settler.settle(exact, point, decided=True))
    for room in LEVEL_ROOM[1:] if len(settler.model.level) else ():
        if found.settled.rounded is not None or found.settled.hurried:
            break
        most = with_room(settler.model, exact, point, room)
        least = min(floor, float(exact.cost @ most) + exact.offset)
        roomy = with_room(settler.model, keeping(least), most, room)
        found = Frugal(settler.settle(exact, roomy, decided=True), floor - least)
    return found
