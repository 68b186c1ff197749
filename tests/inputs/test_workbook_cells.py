"""What a cell of a workbook is read as: the exact text that a file would hold, or a fault that says why not."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from fundalign.inputs.read import case_from_tables, read_case
from fundalign.inputs.workbook_cells import as_number, number_text

from .books import book_of, cell_of, faults_in, one, read
from .conftest import Tables

MAY = datetime.date(2027, 5, 1)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3.0, "3"), (3, "3"), (0.1, "0.1"), (1 / 3, "0.3333333333333333"), (1e22, "10000000000000000000000"),
        (1.5e-7, "0.00000015"), (-0.25, "-0.25"), (2027, "2027"), (0.1 + 0.2, "0.30000000000000004"), (100.0, "100"),
    ],
)  # fmt: skip
def test_numbers_are_their_shortest_exact_text(value: float, text: str) -> None:
    assert number_text(value) == text


def test_numbers_of_formulas_are_what_a_spreadsheet_shows() -> None:
    assert number_text(0.1 + 0.2, computed=True) == "0.3"  # 15 digits of 0.30000000000000004
    assert number_text(2.9999999999999996, computed=True) == "3"


@pytest.mark.parametrize("text", ["0.1", "123456789012345", "0.000123", "-7", "1000000", "0"])
def test_a_number_is_written_as_one_where_a_cell_keeps_all_its_digits(text: str) -> None:
    number = as_number(Decimal(text))
    assert number is not None
    assert Decimal(number_text(number)) == Decimal(text)


@pytest.mark.parametrize("text", ["1234567890123456", "0.1234567890123456789", "NaN"])
def test_a_number_of_more_digits_than_a_cell_keeps_is_written_as_text(text: str) -> None:
    assert as_number(Decimal(text)) is None


def test_typed_cells_give_the_same_case_as_texts(settings: dict[str, Any], tables: Tables, tmp_path: Path) -> None:
    book = book_of(settings, tables)
    for table in tables:
        for row in book[table].iter_rows(min_row=2):
            for cell in row:
                if isinstance(cell.value, str) and cell.value.replace(".", "").isdigit():
                    cell.value = float(cell.value)  # also periods: 2027 is 2027.0 in a workbook
    case = read(book, tmp_path)
    assert case.hash == case_from_tables(settings, tables).hash
    assert case.warnings == case_from_tables(settings, tables).warnings


def test_percent_is_a_format_and_truth_values_are_typed(settings: Any, tables: Tables, tmp_path: Path) -> None:
    tables["budgets"][0]["carry_over"] = 0.05
    tables["initiatives"][0]["complete"] = True
    book = book_of(settings, tables)
    cell_of(book, "budgets", "carry_over", 2).number_format = "0 %"
    case = read(book, tmp_path)
    assert case.tables["budgets"][0].carry_over == Decimal("0.05")  # type of the row is the table's own
    assert case.tables["initiatives"][0].complete is True


@pytest.mark.parametrize(
    ("table", "column", "expected"),
    [
        ("budgets", "payments", "a number"), ("budgets", "first_period", "a period such as 2027 (frequency Y)"),
        ("milestones", "order", "a whole number"), ("funders", "funder", "a name"),
    ],
)  # fmt: skip
def test_a_date_where_something_else_is_expected(
    settings: Any, tables: Tables, tmp_path: Path, table: str, column: str, expected: str
) -> None:
    book = book_of(settings, tables)
    cell = cell_of(book, table, column, 2)
    cell.value = MAY
    fault = one([fault for fault in faults_in(book, tmp_path) if (fault.sheet, fault.row) == (table, 2)])
    assert (fault.value, fault.expected, fault.letter) == ("2027-05-01", expected, cell.column_letter)
    assert "holds a date" in fault.hint


def test_a_date_in_free_text_is_its_iso_text(settings: Any, tables: Tables, tmp_path: Path) -> None:
    tables["initiatives"][0]["name"] = MAY
    assert read(book_of(settings, tables), tmp_path).initiatives["A"].name == "2027-05-01"


@pytest.fixture
def monthly(settings: dict[str, Any], tables: Tables) -> tuple[dict[str, Any], Tables]:
    """The small case in months, 2027-05 to 2027-08."""
    settings |= {"frequency": "M", "first_period": "2027-05"}
    months = {"2027": "2027-05", "2028": "2027-06", "2029": "2027-07", "2030": "2027-08"}
    for row in tables["budgets"]:
        row |= {name: months[str(row[name])] for name in ("first_period", "last_period")}
    return settings, tables


def test_in_a_case_of_months_the_first_day_of_one_is_that_month(
    monthly: tuple[dict[str, Any], Tables], tmp_path: Path
) -> None:
    settings, tables = monthly
    wanted = case_from_tables(settings, tables)
    settings["first_period"] = MAY  # what spreadsheets make of a typed 2027-05
    tables["budgets"][0]["first_period"] = datetime.datetime(2027, 5, 1)
    assert read(book_of(settings, tables), tmp_path).hash == wanted.hash


def test_in_a_case_of_months_another_day_is_a_fault(monthly: tuple[dict[str, Any], Tables], tmp_path: Path) -> None:
    settings, tables = monthly
    tables["budgets"][0]["first_period"] = datetime.date(2027, 5, 2)
    fault = one(faults_in(book_of(settings, tables), tmp_path))
    assert (fault.value, fault.expected) == ("2027-05-02", "a period such as 2027-05 (frequency M)")


@pytest.mark.parametrize("text", ["1.234,5", "12,5", "1_000", "5 %", " 12"])
def test_numbers_typed_as_text_are_as_strict_as_in_a_file(
    settings: Any, tables: Tables, tmp_path: Path, text: str
) -> None:
    tables["budgets"][0]["payments"] = text
    fault = one(faults_in(book_of(settings, tables), tmp_path))
    assert (fault.file, fault.sheet, fault.row, fault.column, fault.letter) == (
        "book.xlsx",
        "budgets",
        2,
        "payments",
        "E",
    )
    assert fault.value == text


def test_text_keeps_what_it_begins_with(settings: Any, tables: Tables, tmp_path: Path) -> None:
    book = book_of(settings, tables)
    for row, text in ((2, "=1+1"), (3, "@home")):
        cell = cell_of(book, "initiatives", "name", row)
        cell.value = text
        cell.data_type = "s"
    case = read(book, tmp_path)
    assert [row.name for row in case.initiatives.values()] == ["=1+1", "@home"]


@pytest.mark.parametrize(("escaped", "faulty"), [("_x000D_", True), ("_x0007_", True), ("_xFFFF_", False)])
def test_escaped_characters_are_characters(
    settings: Any, tables: Tables, tmp_path: Path, escaped: str, faulty: bool
) -> None:
    book = book_of(settings, tables)
    cell_of(book, "initiatives", "name", 2).value = f"At{escaped}las"  # as spreadsheet programs write what was pasted
    if faulty:
        fault = one(faults_in(book, tmp_path))
        assert (fault.row, fault.column, "remove" in fault.hint) == (2, "name", True)
    else:
        assert read(book, tmp_path).initiatives["A"].name == "At\uffff" + "las"


Formula = Callable[[object], Path]


@pytest.fixture
def with_formula(settings: Any, tables: Tables, tmp_path: Path) -> Formula:
    """A workbook whose first payment is a formula with a stored value, as spreadsheet programs save it."""

    def made(value: object, text: str = "=50+50") -> Path:
        path = tmp_path / "formula.xlsx"
        with xlsxwriter.Workbook(path) as book:
            cover = book.add_worksheet("case")
            for row, pair in enumerate([("setting", "value"), *settings.items()]):
                cover.write_row(row, 0, pair)
            for table, rows in tables.items():
                sheet = book.add_worksheet(table)
                header = list(dict.fromkeys(column for each in rows for column in each))
                sheet.write_row(0, 0, header)
                for row, each in enumerate(rows, start=1):
                    for place, column in enumerate(header):
                        sheet.write_string(row, place, str(each.get(column, "")))
                if table == "budgets":
                    sheet.write_formula(1, 4, text, None, value)
        return path

    return made


def test_a_formula_is_read_as_its_value(with_formula: Formula, settings: Any, tables: Tables) -> None:
    case = read_case(with_formula(100))
    assert case.hash == case_from_tables(settings, tables).hash
    assert any("stored as computed" in warning.expected for warning in case.warnings)  # it asks to be computed anew


def test_a_formula_that_fails_is_a_fault(with_formula: Formula) -> None:
    with pytest.raises(Exception, match=r"sheet budgets, row 2, payments \(E\): '#DIV/0!' expected a number"):
        read_case(with_formula("#DIV/0!"))


def test_a_formula_without_a_stored_value_is_a_fault(settings: Any, tables: Tables, tmp_path: Path) -> None:
    book = book_of(settings, tables)
    cell_of(book, "budgets", "payments", 2).value = "=50+50"  # openpyxl stores no value
    fault = one(faults_in(book, tmp_path))
    assert (fault.row, fault.column, fault.value, fault.expected) == (2, "payments", "=50+50", "a number")
    assert "never stored" in fault.hint


def test_an_error_typed_as_a_value_is_a_fault_wherever_it_stands(settings: Any, tables: Tables, tmp_path: Path) -> None:
    book = book_of({**settings, "discount_rate": "#N/A"}, tables)
    cell_of(book, "initiatives", "name", 2).value = "#REF!"
    assert {(fault.sheet, fault.row, fault.column, fault.value) for fault in faults_in(book, tmp_path)} == {
        ("case", 6, "discount_rate", "#N/A"),
        ("initiatives", 2, "name", "#REF!"),
    }
