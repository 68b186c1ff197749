"""Recomputes the ratio rules over money: co-funding, equity and earmarks, as amounts.

    co-funding  at_least·Σ due ≤ Σ pay in scope ≤ at_most·Σ due        per initiative, in its currency
    earmarks    at_least·Σ pay ≤ Σ pay in scope ≤ at_most·Σ pay        base currency at reference rates

They hold to one minor unit per amount in the row. Source: model.md, rules 5 and 11, "Money is exact".
"""

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction

from ..inputs.tables import CofundingRow, EarmarkRow
from .verify_facts import Facts, Payment
from .verify_rows import ZERO, RuleRow, plain


def share_of(bound: Decimal | None, total: Fraction) -> Fraction | None:
    """Return bound·total; None where there is no bound."""
    return None if bound is None else Fraction(bound) * total


class Amounts:
    """Payments and dues per initiative and stage, in the initiative's currency, with a minor unit of each."""

    def __init__(self, facts: Facts) -> None:
        """Convert every payment and due once."""
        own = {name: row.currency for name, row in facts.case.initiatives.items()}
        self.payments: defaultdict[tuple[str, str], list[tuple[Payment, Fraction, Fraction]]] = defaultdict(list)
        self.due: defaultdict[tuple[str, str], Fraction] = defaultdict(Fraction)
        self.due_cells: defaultdict[tuple[str, str], list[tuple[int, Fraction]]] = defaultdict(list)
        self.stages: defaultdict[str, dict[str, None]] = defaultdict(dict)
        for payment in facts.payments:
            initiative, stage, _ = payment.line
            factor = facts.convert(payment.currency, own[initiative])
            unit = facts.minor(payment.currency) * factor
            self.payments[initiative, stage].append((payment, payment.amount * factor, unit))
            self.stages[initiative][stage] = None
        for (initiative, stage, party), periods in facts.dues.items():
            currency = facts.weights[initiative][party][0]
            factor = facts.convert(currency, own[initiative])
            self.due[initiative, stage] += factor * sum((due.amount for due in periods.values()), ZERO)
            self.due_cells[initiative, stage] += [(t, facts.minor(currency) * factor) for t in periods]
            self.stages[initiative][stage] = None

    def due_units(self, pair: tuple[str, str]) -> Fraction:
        """Return one minor unit of each due of an initiative's stage."""
        return sum((unit for _, unit in self.due_cells[pair]), ZERO)

    def scope(self, initiative: str, stage: str) -> list[tuple[str, str]]:
        """Return the (initiative, stage) pairs with money that a rule speaks of; an empty stage means all."""
        return [(initiative, found) for found in self.stages.get(initiative, {}) if stage in ("", found)]


def check_cofunding(facts: Facts, amounts: Amounts) -> None:
    """Check every co-funding rule for each initiative in scope that has cost in scope."""
    for rule in facts.case.rows(CofundingRow):
        funders = facts.case.select_source(rule.funders)
        chosen = facts.case.select_initiatives(rule.initiatives)
        places = {i: amounts.scope(i, rule.stage) for i in facts.case.initiatives if i in chosen}
        places = {i: pairs for i, pairs in places.items() if pairs}
        for initiative, pairs in places.items():
            _cofunding_row(facts, amounts, rule, funders, initiative, pairs)
        if not places:
            facts.findings.rule(RuleRow("cofunding", rule.rule, "", ("nothing in scope is funded",), ZERO))


def _cofunding_row(
    facts: Facts,
    amounts: Amounts,
    rule: CofundingRow,
    funders: frozenset[str],
    initiative: str,
    pairs: list[tuple[str, str]],
) -> None:
    due = sum((amounts.due[pair] for pair in pairs), ZERO)
    paid = [item for pair in pairs for item in amounts.payments[pair] if item[0].funder in funders]
    units = sum((unit for *_, unit in paid), ZERO) + sum(map(amounts.due_units, pairs), ZERO)
    value = sum((amount for _, amount, _ in paid), ZERO)
    row = RuleRow(
        "cofunding",
        rule.rule,
        initiative,
        (rule.stage,) if rule.stage else (),
        value,
        share_of(rule.at_least, due),
        share_of(rule.at_most, due),
        tolerance=units,
        total=due,
        unit=facts.case.initiatives[initiative].currency,
    )
    facts.findings.rule(row, lambda row: ratio_sentence(row, f"{rule.funders} pay", rule.at_least, rule.at_most))


def check_earmarks(facts: Facts) -> None:
    """Check every earmark; the rows of one rule add up their scopes."""
    rules: defaultdict[str, list[EarmarkRow]] = defaultdict(list)
    for row in facts.case.rows(EarmarkRow):
        rules[row.rule].append(row)
    for name, rows in rules.items():
        _earmark_row(facts, name, rows)


def _earmark_row(facts: Facts, name: str, rows: list[EarmarkRow]) -> None:
    case, first = facts.case, rows[0]
    horizon = case.T if first.by is None else case.period(first.by)
    scopes = [(case.select_funders(r.funders), case.select_initiatives(r.initiatives), r.stage) for r in rows]
    funders = frozenset[str]().union(*(scope[0] for scope in scopes))
    value, total, units = ZERO, ZERO, ZERO
    for payment in facts.payments:
        if payment.funder not in funders or payment.t > horizon:
            continue
        total += payment.worth
        units += facts.minor(payment.currency) * facts.reference(payment.currency)
        initiative, stage, _ = payment.line
        if any(payment.funder in f and initiative in i and g in ("", stage) for f, i, g in scopes):
            value += payment.worth
    row = RuleRow(
        "earmarks",
        name,
        first.funders,
        (first.by,) if first.by else (),
        value,
        share_of(first.at_least, total),
        share_of(first.at_most, total),
        tolerance=units,
        total=total,
        unit=case.base,
    )
    facts.findings.rule(row, lambda row: ratio_sentence(row, "earmarked", first.at_least, first.at_most))


def ratio_sentence(row: RuleRow, what: str, at_least: Decimal | None, at_most: Decimal | None) -> str:
    """Say in one sentence how far an achieved ratio is from its bounds."""
    place = ", ".join(part for part in (row.owner, *row.index) if part)
    bounds = [f"at least {at_least}"] if at_least is not None else []
    bounds += [f"at most {at_most}"] if at_most is not None else []
    ratio = "" if row.achieved is None else f", a ratio of {plain(row.achieved.limit_denominator(10**9))}"
    total = plain(row.total or ZERO)
    amount = f"{what} {plain(row.value)} of {total} {row.unit}{ratio}"
    return f"{row.family}: {row.rule} ({place}): {amount}; {' and '.join(bounds)} required"
