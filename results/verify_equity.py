"""Recomputes the equity rules: what parties receive, contribute, get back or take part in, up to a review.

    received[p]    = Σ σ(i,p)·due·R̄    in virtual and real pots
    contributed[p] = Σ public pay·R̄    of funders at home in p
    received, contributed   a·Σ ≤ x[p] ≤ b·Σ
    geo_return              a·contributed[p] ≤ received[p] ≤ b·contributed[p]
    key                     a·key share[p]·Σ received ≤ received[p] ≤ b·key share[p]·Σ received

Base currency at reference rates, to one minor unit per amount in the row. Source: model.md, rule 11.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction

from ..inputs.tables import EquityRow
from .verify_facts import Facts
from .verify_ratios import ratio_sentence, share_of
from .verify_rows import ZERO, RuleRow


@dataclass
class _Flow:
    """Amounts per party in base currency and the minor units of the amounts they are made of."""

    amount: defaultdict[str, Fraction] = field(default_factory=lambda: defaultdict(Fraction))
    units: defaultdict[str, Fraction] = field(default_factory=lambda: defaultdict(Fraction))
    all_units: Fraction = ZERO

    def of(self, parties: Iterable[str]) -> Fraction:
        """Return the sum over some parties."""
        return sum((self.amount[party] for party in parties), ZERO)

    def units_of(self, parties: Iterable[str]) -> Fraction:
        """Return the minor units of the amounts that some parties have a part in."""
        return sum((self.units[party] for party in parties), ZERO)

    def total(self) -> Fraction:
        """Return the sum over all parties."""
        return sum(self.amount.values(), ZERO)


def check_equity(facts: Facts) -> None:
    """Check every equity rule for each of its parties or for them together."""
    received: dict[int, _Flow] = {}
    contributed: dict[int, _Flow] = {}
    for rule in facts.case.rows(EquityRow):
        horizon = facts.case.T if rule.by is None else facts.case.period(rule.by)
        if horizon not in received:
            received[horizon], contributed[horizon] = _received(facts, horizon), _contributed(facts, horizon)
        for owner, parties in equity_parties(facts, rule).items():
            if rule.measure == "initiatives":
                _initiatives_row(facts, rule, owner, parties, horizon)
            else:
                _money_row(facts, rule, owner, parties, received[horizon], contributed[horizon])


def equity_parties(facts: Facts, rule: EquityRow) -> dict[str, frozenset[str]]:
    """Return the rule's owners and the parties each stands for: every one by itself, or some together."""
    case = facts.case
    if rule.parties not in ("", "each"):
        return {rule.parties: case.select_parties(rule.parties)}
    found = {party for shares in case.shares.values() for party, share in shares.items() if share}
    if rule.measure == "key":
        found = {party for party, row in case.parties.items() if row.key is not None}
    elif rule.parties == "each" and rule.measure in ("contributed", "geo_return"):
        found |= {row.party for row in case.funders.values() if row.kind == "public" and row.party}
    if rule.parties == "each":
        return {party: frozenset([party]) for party in case.parties if party in found}
    return {"": frozenset(found)}


def _received(facts: Facts, horizon: int) -> _Flow:
    flow = _Flow()
    for (initiative, _, party), periods in facts.dues.items():
        currency = facts.line_currency(initiative, party)
        rate = facts.reference(currency)
        shares = {party: Fraction(1)} if party else facts.case.shares.get(initiative, {})
        within = [due.amount for t, due in periods.items() if t <= horizon]
        amount, units = sum(within, ZERO) * rate, facts.minor(currency) * rate * len(within)
        for owner, share in shares.items():
            flow.amount[owner] += amount * share
            flow.units[owner] += units
        if shares:
            flow.all_units += units
    return flow


def _contributed(facts: Facts, horizon: int) -> _Flow:
    flow = _Flow()
    for payment in facts.payments:
        funder = facts.case.funders[payment.funder]
        if funder.kind == "public" and funder.party and payment.t <= horizon:
            unit = facts.minor(payment.currency) * facts.reference(payment.currency)
            flow.amount[funder.party] += payment.worth
            flow.units[funder.party] += unit
            flow.all_units += unit
    return flow


def _money_row(
    facts: Facts, rule: EquityRow, owner: str, parties: frozenset[str], received: _Flow, contributed: _Flow
) -> None:
    units = received.all_units
    if rule.measure == "contributed":
        value, total, units = contributed.of(parties), contributed.total(), contributed.all_units
    elif rule.measure == "geo_return":
        value, total = received.of(parties), contributed.of(parties)
        ratio = max(Fraction(1), *(Fraction(bound or 0) for bound in (rule.at_least, rule.at_most)))
        units = received.units_of(parties) + ratio * contributed.units_of(parties)
    elif rule.measure == "key":
        value, total = received.of(parties), _key_share(facts, parties) * received.total()
    else:
        value, total = received.of(parties), received.total()
    row = RuleRow(
        "equity",
        rule.rule,
        owner,
        (rule.measure, rule.by) if rule.by else (rule.measure,),
        value,
        share_of(rule.at_least, total),
        share_of(rule.at_most, total),
        tolerance=units,
        total=total,
        unit=facts.case.base,
    )
    facts.findings.rule(row, lambda row: ratio_sentence(row, "amount", rule.at_least, rule.at_most))


def _key_share(facts: Facts, parties: frozenset[str]) -> Fraction:
    keys = {party: Fraction(row.key) for party, row in facts.case.parties.items() if row.key is not None}
    whole = sum(keys.values(), ZERO)
    return sum((keys.get(party, ZERO) for party in parties), ZERO) / whole if whole else ZERO


def _initiatives_row(facts: Facts, rule: EquityRow, owner: str, parties: frozenset[str], horizon: int) -> None:
    count = 0
    for initiative, steps in facts.case.milestones.items():
        start = facts.start.get((initiative, steps[0].milestone)) if steps else None
        shares = facts.case.shares.get(initiative, {})
        count += start is not None and start <= horizon and any(shares.get(party) for party in parties)
    facts.findings.rule(
        RuleRow(
            "equity",
            rule.rule,
            owner,
            (rule.measure, rule.by) if rule.by else (rule.measure,),
            Fraction(count),
            at_least=None if rule.at_least is None else Fraction(rule.at_least),
            at_most=None if rule.at_most is None else Fraction(rule.at_most),
        )
    )
