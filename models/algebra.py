"""Linear expressions that are summed term by term, and rows that keep their name when nothing is left of them."""

from collections.abc import Iterator
from typing import Any

import pyomo.environ as pyo
from pyomo.core.expr.numeric_expr import LinearExpression

Bound = float | None


class Linear:
    """A linear expression `constant + Σ coefficient·variable`; adding a variable twice adds its coefficients."""

    __slots__ = ("_terms", "constant")

    def __init__(self, constant: float = 0.0) -> None:
        """Start from `constant` alone."""
        self._terms: dict[int, tuple[Any, float]] = {}
        self.constant = constant

    def add(self, variable: Any, coefficient: float) -> "Linear":
        """Add `coefficient·variable`; `None` stands for a variable that is fixed at zero by construction."""
        if variable is not None and coefficient:
            found = self._terms.get(id(variable))
            self._terms[id(variable)] = (variable, coefficient + (found[1] if found else 0.0))
        return self

    def plus(self, other: "Linear", factor: float = 1.0) -> "Linear":
        """Add `factor·other`."""
        self.constant += factor * other.constant
        for variable, coefficient in other:
            self.add(variable, factor * coefficient)
        return self

    def __iter__(self) -> Iterator[tuple[Any, float]]:
        """Iterate over the (variable, coefficient) pairs."""
        return iter(self._terms.values())

    def __bool__(self) -> bool:
        """Tell whether any variable has a coefficient other than zero."""
        return any(coefficient for _, coefficient in self)

    def expression(self) -> Any:
        """Return it as a Pyomo expression."""
        pairs = [(variable, coefficient) for variable, coefficient in self if coefficient]
        return LinearExpression(
            constant=self.constant,
            linear_coefs=[coefficient for _, coefficient in pairs],
            linear_vars=[variable for variable, _ in pairs],
        )


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
        return body.expression() == lower
    return (lower, body.expression(), upper)
