"""Workbooks on the command line, through real processes: new, check with its annotated copy, solve and the others."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment

import fundalign as fa

Runner = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, bytes]:
    """What a workbook is once it is written, for all tests that begin with it."""
    return {}


@pytest.fixture
def book(little: Path, tmp_path: Path, written: dict[Path, bytes]) -> Path:
    """The case of two initiatives, of which A is better, as a workbook (without its drop-downs' lists, to be quick)."""
    path = tmp_path / "little.xlsx"
    if not written:
        made = load_workbook(fa.write_workbook(fa.read_case(little), path))
        del made["lists"]
        made.save(path)
        written[path] = path.read_bytes()
    path.write_bytes(*written.values())
    return path


def edit(path: Path, sheet: str, cell: str, value: object) -> None:
    """Change one cell as a person does."""
    book = load_workbook(path)
    book[sheet][cell] = value
    book.save(path)


def test_new_writes_the_template_or_an_example(fundalign: Runner, tmp_path: Path) -> None:
    made = fundalign("new", "--xlsx", "empty.xlsx", "--format", "json")
    assert (made.returncode, json.loads(made.stdout)["workbook"]) == (0, "empty.xlsx")
    with pytest.raises(fa.InputError, match="sheet funders: expected at least one row"):
        fa.read_case(tmp_path / "empty.xlsx")
    both = ("new", "folder", "--xlsx", "tiny.xlsx", "--example", "tiny")
    assert fundalign(*both).returncode == 0
    assert fa.read_case(tmp_path / "tiny.xlsx").hash == fa.read_case(tmp_path / "folder").hash
    refused = fundalign("new", "--xlsx", "tiny.xlsx")
    assert (refused.returncode, "exists already" in refused.stderr) == (2, True)
    assert fundalign("new", "--xlsx", "tiny.xlsx", "--force").returncode == 0
    assert fundalign("new").returncode == fundalign("new", "--xlsx", "table.csv").returncode == 2


def test_a_folder_becomes_a_workbook_and_a_folder_again(fundalign: Runner, tmp_path: Path) -> None:
    assert fundalign("new", "--xlsx", "q.xlsx", "--example", "quantum").returncode == 0
    assert fundalign("new", "back", "--example", "q.xlsx").returncode == 0
    there, back = fa.read_case(tmp_path / "q.xlsx"), fa.read_case(tmp_path / "back")
    assert (there.settings, there.tables, there.scenarios) == (back.settings, back.tables, back.scenarios)
    assert "[[grid]]" in (tmp_path / "back" / "scenarios.toml").read_text(encoding="utf-8")
    edit(tmp_path / "q.xlsx", "funders", "C2", "publik")
    bad = fundalign("new", "other", "--example", "q.xlsx")
    assert (bad.returncode, (tmp_path / "other").exists()) == (3, False)


def test_every_command_takes_a_workbook(fundalign: Runner, little: Path, book: Path, tmp_path: Path) -> None:
    steps = little / "milestones.csv"  # A begins in 2027, where a plan is free to let it begin in 2028
    late = steps.read_text("utf-8").replace("value\n", "value,latest_start\n").replace("6,10\n", "6,10,2027\n")
    steps.write_text(late.replace("5,9\n", "5,9,\n"), encoding="utf-8")
    book.unlink()
    fa.write_workbook(fa.read_case(little), book)
    ran = fundalign("solve", book, "-o", "b", "--format", "json")
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["objective"] == 10
    manifest = json.loads((tmp_path / "b" / "manifest.json").read_text("utf-8"))
    assert manifest["case_hash"] == fa.read_case(book).hash == fa.read_case(little).hash
    assert set(manifest["inputs"]) == {"little.xlsx"}
    assert set(manifest["case_files"]) == {path.name for path in little.iterdir()}  # case/ is a folder nevertheless
    ran = fundalign("replan", book, "--from", "b", "--frozen-until", "2028")
    assert ran.returncode == 0, ran.stderr
    assert (tmp_path / "little-run" / "differences.csv").is_file()  # named after the workbook
    edit(book, "milestones", "F2", 7)  # the cost of a1, paid in 2027
    ran = fundalign("replan", book, "--from", "b", "--frozen-until", "2028", "-o", "again", "--format", "json")
    assert ran.returncode == 3, ran.stderr
    fault = json.loads(ran.stdout)["faults"][0]
    assert (fault["file"], fault["sheet"], fault["row"], fault["column"]) == ("little.xlsx", "milestones", 2, "cost")
    assert fault["letter"] == "F"
    (tmp_path / "b" / "manifest.json").write_text(json.dumps(manifest | {"case_hash": "0" * 64}), encoding="utf-8")
    broken = fundalign("verify", "b")
    assert (broken.returncode, "case_hash" in broken.stdout) == (9, True)


def test_faults_as_json_have_sheet_and_letter(fundalign: Runner, book: Path) -> None:
    edit(book, "budgets", "E2", "1_0")
    edit(book, "funders", "F2", "EURO")
    ran = fundalign("check", book, "--format", "json")
    assert ran.returncode == 3
    faults = json.loads(ran.stdout)
    keys = ["file", "row", "column", "value", "expected", "hint", "sheet", "letter"]
    assert [list(fault) for fault in faults] == [keys] * len(faults)
    places = {(f["file"], f["sheet"], f["row"], f["column"], f["letter"], f["value"]) for f in faults}
    assert ("little.xlsx", "budgets", 2, "payments", "E", "1_0") in places
    assert ("little.xlsx", "funders", 2, "currency", "F", "EURO") in places
    told = fundalign("check", book).stdout
    assert "little.xlsx, sheet budgets – faults" in told
    assert "payments (E)" in told


@pytest.mark.parametrize(
    "words", [["solve"], ["why", "B"], ["sensitivity"], ["frontier", "--against", "public_money"]], ids=lambda w: w[0]
)
def test_bad_input_is_named_and_writes_nothing(fundalign: Runner, book: Path, tmp_path: Path, words: list[str]) -> None:
    edit(book, "budgets", "E2", "1_0")
    before = {path.name for path in tmp_path.iterdir()}
    ran = fundalign(words[0], book, *words[1:])
    assert ran.returncode == 3
    assert "sheet budgets" in ran.stderr
    assert {path.name for path in tmp_path.iterdir()} == before


def furnished(path: Path) -> None:
    """Put into a workbook what people put there: a chart, a note, a formula, a sheet of notes, odd text."""
    book: Any = load_workbook(path)
    chart = BarChart()
    chart.add_data(Reference(book["budgets"], min_col=5, min_row=1, max_row=2))
    book["budgets"].add_chart(chart, "K2")
    book["budgets"]["E2"].comment = Comment("agreed in May", "A. Minister")
    book["budgets"]["E2"] = "1_0"
    book["budgets"]["F2"] = "=2+x"
    book["initiatives"]["B2"] = "=not a formula"
    book["initiatives"]["B2"].data_type = "s"
    book["initiatives"]["D3"] = "EURO"
    book["instructions"]["B60"] = "our own note"
    book.save(path)


def test_the_annotated_copy(fundalign: Runner, book: Path, tmp_path: Path) -> None:
    furnished(book)
    before = book.read_bytes()
    ran = fundalign("check", book, "--annotate", "copy.xlsx", "--format", "json")
    assert (ran.returncode, "marked in a copy: copy.xlsx" in ran.stderr) == (3, True)
    assert book.read_bytes() == before
    copy: Any = load_workbook(tmp_path / "copy.xlsx")
    assert copy.sheetnames[0] == "faults"
    marked = copy["budgets"]["E2"]
    assert marked.fill.fgColor.rgb == "00F4B183"
    assert marked.comment.text.startswith("agreed in May\n\nfundalign check:\nexpected a number (")
    assert copy["initiatives"]["D3"].comment.text.startswith("fundalign check:\nexpected an ISO 4217 currency code")
    assert copy["budgets"]["A1"].comment.text == load_workbook(book)["budgets"]["A1"].comment.text
    assert (copy["budgets"]["F2"].value, copy["initiatives"]["B2"].value) == ("=2+x", "=not a formula")
    assert copy["instructions"]["B60"].value == "our own note"
    assert len(copy["budgets"]._charts) == 1
    assert copy["budgets"].data_validations.dataValidation
    listed = {(row[0], row[1], row[3]) for row in copy["faults"].iter_rows(min_row=4, values_only=True)}
    faults = json.loads(ran.stdout)
    assert listed == {(f["sheet"], f"{f['letter']}{f['row']}", f["value"]) for f in faults}


def test_a_copy_replaces_nothing_unasked(fundalign: Runner, little: Path, book: Path, tmp_path: Path) -> None:
    edit(book, "budgets", "E2", "1_0")
    (tmp_path / "there.xlsx").write_text("mine")
    refused = fundalign("check", book, "--annotate", "there.xlsx")
    assert (refused.returncode, (tmp_path / "there.xlsx").read_text()) == (2, "mine")
    assert fundalign("check", book, "--annotate", "there.xlsx", "--force").returncode == 3
    assert load_workbook(tmp_path / "there.xlsx").sheetnames[0] == "faults"
    assert fundalign("check", little, "--annotate", "copy.xlsx").returncode == 2
    (tmp_path / "broken.xlsx").write_bytes(b"PK")
    broken = fundalign("check", "broken.xlsx", "--annotate", "copy.xlsx")
    assert (broken.returncode, "no copy" in broken.stderr) == (3, True)


def test_a_clean_workbook_has_no_copy(fundalign: Runner, book: Path, tmp_path: Path) -> None:
    clean = fundalign("check", book, "--annotate", "none.xlsx")
    assert (clean.returncode, "nothing to mark" in clean.stderr) == (0, True)
    assert not (tmp_path / "none.xlsx").exists()


def test_faults_of_scenarios_are_told_by_sheet(fundalign: Runner, book: Path) -> None:
    mine: Any = load_workbook(book)
    mine["scenarios"].append(["late", None, 1, "budgets", "first_period", None, "set", "2029"])
    mine.save(book)
    ran = fundalign("check", book, "--format", "json")
    assert ran.returncode == 3
    fault = json.loads(ran.stdout)[0]
    assert (fault["file"], fault["sheet"], fault["row"]) == ("little.xlsx", "scenarios", 2)
    assert "sheet budgets" in fault["expected"]


def test_an_empty_workbook(fundalign: Runner, tmp_path: Path) -> None:
    Workbook().save(tmp_path / "empty.xlsx")
    ran = fundalign("check", "empty.xlsx", "--format", "json")
    assert ran.returncode == 3
    told = {(fault["sheet"], fault["expected"]) for fault in json.loads(ran.stdout)}
    assert {("Sheet", "the name of a table"), ("case", "this sheet"), ("milestones", "this sheet")} <= told
