"""`fundalign report` through real processes, on the shipped case `tiny`: value 19 of 19, 26 million EUR."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

import fundalign as fa
from fundalign.inputs.shipped import shipped_path
from fundalign.results.report_parts import assemble
from fundalign.results.reporting import material_of

from ..forked import Commands

Runner = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory, commands: Commands) -> Path:
    """Solve once: `base`, and `none`, which no plan satisfies; trace a frontier of `tiny` with its end points."""
    folder = tmp_path_factory.mktemp("solved")
    asked = (
        (0, ("solve", "tiny", "-o", "base")),
        (4, ("solve", "tiny", "-o", "none", "--set", "initiatives.status=mandatory")),
        (0, ("frontier", "tiny", "--against", "public_money", "--points", "2", "-o", "front")),
    )
    for code, words in asked:
        assert commands.run(words, folder).returncode == code
    return folder


@pytest.fixture
def runs(solved: Path, tmp_path: Path) -> Path:
    shutil.copytree(solved, tmp_path, dirs_exist_ok=True)
    return tmp_path


def test_a_report_beside_its_run(fundalign: Runner, runs: Path) -> None:
    """Written into the run, which stays one: it verifies, and may be replaced by another."""
    ran = fundalign("report", "base")
    assert (ran.returncode, ran.stderr) == (0, "")
    for words in ("Optimal within the gap", "26.00 EUR million", "written: base/report.html, base/report.xlsx"):
        assert words in ran.stdout
    assert "<h1>Tiny accord 2027-2030</h1>" in (runs / "base" / "report.html").read_text(encoding="utf-8")
    assert "Portfolio" in openpyxl.load_workbook(runs / "base" / "report.xlsx").sheetnames
    assert fa.verify(runs / "base").holds
    again = fundalign("report", "base")
    assert (again.returncode, again.stdout) == (2, "")
    assert "report.html exists already" in again.stderr
    assert fundalign("solve", "tiny", "-o", "base", "--force").returncode == 0
    assert not (runs / "base" / "report.html").exists()


def test_a_report_elsewhere(fundalign: Runner, runs: Path) -> None:
    ran = fundalign("report", "base", "-o", "deep/down", "-o", "other.xlsx", "--format", "json")
    told = json.loads(ran.stdout)
    assert told["files"] == ["deep/down/report.html", "deep/down/report.xlsx", "other.xlsx"]
    assert (told["status"], told["doubts"]) == ("optimal", [])
    assert told["headline"][1] == "3 of 4 initiatives are funded, with 4 of 5 milestones."
    assert all((runs / file).is_file() for file in told["files"])
    assert not (runs / "base" / "report.html").exists()


def test_wrong_usage_is_said_before_work(fundalign: Runner, runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = fundalign("report", "front")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "front is a frontier; report one of its points" in ran.stderr
    monkeypatch.chdir(runs)
    Path("notes.html").write_text("mine", encoding="utf-8")
    asked: tuple[tuple[str, tuple[str, ...], str | None, str], ...] = (
        ("nowhere", (), None, "no such run folder: nowhere"),
        (".", (), None, "is not a run folder"),
        ("base", ("none",), None, "foreign file in the run"),
        ("base", ("notes.html",), None, "notes.html is not a report"),
        ("base", ("notes.html/x",), None, "notes.html is no folder"),
        ("base", (), "base", "base is not the folder of a frontier"),
    )
    for run, outputs, frontier, told in asked:
        with pytest.raises(fa.UsageError, match=told):
            fa.report(run, outputs, frontier, force=True)
    assert not list(Path("base").glob("report*"))


def test_a_run_that_was_changed_is_named(fundalign: Runner, runs: Path) -> None:
    table = runs / "base" / "portfolio.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("8000000.00", "8000001.00", 1), encoding="utf-8")
    ran = fundalign("report", "base")
    assert (ran.returncode, ran.stdout) == (9, "")
    assert "the run base does not hold: portfolio.csv" in ran.stderr
    assert not (runs / "base" / "report.html").exists()


def test_a_run_without_plan_whose_summary_was_changed_is_named(runs: Path) -> None:
    file = runs / "none" / "summary.json"
    file.write_text(file.read_text(encoding="utf-8").replace("cannot hold together", "hold together"), encoding="utf-8")
    with pytest.raises(fa.NotVerified, match=r"summary\.json is not as it was written"):
        fa.report(runs / "none")


def test_no_plan_gets_an_honest_page(fundalign: Runner, runs: Path) -> None:
    ran = fundalign("report", "none")
    assert ran.returncode == 0
    assert "There is no plan. It is proved that no plan keeps every rule of this case." in " ".join(ran.stdout.split())
    page = (runs / "none" / "report.html").read_text(encoding="utf-8")
    assert "Why there is no plan" in page
    assert "What-if: initiatives.status=mandatory" in page
    assert "budget of NORTH-MIN, cycle 2029-30: 40 SEK million" in page
    assert "raise budget of NORTH-MIN, cycle 2027-28 from 40 to 60 SEK million" in page
    assert len(page) < 100_000  # no chart, so no library of charts
    assert openpyxl.load_workbook(runs / "none" / "report.xlsx").sheetnames == ["Cover"]


def test_a_point_of_a_frontier_shows_it(fundalign: Runner, runs: Path) -> None:
    assert fundalign("report", "front/points/01", "-o", "point.html").returncode == 0
    assert 'id="chart-frontier"' in (runs / "point.html").read_text(encoding="utf-8")
    assert "of the workbook" not in (runs / "point.html").read_text(encoding="utf-8")  # it has none
    fa.report(runs / "base", [runs / "base.html"], runs / "front")
    assert 'id="chart-frontier"' in (runs / "base.html").read_text(encoding="utf-8")


def test_what_sensitivity_adds_is_shown(fundalign: Runner, runs: Path) -> None:
    """The tables as `sensitivity` really writes them."""
    words = ("--kind", "ratio", "--share", "0.2", "--alternatives", "1", "--jobs", "1")
    assert fundalign("sensitivity", "base", *words).returncode == 0
    assert fundalign("report", "base").returncode == 0
    page = (runs / "base" / "report.html").read_text(encoding="utf-8")
    for section in ("tornado", "What the plan depends on", "Prices in this portfolio", "no further portfolio"):
        assert section in page
    names = openpyxl.load_workbook(runs / "base" / "report.xlsx").sheetnames
    assert {"What-ifs", "What the objective swings by", "Which initiatives are settled"} <= set(names)


def test_a_what_if_and_a_re_plan_say_what_they_change(tmp_path: Path) -> None:
    """Half of SOUTH-MIN's money of 2030, the past as approved: LINK and LAB go on, SENSE gives way to SKILLS."""
    case = fa.read_case(shipped_path("tiny"))
    cut = case.change("budgets", "payments", where={"funder": "SOUTH-MIN", "cycle": "2030"}, multiply=0.5)
    run = fa.replan(cut, fa.solve(case), "2029")
    sections = {each.key: each for each in assemble(material_of(run.write(tmp_path / "run"))).sections}
    section = sections["differences"]
    assert section.lead[0] == "Frozen until 2029: 2 kept, 1 dropped and 1 added."
    assert section.lead[1].startswith("Moved: 9.00 of the 16.00 EUR million approved from then on")
