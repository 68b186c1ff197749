"""The opening of a workbook: what is no .xlsx workbook is named, and what its sheets hold is taken out as it is."""

from __future__ import annotations

import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from .faults import Fault, InputError
from .workbook_escapes import restored, unescaped_package
from .workbook_lean import STRICT, WIDEST, widest_merge

if TYPE_CHECKING:
    from openpyxl.workbook.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

SUFFIXES: Final = (".xlsx", ".xlsm", ".xlsb", ".xltx", ".xltm", ".xls", ".ods")
WITH_MACROS: Final = (".xlsm", ".xltm")
LARGEST: Final = 600 * 10**6
"""Bytes that a workbook may have when unpacked: more than any table, less than what would fill a machine."""
_OLD: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_EXPECTED: Final = "an .xlsx workbook"
_SAVE: Final = "save it as Excel workbook (.xlsx)"
BROKEN: Final = (
    *(ArithmeticError, AssertionError, AttributeError, EOFError, LookupError, NotImplementedError, OSError),
    *(RuntimeError, SyntaxError, TypeError, ValueError, struct.error, zipfile.BadZipFile, zlib.error),
)
"""What reading a broken workbook may end in: whichever of its parts is read first says it its way."""
Held = str | int | float | bool | date | datetime | time | timedelta


@dataclass(frozen=True)
class Cell:
    """What one cell holds: a value, the code of an error such as #DIV/0!, or a formula whose value was never stored."""

    value: Held
    formula: bool = False
    error: bool = False
    uncached: bool = False


@dataclass
class Sheet:
    """The cells of a sheet by row and column (both from 1), its merged ranges, and which rows and columns are hidden.

    A merged range is its name, such as A2:B4, with first row, first column, last row and last column.
    """

    title: str
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    merged: list[tuple[str, tuple[int, int, int, int]]] = field(default_factory=list)
    hidden: bool = False
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[str] = field(default_factory=set)


@dataclass
class Book:
    """A workbook as it is: its sheets in their order, and whether its formulas were to be computed on opening."""

    name: str
    sheets: list[Sheet] = field(default_factory=list)
    stale: bool = False


def is_workbook(path: Path) -> bool:
    """Return whether a path is that of a workbook, by its name."""
    return path.suffix.lower() in SUFFIXES


def open_book(path: Path, wanted: Iterable[str] | None, *, macros: bool = False) -> Book:
    """Return the ``wanted`` sheets of a workbook (``None``: all) with their cells, the others by name.

    ``InputError`` names what is no .xlsx workbook: an older or encrypted one, a broken file, and unless ``macros``, of
    which none is ever run, one that has some.
    """
    data = workbook_bytes(path, macros=macros)
    book = loaded(path, data, values=False)
    found = Book(path.name, stale=_stale(data))
    wanted = {sheet.title for sheet in book.worksheets} if wanted is None else set(wanted)
    values: Workbook | None = None
    for sheet in book.worksheets:
        if sheet.title not in wanted:
            found.sheets.append(Sheet(sheet.title, hidden=sheet.sheet_state != "visible"))
            continue
        formulas = any(cell.data_type == "f" for cell in cells_of(sheet))
        if formulas and values is None:
            values = loaded(path, data, values=True)
        found.sheets.append(_sheet(sheet, values[sheet.title] if formulas and values else None))
    return found


def workbook_bytes(path: Path, *, macros: bool = False) -> bytes:
    """Return the bytes of an .xlsx workbook; ``InputError`` names what it is instead."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError([Fault(path.name, None, None, None, "a readable file", str(error.strerror))]) from None
    suffix = path.suffix.lower()
    hint = _why_not(".xlsx" if macros and suffix in WITH_MACROS else suffix, data, macros)
    if hint:
        raise InputError([Fault(path.name, None, None, None, _EXPECTED, hint)])
    return data


def _why_not(suffix: str, data: bytes, allowed: bool = False) -> str:
    """Return why a file is not an .xlsx workbook, empty if it is one as far as can be told from outside."""
    if data.startswith(_OLD):
        if "EncryptedPackage".encode("utf-16-le") in data:
            return "it is encrypted with a password; take the password off and save it again"
        return f"it is in the format of Excel 97-2003; {_SAVE}"
    if not data:
        return "it is empty"
    try:
        with zipfile.ZipFile(BytesIO(data)) as package:
            names, size = set(package.namelist()), sum(each.file_size for each in package.infolist())
            spreadsheet = "xl/workbook.xml" in names
            strict = spreadsheet and size <= LARGEST and STRICT in package.read("xl/workbook.xml")
            macros = any(name.endswith("vbaProject.bin") for name in names)
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, EOFError, zlib.error):
        return "it is broken, or something else with the name of a workbook"
    if suffix == ".ods" or "content.xml" in names:
        return f"it is an OpenDocument spreadsheet; {_SAVE}"
    if suffix == ".xlsb" or "xl/workbook.bin" in names:
        return f"it is a binary workbook; {_SAVE}"
    if (macros and not allowed) or suffix in WITH_MACROS:
        return f"it has macros, or the name of a workbook with macros; {_SAVE}, without macros"
    if not spreadsheet:
        return "it is something else with the name of a workbook"
    if strict:
        return f"it is a Strict Open XML workbook; {_SAVE}, not the strict one"
    if suffix != ".xlsx":
        return f"its name ends in {suffix}; {_SAVE}"
    return (
        f"it would take {size / 10**6:,.0f} MB unpacked; delete the rows and formats below its tables"
        if (size > LARGEST)
        else ""
    )


def _stale(data: bytes) -> bool:
    """Return whether the program that wrote the workbook leaves it to the next one to compute its formulas."""
    with zipfile.ZipFile(BytesIO(data)) as package:
        return re.search(rb'fullCalcOnLoad="(1|true)"', package.read("xl/workbook.xml")) is not None


def loaded(path: Path, data: bytes, *, values: bool, rich: bool = False) -> Workbook:
    """Return the workbook as the library reads it, with formulas or their ``values``, with ``rich`` text or plain.

    ``InputError`` if it is broken.
    """
    from openpyxl import load_workbook

    try:
        merged = widest_merge(data)
        if merged is None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                package = unescaped_package(data, empty=rich)
                book = load_workbook(BytesIO(package), data_only=values, rich_text=rich)
    except BROKEN as error:
        hint = f"it is broken ({type(error).__name__}); open it in a spreadsheet program and save it again"
        raise InputError([Fault(path.name, None, None, None, _EXPECTED, hint)]) from None
    if merged is not None:
        title, area = merged
        told = f"merged ranges of {WIDEST:,} cells at most"
        raise InputError([Fault(path.name, None, None, area, told, "unmerge these cells", sheet=title)])
    return book


def cells_of(sheet: Worksheet) -> list[Any]:
    """Return the cells that a sheet has, row by row, without making those in between."""
    return [cell for _, cell in sorted(sheet._cells.items()) if cell.value is not None]


def _sheet(sheet: Worksheet, values: Worksheet | None) -> Sheet:
    found = Sheet(sheet.title, hidden=sheet.sheet_state != "visible")
    for cell in cells_of(sheet):
        held = _formula(values, cell) if cell.data_type == "f" else _cell(cell)
        if held is not None:
            found.cells[cell.row, cell.column] = held
    for area in sheet.merged_cells.ranges:
        found.merged.append((area.coord, (area.min_row, area.min_col, area.max_row, area.max_col)))
    found.merged.sort(key=lambda each: each[1])
    found.hidden_rows = {number for number, row in sheet.row_dimensions.items() if row.hidden}
    for letter, column in sheet.column_dimensions.items():
        if column.hidden:
            found.hidden_columns |= _letters(column.min, column.max) or {letter}
    return found


def _letters(first: int | None, last: int | None) -> set[str]:
    """Return the letters of columns from the first to the last (a hidden rest of the sheet is cut at ZZ)."""
    from openpyxl.utils import get_column_letter

    if first is None or last is None:
        return set()
    return {get_column_letter(number) for number in range(first, min(last, 702) + 1)}


def _formula(values: Worksheet | None, cell: Any) -> Cell | None:
    """Return the value that was stored with a formula; ``None`` for an empty text."""
    stored = None if values is None else values._cells.get((cell.row, cell.column))
    if stored is None or (stored.value is None and stored.data_type not in ("s", "str")):
        return Cell(_formula_text(cell.value), formula=True, uncached=True)
    if stored.value is None:
        return None
    held = _cell(stored)
    return None if held is None else Cell(held.value, formula=True, error=held.error)


def _formula_text(value: object) -> str:
    return str(getattr(value, "text", None) or value)


def _cell(cell: Any) -> Cell | None:
    value = cell.value
    if cell.data_type == "e":
        return Cell(str(value), error=True)
    if isinstance(value, str):
        return Cell(restored(value)) if value else None
    if isinstance(value, bool | int | float | date | datetime | time | timedelta):
        return Cell(value)
    return Cell(str(value))
