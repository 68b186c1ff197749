"""Recomputes who pays what: cover of every due, and eligibility.

    |Σ_f pay[f,ℓ,t] − due[ℓ,t]| ≤ one minor unit per milestone behind the due
    Σ pay per initiative and line currency = Σ over milestones of its cost in that currency, rounded half up

Source: model.md, rule 4 and "Money is exact"; case.md, eligibility.csv.
"""

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction

from ..inputs.tables import EligibilityRow
from .verify_facts import Due, Facts, Line, Payment
from .verify_rows import ZERO, RuleRow, plain

_HALF = Fraction(1, 2)


def check_cover(facts: Facts) -> None:
    """Check that every due is paid, line by line and in total."""
    paid: defaultdict[tuple[Line, int], Fraction] = defaultdict(Fraction)
    numbers: defaultdict[tuple[Line, int], list[int]] = defaultdict(list)
    totals: defaultdict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for payment in facts.payments:
        paid[payment.line, payment.t] += payment.amount
        numbers[payment.line, payment.t].append(payment.number)
        totals[payment.line[0], payment.currency] += payment.amount
    places = dict.fromkeys((line, t) for line, periods in facts.dues.items() for t in periods)
    nothing = Due()
    for line, t in places | dict.fromkeys(paid):
        initiative, stage, party = line
        due = facts.dues.get(line, {}).get(t, nothing)
        currency = facts.weights[initiative][party][0]
        row = RuleRow(
            "cover",
            "cost falls due",
            initiative,
            (stage, party, facts.label(t)),
            paid[line, t],
            at_least=due.amount,
            at_most=due.amount,
            tolerance=facts.minor(currency) * due.milestones,
            unit=currency,
        )
        facts.findings.rule(row, "" if row.holds else _sentence(row, numbers[line, t]))
    for initiative, currency in dict.fromkeys(facts.part) | dict.fromkeys(totals):
        _total(facts, initiative, currency, totals[initiative, currency])


def _sentence(row: RuleRow, numbers: list[int]) -> str:
    place = " / ".join(part for part in (row.owner, *row.index) if part)
    rows = f" row{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers))}" if numbers else ""
    due = plain(row.at_least or ZERO)
    return f"funding.csv{rows}: cover: {place}: paid {plain(row.value)}, due {due} {row.unit}"


def _total(facts: Facts, initiative: str, currency: str, paid: Fraction) -> None:
    """In an exact tie of half a minor unit the milestone's cost may be rounded either way."""
    minor = facts.minor(currency)
    costs = [amount / minor for amount in facts.part.get((initiative, currency), [])]
    ties = sum(cost % 1 == _HALF for cost in costs)
    up = minor * sum((cost + _HALF) // 1 for cost in costs)
    row = RuleRow(
        *("cover", "total cost", initiative, (currency,), paid, up - minor * ties, up),
        unit=currency,
    )
    bounds = plain(up) if not ties else f"{plain(up - minor * ties)} to {plain(up)}"
    words = f"paid {plain(paid)}, its milestones cost {bounds} {currency}"
    facts.findings.rule(row, f"funding.csv: cover: {initiative} in all: {words}")


@dataclass(frozen=True)
class _Scope:
    """One row of eligibility.csv with its selectors resolved; `parties` None means any line."""

    rule: str
    allow: bool
    funders: frozenset[str]
    initiatives: frozenset[str]
    stage: str
    parties: frozenset[str] | None
    reason: str

    def matches(self, facts: Facts, funder: str, line: Line) -> bool:
        """In a real pot the parties are met when one of them has a share in the initiative."""
        initiative, stage, party = line
        if funder not in self.funders or initiative not in self.initiatives or self.stage not in ("", stage):
            return False
        if self.parties is None:
            return True
        if party:
            return party in self.parties
        return any(share and owner in self.parties for owner, share in facts.case.shares.get(initiative, {}).items())


def _scope(facts: Facts, row: EligibilityRow) -> _Scope:
    case = facts.case
    return _Scope(
        row.rule,
        row.allow,
        case.select_funders(row.funders),
        case.select_initiatives(row.initiatives),
        row.stage,
        case.select_parties(row.parties) if row.parties else None,
        f" ({row.reason})" if row.reason else "",
    )


def check_eligibility(facts: Facts) -> None:
    """Check red lines, what funders are confined to, and the home-party rule; values in base currency."""
    scopes = [_scope(facts, row) for row in facts.case.rows(EligibilityRow)]
    confined = frozenset[str]().union(*(scope.funders for scope in scopes if scope.allow))
    lines: defaultdict[tuple[str, Line], list[Payment]] = defaultdict(list)
    for payment in facts.payments:
        lines[payment.funder, payment.line].append(payment)
    wrong: defaultdict[str, Fraction] = defaultdict(Fraction)
    sentences: defaultdict[str, list[str]] = defaultdict(list)

    def bar(rule: str, payments: list[Payment], why: str) -> None:
        wrong[rule] += sum((payment.base for payment in payments), ZERO)
        rows = ", ".join(str(payment.number) for payment in payments)
        sentences[rule].append(f"funding.csv row {rows}: eligibility: {payments[0].words}: {why}")

    for (funder, line), payments in lines.items():
        home, party = facts.case.funders[funder].party, line[2]
        matching = facts.case.funders[funder].kind == "matching"
        if home and party and home != party and not matching:
            bar("home party", payments, f"its home is {home}, it may not pay the part of {party}")
        hits = [scope for scope in scopes if scope.matches(facts, funder, line)]
        for scope in hits:
            if not scope.allow:
                bar(scope.rule, payments, f"red line {scope.rule}{scope.reason}")
        if funder in confined and not any(scope.allow for scope in hits):
            own = [scope.rule for scope in scopes if scope.allow and funder in scope.funders]
            for rule in dict.fromkeys(own):
                bar(rule, payments, f"outside what rule {rule} allows")
    for rule in dict.fromkeys(["home party", *(scope.rule for scope in scopes)]):
        amount = wrong[rule]
        row = RuleRow("eligibility", rule, "", (), amount, at_most=ZERO, unit=facts.case.base)
        said = sentences[rule]
        facts.findings.rule(row, "; ".join(said))
        if row.holds:  # a barred payment too small to count in base currency is still barred
            facts.findings.faults.extend(said)
