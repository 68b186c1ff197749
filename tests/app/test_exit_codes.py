"""Every exit code of the command line, and that nothing is written where nothing may be."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from fundalign.app.exits import exit_of

Runner = Callable[..., subprocess.CompletedProcess[str]]


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["solve"], "CASE"),
        (["paint", "little"], "paint"),
        (["check", "nowhere"], "nowhere"),
        (["solve", "nowhere"], "nowhere"),
        (["verify", "nowhere"], "nowhere"),
        (["verify", "little"], "little"),
        (["new", "mine", "--example", "nothing"], "nothing"),
        (["new", "little"], "little"),
        (["solve", "little", "--gap", "-1"], "--gap"),
        (["solve", "little", "--gap", "nan"], "--gap"),
        (["solve", "little", "--gap", "5%"], "a share such as 0.05"),
        (["solve", "little", "--time-limit", "0"], "--time-limit"),
        (["solve", "little", "--scenario", "dream"], "dream"),
        (["solve", "little", "--set", "budgets.payments"], "budgets.payments"),
        (["solve", "little", "-o", "."], "holds the case"),
    ],
)
def test_wrong_usage_is_2_and_writes_nothing(
    fundalign: Runner, little: Path, tmp_path: Path, arguments: list[str], words: str
) -> None:
    before = names_in(tmp_path)
    ran = fundalign(*arguments)
    assert ran.returncode == 2, ran.stderr
    assert words in ran.stderr
    assert "Traceback" not in ran.stderr
    assert ran.stdout == ""
    assert names_in(tmp_path) == before


def test_an_existing_output_is_refused_before_solving(fundalign: Runner, hard: Path, tmp_path: Path) -> None:
    (tmp_path / "hard-run").mkdir()
    (tmp_path / "hard-run" / "mine.txt").write_text("keep", encoding="utf-8")
    for extra in ([], ["--force"]):  # --force replaces runs only
        ran = fundalign("solve", hard, *extra)
        assert ran.returncode == 2
        assert "hard-run" in ran.stderr
    assert (tmp_path / "hard-run" / "mine.txt").read_text(encoding="utf-8") == "keep"


def test_force_replaces_an_earlier_run(fundalign: Runner, little: Path) -> None:
    assert fundalign("solve", little).returncode == 0
    assert fundalign("solve", little).returncode == 2
    assert fundalign("solve", little, "--force").returncode == 0


def test_a_broken_workbook_is_invalid_input(fundalign: Runner, tmp_path: Path) -> None:
    (tmp_path / "case.xlsx").write_bytes(b"PK")
    ran = fundalign("check", "case.xlsx")
    assert ran.returncode == 3
    assert "an .xlsx workbook" in ran.stdout


def test_invalid_input_is_3_and_writes_nothing(fundalign: Runner, little: Path, tmp_path: Path) -> None:
    (little / "funders.csv").write_text("funder,kind,currency\nF,publik,EUR\n", encoding="utf-8")
    ran = fundalign("solve", little)
    assert ran.returncode == 3
    assert "publik" in ran.stderr
    assert ran.stdout == ""
    assert names_in(tmp_path) == {"little"}


def test_a_change_that_matches_nothing_is_invalid_input(fundalign: Runner, little: Path, tmp_path: Path) -> None:
    ran = fundalign("solve", little, "--set", "milestones.value[initiative=Z]=1", "--format", "json")
    assert ran.returncode == 3
    assert json.loads(ran.stdout)["faults"][0]["file"] == "milestones.csv"
    assert "the what-if (milestones.value[initiative=Z]=1) brings 1 fault" in ran.stderr
    assert names_in(tmp_path) == {"little"}


def test_a_run_folder_is_no_case(fundalign: Runner, little: Path) -> None:
    assert fundalign("solve", little).returncode == 0
    for command in ("check", "solve"):
        ran = fundalign(command, "little-run")
        assert ran.returncode == 2
        assert "little-run is a run folder; its case is little-run/case" in ran.stderr


def test_a_grid_is_no_scenario_and_an_unknown_name_lists_those_there_are(fundalign: Runner, little: Path) -> None:
    change = '[[grid.change]]\ntable = "budgets"\ncolumn = "payments"\nmultiply = [0.9, 1]\n'
    (little / "scenarios.toml").write_text(f'[[grid]]\nname = "cuts"\n{change}', encoding="utf-8")
    for name, words in (("cuts", "is a grid of 2 scenarios"), ("dream", "there are: 'cuts: 0.9', 'cuts: 1'")):
        ran = fundalign("solve", little, "--scenario", name)
        assert ran.returncode == 2
        assert words in ran.stderr
        assert "'cuts: 0.9'" in ran.stderr


def test_infeasible_is_4_and_the_explanation_is_written(fundalign: Runner, little: Path, tmp_path: Path) -> None:
    # both initiatives mandatory: 11 of cost, 10 of budget
    (little / "initiatives.csv").write_text(
        "initiative,currency,status\nA,EUR,mandatory\nB,EUR,mandatory\n", encoding="utf-8"
    )
    ran = fundalign("solve", little)
    assert ran.returncode == 4, ran.stderr
    assert '"infeasible"' in (tmp_path / "little-run" / "summary.json").read_text(encoding="utf-8")
    assert "These rules cannot hold together" in ran.stdout
    assert "budget of F, cycle c1: 10 EUR thousand (budgets.csv, row 2, payments)" in ran.stdout
    assert "raise budget of F, cycle c1 from 10 to 11 EUR thousand" in ran.stdout
    assert '"minimal": true' in (tmp_path / "little-run" / "explanation.json").read_text(encoding="utf-8")
    told = fundalign("verify", "little-run")
    assert told.returncode == 9
    assert told.stdout == "little-run: no plan to verify (status infeasible)\n"
    assert '"explanation"' in (tmp_path / "little-run" / "summary.json").read_text(encoding="utf-8")
    assert fundalign("solve", little, "--force").returncode == 4


def test_a_limit_with_a_plan_is_6_and_the_last_line_says_how_far(fundalign: Runner, hard: Path) -> None:
    ran = fundalign("solve", hard, "--time-limit", "3")
    assert ran.returncode == 6, ran.stderr
    last = ran.stdout.strip().splitlines()[-1]
    assert last.startswith("stopped by the time limit: the best plan can be at most ")
    assert last.endswith(" above this one")
    assert "%" in last
    assert fundalign("verify", "hard-run").returncode == 0


def test_a_limit_without_a_plan_is_7_and_writes_nothing(fundalign: Runner, hard: Path, tmp_path: Path) -> None:
    ran = fundalign("solve", hard, "--time-limit", "0.000001")
    assert ran.returncode == 7, ran.stderr
    assert "time limit" in ran.stderr
    assert names_in(tmp_path) == {"hard"}


@pytest.mark.parametrize("flags", [[], ["--debug"]])
def test_a_defect_is_1_and_shows_a_traceback_only_when_asked(flags: list[str]) -> None:
    program = (
        "import sys\nimport fundalign.app.checking as checking\nfrom fundalign.app.cli import main\n"
        "def check_case(talk, text):\n    raise ZeroDivisionError('one by nothing')\n"
        "checking.check_case = check_case\n"
        f"sys.argv = ['fundalign', 'check', 'tiny', *{flags!r}]\nsys.exit(main())"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert ran.stdout == ""
    assert "ZeroDivisionError: one by nothing" in ran.stderr
    assert ("Traceback" in ran.stderr) is bool(flags)
    assert ("Please report" in ran.stderr) is not bool(flags)


@pytest.mark.parametrize(
    ("status", "number", "code"),
    [
        ("optimal", None, 0),
        ("feasible", None, 6),
        ("no_plan", None, 7),
        ("infeasible", None, 4),
        ("unbounded", None, 5),
        ("numerical", None, 5),
        ("interrupted", signal.SIGINT, 130),
        ("interrupted", signal.SIGTERM, 143),
    ],
)
def test_each_status_has_its_exit_code(status: str, number: int | None, code: int) -> None:
    assert exit_of(status, number) == code


def test_closed_standard_streams_are_no_defect(tmp_path: Path) -> None:
    """A batch system may close stdout and stderr; the work is done all the same."""
    command = f'"{sys.executable}" -m fundalign.app.cli solve tiny -o "{tmp_path / "run"}"'
    assert subprocess.run(["bash", "-c", f"{command} >&- 2>&-"], check=False).returncode == 0
    assert (tmp_path / "run" / "summary.json").exists()


def test_a_link_or_an_endless_name_is_refused_before_solving(fundalign: Runner, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for name in ("link", "x" * 250):
        assert fundalign("solve", "tiny", "-o", tmp_path / name).returncode == 2
