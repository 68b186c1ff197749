"""A runner of the command line through real processes, and a case to solve by hand and one nobody solves."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ..forked import Commands

COMMAND = [sys.executable, "-m", "fundalign.app.cli"]
Runner = Callable[..., subprocess.CompletedProcess[str]]

CASE_TOML = """\
name = "{name}"
currency = "EUR"
unit = 1_000
first_period = "2027"
periods = {periods}

[solve]
gap = 0.0
time_limit = 60
"""


@pytest.fixture
def fundalign(tmp_path: Path, commands: Commands) -> Runner:
    """Run `fundalign ARGS` in an empty folder; stdout and stderr are captured."""

    def run(*arguments: object, cwd: Path = tmp_path) -> subprocess.CompletedProcess[str]:
        return commands.run(arguments, cwd)

    return run


def write_tables(folder: Path, name: str, periods: int, tables: dict[str, str]) -> Path:
    """Write case.toml and the given CSV texts; return the folder."""
    folder.mkdir()
    (folder / "case.toml").write_text(CASE_TOML.format(name=name, periods=periods), encoding="utf-8")
    for table, text in tables.items():
        (folder / f"{table}.csv").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def little(tmp_path: Path) -> Path:
    """Two initiatives of cost 6 (value 10) and 5 (value 9); budgets of 10: only one fits, the better is A."""
    return write_tables(
        tmp_path / "little",
        "Little",
        periods=2,
        tables={
            "funders": "funder,kind,currency\nF,public,EUR\n",
            "budgets": "funder,cycle,first_period,last_period,payments\nF,c1,2027,2028,10\n",
            "initiatives": "initiative,currency\nA,EUR\nB,EUR\n",
            "milestones": "initiative,milestone,order,duration,cost,value\nA,a1,1,1,6,10\nB,b1,1,1,5,9\n",
        },
    )


@pytest.fixture
def hard(tmp_path: Path) -> Path:
    """A 0-1 knapsack of 120 initiatives in 10 dimensions, values near weights: not closed in minutes."""
    number = random.Random(7)
    dimensions, items = 10, 120
    parties = [f"P{d}" for d in range(dimensions)]
    weights = [[number.randint(10, 1000) for _ in parties] for _ in range(items)]
    shares, initiatives, milestones = [], [], []
    for i, row in enumerate(weights):
        total = sum(row)
        value = total // dimensions + number.randint(0, 200)
        initiatives.append(f"I{i},EUR,virtual")
        milestones.append(f"I{i},m,1,1,{total},{value}")
        shares += [f"I{i},{party},{weight / total:.15f}" for party, weight in zip(parties, row, strict=True)]
    half = [sum(row[d] for row in weights) // 2 for d in range(dimensions)]
    return write_tables(
        tmp_path / "hard",
        "Hard",
        periods=1,
        tables={
            "funders": "funder,kind,party,currency\n" + "".join(f"F{p},public,{p},EUR\n" for p in parties),
            "budgets": "funder,cycle,first_period,last_period,payments\n"
            + "".join(f"F{p},c,2027,2027,{limit}\n" for p, limit in zip(parties, half, strict=True)),
            "initiatives": "initiative,currency,pot\n" + "\n".join(initiatives) + "\n",
            "milestones": "initiative,milestone,order,duration,cost,value\n" + "\n".join(milestones) + "\n",
            "shares": "initiative,party,share\n" + "\n".join(shares) + "\n",
        },
    )
