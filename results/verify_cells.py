"""Reads the text cells of a run's tables strictly: what cannot be read is a named fault, never a guess."""

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import TypeVar

import pandas as pd

from ..inputs.case import Case
from .verify_rows import Findings, plain

COLUMNS: dict[str, tuple[str, ...]] = {
    "portfolio": (
        *(
            "initiative",
            "name",
            "theme",
            "funded",
            "complete",
            "start",
            "finish",
            "milestones_done",
            "milestones",
        ),
        *("cost", "currency", "value", "present_value", "public", "private", "matching"),
    ),
    "schedule": ("initiative", "milestone", "stage", "done", "start", "finish", "level", "cost", "success"),
    "funding": (
        *("funder", "initiative", "stage", "party", "period", "currency"),
        *("amount", "amount_funder", "amount_base"),
    ),
    "budgets": (
        *(
            "funder",
            "cycle",
            "payments",
            "reserved",
            "carried_in",
            "spent",
            "hedge_cost",
            "provision",
            "buffer",
        ),
        *("carried_out", "lapsed", "execution_rate", "commitments", "committed"),
    ),
    "currency": ("funder", "currency", "period", "exposure", "hedged", "unhedged", "worst_case_loss"),
    "flows": ("payer_party", "receiving_party", "amount_base"),
    "commitments": ("funder", "initiative", "stage", "party", "period", "currency", "amount", "amount_funder"),
    "guarantees": (
        *("guarantee", "guarantor", "initiative", "cycle", "currency", "guaranteed", "mobilised", "achieved"),
        *("leverage", "provision", "provision_currency", "cap"),
    ),
}
Key = TypeVar("Key")
_NUMBER = re.compile(r"(-?)(0|[1-9][0-9]{0,40})(?:\.([0-9]{1,40}))?")


class Row:
    """One row of a table of the run with strict readers for its cells; None after a fault was named."""

    __slots__ = ("_cells", "_sheet", "number")

    def __init__(self, sheet: "Sheet", number: int, cells: tuple[object, ...]) -> None:
        """Hold the cells of spreadsheet row `number`."""
        self._sheet, self.number, self._cells = sheet, number, cells

    def fault(self, sentence: str) -> None:
        """Name a fault of this row."""
        self._sheet.findings.account(self._sheet.file, sentence, self.number)

    def text(self, column: str) -> str:
        """Return the cell as it stands; a cell that is not text is a fault and reads as empty."""
        cell = self._cells[self._sheet.position[column]]
        if isinstance(cell, str):
            return cell
        self.fault(f"{column} is not text: {cell!r}")
        return ""

    def number_in(self, column: str) -> Fraction | None:
        """Return a plain decimal number, exactly."""
        text = self.text(column)
        match = _NUMBER.fullmatch(text)
        if match is None:
            self.fault(f"{column} is not a number: {text!r}")
            return None
        sign, whole, decimals = match.group(1), match.group(2), match.group(3) or ""
        return Fraction(int(sign + whole + decimals), 10 ** len(decimals))

    def money(self, column: str, currency: str) -> Fraction | None:
        """Return an amount in whole currency units: not negative, no more decimals than the currency has."""
        value = self.number_in(column)
        if value is None:
            return None
        digits = self._sheet.case.minor_digits(currency)
        if value < 0:
            self.fault(f"{column} is negative: {plain(value)} {currency}")
            return None
        if len(self.text(column).partition(".")[2]) > digits:
            self.fault(f"{column} is {self.text(column)}, but {currency} has {digits} decimals")
            return None
        return value

    def flag(self, column: str) -> bool | None:
        """Return true or false."""
        text = self.text(column)
        if text not in ("true", "false"):
            self.fault(f"{column} is {text!r}, should be true or false")
            return None
        return text == "true"

    def period(self, column: str) -> int | None:
        """Return the number of a period of the plan."""
        text = self.text(column)
        t = self._sheet.periods.get(text)
        if t is None:
            self.fault(f"{column} {text!r} is no period of the plan ({self._sheet.horizon})")
        return t

    def says(self, column: str, expected: str) -> bool:
        """Check that the cell holds exactly `expected`."""
        text = self.text(column)
        if text == expected:
            return True
        self.fault(f"{column} is {text or 'empty'}, should be {expected or 'empty'}")
        return False

    def counts(self, column: str, expected: int | Fraction) -> None:
        """Check a number that is not money, exactly."""
        value = self.number_in(column)
        if value is not None and value != expected:
            self.fault(f"{column} is {plain(value)}, should be {plain(Fraction(expected))}")

    def ties(self, column: str, currency: str, expected: Fraction, within: Fraction = Fraction(0)) -> None:
        """Check an amount against its recomputation, to within `within` (default: to the last minor unit)."""
        value = self.money(column, currency)
        if value is not None and abs(value - expected) > within:
            self.fault(f"{column} is {plain(value)}, should be {plain(expected)} {currency}")


class Sheet:
    """A table of the run: checked columns, then its rows; without the columns it reads as no rows."""

    def __init__(self, case: Case, tables: Mapping[str, pd.DataFrame], name: str, findings: Findings) -> None:
        """Check the columns of table `name`."""
        self.case, self.findings, self.file = case, findings, f"{name}.csv"
        self.periods = {case.label(t): t for t in range(1, case.T + 1)}
        self.horizon = f"{case.label(1)} to {case.label(case.T)}"
        self._frame = tables.get(name)
        found = [] if self._frame is None else [str(column) for column in self._frame.columns]
        self.position = {column: place for place, column in enumerate(found)}
        self.usable = self._check(found, COLUMNS[name])

    def _check(self, found: list[str], expected: tuple[str, ...]) -> bool:
        if self._frame is None:
            self.findings.account(self.file, "the table is missing")
            return False
        missing = [column for column in expected if column not in found]
        for column in missing:
            self.findings.account(self.file, f"column {column} is missing")
        for column in found:
            if column not in expected:
                self.findings.account(self.file, f"unknown column {column}")
        if len(set(found)) < len(found):
            self.findings.account(self.file, "a column appears twice")
        return not missing and len(set(found)) == len(found)

    def rows(self) -> Iterator[Row]:
        """Yield the rows with the numbers a spreadsheet shows."""
        if self.usable and self._frame is not None:
            columns = [self._frame[column].tolist() for column in self.position]
            for number, cells in enumerate(zip(*columns, strict=True), start=2):
                yield Row(self, number, cells)

    def once(self, key: Key, row: Row, seen: dict[Key, Row], words: str) -> bool:
        """Remember the row under its key; a second row with the same key is a fault."""
        if key in seen:
            row.fault(f"{words} is listed twice (first in row {seen[key].number})")
            return False
        seen[key] = row
        return True
