"""The shipped case `quantum`: no warnings, the features it is there to show, and its optimum within the gap."""

import tomllib

import pytest

from fundalign.inputs.case import Case
from fundalign.inputs.read import read_case
from fundalign.inputs.shipped import shipped_path
from fundalign.inputs.tables import EquityRow
from fundalign.optimizer.solve import SolveOptions, solve
from fundalign.results.verify import verify

OPTIMUM = 702.8  # README.md; found and proven within 0.1 %
FUNDED = 16


def quantum() -> Case:
    return read_case(shipped_path("quantum"))


def test_quantum_reads_without_warnings() -> None:
    assert quantum().warnings == ()


def test_quantum_shows_what_it_promises() -> None:
    case = quantum()
    parties, funders = case.parties, case.funders
    starts = {case.label(cycle.first)[-2:] for cycles in case.cycles.values() for cycle in cycles if cycle.first > 1}
    assert len(parties) == 8
    assert sum(row.kind == "matching" for row in funders.values()) == 2
    assert len({row.currency for row in funders.values()}) >= 4
    assert starts == {"Q1", "Q2", "Q3", "Q4"}
    assert {row.measure for row in case.tables["equity"] if isinstance(row, EquityRow)} == {
        "received",
        "contributed",
        "geo_return",
        "key",
        "initiatives",
    }
    assert {row.status for row in case.initiatives.values()} == {"candidate", "mandatory", "excluded"}
    assert [i for i in case.initiatives if case.pot(i) == "real"] == ["I-HUB"]
    for table in ("eligibility", "precedence", "choices", "cofunding", "matching", "earmarks", "correlations"):
        assert case.tables[table], table


def test_every_quantum_scenario_applies() -> None:
    case = quantum()
    with (shipped_path("quantum") / "scenarios.toml").open("rb") as file:
        named = [entry["name"] for entry in tomllib.load(file)["scenario"]]
    assert len(named) == 7
    assert len(case.scenarios) == len(named) + 9
    for scenario in case.scenarios:
        assert not case.scenario(scenario.name).contradictions


def test_quantum_plan() -> None:
    run = solve(quantum(), SolveOptions(threads=1))
    assert run.plan is not None
    assert run.report.status.value == "optimal"
    assert run.report.objective == pytest.approx(OPTIMUM, rel=1.1e-3)
    portfolio = run.plan.tables["portfolio"]
    assert sum(portfolio["funded"] == "true") == FUNDED
    rules = run.plan.tables["rules"]
    binding = set(rules.loc[rules["binding"] == "true", "family"])
    assert binding >= {"budgets", "choices", "ranking", "precedence", "cofunding", "matching", "equity", "earmarks"}
    assert verify(run).holds
