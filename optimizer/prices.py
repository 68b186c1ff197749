"""Prices in this portfolio: what one unit more, and one unit less, of each limit is worth while the portfolio stays.

    price = public money saved per unit more of the limit, from re-solved linear programs at the limit ± a step
          = −(V(limit + step) − V(limit))/step     and     (V(limit − step) − V(limit))/step

V is the least public outlay with the schedule, what follows from it, and the levels fixed at the plan. A direction has
a price of its own, and a range over which it holds: exact where V is piecewise linear in the limit, and within 1 %
where the limit stands in coefficients (ratios, shares of payments), so that V bends. Where the plan's milestones have
levels, how much of the goal a unit gains with the levels free stands beside it. No dual of the solver is reported: at a
vertex that several sets of limits describe, which dual is found is chance. Source: results.md, "Sensitivity tables say
what they are".
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..inputs.case import Case
from ..inputs.levers import Lever, money_unit
from ..results.goals import public_outlay
from ..results.plan import Run
from .compile import Program
from .follow import Key, Slope, key_of
from .goals import scale
from .pieces import Piece, first_piece
from .portfolio import RELAXING, WAYS, Ground, at_any_level, ground, portfolio, room_of, straight
from .probe import Probe
from .tails import Tails

LABEL = "price in this portfolio"
PUBLIC = "public money"
EXACT, ABOUT = "exact", "within 1 %"
NONE = "no plan of this portfolio"
BENT = "not priced: the rules do not follow it on a straight line"
ROUNDED = "not priced: the payments of this portfolio fit only once they are rounded"
AFTER = {"": "", "end": "it goes no further", "none": NONE, "other": "another price", "costs": f"a price, or {NONE}"}


@dataclass(frozen=True)
class Price:
    """What a unit of a limit is worth in one direction (`more` or `less`).

    ``price`` is what a unit more saves, and so what a unit less costs, of ``measure`` in ``unit`` (of the goal: what a
    unit more gains); None: ``status`` says why. It holds from ``lever.base`` to ``holds_to`` (None:
    however far), ``beyond`` says what comes then. ``least`` is the least public outlay of the portfolio, ``outlay``
    what the plan itself pays, in the case's unit of the base currency.
    """

    lever: Lever
    direction: str
    measure: str
    price: float | None
    unit: str
    holds_to: float | None
    status: str
    beyond: str
    least: float | None
    outlay: float
    label: str = LABEL


def prices(run: Run, on: Ground | None = None) -> tuple[Price, ...]:
    """Return the prices of every limit of a run's case in both directions; ``UsageError`` where the run has no plan.

    ``on`` is what they are read off, where it is at hand.
    """
    on = on or ground(run)
    assert run.plan is not None
    outlay = math.fsum(public_outlay(run.case, run.plan.tables).values()) / run.case.unit
    slopes = {key: slope.copy() for key, slope in on.slopes.items()}
    held = straight(run, on.model, portfolio(run, on.model, on.program), slopes)
    levers = [lever for lever in on.limits if lever.table != "choices" and not lever.whole]
    measures = list(_measures(on, held, {key_of(lever): slopes[key_of(lever)] for lever in levers}))
    least = measures[0].probe.least
    found = []
    for lever in levers:
        slope = slopes[key_of(lever)]
        unfit = BENT if slope.lost or slope.bent or any(held.upper[k] < math.inf for k in slope.columns) else ""
        for measure in measures:
            for direction in WAYS:
                unit = f"{measure.unit} per {'0.01' if _small(lever) else lever.unit}"
                blank = Price(lever, direction, measure.name, None, unit, None, unfit, "", least, outlay)
                found.append(blank if unfit else _priced(run.case, measure, slope, blank))
    return tuple(found)


@dataclass(frozen=True, eq=False)
class _Measure:
    """What is priced: its name and unit, its amount per unit of the probe's optimum, and the probe."""

    name: str
    unit: str
    factor: float
    probe: Probe


def _measures(on: Ground, held: Program, slopes: dict[Key, Slope]) -> Iterator[_Measure]:
    """Yield public money, and the goal where levels leave it open."""
    touched, goal = {row for slope in slopes.values() for row in slope.rows}, on.case.settings.objective.goal
    money = money_unit(on.case, on.case.base)
    yield _Measure(PUBLIC, money, 1.0, Probe(held, touched, Tails.of(on.model, on.program)))
    most = at_any_level(held, on)
    if most is not None:
        unit = {"value": "points", "received": money, "key": f"{money} per unit of key"}[goal]
        factor = 1.0 if goal == "value" else scale(on.case) / on.case.unit
        yield _Measure(goal, unit, factor, Probe(most, touched, Tails.of(on.model, on.program)))


def _priced(case: Case, measure: _Measure, slope: Slope, blank: Price) -> Price:
    """Return the price of a limit in one direction."""
    if measure.probe.least is None:
        return replace(blank, status=ROUNDED)
    lever, sign = blank.lever, WAYS[blank.direction]
    size = abs(float(lever.base))
    room = room_of(case, lever, blank.direction)
    relaxing = RELAXING[lever.kind] == blank.direction
    move = measure.probe.move(slope, sign * size)
    piece = first_piece(measure.probe, move, math.inf if room is None else float(room) / size, relaxing)
    return replace(blank, status=NONE) if piece is None else _told(blank, measure, piece, size)


def _told(blank: Price, measure: _Measure, piece: Piece, size: float) -> Price:
    """Return the price that a piece stands for; of a limit that goes no further, none."""
    if piece.length == 0.0:
        return replace(blank, status=AFTER["end"])
    sign, part = WAYS[blank.direction], 0.01 if _small(blank.lever) else 1.0
    price = -sign * piece.slope / size * part * measure.factor + 0.0
    ends = None if math.isinf(piece.length) else float(blank.lever.base) + sign * size * piece.length
    return replace(blank, price=price, holds_to=ends, status=EXACT if piece.exact else ABOUT, beyond=AFTER[piece.after])


def _small(lever: Lever) -> bool:
    """Tell whether a unit of the limit is more than it ever moves by, so that prices are of a hundredth."""
    return lever.unit in ("share", "ratio")
