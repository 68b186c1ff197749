"""What a rounded plan reaches of the case's goal, term by term, from its tables.

    value         value, synergies, money_moved           expected and discounted; a re-plan's price of moving money
    public_money  public_pay, hedge_costs, provisions     of the public funders
    received      received                                by the goal's group
    key           key                                     the least of received[p]/key[p] over the parties with a key

Money in whole units of the base currency at reference rates (`key`: per unit of key), rounded to minor units.
Source: model.md, "Objective".
"""

import math
from collections import defaultdict
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pandas as pd

from ..inputs.case import Case
from ..inputs.tables import SynergyRow
from .decisions import Decisions
from .differences import priced

Text = Mapping[str, pd.DataFrame]


def reached(case: Case, tables: Text, decisions: Decisions) -> dict[str, float]:
    """Return the terms of the goal by name; the objective is their sum."""
    goal = case.settings.objective
    if goal.goal == "public_money":
        return public_outlay(case, tables)
    if goal.goal == "received":
        by_party, group = received(case, tables), case.select_parties(goal.group)
        return {"received": _money(case, sum((by_party[p] for p in group), Fraction(0)))}
    if goal.goal == "key":
        by_party = received(case, tables)
        keys = {party: Fraction(row.key) for party, row in case.parties.items() if row.key}
        return {"key": float(min(by_party[party] / key for party, key in keys.items()))}
    return values(case, decisions) | priced(case, tables["funding"])


def total(terms: Mapping[str, float]) -> float:
    """Return the sum of terms as they are written, so that rounded amounts add up to a rounded one."""
    return float(sum((Decimal(repr(term)) for term in terms.values()), Decimal(0)))


def cents(case: Case, *plans: Text) -> float:
    """Return how far rounding alone can move what plans reach apart: a minor unit per payment; 0 where it is value."""
    goal = case.settings.objective.goal
    if goal == "value":
        return 0.0
    units = max(len(tables["funding"]) for tables in plans) / 10.0 ** case.minor_digits(case.base)
    return units / min(float(row.key) for row in case.parties.values() if row.key) if goal == "key" else units


def values(case: Case, decisions: Decisions) -> dict[str, float]:
    """Return the present value of what is done, and of the synergies where the case has any."""
    synergies = {"synergies": math.fsum(decisions.bonus.values())} if case.rows(SynergyRow) else {}
    return {"value": math.fsum(decisions.worth.values())} | synergies


def public_outlay(case: Case, tables: Text) -> dict[str, float]:
    """Return what the plan costs the public funders: payments, hedging, and what they set aside for guarantees."""
    return {term: _money(case, amount) for term, amount in exact_outlay(case, tables).items()}


def exact_outlay(case: Case, tables: Text) -> dict[str, Fraction]:
    """Return the terms of the public outlay, not rounded."""
    public = {name: Fraction(case.reference_rate(f.currency)) for name, f in case.funders.items() if f.kind == "public"}
    funding, budgets = tables["funding"], tables["budgets"]
    pay = sum(
        (Fraction(a) for f, a in zip(funding["funder"], funding["amount_base"], strict=True) if f in public),
        Fraction(0),
    )
    found = {"public_pay": pay}
    for term, column in (("hedge_costs", "hedge_cost"), ("provisions", "provision")):
        amounts = zip(budgets["funder"], budgets[column], strict=True)
        found[term] = sum((Fraction(a or 0) * public[f] for f, a in amounts if f in public), Fraction(0))
    return found


def total_value(case: Case, tables: Text) -> float:
    """Return the present value of what is done and of the synergies."""
    schedule, worth = tables["schedule"], [float(text) for text in tables["portfolio"]["present_value"]]
    levels: dict[str, Fraction] = {}
    for initiative, level in zip(schedule["initiative"], schedule["level"], strict=True):
        levels[initiative] = min(levels.get(initiative, Fraction(1)), Fraction(level))
    for row in case.rows(SynergyRow):
        least = min((levels[name] for name in case.select_initiatives(row.initiatives)), default=Fraction(0))
        worth.append(float(Fraction(row.value) * (least if row.value > 0 else least > 0)))
    return math.fsum(worth)


def received(case: Case, tables: Text) -> dict[str, Fraction]:
    """Return what each party receives, in base currency: its lines of virtual pots, its shares of real ones."""
    found: dict[str, Fraction] = defaultdict(Fraction)
    funding = tables["funding"]
    columns = (funding[name] for name in ("initiative", "party", "currency", "amount"))
    for initiative, party, currency, amount in zip(*columns, strict=True):
        base = Fraction(amount) * Fraction(case.reference_rate(currency))
        shares = {party: Fraction(1)} if party else case.shares.get(initiative, {})
        for name, share in shares.items():
            found[name] += share * base
    return found


def _money(case: Case, amount: Fraction) -> float:
    """Return an amount rounded to minor units of the base currency."""
    unit = Decimal(1).scaleb(-case.minor_digits(case.base))
    return float((Decimal(amount.numerator) / Decimal(amount.denominator)).quantize(unit, rounding=ROUND_HALF_UP))
