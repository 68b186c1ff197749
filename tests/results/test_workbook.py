"""The workbook of the hand-made plan, read again with openpyxl, and as LibreOffice prints it."""

from __future__ import annotations

import shutil
import subprocess
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from fundalign.results.report_parts import assemble
from fundalign.results.reporting import material_of, report
from fundalign.results.workbook import lines, workbook
from fundalign.results.workbook_names import sheet_names

from .reports import add_answers


@pytest.fixture
def rich(folder: Path) -> Path:
    return add_answers(folder)


@pytest.fixture
def book(rich: Path) -> Workbook:
    return openpyxl.load_workbook(BytesIO(workbook(assemble(material_of(rich)))))


def test_every_table_is_a_sheet_with_frozen_header_and_filter(book: Workbook) -> None:
    assert book.sheetnames[:5] == ["Cover", "Charts", "Portfolio", "Not funded", "Milestones"]
    assert {"Every payment", "Every rule", "What-ifs", "Equity rules"} <= set(book.sheetnames)
    for page in book.worksheets[2:]:
        assert page.freeze_panes == "B2"
        assert page.auto_filter.ref == page.dimensions
    assert len(book["Charts"]._charts) == 4


def test_amounts_are_whole_with_the_decimals_of_their_currency(book: Workbook) -> None:
    """FB spends 5475 SEK; the first payment is FA's 500."""
    page = book["Budgets by funder"]
    heads = [cell.value for cell in page[1]]
    row = next(row for row in page.iter_rows(min_row=2) if row[0].value == "FB")
    cell = row[heads.index("spent")]
    assert (cell.value, cell.number_format, row[heads.index("currency")].value) == (5475, "#,##0.00", "SEK")
    first = [cell.value for cell in book["Every payment"][2]]
    assert first == ["FA", "Q", "research", "A", "2027", "EUR", 500, 500, "EUR", 500]


def test_a_currency_without_decimals_has_none(book: Workbook) -> None:
    from xlsxwriter import Workbook as Writer

    from fundalign.results.workbook import Formats

    formats = Formats(Writer(BytesIO()))
    assert [formats.money(code).num_format for code in ("EUR", "JPY", "KWD")] == ["#,##0.00", "#,##0", "#,##0.000"]


def test_names_stay_text(rich: Path) -> None:
    """Whatever text begins with, no cell is a formula or a link but those of the contents."""
    material = material_of(rich)
    material.added["why"][0].update(initiative="=1+1", words="@SUM(A1)", unit="+1", dropped="https://example.org")
    found = openpyxl.load_workbook(BytesIO(workbook(assemble(material))))
    texts = {cell.value: cell for row in found["Why initiatives are funded or n"].iter_rows() for cell in row}
    for text in ("=1+1", "@SUM(A1)", "+1", "https://example.org"):
        assert texts[text].data_type == "s"
        assert texts[text].hyperlink is None
    kinds = {cell.data_type for page in found.worksheets for row in page.iter_rows() for cell in row}
    assert "f" not in kinds


def test_rows_are_as_tall_as_their_text(rich: Path) -> None:
    """A column is at most 52 wide: 13 words of 9 letters and a space are 130, which is three lines of 15 points."""
    material = material_of(rich)
    material.added["why"][0].update(words=" ".join(["initiative"[:9]] * 13))
    page = openpyxl.load_workbook(BytesIO(workbook(assemble(material))))["Why initiatives are funded or n"]
    assert page.row_dimensions[2].height == 45
    assert [lines(text, 10) for text in ("", "a b", "1234567890 1", "1234567890123456789012", "a\nb")] == [
        1,
        1,
        2,
        3,
        2,
    ]


def test_figures_that_are_text_stand_right_as_their_heading_does(book: Workbook) -> None:
    page = book["Limits that bind"]
    assert {page.cell(row, 4).alignment.horizontal for row in (1, 2)} == {"right"}


def test_names_of_sheets() -> None:
    """Signs that mean something go, what is too long is cut, what is there already (in any case) gets a number."""
    long = "a" * 40
    assert sheet_names(["a/b", "[x]:*?", "'q'", long, long.upper(), "History", ""]) == [
        *("a b", "x", "q", "a" * 31, "A" * 29 + " 2", "Sheet", "Sheet 2"),
    ]


def test_libreoffice_prints_it(rich: Path, tmp_path: Path) -> None:
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("LibreOffice is not installed")
    report(rich, [tmp_path / "report.xlsx"])
    command = [program, f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless"]
    command += ["--convert-to", "pdf", "--outdir", str(tmp_path), str(tmp_path / "report.xlsx")]
    subprocess.run(command, check=True, capture_output=True, timeout=240)
    text = subprocess.run(["pdftotext", str(tmp_path / "report.pdf"), "-"], check=True, capture_output=True, text=True)
    assert "They cost 2,150.00 EUR" in text.stdout
    assert not {"#NAME?", "#VALUE!", "#REF!", "Err:"} & set(text.stdout.split())
