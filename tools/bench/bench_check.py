"""Does a plan hold? A solver's point against the program, independent of the solver.

Rows and bounds must hold to 1e-6 in the scale of the row (relative to its side where that is larger than 1), and
integer columns be whole to 1e-6. Where only the integer columns of a point count, or the point does not hold as it is,
they are rounded and fixed, and HiGHS fills in the others by a linear program; that point is then checked.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from fundalign.optimizer.compile import Floats, Program

TOLERANCE = 1e-6
LATEST = 25  # plans on the way that are checked, where each has to be


@dataclass(frozen=True)
class Residuals:
    """The largest violations of a point, and its value."""

    rows: float
    bounds: float
    integrality: float
    objective: float

    @property
    def holds(self) -> bool:
        """Tell whether the point is a plan; a billionth is left for the arithmetic of this check."""
        return max(self.rows, self.bounds, self.integrality) <= TOLERANCE + 1e-9


def _beyond(value: Floats, lower: Floats, upper: Floats) -> float:
    """Return the largest violation of sides, relative to sides larger than 1."""
    least, most = np.isfinite(lower), np.isfinite(upper)
    below = (lower[least] - value[least]) / np.maximum(1.0, np.abs(lower[least]))
    above = (value[most] - upper[most]) / np.maximum(1.0, np.abs(upper[most]))
    return float(max(0.0, below.max(initial=0.0), above.max(initial=0.0)))


def residuals(program: Program, x: Floats) -> Residuals:
    """Return how far a point is from being a plan."""
    whole = x[program.integer]
    return Residuals(
        rows=_beyond(np.asarray(program.matrix @ x), program.row_lower, program.row_upper),
        bounds=_beyond(x, program.lower, program.upper),
        integrality=float(np.abs(whole - np.round(whole)).max(initial=0.0)),
        objective=float(program.cost @ x + program.offset),
    )


def completed(program: Program, x: Floats) -> Floats | None:
    """Return the best point with the integer columns of `x`, rounded; None where there is none."""
    from fundalign.optimizer.engine import Limits, Search  # not at the top: CP-SAT cannot be loaded beside HiGHS

    fixed = np.round(x)
    lower = np.where(program.integer, fixed, program.lower)
    upper = np.where(program.integer, fixed, program.upper)
    return Search(program.with_bounds(lower, upper), Limits(threads=1), relax=True).run().x


def check(program: Program, x: Floats, exact: bool) -> dict[str, object]:
    """Return what the check of a point found: residuals, value, whether it holds, and how it was made to."""
    found = residuals(program, x)
    how = "as it is"
    if not exact or not found.holds:
        point = completed(program, x)
        if point is not None:
            found, how = residuals(program, point), "its schedule, payments by a linear program"
    holds = found.holds and (how != "as it is" or exact)
    return asdict(found) | {"holds": holds, "how": how}


def recheck(program: Program, points: list[tuple[float, Floats]]) -> list[tuple[float, float]]:
    """Return (second, value) of the latest points that hold, in the order of time."""
    held = []
    for second, x in points[-LATEST:]:
        found = check(program, x, exact=False)
        if found["holds"]:
            held.append((second, float(str(found["objective"]))))
    return held


def verified(
    events: list[tuple[float, float | None, float | None]], held: list[tuple[float, float]]
) -> list[tuple[float, float | None, float | None]]:
    """Return a trajectory with the values of the plans that hold in place of those claimed."""
    times = sorted({second for second, _, _ in events} | {second for second, _ in held})
    result = []
    for time in times:
        plans = [value for second, value in held if second <= time]
        bounds = [bound for second, _, bound in events if second <= time and bound is not None]
        result.append((time, max(plans, default=None), min(bounds, default=None)))
    return result
