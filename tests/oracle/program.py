"""A dense LP of which only the right-hand side depends on the schedule: A·x ≤ b + B·due, least Σ shortfalls.

A shortfall s ≥ 0 keeps the LP solvable; a schedule is payable when the least Σs is zero. The duals y of one
schedule's LP prove for every other that Σs ≥ y·(b + B·due): one refused schedule refuses many (a `Cut`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import linprog

from .schedules import Bools, Floats, left_out

Key = tuple[Any, ...]
Terms = dict[Key, float]


@dataclass(frozen=True)
class Cut:
    """Σ shortfalls ≥ constant part + weights·due, with the rows it rests on."""

    duals: Floats
    weights: Floats


class Program:
    """Rows with the tag of their rule, so that a family can be left out; columns are named by tuples.

    "x" payments, "s" shortfalls, "h" hedged amounts; the other columns are bookkeeping of the rules.
    """

    def __init__(self) -> None:
        self.columns: dict[Key, int] = {}
        self.coefficients: list[Terms] = []
        self.constant: list[float] = []
        self.due_terms: list[dict[int, float]] = []
        self.tags: list[str] = []
        self.equal: list[bool] = []

    def row(self, tag: str, terms: Terms, constant: float = 0.0, due: Iterable[tuple[int, float]] = ()) -> None:
        """Σ terms ≤ constant + Σ weight·due; an "=" before the tag makes it an equality."""
        for key in terms:
            self.columns.setdefault(key, len(self.columns))
        self.coefficients.append(terms)
        self.constant.append(constant)
        self.due_terms.append(dict(due))
        self.equal.append(tag.startswith("="))
        self.tags.append(tag.lstrip("="))

    def freeze(self, due_size: int) -> None:
        self.matrix = np.zeros((len(self.tags), len(self.columns)))
        self.by_due = np.zeros((len(self.tags), due_size))
        for r, (terms, due) in enumerate(zip(self.coefficients, self.due_terms, strict=True)):
            for key, factor in terms.items():
                self.matrix[r, self.columns[key]] = factor
            for j, factor in due.items():
                self.by_due[r, j] = factor
        self.price = np.array([1.0 if key[0] == "s" else 0.0 for key in self.columns])
        self.hedges = np.array([key[0] == "h" for key in self.columns])
        self.equalities = np.array(self.equal)
        self.limits = np.array(self.constant)

    def kept(self, drop: frozenset[str]) -> Bools:
        """Rows that stay; dropping carry-over only sets its limit to zero (`right_hand`)."""
        return np.array([tag == "carry_over" or not left_out(tag, drop) for tag in self.tags])

    def right_hand(self, drop: frozenset[str]) -> Floats:
        """Constants of the rows; without carry-over nothing may be carried."""
        limits = self.limits.copy()
        if "carry_over" in drop:
            limits[[tag == "carry_over" for tag in self.tags]] = 0.0
        return limits

    def solve(self, due: Floats, drop: frozenset[str]) -> tuple[float, Cut, Mapping[Key, float]]:
        """Least Σ shortfalls of a schedule, the cut that its duals give, and the payments."""
        kept = self.kept(drop)
        equal, less = kept & self.equalities, kept & ~self.equalities
        right = self.right_hand(drop) + self.by_due @ due
        free = ~self.hedges if "hedging" in drop else np.ones_like(self.hedges)
        found = linprog(
            self.price[free],
            A_ub=self.matrix[less][:, free],
            b_ub=right[less],
            A_eq=self.matrix[equal][:, free],
            b_eq=right[equal],
            method="highs",
        )
        if found.status != 0 or found.fun is None or found.x is None:
            raise ArithmeticError(f"the payment LP ended with: {found.message}")
        duals = np.zeros(len(self.tags))
        duals[less], duals[equal] = found.ineqlin.marginals, found.eqlin.marginals
        duals[np.abs(duals) < 1e-11] = 0.0
        names = [key for key, keep in zip(self.columns, free, strict=True) if keep]
        return float(found.fun), Cut(duals, duals @ self.by_due), dict(zip(names, found.x, strict=True))
