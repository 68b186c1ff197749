"""The shipped case `quantum`: no warnings, every table and option in use, and its optimum within the gap."""

import tomllib
from pathlib import Path
from typing import Final

import pytest

from fundalign.inputs.case import Case
from fundalign.inputs.read import read_case
from fundalign.inputs.rows import Row
from fundalign.inputs.shipped import shipped_path
from fundalign.inputs.tables import TABLES, EquityRow, MatchingRow, SynergyRow
from fundalign.results.store import read_run
from fundalign.results.verify import verify

OPTIMUM = 705.44  # README.md; found and proven within 0.1 %
FUNDED = 16
NAMED = 19
ELSEWHERE: Final = {("milestones", "value")}  # quantum has criteria.csv instead
RULES: Final = {
    "budgets",
    "choices",
    "cofunding",
    "commitments",
    "earmarks",
    "equity",
    "guarantees",
    "matching",
    "precedence",
    "ranking",
    "risk_tolerance",
    "stability",
    "synergies",
    "tickets",
}


def quantum() -> Case:
    return read_case(shipped_path("quantum"))


def varied(rows: tuple[Row, ...], name: str) -> bool:
    """Tell whether some row says something in a column that is not its default."""
    column = type(rows[0]).model_fields[name]
    return column.is_required() or any(getattr(row, name) != column.default for row in rows)


def test_quantum_reads_without_warnings() -> None:
    assert quantum().warnings == ()


@pytest.mark.parametrize("table", TABLES)
def test_quantum_uses_every_table_and_column(table: str) -> None:
    rows = quantum().tables[table]
    assert rows
    idle = {name for name in type(rows[0]).model_fields if not varied(rows, name)}
    assert idle <= {name for where, name in ELSEWHERE if where == table}


def test_quantum_shows_what_it_promises() -> None:
    case = quantum()
    funders = case.funders
    starts = {case.label(cycle.first)[-2:] for cycles in case.cycles.values() for cycle in cycles if cycle.first > 1}
    assert len(case.parties) == 8
    assert len(case.initiatives) == 25
    assert sum(row.kind == "matching" for row in funders.values()) == 2
    assert len({row.currency for row in funders.values()}) >= 4
    assert starts == {"Q1", "Q2", "Q3", "Q4"}
    measures = {row.measure for row in case.rows(EquityRow)}
    assert measures == {"received", "contributed", "geo_return", "key", "initiatives"}
    assert {row.base for row in case.rows(MatchingRow)} == {"public", "private", "both"}
    assert {row.value > 0 for row in case.rows(SynergyRow)} == {True, False}
    assert {row.status for row in case.initiatives.values()} == {"candidate", "mandatory", "excluded"}
    assert [i for i in case.initiatives if case.pot(i) == "real"] == ["I-HUB"]


def test_every_quantum_scenario_applies() -> None:
    case = quantum()
    with (shipped_path("quantum") / "scenarios.toml").open("rb") as file:
        named = [entry["name"] for entry in tomllib.load(file)["scenario"]]
    assert len(named) == NAMED
    assert len(case.scenarios) == len(named) + 9
    changed = [case.scenario(scenario.name) for scenario in case.scenarios]
    assert not any(one.contradictions for one in changed)
    assert {one.settings.buffer.method for one in changed} == {"additive", "budgeted", "cvar"}
    assert {one.settings.objective.goal for one in changed} == {"value", "public_money", "received", "key"}
    assert any(one.settings.objective.tie_break for one in changed)


def test_quantum_plan(quantum_run: Path) -> None:
    run = read_run(quantum_run)
    assert run.case.hash == quantum().hash
    assert run.plan is not None
    assert run.report.status.value == "optimal"
    assert run.report.objective == pytest.approx(OPTIMUM, rel=1.1e-3)
    portfolio = run.plan.tables["portfolio"]
    assert sum(portfolio["funded"] == "true") == FUNDED
    rules = run.plan.tables["rules"]
    assert set(rules.loc[rules["binding"] == "true", "family"]) >= RULES
    levels = run.plan.schedule["level"]
    assert ((levels > 0) & (levels < 1)).any()
    assert verify(quantum_run).holds
