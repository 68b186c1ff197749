"""A small exact linear program: the simplex method in rational numbers with Bland's rule (1977)."""

from collections.abc import Sequence
from fractions import Fraction


def maximise(
    gain: Sequence[Fraction], matrix: Sequence[Sequence[Fraction]], limits: Sequence[Fraction]
) -> list[Fraction]:
    """Return x ≥ 0 with matrix·x ≤ limits (limits ≥ 0) and the largest gain·x; the maximum must be finite."""
    rows, width = len(matrix), len(gain)
    unit = [[Fraction(one == other) for other in range(rows)] for one in range(rows)]
    table = [[*line, *unit[k], limit] for k, (line, limit) in enumerate(zip(matrix, limits, strict=True))]
    cost = [-value for value in gain] + [Fraction(0)] * (rows + 1)
    basis = list(range(width, width + rows))
    while True:
        column = next((j for j in range(width + rows) if cost[j] < 0), None)
        if column is None:
            break
        ratios = [(line[-1] / line[column], basis[k], k) for k, line in enumerate(table) if line[column] > 0]
        if not ratios:
            raise ValueError("the linear program is unbounded")
        leaving = min(ratios)[2]
        basis[leaving] = column
        _pivot(table, cost, leaving, column)
    point = [Fraction(0)] * (width + rows)
    for k, j in enumerate(basis):
        point[j] = table[k][-1]
    return point[:width]


def _pivot(table: list[list[Fraction]], cost: list[Fraction], leaving: int, column: int) -> None:
    pivot = table[leaving][column]
    chosen = table[leaving] = [value / pivot for value in table[leaving]]
    for k, line in enumerate(table):
        factor = line[column]
        if k != leaving and factor:
            table[k] = [value - factor * other for value, other in zip(line, chosen, strict=True)]
    factor = cost[column]
    if factor:
        cost[:] = [value - factor * other for value, other in zip(cost, chosen, strict=True)]
