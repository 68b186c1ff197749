"""Levels that leave room for rounding: partial milestones give way by a few minor units where limits are tight.

The best levels of a schedule stand at a corner: every limit that holds them is reached at once, and once amounts are
rounded to minor units nothing may fit any more. With all else that is decided held, the levels are then chosen once
more, with a few minor units of its largest payment left free in every limit where that can be had:

    maximise  objective·money/|objective| − WORTH·Σ_r relief_r
    subject to  row_r ≤ limit_r − room_r + relief_r,  0 ≤ relief_r ≤ room_r

in which `money` is what is paid in all: room is given up only where a unit of it would cost `WORTH` times what money
earns on average. Rows that speak of levels alone stay as they are. Source: model.md, "Money is exact".
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pyomo.environ as pyo
from numpy.typing import NDArray

from ..inputs.case import Case
from ..models.replanning import rounding
from .compile import COUNTED, Floats, Program
from .elastic import with_columns
from .extract import fixed
from .linear import solved
from .reduce import reduce

WORTH = 1e3
RATIOS = frozenset(
    (
        *("cofunding_at_least", "cofunding_at_most", "matching", "matching_ahead", "matching_least_base"),
        *("guarantee_leverage", "guarantee_backed", "equity_at_least", "equity_at_most", "earmark_at_least"),
        *("earmark_at_most", "stability_more", "stability_less", "risk", "ticket_least", "moved"),
    )
)
"""Rows that verification holds to one minor unit per amount in them."""
LIMITS = frozenset(("budget", "commitment", "matching_cap", "matching_unlocked", "guarantee_cap"))
"""Rows that hold exactly."""
RELIEF = 0.1  # what it costs a stand-in to keep no room in one limit, as a part of what its plan is worth
FIRM = 1e6  # what room in them is worth against a unit hedged: it is a few minor units, and a plan must have it


def _paid(model: pyo.ConcreteModel, program: Program) -> tuple[Floats, Floats]:
    """Return what a minor unit is in every column (in the solver's scale) and in base currency; 0: no payment."""
    case: Case = model.layout.case
    minor, rate = np.zeros(len(program.cost)), np.zeros(len(program.cost))
    pools = model.layout.pools.pools
    for (_, pool, _), variable in (*model.pay.items(), *model.commit.items()):
        column, currency = program.column_of.get(id(variable)), pools[pool].currency
        if column is not None:
            scale = program.column_scale[column]
            minor[column] = 1.0 / (10.0 ** case.minor_digits(currency) * case.unit * scale)
            rate[column] = float(case.reference_rate(currency)) * scale
    return minor, rate


def with_room(model: pyo.ConcreteModel, program: Program, point: Floats, units: int) -> Floats:
    """Return a point with the integers of `point` whose levels leave room; `point` itself where there is none."""
    reduced = reduce(fixed(program, point))
    held = reduced.program
    minor, rate = _paid(model, held)
    money = float(rate @ np.where(minor > 0.0, point[reduced.kept], 0.0))
    counted = np.array([variable.parent_component().local_name in COUNTED for variable in held.variables], dtype=bool)
    entries = held.matrix.copy()
    entries.data = np.abs(entries.data) * minor[entries.indices]
    room = units * entries.max(axis=1).toarray().ravel()
    open_row = (room > 0.0) & _wide(held, room)
    if not counted.any() or not open_row.any():
        return point
    wide, rows = _with_relief(held, open_row, room)
    reached = abs(float(program.cost @ point)) or 1.0
    cost = np.concatenate([held.cost * (money or 1.0) / reached, np.full(len(rows), -WORTH) / held.row_scale[rows]])
    outcome = solved(replace(wide, cost=cost, offset=0.0))
    return point if outcome.x is None else reduced.expand(outcome.x[: len(reduced.kept)])


def narrowed(model: pyo.ConcreteModel, program: Program, units: int, worth: float) -> Program:
    """Return the program with every limit on money narrower by so many minor units of its largest payment.

    A limit that keeps none of that room costs a tenth of `worth`, in the program's objective.
    """
    minor, _ = _paid(model, program)
    entries = program.matrix.copy()
    entries.data = np.abs(entries.data) * minor[entries.indices]
    room = units * entries.max(axis=1).toarray().ravel()
    known = np.array([family(constraint) in RATIOS | LIMITS for constraint in program.constraints], dtype=bool)
    known &= (room > 0.0) & _wide(program, room)
    wide, rows = _with_relief(program, known, room)
    price = RELIEF * max(worth, 1.0) / room[rows]
    return replace(wide, cost=np.concatenate([program.cost, -price]))


def ratios_with_room(model: pyo.ConcreteModel, program: Program, units: int) -> Program:
    """Return a program of payments in which rules that hold to a minor unit per amount have room, where it can be had.

    `units` minor units of their largest payment; where sums stand for payments, of the base currency. What may move of
    the approved money is counted with a unit per amount on top; that is left free too.
    """
    case: Case = model.layout.case
    minor, _ = _paid(model, program)
    size = 1.0 / (10.0 ** case.minor_digits(case.base) * case.unit)
    money = np.array([v.parent_component().local_name not in COUNTED for v in program.variables], dtype=bool)
    money = np.append(money, np.zeros(len(program.cost) - len(money), dtype=bool)) & ~program.integer
    minor = np.where((minor == 0.0) & money, size / program.column_scale, minor)
    entries = program.matrix.copy()
    entries.data = np.abs(entries.data) * minor[entries.indices]
    room = units * entries.max(axis=1).toarray().ravel()
    if case.approved is not None:
        row = program.row_of.get("moved")
        if row is not None:
            room[row] += rounding(case, case.approved) * program.row_scale[row]
    known = np.array([family(constraint) in RATIOS for constraint in program.constraints], dtype=bool)
    known &= (room > 0.0) & _wide(program, room)
    wide, rows = _with_relief(program, known, room)
    return replace(wide, cost=np.concatenate([program.cost, np.full(len(rows), -FIRM) / program.row_scale[rows]]))


def _with_relief(program: Program, known: NDArray[np.bool_], room: Floats) -> tuple[Program, NDArray[np.int64]]:
    """Return the program with the `known` rows narrower by `room`, and columns at its end that give it back.

    Also the row of each of these columns.
    """
    upper = np.flatnonzero(known & np.isfinite(program.row_upper))
    lower = np.flatnonzero(known & np.isfinite(program.row_lower))
    high, low = program.row_upper.copy(), program.row_lower.copy()
    high[upper] -= room[upper]
    low[lower] += room[lower]
    rows = np.concatenate([upper, lower])
    signs = np.concatenate([-np.ones(len(upper)), np.ones(len(lower))])
    return replace(with_columns(program, rows, signs, room[rows]), row_upper=high, row_lower=low), rows


def _wide(program: Program, room: Floats) -> NDArray[np.bool_]:
    """Tell which rows can be narrowed so much on either side; what a re-plan holds to some cents cannot."""
    return np.asarray(program.row_upper - program.row_lower > 2.0 * room, dtype=bool)


def family(constraint: object) -> str:
    """Return the name of the family of rows that a constraint is of; empty for one that is not in the model."""
    block = getattr(constraint, "parent_component", None)
    return "" if block is None else str(block().local_name)


def lowered(program: Program, limits: Mapping[str, float]) -> Program:
    """Return the program with the upper sides of the named rows lowered by an amount each, as far as that can be had.

    Amounts are in the model's units.
    """
    known = [(row, amount) for name, amount in limits.items() if (row := program.row_of.get(name)) is not None]
    rows, amounts = np.array([row for row, _ in known], dtype=np.int64), np.array([amount for _, amount in known])
    amounts = amounts * program.row_scale[rows]
    wide = with_columns(program.tightened(limits), rows, -np.ones(len(rows)), amounts)
    cost = wide.cost.copy()
    cost[len(program.cost) :] = -WORTH / program.row_scale[rows]
    return replace(wide, cost=cost)
