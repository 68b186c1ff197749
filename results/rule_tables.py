"""Turns the rows of an audit into the exact text tables of a run: rules, equity, matching and cofunding.

Source: results.md.
"""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

import pandas as pd

from ..inputs.case import Case
from ..inputs.tables import CofundingRow, EquityRow, MatchingRow
from .verify_rows import Audit, RuleRow, money, nine_decimals, plain

RULE_COLUMNS = {
    "rules": ("family", "rule", "owner", "index", "value", "at_least", "at_most", "slack", "binding"),
    "equity": ("rule", "measure", "parties", "party", "by", "value", "at_least", "at_most", "holds"),
    "matching": (
        *("rule", "initiative", "currency", "matched", "base", "achieved", "ratio"),
        *("matched_reference", "cap", "base_reference", "min_base"),
    ),
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
                    *(rule.rule, rule.measure, rule.parties, party, rule.by or "", nine_decimals(achieved)),
                    *(_bound(rule.at_least), _bound(rule.at_most), "true" if row.holds else "false"),
                )
            )
    return found


def matching_cells(case: Case, rows: Iterable[RuleRow]) -> list[Cells]:
    """Return what each matching rule matched per initiative beside its base, in the initiative's currency.

    What a cap or a least base is compared with is in base currency at reference rates.
    """
    rules = {rule.rule: rule for rule in case.rows(MatchingRow)}
    found: list[Cells] = []
    for row in rows:
        if row.family == "matching" and row.rule in rules and row.owner and row.total is not None:
            rule, digits = rules[row.rule], case.minor_digits(row.unit)
            rate, base = Fraction(case.reference_rate(row.unit)), case.minor_digits(case.base)
            found.append(
                (
                    *(row.rule, row.owner, row.unit, money(row.value, digits), money(row.total, digits)),
                    *(nine_decimals(row.achieved), _bound(rule.ratio)),
                    *(money(row.value * rate, base), _amount(case, rule.cap)),
                    *(money(row.total * rate, base), _amount(case, rule.min_base)),
                )
            )
    return found


def cofunding_cells(case: Case, rows: Iterable[RuleRow]) -> list[Cells]:
    """Return each co-funding rule's achieved share of every initiative's cost beside its bounds."""
    rules = {rule.rule: rule for rule in case.rows(CofundingRow)}
    found: list[Cells] = []
    for row in rows:
        if row.family == "cofunding" and row.owner:
            rule = rules[row.rule]
            bounds = _bound(rule.at_least), _bound(rule.at_most)
            found.append((rule.rule, row.owner, rule.stage, nine_decimals(row.achieved), *bounds))
    return found


def _text(value: Fraction | None) -> str:
    return "" if value is None else plain(value)


def _amount(case: Case, value: Decimal | None) -> str:
    """Return an amount of the case's tables in whole currency units."""
    return "" if value is None else plain(Fraction(value) * case.unit)


def _bound(value: Decimal | None) -> str:
    return "" if value is None else plain(Fraction(value))
