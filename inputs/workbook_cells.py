"""From the cell of a workbook to the exact text that a file would hold, and back: nothing is guessed.

A number becomes its shortest exact text (that of a formula at most 15 digits of it, as many as a spreadsheet shows),
a truth value ``true`` or ``false``. A date is text only where free text stands; in a case of months the first day of
one is that month where a period stands, for this is what spreadsheets make of a typed 2027-05.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

from pydantic_core import PydanticCustomError

from .cells import parse_integer, parse_number
from .periods import EXAMPLES, Frequency
from .workbook_open import Cell, Held

MARK: Final = "\x00"
"""Begins the text that stands for a cell without a usable one, so that it is a fault wherever it is read."""
DIGITS: Final = 15
"""Significant digits that every spreadsheet keeps of a number."""
_EXPECTED: Final = {
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "currency": "an ISO 4217 currency code",
    "label": "a name",
    "selector": "a name, a group or a kind",
    "reference": "'initiative/milestone' or 'initiative'",
    "text": "text",
    "choice": "one of the words for this column",
}


@dataclass(frozen=True)
class Trouble:
    """Why a cell has no text: what it shows, what was expected, and a hint."""

    value: str
    expected: str
    hint: str


def text_of(cell: Cell, kind: str, frequency: Frequency | None) -> str | Trouble:
    """Return the text of a cell in a column of a ``kind`` (see :class:`~fundalign.inputs.schema.Column`)."""
    expected = _expected(kind, frequency)
    value = cell.value
    if cell.error:
        return Trouble(str(value), expected, "the formula of this cell, or one it rests on, fails; mend it")
    if cell.uncached:
        hint = "the value of this formula was never stored; open the workbook in a spreadsheet program and save it"
        return Trouble(str(value), expected, hint)
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return number_text(value, computed=cell.formula)
    return _date_text(value, kind, expected, frequency)


def _expected(kind: str, frequency: Frequency | None) -> str:
    if kind == "period":
        return f"a period such as {EXAMPLES[frequency or 'Y']}" + (f" (frequency {frequency})" if frequency else "")
    return _EXPECTED.get(kind, "a value")


def as_typed(text: str, kind: str) -> str | Trouble:
    """Return the text of a cell that holds text; where a number is asked for and it is none, why that is."""
    parsers = {"number": parse_number, "integer": parse_integer}
    try:
        if kind in parsers and text != "":
            parsers[kind](text)
    except PydanticCustomError as error:
        hint = "the cell holds text, not a number; format it as a number and type it again"
        return Trouble(text, str((error.context or {})["expected"]), hint)
    return text


def number_text(value: float, *, computed: bool = False) -> str:
    """Return a number as text, exactly and without exponent; of a ``computed`` one the first 15 digits."""
    if isinstance(value, int):
        return str(value)
    exact = Decimal(f"{value:.{DIGITS}g}" if computed else repr(value))
    text = format(exact, "f")
    return (text.rstrip("0").rstrip(".") or "0") if "." in text else text


def as_number(value: Decimal) -> float | None:
    """Return the number that a cell holds for a decimal, ``None`` where no cell can hold it exactly."""
    if not value.is_finite() or len(value.normalize().as_tuple().digits) > DIGITS or not -300 < value.adjusted() < 300:
        return None
    return int(value) if value == value.to_integral_value() and abs(value) < 10**DIGITS else float(value)


def shown(value: Held) -> str:
    """Return a date or time as ISO text, without a time of day at midnight."""
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _date_text(
    value: date | datetime | time | timedelta, kind: str, expected: str, frequency: Frequency | None
) -> str | Trouble:
    text = shown(value)
    if kind == "text":
        return text
    day = value.date() if isinstance(value, datetime) and value.time() == time() else value
    whole = isinstance(day, date) and not isinstance(day, datetime)
    if kind == "period" and frequency == "M" and whole and isinstance(day, date) and day.day == 1:
        return text[:7]
    if kind == "period":
        hint = "the cell holds a date; format it as text and write the period"
    elif kind in ("number", "integer"):
        hint = "the cell holds a date; format it as a number and write it again"
    else:
        hint = "the cell holds a date; format it as text and write it again"
    return Trouble(text, expected, hint)
