"""Sheets of others, as CSV or in a workbook: rows of text under titles that are mapped to the names of known fields.

Nothing is guessed: a title is a field's name (capitals, blanks and underscores aside) or is mapped to it. Other columns
are left alone and told, save where one looks like a field that is missing. Formula errors, formulas without a stored
value, merged cells and hidden rows of a workbook are faults.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from pydantic_core import PydanticCustomError

from .faults import Fault, UsageError, did_you_mean
from .files import as_header, count_of_cells, decode, read_records
from .texts import to_text
from .workbook_cells import number_text
from .workbook_open import Cell, is_workbook, open_book
from .workbook_open import Sheet as Page
from .workbook_tables import letter_of

_FEW: Final = 5
_NEAR: Final = 0.76  # how like a field's name an unknown title is, to be taken for a slip of the pen


@dataclass(frozen=True)
class Field:
    """What a sheet may say: a name, its parser (text to value), one sentence, and whether it must be there."""

    name: str
    parse: Callable[[object], object]
    says: str
    required: bool = False


@dataclass
class Sheet:
    """The rows of a sheet by field, with their row numbers; the titles that are not used; the faults found so far."""

    file: str
    titles: dict[str, str]
    rows: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def fault(self, row: int | None, name: str | None, value: object, expected: str, hint: str = "") -> None:
        """Add a fault in the column that a field was read from."""
        column = None if name is None else self.titles.get(name, name)
        self.faults.append(Fault(self.file, row, column, None if value is None else to_text(value), expected, hint))


def plain(title: str) -> str:
    """Return a title as it is compared: small letters, blanks and dashes as underscores."""
    return re.sub(r"[\s_-]+", "_", title.strip().casefold())


def parse_mapping(texts: Sequence[str], fields: Sequence[Field]) -> dict[str, str]:
    """Return the titles that ``field=Title`` texts map to fields; ``UsageError`` for what is none of them."""
    known = {each.name for each in fields}
    found: dict[str, str] = {}
    for text in texts:
        name, sign, title = text.partition("=")
        if not sign or not title.strip():
            raise UsageError(f"--map {text}: write it as FIELD=TITLE, such as requested='Requested budget'")
        if name not in known:
            hint = did_you_mean(name, known, f"there are: {', '.join(each.name for each in fields)}")
            raise UsageError(f"--map {text}: no such field; {hint}")
        if name in found or title in found.values():
            raise UsageError(f"--map {text}: a field and a title can be mapped once only")
        found[name] = title
    return found


def read_sheet(
    path: Path, name: str | None, fields: Sequence[Field], mapping: Mapping[str, str], top: int = 1
) -> Sheet:
    """Return a CSV file, or the named (else the only) sheet of a workbook; what is wrong with it is in its faults.

    ``top`` is the row with the titles; what stands above it is left alone.
    """
    if not path.is_file():
        raise UsageError(f"no such file: {path}")
    if is_workbook(path):
        file, records, faults = _workbook(path, name, top)
    elif name is not None:
        raise UsageError(f"{path.name} is no workbook: it has no sheet {name!r}")
    else:
        file, records, faults = _text(path)
    records = records[top - 1 :]
    header = records[0][1] if records else []
    while header and not header[-1]:
        header = header[:-1]
    sheet = Sheet(file, {}, faults=faults)
    places = _places(sheet, header, fields, mapping, top)
    for number, record in records[1:]:
        if any(record):
            _row(sheet, number, record, len(header), places)
    if not sheet.rows and not sheet.faults:
        sheet.fault(None, None, None, "at least one row below the header")
    return sheet


def _text(path: Path) -> tuple[str, list[tuple[int, list[str]]], list[Fault]]:
    text, badly = decode(path.read_bytes(), path.name)
    first = text.split("\n", 1)[0].strip("\r")
    separator = max(",;\t|", key=first.count)
    records, malformed = read_records(text, separator, path.name)
    faults = [*badly, *malformed]
    if separator != "," and first.count(separator):
        hint = "save it comma-separated, with a dot before decimals, or as a workbook"
        faults.append(Fault(path.name, 1, None, separator, "a comma-separated file", hint))
    return path.name, list(enumerate(records, start=1)), faults


def _workbook(path: Path, name: str | None, top: int) -> tuple[str, list[tuple[int, list[str]]], list[Fault]]:
    book = open_book(path, None, macros=True)
    names = [sheet.title for sheet in book.sheets]
    if name is None and len(names) > 1:
        raise UsageError(f"{path.name} has several sheets ({', '.join(names)}); say which")
    if name is not None and name not in names:
        raise UsageError(f"{path.name} has no sheet {name!r}; {did_you_mean(name, names)}")
    page = next(sheet for sheet in book.sheets if sheet.title == (name or names[0]))
    file = f"{path.name}[{page.title}]"
    faults = _shape_faults(file, page)
    width = max((column for row, column in page.cells if row == top), default=0)
    found: dict[int, list[str]] = {}
    for (row, column), cell in sorted(page.cells.items()):
        text, wrong = _cell(cell)
        if wrong:
            faults.append(Fault(file, row, letter_of(column), text, *wrong))
        record = found.setdefault(row, [""] * width)
        record += [""] * (column - len(record))
        record[column - 1] = "" if wrong else text
    return file, [(row, found.get(row, [])) for row in range(1, max(found, default=0) + 1)], faults


def _shape_faults(file: str, page: Page) -> list[Fault]:
    """Return a fault for every merged area and for hidden rows, of which nobody can tell whether they are meant."""
    faults = [
        Fault(file, top, None, area, "cells that are not merged", "unmerge them and fill every cell")
        for area, (top, _, _, _) in page.merged
    ]
    hidden = sorted({row for row, _ in page.cells} & page.hidden_rows)
    if hidden:
        told = ", ".join(map(str, hidden[:_FEW])) + (" ..." if len(hidden) > _FEW else "")
        hint = "show the rows that are meant (clear the filter), and delete the others"
        faults.append(Fault(file, hidden[0], None, f"hidden rows {told}", "rows that can be seen", hint))
    return faults


def _cell(cell: Cell) -> tuple[str, tuple[str, str] | None]:
    """Return a cell as text, and what was expected with a hint where it cannot be read."""
    value = cell.value
    if cell.uncached:
        return str(value), ("a formula with a stored value", "open the workbook, calculate and save it")
    if cell.error:
        return str(value), ("a value", "the formula ends in an error")
    if isinstance(value, datetime | date):
        return value.isoformat()[:10], None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number_text(value, computed=cell.formula), None
    return to_text(value).strip(), None


def _places(
    sheet: Sheet, header: Sequence[str], fields: Sequence[Field], mapping: Mapping[str, str], top: int
) -> list[tuple[int, Field]]:
    """Return where each field stands; titles that are missing, doubled or nearly right are faults."""
    wanted = {plain(mapping.get(each.name, each.name)): each for each in fields}
    places: list[tuple[int, Field]] = []
    others = []
    for place, title in enumerate(header):
        of = wanted.get(plain(title)) if title else None
        if of is None:
            others += [title] if title else []
        elif of.name in sheet.titles:
            sheet.faults.append(Fault(sheet.file, top, title, title, "every column once", "this one stands twice"))
        else:
            sheet.titles[of.name] = title
            places.append((place, of))
    missing = {each.name: each for each in fields if each.name not in sheet.titles}
    meant = {plain(title): title for title in others}
    for name, each in missing.items():
        told = mapping.get(name, name)
        near = get_close_matches(plain(told), meant, n=1, cutoff=_NEAR)
        hint = f"{each.says}; map another title to it with --map {name}=TITLE"
        if each.required or name in mapping:
            hint += f"; is it '{meant[near[0]]}'?" if near else f"; there are: {', '.join(others)}" if others else ""
            sheet.faults.append(Fault(sheet.file, top, told, None, "this column", hint))
        elif near:
            title = meant[near[0]]
            sheet.faults.append(
                Fault(sheet.file, top, title, title, f"'{told}', if that is meant", f"rename it, or: {hint}")
            )
    sheet.unused += others
    return places


def _row(sheet: Sheet, number: int, record: Sequence[str], width: int, places: Sequence[tuple[int, Field]]) -> None:
    """Add a row; a cell that cannot be read is a fault and left out."""
    if any(record[width:]) or len(record) < width:
        sheet.fault(number, None, count_of_cells(len(record)), as_header(width), "text with a comma stands in quotes")
        return
    cells: dict[str, Any] = {}
    for place, of in places:
        text = record[place].strip()
        if not text:
            if of.required:
                sheet.fault(number, of.name, "", "a value", "it is required")
            continue
        try:
            cells[of.name] = of.parse(text)
        except PydanticCustomError as error:
            context = error.context or {}
            sheet.fault(number, of.name, text, str(context["expected"]), str(context["hint"]))
    sheet.rows.append((number, cells))


def grouped(sheet: Sheet, name: str) -> Iterator[tuple[str, list[tuple[int, dict[str, Any]]]]]:
    """Yield the rows of each value of a field, in the order in which they come."""
    found: dict[str, list[tuple[int, dict[str, Any]]]] = {}
    for number, cells in sheet.rows:
        if name in cells:
            found.setdefault(cells[name], []).append((number, cells))
    yield from found.items()
