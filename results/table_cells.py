"""Cells of the tables of a plan as exact text: columns, flags and numbers. Source: results.md."""

from decimal import Decimal
from fractions import Fraction

import pandas as pd

Row = dict[str, str]

COLUMNS = {
    "portfolio": "initiative name theme funded complete start finish milestones_done milestones cost currency value "
    "present_value public private matching",
    "schedule": "initiative milestone stage done start finish level cost success",
    "funding": "funder initiative stage party period currency amount amount_funder amount_base",
    "budgets": "funder cycle payments reserved carried_in spent hedge_cost provision buffer carried_out lapsed "
    "execution_rate commitments committed",
    "currency": "funder currency period exposure hedged unhedged worst_case_loss",
    "flows": "payer_party receiving_party amount_base",
    "commitments": "funder initiative stage party period currency amount amount_funder",
    "guarantees": "guarantee guarantor initiative cycle currency guaranteed mobilised achieved leverage provision "
    "provision_currency cap",
}


def flag(value: bool) -> str:
    """Return true or false as text."""
    return "true" if value else "false"


def number(value: Fraction | float, digits: int = 12) -> str:
    """Return a plain decimal with at most `digits` significant digits."""
    text = format(Decimal(f"{float(value):.{digits - 1}e}"), "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text if text not in ("-0", "") else "0"


def frame(name: str, rows: list[Row]) -> pd.DataFrame:
    """Return the rows as a frame of text with the table's columns."""
    return pd.DataFrame(rows, columns=COLUMNS[name].split(), dtype=object)
