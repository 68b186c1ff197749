"""Recomputes matching: matching money needs base money, each unit of which unlocks one rule only.

    Σ_r matched[r,f,g] = pay[f,g]     Σ_r used[r,b,g] ≤ base[b,g]     Σ matched[r] ≤ ratio[r]·Σ used[r]

per initiative and over its life, in its currency. With several rules on one base this is a small flow
problem, decided by an exact linear program. Holds to one minor unit per amount. Source: model.md, rule 6,
"Money is exact".
"""

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction

from ..inputs.tables import MatchingRow
from .verify_facts import Facts
from .verify_linear import maximise
from .verify_ratios import Amounts
from .verify_rows import ZERO, RuleRow, plain

Rules = tuple[int, ...]


@dataclass(frozen=True)
class _Rule:
    """A row of matching.csv with its selectors resolved."""

    row: MatchingRow
    funders: frozenset[str]
    initiatives: frozenset[str]

    def applies(self, initiative: str, stage: str) -> bool:
        """Tell whether the initiative's stage is in scope."""
        return initiative in self.initiatives and self.row.stage in ("", stage)


@dataclass
class _Pool:
    """The money of one initiative, grouped by the rules it may count for, and each rule's tolerance."""

    money: defaultdict[Rules, Fraction]
    base: defaultdict[Rules, Fraction]
    tolerance: list[Fraction]


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
    pool = _pool(facts, amounts, rules, initiative, within)
    currency = facts.case.initiatives[initiative].currency
    unmatched = pool.money.pop((), ZERO)
    if unmatched:
        row = RuleRow("matching", "no rule applies", initiative, (), unmatched, at_most=ZERO, unit=currency)
        words = f"matching: {initiative}: no rule applies to {plain(unmatched)} {currency} of matching money"
        facts.findings.rule(row, words)
    matched, used = _assign(rules, pool)
    scope = sorted({r for found in within.values() for r in found})
    for r in scope:
        rule = rules[r].row
        ratio = Fraction(rule.ratio)
        row = RuleRow(
            "matching",
            rule.rule,
            initiative,
            (rule.stage,) if rule.stage else (),
            matched[r],
            at_most=ratio * used[r],
            tolerance=pool.tolerance[r],
            total=used[r],
            unit=currency,
        )
        facts.findings.rule(row, "" if row.holds else _sentence(row, rule))
    return set(scope)


def _sentence(row: RuleRow, rule: MatchingRow) -> str:
    base = f"{rule.ratio} per unit of {plain(row.total or ZERO)} {rule.base}"
    most = f"at most {plain(row.at_most or ZERO)} ({base})"
    return f"matching: {rule.rule}: {row.owner}: matched {plain(row.value)} {row.unit}, {most} allowed"


def _pool(facts: Facts, amounts: Amounts, rules: list[_Rule], initiative: str, within: dict[str, list[int]]) -> _Pool:
    case = facts.case
    pool = _Pool(defaultdict(Fraction), defaultdict(Fraction), [ZERO] * len(rules))
    for stage, found in within.items():
        for r in found:
            pool.tolerance[r] += amounts.due_units[initiative, stage]
        for payment, amount, unit in amounts.payments[initiative, stage]:
            matching = case.funders[payment.funder].kind == "matching"
            source = case.source(payment.funder)
            if matching:
                fits = tuple(r for r in found if payment.funder in rules[r].funders)
                pool.money[fits] += amount
            else:
                fits = tuple(r for r in found if rules[r].row.base in ("both", source))
                pool.base[fits] += amount
            for r in fits:
                pool.tolerance[r] += unit * (1 if matching else max(Fraction(1), Fraction(rules[r].row.ratio)))
    return pool


def _assign(rules: list[_Rule], pool: _Pool) -> tuple[list[Fraction], list[Fraction]]:
    """Assign matching and base money to rules so that most is matched; the rest goes to the first it fits.

    Exact first; the tolerance is used only where that does not match everything.
    """
    exact = _most(rules, pool, [ZERO] * len(rules))
    whole = sum(pool.money.values(), ZERO)
    pays, uses = exact if sum(exact[0].values(), ZERO) == whole else _most(rules, pool, pool.tolerance)
    matched, used = [ZERO] * len(rules), [ZERO] * len(rules)
    for available, taken, result in ((pool.money, pays, matched), (pool.base, uses, used)):
        for fits, amount in available.items():
            for r in fits:
                result[r] += taken[fits, r]
            if fits:
                result[fits[0]] += amount - sum((taken[fits, r] for r in fits), ZERO)
    return matched, used


def _most(
    rules: list[_Rule], pool: _Pool, tolerance: list[Fraction]
) -> tuple[dict[tuple[Rules, int], Fraction], dict[tuple[Rules, int], Fraction]]:
    """Return the largest matching as (money per group and rule, base used per group and rule)."""
    pays = [(fits, r) for fits in pool.money for r in fits]
    uses = [(fits, r) for fits in pool.base for r in fits]
    active = sorted({r for _, r in pays})
    width = len(pays) + len(uses)
    matrix, limits = [], []
    for groups, columns, offset in ((pool.money, pays, 0), (pool.base, uses, len(pays))):
        for fits, amount in groups.items():
            line = [ZERO] * width
            for place, (group, _) in enumerate(columns):
                line[offset + place] = Fraction(group == fits)
            matrix.append(line)
            limits.append(amount)
    for r in active:
        ratio = Fraction(rules[r].row.ratio)
        line = [Fraction(rule == r) for _, rule in pays] + [-ratio * (rule == r) for _, rule in uses]
        matrix.append(line)
        limits.append(tolerance[r])
    gain = [Fraction(1)] * len(pays) + [ZERO] * len(uses)
    point = maximise(gain, matrix, limits)
    return dict(zip(pays, point, strict=False)), dict(zip(uses, point[len(pays) :], strict=True))
