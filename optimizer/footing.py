"""Where a walk's relaxations start from: the basis of the schedule it stands on.

The linear program of a schedule, nothing free, is small. Its basis, with the plans taken as basic columns, is primal
feasible for the relaxation of every part in which some initiatives are set free from that schedule, so that primal
simplex needs a third of the pivots that dual simplex needs from nothing (10 instead of 40 ms with 100 initiatives).
"""

from dataclasses import dataclass

import numpy as np

from .compile import Floats
from .engine import Basis, Limits, Relaxation, Statuses
from .parts import Part, Parts
from .reduce import Reduced, reduce
from .signals import Interrupt

AT_LOWER, BASIC = 0, 1  # as the engine numbers the status of a column or row
LONGEST = 10.0  # most seconds for the program of one schedule


@dataclass(frozen=True)
class _Known:
    """The statuses of all columns and rows over whole plans at a schedule; None where its program has no solution."""

    point: Floats
    columns: Statuses | None
    rows: Statuses | None


class Footing:
    """Leads the relaxations of parts from the schedule that they were cut from."""

    def __init__(self, parts: Parts, limits: Limits, interrupt: Interrupt) -> None:
        """Know nothing yet; the program of a schedule is solved when a part of it is led for the first time."""
        self.parts, self.limits, self.interrupt = parts, limits, interrupt
        self.known: _Known | None = None

    def lead(self, relaxation: Relaxation, point: Floats, part: Part, reduced: Reduced) -> None:
        """Let the relaxation of `reduced`, which is `part` of the schedule `point`, start there if it can."""
        if self.known is None or self.known.point is not point:
            self.known = self._solved(point)
        if self.known.columns is None or self.known.rows is None or part.slack:
            return
        columns, rows = self.known.columns[part.columns], self.known.rows[part.rows]
        relaxation.start_from(columns[reduced.kept], rows[reduced.used], near=True)
        relaxation.primal()

    def _solved(self, point: Floats) -> _Known:
        """Solve the program of a schedule."""
        part = self.parts.part(point, np.zeros(0, dtype=np.int64))
        reduced = reduce(part.program)
        relaxation = Relaxation(reduced.program, self.limits)
        if relaxation.solve(LONGEST, self.interrupt, brief=True).x is None:
            return _Known(point, None, None)
        return _Known(point, *self._whole(relaxation.basis(), point, part, reduced))

    def _whole(self, basis: Basis, point: Floats, part: Part, reduced: Reduced) -> Basis:
        """Return a basis over all columns and rows: each plan taken is basic in the row that takes one of them."""
        program, kept = self.parts.program, len(self.parts.plans.kept)
        columns = np.full(len(program.cost), AT_LOWER, dtype=np.int8)
        rows = np.full(len(program.row_lower), BASIC, dtype=np.int8)
        columns[part.columns[reduced.kept]], rows[part.rows[reduced.used]] = basis
        columns[kept + np.flatnonzero(point[kept:] > 0.5)] = BASIC
        rows[self.parts.top :] = AT_LOWER
        return columns, rows
