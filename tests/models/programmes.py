"""Random small joint programmes whose initiatives share parties, funders and currencies, so that pooling bites."""

from __future__ import annotations

import random
from typing import Any

from fundalign.inputs.case import Case
from fundalign.inputs.read import case_from_tables

Rows = list[dict[str, object]]
THEMES = ("sea", "sky")


def programme(seed: int, initiatives: int = 5) -> Case:
    """Draw a case; the same seed gives the same case. Some seeds have co-funding, earmarks, equity, several matches."""
    rng = random.Random(seed)
    names = [f"I{k}" for k in range(initiatives)]
    tables: dict[str, Rows] = {
        "currencies": [{"currency": "SEK", "rate": "0.1", "volatility": "0.1"}],
        "parties": [{"party": "N", "currency": "SEK"}, {"party": "S", "currency": ""}],
        "initiatives": [
            {"initiative": i, "theme": rng.choice(THEMES), "currency": "EUR", "pot": _pot(rng)} for i in names
        ],
        "milestones": _milestones(rng, names),
        "shares": _shares(rng, names),
        "funders": [
            {"funder": "FN", "kind": "public", "party": "N", "currency": "SEK", "contingency": "0"},
            {"funder": "FS", "kind": "public", "party": "S", "currency": "EUR", "contingency": "0.1"},
            {"funder": "PR", "kind": "private", "party": "", "currency": "EUR", "contingency": "0"},
            {"funder": "ME", "kind": "matching", "party": "", "currency": "EUR", "contingency": "0"},
            {"funder": "MO", "kind": "matching", "party": "", "currency": "EUR", "contingency": "0"},
        ],
        "budgets": _budgets(rng),
    }
    tables |= _rules(rng)
    settings: dict[str, Any] = {"name": f"programme {seed}", "currency": "EUR", "first_period": "2027", "periods": 3}
    if rng.random() < 0.3:
        settings["buffer"] = {"method": "additive"}
    return case_from_tables(settings | {"discount_rate": 0.05}, tables)


def _pot(rng: random.Random) -> str:
    return "real" if rng.random() < 0.2 else "virtual"


def _milestones(rng: random.Random, names: list[str]) -> Rows:
    return [
        {"initiative": i, "milestone": m, "order": n + 1, "stage": stage, "duration": rng.choice((1, 1, 2))}
        | {"cost": f"{rng.uniform(20, 60):.2f}", "value": f"{rng.uniform(3, 9):.2f}"}
        for i in names
        for n, (m, stage) in enumerate((("a", "research"), ("b", "build"))[: rng.choice((1, 2))])
    ]


def _shares(rng: random.Random, names: list[str]) -> Rows:
    found: Rows = []
    for i in names:
        part = rng.choice((0.25, 0.4, 0.5, 0.75, 1.0))
        found.append({"initiative": i, "party": "N", "share": str(part)})
        if part < 1:
            found.append({"initiative": i, "party": "S", "share": str(round(1 - part, 2))})
    return found


def _budgets(rng: random.Random) -> Rows:
    level = {"FN": 300.0, "FS": 25.0, "PR": 14.0, "ME": 15.0, "MO": 6.0}
    return [
        {"funder": f, "cycle": f"c{t}", "first_period": str(2026 + t), "last_period": str(2026 + t)}
        | {"payments": f"{amount * rng.uniform(0.6, 1.4):.2f}", "carry_over": rng.choice(("0", "0.5", "1"))}
        for f, amount in level.items()
        for t in (1, 2, 3)
    ]


def _rules(rng: random.Random) -> dict[str, Rows]:
    base = rng.choice(("public", "both", "both"))
    found: dict[str, Rows] = {
        "matching": [
            {"rule": "m1", "funders": "ME", "base": base, "ratio": "0.4", "initiatives": "", "stage": ""},
            {"rule": "m2", "funders": "MO", "base": "both", "ratio": "0.6", "initiatives": "I0", "stage": "research"},
        ][: rng.choice((1, 2))]
    }
    if rng.random() < 0.4:
        found["cofunding"] = [
            {"rule": "aid", "funders": "public", "initiatives": "I1", "at_least": "", "at_most": "0.7"},
            {"rule": "floor", "funders": "private", "initiatives": "I2", "at_least": "0.1", "at_most": ""},
        ]
    if rng.random() < 0.4:
        found["earmarks"] = [{"rule": "e", "funders": "PR", "initiatives": "I3", "stage": "", "at_most": "0.5"}]
    if rng.random() < 0.4:
        found["equity"] = [{"rule": "q", "measure": "received", "parties": "each", "at_least": "0.35"}]
    return found
