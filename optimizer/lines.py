"""Programs on straight lines: what follows each of many levers, read off two further programs for all of them together.

Of levers of one kind whose owners differ (`together`) hardly ever two stand in one entry. All of a group are moved at
once, down by one share and up by shares that are each lever's own, farther than anybody asks. An entry that follows a
lever on a straight line moves by exactly that lever's ratio of the two, which tells which one it is; a kink in between
gives another ratio. Where an entry has nobody's ratio, those that its row or column names are moved by themselves, or
the group is halved; a lever that is not straight alone is left to others. So nothing of the algebra is written down a
second time here, and nothing is taken for linear unseen. Only an upper bound of payments may follow several levers, as
it says what can fall due at most: it takes the largest value seen, which rules no plan out and none in.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from ..inputs.case import Case
from ..inputs.levers import Lever
from .between import ARRAYS, alike, moved
from .compile import Floats
from .follow import shifted
from .form import Form, Key, closed, raw, raw_form

STRAIGHT = (
    *("budget", "commitments", "carry_over", "reserve", "ticket", "stability", "risk", "contingency", "floor"),
    *("ceiling", "cost", "value", "score", "ratio", "cap", "least_base", "provisioning", "required_value", "synergy"),
    *("level", "hedge_cost"),
)
"""The kinds of levers whose numbers enter programs linearly, as a rule."""
GROUP = 12  # levers at most that are moved together
FARTHER = Decimal("0.05")  # by how much of it the last of a group goes farther up than asked
DUE = ("pay", "commit")  # variables whose upper bound says what can fall due, which rows see to as well
NOBODY, ALONE = -2, 1e-6  # an entry that follows no lever alone; how far one's ratio may ever be off by itself
EXACT, NOISE = 1e-9, 1e-13  # by how much a ratio may be off, and what of an entry's size is rounding


@dataclass(frozen=True, eq=False)
class Line:
    """What one unit more of a number adds to a program: to its matrix, its vectors end to end, and its offset.

    `places` are those of the vectors (see `ARRAYS`, end to end) that move, `slope` by how much. Those at `loose` are
    upper bounds of payments that other levers move too: they take the `largest` more that was seen.
    """

    matrix: csr_array
    places: NDArray[np.int64]
    slope: Floats
    offset: float
    loose: NDArray[np.int64]
    largest: Floats

    def at(self, base: Form, amount: float) -> Form:
        """Return the form of `base` with so much more of the number."""
        program = raw(base).program
        vector = _end_to_end(program)
        vector[self.places] += amount * self.slope
        vector[self.loose] += self.largest
        ends = np.cumsum([len(getattr(program, name)) for name in ARRAYS])
        vectors = np.split(vector, ends[:-1])
        matrix = csr_array(program.matrix + amount * self.matrix) if self.matrix.nnz else program.matrix
        other = moved(program, matrix, program.offset + amount * self.offset, vectors)
        return closed(replace(base, program=other, upper=other.upper))


def together(levers: Sequence[Lever]) -> list[list[int]]:
    """Return the numbers of levers in groups: straight ones of one kind with owners of their own, others alone."""
    groups: dict[tuple[str, int], list[int]] = {}
    seen: dict[tuple[str, str, str], int] = {}
    for number, lever in enumerate(levers):
        mine = lever.kind, lever.table, lever.owner
        seen[mine] = seen.get(mine, -1) + 1
        groups.setdefault((lever.kind, seen[mine] if straight(lever) else -1 - number), []).append(number)
    return [group[k : k + GROUP] for group in groups.values() for k in range(0, len(group), GROUP)]


def straight(lever: Lever) -> bool:
    """Tell whether a lever's line is worth looking for."""
    return lever.kind in STRAIGHT and not lever.whole


def lines(case: Case, base: Form, levers: Sequence[Lever], low: Decimal, high: Decimal) -> list[Line | None]:
    """Return the line of each lever from `low` (below 0) to `high` (above 0) of what it is; None where it has none."""
    if not levers or base.tails.tails or not low < 0 < high:
        return [None] * len(levers)
    found = _read(case, base, levers, low, high)
    if not isinstance(found, frozenset):
        return list(found)
    named = [k for k, lever in enumerate(levers) if lever.owner in found]
    if len(levers) == 1:
        return [None]
    part = named if 0 < len(named) < len(levers) else list(range(len(levers) // 2))
    rest = [k for k in range(len(levers)) if k not in part]
    known: dict[int, Line | None] = {}
    for numbers in (part, rest):
        known |= zip(numbers, lines(case, base, [levers[k] for k in numbers], low, high), strict=True)
    return [known[k] for k in range(len(levers))]


def _read(case: Case, base: Form, levers: Sequence[Lever], low: Decimal, high: Decimal) -> list[Line] | frozenset[str]:
    """Return the lines of levers that are moved together; where entries follow nobody alone, the names they bear."""
    n = len(levers)
    ways = (
        [low * lever.base for lever in levers],
        [high * lever.base * (1 + FARTHER * k / n) for k, lever in enumerate(levers, start=1)],
    )
    started = raw(base).program
    changed = []
    for way in ways:
        values = [(lever, lever.base + by) for lever, by in zip(levers, way, strict=True)]
        other = raw_form(shifted(case, values), case)
        if other.columns != base.columns or other.rows != base.rows or other.payers != base.payers:
            return frozenset()
        program = alike(other.program, started)
        with np.errstate(invalid="ignore"):
            vector = _end_to_end(program) - _end_to_end(started)
        vector[np.isnan(vector)] = 0.0  # infinite in both
        if not np.isfinite(vector).all():
            return frozenset()
        changed.append((csr_array(program.matrix - started.matrix), vector, program.offset - started.offset))
    return _attributed(base, changed, np.array([[float(by) for by in way] for way in ways]))


def _end_to_end(program: object) -> Floats:
    """Return the vectors of a program one after the other."""
    return np.concatenate([getattr(program, name) for name in ARRAYS])


def _attributed(
    base: Form, changed: Sequence[tuple[csr_array, Floats, float]], steps: Floats
) -> list[Line] | frozenset[str]:
    """Give every entry that moved to the lever whose ratio it moved by."""
    started = raw(base).program
    (first, down, offset_down), (second, up, offset_up) = changed
    touched = (abs(first) + abs(second)).tocoo()
    at = touched.row, touched.col
    some = len(at[0]) > 0
    entries = [np.asarray(each[at]).reshape(-1) if some else np.zeros(0) for each in (first, second)]
    size = np.abs(np.asarray(started.matrix[at]).reshape(-1)) if some else np.zeros(0)
    vector = np.abs(_end_to_end(started))
    vector[~np.isfinite(vector)] = 0.0
    count, ends = len(entries[0]), len(vector) - len(started.upper)
    low, high = np.concatenate([entries[0], down, [offset_down]]), np.concatenate([entries[1], up, [offset_up]])
    owner = _owners(low, high, np.concatenate([size, vector, [abs(started.offset)]]), steps)
    shared = np.flatnonzero(owner == NOBODY)
    bound = shared[(shared >= count + ends) & (shared < count + len(vector))] - count
    bound = bound[[base.columns[k][0] in DUE for k in bound - ends]]
    if len(bound) < len(shared):
        return _names(base, at, [int(k) for k in shared], count)
    largest = np.maximum(np.maximum(down[bound], up[bound]), 0.0)
    found = []
    for k, step in enumerate(steps[1]):
        mine = np.flatnonzero(owner[:count] == k)
        matrix = csr_array((entries[1][mine] / step, (at[0][mine], at[1][mine])), shape=started.matrix.shape)
        places = np.flatnonzero(owner[count:-1] == k)
        offset = offset_up / step if owner[-1] == k else 0.0
        found.append(Line(matrix, places, up[places] / step, offset, bound, largest))
    return found


def _names(base: Form, at: tuple[Floats, Floats], shared: list[int], count: int) -> frozenset[str]:
    """Return what the rows and columns of some entries are named by."""
    keys: list[Key] = []
    vectors = [base.columns, base.rows, base.rows, base.columns, base.columns]  # as in ARRAYS
    of = [key for part in vectors for key in part]
    for k in shared:
        keys += [base.rows[int(at[0][k])], base.columns[int(at[1][k])]] if k < count else of[k - count : k - count + 1]
    names = {part for _, index, *_ in keys for part in (index if isinstance(index, tuple) else (index,))}
    return frozenset(name for name in names if isinstance(name, str))


def _owners(low: Floats, high: Floats, size: Floats, steps: Floats) -> NDArray[np.int64]:
    """Return the lever that each entry follows, −1 where it does not move, `NOBODY` where it follows none alone."""
    owner = np.full(len(low), -1)
    touched = np.flatnonzero(np.maximum(np.abs(low), np.abs(high)) > NOISE * np.maximum(size, 1e-300))
    ratios = steps[1] / steps[0]
    order = np.argsort(ratios)
    known = ratios[order]
    with np.errstate(divide="ignore", invalid="ignore"):
        own = high[touched] / low[touched]
        room = EXACT + NOISE * size[touched] / np.abs(low[touched])
    after = np.clip(np.searchsorted(known, own), 0, len(known) - 1)
    before = np.maximum(after - 1, 0)
    nearest = order[np.where(np.abs(own - known[before]) < np.abs(own - known[after]), before, after)]
    gap = float(np.diff(known).min()) / 4 if len(known) > 1 else ALONE
    with np.errstate(invalid="ignore"):
        fits = np.abs(own - ratios[nearest]) <= np.minimum(np.abs(ratios[nearest]) * room, gap)
    owner[touched] = np.where(fits, nearest, NOBODY)
    return owner
