"""Correlation matrices: whether one can be, and the smallest set of currencies that contradict each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import combinations
from math import comb
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TINY: Final = -1e-9
"""An eigenvalue below this one is negative; above, it may be a zero that arithmetic blurred."""
_MOST_SETS = 50_000

Pairs = Mapping[tuple[str, str], Decimal]


def matrix_of(codes: Sequence[str], values: Pairs) -> NDArray[np.float64]:
    """Return the matrix of correlations by the order of ``codes``; pairs not given are 0."""
    import numpy as np

    matrix = np.eye(len(codes))
    place = {code: index for index, code in enumerate(codes)}
    for (a, b), value in values.items():
        matrix[place[a], place[b]] = matrix[place[b], place[a]] = float(value)
    return matrix


def is_possible(matrix: NDArray[np.float64]) -> bool:
    """Return whether a symmetric matrix is positive semidefinite, within rounding."""
    import numpy as np

    return not len(matrix) or bool(np.linalg.eigvalsh(matrix)[0] >= TINY)


def smallest_impossible(codes: Sequence[str], values: Pairs) -> set[str]:
    """Return a smallest set of currencies whose correlations contradict each other; empty if there is none.

    Sets of three and more are looked through whole by size as long as there are at most 50,000 of a size, the
    most negative eigenvalue first; beyond that currencies are dropped one by one while the rest still
    contradicts, which leaves a set of which none can be dropped.
    """
    import numpy as np

    matrix = matrix_of(codes, values)
    if is_possible(matrix):
        return set()
    for size in range(3, len(codes)):
        if comb(len(codes), size) > _MOST_SETS:
            break
        sets = np.array(list(combinations(range(len(codes)), size)))
        least = np.linalg.eigvalsh(matrix[sets[:, :, None], sets[:, None, :]])[:, 0]
        if least.min() < TINY:
            return {codes[index] for index in sets[least.argmin()]}
    kept = list(range(len(codes)))
    for index in range(len(codes)):
        rest = [other for other in kept if other != index]
        if not is_possible(matrix[np.ix_(rest, rest)]):
            kept = rest
    return {codes[index] for index in kept}
