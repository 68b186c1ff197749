"""`fundalign frontier` through real processes: all six goals, the folder, wrong usage, signals."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ..forked import Commands
from .conftest import Runner, write_tables

COMMAND = [sys.executable, "-m", "fundalign.app.cli"]
TABLES = {
    "funders": "funder,kind,party,currency\nP,public,X,EUR\nQ,public,Y,EUR\nV,private,,EUR\n",
    "budgets": "funder,cycle,first_period,last_period,payments\nP,c,2027,2028,9\nQ,c,2027,2028,9\nV,c,2027,2028,4\n",
    "parties": "party,key\nX,2\nY,1\n",
    "currencies": "currency,rate,volatility\nUSD,0.9,0.1\n",
    "initiatives": "initiative,currency,pot\nA,EUR,virtual\nB,USD,real\nC,EUR,virtual\n",
    "milestones": "initiative,milestone,order,duration,cost,value\nA,a,1,1,8,10\nB,b,1,1,6,7\nC,c,1,1,3,2\n",
    "shares": "initiative,party,share\nA,X,0.6\nA,Y,0.4\nB,X,0.3\nB,Y,0.7\nC,X,1\n",
}


@pytest.fixture
def joint(tmp_path: Path) -> Path:
    """Two countries, a private funder and an initiative in dollars with a buffer for them."""
    folder = write_tables(tmp_path / "joint", "Joint", periods=2, tables=TABLES)
    with (folder / "case.toml").open("a", encoding="utf-8") as file:
        file.write('\n[buffer]\nmethod = "additive"\n')
    return folder


@pytest.mark.parametrize("goal", ["public_money", "received:X", "key", "geo_return", "confidence", "leverage"])
def test_every_goal_gives_a_folder_whose_points_verify(
    fundalign: Runner, joint: Path, tmp_path: Path, goal: str
) -> None:
    ran = fundalign("frontier", "joint", "--against", goal, "--points", 3, "--format", "json")
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    assert told["against"] == goal
    assert "point 1 of 3: " in ran.stderr
    values = [point["value"] for point in told["points"]]
    assert values == sorted(values, reverse=True)
    folder = tmp_path / "joint-frontier"
    assert json.loads((folder / "frontier.json").read_text(encoding="utf-8")) == told
    with (folder / "frontier.csv").open(encoding="utf-8", newline="") as file:
        assert [float(row["value"]) for row in csv.DictReader(file)] == values
    assert sorted(path.name for path in (folder / "points").iterdir()) == [f"{n + 1:02d}" for n in range(len(values))]
    assert fundalign("verify", folder / "points" / "01").returncode == 0


def test_a_folder_is_replaced_only_when_asked_to(fundalign: Runner, joint: Path, tmp_path: Path) -> None:
    arguments = ("frontier", "joint", "--against", "public_money", "--points", 2)
    assert fundalign(*arguments).returncode == 0
    ran = fundalign(*arguments)
    assert ran.returncode == 2
    assert "exists already" in ran.stderr
    shown = fundalign(*arguments, "--force", "--set", "budgets.payments[funder=V]=0")
    assert shown.returncode == 0
    assert "Efficient frontier" in shown.stdout
    summary = json.loads((tmp_path / "joint-frontier/points/01/summary.json").read_text(encoding="utf-8"))
    assert summary["set"] == ["budgets.payments[funder=V]=0"]
    (tmp_path / "joint-frontier" / "notes.txt").write_text("mine", encoding="utf-8")
    assert fundalign(*arguments, "--force").returncode == 2


def test_a_point_can_be_solved_again_from_its_case(fundalign: Runner, joint: Path, tmp_path: Path) -> None:
    assert fundalign("frontier", "joint", "--against", "geo_return", "--points", 3).returncode == 0
    last = sorted((tmp_path / "joint-frontier" / "points").iterdir())[-1]
    again = fundalign("solve", last / "case", "-o", "again", "--format", "json")
    assert again.returncode == 0, again.stderr
    before = json.loads((last / "summary.json").read_text(encoding="utf-8"))
    assert json.loads(again.stdout)["objective"] == pytest.approx(before["objective"])


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--against", "happiness"), 2, "no goal 'happiness'"),
        (("--against", "received:Z"), 2, "no party or group"),
        ((), 2, "--against"),
        (("--against", "key", "--set", "initiatives.status[initiative=A]=mandatory", "--set", "budgets.payments=1"),
         4, "mandatory"),
    ],
)  # fmt: skip
def test_what_is_refused(
    fundalign: Runner, joint: Path, tmp_path: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    ran = fundalign("frontier", "joint", *arguments)
    assert ran.returncode == code, ran.stderr
    assert words in " ".join(ran.stderr.split())
    assert not (tmp_path / "joint-frontier").exists()


def test_ctrl_c_keeps_the_points_found_so_far(commands: Commands, hard: Path, tmp_path: Path) -> None:
    arguments = ["frontier", str(hard), "--against", "public_money", "--log-json", "--gap", "0.05", "--format", "json"]
    with subprocess.Popen(
        [*COMMAND, *arguments], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if json.loads(line).get("phase", "").startswith("point 2 of 8: search"):
                break
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=200)
    assert process.returncode == 130, errors
    assert json.loads(output)["points"]
    checked = commands.run(["verify", "hard-frontier/points/01"], tmp_path)
    assert checked.returncode == 0
