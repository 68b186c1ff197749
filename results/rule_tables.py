"""Turns the rows of an audit into the exact text tables of a run: rules, equity, matching and cofunding.

Source: results.md.
"""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

import pandas as pd

from ..inputs.case import Case
from ..inputs.tables import CofundingRow, EquityRow, MatchingRow
from .verify_rows import Audit, RuleRow, money, plain

RULE_COLUMNS = {
    "rules": ("family", "rule", "owner", "index", "value", "at_least", "at_most", "slack", "binding"),
    "equity": ("rule", "measure", "parties", "party", "by", "value", "at_least", "at_most", "holds"),
    "matching": ("rule", "initiative", "currency", "matched", "base", "achieved", "ratio"),
    "cofunding": ("rule", "initiative", "stage", "value", "at_least", "at_most"),
}
Cells = tuple[str, ...]


def rule_tables(case: Case, audit: Audit) -> dict[str, pd.DataFrame]:
    """Return the four rule tables as frames of exact text; equal rows give equal text."""
    rows = audit.rows
    cells = {
        "rules": rules_cells(rows),
        "equity": equity_cells(case, rows),
        "matching": matching_cells(case, rows),
        "cofunding": cofunding_cells(case, rows),
    }
    return {name: pd.DataFrame(found, columns=list(RULE_COLUMNS[name]), dtype=object) for name, found in cells.items()}


def rules_cells(rows: Iterable[RuleRow]) -> list[Cells]:
    """Return one line per rule row; money in whole currency units, periods as numbers."""
    return [
        (
            *(row.family, row.rule, row.owner, ";".join(row.index)),
            *(plain(row.value), _text(row.at_least), _text(row.at_most), _text(row.slack)),
            "true" if row.binding else "false",
        )
        for row in rows
    ]


def equity_cells(case: Case, rows: Iterable[RuleRow]) -> list[Cells]:
    """Return each equity rule's achieved share, ratio or count; empty where nothing was contributed."""
    rules = {rule.rule: rule for rule in case.rows(EquityRow)}
    found: list[Cells] = []
    for row in rows:
        if row.family == "equity":
            rule = rules[row.rule]
            achieved = row.value if row.total is None else row.achieved
            party = row.owner if rule.parties == "each" else ""
            found.append(
                (
                    *(rule.rule, rule.measure, rule.parties, party, rule.by or "", _ratio(achieved)),
                    *(_bound(rule.at_least), _bound(rule.at_most), "true" if row.holds else "false"),
                )
            )
    return found


def matching_cells(case: Case, rows: Iterable[RuleRow]) -> list[Cells]:
    """Return what each matching rule matched per initiative beside its base, in the initiative's currency."""
    rules = {rule.rule: rule for rule in case.rows(MatchingRow)}
    return [
        (
            *(row.rule, row.owner, row.unit, money(row.value, case.minor_digits(row.unit))),
            money(row.total or Fraction(0), case.minor_digits(row.unit)),
            *(_ratio(row.achieved), _bound(rules[row.rule].ratio)),
        )
        for row in rows
        if row.family == "matching" and row.rule in rules and row.owner
    ]


def cofunding_cells(case: Case, rows: Iterable[RuleRow]) -> list[Cells]:
    """Return each co-funding rule's achieved share of every initiative's cost beside its bounds."""
    rules = {rule.rule: rule for rule in case.rows(CofundingRow)}
    found: list[Cells] = []
    for row in rows:
        if row.family == "cofunding" and row.owner:
            rule = rules[row.rule]
            bounds = _bound(rule.at_least), _bound(rule.at_most)
            found.append((rule.rule, row.owner, rule.stage, _ratio(row.achieved), *bounds))
    return found


def _text(value: Fraction | None) -> str:
    return "" if value is None else plain(value)


def _bound(value: Decimal | None) -> str:
    return "" if value is None else plain(Fraction(value))


def _ratio(value: Fraction | None) -> str:
    """Return a ratio with at most nine decimals."""
    return "" if value is None else plain(Fraction(round(value * 10**9), 10**9))
