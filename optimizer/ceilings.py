"""Relaxation ceilings: how much more of a limit could bring at the most, whatever the portfolio.

With y the duals of the plain relaxation of the whole program, which has no integrality, and δ more room in a limit,

    best objective ≤ LP value + δ·price,        gain ≤ (LP value − incumbent) + δ·price        for every δ ≥ 0
    price = y·g + max_x (−y·G x)

where g is what a unit adds to sides and G to coefficients: a plan x with δ more room keeps (A + δ·G)x ≤ b + δ·g, so
that its objective is at most y·b + (reduced costs) + δ·(y·g − y·G x). Any dual will do for that, so that degeneracy
does not matter here. The maximum is taken over a part of the relaxation (budgets, sums, bounds) and of the rows that
the limit stands in as far as it can go, which all plans keep however much more room there is: with more room in a limit
nothing is ruled out. Source: results.md, "Sensitivity tables say what they are".
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from ..inputs.case import Case
from ..inputs.levers import Lever, money_unit
from ..results.plan import Run
from .compile import Floats, Program
from .engine import Limits, Relaxation
from .follow import Slope
from .goals import scale
from .linear import solved
from .portfolio import RELAXING, WAYS, Ground, ground, room_of
from .signals import Interrupt
from .tails import Tails

LABEL = "relaxation ceiling"
SECONDS = 120.0  # that one relaxation may take
LARGE = 2000  # columns from which on it starts by interior point
DUST = 1e-9  # a dual that is none
NEAR = {
    *("budget", "carry", "carried_share", "carried_left", "hedge", "matching_base", "matching_base_in"),
    *("received_sum", "contributed_sum"),
}  # families over which a maximum is quick to find, and little larger than over all
OK, BENT = "for any amount more room", "none: the rules do not follow it on a straight line"
UNSOLVED = "none: the relaxation was not solved"


@dataclass(frozen=True)
class Ceiling:
    """The most that room in a limit can bring: ``(relaxed − incumbent) + price·amount``, for any amount.

    ``direction`` is the one that makes room (`more`, or `less` of a floor). ``price`` is per unit of the limit (of
    shares and ratios: per 0.01), ``unit`` says in what; None: ``status`` says why. ``relaxed`` and ``incumbent`` are in
    the units of the goal; where it is minimised, gains are savings.
    """

    lever: Lever
    direction: str
    price: float | None
    unit: str
    relaxed: float | None
    incumbent: float
    status: str
    label: str = LABEL

    def most(self, amount: float) -> float | None:
        """Return the most that `amount` units more room can bring."""
        if self.price is None or self.relaxed is None:
            return None
        part = 0.01 if self.lever.unit in ("share", "ratio") else 1.0
        return abs(self.relaxed - self.incumbent) + self.price * amount / part


def ceilings(run: Run, on: Ground | None = None) -> tuple[Ceiling, ...]:
    """Return the ceiling of every limit of a run's case; ``UsageError`` where the run has no plan.

    ``on`` is what they are read off, where it is at hand.
    """
    on = on or ground(run)
    incumbent, unit = run.report.objective, _unit(run.case)
    assert incumbent is not None
    root = _Root.of(on)
    factor = scale(run.case)
    per = abs(factor) if run.case.settings.objective.goal == "value" else abs(factor) / run.case.unit
    found = []
    for lever in on.limits:
        small = lever.unit in ("share", "ratio")
        blank = Ceiling(
            lever,
            RELAXING[lever.kind],
            None,
            f"{unit} per {'0.01' if small else lever.unit}",
            None,
            incumbent,
            UNSOLVED,
        )
        if root is not None:
            room = room_of(run.case, lever, RELAXING[lever.kind])
            price = root.price(on.slope(lever), WAYS[RELAXING[lever.kind]], None if room is None else float(room))
            told = None if price is None else price * per * (0.01 if small else 1.0)
            blank = replace(blank, price=told, relaxed=root.value * factor, status=BENT if told is None else OK)
        found.append(blank)
    return tuple(found)


def _unit(case: Case) -> str:
    money = money_unit(case, case.base)
    units = {"value": "points", "key": f"{money} per unit of key"}
    return units.get(case.settings.objective.goal, money)


@dataclass(eq=False)
class _Root:
    """The solved relaxation: its program, its value, and the duals of its rows; `near` are the rows of its part."""

    program: Program
    value: float
    duals: Floats
    near: NDArray[np.bool_]

    @classmethod
    def of(cls, on: Ground) -> "_Root | None":
        """Solve the relaxation of a program, with the rows of its buffers; None where the solver does not."""
        program = Tails.of(on.model, on.program).rooted(on.program, Limits(time_limit=SECONDS), Interrupt())
        relaxation = Relaxation(program, Limits(threads=1), interior=len(program.cost) > LARGE)
        outcome = relaxation.solve(SECONDS, Interrupt())
        if outcome.objective is None or outcome.prices is None:
            return None
        near = [constraint.name.partition("[")[0] in NEAR for constraint in program.constraints]
        return cls(program, outcome.objective, outcome.prices, np.array(near, dtype=bool))

    def price(self, slope: Slope, sign: float, room: float | None) -> float | None:
        """Return the most that a unit more room, of `room` there can be, adds; None where that cannot be told."""
        if slope.lost or slope.bent or slope.columns:
            return None
        found = 0.0
        for row in {*slope.lower, *slope.upper}:
            side = slope.upper if self.duals[row] >= 0 else slope.lower
            found += float(self.duals[row]) * sign * side.get(row, 0.0)
        aim = np.zeros(len(self.program.cost))
        for (row, column), amount in slope.entries.items():
            if abs(self.duals[row]) > DUST:
                aim[column] -= float(self.duals[row]) * sign * amount
        if aim.any():
            most = self._most(aim, slope, sign, room)
            if most is None:
                return None
            found += most
        return max(0.0, found)

    def _most(self, aim: Floats, slope: Slope, sign: float, room: float | None) -> float | None:
        """Return the largest `aim`·x over a part of the relaxation and the limit's rows as far as the limit can go."""
        p, rows = self.program, slope.rows
        kept = self.near.copy()
        kept[list(rows)] = room is not None
        lower, upper, matrix = p.row_lower.copy(), p.row_upper.copy(), p.matrix
        if room is not None:
            for sides, moved in ((lower, slope.lower), (upper, slope.upper)):
                for row, amount in moved.items():
                    sides[row] += sign * room * amount
            at = np.array(list(slope.entries), dtype=np.int64).reshape(-1, 2).T
            more = csr_array((np.array(list(slope.entries.values())), (at[0], at[1])), shape=matrix.shape)
            matrix = csr_array(matrix + sign * room * more)
        rest = np.flatnonzero(kept)
        part = replace(
            p,
            matrix=matrix[rest],
            cost=aim,
            offset=0.0,
            row_lower=lower[rest],
            row_upper=upper[rest],
            row_scale=p.row_scale[rest],
            variables=(),
            constraints=(),
        )
        return solved(part).objective
