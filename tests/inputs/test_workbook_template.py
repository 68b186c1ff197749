"""The template workbook: what each sheet offers, that it can be filled in, and that LibreOffice reads it as we do."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

import fundalign as fa
from fundalign.inputs.read import case_from_tables
from fundalign.inputs.schema import tables as schema
from fundalign.inputs.settings import SECTIONS
from fundalign.inputs.shipped import shipped_path
from fundalign.inputs.tables import TABLES

from .conftest import Tables


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The empty template."""
    return fa.write_workbook(None, tmp_path_factory.mktemp("template") / "template.xlsx")


def rules_on(sheet: Any) -> dict[str, Any]:
    """The drop-down or bounds of each column that has some, by the letter of the column."""
    return {str(rule.sqref).partition("2")[0]: rule for rule in sheet.data_validations.dataValidation}


def test_sheets_follow_the_reference(template: Path) -> None:
    book = load_workbook(template)
    assert book.sheetnames == ["case", "instructions", *TABLES, "scenarios", "lists"]
    assert book["lists"].sheet_state == "hidden"
    for name, columns in schema().items():
        sheet = book[name]
        assert [cell.value for cell in sheet[1]] == [column.name for column in columns]
        assert sheet.freeze_panes == "B2"
        fills = {cell.fill.fgColor.rgb: None for cell, column in zip(sheet[1], columns, strict=True) if column.required}
        assert len(fills) == 1  # required columns look alike, and unlike the others
        assert all(
            cell.fill.fgColor.rgb not in fills for cell, c in zip(sheet[1], columns, strict=True) if not c.required
        )
        for cell, column in zip(sheet[1], columns, strict=True):
            note = cell.comment.text
            assert column.unit in note
            assert ("Required." in note) is column.required
            assert all(word in note for word in column.choices)
            assert ".csv" not in note
            assert ".toml" not in note


def test_drop_downs_and_bounds(template: Path) -> None:
    book = load_workbook(template)
    for name, columns in schema().items():
        rules = rules_on(book[name])
        for place, column in enumerate(columns):
            rule = rules.get(chr(ord("A") + place))
            if column.choices:
                assert rule.formula1 == f'"{",".join(column.choices)}"'
            elif column.kind == "boolean":
                assert rule.formula1 == '"TRUE,FALSE"'
            elif column.refers:
                assert rule.formula1 == f"list_{column.refers}"
                assert rule.errorStyle == "warning"
            elif column.kind in ("currency", "period"):
                assert rule.formula1 == f"list_{column.kind}"
            elif column.kind in ("number", "integer"):
                assert rule.type == ("decimal" if column.kind == "number" else "whole")
            defined = (rule.formula1 or "").removeprefix("=") if rule is not None else ""
            assert not defined.startswith("list_") or defined in book.defined_names


def test_the_cover_has_every_setting_with_its_default(template: Path) -> None:
    rows = {row[1]: row for row in load_workbook(template)["case"].iter_rows(min_row=5, values_only=True) if row[1]}
    for section, model in SECTIONS.items():
        for name, info in model.model_fields.items():
            if info.json_schema_extra is not None:
                row = rows[f"{section}.{name}" if section else name]
                assert row[2] is None
                assert (row[3] == "required") is info.is_required()


def test_an_empty_template_says_what_is_needed(template: Path) -> None:
    with pytest.raises(fa.InputError) as caught:
        fa.read_case(template)
    places = {(fault.sheet, fault.column, fault.letter) for fault in caught.value.faults}
    assert places == {
        *(("case", name, "C") for name in ("name", "currency", "first_period", "periods")),
        *((name, None, None) for name in ("funders", "initiatives", "milestones")),
    }


def filled(template: Path, settings: dict[str, Any], tables: Tables, path: Path) -> Path:
    """Fill the template in as a person does: values into the cells of the sheets, nothing else."""
    book = load_workbook(template)
    cover = book["case"]
    for row in cover.iter_rows(min_row=5):
        if row[1].value in settings:
            row[2].value = settings[row[1].value]
    for name, rows in tables.items():
        sheet = book[name]
        titles = [cell.value for cell in sheet[1]]
        for number, values in enumerate(rows, start=2):
            for column, value in values.items():
                sheet.cell(number, titles.index(column) + 1).value = value or None
    book.save(path)
    return path


def test_a_template_filled_by_hand(template: Path, settings: dict[str, Any], tables: Tables, tmp_path: Path) -> None:
    case = fa.read_case(filled(template, settings, tables, tmp_path / "mine.xlsx"))
    assert case.hash == case_from_tables(settings, tables).hash
    assert fa.solve(case).report.status == "optimal"


def texts_below_titles(sheet: Any) -> dict[str, list[str]]:
    """What stands in each column below its title, without what is empty."""
    return {column[0]: [value for value in column[1:] if value] for column in sheet.iter_cols(values_only=True)}


def test_the_lists_are_stored_as_they_are_computed(settings: dict[str, Any], tables: Tables, tmp_path: Path) -> None:
    book = fa.write_workbook(case_from_tables(settings, tables), tmp_path / "small.xlsx")
    columns = texts_below_titles(load_workbook(book, data_only=True)["lists"])
    assert columns["period"] == ["2027", "2028", "2029", "2030"]
    assert columns["initiatives"] == ["A", "B", "both", "maps", "light", "C1"]
    assert columns["reference"] == ["A", "B", "A/m1", "A/m2", "B/m1"]


Office = Callable[..., list[Path]]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Convert workbooks with LibreOffice, in a profile of our own."""
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("LibreOffice is not on this machine")
    profile = tmp_path_factory.mktemp("profile")

    def convert(form: str, *books: Path) -> list[Path]:
        target = books[0].parent / f"as-{form}"
        command = [program, f"-env:UserInstallation=file://{profile}", "--headless", "--convert-to", form]
        ran = subprocess.run(
            [*command, "--outdir", target, *books], capture_output=True, text=True, timeout=300, check=False
        )
        assert "Error" not in ran.stderr, ran.stderr
        return [target / book.with_suffix(f".{form}").name for book in books]

    return convert


def test_libreoffice_reads_and_saves_what_we_mean(
    office: Office, template: Path, settings: dict[str, Any], tables: Tables, tmp_path: Path
) -> None:
    quantum = fa.read_case(shipped_path("quantum"))
    tables["initiatives"][0]["name"] = "=A1 _x0041_ <&> \u00e9\U0001f600"
    tables["budgets"][0]["payments"] = "0.1234567890123456789"
    tables["budgets"][1]["payments"] = "123456789012.345"
    odd = case_from_tables(settings, tables)
    half_years = settings | {"first_period": "2027H2", "frequency": "H"}
    saved = office(
        "xlsx",
        fa.write_workbook(quantum, tmp_path / "quantum.xlsx"),
        fa.write_workbook(odd, tmp_path / "odd.xlsx"),
        filled(template, half_years, tables, tmp_path / "lists.xlsx"),  # openpyxl drops what we stored with formulas
    )
    again = fa.read_case(saved[0])
    assert again.hash == quantum.hash
    assert again.scenarios == quantum.scenarios
    assert again.warnings == ()
    again = fa.read_case(saved[1])
    assert again.initiatives["A"].name == tables["initiatives"][0]["name"]
    assert again.hash == odd.hash
    columns = texts_below_titles(load_workbook(saved[2], data_only=True)["lists"])
    assert columns["period"] == ["2027H2", "2028H1", "2028H2", "2029H1"]
    assert columns["funders"] == ["public", "private", "matching", "NM", "SM", "MF", "ministries"]
    assert columns["initiatives"] == ["A", "B", "both", "maps", "light", "C1"]
    assert columns["each"] == ["each", "N", "S", "north"]
    assert columns["stage"] == ["plan", "build"]
    assert columns["reference"] == ["A", "B", "A/m1", "A/m2", "B/m1"]


def test_the_template_prints(office: Office, template: Path) -> None:
    data = office("pdf", template)[0].read_bytes()
    assert data.startswith(b"%PDF")
    assert data.count(b"/Type/Page/") + data.count(b"/Type /Page/") + data.count(b"/Type/Page\n") >= len(TABLES) + 2
