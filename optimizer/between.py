"""Programs between others: where a number enters a program linearly, one build at each end makes all in between.

A rate enters as it is, and as one over itself: two ends and the middle make all others (`rate_weights`).
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.sparse import csr_array

from .compile import Floats, Program
from .form import Form

LINEAR = 1e-11  # by how much, relatively, a program between two ends may miss the one that was built
ARRAYS = ("cost", "row_lower", "row_upper", "lower", "upper")


def between(low: Form, high: Form, share: float) -> Form:
    """Return the form at `share` of the way from `low` (0) to `high` (1), which have the same columns and rows."""
    return mixed((low, high), (1.0 - share, share))


def rate_weights(values: Sequence[float], at: float) -> Floats:
    """Return how three programs, at three values of a rate R, make the one at another: exact for a + b·R + c/R."""
    terms = [np.ones(3), np.array(values) / at, at / np.array(values)]
    return np.asarray(np.linalg.solve(np.array(terms), np.ones(3)), dtype=float)


def mixed(forms: Sequence[Form], weights: Sequence[float] | Floats) -> Form:
    """Return the form whose entries are those of alike others, times weights that sum to 1."""
    first = forms[0].program
    programs = [first, *(alike(each.program, first) for each in forms[1:])]
    matrix = first.matrix
    for program, weight in zip(programs[1:], weights[1:], strict=True):
        matrix = csr_array(matrix + weight * csr_array(program.matrix - first.matrix))
    vectors = [_mixed([getattr(program, name) for program in programs], weights) for name in ARRAYS]
    offset = sum(weight * program.offset for program, weight in zip(programs, weights, strict=True))
    return replace(forms[0], program=moved(first, matrix, float(offset), vectors))


def moved(program: Program, matrix: csr_array, offset: float, vectors: Sequence[Floats]) -> Program:
    """Return the program with another matrix, offset and vectors, these in the order of `ARRAYS`."""
    cost, row_lower, row_upper, lower, upper = vectors
    return replace(
        program,
        matrix=matrix,
        offset=offset,
        cost=cost,
        row_lower=row_lower,
        row_upper=row_upper,
        lower=lower,
        upper=upper,
    )


def same(forms: Sequence[Form]) -> bool:
    """Tell whether programs have the same columns and rows, and can be mixed."""
    first = forms[0]
    return not first.tails.tails and all(
        (each.columns, each.rows, each.scale, each.payers) == (first.columns, first.rows, first.scale, first.payers)
        for each in forms
    )


def linear(low: Form, high: Form, middle: Form, share: float) -> bool:
    """Tell whether the form at `share` of the way between two ends is the one that was built there."""
    return same((low, high, middle)) and equal(between(low, high, share), middle)


def equal(made: Form, built: Form) -> bool:
    """Tell whether two programs with the same columns and rows are the same but for the last digits."""
    found, other = made.program, alike(built.program, made.program)
    near = all(_near(getattr(found, name), getattr(other, name)) for name in ARRAYS)
    difference = abs(csr_array(found.matrix - other.matrix)).max()
    return near and bool(difference <= LINEAR * max(1.0, abs(other.matrix).max()))


def alike(program: Program, other: Program) -> Program:
    """Return a program in the scales of another one; both are powers of two, so no digit changes."""
    return program.rescaled(other.row_scale / program.row_scale, other.column_scale / program.column_scale)


def _mixed(arrays: Sequence[Floats], weights: Sequence[float] | Floats) -> Floats:
    """Return a + Σ weight·(other − a); infinite where all are."""
    a = arrays[0]
    found = a.copy()
    for other, weight in zip(arrays[1:], weights[1:], strict=True):
        differ = a != other
        found[differ] += weight * (other[differ] - a[differ])
    return found


def _near(a: Floats, b: Floats) -> bool:
    """Tell whether two arrays are the same but for the last digits."""
    with np.errstate(invalid="ignore"):
        return bool(((a == b) | (np.abs(a - b) <= LINEAR * np.maximum(1.0, np.abs(b)))).all())
