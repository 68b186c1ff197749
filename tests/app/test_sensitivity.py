"""The command `sensitivity` through real processes: what it adds to a run, and what it refuses."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

import pandas as pd
import pytest

from .conftest import COMMAND, Runner

TABLES = ("prices", "ceilings", "sensitivity", "tornado", "initiatives", "alternatives")


def read(folder: Path, name: str) -> pd.DataFrame:
    """Read a table as text."""
    return pd.read_csv(folder / f"{name}.csv", dtype=str, keep_default_na=False)


def test_a_case_is_solved_and_asked_about(fundalign: Runner, little: Path, tmp_path: Path) -> None:
    done = fundalign("sensitivity", little, "--time-limit", "120")
    assert done.returncode == 0, done.stderr
    folder = tmp_path / "little-run"
    assert all((folder / f"{name}.csv").is_file() for name in TABLES)
    asked = read(folder, "sensitivity")
    more = asked[(asked["kind"] == "budget") & (asked["share"] == "0.1")].iloc[0]  # 11 pay for A and B: 19, not 10
    assert more["status"] == "certainly more"
    assert (float(more["effect_least"]), float(more["effect_most"])) == pytest.approx((9, 9), abs=0.01)
    assert (more["added"], more["portfolio"], more["money_moved"]) == ("B", "needed", "5000")
    less = asked[(asked["kind"] == "budget") & (asked["share"] == "-0.2")].iloc[0]  # 8 still pay for A
    assert (less["status"], less["portfolio"]) == ("not distinguishable", "same")
    assert float(less["effect_least"]) <= 0 <= float(less["effect_most"])
    places = read(folder, "initiatives").set_index("initiative")
    assert places["place"].to_dict() == {"A": "core", "B": "exterior"}
    assert (read(folder, "alternatives")["note"] != "").any()
    assert "tornado.csv" in done.stdout
    assert fundalign("verify", folder).returncode == 0, "the run still verifies with the tables beside it"


def test_what_is_asked_can_be_replayed(fundalign: Runner, little: Path, tmp_path: Path) -> None:
    fundalign("sensitivity", little, "--time-limit", "120", "--kind", "cost", "--share", "0.25")
    asked = read(tmp_path / "little-run", "sensitivity")
    assert set(asked["share"]) == {"-0.25", "0.25"}
    assert set(asked["kind"]) == {"cost"}
    for k, row in enumerate(asked.to_dict("records")):
        out = tmp_path / f"again-{k}"
        assert fundalign("solve", little, "--set", row["change"], "-o", out).returncode == 0
        objective = json.loads((out / "summary.json").read_text())["objective"]
        assert float(row["effect_least"]) - 1e-6 <= objective - 10.0 <= float(row["effect_most"]) + 1e-6


def test_a_run_gains_the_tables_and_is_not_overwritten_unasked(fundalign: Runner, little: Path, tmp_path: Path) -> None:
    fundalign("solve", little)
    folder = tmp_path / "little-run"
    before = (folder / "summary.json").read_bytes()
    first = fundalign("sensitivity", folder, "--time-limit", "120", "--format", "json", "--jobs", "2")
    assert first.returncode == 0, first.stderr
    told = json.loads(first.stdout)
    assert set(TABLES) <= told.keys()
    assert told["objective"] == pytest.approx(10.0)
    assert (folder / "summary.json").read_bytes() == before
    again = fundalign("sensitivity", folder)
    assert again.returncode == 2
    assert "--force" in again.stderr
    copied = fundalign("sensitivity", folder, "-o", "copy", "--time-limit", "120", "--alternatives", "0")
    assert copied.returncode == 0, copied.stderr
    assert len(read(tmp_path / "copy", "alternatives")) == 0
    assert fundalign("verify", "copy").returncode == 0


def test_a_what_if_of_a_case_is_solved_and_asked_about(fundalign: Runner, little: Path, tmp_path: Path) -> None:
    change = '[[scenario.change]]\ntable = "budgets"\ncolumn = "payments"\nmultiply = 2\n'
    (little / "scenarios.toml").write_text(f'[[scenario]]\nname = "twice"\n{change}')
    named = ("--kind", "budget", "--share", "0.1", "--jobs", "1", "--time-limit", "60")
    by_set = fundalign("sensitivity", little, "--set", "budgets.payments*=2", "-o", "set", *named)
    assert by_set.returncode == 0, by_set.stderr
    assert fundalign("sensitivity", little, "--scenario", "twice", "-o", "scenario", *named).returncode == 0
    for folder in (tmp_path / "set", tmp_path / "scenario"):
        asked = read(folder, "sensitivity")
        assert (asked["status"] == "not distinguishable").all()  # 20 pay for A and B, worth 19; so do 18
        assert json.loads((folder / "sensitivity.json").read_text())["objective"] == pytest.approx(19.0)
    assert json.loads((tmp_path / "scenario" / "manifest.json").read_text())["options"]["scenario"] == "twice"
    on_a_run = fundalign("sensitivity", tmp_path / "set", "--set", "budgets.payments*=2", "--force")
    assert (on_a_run.returncode, "CASE" in on_a_run.stderr) == (2, True)


def test_a_kind_that_the_case_has_nothing_of_is_said(fundalign: Runner, tmp_path: Path) -> None:
    done = fundalign("sensitivity", "tiny", "--kind", "synergy")
    assert done.returncode == 2
    assert "no number of kind synergy" in done.stderr
    assert "it has: budget" in done.stderr.replace("\n", " ")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nowhere",), "nowhere"),
        (("tiny", "--scenario", "nine"), "nine"),
        (("tiny", "--kind", "budgets"), "budget"),
        (("tiny", "--share", "20"), "share"),
        (("tiny", "--share", "nan"), "share"),
        (("tiny", "--tolerance", "5"), "share"),
        (("tiny", "--distance", "0"), "distance"),
    ],
)
def test_wrong_usage_is_said_before_any_work(
    fundalign: Runner, tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    done = fundalign("sensitivity", *arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())


def test_a_what_if_with_faults_is_invalid_input_as_it_is_for_solve(fundalign: Runner, tmp_path: Path) -> None:
    done = fundalign("sensitivity", "tiny", "--set", "budgets.payment*=2")
    assert done.returncode == 3
    assert "payment" in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())


def test_an_infeasible_case_has_nothing_to_be_asked_about(fundalign: Runner, little: Path) -> None:
    text = (little / "initiatives.csv").read_text().replace("initiative,currency", "initiative,currency,status")
    (little / "initiatives.csv").write_text(text.replace("EUR", "EUR,mandatory"))
    done = fundalign("sensitivity", little)
    assert done.returncode == 4
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("part", "seconds"), [("proving the plan", 600), ("prices and what-ifs", 120)])
def test_ctrl_c_keeps_what_is_known(fundalign: Runner, hard: Path, tmp_path: Path, part: str, seconds: int) -> None:
    solved = fundalign("solve", hard, "--steps", "1", "--time-limit", "600")
    assert solved.returncode == 6, solved.stderr
    with subprocess.Popen(
        [*COMMAND, "sensitivity", "hard-run", "--time-limit", str(seconds), "--jobs", "2", "--log-json"],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    ) as process:  # fmt: skip
        assert process.stderr is not None
        for line in process.stderr:
            said = json.loads(line)
            if said.get("part") == part and (part == "proving the plan" or said["done"] > 0):  # something is known then
                break
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the processes that work for it too
        _, errors = process.communicate(timeout=200)
    assert process.returncode == 130, errors
    assert "Traceback" not in errors
    if part == "proving the plan":
        assert "no table is written" in errors
        assert not (tmp_path / "hard-run" / "sensitivity.json").exists()
        return
    told = json.loads((tmp_path / "hard-run" / "sensitivity.json").read_text())
    assert told["interrupted"]
    assert told["levers_not_asked"] > 0
    assert all((tmp_path / "hard-run" / f"{name}.csv").is_file() for name in TABLES)
