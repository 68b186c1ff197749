"""Whole plans: every way an initiative can be scheduled, as one column each.

The integer columns of an initiative form a *chain*. The rows that hold only columns of one chain (sequence, pauses,
all-or-nothing) leave few schedules of it: its plans. They are enumerated, and the program is written over them,

    maximise Σ_k v_k·λ_k + c·y   subject to   Σ_k g_k·λ_k + A·y within the linking rows,   Σ_{k of chain} λ_k = 1,

where v_k, g_k are the value and the row activities of plan k and y the money. It has as many rows as there are limits
and initiatives, a fraction of the rows by periods, and its linear relaxation is at least as tight (Dantzig and Wolfe
1960). A chain with too many plans keeps its own columns and rows.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, csr_array, hstack, vstack

from .compile import Floats, Program

MOST = 2000  # plans a chain may have
DUST = 1e-12  # what is left of coefficients that cancel, in a row's scale

Indices = NDArray[np.int64]


def own_rows(program: Program) -> Indices:
    """Return for every row the chain that all its columns belong to; −1 for a row that links."""
    rows = np.repeat(np.arange(program.matrix.shape[0]), np.diff(program.matrix.indptr))
    chain = program.chain[program.matrix.indices]
    least = np.full(program.matrix.shape[0], np.iinfo(np.int64).max)
    most = np.full(program.matrix.shape[0], -1, dtype=np.int64)
    np.minimum.at(least, rows, chain)
    np.maximum.at(most, rows, chain)
    return np.where((least == most) & (most >= 0), most, -1)


def enumerate_plans(rows: Floats, row_lower: Floats, row_upper: Floats, lower: Floats, upper: Floats) -> Floats | None:
    """Return every 0/1 point within the rows and bounds, one per line; None when there are more than `MOST`.

    Columns are decided in their order; a partial point is dropped once no completion can satisfy a row.
    """
    count = rows.shape[1]
    least = np.hstack([np.cumsum(np.minimum(rows, 0.0)[:, ::-1], axis=1)[:, ::-1], np.zeros((len(rows), 1))])
    most = np.hstack([np.cumsum(np.maximum(rows, 0.0)[:, ::-1], axis=1)[:, ::-1], np.zeros((len(rows), 1))])
    points, activity = np.zeros((1, count)), np.zeros((1, len(rows)))
    for j in range(count):
        kept_points, kept_activity = [], []
        for value in (0.0, 1.0):
            if not lower[j] <= value <= upper[j]:
                continue
            reached = activity + value * rows[:, j]
            able = (reached + least[:, j + 1] <= row_upper + 1e-9) & (reached + most[:, j + 1] >= row_lower - 1e-9)
            keep = able.all(axis=1)
            chosen = points[keep]
            chosen[:, j] = value
            kept_points.append(chosen)
            kept_activity.append(reached[keep])
        if not kept_points:
            return np.zeros((0, count))
        points, activity = np.vstack(kept_points), np.vstack(kept_activity)
        if len(points) > MOST:
            return None
    return points


@dataclass(frozen=True, eq=False)
class Plans:
    """A program over whole plans and the way back.

    `program` has first the `kept` columns of the source (money, and the columns of chains that are not enumerated),
    then the plans, chain by chain: those of chain c are `first[c]:first[c+1]`. Its last rows say that each enumerated
    chain takes one plan. `columns[c]` are the source columns of chain c and `points[c]` its plans over them,
    empty where they are not enumerated. `limits` are the rows that link chains or hold money.
    """

    source: Program
    program: Program
    kept: Indices
    first: Indices
    columns: tuple[Indices, ...]
    points: tuple[Floats, ...]
    limits: Indices

    @property
    def chains(self) -> int:
        """Return how many chains there are."""
        return len(self.columns)

    def point(self, x: Floats) -> Floats:
        """Return the source's point of a point over plans that takes a whole plan of every chain."""
        whole = np.zeros(len(self.source.cost))
        whole[self.kept] = x[: len(self.kept)]
        for c in range(self.chains):
            if len(self.points[c]):
                whole[self.columns[c]] = self.points[c][int(np.argmax(x[self.first[c] : self.first[c + 1]]))]
        return whole

    def taken(self, point: Floats) -> Floats:
        """Return the point over plans nearest to a point of the source (each chain the plan that differs least)."""
        x = np.zeros(len(self.program.cost))
        x[: len(self.kept)] = point[self.kept]
        for c in range(self.chains):
            if len(self.points[c]):
                away = np.abs(self.points[c] - point[self.columns[c]]).sum(axis=1)
                x[self.first[c] + int(np.argmin(away))] = 1.0
        return x


def _points(program: Program, own: Indices) -> tuple[list[Indices], list[Floats | None]]:
    """Return the columns and the plans of every chain; chains of the same shape are enumerated once."""
    count = int(program.chain.max(initial=-1)) + 1
    order = np.argsort(program.chain, kind="stable")
    columns = np.split(order, np.searchsorted(program.chain[order], np.arange(count)))[1:]
    by_row = np.argsort(own, kind="stable")
    rows = np.split(by_row, np.searchsorted(own[by_row], np.arange(count)))[1:]
    seen: dict[bytes, Floats | None] = {}
    points = []
    for c in range(count):
        inner = program.matrix[rows[c]][:, columns[c]].toarray()
        sides = (program.row_lower[rows[c]], program.row_upper[rows[c]])
        bounds = (program.lower[columns[c]], program.upper[columns[c]])
        key = b"|".join(part.tobytes() for part in (inner, *sides, *bounds))
        if key not in seen:
            seen[key] = enumerate_plans(inner, *sides, *bounds)
        points.append(seen[key])
    return columns, points


def whole_plans(program: Program) -> Plans | None:
    """Return the program over whole plans; None when a chain has no plan at all (the program is infeasible)."""
    own = own_rows(program)
    columns, points = _points(program, own)
    if any(found is not None and not len(found) for found in points):
        return None
    listed = np.array([found is not None for found in points], dtype=bool)
    kept = np.flatnonzero(~np.isin(program.chain, np.flatnonzero(listed)))
    linking = np.flatnonzero(~np.isin(own, np.flatnonzero(listed)))
    matrix = csc_array(program.matrix[linking])
    blocks, values, chain = [matrix[:, kept]], [program.cost[kept]], [program.chain[kept]]
    first = [len(kept)]
    for c, found in enumerate(points):
        count = 0
        if found is not None:
            blocks.append(csc_array(matrix[:, columns[c]] @ csc_array(found.T)))
            values.append(found @ program.cost[columns[c]])
            count = len(found)
            chain.append(np.full(count, c))
        first.append(first[-1] + count)
    joined = csr_array(hstack(blocks))
    joined.data[np.abs(joined.data) < DUST] = 0.0
    joined.eliminate_zeros()
    chains = np.concatenate(chain)
    plans = np.arange(len(kept), first[-1])
    each = np.cumsum(listed) - 1
    one = csr_array((np.ones(len(plans)), (each[chains[plans]], plans)), shape=(int(listed.sum()), first[-1]))
    some = np.ones(int(listed.sum()))
    wide = replace(
        program,
        matrix=csr_array(vstack([joined, one])),
        cost=np.concatenate(values),
        row_lower=np.concatenate([program.row_lower[linking], some]),
        row_upper=np.concatenate([program.row_upper[linking], some]),
        lower=np.concatenate([program.lower[kept], np.zeros(len(plans))]),
        upper=np.concatenate([program.upper[kept], np.ones(len(plans))]),
        integer=np.concatenate([program.integer[kept], np.ones(len(plans), dtype=bool)]),
        chain=chains,
        column_scale=np.concatenate([program.column_scale[kept], np.ones(len(plans))]),
        row_scale=np.concatenate([program.row_scale[linking], some]),
        variables=(),
        constraints=(),
    )
    empty = np.zeros((0, 0))
    found_points = tuple(empty if p is None else p for p in points)
    limits = np.flatnonzero(own[linking] < 0)
    return Plans(program, wide, kept, np.array(first), tuple(columns), found_points, limits)
