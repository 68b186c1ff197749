"""Scenarios and grids on their case: every `where` that matches nothing is a fault, whatever stands before it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import fundalign as fa
from fundalign.inputs.change import Change
from fundalign.inputs.scenarios import parse_set
from fundalign.inputs.shipped import shipped_path

FIRST = ("budgets", "payments", '{ funder = "ACCORD" }', "multiply = 0.5")
NOTHING = ("budgets", "payments", '{ funder = "SOUTH" }', "multiply = 0.5")


def text_of(*changes: tuple[str, str, str, str], kind: str = "scenario") -> str:
    parts = [f'[[{kind}]]\nname = "x"\n']
    for table, column, where, op in changes:
        parts.append(f'[[{kind}.change]]\ntable = "{table}"\ncolumn = "{column}"\nwhere = {where}\n{op}\n')
    return "".join(parts)


def read(tmp_path: Path, text: str) -> fa.Case:
    folder = tmp_path / "mine"
    if not folder.exists():
        shutil.copytree(shipped_path("tiny"), folder)
    (folder / "scenarios.toml").write_text(text, encoding="utf-8")
    return fa.read_case(folder)


def faults_of(tmp_path: Path, text: str) -> list[fa.Fault]:
    with pytest.raises(fa.InputError) as caught:
        read(tmp_path, text)
    return list(caught.value.faults)


@pytest.mark.parametrize("before", [(), (FIRST,), (FIRST, FIRST)])
def test_a_where_that_matches_nothing_is_a_fault_wherever_it_stands(
    tmp_path: Path, before: tuple[tuple[str, str, str, str], ...]
) -> None:
    (fault,) = faults_of(tmp_path, text_of(*before, NOTHING))
    assert fault.column == "scenario 'x', budgets.payments[funder=SOUTH]*=0.5"
    assert (fault.value, fault.expected) == ("funder=SOUTH", "a row that matches")
    assert "SOUTH-MIN" in fault.hint


def test_in_a_grid_it_is_told_once(tmp_path: Path) -> None:
    grid = text_of((*FIRST[:3], "set = [1, 2, 3]"), (*NOTHING[:3], "set = [1, 2, 3]"), kind="grid")
    (fault,) = faults_of(tmp_path, grid)
    assert fault.column == "scenario 'x: 1, 1', budgets.payments[funder=SOUTH]=1"


def test_every_value_of_a_grid_is_tried(tmp_path: Path) -> None:
    grid = text_of((*FIRST[:3], "set = [1, 2]"), (*FIRST[:3], 'multiply = [1, "x", "y"]'), kind="grid")
    assert [fault.value for fault in faults_of(tmp_path, grid)] == ["x", "y"]


def test_a_row_that_an_earlier_change_brings_about_matches(tmp_path: Path) -> None:
    renamed = ("initiatives", "theme", '{ initiative = "LAB" }', 'set = "new"')
    case = read(tmp_path, text_of(renamed, ("initiatives", "status", '{ theme = "new" }', 'set = "excluded"')))
    assert case.scenario("x").initiatives["LAB"].status == "excluded"
    gone = text_of(renamed, ("initiatives", "status", '{ theme = "infrastructure" }', 'set = "excluded"'))
    assert [fault.expected for fault in faults_of(tmp_path, gone)] == ["a row that matches"]


def test_a_grid_of_more_scenarios_than_anyone_solves_is_refused_at_once(tmp_path: Path) -> None:
    values = f"set = [{', '.join(map(str, range(30)))}]"
    (fault,) = faults_of(tmp_path, text_of(*[(*FIRST[:3], values)] * 8, kind="grid"))
    assert fault.expected == "at most 10,000 combinations; this grid has 656,100,000,000"
    assert len(read(tmp_path, text_of(*[(*FIRST[:3], values)] * 2, kind="grid")).scenarios) == 900


@pytest.mark.parametrize(
    ("where", "value"),
    [
        ({"initiative": "a, b"}, "x"),
        ({"initiative": "a]b", "stage": ""}, "x"),
        ({"initiative": 'say "a"'}, " x "),
        ({"initiative": "it's"}, '"x" and more'),
        ({"initiative": " a "}, "'x'"),
        ({"order": 1}, ""),
        ({}, 5),
    ],
)
def test_a_change_in_words_reads_back(where: dict[str, object], value: object) -> None:
    change = Change("milestones", "stage", "set", value, where)
    read_back = parse_set(str(change))
    assert (read_back.table, read_back.column, read_back.op) == ("milestones", "stage", "set")
    assert read_back.where == {name: str(text) for name, text in where.items()}
    assert read_back.value == str(value)
