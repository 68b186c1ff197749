"""A sheet of a workbook as a table of text, with the faults of its form and what is strange about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from .faults import Fault
from .files import read_header
from .parsing import Cells, RawTable
from .periods import Frequency
from .schema import columns
from .tables import TABLES
from .workbook_cells import MARK, Trouble, as_typed, text_of
from .workbook_open import Cell, Sheet

_LISTED: Final = 10
_HIGHEST: Final = 20
Key = tuple[str, int | None, str | None]


@dataclass
class Taken:
    """What was taken from a sheet: the table, column letters, row numbers, faults, warnings, and faults of cells."""

    raw: RawTable
    letters: dict[str, str] = field(default_factory=dict)
    numbers: tuple[int, ...] = ()
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    own: dict[Key, Fault] = field(default_factory=dict)


def letter_of(position: int) -> str:
    """Return the letter of a column counted from 1, as a spreadsheet heads it."""
    letters = ""
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def take_table(sheet: Sheet, frequency: Frequency | None) -> Taken:
    """Return the table on a sheet; a cell without a usable value costs that cell, not what else its row says."""
    name, file = sheet.title, f"{sheet.title}.csv"
    top = _header_row(sheet)
    lower = None if top == 1 else _lower_header(sheet, top)
    spread_merged(sheet)
    titles = header_of(sheet, top)
    if not any(titles):
        known = ", ".join(TABLES[name].model_fields)
        fault = Fault(file, 1, None, None, "a header row", f"columns: {known}")
        return Taken(RawTable(name, (), (), sound=False), faults=[fault])
    filled = {column for row, column in sheet.cells if row > top}
    seen, faults, missing = read_header(name, titles)
    faults = [replace(fault, row=top) for fault in faults if not _needless(fault, titles, filled)]
    letters = {title or f"column {place}": letter_of(place) for place, title in enumerate(titles, start=1)}
    taken = Taken(RawTable(name, (), ()), letters)
    kinds = {column.name: column.kind for column in columns(TABLES[name])}
    at = {place: title for place, title in enumerate(seen, start=1) if title}
    kept = tuple(at.values())
    records: list[tuple[int, Cells]] = []
    for number, cells in rows_of(sheet, start=top + 1):
        record: Cells = {}
        for place, title in at.items():
            if place in cells:
                text = text_of(cells[place], kinds[title], frequency)
                if isinstance(cells[place].value, str) and isinstance(text, str):
                    text = as_typed(text, kinds[title])
                if isinstance(text, Trouble):
                    taken.own[file, number, title] = Fault(file, number, title, text.value, text.expected, text.hint)
                    text = MARK + text.value
                record[title] = text
        records.append((number, {title: text for title, text in record.items() if text}))
    taken.raw = RawTable(name, kept, records, missing=missing)
    taken.numbers = tuple(number for number, _ in records)
    taken.faults = [*([lower] if lower else []), *faults, *merged_faults(sheet, file, letters)]
    taken.warnings = hidden_warnings(sheet, {letter for title, letter in letters.items() if title in seen})
    return taken


def _header_row(sheet: Sheet) -> int:
    """Return the row with the names of the columns: 1, or a lower one where only that has names we know."""
    known = TABLES[sheet.title].model_fields
    for row in range(1, _HIGHEST):
        count = sum(title in known for title in header_of(sheet, row))
        if count > (0 if row == 1 else 1):
            return row
    return 1


def _lower_header(sheet: Sheet, top: int) -> Fault:
    """Return the fault that there is something above the names of the columns, and forget what it is."""
    sheet.merged = [each for each in sheet.merged if each[1][0] >= top]
    above = next((str(cell.value) for (row, _), cell in sorted(sheet.cells.items()) if row < top), None)
    hint = f"they stand in row {top}; delete the rows above them"
    return Fault(f"{sheet.title}.csv", 1, None, above, "the names of the columns in row 1", hint)


def header_of(sheet: Sheet, row: int = 1) -> list[str]:
    """Return the texts of a row up to the last column of the sheet that holds anything."""
    last = max((column for number, column in sheet.cells if number >= row), default=0)
    texts = (sheet.cells.get((row, column)) for column in range(1, last + 1))
    plain = [None if cell is None else text_of(cell, "text", None) for cell in texts]
    return [text.value if isinstance(text, Trouble) else (text or "") for text in plain]


def rows_of(sheet: Sheet, start: int) -> Iterator[tuple[int, dict[int, Cell]]]:
    """Yield the rows from ``start`` that hold anything, with their cells by column."""
    rows: dict[int, dict[int, Cell]] = {}
    for (number, column), cell in sheet.cells.items():
        if number >= start:
            rows.setdefault(number, {})[column] = cell
    yield from sorted(rows.items())


def _needless(fault: Fault, titles: Sequence[str], filled: set[int]) -> bool:
    """Whether a fault is about a column without a name and without any value, which nobody misses."""
    place = (fault.column or "").removeprefix("column ")
    return fault.value == "" and place.isdigit() and not titles[int(place) - 1] and int(place) not in filled


def spread_merged(sheet: Sheet) -> None:
    """Give every cell of a merged range the value that it shows, so that one fault is told and not its consequences."""
    for _, (top, left, bottom, right) in sheet.merged:
        value = sheet.cells.get((top, left))
        if value is not None and (bottom - top + 1) * (right - left + 1) <= 10_000:
            for row in range(top, bottom + 1):
                for column in range(left, right + 1):
                    sheet.cells.setdefault((row, column), value)


def merged_faults(sheet: Sheet, file: str, letters: dict[str, str]) -> list[Fault]:
    """Return a fault for every merged range that shows something."""
    by_letter = {letter: title for title, letter in letters.items()}
    hint = "unmerge them and write the value into every row it is meant for"
    return [
        Fault(file, top, by_letter.get(letter_of(left), letter_of(left)), coordinates, "no merged cells", hint)
        for coordinates, (top, left, _, _) in sheet.merged
        if (top, left) in sheet.cells
    ]


def hidden_warnings(sheet: Sheet, letters: set[str]) -> list[Fault]:
    """Return a warning each for a hidden sheet, hidden rows and hidden columns that hold something: they are read."""
    file = f"{sheet.title}.csv"
    found = []

    def warn(row: int | None, value: str, what: str) -> None:
        hint = "it is read as if it were shown; show it, or delete it"
        if what != "no hidden sheet":
            hint = "they are read as if they were shown; show them, or delete them"
        found.append(Fault(file, row, None, value, what, hint, "warning"))

    if sheet.hidden:
        warn(None, sheet.title, "no hidden sheet")
    rows = sorted({row for row, _ in sheet.cells} & sheet.hidden_rows)
    if rows:
        warn(rows[0], f"row{'s' if len(rows) > 1 else ''} {_listed([str(row) for row in rows])}", "no hidden rows")
    hidden = sorted(letters & sheet.hidden_columns, key=lambda letter: (len(letter), letter))
    if hidden:
        warn(None, f"column{'s' if len(hidden) > 1 else ''} {_listed(hidden)}", "no hidden columns")
    return found


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return ", ".join(names[:_LISTED]) + more
