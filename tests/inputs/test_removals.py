"""What-ifs that take rows out: which rows stay, what the others are numbered, grids of both, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fundalign.inputs.case import Case
from fundalign.inputs.faults import InputError
from fundalign.inputs.read import case_from_tables, read_case, write_case
from fundalign.inputs.scenarios import scenarios_toml

from .test_whatifs import Tables, payments


def test_rows_are_removed_and_the_others_keep_their_numbers(small: Case) -> None:
    """Of NM's cycles a and b the second stays, in row 3; what is wrong with it later says so."""
    without = small.remove("budgets", where={"funder": "NM", "cycle": "a"})
    assert payments(without) == ["100.50", "50", "20"]
    assert without.numbered("budgets") == (3, 4, 5)
    assert without.remove("budgets", where={"cycle": "b", "funder": "NM"}).numbered("budgets") == (4, 5)
    assert small.numbered("budgets") == (2, 3, 4, 5)
    with pytest.raises(InputError) as caught:
        without.change("budgets", "payments", where={"funder": "NM"}, set="x")
    assert [(fault.row, fault.value) for fault in caught.value.faults] == [(3, "x")]
    with pytest.raises(InputError, match="a row that matches"):
        without.remove("budgets", where={"funder": "NM", "cycle": "a"})
    with pytest.raises(InputError) as dangling:
        small.remove("initiatives", where={"initiative": "A"})
    assert all("initiatives[initiative=A]=remove" in fault.hint for fault in dangling.value.faults)
    assert small.remove("matching").tables["matching"] == ()


def test_a_grid_removes_or_keeps(settings: dict[str, Any], tables: Tables, tmp_path: Path) -> None:
    """What is done to rows that one combination has removed is a fault of that combination."""
    gone = {"table": "matching", "remove": [False, True]}
    case = case_from_tables(settings, tables, scenarios=[{"name": "s", "change": [{**gone, "remove": False}]}])
    count = len(case.tables["matching"])
    assert count > 0
    more = {"table": "budgets", "column": "payments", "multiply": [1, 2]}
    folder = tmp_path / "case"
    write_case(case, folder)
    (folder / "scenarios.toml").write_text(scenarios_toml({"grid": [{"name": "g", "change": [gone, more]}]}))
    read = read_case(folder)
    found = {scenario.name: len(read.scenario(scenario.name).tables["matching"]) for scenario in read.scenarios}
    assert found == {"g: false, 1": count, "g: false, 2": count, "g: true, 1": 0, "g: true, 2": 0}
    write_case(read, tmp_path / "again", scenarios=True)
    assert read_case(tmp_path / "again").scenarios == read.scenarios
    late = {"table": "matching", "column": "ratio", "multiply": [1]}
    (folder / "scenarios.toml").write_text(scenarios_toml({"grid": [{"name": "g", "change": [gone, late]}]}))
    with pytest.raises(InputError) as caught:
        read_case(folder)
    assert [(fault.column, fault.expected) for fault in caught.value.faults] == [
        ("scenario 'g: true, 1', matching.ratio*=1", "a row that matches")
    ]
