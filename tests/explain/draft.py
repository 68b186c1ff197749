"""A tiny programme in the making: three initiatives, three funders, four years, and room for everything."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

from fundalign.inputs.case import Case
from fundalign.inputs.read import case_from_tables

Row = dict[str, Any]
YEARS = ("2027", "2028", "2029", "2030")


@dataclass
class Draft:
    """Tables in the making. `f` is a factor by which all money is multiplied; `a`, `b`, `c` are costs in EUR."""

    rng: random.Random
    settings: Row = field(default_factory=dict)
    tables: dict[str, list[Row]] = field(default_factory=dict)
    changes: list[tuple[str, str, Row, object]] = field(default_factory=list)

    def __post_init__(self) -> None:
        rng = self.rng
        self.a1, self.a2 = self.money(6, 10), self.money(5, 9)
        self.b, self.c = self.money(8, 14), self.money(3, 7)
        self.settings = {"name": "planted", "currency": "EUR", "first_period": "2027", "periods": 4, "unit": 1000}
        self.tables = {
            "parties": [{"party": "P", "key": 2}, {"party": "Q", "key": 3}],
            "funders": [
                {"funder": "F", "kind": "public", "currency": "EUR", "party": "P"},
                {"funder": "G", "kind": "public", "currency": "EUR", "party": "Q"},
                {"funder": "X", "kind": "private", "currency": "EUR"},
            ],
            "budgets": [
                {"funder": f, "cycle": y, "first_period": y, "last_period": y, "payments": self.money(90, 130)}
                for f in "FGX"
                for y in YEARS
            ],
            "initiatives": [
                {"initiative": name, "currency": "EUR", "pot": "real", "theme": theme}
                for name, theme in (("A", "x"), ("B", "y"), ("C", "x"))
            ],
            "milestones": [
                {"initiative": "A", "milestone": "a1", "order": 1, "duration": 1, "cost": self.a1, "value": 9},
                {"initiative": "A", "milestone": "a2", "order": 2, "duration": 1, "cost": self.a2, "value": 7},
                {"initiative": "B", "milestone": "b1", "order": 1, "duration": 1, "cost": self.b, "value": 8},
                {"initiative": "C", "milestone": "c1", "order": 1, "duration": 2, "cost": self.c, "value": 5},
            ],
            "shares": [
                {"initiative": "A", "party": "P", "share": 0.6},
                {"initiative": "A", "party": "Q", "share": 0.4},
                {"initiative": "B", "party": "Q", "share": 1},
                {"initiative": "C", "party": "P", "share": 0.5},
                {"initiative": "C", "party": "Q", "share": 0.5},
            ],
        }
        if rng.random() < 0.5:
            self.add("choices", choice="some", initiatives="x", at_least=0, at_most=2)
        if rng.random() < 0.5:
            self.add("equity", rule="for Q", measure="received", parties="Q", at_least=0.05)
        if rng.random() < 0.5:
            self.row("milestones", milestone="c1")["deadline"] = "2030"

    def money(self, low: float, high: float) -> float:
        return round(self.rng.uniform(low, high), 3)

    def share(self, low: float, high: float) -> float:
        return round(self.rng.uniform(low, high), 3)

    def add(self, table: str, **row: Any) -> None:
        self.tables.setdefault(table, []).append(row)

    def row(self, table: str, **where: Any) -> Row:
        return next(r for r in self.tables[table] if all(r.get(k) == v for k, v in where.items()))

    def mandatory(self, *names: str) -> None:
        """Make initiatives mandatory by a change: `check` may see what follows."""
        self.changes += [("initiatives", "status", {"initiative": name}, "mandatory") for name in names]

    def later(self, table: str, column: str, value: object, **where: Any) -> None:
        self.changes.append((table, column, where, value))

    def only(self, *funders: str) -> None:
        """Leave the others without any money."""
        self.tables["budgets"] = [row for row in self.tables["budgets"] if row["funder"] in funders]
        self.tables["funders"] = [row for row in self.tables["funders"] if row["funder"] in funders]
        for row in self.tables["funders"]:
            if row.get("party") and len(funders) < 3:
                row["party"] = "P"

    def whole(self, funder: str, amount: float) -> None:
        """Give a funder one cycle over the horizon with an amount."""
        self.tables["budgets"] = [row for row in self.tables["budgets"] if row["funder"] != funder]
        self.add(
            "budgets", funder=funder, cycle="all", first_period="2027", last_period="2030", payments=round(amount, 3)
        )

    @property
    def a(self) -> float:
        return self.a1 + self.a2

    def case(self) -> Case:
        columns = {name: dict.fromkeys(k for row in rows for k in row) for name, rows in self.tables.items()}
        tables = {
            name: [{k: row.get(k, "") for k in columns[name]} for row in self.rng.sample(rows, len(rows))]
            for name, rows in self.tables.items()
        }
        case = case_from_tables(self.settings, tables)
        for table, column, where, value in self.changes:
            case = case.change(table, column, where=where, set=value)
        return case
