"""Linear expressions that are summed term by term, and rows that keep their name when nothing is left of them."""

from collections.abc import Iterable, Iterator
from typing import Any

import pyomo.environ as pyo
from pyomo.core.expr.numeric_expr import LinearExpression

Bound = float | None


class Linear:
    """A linear expression `constant + Σ coefficient·variable`; adding a variable twice adds its coefficients."""

    __slots__ = ("_values", "_variables", "constant")

    def __init__(self, constant: float = 0.0) -> None:
        """Start from `constant` alone."""
        self._variables: dict[int, Any] = {}
        self._values: dict[int, float] = {}
        self.constant = constant

    def add(self, variable: Any, coefficient: float) -> "Linear":
        """Add `coefficient·variable`; `None` stands for a variable that is fixed at zero by construction."""
        if variable is not None and coefficient:
            key, values = id(variable), self._values
            if key in values:
                values[key] += coefficient
            else:
                values[key] = coefficient
                self._variables[key] = variable
        return self

    def extend(self, terms: Iterable[tuple[Any, float]], factor: float = 1.0) -> "Linear":
        """Add `factor·coefficient·variable` for every (variable, coefficient)."""
        if factor:
            variables, values = self._variables, self._values
            for variable, coefficient in terms:
                key = id(variable)
                if key in values:
                    values[key] += factor * coefficient
                elif coefficient:
                    values[key] = factor * coefficient
                    variables[key] = variable
        return self

    def plus(self, other: "Linear", factor: float = 1.0) -> "Linear":
        """Add `factor·other`."""
        self.constant += factor * other.constant
        return self.extend(other, factor)

    def __iter__(self) -> Iterator[tuple[Any, float]]:
        """Iterate over the (variable, coefficient) pairs."""
        return zip(self._variables.values(), self._values.values(), strict=True)

    def __bool__(self) -> bool:
        """Tell whether any variable has a coefficient other than zero."""
        return any(self._values.values())

    def expression(self) -> Any:
        """Return it as a Pyomo expression."""
        values, variables = list(self._values.values()), list(self._variables.values())
        if not all(values):
            variables = [variable for variable, value in zip(variables, values, strict=True) if value]
            values = [value for value in values if value]
        return LinearExpression(constant=self.constant, linear_coefs=values, linear_vars=variables)


def row(model: pyo.ConcreteModel, lower: Bound, body: Linear, upper: Bound) -> Any:
    """Return the rule value for `lower ≤ body ≤ upper`.

    A row without variables is skipped when it holds; when it does not, it is kept as a row on the variable
    `model.nothing` (fixed at zero), so that the program is infeasible *and* the row can be named.
    """
    if not body:
        slack = 1e-9 * max(1.0, abs(body.constant))
        if (lower is None or body.constant >= lower - slack) and (upper is None or body.constant <= upper + slack):
            return pyo.Constraint.Skip
        body = Linear(body.constant).add(model.nothing, 1.0)
    if lower is not None and lower == upper:
        return (body.expression(), lower)
    return (lower, body.expression(), upper)
