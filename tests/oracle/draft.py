"""A tiny case in the making, with the small helpers that the drawing functions share."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

from .book import PER_YEAR

Row = dict[str, Any]

RATES = {"EUR": 1.0, "USD": 0.913, "GBP": 1.172, "JPY": 0.00617}


@dataclass
class Draft:
    """A case in the making. Amounts are drawn in base currency (EUR) and written in the row's currency.

    `reference` is a schedule that the windows leave possible, `ambition` the required value as a share of the most.
    """

    rng: random.Random
    featured: set[str]
    settings: dict[str, Any] = field(default_factory=dict)
    tables: dict[str, list[Row]] = field(default_factory=dict)
    reference: dict[str, list[int]] = field(default_factory=dict)
    ambition: float = 0.0

    def hard(self, family: str) -> bool:
        return family in self.featured

    def about(self, family: str) -> bool:
        """Whether a family or any of its parts is featured."""
        return any(f == family or f.startswith(f"{family}:") for f in self.featured)

    @property
    def timed(self) -> bool:
        """Whether a part of the milestones family is featured."""
        return any(f.startswith("milestones:") for f in self.featured)

    def maybe(self, share: float) -> bool:
        return self.rng.random() < share

    def some(self, low: float, high: float, digits: int = 3) -> float:
        return round(self.rng.uniform(low, high), digits)

    def add(self, table: str, **row: Any) -> Row:
        self.tables.setdefault(table, []).append(row)
        return row

    def rows(self, table: str) -> list[Row]:
        return self.tables.get(table, [])

    def groups(self, kind: str) -> list[str]:
        return sorted({r["group"] for r in self.rows("groups") if r["kind"] == kind})

    def label(self, t: int) -> str:
        per_year = PER_YEAR[self.settings["frequency"]]
        year, part = divmod(t - 1, per_year)
        mark = {1: "", 2: f"H{part + 1}", 4: f"Q{part + 1}", 12: f"-{part + 1:02d}"}[per_year]
        return f"{2027 + year}{mark}"

    @property
    def periods(self) -> int:
        return int(self.settings["periods"])


def money(base: float, currency: str) -> str:
    """An amount drawn in EUR, written in a currency with at most three decimals."""
    return f"{base / RATES[currency]:.3f}"


def shares_of(weights: list[int]) -> list[str]:
    """Irregular shares with four decimals that sum to exactly 1."""
    whole = [10_000 * w // sum(weights) for w in weights]
    whole[0] += 10_000 - sum(whole)
    return [f"{w / 10_000:.4f}" for w in whole]


def levelled(rows: list[Row]) -> list[Row]:
    """Give all rows of a table the same columns."""
    columns = dict.fromkeys(name for r in rows for name in r)
    return [{name: r.get(name, "") for name in columns} for r in rows]


def scope(d: Draft) -> Row:
    """A random selection of initiatives, by name, theme or all, now and then of one stage."""
    mine = [r["initiative"] for r in d.rows("initiatives")]
    themes = sorted({r["theme"] for r in d.rows("initiatives")})
    row: Row = {"initiatives": d.rng.choice(["", *mine, *themes])}
    stages = sorted({m["stage"] for m in d.rows("milestones") if m.get("stage")})
    if stages and d.maybe(0.2):
        row["stage"] = d.rng.choice(stages)
    return row
