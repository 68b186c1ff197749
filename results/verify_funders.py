"""Recomputes the rules on single funders: minimum tickets, stability from cycle to cycle, and risk tolerance.

    tickets    Σ pay of f on i ≥ min_ticket                 where f pays on i at all, in f's currency at planning rates
    stability  |paid[k]/n[k] − paid[k−1]/n[k−1]| ≤ max_change·payments[k−1]/n[k−1]    n = periods of the cycle
    risk       Σ (1 − P[i,g])·pay ≤ risk_tolerance·Σ pay    base currency at reference rates

P is the probability that the stage's last milestone and everything before it succeeds. All hold to one minor unit per
amount in the row. Source: model.md, rules 12 and 13, "Money is exact".
"""

from collections import defaultdict
from fractions import Fraction
from functools import partial
from itertools import pairwise

from .verify_facts import Facts, Payment
from .verify_rows import ZERO, RuleRow, plain
from .verify_value import Chances


def check_funders(facts: Facts) -> None:
    """Check the rules that funders.csv sets for each funder."""
    check_tickets(facts)
    check_stability(facts)
    check_risk(facts)


def check_tickets(facts: Facts) -> None:
    """Check that a funder with a minimum ticket puts at least that into each initiative it joins."""
    paid: defaultdict[tuple[str, str], list[Payment]] = defaultdict(list)
    for payment in facts.payments:
        if facts.case.funders[payment.funder].min_ticket:
            paid[payment.funder, payment.line[0]].append(payment)
    for (funder, initiative), payments in paid.items():
        row = facts.case.funders[funder]
        facts.findings.rule(
            RuleRow(
                *("tickets", "minimum ticket", funder, (initiative,)),
                sum((payment.cash for payment in payments), ZERO),
                at_least=facts.units(row.min_ticket or 0),
                tolerance=_units(facts, payments),
                unit=row.currency,
            )
        )


def _units(facts: Facts, payments: list[Payment]) -> Fraction:
    """Return one minor unit of each payment, in the funder's currency."""
    return sum((facts.minor(p.currency) * facts.cash(p.funder, p.currency, p.t) for p in payments), ZERO)


def check_stability(facts: Facts) -> None:
    """Check how much what a funder pays per period may change from cycle to cycle."""
    bound = {name: row for name, row in facts.case.funders.items() if row.max_change is not None}
    paid: defaultdict[tuple[str, str], list[Payment]] = defaultdict(list)
    for payment in facts.payments:
        if payment.funder in bound:
            cycle = facts.cycle_at(payment.funder, payment.t)
            if cycle is not None:
                paid[payment.funder, cycle.name].append(payment)
    for funder, row in bound.items():
        for one, two in pairwise(facts.case.cycles[funder]):
            before, after = paid[funder, one.name], paid[funder, two.name]
            lengths = len(one.periods), len(two.periods)
            limit = Fraction(row.max_change or 0) * facts.units(one.payments) / lengths[0]
            change = sum((p.cash for p in after), ZERO) / lengths[1] - sum((p.cash for p in before), ZERO) / lengths[0]
            units = _units(facts, after) / lengths[1] + _units(facts, before) / lengths[0]
            change_row = RuleRow(
                *("stability", "change per period", funder, (one.name, two.name), change, -limit, limit),
                tolerance=units + facts.minor(row.currency) / lengths[0],
                unit=row.currency,
            )
            facts.findings.rule(change_row)


def check_risk(facts: Facts) -> None:
    """Check the average probability of failure of what a funder pays for."""
    bound = {name: row for name, row in facts.case.funders.items() if row.risk_tolerance is not None}
    paid: defaultdict[str, list[Payment]] = defaultdict(list)
    for payment in facts.payments:
        if payment.funder in bound:
            paid[payment.funder].append(payment)
    failure = _failures(facts) if bound else {}
    for funder, row in bound.items():
        payments, tolerance = paid[funder], Fraction(row.risk_tolerance or 0)
        value = sum((failure[payment.line[:2]] * payment.worth for payment in payments), ZERO)
        total = sum((payment.worth for payment in payments), ZERO)
        facts.findings.rule(
            RuleRow(
                *("risk_tolerance", "average probability of failure", funder, (), value),
                at_most=tolerance * total,
                tolerance=sum((facts.minor(p.currency) * facts.reference(p.currency) for p in payments), ZERO),
                total=total,
                unit=facts.case.base,
            ),
            partial(_risk_sentence, tolerance),
        )


def _failures(facts: Facts) -> dict[tuple[str, str], Fraction]:
    """Return 1 − P of every (initiative, stage)."""
    chances = Chances(facts)
    last = {(i, step.stage): (i, step.milestone) for i, steps in facts.case.milestones.items() for step in steps}
    return {place: 1 - chances.of(milestone) for place, milestone in last.items()}


def _risk_sentence(most: Fraction, row: RuleRow) -> str:
    average = plain((row.achieved or ZERO).limit_denominator(10**9))
    return f"{row.family}: {row.owner}: what it pays for fails with {average} on average, at most {plain(most)} allowed"
