"""Rows of cases small enough to solve by hand, for the tests of the oracle itself."""

from __future__ import annotations

from typing import Any

from .oracle import Oracle

Row = dict[str, Any]
Tables = dict[str, list[Row]]


def settings(**more: Any) -> dict[str, Any]:
    plain = {"name": "tiny", "currency": "EUR", "first_period": "2027", "periods": 3, "expected_value": False}
    return plain | more


def public(name: str, payments: float, party: str = "", currency: str = "EUR", **budget: Any) -> Tables:
    """A public funder with one cycle over three years."""
    cycle = {
        "funder": name,
        "cycle": "c1",
        "first_period": "2027",
        "last_period": "2029",
        "payments": payments,
    }
    funder = {"funder": name, "kind": "public", "party": party, "currency": currency}
    return {"funders": [funder], "budgets": [cycle | budget]}


def project(name: str, cost: float, value: float, currency: str = "EUR", **more: Any) -> Tables:
    """An initiative of one milestone of one year."""
    initiative = {"initiative": name, "currency": currency}
    milestone = {
        "initiative": name,
        "milestone": "m1",
        "order": 1,
        "duration": 1,
        "cost": cost,
        "value": value,
    }
    return {"initiatives": [initiative | more], "milestones": [milestone]}


def join(*parts: Tables) -> Tables:
    names = dict.fromkeys(name for part in parts for name in part)
    return {name: [row for part in parts for row in part.get(name, [])] for name in names}


def table(name: str, *rows: Row) -> Tables:
    return {name: list(rows)}


def optimum(tables: Tables, **more: Any) -> float | None:
    """The objective, or None if there is no plan."""
    best = Oracle(settings(**more), tables).best
    return best.objective if best.status == "optimal" else None


def payer(name: str, *payments: float, kind: str = "public", currency: str = "EUR", **cells: Any) -> Tables:
    """A funder with one cycle over three years, or a cycle for each year; no home party."""
    years = [(2027, 2029)] if len(payments) == 1 else [(2027 + n, 2027 + n) for n in range(len(payments))]
    cycles = [
        {"funder": name, "cycle": f"c{n + 1}", "first_period": str(a), "last_period": str(b), "payments": money}
        for n, ((a, b), money) in enumerate(zip(years, payments, strict=True))
    ]
    return {"funders": [{"funder": name, "kind": kind, "currency": currency} | cells], "budgets": cycles}


def group(name: str, kind: str, *members: str) -> Tables:
    return {"groups": [{"group": name, "kind": kind, "member": member} for member in members]}


def change(tables: Tables, name: str, row: int, **cells: Any) -> Tables:
    """The tables with some cells of one row changed."""
    rows = [r | cells if n == row else r for n, r in enumerate(tables[name])]
    return tables | {name: rows}
