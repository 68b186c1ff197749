"""From a Pyomo model to one sparse matrix, scaled so that a solver's tolerances mean the same in every currency.

Every row of the model is one `LinearExpression`, whose terms are read as they stand: up to twice as fast as a walk over
general expressions. The whole matrix reaches the solver in one call, faster again than row by row. Money columns
are measured in a power of two near the typical due, and each row is divided by a power of two near its largest
coefficient, so that a tolerance of 1e-9 is a fraction of a cent even where amounts are in single euros. Powers of two
change no digit. Source: solving.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import pyomo.environ as pyo
from numpy.typing import NDArray
from pyomo.common.gc_manager import PauseGC
from pyomo.core.expr.numeric_expr import LinearExpression
from pyomo.repn import generate_standard_repn
from scipy.sparse import csr_array, vstack

Floats = NDArray[np.float64]
SCHEDULE = "started"  # the variable whose columns are schedules; other integer columns follow from them
LARGEST = 1024.0  # a column that is not money and may be larger is measured in its own size
STEP, NEAR = 1e-4, 1e-12  # values in steps of this; a relative error that is one of binary numbers
COUNTED = {"level", "bonus", "gate"}  # continuous variables that are not money


@dataclass(frozen=True)
class Named:
    """A row that is not in the model: it only has a name."""

    name: str


@dataclass(frozen=True, eq=False)
class Program:
    """`maximise cost·x + offset` subject to `row_lower ≤ matrix·x ≤ row_upper`, `lower ≤ x ≤ upper`.

    Columns are scaled: `x = column_scale·(solver's x)`. `integer` marks the integer columns. `chain` numbers the
    initiative whose schedule an integer column belongs to: its columns only make sense together. −1 is no integer
    column; −2 − c one that follows from the schedule of initiative c (does a funder join it, is matching unlocked).
    `variables` and `constraints` are the Pyomo components behind columns and rows. `minimised`: the model's objective
    is to be minimised, and `cost` and `offset` are those of its negative.
    """

    matrix: Any
    cost: Floats
    offset: float
    row_lower: Floats
    row_upper: Floats
    lower: Floats
    upper: Floats
    integer: NDArray[np.bool_]
    chain: NDArray[np.int64]
    column_scale: Floats
    row_scale: Floats
    variables: tuple[Any, ...]
    constraints: tuple[Any, ...]
    minimised: bool = False

    @cached_property
    def owner(self) -> NDArray[np.int64]:
        """Return the initiative each integer column belongs to, whether of its schedule or following from it; or −1."""
        return np.where(self.chain < -1, -2 - self.chain, self.chain)

    @cached_property
    def following(self) -> NDArray[np.int64]:
        """Return the integer columns that follow from the schedule."""
        return np.flatnonzero(self.chain < -1)

    @cached_property
    def column_of(self) -> dict[int, int]:
        """Return {id(variable): column}."""
        return {id(variable): k for k, variable in enumerate(self.variables)}

    @cached_property
    def starts(self) -> dict[Any, int]:
        """Return {index of `started`: column}; the same in the exact and the compact form."""
        return {self.variables[k].index(): int(k) for k in np.flatnonzero(self.chain >= 0)}

    @cached_property
    def row_of(self) -> dict[str, int]:
        """Return {name of the constraint: row}; of a range, the row of its upper side."""
        return {constraint.name: k for k, constraint in enumerate(self.constraints)}

    @cached_property
    def stepped(self) -> bool:
        """Tell whether the values of any two schedules are equal or at least `STEP` apart, whatever is paid."""
        worth = np.flatnonzero(self.cost)
        steps = self.cost[worth] / STEP
        return bool(self.integer[worth].all() and (np.abs(steps - np.round(steps)) <= NEAR * np.abs(steps)).all())

    def misses(self, x: Floats) -> float:
        """Return by how much a point misses whole numbers and rows at most (in the solver's scale)."""
        at, whole = self.matrix @ x, x[self.integer]
        away = (np.abs(whole - np.round(whole)), at - self.row_upper, self.row_lower - at)
        return max(float(part.max(initial=0.0)) for part in away)

    def with_bounds(self, lower: Floats, upper: Floats) -> "Program":
        """Return the program with other column bounds (in the solver's scale)."""
        return replace(self, lower=lower, upper=upper)

    def tightened(self, limits: Mapping[str, float]) -> "Program":
        """Return the program with the upper sides of the named rows lowered by an amount in the model's units.

        A name without a row is passed over: nothing in this program can load that limit.
        """
        upper = self.row_upper.copy()
        for name, amount in limits.items():
            k = self.row_of.get(name)
            if k is not None:
                upper[k] -= amount * self.row_scale[k]
        return replace(self, row_upper=upper)

    def with_row(self, row: Floats, upper: float, name: str) -> "Program":
        """Return the program with the row `row·x ≤ upper` (in the solver's scale) added at its end."""
        return replace(
            self,
            matrix=csr_array(vstack([self.matrix, csr_array(row.reshape(1, -1))])),
            row_lower=np.append(self.row_lower, -np.inf),
            row_upper=np.append(self.row_upper, upper),
            row_scale=np.append(self.row_scale, 1.0),
            constraints=(*self.constraints, Named(name)),
        )

    def rescaled(self, rows: Floats, columns: Floats) -> "Program":
        """Return the program with its rows and columns multiplied; by powers of two, so that no digit changes."""
        matrix = self.matrix
        data = matrix.data * np.repeat(rows, np.diff(matrix.indptr)) * columns[matrix.indices]
        return replace(
            self,
            matrix=csr_array((data, matrix.indices, matrix.indptr), shape=matrix.shape),
            cost=self.cost * columns,
            row_lower=self.row_lower * rows,
            row_upper=self.row_upper * rows,
            lower=self.lower / columns,
            upper=self.upper / columns,
            row_scale=self.row_scale * rows,
            column_scale=self.column_scale * columns,
        )

    def values(self, x: Floats) -> Floats:
        """Return the solver's point in the model's units."""
        return np.asarray(x * self.column_scale, dtype=float)


def compile_model(model: pyo.ConcreteModel) -> Program:
    """Return the scaled program of a linear Pyomo model with one objective; no variable is fixed.

    A row with two different sides becomes two, the upper one first. ValueError where an expression is not linear.
    """
    with PauseGC():
        (objective,) = model.component_data_objects(pyo.Objective, active=True)
        offset, values, variables = _terms(objective.expr)
        sign = -1.0 if objective.sense == pyo.minimize else 1.0
        rows = _Rows([len(values)], list(values), list(variables))
        for constraint in model.component_data_objects(pyo.Constraint, active=True):
            rows.add(constraint)
        entries, columns = _numbered(model, rows.variables)
    ends = np.cumsum(rows.lengths)
    shape = len(rows.constraints), len(columns)
    first = int(ends[0])
    matrix = csr_array((np.array(rows.values[first:], dtype=float), entries[first:], ends - first), shape=shape)
    matrix.sum_duplicates()
    cost = np.zeros(len(columns))
    np.add.at(cost, entries[:first], sign * np.array(rows.values[:first]))
    continuous = [v.is_continuous() for v in columns]
    program = Program(
        matrix=matrix,
        cost=cost,
        offset=sign * offset,
        row_lower=np.array(rows.lower, dtype=float),
        row_upper=np.array(rows.upper, dtype=float),
        lower=np.array([-np.inf if v.lb is None else v.lb for v in columns], dtype=float),
        upper=np.array([np.inf if v.ub is None else v.ub for v in columns], dtype=float),
        integer=~np.array(continuous, dtype=bool),
        chain=_chains(columns, continuous),
        column_scale=np.ones(len(columns)),
        row_scale=np.ones(shape[0]),
        variables=columns,
        constraints=tuple(rows.constraints),
        minimised=sign < 0,
    )
    return _scaled(program)


@dataclass
class _Rows:
    """What compilation collects: the objective's terms, then those of every row, one after the other."""

    lengths: list[int]
    values: list[float]
    variables: list[Any]
    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    constraints: list[Any] = field(default_factory=list)

    def add(self, constraint: Any) -> None:
        """Add the row, or the two rows, of a constraint."""
        low, body, high = constraint.to_bounded_expression(evaluate_bounds=True)
        constant, values, variables = _terms(body)
        sides = [(low, high)] if low == high or low is None or high is None else [(None, high), (low, None)]
        for lower, upper in sides:
            self.lengths.append(len(values))
            self.values += values
            self.variables += variables
            self.lower.append(-np.inf if lower is None else lower - constant)
            self.upper.append(np.inf if upper is None else upper - constant)
            self.constraints.append(constraint)


def _terms(expression: Any) -> tuple[float, Sequence[float], Sequence[Any]]:
    """Return (constant, coefficients, variables) of a linear expression."""
    if expression.__class__ is LinearExpression:
        return expression.constant, expression.linear_coefs, expression.linear_vars
    found = generate_standard_repn(expression)
    if not found.is_linear():
        raise ValueError(f"not linear: {expression}")
    return found.constant, found.linear_coefs, found.linear_vars


def _numbered(model: pyo.ConcreteModel, variables: list[Any]) -> tuple[NDArray[np.int64], tuple[Any, ...]]:
    """Number the variables that occur, in the order of the model; return the number at each place, and them."""
    declared = list(model.component_data_objects(pyo.Var))
    keys = np.fromiter(map(id, declared), dtype=np.int64, count=len(declared))
    sought = np.fromiter(map(id, variables), dtype=np.int64, count=len(variables))
    order = np.argsort(keys)
    places = order[np.searchsorted(keys, sought, sorter=order)]
    used, number = np.unique(places, return_inverse=True)
    return number, tuple(declared[k] for k in used)


def _chains(columns: tuple[Any, ...], continuous: list[bool]) -> NDArray[np.int64]:
    """Number the integer columns by the first part of their index, the initiative (see `Program`)."""
    numbers: dict[str, int] = {}
    found = np.full(len(columns), -1, dtype=np.int64)
    for k, (variable, smooth) in enumerate(zip(columns, continuous, strict=True)):
        if not smooth:
            number = numbers.setdefault(variable.index()[0], len(numbers))
            found[k] = number if variable.parent_component().local_name == SCHEDULE else -2 - number
    return found


def _power_of_two(values: Floats) -> Floats:
    """Return the power of two nearest to each positive value."""
    return np.asarray(np.exp2(np.round(np.log2(values))), dtype=float)


def _counted_scale(program: Program) -> Floats:
    """Return a power of two near the size of every column that is not money; 1 where it is small."""
    size = np.maximum(np.abs(program.lower), np.abs(program.upper))
    return np.where(np.isfinite(size) & (size > LARGEST), _power_of_two(np.maximum(size, 1.0)), 1.0)


def _scaled(program: Program) -> Program:
    """Scale the money columns by one power of two, then every row by its own."""
    matrix = program.matrix
    if not matrix.nnz:
        return program
    row_of_entry = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    counted = program.integer | np.array([v.parent_component().local_name in COUNTED for v in program.variables])
    has_money = np.zeros(matrix.shape[0], dtype=bool)
    has_money[row_of_entry[~counted[matrix.indices]]] = True
    dues = np.abs(matrix.data[counted[matrix.indices] & has_money[row_of_entry]])
    dues = dues[dues > 0]
    typical = float(_power_of_two(np.array([np.median(dues)]))[0]) if dues.size else 1.0
    column_scale = np.where(counted, _counted_scale(program), typical)
    data = matrix.data * column_scale[matrix.indices]
    largest = np.zeros(matrix.shape[0])
    np.maximum.at(largest, row_of_entry, np.abs(data))
    row_scale = 1.0 / _power_of_two(np.where(largest > 0, largest, 1.0))
    return program.rescaled(row_scale, column_scale)
