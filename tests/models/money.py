"""Random small joint programmes under the rules that ask who pays where: pooling must stay exact under all of them."""

from __future__ import annotations

import random
from dataclasses import replace

from fundalign.inputs.case import Case
from fundalign.inputs.read import case_from_tables

from .programmes import programme

Rows = list[dict[str, object]]
MONEY = range(20)


def money_programme(seed: int) -> Case:
    """Draw a programme and some of the money rules; the same seed gives the same case."""
    rng = random.Random(1000 + seed)
    case = programme(seed, 4)
    tables: dict[str, Rows] = {
        name: [{key: str(value) for key, value in row.model_dump(exclude_none=True).items()} for row in rows]
        for name, rows in case.tables.items()
        if rows
    }
    for row in tables["initiatives"]:
        row.update({"complete": str(row["complete"]).lower()})
    for row in tables["milestones"]:
        row["success"] = rng.choice(("1", "0.9", "0.6"))
    funders = {str(row["funder"]): row for row in tables["funders"]}
    if rng.random() < 0.5:
        funders[rng.choice(("FS", "PR", "ME"))]["min_ticket"] = f"{rng.uniform(8, 25):.1f}"
    if rng.random() < 0.5:
        funders[rng.choice(("FS", "PR", "ME"))]["max_change"] = rng.choice(("0", "0.2"))
    if rng.random() < 0.5:
        funders[rng.choice(("FN", "FS", "PR", "ME"))]["risk_tolerance"] = rng.choice(("0.05", "0.2"))
    if rng.random() < 0.4:
        _ceilings(rng, tables["budgets"])
    if rng.random() < 0.6:
        tables["guarantees"] = _guarantees(rng)
    for row in tables["matching"]:
        row.update(rng.choice(({}, {"cap": "7"}, {"min_base": "34"}, *[{"timing": "cumulative"}] * 2)))
    settings: dict[str, object] = {"name": case.name, "currency": "EUR", "first_period": "2027", "periods": 3}
    if case.settings.buffer.method != "none":
        settings["buffer"] = {"method": "additive"}
    return case_from_tables(settings | {"discount_rate": 0.05}, tables)


def _ceilings(rng: random.Random, budgets: Rows) -> None:
    funder = rng.choice(("FS", "PR", "ME"))
    for row in budgets:
        if row["funder"] == funder:
            row["commitments"] = rng.choice(("", f"{rng.uniform(5, 40):.1f}"))


def _guarantees(rng: random.Random) -> Rows:
    rows: Rows = [
        {"guarantee": "g1", "guarantor": "FS", "funders": "PR", "provisioning_rate": "0.2", "leverage": "2"}
        | {"initiatives": rng.choice(("", "I0")), "stage": rng.choice(("", "research"))},
        {"guarantee": "g2", "guarantor": "FS", "funders": "private", "provisioning_rate": "0.1", "leverage": "1"}
        | {"initiatives": "", "stage": "", "cap": "6"},
    ]
    return rows[: rng.choice((1, 2))]


def relieved(case: Case, rule: str) -> Case:
    """Return the case without one of the rules: a column at its default, or the table of guarantees empty."""
    tables = {
        name: tuple(
            row.model_copy(update={rule: type(row).model_fields[rule].default}) if hasattr(row, rule) else row
            for row in rows
        )
        for name, rows in case.tables.items()
        if name != rule
    }
    return replace(case, tables=tables)
