"""The first piece of an optimum as a limit moves: its slope, and how far it goes.

A limit that stands in sides only makes the optimum convex and piecewise linear, and the piece is exact: it ends with
the furthest point that is not above its line (see `probe`). The line of a long piece is drawn again through its middle,
so that the error of a slope over a short step does not cut it off. A limit that stands in coefficients bends the
optimum; its slope is extrapolated from two steps, and the piece ends where the line is off by 1 %.
"""

import math
from dataclasses import dataclass
from typing import Final

from .probe import Move, Probe

SHORTEST = 1e-4  # of the limit: a shorter way is what rounding leaves, not room
FLAT, SLACK = 1e-9, 1e-9  # of the largest cost: a change that is none, and how far above its line a point may be
NEXT, REDRAW = 1e-3, 100.0  # how far beyond a step is beyond it, and growth for which the line is drawn again
CURVED, GROWTH, HALVINGS = 0.01, 4.0, 4  # how far a bent piece may be off its line, and how its end is found
FAR: Final = 1e4  # times the limit: further than anyone asks


@dataclass(frozen=True)
class Piece:
    """A slope per step, the number of steps over which it holds (infinite: however far), and what comes after.

    `after` is `end` (the limit goes no further), `none` (nothing fits), `other` (another slope) or `costs` (one of the
    last two, after a slope of zero). `exact`: the optimum is a straight line.
    """

    slope: float
    length: float
    after: str
    exact: bool


IDLE: Final = Piece(0.0, math.inf, "", True)
"""More room where there is room already: it saves nothing, however much it is."""


def first_piece(probe: Probe, move: Move, room: float, relaxing: bool) -> Piece | None:
    """Return the first piece of a probe's optimum as it moves by up to `room` steps (of the limit's size each).

    `relaxing` says that a step leaves more room, so that the optimum never rises. None: not the least way fits.
    """
    assert probe.least is not None
    if not move.sides and not move.entries:  # it is about nothing here
        return IDLE
    if room <= SHORTEST:
        return Piece(0.0, 0.0, "end", True)
    way = _Way(probe, move, relaxing, min(room, FAR), room, probe.least, FLAT * probe.size)
    if relaxing and probe.loose(move):
        return IDLE
    free = 0.0 if relaxing else min(probe.free(move), way.most)
    if free > SHORTEST:
        return way.flat_from(free)
    found = way.bent() if move.entries else way.straight()
    return IDLE if found is not None and found.slope == 0.0 and relaxing else found


@dataclass(frozen=True)
class _Way:
    """One limit moving one way."""

    probe: Probe
    move: Move
    relaxing: bool
    most: float
    room: float
    least: float
    flat: float

    def at(self, t: float) -> float | None:
        """Return how much the optimum has risen after `t` steps."""
        found = self.probe.optimum(self.move, t)
        return None if found is None else found - self.least

    def straight(self) -> Piece | None:
        """Return the first of the pieces of a piecewise linear optimum.

        A convex optimum that is on one line at 0, at a step and beyond it is on that line all the way; one that leaves
        the line at the step already has a shorter piece.
        """
        step = min(SHORTEST, self.most)
        rise = self.at(step)
        if rise is None:
            return None
        slope = self._slope(rise, step)
        if slope == 0.0 and self.relaxing:
            return IDLE
        length = self._length(slope)
        if length <= step * (1 + NEXT) and self.most > step:
            half = self.at(step / 2)
            return Piece(slope, step, "other", half is not None and abs(rise - 2 * half) <= self.flat)
        while slope and length > REDRAW * step:
            half = self.at(length / 2)
            if half is None:
                break
            slope, step = self._slope(half, length / 2), length / 2
            length = max(self._length(slope), step)
        return self._ended(slope, length, True)

    def _length(self, slope: float) -> float:
        return self.probe.furthest(self.move, self.most, slope, SLACK * self.probe.size) or 0.0

    def flat_from(self, free: float) -> Piece:
        """Return the piece over which the optimum does not rise, at least `free` steps long."""
        return self._stretch(0.0, free) if self.move.entries else self._ended(0.0, max(free, self._length(0.0)), True)

    def _ended(self, slope: float, length: float, exact: bool) -> Piece:
        """Return the piece with what comes after it."""
        if length >= self.most * (1 - SLACK):
            far = self.room > FAR
            return Piece(slope, math.inf if far else self.room, "" if far else "end", exact)
        if slope == 0.0:
            return Piece(slope, length, "costs", exact)
        ends = not self.relaxing and self.at(length * (1 + SHORTEST) + SHORTEST / 100) is None
        after = "none" if ends else "other"
        return Piece(slope, length, after, exact)

    def bent(self) -> Piece | None:
        """Return the stretch over which a bent optimum is on its tangent."""
        step = min(SHORTEST, self.most)
        rise, half = self.at(step), self.at(step / 2)
        return None if rise is None or half is None else self._stretch(self._tangent(rise, half, step), step)

    def _tangent(self, rise: float, half: float, step: float) -> float:
        """Return the slope at the start from a step and half of it (Richardson)."""
        return 0.0 if abs(rise) <= self.flat else (4 * half - rise) / step

    def _stretch(self, slope: float, step: float) -> Piece:
        """Return the piece on which the optimum is within 1 % of its tangent."""

        def near(t: float) -> bool:
            rise = self.at(t)
            return rise is not None and abs(rise - slope * t) <= CURVED * abs(slope) * t + self.flat

        low, high = step, min(GROWTH * step, self.most)
        while low < self.most and near(high):
            low, high = high, min(GROWTH * high, self.most)
        if low < self.most and low < high:
            for _ in range(HALVINGS):
                middle = (low + high) / 2
                low, high = (middle, high) if near(middle) else (low, middle)
        return self._ended(slope, low, False)

    def _slope(self, rise: float, length: float) -> float:
        return 0.0 if abs(rise) <= self.flat else rise / length
