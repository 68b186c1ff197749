"""What a plan reaches of each goal that a frontier knows, from its tables.

    public_money   what the plan costs the public funders: payments, hedging, provisions        base currency
    received       what a group of parties receives                                             base currency
    key            the least received per key over the parties with one                         base currency per key
    geo_return     the least received per contributed over the parties; infinite without contributions
    leverage       private pay per public outlay; infinite without any outlay
    confidence     the confidence of the buffers, as the case sets it

Source: results.md, "Command line"; model.md, "Objective" and rule 11.
"""

import math
from collections import defaultdict
from collections.abc import Mapping
from fractions import Fraction

import pandas as pd

from ..inputs.case import Case
from .goals import exact_outlay, received

Text = Mapping[str, pd.DataFrame]
GOALS = ("public_money", "received", "key", "geo_return", "confidence", "leverage")
RATIOS = ("geo_return", "leverage")


def measured(case: Case, tables: Text, goal: str, group: str = "") -> float:
    """Return what a plan reaches of a goal, in whole units of the base currency where it is money."""
    if goal == "confidence":
        return float(case.settings.buffer.confidence)
    if goal == "public_money":
        return float(sum(exact_outlay(case, tables).values()))
    if goal == "leverage":
        private = _paid(case, tables, "private")
        return _ratio(private, sum(exact_outlay(case, tables).values(), Fraction(0)))
    by_party = received(case, tables)
    if goal == "received":
        return float(sum((by_party[p] for p in case.select_parties(group)), Fraction(0)))
    if goal == "key":
        return float(min(by_party[p] / Fraction(row.key) for p, row in case.parties.items() if row.key))
    paid = contributed(case, tables)
    return min((_ratio(by_party[p], amount) for p, amount in paid.items()), default=math.inf)


def contributed(case: Case, tables: Text) -> dict[str, Fraction]:
    """Return what the public funders of each party pay, in base currency at reference rates; no party pays nothing."""
    found: dict[str, Fraction] = defaultdict(Fraction)
    funding = tables["funding"]
    for funder, currency, amount in zip(funding["funder"], funding["currency"], funding["amount"], strict=True):
        row = case.funders[funder]
        if row.kind == "public" and row.party and Fraction(amount):
            found[row.party] += Fraction(amount) * Fraction(case.reference_rate(currency))
    return dict(found)


def _paid(case: Case, tables: Text, kind: str) -> Fraction:
    funding = tables["funding"]
    amounts = zip(funding["funder"], funding["currency"], funding["amount"], strict=True)
    return sum(
        (Fraction(a) * Fraction(case.reference_rate(c)) for f, c, a in amounts if case.funders[f].kind == kind),
        Fraction(0),
    )


def _ratio(above: Fraction, below: Fraction) -> float:
    return float(above / below) if below else math.inf
