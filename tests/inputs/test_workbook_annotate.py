"""The copy of a workbook with its faults marked: marks come and go, and what is not ours stays."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from fundalign.inputs.faults import Fault, InputError, UsageError
from fundalign.inputs.read import read_case
from fundalign.inputs.workbook_annotate import annotate

from .books import book_of, cell_of
from .conftest import Tables


def faults_of(path: Path) -> tuple[Fault, ...]:
    with pytest.raises(InputError) as caught:
        read_case(path)
    return caught.value.faults


@pytest.fixture
def spoiled(settings: dict[str, Any], tables: Tables, tmp_path: Path) -> Path:
    """A workbook with two faults, the first under a note, both rows in colours of their owner."""
    book = book_of(settings, tables)
    cell = cell_of(book, "budgets", "payments", 2)
    cell.value, cell.comment = "1_0", Comment("agreed in May", "A. Minister")
    cell_of(book, "initiatives", "currency", 3).value = "EURO"
    cell_of(book, "initiatives", "name", 3).fill = PatternFill("solid", fgColor="FF00FF00")
    book.save(tmp_path / "book.xlsx")
    return tmp_path / "book.xlsx"


def test_marks_come_and_go(spoiled: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first.xlsx", tmp_path / "second.xlsx"
    assert annotate(spoiled, faults_of(spoiled), first) == []
    copy: Any = load_workbook(first)
    assert copy["budgets"]["E2"].comment.text.startswith("agreed in May\n\nfundalign check:\nexpected a number")
    assert copy["initiatives"]["B3"].fill.fgColor.rgb == "FF00FF00"
    assert copy["faults"]["A1"].value == "Faults found by fundalign check"
    copy["budgets"]["E2"] = 100
    copy.save(first)
    left = faults_of(first)
    assert [(fault.sheet, fault.column) for fault in left] == [("initiatives", "currency")]
    annotate(first, left, second)
    copy = load_workbook(second)
    assert copy["budgets"]["E2"].comment.text == "agreed in May"
    assert copy["budgets"]["E2"].fill.fill_type is None
    assert copy["initiatives"]["D3"].comment.text.count("fundalign check:") == 1
    assert [row[0] for row in copy["faults"].iter_rows(min_row=4, values_only=True)] == ["initiatives"]
    copy["initiatives"]["D3"] = "EUR"
    copy.save(second)
    assert read_case(second).initiatives["B"].currency == "EUR"


def test_odd_texts_stay_what_they_are(settings: dict[str, Any], tables: Tables, tmp_path: Path) -> None:
    book = book_of(settings, tables)
    for row, text in ((2, "=no formula"), (3, "_x005F_x0041_")):  # a workbook writes _x0041_ like this
        cell = cell_of(book, "initiatives", "name", row)
        cell.value, cell.data_type = text, "s"
    cell_of(book, "initiatives", "theme", 2).value = "_x0007_"  # a bell, as a workbook writes it
    cell_of(book, "funders", "kind", 2).value = "=publik"
    cell_of(book, "funders", "kind", 2).data_type = "s"
    book.save(tmp_path / "book.xlsx")
    found = faults_of(tmp_path / "book.xlsx")
    assert {fault.value for fault in found} == {"=publik", "\x07"}
    annotate(tmp_path / "book.xlsx", found, tmp_path / "copy.xlsx")
    again = faults_of(tmp_path / "copy.xlsx")
    assert [fault.value for fault in again] == [fault.value for fault in found]
    copy: Any = load_workbook(tmp_path / "copy.xlsx")
    assert copy["initiatives"]["B2"].value == "=no formula"
    assert "=publik" in {cell.value for cell in copy["faults"]["D"] if cell.data_type == "s"}


def test_a_sheet_of_faults_that_is_not_ours_stays(spoiled: Path, tmp_path: Path) -> None:
    book = load_workbook(spoiled)
    book.create_sheet("faults")["A1"] = "of our own making"
    book.save(spoiled)
    annotate(spoiled, faults_of(spoiled), tmp_path / "copy.xlsx")
    copy: Any = load_workbook(tmp_path / "copy.xlsx")
    assert copy["faults"]["A1"].value == "of our own making"
    assert "fundalign check" in copy["budgets"]["E2"].comment.text


def test_a_fault_in_merged_cells_is_marked_where_they_show(spoiled: Path, tmp_path: Path) -> None:
    book = load_workbook(spoiled)
    book["budgets"].merge_cells("A2:A3")
    book.save(spoiled)
    annotate(spoiled, faults_of(spoiled), tmp_path / "copy.xlsx")
    copy: Any = load_workbook(tmp_path / "copy.xlsx")
    assert "no merged cells" in copy["budgets"]["A2"].comment.text


def test_what_a_copy_cannot_keep_is_said(spoiled: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(spoiled, "a") as package:
        package.writestr("xl/media/image1.png", b"")
        package.writestr("xl/drawings/drawing9.xml", b"<xdr:wsDr><xdr:sp></xdr:sp></xdr:wsDr>")
    assert annotate(spoiled, faults_of(spoiled), tmp_path / "copy.xlsx") == ["pictures", "shapes"]


def test_a_copy_is_never_written_over_the_workbook(spoiled: Path, tmp_path: Path) -> None:
    before = spoiled.read_bytes()
    (tmp_path / "link.xlsx").symlink_to(spoiled)
    for target, told in ((spoiled, "itself"), (tmp_path / "link.xlsx", "itself"), (tmp_path / "a.csv", "name of an")):
        with pytest.raises(UsageError, match=told):
            annotate(spoiled, (), target, force=True)
    with pytest.raises(UsageError, match="exists already"):
        annotate(tmp_path / "other.xlsx", (), spoiled)
    assert spoiled.read_bytes() == before
