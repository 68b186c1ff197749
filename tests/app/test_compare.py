"""`fundalign compare` through real processes: `tiny` as it is (19), with half of SOUTH-MIN's money of 2030 (17)."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from ..forked import Commands

Runner = Callable[..., subprocess.CompletedProcess[str]]
CUT = "budgets.payments[funder=SOUTH-MIN,cycle=2030]*=0.5"
MANDATORY = ("--set", "initiatives.status=mandatory")


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory, commands: Commands) -> Path:
    """Solve once: `base`, `cut`, and `none`, which no plan satisfies."""
    folder = tmp_path_factory.mktemp("solved")
    for name, code, changes in (("base", 0, ()), ("cut", 0, ("--set", CUT)), ("none", 4, MANDATORY)):
        assert commands.run(["solve", "tiny", "-o", name, *changes], folder).returncode == code
    return folder


@pytest.fixture
def runs(solved: Path, tmp_path: Path) -> Path:
    for name in ("base", "cut", "none"):
        shutil.copytree(solved / name, tmp_path / name)
    return tmp_path


def test_two_runs_side_by_side(fundalign: Runner, runs: Path) -> None:
    ran = fundalign("compare", "base", "cut")
    assert (ran.returncode, ran.stderr) == (0, "")
    for words in (
        "value 19",
        "value, B − A: −2 between the plans found",
        "certain: from the best plan of A to that of B it is exactly −2 – B has less",
        "budgets.payments[funder=SOUTH-MIN,cycle=2030]  4  2.0  −50.0%",
        "1 added, 1 moved, 1 resized, 1 kept",
        "public    24.00  20.00  −4.00",
        "EUR\nmillion)",
        "SOUTH-MIN 2027  starts binding  ≤ 4.00 EUR",
        "budgets.csv         7       7      3       4",
    ):
        assert words in ran.stdout
    assert sorted(path.name for path in runs.iterdir()) == ["base", "cut", "none"]


def test_a_run_and_itself_is_four_short_lines(fundalign: Runner, runs: Path) -> None:
    ran = fundalign("compare", "cut", "cut")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "no difference: every table, every setting and every bound is the same" in ran.stdout
    found = json.loads(fundalign("compare", "cut", "cut", "--format", "json").stdout)
    assert found["same"] is True
    assert all(not table["rows"] for table in found["tables"].values())


def test_json_is_data_only_and_ties(fundalign: Runner, runs: Path) -> None:
    ran = fundalign("compare", "base", "cut", "--format", "json")
    assert (ran.returncode, ran.stderr) == (0, "")
    found = json.loads(ran.stdout)
    objective = found["objective"]
    assert [objective[name] for name in ("difference", "least", "most", "verdict")] == [-2, -2, -2, "falls"]
    assert [cell["words"] for cell in found["input"]["cells"]] == [f"{CUT.partition('*=')[0]}=2.0"]
    change = Decimal(found["money"]["kinds"][-1]["difference"])
    rows = found["tables"]["funding"]["rows"]
    assert sum(Decimal(row["difference"].get("amount_base", "0")) for row in rows) == change == -4_000_000
    back = json.loads(fundalign("compare", "cut", "base", "--format", "json").stdout)
    assert back["objective"]["difference"] == 2
    assert back["initiatives"]["counts"]["dropped"] == found["initiatives"]["counts"]["added"] == 1


def test_one_sheet_per_table_that_differs(fundalign: Runner, runs: Path) -> None:
    ran = fundalign("compare", "base", "cut", "-o", "sheets")
    assert ran.returncode == 0
    assert ran.stdout.rstrip().splitlines()[-1] != ""
    assert "written to sheets" in ran.stdout
    folder = runs / "sheets"
    document = json.loads((folder / "comparison.json").read_text(encoding="utf-8"))
    names = {path.stem for path in folder.glob("*.csv")}
    differ = {name for name, each in document["tables"].items() if each["differ"] + each["only_a"] + each["only_b"]}
    assert names == differ | {"changed_inputs", "changed_initiatives", "changed_limits", "moved_money"}
    flows = rows_of(folder / "flows.csv")
    paid = sum(Decimal(row["amount_base_difference"]) for row in flows)
    assert paid == sum(Decimal(row["difference"]) for row in rows_of(folder / "moved_money.csv")) == -4_000_000
    (cell,) = rows_of(folder / "changed_inputs.csv")
    assert (cell["table"], cell["a"], cell["b"], cell["difference"]) == ("budgets", "4", "2.0", "-2.0")
    assert not [path for path in runs.iterdir() if ".tmp" in path.name]


def test_nothing_is_overwritten_unasked(fundalign: Runner, runs: Path) -> None:
    assert fundalign("compare", "base", "cut", "-o", "sheets").returncode == 0
    again = fundalign("compare", "base", "base", "-o", "sheets")
    assert again.returncode == 2
    assert "exists already" in again.stderr
    assert (runs / "sheets" / "funding.csv").exists()
    assert fundalign("compare", "base", "base", "-o", "sheets", "--force").returncode == 0
    assert [path.name for path in (runs / "sheets").iterdir()] == ["comparison.json"]
    (runs / "sheets" / "notes.txt").write_text("mine", encoding="utf-8")
    for place in ("sheets", "none"):
        ran = fundalign("compare", "base", "cut", "-o", place, "--force")
        assert ran.returncode == 2
        assert "is not a comparison and is not replaced" in ran.stderr
    assert (runs / "sheets" / "notes.txt").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("base", "nowhere"), "no such run folder: nowhere"),
        (("base", "."), "is not a run folder"),
        (("base", "base/summary.json"), "no such run folder"),
        (("base", "base/case"), "is not a run folder"),
        (("base",), "Missing argument"),
        (("base", "cut", "-o", "base/inside"), "one inside the other"),
        (("base", "cut", "-o", "x" * 201), "its name is too long"),
        (("base", "cut", "-o", "."), "exists already"),
    ],
)
def test_wrong_usage_is_2(fundalign: Runner, runs: Path, arguments: tuple[str, ...], words: str) -> None:
    ran = fundalign("compare", *arguments)
    assert ran.returncode == 2, ran.stderr
    assert words in ran.stderr
    assert ran.stdout == ""


def test_a_run_without_a_plan(fundalign: Runner, runs: Path) -> None:
    ran = fundalign("compare", "base", "none")
    assert ran.returncode == 0, ran.stderr
    assert "note: B has no plan (infeasible)" in ran.stdout
    assert "the objectives are not compared: there is no plan in B (infeasible)" in ran.stdout
    assert "initiatives.status[initiative=LAB]" in ran.stdout
    assert fundalign("compare", "none", "none").returncode == 0
    assert fundalign("compare", "none", "base", "--format", "json", "-o", "x").returncode == 0


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("summary.json", '"bound": 17.0', '"bound": 18.0', "summary.json is not as it was written"),
        ("case/budgets.csv", "2.0", "2.5", "case/budgets.csv: was changed after the run was written"),
        ("funding.csv", "4000000.00\n", "4000001.00\n", "funding.csv 22000001.00"),
        ("funding.csv", "4000000.00\n", "lots\n", "funding.csv: 1 cell is no number"),
        ("manifest.json", '"fundalign": "', '"fundalign": "0.0.', "wrote it, this is"),
    ],
)
def test_a_run_that_nobody_vouches_for_is_told(
    fundalign: Runner, runs: Path, file: str, old: str, new: str, words: str
) -> None:
    change(runs / "cut" / file, old, new)
    ran = fundalign("compare", "base", "cut")
    assert ran.returncode == 0, ran.stderr
    assert "warning: nobody vouches for B (cut)" in ran.stderr
    assert words in ran.stderr
    assert "if what the runs say is true: " in ran.stdout


@pytest.mark.parametrize("harm", ["ragged", "no manifest", "bad case"])
def test_a_run_that_cannot_be_read_is_3_and_named(fundalign: Runner, runs: Path, harm: str) -> None:
    if harm == "ragged":
        change(runs / "cut" / "flows.csv", "\n", "\na,b\n")
    elif harm == "no manifest":
        (runs / "cut" / "manifest.json").unlink()
    else:
        change(runs / "cut" / "case" / "funders.csv", "public", "publik")
    ran = fundalign("compare", "base", "cut", "-o", "sheets")
    assert ran.returncode == 3
    assert "the run cut has 1 fault" in ran.stderr
    assert not (runs / "sheets").exists()


def ask(folder: Path, rows: str) -> None:
    """Give a run the tables of `sensitivity`, as far as this test needs them."""
    (folder / "sensitivity.json").write_text("{}\n", encoding="utf-8")
    (folder / "initiatives.csv").write_text(f"initiative,place,loss_least,why\n{rows}", encoding="utf-8")


def test_sensitivity_tables_are_compared_where_both_runs_have_them(fundalign: Runner, runs: Path) -> None:
    ask(runs / "base", "LINK,core,2.5,\nLABS,core,4,\n")
    alone = fundalign("compare", "base", "cut")
    assert "only A has sensitivity tables: they are not compared" in " ".join(alone.stdout.split())
    ask(runs / "cut", "LINK,borderline,0,\nLABS,core,4.0,\n")  # 4.0 is 4: that row is the same
    both = fundalign("compare", "base", "cut", "-o", "sheets")
    assert both.returncode == 0, both.stderr
    (row,) = rows_of(runs / "sheets" / "initiatives.csv")
    assert (row["initiative"], row["place_a"], row["place_b"]) == ("LINK", "core", "borderline")
    assert row["loss_least_difference"] == "-2.5"
    (runs / "cut" / "initiatives.csv").write_text("initiative,place\nLINK\n", encoding="utf-8")
    broken = fundalign("compare", "base", "cut")
    assert broken.returncode == 3
    assert "initiatives.csv" in broken.stderr
    assert "has 1 cells, the header 2" in broken.stderr


def test_losses_for_different_goals_are_not_subtracted(fundalign: Runner, runs: Path) -> None:
    for name in ("base", "cut"):
        ask(runs / name, "LINK,core,2.5,\n")
    toml = runs / "cut" / "case" / "case.toml"
    text = toml.read_text(encoding="utf-8")
    assert text.count('goal = "value"') == 1
    text = text.replace('goal = "value"', 'goal = "public_money"')
    toml.write_text(text, encoding="utf-8")
    told = fundalign("compare", "base", "cut")
    assert told.returncode == 0, told.stderr
    assert "the goal is value in A and public_money in B" in " ".join(told.stdout.split())
    assert "initiatives.csv" not in told.stdout


def test_other_rates_are_said_beside_the_money(fundalign: Runner, runs: Path) -> None:
    dearer = ("--set", "currencies.rate[currency=SEK]*=1.1")
    assert fundalign("solve", "tiny", "-o", "dearer", *dearer).returncode == 0
    told = fundalign("compare", "base", "dearer").stdout
    assert "each run's money is at its own rates" in " ".join(told.split())
    assert "its own rates" not in fundalign("compare", "base", "cut").stdout
