"""Sheets that only the workbook has: every payment, every commitment, every rule."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from .report_material import Material
from .sheets_money import rules
from .shown import Amount, Sheet, ShownRun, number_columns, records, text_columns

MOST_ROWS = 1_000_000  # of a sheet; Excel takes 1,048,576


def raw_sheets(material: Material, known: set[str]) -> Iterator[Sheet]:
    """Yield the sheets with every row, those that are not there yet and have any."""
    run = material.run
    if run.plan is None:
        return
    sheets = [funding(run), commitments(run)]
    if material.audit is not None:
        sheets.append(rules(material.audit))
    yield from (sheet for sheet in sheets if sheet.rows and sheet.name not in known)


def funding(run: ShownRun) -> Sheet:
    """Return every payment: who pays what for which part, when."""
    own = {name: row.currency for name, row in run.case.funders.items()}
    rows = tuple(
        (
            *(row["funder"], row["initiative"], row["stage"], row["party"], row["period"], row["currency"]),
            Amount(Decimal(row["amount"]), row["currency"]),
            Amount(Decimal(row["amount_funder"]), own[row["funder"]]),
            own[row["funder"]],
            Amount(Decimal(row["amount_base"]), run.case.base),
        )
        for row in records(run.plan, "funding")[:MOST_ROWS]
    )
    columns = (
        *text_columns("funder", "initiative", "stage", "party", "period", "currency"),
        *number_columns("amount", "in the funder's currency"),
        *text_columns("funder's currency"),
        *number_columns("in the base currency"),
    )
    return Sheet("funding", "Every payment", columns, rows, "who pays what for which part, when", files="funding.csv")


def commitments(run: ShownRun) -> Sheet:
    """Return what funders commit when milestones begin."""
    own = {name: row.currency for name, row in run.case.funders.items()}
    rows = tuple(
        (
            *(row["funder"], row["initiative"], row["stage"], row["party"], row["period"], row["currency"]),
            Amount(Decimal(row["amount"]), row["currency"]),
            Amount(Decimal(row["amount_funder"]), own[row["funder"]]),
            own[row["funder"]],
        )
        for row in records(run.plan, "commitments")[:MOST_ROWS]
    )
    columns = (
        *text_columns("funder", "initiative", "stage", "party", "period", "currency"),
        *number_columns("amount", "in the funder's currency"),
        *text_columns("funder's currency"),
    )
    note = "what is committed when milestones begin"
    return Sheet("commitments", "Commitments", columns, rows, note, files="commitments.csv")
