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
from typing import TYPE_CHECKING, Any, Final

from pydantic_core import PydanticCustomError

from .faults import Fault, InputError, UsageError, did_you_mean
from .files import as_header, count_of_cells, decode, read_records
from .texts import to_text

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

WORKBOOKS: Final = (".xlsx", ".xlsm")
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
    if path.suffix.lower() in WORKBOOKS:
        file, records, faults = _workbook(path, name)
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


def _workbook(path: Path, name: str | None) -> tuple[str, list[tuple[int, list[str]]], list[Fault]]:
    from zipfile import BadZipFile

    from openpyxl import load_workbook
    from openpyxl.utils import get_column_letter

    try:
        values, formulas = load_workbook(path, data_only=True), load_workbook(path)
    except (BadZipFile, KeyError, ValueError, OSError) as error:
        raise InputError([Fault(path.name, None, None, None, "an Excel workbook", str(error))]) from None
    names = values.sheetnames
    if name is None and len(names) > 1:
        raise UsageError(f"{path.name} has several sheets ({', '.join(names)}); say which")
    if name is not None and name not in names:
        raise UsageError(f"{path.name} has no sheet {name!r}; {did_you_mean(name, names)}")
    chosen = name or names[0]
    file = f"{path.name}[{chosen}]"
    page = values[chosen]
    faults = _shape_faults(file, page)
    records = []
    rows = zip(page.iter_rows(values_only=True), formulas[chosen].iter_rows(values_only=True), strict=True)
    for number, (row, told) in enumerate(rows, start=1):
        cells = []
        for column, (value, formula) in enumerate(zip(row, told, strict=True), start=1):
            text, wrong = _cell(value, formula)
            if wrong:
                faults.append(Fault(file, number, get_column_letter(column), text, *wrong))
            cells.append("" if wrong else text)
        records.append((number, cells))
    return file, records, faults


def _shape_faults(file: str, page: Worksheet) -> list[Fault]:
    """Return a fault for every merged area and for hidden rows, of which nobody can tell whether they are meant."""
    faults = [
        Fault(file, area.min_row, None, str(area), "cells that are not merged", "unmerge them and fill every cell")
        for area in page.merged_cells.ranges
    ]
    hidden = [n for n, row in page.row_dimensions.items() if row.hidden and any(cell.value for cell in page[n])]
    if hidden:
        told = ", ".join(map(str, hidden[:_FEW])) + (" ..." if len(hidden) > _FEW else "")
        hint = "show the rows that are meant (clear the filter), and delete the others"
        faults.append(Fault(file, hidden[0], None, f"hidden rows {told}", "rows that can be seen", hint))
    return faults


def _cell(value: object, formula: object) -> tuple[str, tuple[str, str] | None]:
    """Return a cell as text, and what was expected with a hint where it cannot be read."""
    computed = isinstance(formula, str) and formula.startswith("=")
    if value is None:
        if computed:
            return str(formula), ("a formula with a stored value", "open the workbook, calculate and save it")
        return "", None
    if isinstance(value, str) and value.startswith("#") and (computed or value.rstrip("!?").isupper()):
        return value, ("a value", "the formula ends in an error")
    if isinstance(value, datetime | date):
        return value.isoformat()[:10], None
    if isinstance(value, float) and value.is_integer():
        return str(int(value)), None
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
