"""Which entries of a program follow a limit, and by how much per unit, read off a few further programs.

A limit stands in few rows, and nearly everywhere linearly. Which ones is not written down a second time here: two
further programs are built in which all limits are moved at once, each by a little and in the second by a part more that
is its own; the ratio of the two differences tells which limit an entry follows, its size how. A third program, with the
limits moved the other way and further, tells which entries do not follow on a straight line (`bent`). Of the limits
that are read like this no two may stand in one entry.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from ..inputs.case import Case
from ..inputs.levers import Lever
from ..inputs.tables import Row
from ..models.build import build
from .compile import Floats, Named, Program, compile_model

STEP = Decimal(2) ** -14  # of a limit: by how much it is moved to see what follows
BACK = Decimal("-0.01")  # of it: how far the other way to see what bends
NEAR, STRAIGHT, NOISE = 0.1, 1e-8, 1e-13  # how near to a lever's own ratio, how straight, and what is rounding
Key = tuple[str, int, str]  # table, row, column


@dataclass
class Slope:
    """What a unit more of a limit adds: to the sides of rows, and to coefficients, in the solver's scale.

    `bent` are rows whose entries follow it on no straight line, `columns` those whose upper bound follows it; `lost`:
    what follows it could not be told.
    """

    lower: dict[int, float] = field(default_factory=dict)
    upper: dict[int, float] = field(default_factory=dict)
    entries: dict[tuple[int, int], float] = field(default_factory=dict)
    bent: set[int] = field(default_factory=set)
    columns: set[int] = field(default_factory=set)
    lost: bool = False

    def side(self, program: Program, row: int, amount: float) -> None:
        """Let the sides of a row that it has follow by an amount in the model's units."""
        for sides, found in ((program.row_lower, self.lower), (program.row_upper, self.upper)):
            if np.isfinite(sides[row]):
                found[row] = found.get(row, 0.0) + amount * float(program.row_scale[row])

    def copy(self) -> "Slope":
        """Return another one with the same content."""
        return Slope(
            dict(self.lower), dict(self.upper), dict(self.entries), set(self.bent), set(self.columns), self.lost
        )

    @property
    def rows(self) -> set[int]:
        """Return every row that follows."""
        return {*self.lower, *self.upper, *(row for row, _ in self.entries), *self.bent}


def key_of(lever: Lever) -> Key:
    """Return what tells a lever from others of its case."""
    return lever.table, lever.row, lever.column


def shifted(case: Case, values: Iterable[tuple[Lever, Decimal]]) -> Case:
    """Return the case with limits at other values, unchecked."""
    tables, settings = dict(case.tables), case.settings
    for lever, value in values:
        if lever.table == "case":
            section, _, name = lever.column.partition(".")
            part = getattr(settings, section).model_copy(update={name: value})
            settings = settings.model_copy(update={section: part})
            continue
        rows: list[Row] = list(tables[lever.table])
        for k, row in enumerate(rows):
            if k == lever.row - 2 or (len(lever.where) == 1 and _meant(lever, row)):
                rows[k] = row.model_copy(update={lever.column: value})
        tables[lever.table] = tuple(rows)
    return replace(case, settings=settings, tables=tables)


def _meant(lever: Lever, row: Row) -> bool:
    return all(getattr(row, name) == value for name, value in lever.where.items())


def followed(case: Case, program: Program, levers: list[Lever]) -> dict[Key, Slope]:
    """Return the slopes of limits of which no two stand in one entry, read off programs in which all are moved."""
    found = {key_of(lever): Slope() for lever in levers}
    if not levers:
        return found
    n = len(levers) + 1
    ways = [
        [STEP] * len(levers),
        [STEP * (1 + Decimal(k) / n) for k in range(1, n)],
        [BACK * (1 + Decimal(7 * k % n) / n) for k in range(1, n)],
    ]
    moves = [[lever.base * part for lever, part in zip(levers, way, strict=True)] for way in ways]
    base = _Plain.of(program)
    values = [
        _Plain.of(compile_model(build(shifted(case, [(lv, lv.base + m) for lv, m in zip(levers, move, strict=True)]))))
        for move in moves
    ]
    steps = np.array([[float(m) for m in move] for move in moves])
    if any(not each.like(base) for each in values):
        for slope in found.values():
            slope.lost = True
        return found
    _read(program, base, values, steps, list(found.values()))
    return found


@dataclass(frozen=True, eq=False)
class _Plain:
    """A program in the model's units; its matrix and, as three more columns, lower sides, upper sides, and bounds."""

    matrix: Any
    lower: Floats
    upper: Floats
    bound: Floats

    @classmethod
    def of(cls, program: Program) -> "_Plain":
        """Undo the scaling, which is by powers of two, of the rows that the model has."""
        count = sum(not isinstance(constraint, Named) for constraint in program.constraints)
        rows = np.repeat(np.arange(count), np.diff(program.matrix.indptr[: count + 1]))
        part = program.matrix[:count]
        data = part.data / program.row_scale[rows] / program.column_scale[part.indices]
        scale = program.row_scale[:count]
        lower, upper = (
            np.where(np.isfinite(side[:count]), side[:count] / scale, 0.0)
            for side in (program.row_lower, program.row_upper)
        )
        bound = np.where(np.isfinite(program.upper), program.upper * program.column_scale, 0.0)
        return cls(csr_array((data, part.indices, part.indptr), shape=part.shape), lower, upper, bound)

    def like(self, other: "_Plain") -> bool:
        """Tell whether it has as many rows and columns."""
        return bool(self.matrix.shape == other.matrix.shape)


def _read(program: Program, base: _Plain, values: list[_Plain], steps: Floats, found: list[Slope]) -> None:
    """Attribute every entry that moved to the lever whose own ratio it moved by."""
    differences = [csr_array(each.matrix - base.matrix) for each in values]
    touched: Any = (abs(differences[0]) + abs(differences[1]) + abs(differences[2])).tocoo()
    at = (touched.row, touched.col)
    moved = np.array([np.asarray(each[at]).reshape(-1) for each in differences]).reshape(3, -1)
    size = np.abs(np.asarray(base.matrix[at]).reshape(-1)) if len(at[0]) else np.zeros(0)
    for k, number in _owners(moved, size, steps, found):
        row, column = int(at[0][k]), int(at[1][k])
        scale = float(program.row_scale[row] * program.column_scale[column])
        found[number].entries[row, column] = float(moved[0, k] / steps[0, number]) * scale
        if not _straight(moved[:, k], steps[:, number], float(size[k])):
            found[number].bent.add(row)
    for name in ("lower", "upper"):
        sides = getattr(base, name)
        moved = np.array([getattr(each, name) - sides for each in values])
        for k, number in _owners(moved, np.abs(sides), steps, found):
            getattr(found[number], name)[k] = float(moved[0, k] / steps[0, number] * program.row_scale[k])
            if not _straight(moved[:, k], steps[:, number], float(abs(sides[k]))):
                found[number].bent.add(k)
    free = ~np.isfinite(program.upper)
    moved = np.array([np.where(free, 0.0, each.bound - base.bound) for each in values])
    for k, number in _owners(moved, np.abs(base.bound), steps, found):
        found[number].columns.add(k)


def _straight(moved: Floats, step: Floats, size: float) -> bool:
    """Tell whether an entry, moved back, is where the straight line has it."""
    off = abs(float(moved[2] - moved[0] / step[0] * step[2]))
    return off <= STRAIGHT * abs(float(moved[2])) + NOISE * size


def _owners(moved: Floats, size: Floats, steps: Floats, found: list[Slope]) -> Iterator[tuple[int, int]]:
    """Yield (entry, lever) of every entry that moved; where one cannot be told, all levers are lost."""
    n, noise = len(found) + 1, NOISE * size + 1e-300
    for k in np.flatnonzero((np.abs(moved) > noise).any(axis=0)):
        place = (float(moved[1, k] / moved[0, k]) - 1.0) * n if abs(moved[0, k]) > noise[k] else -1.0
        number = round(place)
        if 1 <= number < n and abs(place - number) <= NEAR:
            yield int(k), number - 1
            continue
        for slope in found:
            slope.lost = True
