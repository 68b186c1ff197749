"""A dense LP of which only the right-hand side depends on the schedule.

A·x ≤ b + B·begin, where `begin` is the 0-1 vector of a schedule and the levels of partial milestones are columns.
Shortfalls "s" ≥ 0 keep it solvable: a schedule is payable when the least Σs is zero. A set of duals y that proves
Σs ≥ y·(b + B·begin), or cost ≥ y·(b + B·begin), for one schedule proves it for every other: a `Cut`.

Conditions such as "nothing or at least a ticket" are choices between two rows; none, the one or the other applies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from .schedules import Bools, Floats, Schedules, left_out
from .work import Work

CLEAR = 1e-4
"""A shortfall above this one is no matter of rounding."""
Key = tuple[Any, ...]
Terms = dict[Key, float]


@dataclass(frozen=True)
class Form:
    """Σ shortfalls (`short`), or the cost, ≥ constant + weights·begin of any schedule."""

    constant: float
    weights: Floats
    short: bool

    def value(self, found: Schedules) -> Floats:
        """What every schedule costs at least; infinite if it is short of something for sure."""
        values = self.constant + found.linear(self.weights)
        return np.where(values > CLEAR, np.inf, -np.inf) if self.short else values


@dataclass(frozen=True)
class Cut:
    """The least of some forms, one for each way in which conditions can turn out, where the rows in `needs` hold."""

    forms: tuple[Form, ...]
    needs: Bools

    @property
    def refuses(self) -> bool:
        """Whether it speaks of shortfalls only, and so serves every goal."""
        return all(form.short for form in self.forms)

    def value(self, found: Schedules) -> Floats:
        return np.asarray(np.min([form.value(found) for form in self.forms], axis=0))


@dataclass(frozen=True)
class Either:
    """Row `off` (nothing) or row `on` (at least `least`); `terms` measure how much there is of both."""

    off: int
    on: int
    terms: Terms
    least: float
    much: Terms


class Program:
    """Rows with the tag of their rule, so that a family can be left out; columns are named by tuples.

    "s" are shortfalls and ("level", slot) levels; the other columns are payments and bookkeeping of the rules. A
    row with `only` is there only while that family is left out, one with `also` goes with that family too.
    """

    def __init__(self, work: Work) -> None:
        self.work = work
        self.columns: dict[Key, int] = {("level", j): n for n, j in enumerate(np.flatnonzero(work.partial))}
        self.rows: list[tuple[str, str, str, bool, float]] = []
        self.coefficients: list[Terms] = []
        self.by_level: list[Floats] = []
        self.by_begin: list[Floats] = []
        self.eithers: list[Either] = []

    def row(
        self,
        tag: str,
        terms: Terms,
        constant: float = 0.0,
        *,
        level: Floats | None = None,
        begin: Floats | None = None,
        equal: bool = False,
        only: str = "",
        also: str = "",
    ) -> int:
        """Σ terms ≤ constant + level·levels + begin·begin (or =); weights over the slots. Gives its number."""
        for key in terms:
            self.columns.setdefault(key, len(self.columns))
        none = np.zeros(self.work.size)
        self.coefficients.append(terms)
        self.by_level.append(none if level is None else level)
        self.by_begin.append(none if begin is None else begin)
        self.rows.append((tag, only, also, equal, constant))
        return len(self.rows) - 1

    def either(self, tag: str, much: Terms, terms: Terms, least: float) -> None:
        """`much` is zero, or `terms` come to at least `least`."""
        name = ("s", tag, len(self.eithers))
        off = self.row(tag, much)
        on = self.row(tag, {key: -factor for key, factor in terms.items()} | {name: -1.0}, -least)
        self.eithers.append(Either(off, on, terms, least, much))

    def freeze(self) -> None:
        """Turn the rows into arrays; the levels of full milestones are their begin."""
        self.matrix = np.zeros((len(self.rows), len(self.columns)))
        for r, terms in enumerate(self.coefficients):
            for key, factor in terms.items():
                self.matrix[r, self.columns[key]] += factor
        level, partial = np.array(self.by_level), self.work.partial
        for j in np.flatnonzero(partial):
            self.matrix[:, self.columns["level", j]] -= level[:, j]
        self.right = np.array(self.by_begin) + np.where(partial, 0.0, level)
        self.limits = np.array([row[4] for row in self.rows])
        self.equalities = np.array([row[3] for row in self.rows])
        self.conditional = np.zeros(len(self.rows), dtype=bool)
        for either in self.eithers:
            self.conditional[[either.off, either.on]] = True
        self.short = np.array([key[0] == "s" for key in self.columns])

    def active(self, drop: frozenset[str]) -> Bools:
        """Rows that hold while some families or parts are left out; conditions are not among them."""
        found = np.array(
            [
                not left_out(tag, drop) and only in ("", *drop) and not (also and left_out(also, drop))
                for tag, only, also, _, _ in self.rows
            ]
        )
        return found & ~self.conditional

    def conditions(self, drop: frozenset[str]) -> list[Either]:
        return [either for either in self.eithers if not left_out(self.rows[either.off][0], drop)]

    def form(self, duals: Floats, weights: Floats, short: bool) -> tuple[Form, Bools]:
        """What these duals say of every schedule, on top of `weights`·begin, and the rows they rest on."""
        clean = np.where(np.abs(duals) < 1e-11, 0.0, duals)
        clean = np.where(self.equalities, clean, np.minimum(clean, 0.0))
        return Form(float(clean @ self.limits), weights + clean @ self.right, short), clean != 0

    def plain_cuts(self) -> list[Cut]:
        """Rows that only a shortfall can mend refuse schedules without any LP."""
        others = (self.matrix[:, ~self.short] != 0).any(axis=1)
        alone = ~others & (self.matrix == -1).any(axis=1) & ~self.equalities & ~self.conditional
        forms = [self.form(-unit, np.zeros(self.work.size), short=True) for unit in np.eye(len(alone))[alone]]
        return [Cut((form,), needs) for form, needs in forms]

    def amount(self, terms: Mapping[Key, float], x: Floats) -> float:
        return sum(factor * float(x[self.columns[key]]) for key, factor in terms.items())
