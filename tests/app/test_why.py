"""The command `why` through real processes: what it adds to a run, and what it refuses."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
from pathlib import Path

import pandas as pd
import pytest

from .conftest import COMMAND, Runner


def read(folder: Path) -> list[dict[str, str]]:
    """Read why.csv as text."""
    with (folder / "why.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def by_kind(folder: Path) -> dict[str, dict[str, str]]:
    """Read the rows of why.csv by their kind."""
    return {row["kind"]: row for row in read(folder)}


def names(folder: Path) -> list[str]:
    """The initiatives that why.csv is about."""
    return list(dict.fromkeys(row["initiative"] for row in read(folder)))


def test_a_case_is_solved_and_every_change_can_be_replayed(fundalign: Runner, little: Path, tmp_path: Path) -> None:
    done = fundalign("why", little, "B")
    assert done.returncode == 0, done.stderr
    assert "B is not funded." in done.stdout
    assert "Forced in, the best plan is worse by 1 (value)." in done.stdout
    folder = tmp_path / "little-run"
    rows = by_kind(folder)
    # A is worth 10: B (9) enters above 10/9, at a cost of 4 (both fit 10), and with a budget of 11 (A + B).
    assert rows["value"]["set"] == "milestones.value[initiative=B]*=1.112"
    assert (rows["cost"]["needed"], rows["cost"]["change_percent"]) == ("4", "-20")
    budget = rows["budget"]
    assert (budget["needed"], budget["change_absolute"], budget["unit"]) == ("11", "1", "EUR thousand")
    assert budget["payments"].startswith("F c1: +5,000")
    for k, text in enumerate(row["set"] for row in rows.values()):
        if text:
            out = tmp_path / f"again-{k}"
            assert fundalign("solve", little, "--set", text, "-o", out).returncode == 0
            plan = pd.read_csv(out / "portfolio.csv").set_index("initiative")
            assert plan["funded"].to_dict()["B"]
    assert fundalign("verify", folder).returncode == 0, "the run still verifies with the table beside it"


def test_a_run_gains_rows_for_each_initiative_and_keeps_them(fundalign: Runner, little: Path, tmp_path: Path) -> None:
    fundalign("solve", little)
    folder = tmp_path / "little-run"
    first = fundalign("why", folder, "B", "--format", "json")
    assert first.returncode == 0, first.stderr
    told = json.loads(first.stdout)
    assert (told["funded"], told["loss"]) == (False, {"least": pytest.approx(1.0), "most": pytest.approx(1.0)})
    assert fundalign("why", folder, "A").returncode == 0
    assert names(folder) == ["B", "A"]
    again = fundalign("why", folder, "B")
    assert again.returncode == 2
    assert "--force" in again.stderr
    assert fundalign("why", folder, "B", "--force").returncode == 0
    assert names(folder) == ["A", "B"]
    document = json.loads((folder / "why.json").read_text())
    assert [each["initiative"] for each in document["initiatives"]] == ["A", "B"]
    copy = tmp_path / "copy"
    assert fundalign("why", folder, "B", "-o", copy).returncode == 0
    assert (copy / "summary.json").is_file()


def test_a_funded_initiative_leaves(fundalign: Runner, little: Path, tmp_path: Path) -> None:
    assert fundalign("why", little, "A").returncode == 0
    rows = by_kind(tmp_path / "little-run")
    # B alone is worth 9: A (10) leaves below that; it costs 6 and 10 pay it, or 5.999 do not (B: 5).
    assert (rows["forced out"]["effect_least"], rows["forced out"]["effect_most"]) == ("-1", "-1")
    assert rows["value"]["needed"] == "8.99"
    assert rows["budget"]["needed"] == "5.99"
    assert rows["cost"]["needed"] == "10.002"


def test_what_is_refused_before_any_work(fundalign: Runner, little: Path, tmp_path: Path) -> None:
    unknown = fundalign("why", little, "AA")
    assert unknown.returncode == 2
    assert "no initiative 'AA' in Little (did you mean 'A'?)" in unknown.stderr
    assert not (tmp_path / "little-run").exists()
    fundalign("solve", little)
    assert fundalign("why", little, "A").returncode == 2, "the run is there already"
    changed = fundalign("why", tmp_path / "little-run", "A", "--set", "budgets.payments*=2")
    assert changed.returncode == 2
    assert "as it was solved" in changed.stderr
    assert fundalign("why", tmp_path / "nowhere", "A").returncode == 2


def test_a_changed_case_is_asked_about_as_changed(fundalign: Runner, little: Path, tmp_path: Path) -> None:
    done = fundalign("why", little, "B", "--set", "budgets.payments*=1.1", "--format", "json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["funded"]


def test_ctrl_c_keeps_what_is_known(fundalign: Runner, hard: Path, tmp_path: Path) -> None:
    assert fundalign("solve", hard, "--steps", "1", "--time-limit", "600").returncode == 6
    plan = pd.read_csv(tmp_path / "hard-run" / "portfolio.csv")
    name = str(plan.loc[~plan["funded"], "initiative"].iloc[0])
    with subprocess.Popen(
        [*COMMAND, "why", "hard-run", name, "--log-json", "--format", "json", "--time-limit", "600"],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stderr is not None
        for line in process.stderr:  # said before the base is searched, which may take 90 of the 600 seconds
            if json.loads(line).get("phase") == "reading the run":
                break
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=200)
    assert process.returncode == 130, errors
    told = json.loads(output)
    assert told["interrupted"]
    assert told["rows"][0]["kind"] == "forced in"
    late = {"not looked at: the time was up"}
    assert {row["note"] for row in told["rows"][1:]} == late or "better plan" in told["note"]
    assert names(tmp_path / "hard-run") == [name]
