"""Joint scenarios of exchange rates for the cvar buffer, drawn as the model's description says.

The convention (it has to be one, else nothing can be compared): 64 bits of the PCG64 stream of the seed per
number, pair after pair, within a pair the moving currencies in alphabetical order; the upper 53 bits n give the
normal quantile of (n + ½)/2⁵³; correlated by the Cholesky factor; the second of a pair is the first negated.
"""

from __future__ import annotations

from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from .book import Book

Floats = npt.NDArray[np.float64]


def cholesky(matrix: Floats) -> Floats:
    """Lower triangle L with L·Lᵀ = matrix; a column is zero where earlier ones leave nothing to explain."""
    lower = np.zeros_like(matrix)
    for i in range(len(matrix)):
        for j in range(i + 1):
            left = matrix[i, j] - lower[i, :j] @ lower[j, :j]
            if i == j:
                lower[i, i] = np.sqrt(left) if left > 1e-12 else 0.0
            elif lower[j, j]:
                lower[i, j] = left / lower[j, j]
    return lower


def joint_moves(book: Book, currencies: list[str]) -> dict[str, Floats]:
    """Log move of each currency within a year, one number per scenario."""
    if not currencies:
        return {}
    count = int(book.buffer.get("scenarios", 500))
    pairs, n = (count + 1) // 2, len(currencies)
    raw = np.random.PCG64(int(book.buffer.get("seed", 1))).random_raw(pairs * n).tolist()
    z = np.array([NormalDist().inv_cdf(((bits >> 11) + 0.5) / 2**53) for bits in raw]).reshape(pairs, n)
    matrix = np.array([[book.correlation(a, b) for b in currencies] for a in currencies])
    x = z @ cholesky(matrix).T * np.array([book.volatility(c) for c in currencies])
    both = np.stack([x, -x], axis=1).reshape(2 * pairs, n)[:count]
    return {c: both[:, k] for k, c in enumerate(currencies)}
