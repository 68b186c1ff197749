"""A program restated for a solver that knows integers only: a relaxation on a fine grid.

Continuous columns are measured in steps of a grid, rows in multiples of a power of two. An equation of continuous
columns has hardly ever a point on a grid: taken as it stands, CP-SAT "proves" that nothing can be done. So

- a cover (payments = dues) is restated as payments ≥ dues, and
- every other side of a row gives way by what rounding to the grid can cost it.

Every plan of the program is then near a point of the restated one that is worth as much, up to rounding, so that a
bound of the restated program is one of the program. The converse does not hold: a plan found must be checked.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fundalign.optimizer.compile import Floats, Program

STEP = 2.0**-16  # of the grid, in the program's scaled money (millions in the generated cases)
ROOM = 2.0**52  # largest activity of a scaled row
LARGEST = 2.0**40  # steps in a column without a bound of its own
PASSES = 5  # of bounds through the rows

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Grid:
    """Whole numbers: `row_lower ≤ matrix·y ≤ row_upper`, `lower ≤ y ≤ upper`; the program's `x = step·y`.

    `data` are the coefficients of the program's matrix (its `indptr` and `indices`); infinite sides are none.
    `cost·y` is `cost_scale` times the objective without its constant, and at most `cost_error` below it.
    """

    step: Floats
    data: Integers
    row_lower: Floats
    row_upper: Floats
    lower: Integers
    upper: Integers
    cost: Integers
    cost_scale: float
    cost_error: float


def finite_bounds(program: Program) -> tuple[Floats, Floats]:
    """Return column bounds tightened through the rows, so that flows without a limit of their own get one."""
    lower, upper = program.lower.copy(), program.upper.copy()
    matrix = program.matrix
    rows, columns, data = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr)), matrix.indices, matrix.data
    for _ in range(PASSES):
        for sign, sides in ((1.0, program.row_upper), (-1.0, -program.row_lower)):
            value = sign * data
            least = value * np.where(value > 0, lower[columns], upper[columns])
            open_ends = np.bincount(rows, ~np.isfinite(least), len(sides))
            total = np.bincount(rows, np.where(np.isfinite(least), least, 0.0), len(sides))
            others_open = open_ends[rows] - ~np.isfinite(least)
            rest = total[rows] - np.where(np.isfinite(least), least, 0.0)
            usable = (others_open == 0) & np.isfinite(sides[rows])
            limit = np.divide(sides[rows] - rest, value, out=np.zeros_like(value), where=value != 0)
            free = usable & ~program.integer[columns]
            at_most, at_least = free & (value > 0), free & (value < 0)
            np.minimum.at(upper, columns[at_most], limit[at_most])
            np.maximum.at(lower, columns[at_least], limit[at_least])
    return lower, np.maximum(lower, upper)


def _without_excess(program: Program) -> tuple[Floats, Floats]:
    """Return the rows' sides with covers as `≥`: the side that keeps payments from exceeding dues is dropped."""
    lower, upper = program.row_lower.copy(), program.row_upper.copy()
    matrix = program.matrix
    for k, constraint in enumerate(program.constraints):
        if lower[k] != upper[k] or not constraint.name.startswith("cover["):
            continue
        entries = slice(matrix.indptr[k], matrix.indptr[k + 1])
        money = matrix.data[entries][~program.integer[matrix.indices[entries]]]
        if money.size and (money > 0).all():
            upper[k] = np.inf
        elif money.size and (money < 0).all():
            lower[k] = -np.inf
    return lower, upper


def restate(program: Program) -> Grid:
    """Return the program on the grid."""
    matrix = program.matrix
    step = np.where(program.integer, 1.0, STEP)
    bounds = [b / step for b in finite_bounds(program)]
    lower = np.maximum(np.floor(bounds[0] + 1e-9), -LARGEST)
    upper = np.minimum(np.ceil(bounds[1] - 1e-9), LARGEST)
    largest = np.maximum(np.abs(lower), np.abs(upper))
    count = matrix.shape[0]
    rows, columns = np.repeat(np.arange(count), np.diff(matrix.indptr)), matrix.indices
    exact = matrix.data * step[columns]
    activity = np.bincount(rows, np.abs(exact) * largest[columns], count)
    scale = np.exp2(np.floor(np.log2(ROOM / np.maximum(activity, 1.0))))
    whole = np.bincount(rows, (matrix.data % 1.0 != 0) | ~program.integer[columns], count) == 0
    scale = np.where(whole, 1.0, scale)
    scaled = exact * scale[rows]
    data = np.round(scaled)
    give = np.abs(data - scaled) * largest[columns] + np.where(program.integer[columns], 0.0, 0.5 * np.abs(data))
    slack = np.bincount(rows, give, count)
    sides = _without_excess(program)
    cost = program.cost * step
    cost_scale = float(np.exp2(np.floor(np.log2(ROOM / max(1.0, float(np.abs(cost) @ largest))))))
    rounded = np.round(cost * cost_scale)
    wrong = np.abs(rounded - cost * cost_scale) @ largest + 0.5 * np.abs(rounded) @ ~program.integer
    return Grid(
        step=step,
        data=data.astype(np.int64),
        row_lower=np.ceil(sides[0] * scale - slack - 1e-6),
        row_upper=np.floor(sides[1] * scale + slack + 1e-6),
        lower=lower.astype(np.int64),
        upper=upper.astype(np.int64),
        cost=rounded.astype(np.int64),
        cost_scale=cost_scale,
        cost_error=float(wrong) / cost_scale,
    )
