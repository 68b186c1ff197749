"""One linear program of payments, asked again and again how its optimum moves with a limit.

The optimum V(t) over a side b + t·g of the program is convex and piecewise linear in t. It is solved at a step; a
second step in between tells whether that is still the first piece; then the furthest t with V(t) ≤ V(0) + slope·t is
the end of the piece, which is one more linear program with t as its own column. All of them start from the basis of the
one before, and none of the solver's duals is used. Where t stands in coefficients, V(t) is solved point by point.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array, hstack, vstack

from .compile import Floats, Named, Program
from .engine import Ending, Limits, Relaxation
from .follow import Slope
from .reduce import reduce
from .signals import Interrupt
from .tails import FULLY, Form, Row, Tails

SECONDS = 10.0  # that one solve may take
OPTIONS: dict[str, float | int] = {
    "primal_feasibility_tolerance": 1e-9,
    "dual_feasibility_tolerance": 1e-9,
    "dual_simplex_cost_perturbation_multiplier": 0.0,  # the start is nearly optimal: what is perturbed is to be undone
    "simplex_scale_strategy": 0,  # it is scaled already
    "simplex_dual_edge_weight_strategy": 1,  # exact weights of a basis take longer than the few steps from it
}
DUST, TOUCHING = 1e-15, 1e-7  # a shift that is none, and how near to a side a row touches it
DUAL, PRIMAL = 1, 4  # methods of the simplex: for other sides and coefficients, and for another aim


@dataclass(frozen=True)
class Move:
    """How the reduced program moves with a limit, per step: shifts of sides, and changes of coefficients.

    `entries` holds (coefficient, change per step) by row and column.
    """

    sides: dict[int, float]
    entries: dict[tuple[int, int], tuple[float, float]]


def settled(program: Program, touched: Collection[int]) -> Program:
    """Return the program with every column fixed that an equation among untouched rows leaves no choice."""
    lower, upper, matrix = program.lower.copy(), program.upper.copy(), program.matrix
    equal = program.row_lower == program.row_upper
    equal[list(touched)] = False
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    while True:
        free = (lower != upper)[matrix.indices] & (matrix.data != 0)
        alone = equal & (np.bincount(rows[free], minlength=matrix.shape[0]) == 1)
        place = np.flatnonzero(free & alone[rows])
        if not len(place):
            return program.with_bounds(lower, upper)
        _, first = np.unique(matrix.indices[place], return_index=True)
        place = place[first]
        shift = matrix @ np.where(lower == upper, lower, 0.0)
        at = (program.row_upper - shift)[rows[place]] / matrix.data[place]
        columns = matrix.indices[place]
        lower[columns] = upper[columns] = np.clip(at, lower[columns], upper[columns])


class Probe:
    """A program whose integer columns are fixed, and how its optimum moves with limits that stand in `touched` rows.

    Optima are of the minimisation of `−cost`; `least` is the optimum as the limits are, None where there is none, and
    `size` the largest cost of a column.
    """

    def __init__(self, program: Program, touched: Collection[int], tails: Tails) -> None:
        """Reduce the program, keep the touched rows, and solve it once."""
        self.tails, self.scale, self.known = tails, program.column_scale, list[Row]()
        at, count = sorted(touched), len(program.row_lower)
        self.size = float(np.abs(program.cost).max(initial=0.0)) or 1.0
        open_ = replace(
            program,
            row_lower=_with(program.row_lower, at, -np.inf),
            row_upper=_with(program.row_upper, at, np.inf),
            constraints=tuple(range(count)),
        )
        self.reduced = reduce(settled(open_, at))
        shift = program.matrix @ self.reduced.fixed_at
        self.place = {int(row): k for k, row in enumerate(self.reduced.program.constraints)}
        bare = [row for row in at if row not in self.place]
        self.place |= {row: len(self.place) + k for k, row in enumerate(bare)}
        self.form = self._form(bare, {self.place[row]: _sides(program, row, shift[row]) for row in at})
        self.column_at = {int(column): k for k, column in enumerate(self.reduced.kept)}
        self.relaxation = Relaxation(self.form.program, Limits(threads=1))
        for name, value in OPTIONS.items():
            self.relaxation.highs.setOptionValue(name, value)
        self.sides = self.form.program.row_lower.copy(), self.form.program.row_upper.copy()
        self.cost = -self.form.program.cost
        self.least = self._settle()

    def _form(self, bare: list[int], sides: dict[int, tuple[float, float]]) -> Form:
        """Return the reduced program with the bare rows, the step as its last column, and its cost as its last row."""
        small = self.reduced.program
        rows, columns = len(small.row_lower) + len(bare) + 1, len(small.cost) + 1
        matrix = csr_array(
            vstack([small.matrix, csr_array((len(bare), columns - 1)), csr_array(-small.cost[None] / self.size)])
        )
        lower = np.concatenate([small.row_lower, np.full(len(bare) + 1, -np.inf)])
        upper = np.concatenate([small.row_upper, np.full(len(bare) + 1, np.inf)])
        for row, (low, high) in sides.items():
            lower[row], upper[row] = low, high
        program = replace(
            small,
            matrix=csr_array(hstack([matrix, csr_array((rows, 1))])),
            cost=np.append(small.cost, 0.0),
            row_lower=lower,
            row_upper=upper,
            lower=np.append(small.lower, 0.0),
            upper=np.append(small.upper, 0.0),
            integer=np.zeros(columns, dtype=bool),
            chain=np.full(columns, -1),
            column_scale=np.append(small.column_scale, 1.0),
            row_scale=np.append(small.row_scale, np.ones(rows - len(small.row_scale))),
            variables=(),
            constraints=tuple(Named(str(row)) for row in range(rows)),
        )
        return Form(program, self.scale, replace(self.reduced, program=small))

    def move(self, slope: Slope, step: float) -> Move:
        """Return how the program moves with a limit, `step` of its units at a time."""
        sides: dict[int, float] = {}
        for found in (slope.lower, slope.upper):
            sides |= {self.place[row]: step * amount for row, amount in found.items()}
        entries: dict[tuple[int, int], float] = {}
        for (row, column), amount in slope.entries.items():
            k = self.column_at.get(column)
            if k is None:
                at = float(self.reduced.fixed_at[column])
                sides[self.place[row]] = sides.get(self.place[row], 0.0) - step * amount * at
            else:
                entries[self.place[row], k] = step * amount
        place = np.array(list(entries), dtype=np.int64).reshape(-1, 2).T
        now = np.asarray(self.form.program.matrix[place[0], place[1]]).reshape(-1).tolist() if entries else []
        both = {key: (one, entries[key]) for key, one in zip(entries, now, strict=True)}
        return Move({row: amount for row, amount in sides.items() if abs(amount) > DUST}, both)

    def _settle(self) -> float | None:
        """Solve the program as the limits are, and remember where that ends: every other solve starts from there."""
        found = self._optimum()
        self.home = self.relaxation.highs.getBasis()
        self.rows = len(self.known)
        if found is None:
            self.activity, self.point = np.zeros(0), np.zeros(0)
            return None
        self.point = found
        self.activity = np.asarray(self.form.program.matrix @ found)
        return float(self.cost @ found) + self._offset

    def _start(self) -> None:
        """Go back to where the program as the limits are ended."""
        if len(self.known) != self.rows:
            self._settle()
        self.relaxation.highs.setBasis(self.home)

    def free(self, move: Move) -> float:
        """Return how many steps break nothing at the optimal point itself: the optimum does not rise so far."""
        slacks = ((self._slack(row, rate > 0), abs(rate)) for row, rate in self._rates(move).items() if rate)
        return min((slack / rate for slack, rate in slacks), default=np.inf)

    def loose(self, move: Move) -> bool:
        """Tell whether the optimal point touches none of the sides that a move loosens: it saves nothing."""
        rates = self._rates(move).items()
        return all(self._slack(row, rate < 0) > TOUCHING for row, rate in rates if rate)

    def _rates(self, move: Move) -> dict[int, float]:
        """Return by how much per step each row of a move nears its upper side, at the optimal point."""
        rates = {row: -amount for row, amount in move.sides.items()}
        for (row, k), (_, amount) in move.entries.items():
            rates[row] = rates.get(row, 0.0) + amount * float(self.point[k])
        return rates

    def _slack(self, row: int, upper: bool) -> float:
        side = self.sides[1][row] - self.activity[row] if upper else self.activity[row] - self.sides[0][row]
        return max(0.0, float(side))

    def optimum(self, move: Move, t: float) -> float | None:
        """Return the optimum after `t` steps; None: nothing fits."""
        self._start()
        self._set(move, t)
        found = self._optimum()
        self._set(move, 0.0)
        return None if found is None else float(self.cost @ found) + self._offset

    def furthest(self, move: Move, most: float, slope: float | None, slack: float) -> float | None:
        """Return how many steps, `most` at the most, leave the optimum `slope` per step above `least` (within `slack`).

        Without a slope: how many leave anything that fits; None: the solver cannot tell. Only for moves of sides.
        """
        self._start()
        highs, last, cut = self.relaxation.highs, len(self.cost) - 1, len(self.sides[0]) - 1
        for row, amount in move.sides.items():
            highs.changeCoeff(row, last, -amount)
        if slope is not None and self.least is not None:
            highs.changeCoeff(cut, last, -slope / self.size)
            highs.changeRowBounds(cut, -np.inf, (self.least - self._offset + slack) / self.size)
        highs.changeColBounds(last, 0.0, most)
        self._aim(np.append(np.zeros(last), -1.0))
        highs.setOptionValue("simplex_strategy", PRIMAL)
        found = self._optimum()
        highs.setOptionValue("simplex_strategy", DUAL)
        self._aim(self.cost)
        highs.changeColBounds(last, 0.0, 0.0)
        for row in (*move.sides, cut):
            highs.changeCoeff(row, last, 0.0)
        highs.changeRowBounds(cut, -np.inf, np.inf)
        return None if found is None else float(found[last])

    @property
    def _offset(self) -> float:
        return -self.form.program.offset

    def _aim(self, cost: Floats) -> None:
        self.relaxation.highs.changeColsCost(len(cost), np.arange(len(cost), dtype=np.int32), cost)

    def _set(self, move: Move, t: float) -> None:
        """Put the sides and coefficients where they are after `t` steps."""
        highs = self.relaxation.highs
        for row, amount in move.sides.items():
            highs.changeRowBounds(row, self.sides[0][row] + t * amount, self.sides[1][row] + t * amount)
        for (row, column), (now, amount) in move.entries.items():
            highs.changeCoeff(row, column, now + t * amount)

    def _optimum(self) -> Floats | None:
        """Solve until no tail is broken; return the point, None where nothing fits (or the solver cannot tell)."""
        for attempt in range(2):
            while True:
                outcome = self.relaxation.solve(SECONDS, Interrupt(), brief=True)
                new = [] if outcome.x is None else self.tails.broken(self.form.values(outcome.x), FULLY, self.known)
                if not new:
                    break
                self.known += new
                rows = self.form.rows(new)
                self.relaxation.add_rows(rows.lower, rows.matrix)
            if outcome.ending in (Ending.OPTIMAL, Ending.INFEASIBLE):
                break
            if attempt == 0:  # from the start, by another method
                self.relaxation.highs.clearSolver()
                self.relaxation.highs.setOptionValue("solver", "ipm")
        return outcome.x


def _with(values: Floats, at: list[int], value: float) -> Floats:
    found = values.copy()
    found[at] = value
    return found


def _sides(program: Program, row: int, shift: float) -> tuple[float, float]:
    return float(program.row_lower[row] - shift), float(program.row_upper[row] - shift)
