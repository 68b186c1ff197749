"""Every fault of a workbook has its name: what is none, strange sheets, headers, merged cells, and what is hidden."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fundalign.inputs.faults import InputError, UsageError
from fundalign.inputs.fx_tables import read_money
from fundalign.inputs.read import case_from_tables, read_case

from .books import book_of, cell_of, faults_in, one, read
from .conftest import Tables

OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def zipped(*names: str) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        with zipfile.ZipFile(path, "w") as package:
            for name in names:
                package.writestr(name, "<x/>")

    return write


@pytest.mark.parametrize(
    ("name", "write", "told"),
    [
        ("a.xls", lambda path: path.write_bytes(OLD + b"\0" * 600), "Excel 97-2003"),
        ("a.xlsx", lambda path: path.write_bytes(OLD + b"\0" * 600), "Excel 97-2003"),
        ("a.xlsx", lambda path: path.write_bytes(OLD + "EncryptedPackage".encode("utf-16-le")), "encrypted"),
        ("a.xlsm", zipped("xl/workbook.xml"), "macros"),
        ("a.xlsx", zipped("xl/workbook.xml", "xl/vbaProject.bin"), "macros"),
        ("a.xlsb", zipped("xl/workbook.bin"), "binary"),
        ("a.ods", zipped("content.xml"), "OpenDocument"),
        ("a.xlsx", zipped("readme.txt"), "something else"),
        ("a.xlsx", lambda path: path.write_bytes(b""), "empty"),
        ("a.xlsx", lambda path: path.write_text("funder,kind\n"), "broken"),
        ("a.xlsx", zipped("xl/workbook.xml"), "broken"),
    ],
)
def test_what_is_no_xlsx_workbook(tmp_path: Path, name: str, write: Callable[[Path], None], told: str) -> None:
    write(tmp_path / name)
    with pytest.raises(InputError) as caught:
        read_case(tmp_path / name)
    fault = one(caught.value.faults)
    assert (fault.file, fault.expected) == (name, "an .xlsx workbook")
    assert told in fault.hint


def test_a_cut_off_workbook(settings: Any, tables: Tables, tmp_path: Path) -> None:
    book_of(settings, tables).save(tmp_path / "book.xlsx")
    data = (tmp_path / "book.xlsx").read_bytes()
    for size in (len(data) // 2, len(data) - 30):
        (tmp_path / "cut.xlsx").write_bytes(data[:size])
        with pytest.raises(InputError, match=r"an \.xlsx workbook"):
            read_case(tmp_path / "cut.xlsx")


def test_a_broken_part_inside(settings: Any, tables: Tables, tmp_path: Path) -> None:
    book_of(settings, tables).save(tmp_path / "book.xlsx")
    with zipfile.ZipFile(tmp_path / "book.xlsx") as old, zipfile.ZipFile(tmp_path / "bad.xlsx", "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name)[:-40] if name == "xl/worksheets/sheet2.xml" else old.read(name))
    with pytest.raises(InputError, match="open it in a spreadsheet program"):
        read_case(tmp_path / "bad.xlsx")


def test_no_such_workbook(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such path"):
        read_case(tmp_path / "none.xlsx")


def test_unknown_sheets_and_missing_ones(settings: Any, tables: Tables, tmp_path: Path) -> None:
    book = book_of(settings, tables)
    book["shares"].title = "share"
    del book["budgets"]
    book.create_sheet("x" * 31)
    found = faults_in(book, tmp_path)
    told = {(fault.sheet, fault.expected): fault.hint for fault in found}
    assert told["share", "the name of a table"] == "did you mean 'shares'?"
    assert "notes may stand" in told["x" * 31, "the name of a table"]
    assert told["budgets", "this sheet"] == "it is required"
    assert {fault.file for fault in found} == {"book.xlsx"}


def test_a_workbook_without_settings(settings: Any, tables: Tables, tmp_path: Path) -> None:
    book = book_of(settings, tables)
    del book["case"]
    fault = next(fault for fault in faults_in(book, tmp_path) if fault.sheet == "case")
    assert (fault.expected, fault.hint) == ("this sheet", "it is required")


def test_every_setting_has_its_row(settings: Any, tables: Tables, tmp_path: Path) -> None:
    wrong = {"periods": 4.5, "discount_rate": "3 %", "buffer.metod": "additive", "objective.goal": "valu", "": "lost"}
    book = book_of({**settings, **wrong}, tables)
    book["case"].append(["currency", "USD"])
    found = {(fault.row, fault.column): fault for fault in faults_in(book, tmp_path) if fault.sheet == "case"}
    assert [found[key].expected for key in sorted(found)] == [
        "a whole number",  # row 5
        "a number",
        "a known setting",
        "one of value, public_money, received, key",
        "the name of a setting beside its value",
        "every setting once",
    ]
    assert found[5, "periods"].letter == "B"
    assert found[7, "setting"].hint == "did you mean 'buffer.method'?"
    assert "quotes" not in " ".join(fault.hint for fault in found.values())


def test_settings_below_a_title_and_beside_other_columns(settings: Any, tables: Tables, tmp_path: Path) -> None:
    book = book_of(settings, tables)
    cover = book["case"]
    cover.insert_rows(1, 3)
    cover.insert_cols(1)
    cover["A1"], cover["A4"] = "Our case", "part"
    cover.merge_cells("A1:C1")
    assert read(book, tmp_path).hash == case_from_tables(settings, tables).hash


def test_headers_as_strict_as_in_a_file(settings: Any, tables: Tables, tmp_path: Path) -> None:
    book = book_of(settings, tables)
    sheet = book["budgets"]
    sheet["E1"] = "payment"
    sheet["G1"] = "cycle"
    sheet["I3"] = "a note beside the table"
    found = {(fault.letter, fault.expected): fault for fault in faults_in(book, tmp_path) if fault.sheet == "budgets"}
    assert found["E", "a known column"].hint == "did you mean 'payments'?"
    assert ("I", "a known column") in found
    assert any(expected == "every column once" for _, expected in found)
    assert (None, "this column") in found


def test_notes_empty_rows_and_empty_columns_are_passed_over(settings: Any, tables: Tables, tmp_path: Path) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import Font

    book = book_of(settings, tables)
    sheet = book["budgets"]
    sheet["A1"].comment = Comment("who pays", "a ministry")
    sheet.insert_rows(3)
    sheet["K40"].font = Font(bold=True)
    sheet.protection.sheet = True
    sheet["E6"] = "x"  # the third budget, two rows further down than a file would have it
    fault = one(faults_in(book, tmp_path))
    assert (fault.row, fault.column, fault.value) == (6, "payments", "x")
    sheet["E6"] = 20
    assert len(read(book, tmp_path).tables["budgets"]) == 4


def test_a_title_above_the_table_is_one_fault(settings: Any, tables: Tables, tmp_path: Path) -> None:
    book = book_of(settings, tables)
    sheet = book["budgets"]
    sheet.insert_rows(1, 2)
    sheet["A1"] = "Budgets of the accord"
    sheet.merge_cells("A1:E1")
    sheet["E5"] = "x"
    told, wrong = faults_in(book, tmp_path)
    assert (told.row, told.value, told.expected) == (1, "Budgets of the accord", "the names of the columns in row 1")
    assert "row 3" in told.hint
    assert (wrong.row, wrong.letter, wrong.value) == (5, "E", "x")


def test_merged_cells_are_one_fault_and_not_their_consequences(settings: Any, tables: Tables, tmp_path: Path) -> None:
    book = book_of(settings, tables)
    book["budgets"].merge_cells("A2:A3")  # both rows are of NM; the second one is empty now
    fault = one(faults_in(book, tmp_path))
    assert (fault.sheet, fault.row, fault.column, fault.value) == ("budgets", 2, "funder", "A2:A3")
    assert fault.expected == "no merged cells"


def test_what_is_hidden_is_read_and_said(settings: Any, tables: Tables, tmp_path: Path) -> None:
    book = book_of(settings, tables)
    book["budgets"].row_dimensions[3].hidden = True
    book["milestones"].column_dimensions["F"].hidden = True
    book["shares"].sheet_state = "hidden"
    case = read(book, tmp_path)
    wanted = case_from_tables(settings, tables)
    assert case.hash == wanted.hash
    told = {(w.sheet, w.value) for w in case.warnings if "hidden" in w.expected}
    assert told == {("budgets", "row 3"), ("milestones", "column F"), ("shares", "shares")}
    assert all(warning.severity == "warning" and warning.file == "book.xlsx" for warning in case.warnings)


def test_words_of_checks_name_sheets_and_rows(settings: Any, tables: Tables, tmp_path: Path) -> None:
    book = book_of(settings, tables)
    cell_of(book, "funders", "currency", 3).value = "CHF"
    fault = one(faults_in(book, tmp_path))
    assert fault.expected == "the base currency or one of sheet currencies"
    assert str(fault).startswith("book.xlsx, sheet funders, row 3, currency (")


def test_a_change_that_brings_a_fault_names_the_row_of_the_spreadsheet(
    settings: Any, tables: Tables, tmp_path: Path
) -> None:
    book = book_of(settings, tables)
    book["budgets"].insert_rows(2)
    case = read(book, tmp_path)
    with pytest.raises(InputError) as caught:
        case.change("budgets", "last_period", where={"funder": "SM"}, set="2026")
    assert {(fault.sheet, fault.row) for fault in caught.value.faults} == {("budgets", 5)}


def test_currencies_of_a_workbook_that_lacks_their_rates(settings: Any, tables: Tables, tmp_path: Path) -> None:
    book = book_of(settings, tables)
    del book["currencies"]
    book.save(tmp_path / "book.xlsx")
    money = read_money(tmp_path / "book.xlsx")
    assert (money.base, money.currencies) == ("EUR", ("SEK",))
