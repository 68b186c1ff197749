"""Workbooks made with openpyxl from plain tables, to be spoiled in one place and read again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from fundalign.inputs.case import Case
from fundalign.inputs.faults import Fault, InputError
from fundalign.inputs.read import read_case

Tables = Mapping[str, Sequence[Mapping[str, object]]]


def book_of(settings: Mapping[str, object], tables: Tables) -> Workbook:
    """A workbook with a sheet `case` and one per table; numbers are text where they were."""
    book = Workbook()
    cover = book.active
    assert cover is not None
    cover.title = "case"
    cover.append(["setting", "value"])
    for name, value in settings.items():
        cover.append([name, value])
    for table, rows in tables.items():
        sheet = book.create_sheet(table)
        header = list(dict.fromkeys(column for row in rows for column in row))
        sheet.append(header)
        for row in rows:
            sheet.append([row.get(column) for column in header])
    return book


def read(book: Workbook, folder: Path, name: str = "book.xlsx") -> Case:
    """Save a workbook and read it."""
    book.save(folder / name)
    return read_case(folder / name)


def faults_in(book: Workbook, folder: Path) -> tuple[Fault, ...]:
    """Save a workbook and return the faults of reading it."""
    with pytest.raises(InputError) as caught:
        read(book, folder)
    return caught.value.faults


def one(faults: Sequence[Fault]) -> Fault:
    """The only fault there is."""
    assert len(faults) == 1, [str(fault) for fault in faults]
    return faults[0]


def cell_of(book: Any, table: str, column: str, row: int) -> Any:
    """The cell of a table by the name of its column and the row of the spreadsheet."""
    sheet = book[table]
    titles = [each.value for each in sheet[1]]
    return sheet.cell(row, titles.index(column) + 1)
