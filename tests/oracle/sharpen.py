"""Making a rule of a random tiny case stricter, step by step, until it is felt."""

from __future__ import annotations

from collections.abc import Iterator

from .book import given, number, text
from .data import Data
from .oracle import Oracle

Cell = tuple[str, str, float, float]

STEPS = 2
STRICTER: dict[str, tuple[Cell, ...]] = {
    "cofunding": (("cofunding", "at_most", 0.65, 1.0), ("cofunding", "at_least", 1.35, 0.9)),
    "earmarks": (("earmarks", "at_most", 0.65, 1.0), ("earmarks", "at_least", 1.35, 0.9)),
    "matching": (("matching", "ratio", 0.6, 9.0),),
    "matching:cap": (("matching", "cap", 0.5, 99.0),),
    "matching:min_base": (("matching", "min_base", 1.5, 99.0),),
    "buffer:additive": (("currencies", "volatility", 1.5, 1.2),),
    "buffer:budgeted": (("currencies", "volatility", 1.5, 1.2),),
    "buffer:cvar": (("currencies", "volatility", 1.5, 1.2),),
    "contingency": (("funders", "contingency", 1.4, 0.7),),
    "commitments": (("budgets", "commitments", 0.65, 1e9),),
    "tickets": (("funders", "min_ticket", 1.5, 1e9),),
    "stability": (("funders", "max_change", 0.5, 9.0),),
    "risk_tolerance": (("funders", "risk_tolerance", 0.6, 1.0),),
    "equity": (("equity", "at_least", 1.3, 9.0), ("equity", "at_most", 0.7, 9.0)),
    "guarantees": (("guarantees", "provisioning_rate", 1.5, 1.0), ("guarantees", "cap", 0.6, 99.0)),
}
"""By family: the cells that make it strict, with the factor of a step and the largest value they may take."""


def sharpened(oracle: Oracle, family: str) -> Iterator[Oracle]:
    """The case as it is, then with a family ever stricter; parts of equity go with equity."""
    yield oracle
    cells = STRICTER.get(family) or STRICTER.get(family.partition(":")[0], ())
    if family == "equity:initiatives" or not cells:
        return
    for _ in range(STEPS):
        tables = dict(oracle.tables)
        for table, column, factor, most in cells:
            tables[table] = [stricter(row, column, factor, most) for row in tables.get(table, [])]
        if any(crossed(row) for table, *_ in cells for row in tables.get(table, [])):
            return
        oracle = Oracle(oracle.settings, {name: rows for name, rows in tables.items() if rows})
        yield oracle


def stricter(row: dict[str, object], column: str, factor: float, most: float) -> dict[str, object]:
    if not given(row, column) or row.get("measure") == "initiatives":
        return row
    return {**row, column: f"{min(float(str(row[column])) * factor, most):.3f}"}


def crossed(row: dict[str, object]) -> bool:
    """Whether a row asks for more than it allows."""
    floor, ceiling = row.get("at_least"), row.get("at_most")
    return bool(floor and ceiling and float(str(floor)) > float(str(ceiling)))


def overasked(data: Data) -> bool:
    """Whether single parties are promised more than all of a measure: the input check refuses that in any case.

    The oracle would have a plan where nothing is received, or contributed, at all.
    """
    for measure in ("received", "contributed"):
        floors: dict[str, float] = {}
        for row in data.rows("equity"):
            if row["measure"] == measure and given(row, "at_least"):
                who = text(row.get("parties"))
                for party in data.parties if who == "each" else {who} & set(data.parties):
                    floors[party] = max(floors.get(party, 0.0), number(row["at_least"]))
        if sum(floors.values()) > 1.0:
            return True
    return False
