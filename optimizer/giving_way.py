"""Columns by which rules give way in the rows of a model: one per rule, and which rows each stands in."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import pyomo.environ as pyo

from ..inputs.case import Case
from .compile import Program
from .rules_of import Given, Key

INF = float("inf")
PLAIN = {  # rows that belong to a rule by the first parts of their index: (table, column, how many parts, upper side)
    "commitment": ("budgets", "commitments", 2, True),
    "risk": ("funders", "risk_tolerance", 1, True),
    "pause": ("initiatives", "max_pause", 1, True),
    "complete": ("initiatives", "complete", 1, False),
    "mandatory": ("initiatives", "status", 1, False),
    "matching": ("matching", "ratio", 1, True),
    "matching_ahead": ("matching", "ratio", 1, True),
    "matching_cap": ("matching", "cap", 1, True),
    "matching_least_base": ("matching", "min_base", 1, False),
    "guarantee_leverage": ("guarantees", "leverage", 1, True),
    "guarantee_cap": ("guarantees", "cap", 1, True),
    "cofunding_at_least": ("cofunding", "at_least", 1, False),
    "cofunding_at_most": ("cofunding", "at_most", 1, True),
    "equity_at_least": ("equity", "at_least", 1, False),
    "equity_at_most": ("equity", "at_most", 1, True),
    "earmark_at_least": ("earmarks", "at_least", 1, False),
    "earmark_at_most": ("earmarks", "at_most", 1, True),
}


@dataclass
class Builder:
    """Collects the columns of rules, their entries in rows, and the rows that are added."""

    case: Case
    model: pyo.ConcreteModel
    program: Program
    given: dict[Key, Given]
    entries: list[tuple[int, int, float]] = field(default_factory=list)  # row, column, value; in the solver's scale
    owner: list[Key] = field(default_factory=list)  # of every added column
    open: list[float] = field(default_factory=list)
    integer: list[bool] = field(default_factory=list)
    partly: list[bool] = field(default_factory=list)
    lower: list[float] = field(default_factory=list)  # of every added row
    upper: list[float] = field(default_factory=list)
    rows: dict[Key, list[int]] = field(default_factory=lambda: defaultdict(list))
    column_of: dict[Key, int] = field(default_factory=dict)

    @property
    def height(self) -> int:
        """Return the number of rows."""
        return len(self.program.row_lower) + len(self.lower)

    def column(self, key: Key, open_to: float = INF, integer: bool = False, partly: bool = False) -> int:
        """Add a column of a rule; `partly` where another row limits what it frees."""
        self.owner.append(key)
        self.open.append(open_to)
        self.integer.append(integer)
        self.partly.append(partly)
        return len(self.program.cost) + len(self.owner) - 1

    def shared(self, key: Key) -> int:
        """Return the one column of a rule whose rows give way together."""
        if key not in self.column_of:
            given = self.given[key]
            flag = given.base is None
            self.column_of[key] = self.column(key, 1.0 if flag else INF, flag or given.whole)
        return self.column_of[key]

    def give(self, key: Key, row: int, upper: bool, amount: float) -> None:
        """Let a row of the model give way by `amount`, in the model's units, for each unit of the rule's column."""
        if key in self.given:
            value = amount * self.program.row_scale[row]
            self.entries.append((row, self.shared(key), -value if upper else value))
            self.rows[key].append(row)

    def add(self, terms: Iterable[tuple[int, float]], upper: float) -> int:
        """Add the row `Σ value·column ≤ upper`, in the solver's scale; return it."""
        row = self.height
        self.entries += [(row, column, value) for column, value in terms]
        self.lower.append(-INF)
        self.upper.append(upper)
        return row

    def at(self, variable: Any) -> int | None:
        """Return the column of a variable of the model; None where it occurs nowhere."""
        return self.program.column_of.get(id(variable))


def attach(b: Builder) -> None:
    """Let the rows of the model give way with their rules."""
    before = _cycle_before(b.case)
    for k, constraint in enumerate(b.program.constraints):
        index = constraint.index() if hasattr(constraint, "index") else None
        if index is None and not hasattr(constraint, "parent_component"):
            continue
        family = constraint.parent_component().local_name
        place: Key = index if isinstance(index, tuple) else (index,)
        if family in PLAIN:
            table, column, parts, upper = PLAIN[family]
            key = (table, column, place[0] if parts == 1 else place[:parts])
            b.give(key, k, upper, _unit(b, key))
            if family == "mandatory":  # an equation, which would hold all milestones of an initiative together
                b.program.row_upper[k] = INF
        elif family in ("budget", "carry"):
            key = ("budgets", "payments", place)
            b.give(key, k, True, _unit(b, key))
        elif family in ("stability_more", "stability_less"):
            _stable(b, k, place, family == "stability_more", before[place])
        elif family == "choice":
            _chosen(b, k, place[0])
        elif family == "ticket_least":
            key = ("funders", "min_ticket", place[1])
            b.give(key, k, False, _unit(b, key))
        elif family == "precedence":
            b.give(("precedence", "predecessor", place[:5]), k, True, 1.0)
        elif family in ("ranking", "ranking_above", "ranking_below"):
            call = place[0] if len(place) == 3 else b.case.initiatives[place[0]].call
            b.give(("initiatives", "rank", call), k, False, 1.0)
        elif family == "required_value":
            key = ("case", "required_value", "")
            b.give(key, k, False, _unit(b, key))
        elif family == "moved":
            b.give(("", "moved", ""), k, True, max(1.0, abs(constraint.upper or 0.0)))


def _unit(b: Builder, key: Key) -> float:
    """Return what a row gives way by for a unit of its rule's column: the number itself, or one."""
    given = b.given.get(key)
    if given is None or given.base is None or given.whole:
        return 1.0
    return given.size


def _cycle_before(case: Case) -> dict[Key, tuple[str, int]]:
    """Return {(funder, cycle): (name, periods) of the cycle before}."""
    return {
        (f, two.name): (one.name, len(one.periods)) for f, rows in case.cycles.items() for one, two in pairwise(rows)
    }


def _stable(b: Builder, row: int, place: Key, upper: bool, before: tuple[str, int]) -> None:
    """Let a row of stability give way with the largest change, and with the appropriation it is a share of."""
    funder, (name, periods) = place[0], before
    cycle = next(one for one in b.case.cycles[funder] if one.name == name)
    key = ("funders", "max_change", funder)
    b.give(key, row, upper, max(float(cycle.payments), 1e-6) * b.given[key].size / periods)
    share = float(b.case.funders[funder].max_change or 0) / periods
    payments = ("budgets", "payments", (funder, name))
    if share:
        b.give(payments, row, upper, share * b.given[payments].size)


def _chosen(b: Builder, row: int, choice: str) -> None:
    """Let the sides of a choice give way; a row has one side, or two that are equal."""
    if np.isfinite(b.program.row_upper[row]):
        b.give(("choices", "at_most", choice), row, True, 1.0)
    if np.isfinite(b.program.row_lower[row]):
        b.give(("choices", "at_least", choice), row, False, 1.0)
