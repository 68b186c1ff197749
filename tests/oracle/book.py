"""Settings, tables, periods, rates and currency risk of a tiny case, read for the oracle.

Works on the dicts that `case_from_tables` takes and shares no code with the package. Amounts stay in the
case's `unit` and are floats: the oracle compares to 1e-6, it does not certify cents.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from statistics import NormalDist
from typing import Any

Row = Mapping[str, Any]
Tables = Mapping[str, list[dict[str, Any]]]
Settings = Mapping[str, Any]

NAMED = {"choices": "choice", "earmarks": "rule", "eligibility": "rule"}
"""Tables in which the rows of one name are one rule, and the column that names it."""
PER_YEAR = {"Y": 1, "H": 2, "Q": 4, "M": 12}


@dataclass(frozen=True)
class Span:
    """A budget cycle in period numbers, both ends included; amounts in the funder's currency."""

    name: str
    first: int
    last: int
    payments: float
    carry_over: float
    reserved: float
    ceiling: float | None

    @property
    def periods(self) -> range:
        return range(self.first, self.last + 1)


def number(value: Any, default: float = 0.0) -> float:
    """An optional number: empty means the default."""
    return default if value in (None, "") else float(value)


def text(value: Any) -> str:
    return "" if value is None else str(value)


def flag(value: Any, default: bool = False) -> bool:
    return default if value in (None, "") else str(value).lower() == "true"


def given(row: Row, column: str) -> bool:
    """Whether a cell says anything."""
    return row.get(column) not in (None, "")


def position(label: str, frequency: str) -> int:
    """Absolute count of periods up to a label such as 2027, 2027H1, 2027Q3 or 2027-05."""
    found = re.fullmatch(r"(\d{4})(?:H|Q|-)?(\d{1,2})?", label)
    if found is None:
        raise ValueError(label)
    return int(found[1]) * PER_YEAR[frequency] + int(found[2] or 1) - 1


class Book:
    """What does not depend on the programme: periods, rates, and how far rates may move."""

    def __init__(self, settings: Settings, tables: Tables) -> None:
        self.settings = settings
        self.tables = tables
        self.T = int(settings["periods"])
        self.base = str(settings["currency"])
        self.frequency = str(settings.get("frequency", "Y"))
        self.per_year = PER_YEAR[self.frequency]

    def rows(self, table: str) -> list[dict[str, Any]]:
        return self.tables.get(table, [])

    def rules(self, table: str) -> list[list[dict[str, Any]]]:
        """The rows rule by rule: rows of one name are one rule where scopes add up, else each row is a rule."""
        name = NAMED.get(table)
        found: dict[Any, list[dict[str, Any]]] = {}
        for n, r in enumerate(self.rows(table)):
            found.setdefault(r[name] if name else n, []).append(r)
        return list(found.values())

    def period(self, label: Any, default: int | None = None) -> int | None:
        """Planning period 1..T of a label (may lie outside), or the default if empty."""
        if label in (None, ""):
            return default
        first = position(str(self.settings["first_period"]), self.frequency)
        return position(str(label), self.frequency) - first + 1

    def review(self, row: Row) -> int:
        """The period up to which a rule counts."""
        return self.period(row.get("by"), self.T) or 0

    @property
    def goal(self) -> str:
        return text(self.settings.get("objective", {}).get("goal")) or "value"

    @cached_property
    def references(self) -> dict[str, float]:
        return {self.base: 1.0} | {r["currency"]: number(r["rate"]) for r in self.rows("currencies")}

    def reference(self, currency: str) -> float:
        """Base currency per unit, for comparisons."""
        return self.references[currency]

    @cached_property
    def plans(self) -> dict[tuple[str, int | None], float]:
        return {(r["currency"], self.period(r["period"])): number(r["rate"]) for r in self.rows("rates")}

    def planning(self, currency: str, t: int) -> float:
        """Base currency per unit in period t, for cash."""
        return self.plans.get((currency, t), self.references[currency])

    def cash(self, currency: str, home: str, t: int) -> float:
        """Factor from an amount in base at reference rates to the funder's, itself in base at reference."""
        return self.planning(currency, t) / self.planning(home, t) * self.scale(currency, home)

    def scale(self, currency: str, home: str) -> float:
        """Turns home currency per unit of `currency` into base per base, both at reference rates."""
        return self.reference(home) / self.reference(currency)

    def volatility(self, currency: str) -> float:
        return sum(number(r.get("volatility")) for r in self.rows("currencies") if r["currency"] == currency)

    def correlation(self, a: str, b: str) -> float:
        if a == b:
            return 1.0
        pairs = [r for r in self.rows("correlations") if {r["currency_a"], r["currency_b"]} == {a, b}]
        return sum(number(r["correlation"]) for r in pairs)

    def hedge_cost(self, currency: str) -> float | None:
        """Per unit hedged and year; None where it cannot be hedged."""
        if currency == self.base:
            return 0.0
        row = next(r for r in self.rows("currencies") if r["currency"] == currency)
        return number(row["hedge_cost"]) if given(row, "hedge_cost") else None

    @property
    def buffer(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.settings.get("buffer", {})
        return found

    @property
    def method(self) -> str:
        return str(self.buffer.get("method", "none"))

    @property
    def confidence(self) -> float:
        return float(self.buffer.get("confidence", 0.95))

    def years(self, span: Span, t: int) -> float:
        """How long a rate has had to move by the end of t."""
        since_cycle = self.buffer.get("since", "plan") == "cycle"
        return (t - span.first + 1 if since_cycle else t) / self.per_year

    def hedge_fee(self, home: str, currency: str, span: Span, t: int) -> float | None:
        """Cost per unit hedged, both in base at reference rates; None where it cannot be done."""
        legs = [self.hedge_cost(c) for c in (currency, home)]
        if legs[0] is None or legs[1] is None:
            return None
        return (legs[0] + legs[1]) * self.years(span, t) * self.cash(currency, home, t)

    def loss(self, home: str, currency: str, span: Span, t: int) -> float:
        """Possible loss per unit of `currency`, in the home currency, one-sided at the confidence."""
        a, b = self.volatility(currency), self.volatility(home)
        cross = math.sqrt(max(a * a + b * b - 2 * self.correlation(currency, home) * a * b, 0.0))
        z = NormalDist().inv_cdf(self.confidence)
        rise = math.exp(z * cross * math.sqrt(self.years(span, t))) - 1
        return self.planning(currency, t) / self.planning(home, t) * rise
