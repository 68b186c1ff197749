"""Programs between two others: where a number enters a program linearly, one build at each end makes all in between."""

from dataclasses import replace

import numpy as np
from scipy.sparse import csr_array

from .compile import Floats, Program
from .form import Form

LINEAR = 1e-11  # by how much, relatively, a program between two ends may miss the one that was built
ARRAYS = ("cost", "row_lower", "row_upper", "lower", "upper")


def between(low: Form, high: Form, share: float) -> Form:
    """Return the form at `share` of the way from `low` (0) to `high` (1), which have the same columns and rows."""
    a, b = low.program, alike(high.program, low.program)
    mixed = replace(
        a,
        matrix=csr_array(a.matrix + share * csr_array(b.matrix - a.matrix)),
        offset=a.offset + share * (b.offset - a.offset),
        cost=_mixed(a.cost, b.cost, share),
        row_lower=_mixed(a.row_lower, b.row_lower, share),
        row_upper=_mixed(a.row_upper, b.row_upper, share),
        lower=_mixed(a.lower, b.lower, share),
        upper=_mixed(a.upper, b.upper, share),
    )
    return replace(low, program=mixed)


def linear(low: Form, high: Form, middle: Form, share: float) -> bool:
    """Tell whether the form at `share` of the way between two ends is the one that was built there."""
    same = low.columns == high.columns == middle.columns and low.rows == high.rows == middle.rows
    if not same or low.tails.tails or low.scale != high.scale or low.payers != high.payers:
        return False
    found, built = between(low, high, share).program, alike(middle.program, low.program)
    near = all(_near(getattr(found, name), getattr(built, name)) for name in ARRAYS)
    difference = abs(csr_array(found.matrix - built.matrix)).max()
    return near and bool(difference <= LINEAR * max(1.0, abs(built.matrix).max()))


def alike(program: Program, other: Program) -> Program:
    """Return a program in the scales of another one; both are powers of two, so no digit changes."""
    rows, columns = other.row_scale / program.row_scale, other.column_scale / program.column_scale
    matrix = csr_array(program.matrix.multiply(rows[:, None]).multiply(columns[None, :]))
    return replace(
        program,
        matrix=matrix,
        cost=program.cost * columns,
        row_lower=program.row_lower * rows,
        row_upper=program.row_upper * rows,
        lower=program.lower / columns,
        upper=program.upper / columns,
        row_scale=other.row_scale,
        column_scale=other.column_scale,
    )


def _mixed(a: Floats, b: Floats, share: float) -> Floats:
    """Return a + share·(b − a); infinite where both are."""
    return np.where(a == b, a, a + share * (np.where(a == b, 0.0, b) - np.where(a == b, 0.0, a)))


def _near(a: Floats, b: Floats) -> bool:
    """Tell whether two arrays are the same but for the last digits."""
    with np.errstate(invalid="ignore"):
        return bool(((a == b) | (np.abs(a - b) <= LINEAR * np.maximum(1.0, np.abs(b)))).all())
