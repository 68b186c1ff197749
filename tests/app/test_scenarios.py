"""Scenarios and grids through the command line: solved by name, checked as a whole, refused in words."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Runner = Callable[..., subprocess.CompletedProcess[str]]
GRID = """
[[grid]]
name = "cuts"
[[grid.change]]
table = "budgets"
column = "payments"
where = { funder = "F" }
multiply = [0.5, 1.1]
[[grid.change]]
table = "milestones"
column = "value"
where = { initiative = "B" }
add = [0, 3]
"""
BAD = """
[[scenario]]
name = "owed too much"
[[scenario.change]]
table = "budgets"
column = "reserved"
set = 11
"""


@pytest.mark.parametrize(
    ("member", "value"),
    [("cuts: 0.5, 0", 9), ("cuts: 1.1, 0", 19), ("cuts: 1.1, 3", 22), ("cuts: 0.5, 3", 12)],
)
def test_a_member_of_a_grid_is_solved_by_its_name(fundalign: Runner, little: Path, member: str, value: int) -> None:
    """A costs 6 (value 10), B 5 (value 9, or 12): 5 buys B, 11 buys both."""
    (little / "scenarios.toml").write_text(GRID, encoding="utf-8")
    ran = fundalign("solve", little, "--scenario", member, "--format", "json")
    assert ran.returncode == 0, ran.stderr
    summary = json.loads(ran.stdout)
    assert (summary["objective"], summary["scenario"]) == (value, member)


def test_check_tries_every_scenario_as_a_whole(fundalign: Runner, little: Path) -> None:
    (little / "scenarios.toml").write_text(GRID, encoding="utf-8")
    assert fundalign("check", little).returncode == 0
    (little / "scenarios.toml").write_text(GRID + BAD, encoding="utf-8")
    ran = fundalign("check", little, "--format", "json")
    assert ran.returncode == 3
    (fault,) = json.loads(ran.stdout)
    assert (fault["file"], fault["column"]) == ("scenarios.toml", "scenario 'owed too much'")
    assert "at most the payments, 10" in fault["expected"]
    assert fundalign("solve", little).returncode == 0
    assert fundalign("solve", little, "--scenario", "owed too much", "-o", "x").returncode == 3


def test_a_where_that_matches_nothing_is_said_before_anything_is_solved(fundalign: Runner, little: Path) -> None:
    wrong = GRID.replace('initiative = "B"', 'initiative = "C"')
    (little / "scenarios.toml").write_text(wrong, encoding="utf-8")
    for command in (("check",), ("solve",)):
        ran = fundalign(*command, little)
        assert ran.returncode == 3
        assert "a row that matches" in ran.stdout + ran.stderr
    assert not list(Path(little).parent.glob("*-run"))
