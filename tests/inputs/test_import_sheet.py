"""Sheets of others in workbooks of any condition: read by the cells they have, or named, never a traceback."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook

from fundalign.inputs.cells import parse_number
from fundalign.inputs.faults import InputError
from fundalign.inputs.import_sheet import Field, Sheet, read_sheet

FIELDS = (Field("funder", str, "who pays", True), Field("budget", parse_number, "how much", True))
OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def book(*rows: list[object]) -> Workbook:
    found = Workbook()
    assert found.active is not None
    for row in (["Funder", "Budget"], *rows):
        found.active.append(row)
    return found


def read(found: Workbook, path: Path, top: int = 1) -> Sheet:
    found.save(path)
    return read_sheet(path, None, FIELDS, {}, top)


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("a.xlsx", OLD + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        ("a.xlsx", OLD + bytes(600), "Excel 97-2003"),
        ("a.xls", OLD + bytes(600), "Excel 97-2003"),
        ("a.xlsx", b"", "empty"),
        ("a.xlsx", b"PK\x03\x04 cut", "broken"),
        ("a.ods", b"PK\x03\x04 cut", "broken"),
    ],
)
def test_what_is_no_workbook_is_named(tmp_path: Path, name: str, data: bytes, told: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError, match=told):
        read_sheet(tmp_path / name, None, FIELDS, {})


def test_a_lone_cell_far_away_is_told_and_costs_nothing(tmp_path: Path) -> None:
    found = book(["A", 5])
    assert found.active is not None
    found.active["XFD1048576"] = "x"
    sheet = read(found, tmp_path / "a.xlsx")
    assert sheet.rows == [(2, {"funder": "A", "budget": 5})]
    assert [(fault.row, fault.expected) for fault in sheet.faults] == [(1_048_576, "2 cells, as in the header")]


def test_titles_lower_down_and_empty_rows_between(tmp_path: Path) -> None:
    found = book(["A", 5], [None, None], ["B", 0.1])
    assert found.active is not None
    found.active.insert_rows(1, 3)
    found.active["A1"] = "Budgets of the call"
    sheet = read(found, tmp_path / "a.xlsx", top=4)
    assert [(row, cells["funder"], str(cells["budget"])) for row, cells in sheet.rows] == [
        *((5, "A", "5"), (7, "B", "0.1")),
    ]
    assert sheet.faults == []


def test_faults_of_cells_come_all_at_once(tmp_path: Path) -> None:
    found = book(["A", "=1+1"], ["B", "#DIV/0!"], ["C", "1.234,5"], ["#1", 7], [" D\u00a0", True])
    page = found.active
    assert page is not None
    page.merge_cells("A9:B9")
    page["A9"] = "total"
    page.row_dimensions[4].hidden = True
    sheet = read(found, tmp_path / "a.xlsx")
    told = {(fault.row, fault.column, fault.value) for fault in sheet.faults}
    assert told >= {(2, "B", "=1+1"), (3, "B", "#DIV/0!"), (4, "Budget", "1.234,5"), (6, "Budget", "true")}
    assert told >= {(9, None, "A9:B9"), (4, None, "hidden rows 4")}
    assert [cells["funder"] for _, cells in sheet.rows[:5]] == ["A", "B", "C", "#1", "D"]


def test_a_workbook_with_macros_is_read_without_them(tmp_path: Path) -> None:
    book(["A", 5]).save(tmp_path / "a.xlsx")
    with zipfile.ZipFile(tmp_path / "a.xlsx", "a") as package:
        package.writestr("xl/vbaProject.bin", b"x")
    (tmp_path / "a.xlsx").rename(tmp_path / "a.xlsm")
    assert read_sheet(tmp_path / "a.xlsm", None, FIELDS, {}).rows == [(2, {"funder": "A", "budget": 5})]
