"""Shrinking a program once some columns are fixed: what cannot move any more is taken out.

A row that asks non-negative columns for nothing (`Σ a·x ≤ 0`, all a > 0) fixes them at zero: the payments of a line
on which nothing falls due. Fixed columns move to the right-hand side, rows without columns leave. Unlike a solver's own
presolve this keeps column for column, so that a basis and a branching rule survive it.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .compile import Floats, Program

TOLERANCE = 1e-7  # by how much, in a row's scale, fixed columns may pass its sides


@dataclass(frozen=True, eq=False)
class Reduced:
    """A smaller program and the way back: which columns it kept, where the others stand, which rows it used."""

    program: Program
    kept: NDArray[np.int64]
    fixed_at: Floats
    used: NDArray[np.int64]

    def expand(self, x: Floats) -> Floats:
        """Return a point of the whole program."""
        whole = self.fixed_at.copy()
        whole[self.kept] = x
        return whole


def reduce(program: Program) -> Reduced:
    """Return `program` without its fixed columns and what they settle; a row that they break stays."""
    lower, upper = program.lower.copy(), program.upper.copy()
    matrix = program.matrix
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    while True:
        fixed = lower == upper
        shift = matrix @ np.where(fixed, lower, 0.0)
        free = ~fixed[matrix.indices]
        negative = np.zeros(matrix.shape[0], dtype=bool)
        negative[rows[free & ((matrix.data < 0) | (lower[matrix.indices] != 0))]] = True
        empty = ~negative & (np.abs(program.row_upper - shift) <= 1e-12)
        zero = np.zeros(len(lower), dtype=bool)
        zero[matrix.indices[free & empty[rows] & (matrix.data > 0)]] = True
        zero &= ~program.integer
        if not zero.any():
            break
        upper[zero] = 0.0
    empty_row = np.ones(matrix.shape[0], dtype=bool)
    empty_row[rows[free]] = False
    broken = (shift > program.row_upper + TOLERANCE) | (shift < program.row_lower - TOLERANCE)
    kept, used = np.flatnonzero(~fixed), np.flatnonzero(~empty_row | broken)
    at = np.where(fixed, lower, 0.0)
    smaller = replace(
        program,
        matrix=matrix[used][:, kept],
        cost=program.cost[kept],
        offset=program.offset + float(program.cost @ at),
        row_lower=(program.row_lower - shift)[used],
        row_upper=(program.row_upper - shift)[used],
        lower=lower[kept],
        upper=upper[kept],
        integer=program.integer[kept],
        chain=program.chain[kept],
        column_scale=program.column_scale[kept],
        row_scale=program.row_scale[used],
        variables=tuple(program.variables[k] for k in kept) if program.variables else (),
        constraints=tuple(program.constraints[k] for k in used) if program.constraints else (),
    )
    return Reduced(smaller, kept, at, used)
