"""Recomputes what a plan reaches of the case's goal, term by term, and the value that other goals must keep.

    value         value, synergies, money_moved           as in `verify_value`; a re-plan's price of moving money
    public_money  public_pay, hedge_costs, provisions     of the funders of kind public
    received      received                                by the goal's group: Σ share·pay
    key           key                                     least of received[p]/key[p] over the parties with a key

Values to 1e-9 of their absolute sum, money in base currency at reference rates, rounded to the minor unit (`key`: per
unit of key). Value ≥ required_value holds to a millionth. Source: model.md, "Objective".
"""

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction

from ..inputs.tables import SynergyRow
from .verify_facts import Facts
from .verify_replanning import away
from .verify_rows import ZERO, RuleRow
from .verify_value import Values, close

_MILLIONTH = Fraction(1, 10**6)


@dataclass(frozen=True)
class Term:
    """One term of the objective: the exact amounts that it is the sum of, and how far rounding may take it."""

    parts: list[Fraction]
    within: Fraction = ZERO

    @property
    def exact(self) -> Fraction:
        """Return the exact sum."""
        return sum(self.parts, ZERO)

    def met_by(self, stated: Fraction) -> bool:
        """Tell whether a stated sum is the exact one, rounded."""
        exact = self.exact
        near = max(exact - self.within, min(stated, exact + self.within))
        return close(stated + exact - near, self.parts)


def goal_terms(facts: Facts, values: Values) -> dict[str, Term]:
    """Return the terms of the goal by name; the objective is their sum."""
    goal, half = facts.case.settings.objective.goal, facts.minor(facts.case.base) / 2
    if goal == "public_money":
        return {name: Term(parts, half) for name, parts in outlay(facts).items()}
    if goal == "received":
        group = facts.case.select_parties(facts.case.settings.objective.group)
        return {"received": Term([amount for party, amount in _received(facts).items() if party in group], half)}
    if goal == "key":
        received = _received(facts)
        keys = {party: Fraction(row.key) for party, row in facts.case.parties.items() if row.key}
        return {"key": Term([min((received[party] / key for party, key in keys.items()), default=ZERO)])}
    synergies = {"synergies": Term(values.synergies)} if facts.case.rows(SynergyRow) else {}
    return {"value": Term(values.terms)} | synergies | _money_moved(facts)


def _money_moved(facts: Facts) -> dict[str, Term]:
    """Return what moving money costs in value: `−price` per `unit` of base currency; none where it has no price."""
    price = None if facts.case.approved is None else facts.case.approved.price
    if not price:
        return {}
    return {"money_moved": Term([-Fraction(price) * amount / facts.case.unit for amount in away(facts).values()])}


def outlay(facts: Facts) -> dict[str, list[Fraction]]:
    """Return what the plan costs the public funders in base currency: payments, hedging, provisions."""
    case = facts.case
    rates = {f: facts.reference(row.currency) for f, row in case.funders.items() if row.kind == "public"}
    return {
        "public_pay": [payment.base for payment in facts.payments if payment.funder in rates],
        "hedge_costs": [amount * rates[f] for (f, _), amount in facts.hedge_costs.items() if f in rates],
        "provisions": [amount * rates[f] for (f, _), amount in facts.provisions.items() if f in rates],
    }


def _received(facts: Facts) -> defaultdict[str, Fraction]:
    """Return what each party receives: its lines of virtual pots, its shares of real ones."""
    found: defaultdict[str, Fraction] = defaultdict(Fraction)
    for payment in facts.payments:
        initiative, _, party = payment.line
        shares = {party: Fraction(1)} if party else facts.case.shares.get(initiative, {})
        for owner, share in shares.items():
            found[owner] += share * payment.worth
    return found


def check_required(facts: Facts, values: Values) -> None:
    """Check that a plan with another goal than value keeps the value required."""
    objective = facts.case.settings.objective
    if objective.goal != "value":
        required = Fraction(objective.required_value)
        row = RuleRow(
            *("required_value", "value required", "", (objective.goal,), sum(values.all_terms, ZERO)),
            at_least=required,
            tolerance=abs(required) * _MILLIONTH,
        )
        facts.findings.rule(row)
