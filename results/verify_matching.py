"""Recomputes matching: matching money needs base money, each unit of which unlocks one rule only.

    Σ_r matched[r,f,g] = pay[f,g]     Σ_r used[r,b,g] ≤ base[b,g]     Σ matched[r] ≤ ratio[r]·Σ used[r]
    Σ matched[r]·R̄ ≤ cap, exactly     Σ used[r]·R̄ ≥ min_base where anything is matched

per initiative, in its currency, over its life or (timing `cumulative`) to every period. With several rules on one base
an exact linear program decides who unlocks what. Ratios and least base hold to one minor unit per amount. Source:
model.md, rule 6, "Money is exact".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from ..inputs.tables import MatchingRow
from .verify_assignment import Assigned, Money, Terms, assign
from .verify_facts import Facts
from .verify_ratios import Amounts
from .verify_rows import ZERO, RuleRow, plain


@dataclass(frozen=True)
class _Rule:
    """A row of matching.csv with its selectors resolved."""

    row: MatchingRow
    funders: frozenset[str]
    initiatives: frozenset[str]

    def applies(self, initiative: str, stage: str) -> bool:
        """Tell whether the initiative's stage is in scope."""
        return initiative in self.initiatives and self.row.stage in ("", stage)


def check_matching(facts: Facts, amounts: Amounts) -> None:
    """Check every matching rule for each initiative in scope that has money in scope."""
    case = facts.case
    rules = [
        _Rule(row, case.select_funders(row.funders), case.select_initiatives(row.initiatives))
        for row in case.rows(MatchingRow)
    ]
    seen: set[int] = set()
    for initiative in case.initiatives:
        if initiative in amounts.stages:
            seen |= _initiative(facts, amounts, rules, initiative)
    for place, rule in enumerate(rules):
        if place not in seen:
            facts.findings.rule(RuleRow("matching", rule.row.rule, "", ("nothing in scope is funded",), ZERO))


def _initiative(facts: Facts, amounts: Amounts, rules: list[_Rule], initiative: str) -> set[int]:
    """Check one initiative; return the rules that have a row."""
    stages = list(amounts.stages[initiative])
    within = {g: [r for r, rule in enumerate(rules) if rule.applies(initiative, g)] for g in stages}
    pool, unmatched = _pool(facts, amounts, rules, initiative, within)
    currency = facts.case.initiatives[initiative].currency
    if unmatched:
        row = RuleRow("matching", "no rule applies", initiative, (), unmatched, at_most=ZERO, unit=currency)
        words = f"matching: {initiative}: no rule applies to {plain(unmatched)} {currency} of matching money"
        facts.findings.rule(row, words)
    scope = sorted({r for found in within.values() for r in found})
    terms = {r: _terms(facts, rules[r].row, currency) for r in scope}
    assigned = assign(terms, pool)
    for r in scope:
        _rows(facts, rules[r].row, initiative, terms[r], _Found(r, pool, assigned))
    return set(scope)


def _terms(facts: Facts, rule: MatchingRow, currency: str) -> Terms:
    """Return what a rule allows, in the initiative's currency."""
    rate = facts.reference(currency)
    return Terms(
        Fraction(rule.ratio),
        rule.timing == "cumulative",
        None if rule.cap is None else facts.units(rule.cap) / rate,
        ZERO if rule.min_base is None else facts.units(rule.min_base) / rate,
    )


def _pool(
    facts: Facts, amounts: Amounts, rules: list[_Rule], initiative: str, within: Mapping[str, list[int]]
) -> tuple[Money, Fraction]:
    """Return the money of an initiative by the rules it fits, and the matching money that fits none."""
    pool, unmatched = Money(), ZERO
    for stage, found in within.items():
        for t, unit in amounts.due_cells[initiative, stage]:
            for r in found:
                pool.units[r].append((t, unit))
        for payment, amount, unit in amounts.payments[initiative, stage]:
            matching = facts.case.funders[payment.funder].kind == "matching"
            bases = "both", facts.case.source(payment.funder)
            fits = tuple(r for r in found if _counts(rules[r], payment.funder, matching, bases))
            t = payment.t if any(rules[r].row.timing == "cumulative" for r in fits) else 0
            for r in fits:
                weight = Fraction(1) if matching else max(Fraction(1), Fraction(rules[r].row.ratio))
                pool.units[r].append((payment.t, unit * weight))
                pool.base_units[r] += ZERO if matching else unit
            if matching and not fits:
                unmatched += amount
            elif fits:
                (pool.money if matching else pool.base)[fits, t] += amount
    return pool, unmatched


def _counts(rule: _Rule, funder: str, matching: bool, bases: tuple[str, str]) -> bool:
    """Tell whether a payment is money that the rule matches with, or base for it."""
    return funder in rule.funders if matching else rule.row.base in bases


def _index(rule: MatchingRow, *what: str) -> tuple[str, ...]:
    return (rule.stage, *what) if rule.stage else what


def _rows(facts: Facts, rule: MatchingRow, initiative: str, terms: Terms, found: "_Found") -> None:
    """Add the rows of one rule in one initiative: its ratio, and where it has them timing, cap and least base."""
    unit, base = facts.case.initiatives[initiative].currency, facts.case.base
    rate, matched, used = facts.reference(unit), found.matched(), found.used()
    row = RuleRow(
        *("matching", rule.rule, initiative, _index(rule), matched),
        at_most=terms.ratio * used,
        tolerance=found.pool.tolerance(found.rule),
        total=used,
        unit=unit,
    )
    facts.findings.rule(row, lambda row: _sentence(row, rule, used))
    if terms.cumulative:
        t = found.worst(terms.ratio)
        row = RuleRow(
            *("matching", rule.rule, initiative, _index(rule, f"by {facts.label(t)}"), found.matched(t)),
            at_most=terms.ratio * found.used(t),
            tolerance=found.pool.tolerance(found.rule, t),
            unit=unit,
        )
        facts.findings.rule(row, lambda row: f"{_sentence(row, rule, found.used(t))} by {facts.label(t)}")
    if rule.cap is not None:
        most = facts.units(rule.cap)
        row = RuleRow("matching", rule.rule, initiative, _index(rule, "cap"), matched * rate, at_most=most, unit=base)
        words = f"matching: {rule.rule}: {initiative}: matched {plain(row.value)} {base}, its cap is {plain(most)}"
        facts.findings.rule(row, words)
    if terms.least and matched:
        row = RuleRow(
            *("matching", rule.rule, initiative, _index(rule, "least base"), used * rate),
            at_least=facts.units(rule.min_base or 0),
            tolerance=found.pool.base_units[found.rule] * rate,
            unit=base,
        )
        words = f"matched on {plain(row.value)} {base} of base, at least {plain(row.at_least or ZERO)} needed"
        facts.findings.rule(row, f"matching: {rule.rule}: {initiative}: {words}")


@dataclass(frozen=True)
class _Found:
    """What one rule matches and uses in an initiative."""

    rule: int
    pool: Money
    assigned: Assigned

    def matched(self, until: int | None = None) -> Fraction:
        """Return what is matched, up to a period."""
        return self.assigned.total(self.assigned.matched, self.rule, until)

    def used(self, until: int | None = None) -> Fraction:
        """Return the base that is used, up to a period."""
        return self.assigned.total(self.assigned.used, self.rule, until)

    def worst(self, ratio: Fraction) -> int:
        """Return the period up to which matching is furthest ahead of the base."""
        ahead = {t: self.matched(t) - ratio * self.used(t) for t in self.pool.periods(self.rule)}
        return max(ahead, key=lambda t: (ahead[t], -t), default=1)


def _sentence(row: RuleRow, rule: MatchingRow, used: Fraction) -> str:
    most = f"at most {plain(row.at_most or ZERO)} ({rule.ratio} per unit of {plain(used)} {rule.base})"
    return f"matching: {rule.rule}: {row.owner}: matched {plain(row.value)} {row.unit}, {most} allowed"
