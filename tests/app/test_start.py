"""`solve --start RUN` through real processes: what is taken from the run, what is said, what is refused."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

Runner = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(fundalign: Runner, little: Path, tmp_path: Path) -> Path:
    """A is funded (cost 6 of 10, value 10), B is not."""
    assert fundalign("solve", little).returncode == 0
    return tmp_path / "little-run"


def summary_of(ran: subprocess.CompletedProcess[str]) -> dict[str, object]:
    assert ran.returncode == 0, ran.stderr
    found: dict[str, object] = json.loads(ran.stdout)
    return found


def test_a_cut_that_does_not_bind_keeps_the_plan(fundalign: Runner, run: Path, tmp_path: Path) -> None:
    change = "budgets.payments=7"  # A still fits, and less money never allows more
    ran = fundalign("solve", run / "case", "--start", run, "--set", change, "-o", "less", "--format", "json")
    summary = summary_of(ran)
    assert (summary["objective"], summary["bound"], summary["phase"]) == (10.0, 10.0, "start")
    options = json.loads((tmp_path / "less" / "manifest.json").read_text(encoding="utf-8"))["options"]
    schedule = sha256((run / "schedule.csv").read_bytes()).hexdigest()
    assert options["start"] == {"case": "Little", "schedule": schedule}
    assert fundalign("verify", "less").returncode == 0


def test_a_binding_change_finds_the_new_best_plan(fundalign: Runner, run: Path, little: Path) -> None:
    less = fundalign("solve", little, "--start", run, "--set", "budgets.payments=5", "-o", "less", "--format", "json")
    assert summary_of(less)["objective"] == 9.0  # 5 buys B only
    more = fundalign(
        "solve", little, "--start", "less", "--set", "budgets.payments=11", "-o", "both", "--format", "json"
    )
    assert summary_of(more)["objective"] == 19.0


def test_initiatives_that_the_case_no_longer_knows_are_ignored(
    fundalign: Runner, run: Path, little: Path, tmp_path: Path
) -> None:
    for table in ("initiatives", "milestones"):
        path = little / f"{table}.csv"
        path.write_text(path.read_text(encoding="utf-8").replace("A,", "Z,").replace("a1", "z1"), encoding="utf-8")
    ran = fundalign("solve", little, "--start", run, "-o", "other", "--format", "json")
    assert summary_of(ran)["objective"] == 10.0
    assert "(Little) funds nothing that this case knows; the search starts from nothing" in ran.stderr
    assert "start" not in json.loads((tmp_path / "other" / "manifest.json").read_text(encoding="utf-8"))["options"]


def test_how_much_of_the_start_is_known_is_said(fundalign: Runner, run: Path, little: Path) -> None:
    """With 11 both are funded; of those the case with B renamed knows one, and `tiny` none."""
    fundalign("solve", little, "--set", "budgets.payments=11", "-o", "both")
    ran = fundalign("solve", little, "--start", "both", "-o", "again", "--log-json")
    (told,) = [line for line in map(json.loads, ran.stderr.splitlines()) if line["event"] == "start"]
    assert (told["message"], told["known"]) == ("start: 2 of 2 funded initiatives known", 2)
    for table in ("initiatives", "milestones"):
        path = little / f"{table}.csv"
        path.write_text(path.read_text(encoding="utf-8").replace("B,", "Z,"), encoding="utf-8")
    ran = fundalign("solve", little, "--start", "both", "-o", "other")
    assert "start: 1 of 2 funded initiatives known\n" in ran.stderr
    ran = fundalign("solve", "tiny", "--start", "both", "-o", "unrelated")
    assert ran.returncode == 0
    assert "warning: both (Little) funds nothing that this case knows" in ran.stderr


def test_a_start_without_a_plan_is_said_and_ignored(fundalign: Runner, little: Path) -> None:
    initiatives = little / "initiatives.csv"
    given = initiatives.read_text(encoding="utf-8")
    initiatives.write_text("initiative,currency,status\nA,EUR,mandatory\nB,EUR,mandatory\n", encoding="utf-8")
    assert fundalign("solve", little, "-o", "none").returncode == 4  # 11 of 10
    initiatives.write_text(given, encoding="utf-8")
    ran = fundalign("solve", little, "--start", "none", "--format", "json")
    assert summary_of(ran)["objective"] == 10.0
    assert "none has no plan to start from" in ran.stderr


@pytest.mark.parametrize("start", ["nowhere", "little", "little-run/summary.json"])
def test_a_start_that_is_no_run_is_wrong_usage(fundalign: Runner, run: Path, start: str, tmp_path: Path) -> None:
    ran = fundalign("solve", "little", "--start", start, "-o", "here")
    assert ran.returncode == 2
    assert "is not a run folder" in ran.stderr
    assert not (tmp_path / "here").exists()


@pytest.mark.parametrize("text", ["{}", "[]", '{"status": "splendid"}'])
def test_a_run_with_a_broken_summary_is_invalid_input(fundalign: Runner, run: Path, text: str) -> None:
    (run / "summary.json").write_text(text, encoding="utf-8")
    ran = fundalign("solve", "little", "--start", run, "-o", "here")
    assert ran.returncode == 3
    assert "summary.json" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_bound_that_was_lowered_by_hand_with_its_case_is_not_believed(
    fundalign: Runner, run: Path, little: Path
) -> None:
    budgets = run / "case" / "budgets.csv"
    budgets.write_text(budgets.read_text(encoding="utf-8").replace(",10", ",11"), encoding="utf-8")
    ran = fundalign("solve", little, "--set", "budgets.payments=11", "--start", run, "-o", "both", "--format", "json")
    assert summary_of(ran)["objective"] == 19.0
