"""The files of a case folder as text: encodings, separators, headers and rows, every fault with its place."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from .faults import Fault, did_you_mean
from .parsing import Cells, RawTable
from .tables import TABLES
from .texts import to_text

TOMLS = ("case.toml", "scenarios.toml")
_LISTED = 10


def decode(data: bytes, file: str) -> tuple[str, list[Fault]]:
    """Return the text of a file; where it is not UTF-8 a fault, and the text as it most likely is meant.

    A byte order mark at the beginning, as spreadsheets write it, is no part of the text.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        fault = Fault(file, None, None, "UTF-16", "a file in UTF-8", "save it as CSV UTF-8 (comma delimited)")
        return data.decode("utf-16", errors="replace"), [fault]
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        start, end = error.start, error.start
        while start > 0 and data[start - 1] not in b",;\t\r\n":
            start -= 1
        while end < len(data) and data[end] not in b",;\t\r\n":
            end += 1
        row = data.count(b"\n", 0, error.start) + 1
        shown = data[start:end].decode("cp1252", errors="replace")
        hint = "it looks like Windows-1252; save it as CSV UTF-8 (comma delimited)"
        fault = Fault(file, row, None, shown, "a file in UTF-8", hint)
        return data.decode("cp1252", errors="replace"), [fault]


def load(path: Path) -> tuple[bytes | None, list[Fault]]:
    """Return the bytes of a file, or a fault saying why it cannot be read."""
    try:
        return path.read_bytes(), []
    except OSError as error:
        return None, [Fault(path.name, None, None, None, "a readable file", str(error.strerror))]


def _separator(first_line: str, columns: Sequence[str]) -> str:
    def known(separator: str) -> int:
        return sum(cell.strip().strip('"') in columns for cell in first_line.split(separator))

    return max(",;\t|", key=known)


def read_records(text: str, separator: str, file: str) -> tuple[list[list[str]], list[Fault]]:
    """Return the rows of a CSV text, and a fault where it is not well-formed; rows before that place are kept."""
    records: list[list[str]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        records.extend(reader)
    except csv.Error as error:
        row = len(records) + 1
        return records, [Fault(file, row, None, None, "well-formed CSV", f"{error}; are all quotes closed?")]
    return records, []


def read_header(name: str, header: Sequence[str]) -> tuple[list[str], list[Fault], frozenset[str]]:
    """Return for every position its column (empty: unknown or a repetition), the faults, and what is missing.

    Missing are required columns and those for which an unknown one seems to be meant.
    """
    file, known = f"{name}.csv", tuple(TABLES[name].model_fields)
    seen: list[str] = []
    faults = []
    missing = set()
    for position, title in enumerate(header, start=1):
        if title and title in seen:
            faults.append(Fault(file, 1, title, title, "every column once", "this one stands twice in the header"))
        elif title not in known:
            hint = did_you_mean(title, known, f"there are: {', '.join(known)}")
            missing |= {column for column in known if hint == f"did you mean '{column}'?" and column not in header}
            told = title or f"column {position}"
            if not title:
                hint = f"column {position} has no name; remove it"
            faults.append(Fault(file, 1, told, title, "a known column", hint))
        else:
            seen.append(title)
            continue
        seen.append("")
    for column, info in TABLES[name].model_fields.items():
        if info.is_required() and column not in seen:
            missing.add(column)
            faults.append(Fault(file, 1, column, None, "this column", "it is required"))
    return seen, faults, frozenset(missing)


def read_csv(name: str, text: str) -> tuple[RawTable, list[Fault]]:
    """Return a table as text with the faults of its form: separator, quotes, header, row lengths."""
    file, known = f"{name}.csv", tuple(TABLES[name].model_fields)
    separator = _separator(text.split("\n", 1)[0].strip("\r"), known)
    faults: list[Fault] = []
    if separator != ",":
        word = {";": "semicolon", "\t": "tab", "|": "bar"}[separator]
        hint = f"this file is {word}-separated; save it comma-separated, with a dot before decimals"
        faults.append(Fault(file, 1, None, separator, "a comma-separated file", hint))
    records, malformed = read_records(text, separator, file)
    faults += malformed
    if not records or not any(records[0]):
        faults.append(Fault(file, 1, None, None, "a header row", f"columns: {', '.join(known)}"))
        return RawTable(name, (), (), sound=False), faults
    header, wrong, missing = read_header(name, records[0])
    named = len(records[0])
    while named and not records[0][named - 1]:
        named -= 1
    rows, misfits, ragged = _body(file, header, named, records)
    columns = tuple(column for column in header if column)
    return RawTable(name, columns, rows, misfits, not malformed, missing), [*faults, *wrong, *ragged]


def _body(
    file: str, header: Sequence[str], named: int, records: Sequence[Sequence[str]]
) -> tuple[list[tuple[int, Cells]], list[Cells], list[Fault]]:
    """Return the rows below the header, those that do not fit it, and the faults of their lengths."""
    rows: list[tuple[int, Cells]] = []
    misfits: list[Cells] = []
    faults: list[Fault] = []
    surplus: list[tuple[int, int]] = []
    width = len(header)
    for number, record in enumerate(records[1:], start=2):
        if not record:
            continue
        cells = {column: cell for column, cell in zip(header, record, strict=False) if cell}
        cells.pop("", None)
        if not any(record):
            faults.append(Fault(file, number, None, "", "a row with values", "delete the empty row"))
        elif len(record) in (width, named):
            rows.append((number, cells))
        elif len(record) > width and not any(record[width:]):
            surplus.append((number, len(record)))
            rows.append((number, cells))
        else:
            hint = "text with a comma in it stands in double quotes" if len(record) > width else ""
            faults.append(Fault(file, number, None, count_of_cells(len(record)), as_header(width), hint))
            misfits.append(cells)
    if surplus:
        faults.append(_surplus_fault(file, width, surplus, len(rows) + len(misfits)))
    return rows, misfits, faults


def count_of_cells(cells: int) -> str:
    """Return a number of cells in words."""
    return f"{cells} cell{'' if cells == 1 else 's'}"


def as_header(width: int) -> str:
    """Return how many cells a row should have."""
    return f"{count_of_cells(width)}, as in the header"


def _surplus_fault(file: str, width: int, surplus: Sequence[tuple[int, int]], count: int) -> Fault:
    """Return one fault for all rows that go on after the last column with nothing but empty cells."""
    first, cells = surplus[0]
    if len(surplus) == 1:
        where = "this row ends"
    elif len(surplus) == count:
        where = f"all {count} rows end"
    else:
        others = [str(number) for number, _ in surplus[1:_LISTED]]
        more = f" and {len(surplus) - _LISTED} more" if len(surplus) > _LISTED else ""
        where = f"this row and {len(surplus) - 1} others ({', '.join(others)}{more}) end"
    hint = f"the cells after the last column are empty: {where} with a comma too many; delete it"
    return Fault(file, first, None, count_of_cells(cells), as_header(width), hint)


def table_from_dicts(name: str, rows: Sequence[Mapping[str, object]]) -> tuple[RawTable, list[Fault]]:
    """Return a table given as dictionaries, its values turned to text as a file would hold them."""
    header = list(dict.fromkeys(column for row in rows for column in row))
    header = header or list(TABLES[name].model_fields)
    columns, faults, missing = read_header(name, header)
    records: list[tuple[int, Cells]] = []
    for number, row in enumerate(rows, start=2):
        texts = ((column, to_text(value)) for column, value in row.items() if column in columns)
        records.append((number, {column: text for column, text in texts if text}))
    return RawTable(name, tuple(column for column in columns if column), records, missing=missing), faults


def input_files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Return the files of a case that exist, by name: case.toml, scenarios.toml and the tables."""
    for file in (*TOMLS, *(f"{name}.csv" for name in TABLES)):
        if (folder / file).exists():
            yield file, folder / file


def unknown_files(folder: Path) -> list[Fault]:
    """Return a fault for every CSV file that is no table of a case; other files are left alone."""
    known = [f"{name}.csv" for name in TABLES]
    found = sorted(path.name for path in folder.iterdir() if path.suffix.lower() == ".csv")
    return [
        Fault(file, None, None, file, "the name of a table", did_you_mean(file, known, "no table has this name"))
        for file in found
        if file not in known
    ]
