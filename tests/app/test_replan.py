"""`fundalign replan` through real processes, on the shipped cases `tiny` and `quantum`.

`tiny` as approved: LAB in 2027, LINK in 2028 and 2029, SENSE in 2030, worth 19. From 2029 on 16 million EUR were
approved: 8 for LINK deployment (ACCORD 2, SOUTH-MIN 6), 8 for SENSE (4 each of NORTH-MIN and SOUTH-MIN).

The change: half of SOUTH-MIN's money of 2030, and SKILLS at half its cost.
- SENSE needs 4 of SOUTH-MIN in 2030, which now has 2: it goes, 8 move. SKILLS then fits in 2029-30, 0.5 a year and
  country, but SOUTH-MIN has nothing left in 2029: 0.5 of the money for LINK moves, too (ACCORD helps SKILLS, SOUTH-MIN
  pays less of LINK). Value 1 + 2 + 7 + 5 = 15, and 8.5 of 16 move (53.1 %).
- Or LINK deployment goes, 8 move (50 %), and SOUTH-MIN carries 2 of 2029 into 2030 for SENSE: 1 + 2 + 9 = 12. SKILLS
  does not fit beside it: 0.5 in 2030 is more than ACCORD may pay of it.
- With less than 8 moved there is no plan.
"""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from ..forked import Commands

Runner = Callable[..., subprocess.CompletedProcess[str]]
Row = dict[str, str]
CHANGE = (
    *("--set", "budgets.payments[funder=SOUTH-MIN,cycle=2030]*=0.5"),
    *("--set", "milestones.cost[initiative=SKILLS]*=0.5"),
)
OTHER = {"LINK": "resized", "SENSE": "kept"}
FROZEN = ("--from", "approved", "--frozen-until", "2029")


def rows_of(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def before(rows: list[Row], year: str) -> list[Row]:
    return [row for row in rows if row["period"] < year]


def changes(ran: subprocess.CompletedProcess[str]) -> dict[str, str]:
    return {row["initiative"]: row["change"] for row in json.loads(ran.stdout)["differences"]}


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory, commands: Commands) -> Path:
    folder = tmp_path_factory.mktemp("solved")
    assert commands.run(["solve", "tiny", "-o", "approved"], folder).returncode == 0
    return folder / "approved"


@pytest.fixture
def approved(solved: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(solved, tmp_path / "approved"))


def test_an_unchanged_case_keeps_everything(fundalign: Runner, approved: Path, tmp_path: Path) -> None:
    ran = fundalign("replan", "tiny", *FROZEN, "-o", "again", "--format", "json")
    assert ran.returncode == 0, ran.stderr
    summary = json.loads(ran.stdout)
    assert summary["objective"] == 19
    assert changes(ran) == {"LAB": "kept", "LINK": "kept", "SENSE": "kept"}
    assert {row["money_moved"] for row in summary["differences"]} == {"0.00"}
    assert (tmp_path / "again" / "funding.csv").read_bytes() == (approved / "funding.csv").read_bytes()
    assert fundalign("verify", "again").returncode == 0


def test_a_cut_and_a_cheaper_project(fundalign: Runner, approved: Path, tmp_path: Path) -> None:
    ran = fundalign("replan", "tiny", *FROZEN, *CHANGE, "-o", "again")
    assert ran.returncode == 0, ran.stderr
    assert "2 kept, 1 dropped, 1 added" in ran.stdout
    assert "moved: 8.50 of the 16.00 EUR million approved from then on (53.1%)" in ran.stdout
    paid = rows_of(tmp_path / "again" / "funding.csv")
    assert before(paid, "2029") == before(rows_of(approved / "funding.csv"), "2029")
    assert len(before(paid, "2029")) == 4
    differences = {row["initiative"]: row for row in rows_of(tmp_path / "again" / "differences.csv")}
    assert [differences[name]["change"] for name in ("LAB", "LINK", "SENSE", "SKILLS")] == [
        *("kept", "kept", "dropped", "added")
    ]
    assert "budget of SOUTH-MIN, 2030: " in differences["SENSE"]["because"]
    assert differences["SENSE"]["money_moved"] == "8000000.00"
    assert differences["LINK"]["money_moved"] == "500000.00"
    assert fundalign("verify", "again").returncode == 0


def test_the_replay_command_gives_the_same_plan(fundalign: Runner, approved: Path, tmp_path: Path) -> None:
    assert fundalign("replan", "tiny", *FROZEN, *CHANGE, "-o", "again").returncode == 0
    shutil.rmtree(approved)
    manifest = json.loads((tmp_path / "again" / "manifest.json").read_text(encoding="utf-8"))
    command = manifest["replay"].split()
    assert command[:5] == ["fundalign", "replan", "case", "--from", "approved"]
    ran = fundalign(*command[1:], "--format", "json", cwd=tmp_path / "again")
    assert ran.returncode == 0, ran.stderr
    assert changes(ran) == {"LAB": "kept", "LINK": "kept", "SENSE": "dropped", "SKILLS": "added"}


@pytest.mark.parametrize(("most", "value"), [(0.54, 15), (0.5, 12)])
def test_the_share_that_may_move_binds(fundalign: Runner, approved: Path, most: float, value: int) -> None:
    ran = fundalign("replan", "tiny", *FROZEN, *CHANGE, "--max-change", most, "--format", "json")
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["objective"] == value
    found = changes(ran)
    assert found == {
        "LAB": "kept",
        **({"LINK": "kept", "SENSE": "dropped", "SKILLS": "added"} if value == 15 else OTHER),
    }
    assert fundalign("verify", "tiny-run").returncode == 0


def test_too_small_a_share_is_infeasible_with_the_explanation(
    fundalign: Runner, approved: Path, tmp_path: Path
) -> None:
    ran = fundalign("replan", "tiny", *FROZEN, *CHANGE, "--max-change", 0.4, "-o", "again")
    assert ran.returncode == 4
    told = " ".join(ran.stdout.split())
    assert "of the 16 EUR million approved from 2029 on, 6.4 EUR million may be moved" in told
    assert "at least 8 EUR million must (max_change 0.5)" in told
    assert "most money that may be moved, max_change 0.4: short by 1.6 EUR million" in told
    assert (
        "max_change 0.4" in json.loads((tmp_path / "again" / "summary.json").read_text(encoding="utf-8"))["explanation"]
    )


def test_a_price_in_place_of_a_share(fundalign: Runner, approved: Path) -> None:
    """15 − 8.5·p against 12 − 8·p: half a million more moves while that costs less than 3."""
    for price, value in ((5, 15 - 42.5), (7, 12 - 56)):
        ran = fundalign("replan", "tiny", *FROZEN, *CHANGE, "--price", price, "--format", "json", "--force")
        assert ran.returncode == 0, ran.stderr
        assert json.loads(ran.stdout)["objective"] == pytest.approx(value)


def test_what_has_been_paid_cannot_be_more_than_the_budget_now(fundalign: Runner, approved: Path) -> None:
    cut = ("--set", "budgets.payments[funder=NORTH-MIN,cycle=2027-28]=30")
    ran = fundalign("replan", "tiny", *FROZEN, *cut)
    assert ran.returncode == 4
    assert "budget of NORTH-MIN, cycle 2027-28" in ran.stdout


def test_a_change_of_what_has_begun_is_invalid(fundalign: Runner, approved: Path, tmp_path: Path) -> None:
    ran = fundalign("replan", "tiny", *FROZEN, "--set", "milestones.cost[initiative=LAB]=7", "-o", "again")
    assert ran.returncode == 3
    told = " ".join(ran.stderr.split())
    assert "milestones.csv – faults" in told
    assert "6, as approved" in told
    assert "new milestone" in told
    assert not (tmp_path / "again").exists()


def test_a_history_that_the_case_no_longer_has_is_invalid(fundalign: Runner, approved: Path) -> None:
    ran = fundalign("replan", "tiny", "--from", "approved", "--frozen-until", "2028", "--set", "case.periods=3")
    assert ran.returncode == 3


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--from", "nowhere", "--frozen-until", "2029"), "no such run folder: nowhere"),
        (("--from", ".", "--frozen-until", "2029"), "is not a run folder"),
        (("--from", "approved", "--frozen-until", "2035"), "'2035' is no period of the case, 2027 to 2030"),
        (("--from", "approved", "--frozen-until", "soon"), "'soon' is no period of the case"),
        (("--from", "approved"), "--frozen-until"),
        (("--from", "approved", "--frozen-until", "2029", "--max-change", "20%"), "is not a share"),
    ],
)
def test_wrong_usage(fundalign: Runner, approved: Path, arguments: tuple[str, ...], words: str) -> None:
    ran = fundalign("replan", "tiny", *arguments)
    assert ran.returncode == 2
    assert words in ran.stderr


def test_a_run_without_a_plan_is_no_start(fundalign: Runner, approved: Path) -> None:
    nothing = (
        "--set",
        "initiatives.status[initiative=SENSE]=mandatory",
        "--set",
        "budgets.payments[funder=NORTH-MIN]=1",
    )
    assert fundalign("solve", "tiny", *nothing, "-o", "none").returncode == 4
    ran = fundalign("replan", "tiny", "--from", "none", "--frozen-until", "2029")
    assert ran.returncode == 2
    assert "no plan to start from" in ran.stderr


def test_a_run_that_does_not_verify_is_refused(fundalign: Runner, approved: Path, tmp_path: Path) -> None:
    funding = approved / "funding.csv"
    text = funding.read_text(encoding="utf-8")
    funding.write_text(text.replace("30000000.00", "29000000.00", 1), encoding="utf-8")
    ran = fundalign("replan", "tiny", *FROZEN, "-o", "again")
    assert ran.returncode == 9
    assert "does not hold, so it cannot be what was approved" in ran.stderr
    assert not (tmp_path / "again").exists()


def test_quantum_as_it_is_and_with_a_cut_keeps_the_past(fundalign: Runner, quantum_run: Path, tmp_path: Path) -> None:
    one = ("--threads", 1)
    shutil.copytree(quantum_run, tmp_path / "approved")
    frozen = ("--from", "approved", "--frozen-until", "2029Q1")
    ran = fundalign("replan", "quantum", *frozen, *one, "-o", "again", "--format", "json")
    assert ran.returncode == 0, ran.stderr
    assert set(changes(ran).values()) == {"kept"}
    assert (tmp_path / "again" / "funding.csv").read_bytes() == (tmp_path / "approved" / "funding.csv").read_bytes()
    cut = ("--set", "budgets.payments[funder=DE,cycle=FY2029]*=0.6", "--gap", 0.02)
    ran = fundalign("replan", "quantum", *frozen, *cut, *one, "-o", "cut", "--format", "json")
    assert ran.returncode == 0, ran.stderr
    assert set(changes(ran).values()) > {"kept"}
    for table in ("funding", "commitments", "currency"):
        now, was = (rows_of(tmp_path / run / f"{table}.csv") for run in ("cut", "approved"))
        assert before(now, "2029Q1") == before(was, "2029Q1")
    first, again = (
        {(row["guarantee"], row["initiative"]): row["guaranteed"] for row in rows_of(tmp_path / run / "guarantees.csv")}
        for run in ("approved", "cut")
    )
    assert again["market entry", "Q-SOFT"] == first["market entry", "Q-SOFT"]  # of 2027-28
    assert fundalign("verify", "cut").returncode == 0
