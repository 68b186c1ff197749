"""A program as a free MPS file, for solvers that read files: columns C0, C1 …, rows R0, R1 …

The objective is the negative, to be minimised, without its constant: readers disagree about senses and constants.
Numbers are written so that they are read back bit by bit.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from scipy.sparse import csc_array

from fundalign.optimizer.compile import Program


def write_mps(program: Program, path: Path) -> None:
    """Write a program."""
    with path.open("w", encoding="ascii") as stream:
        stream.write("NAME program FREE\n")
        for part in (_rows, _columns, _sides, _ranges, _bounds):
            stream.writelines(f"{line}\n" for line in part(program))
        stream.write("ENDATA\n")


def _kinds(program: Program) -> list[str]:
    """Return the kind of every row: equal, at least, at most, free."""
    lower, upper = program.row_lower, program.row_upper
    kinds = np.where(lower == upper, "E", np.where(np.isfinite(upper), "L", np.where(np.isfinite(lower), "G", "N")))
    return [str(kind) for kind in kinds]


def _rows(program: Program) -> Iterator[str]:
    yield "ROWS"
    yield " N COST"
    yield from (f" {kind} R{k}" for k, kind in enumerate(_kinds(program)))


def _columns(program: Program) -> Iterator[str]:
    yield "COLUMNS"
    by_column = csc_array(program.matrix)
    starts, rows, data = by_column.indptr.tolist(), by_column.indices.tolist(), by_column.data.tolist()
    inside = False
    for k, (cost, integer) in enumerate(zip((-program.cost).tolist(), program.integer.tolist(), strict=True)):
        if integer != inside:
            yield f" MARKER 'MARKER' '{'INTORG' if integer else 'INTEND'}'"
            inside = integer
        yield f" C{k} COST {cost!r}"
        yield from (f" C{k} R{rows[e]} {data[e]!r}" for e in range(starts[k], starts[k + 1]))
    if inside:
        yield " MARKER 'MARKER' 'INTEND'"


def _sides(program: Program) -> Iterator[str]:
    yield "RHS"
    sides = np.where(np.isfinite(program.row_upper), program.row_upper, program.row_lower)
    yield from (f" RHS R{k} {side!r}" for k, side in enumerate(sides.tolist()) if side and np.isfinite(side))


def _ranges(program: Program) -> Iterator[str]:
    yield "RANGES"
    width = program.row_upper - program.row_lower
    for k in np.flatnonzero(np.isfinite(width) & (width > 0)).tolist():
        yield f" RANGE R{k} {float(width[k])!r}"


def _bounds(program: Program) -> Iterator[str]:
    """State both bounds of every column: the defaults of integer columns differ from reader to reader."""
    yield "BOUNDS"
    for k, (lower, upper) in enumerate(zip(program.lower.tolist(), program.upper.tolist(), strict=True)):
        yield f" MI BND C{k}" if lower == -np.inf else f" LO BND C{k} {lower!r}"
        yield f" PL BND C{k}" if upper == np.inf else f" UP BND C{k} {upper!r}"
