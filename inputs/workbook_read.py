"""A case in one workbook: the sheets `case` and `scenarios` and a sheet per table, as raw text with places."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from .assemble import UNREADABLE, RawCase
from .faults import Fault, did_you_mean
from .parsing import RawTable
from .periods import Frequency
from .places import SCENARIOS, SETTINGS, Places
from .tables import TABLES
from .workbook_open import Book, Sheet, open_book
from .workbook_scenarios import TakenScenarios, take_scenarios
from .workbook_settings import TakenSettings, take_settings
from .workbook_tables import Taken, take_table

INSTRUCTIONS: Final = "instructions"
LISTS: Final = "lists"
FAULTS: Final = "faults"
READ: Final = (SETTINGS, *TABLES, SCENARIOS)
"""The sheets that make up a case, in their order."""
UNREAD: Final = (INSTRUCTIONS, LISTS, FAULTS)
"""Sheets for people and for drop-downs, which are no part of a case."""


def raw_workbook(path: Path) -> RawCase:
    """Return what a workbook says; ``InputError`` where it is none, everything else is left to the checks."""
    book = open_book(path, READ)
    sheets = {sheet.title: sheet for sheet in book.sheets}
    settings, scenarios = TakenSettings(), TakenScenarios()
    if SETTINGS in sheets:
        settings = take_settings(sheets[SETTINGS])
    if SCENARIOS in sheets and sheets[SCENARIOS].cells:
        scenarios = take_scenarios(sheets[SCENARIOS])
    tables = _tables(sheets, _frequency_of(settings.data))
    parts: list[TakenSettings | TakenScenarios | Taken] = [settings, *tables.values(), scenarios]
    places = Places(
        book.name,
        {SETTINGS: settings.letters, SCENARIOS: scenarios.letters, **{n: taken.letters for n, taken in tables.items()}},
        {name: taken.numbers for name, taken in tables.items()},
        settings.rows,
        scenarios.changes,
        {**settings.own, **{key: fault for taken in tables.values() for key, fault in taken.own.items()}},
    )
    unknown = [_unknown_sheet(book.name, sheet) for sheet in book.sheets if sheet.title not in (*READ, *UNREAD)]
    data: dict[str, Any] | None = settings.data if settings.sound else UNREADABLE
    return RawCase(
        path.stem,
        data if SETTINGS in sheets else None,
        scenarios.data if scenarios.sound else UNREADABLE,
        {name: taken.raw for name, taken in tables.items()},
        [*unknown, *(fault for part in parts for fault in part.faults)],
        places.read([*(warning for part in parts for warning in part.warnings), *_stale(book)]),
        places,
    )


def _frequency_of(settings: dict[str, Any]) -> Frequency | None:
    """Return the frequency that the sheet `case` states, that of years where it is silent; dates are judged by it."""
    stated = settings.get("frequency", "Y")
    return stated if stated in ("Y", "H", "Q", "M") else None


def _tables(sheets: dict[str, Sheet], frequency: Frequency | None) -> dict[str, Taken]:
    """Return every table of which there is a sheet; one without any cell, where none is needed, is not there."""
    tables: dict[str, Taken] = {}
    for name, model in TABLES.items():
        if name in sheets and (sheets[name].cells or model.NEEDED):
            tables[name] = take_table(sheets[name], frequency)
    criteria, milestones = tables.get("criteria"), tables.get("milestones")
    if criteria is not None and criteria.raw.records and milestones is not None:
        milestones.raw = _without_empty(milestones.raw, "value")
    return tables


def _without_empty(raw: RawTable, column: str) -> RawTable:
    """Return a table without a column in which nothing stands, for a template has every column."""
    if any(column in cells for _, cells in raw.records):
        return raw
    return replace(raw, header=tuple(name for name in raw.header if name != column))


def _unknown_sheet(book: str, sheet: Sheet) -> Fault:
    known = (*READ, *UNREAD)
    hint = did_you_mean(sheet.title, known, "no table has this name; notes may stand on the sheet instructions")
    return Fault(book, None, None, sheet.title, "the name of a table", hint, sheet=sheet.title)


def _stale(book: Book) -> list[Fault]:
    """Return a warning where values of formulas were stored by a program that asks to compute them anew."""
    formulas = [(sheet.title, row) for sheet in book.sheets for (row, _), cell in sheet.cells.items() if cell.formula]
    if not book.stale or not formulas:
        return []
    title, row = formulas[0]
    hint = "open the workbook in a spreadsheet program and save it, so that its formulas are computed"
    expected = "formulas whose values are stored as computed"
    return [Fault(book.name, row, None, None, expected, hint, "warning", sheet=title)]
