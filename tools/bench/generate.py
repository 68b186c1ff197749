"""Seeded cases of any size for benchmarks and trials, in the project's own input format.

    python tools/bench/generate.py hard-400 DIR [--seed N]

Two shapes, both with virtual pots (every country pays only its own partners):

    hard-N, soft-N  joint programmes: N initiatives of three sequential milestones over eight years, twelve countries
                    with a public funder each, four private funders who enter after the first stage, two matching
                    funders (together at most 0.5 of the others' money), four currencies with additive buffers, and a
                    floor for every country of 1/24 of what is received. Budgets are 40 % of all cost with 10 %
                    carry-over (hard), or 70 % and 50 % (soft).
    call-N          a joint call for N consortia of three years each: 36 national funders in 27 countries with money
                    for a third of what is asked, and an EU top-up of a third of the whole (0.5 per national unit).

Facts of joint calls: QuantERA call 2021 (36 funders in 27 countries, 132 M EUR asked, 43.5 M EUR granted); ERA-NET
Cofund's top-up of 33 %. All amounts are drawn, in millions.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import fundalign as fa
from fundalign.inputs.read import case_from_tables, write_case

Rows = list[dict[str, object]]
Tables = dict[str, Rows]

COUNTRIES = ("DE", "FR", "IT", "ES", "NL", "AT", "FI", "PT", "SE", "PL", "CZ", "DK")
FOREIGN = {"SE": "SEK", "PL": "PLN", "CZ": "CZK"}
RATES = {"SEK": ("0.088", 0.07), "PLN": ("0.235", 0.08), "CZK": ("0.04", 0.06)}
STAGES = ("study", "build", "operate")
YEARS = 8
MEDIAN_COST = {"study": 2.0, "build": 8.0, "operate": 5.0}  # millions
CALL_COUNTRIES, CALL_FUNDERS = 27, 36
CALL_ASKED, CALL_YEARS = 1.03, 4  # millions per consortium (132 M EUR / 128), years in which a call pays


@dataclass(frozen=True)
class Kind:
    """How scarce money is: budgets as a part of all cost, and the part of a cycle that may be carried over."""

    budgets: float
    carry_over: float


KINDS = {"hard": Kind(0.4, 0.1), "soft": Kind(0.7, 0.5)}


def case_named(text: str, seed: int = 1) -> fa.Case:
    """Return the case a name such as `hard-400` or `call-100` means; ValueError for another name."""
    kind, _, size = text.partition("-")
    if not size.isdigit() or kind not in (*KINDS, "call"):
        raise ValueError(f"{text!r} is not one of hard-N, soft-N, call-N")
    tables = call(int(size), seed) if kind == "call" else programme(int(size), KINDS[kind], seed)
    settings: dict[str, object] = {
        "name": f"{kind} {size}, seed {seed}",
        "currency": "EUR",
        "unit": 1_000_000,
        "first_period": "2027",
        "periods": CALL_YEARS if kind == "call" else YEARS,
        "discount_rate": 0.03,
    }
    if kind != "call":
        settings["buffer"] = {"method": "additive", "confidence": 0.9, "since": "cycle"}
    return case_from_tables(settings, tables, name=text)


def _shares(chance: np.random.Generator, countries: list[str], weights: np.ndarray) -> dict[str, float]:
    """Draw three to six participating countries and their shares (six digits, sum exactly 1)."""
    count = int(chance.integers(3, 7))
    members = chance.choice(len(countries), count, replace=False, p=weights / weights.sum())
    parts = np.round(chance.dirichlet(np.full(count, 3.0)) * 0.9 + 0.1 / count, 6)
    parts[0] = 1.0 - parts[1:].sum()
    return {countries[m]: round(float(part), 6) for m, part in zip(members, parts, strict=True)}


def _budget(funder: str, amount: float, carry_over: float, cycles: int) -> Rows:
    """Return one yearly cycle per year, each with the same appropriation (in the funder's currency)."""
    return [
        {
            "funder": funder,
            "cycle": f"{2027 + k}",
            "first_period": f"{2027 + k}",
            "last_period": f"{2027 + k}",
            "payments": f"{amount / cycles:.3f}",
            "carry_over": carry_over,
        }
        for k in range(cycles)
    ]


def programme(size: int, kind: Kind, seed: int) -> Tables:
    """Return the tables of a joint programme of `size` initiatives."""
    chance = np.random.default_rng([seed, size])
    weights = np.linspace(2.0, 0.7, len(COUNTRIES))
    initiatives, milestones, shares = Rows(), Rows(), Rows()
    asked = dict.fromkeys(COUNTRIES, 0.0)
    later = 0.0
    for n in range(size):
        name = f"I{n + 1:04d}"
        initiatives.append({"initiative": name, "currency": "EUR", "pot": "virtual", "max_pause": 2})
        own = _shares(chance, list(COUNTRIES), weights)
        shares += [{"initiative": name, "party": party, "share": f"{share:.6f}"} for party, share in own.items()]
        worth, scale = float(chance.lognormal(0.0, 0.25)), float(chance.lognormal(0.0, 0.5))
        start = 1 + int(chance.integers(0, 2))
        for order, stage in enumerate(STAGES, 1):
            duration = int(chance.integers(1, 3))
            cost = round(MEDIAN_COST[stage] * scale * float(chance.lognormal(0.0, 0.3)), 3)
            value = round(cost * worth * float(chance.lognormal(0.0, 0.2)) * (0.6, 0.9, 1.4)[order - 1], 3)
            milestones.append(
                {
                    "initiative": name,
                    "milestone": stage,
                    "order": order,
                    "stage": stage,
                    "duration": duration,
                    "cost": cost,
                    "value": value,
                    "success": round(float(chance.uniform(0.85, 1.0)), 2),
                    "earliest_start": f"{2026 + start}",
                    "latest_start": f"{2026 + min(YEARS, start + 4)}",
                }
            )
            start += duration
            later += cost if order > 1 else 0.0
            for party, share in own.items():
                asked[party] += cost * share
    total = sum(asked.values())
    tables: Tables = {"initiatives": initiatives, "milestones": milestones, "shares": shares}
    return tables | _programme_money(kind, asked, total)


def _programme_money(kind: Kind, asked: dict[str, float], total: float) -> Tables:
    """Return who pays: 90 % of the money is public, 5 % private, 5 % matching."""
    funders, budgets = Rows(), Rows()
    for party, cost in asked.items():
        currency = FOREIGN.get(party, "EUR")
        rate = float(RATES[currency][0]) if currency in RATES else 1.0
        funders.append({"funder": f"{party}-GOV", "kind": "public", "party": party, "currency": currency})
        budgets += _budget(f"{party}-GOV", 0.9 * kind.budgets * cost / rate, kind.carry_over, YEARS)
    for n in range(4):
        funders.append({"funder": f"FUND-{n + 1}", "kind": "private", "currency": "EUR"})
        budgets += _budget(f"FUND-{n + 1}", 0.05 * kind.budgets * total / 4, kind.carry_over, YEARS)
    for name in ("EU", "EIB"):
        funders.append({"funder": name, "kind": "matching", "currency": "EUR"})
        budgets += _budget(name, 0.05 * kind.budgets * total / 2, kind.carry_over, YEARS)
    floor = {"rule": "fair return", "measure": "received", "parties": "each", "at_least": f"{1 / 24:.6f}"}
    return {
        "funders": funders,
        "budgets": budgets,
        "currencies": [
            {"currency": c, "rate": rate, "volatility": volatility, "hedge_cost": 0.01}
            for c, (rate, volatility) in RATES.items()
        ],
        "parties": [{"party": p, "currency": FOREIGN.get(p, "EUR")} for p in COUNTRIES],
        "groups": [{"group": "matchers", "kind": "funder", "member": name} for name in ("EU", "EIB")],
        "eligibility": [
            {"rule": f"private enters {stage}", "funders": "private", "stage": stage, "allow": "true"}
            for stage in STAGES[1:]
        ],
        "matching": [{"rule": "match", "funders": "matchers", "base": "both", "ratio": "0.5"}],
        "equity": [floor],
    }


def call(size: int, seed: int) -> Tables:
    """Return the tables of a joint call with `size` consortia."""
    chance = np.random.default_rng([seed, size, 7])
    countries = [f"C{n + 1:02d}" for n in range(CALL_COUNTRIES)]
    weights = np.linspace(3.0, 0.5, CALL_COUNTRIES)
    initiatives, milestones, shares = Rows(), Rows(), Rows()
    asked = dict.fromkeys(countries, 0.0)
    for n in range(size):
        name = f"P{n + 1:04d}"
        initiatives.append({"initiative": name, "currency": "EUR", "pot": "virtual", "call": "2027"})
        own = _shares(chance, countries, weights)
        shares += [{"initiative": name, "party": party, "share": f"{share:.6f}"} for party, share in own.items()]
        cost = round(CALL_ASKED * float(chance.lognormal(0.0, 0.3)), 4)
        score = round(float(chance.normal(11.5, 1.5)) * 2) / 2
        milestones.append(
            {
                "initiative": name,
                "milestone": "project",
                "order": 1,
                "duration": 3,
                "cost": cost,
                "value": max(5.0, min(15.0, score)),
                "latest_start": "2028",
            }
        )
        for party, share in own.items():
            asked[party] += cost * share
    funders, budgets = Rows(), Rows()
    for n, (party, cost) in enumerate(asked.items()):
        own_funders = [f"{party}-A", f"{party}-B"] if n < CALL_FUNDERS - CALL_COUNTRIES else [f"{party}-A"]
        for funder in own_funders:
            funders.append({"funder": funder, "kind": "public", "party": party, "currency": "EUR"})
            budgets += _budget(funder, cost * 2 / 9 / len(own_funders), 1.0, CALL_YEARS)
    funders.append({"funder": "EU", "kind": "matching", "currency": "EUR"})
    budgets += _budget("EU", sum(asked.values()) / 9, 1.0, CALL_YEARS)
    return {
        "initiatives": initiatives,
        "milestones": milestones,
        "shares": shares,
        "funders": funders,
        "budgets": budgets,
        "parties": [{"party": party} for party in countries],
        "matching": [{"rule": "top-up", "funders": "EU", "base": "public", "ratio": "0.5"}],
    }


def main() -> None:
    """Write one case folder."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("name", help="hard-N, soft-N or call-N")
    parser.add_argument("folder", type=Path, help="folder to write; must not exist")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    if given.folder.exists():
        parser.error(f"{given.folder} exists")
    try:
        case = case_named(given.name, given.seed)
    except ValueError as error:
        parser.error(str(error))
    write_case(case, given.folder)
    print(f"{given.folder}: {len(case.initiatives)} initiatives")


if __name__ == "__main__":
    main()
