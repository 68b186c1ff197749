"""OR-Library's multi-dimensional knapsacks as cases: items become initiatives, constraints become countries.

Maximise Σ_i profit_i·x_i subject to Σ_i a[j,i]·x_i ≤ b[j]. Constraint j is a party with one public funder
and the budget b[j]; item i costs SCALE, a power of ten, of which party j bears a[j,i]. The party "REST"
bears what is left of it and has money for everything. So shares are finite decimals that sum to exactly 1,
`share·cost` is the published coefficient exactly, and an item that no constraint counts needs no special
care. Coefficients have at most two decimals and amounts are in euros, so that no due is ever rounded: a
budget that binds exactly stays exact.
"""

import json
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from fundalign.inputs.case import Case
from fundalign.inputs.read import case_from_tables

DATA = Path(__file__).parent / "data" / "orlib.json"
REST = "REST"

Rows = list[dict[str, object]]


@dataclass(frozen=True)
class Knapsack:
    """One problem; `coefficients[j][i]` is what item i uses of constraint j."""

    name: str
    optimum: Decimal
    profits: tuple[Decimal, ...]
    coefficients: tuple[tuple[Decimal, ...], ...]
    capacities: tuple[Decimal, ...]

    def uses(self, item: int) -> list[Decimal]:
        """Return what an item uses of each constraint."""
        return [row[item] for row in self.coefficients]


def numbers(text: str) -> tuple[Decimal, ...]:
    """Read numbers separated by spaces, exactly."""
    return tuple(Decimal(word) for word in text.split())


def read_knapsacks() -> dict[str, Knapsack]:
    """Read the derived data file (see tools/derive_orlib.py), by name."""
    problems: list[dict[str, Any]] = json.loads(DATA.read_text(encoding="utf-8"))["problems"]
    return {
        p["name"]: Knapsack(
            p["name"],
            Decimal(p["optimum"]),
            numbers(p["profits"]),
            tuple(numbers(row) for row in p["coefficients"]),
            numbers(p["capacities"]),
        )
        for p in problems
    }


def scale(problem: Knapsack) -> Decimal:
    """Return the cost of every item, in euros: the least power of ten that no item's uses exceed in all."""
    largest = max(sum(problem.uses(i), Decimal(0)) for i in range(len(problem.profits)))
    power = Decimal(1)
    while power < largest:
        power *= 10
    return power


def share_rows(problem: Knapsack, cost: Decimal) -> Rows:
    """Return the shares: a[j,i]/cost for each constraint, the rest for REST."""
    rows: Rows = []
    for i in range(len(problem.profits)):
        parts = {f"C{j}": a / cost for j, a in enumerate(problem.uses(i))}
        parts[REST] = 1 - sum(parts.values(), Decimal(0))
        rows += [{"initiative": f"I{i}", "party": p, "share": f"{s:f}"} for p, s in parts.items() if s]
    return rows


def knapsack_tables(problem: Knapsack) -> dict[str, Rows]:
    """Return the tables of the case."""
    cost, items = scale(problem), range(len(problem.profits))
    budgets = {f"C{j}": b for j, b in enumerate(problem.capacities)} | {REST: cost * len(items)}
    return {
        "funders": [{"funder": p, "kind": "public", "party": p, "currency": "EUR"} for p in budgets],
        "budgets": [
            {"funder": p, "cycle": "c", "first_period": "2027", "last_period": "2027", "payments": f"{b:f}"}
            for p, b in budgets.items()
        ],
        "parties": [{"party": p} for p in budgets],
        "initiatives": [{"initiative": f"I{i}", "currency": "EUR"} for i in items],
        "milestones": [
            {
                "initiative": f"I{i}",
                "milestone": "m",
                "order": 1,
                "duration": 1,
                "cost": f"{cost:f}",
                "value": f"{v:f}",
            }
            for i, v in enumerate(problem.profits)
        ],
        "shares": share_rows(problem, cost),
    }


def knapsack_case(problem: Knapsack) -> Case:
    """Return a problem as a case of one period."""
    settings: dict[str, object] = {
        "name": problem.name,
        "currency": "EUR",
        "first_period": "2027",
        "periods": 1,
    }
    return case_from_tables(settings, knapsack_tables(problem), name=problem.name)
