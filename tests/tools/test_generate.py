"""The generator promises a shape: sizes, how scarce money is, who takes part, what is matched; a seed is a case."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from generate import CALL_COUNTRIES, CALL_FUNDERS, CALL_YEARS, COUNTRIES, STAGES, YEARS, case_named

from fundalign.inputs.case import Case
from fundalign.inputs.read import read_case, write_case
from fundalign.optimizer.solve import SolveOptions, solve
from fundalign.results.verify import audit

NAMES = ("hard-12", "soft-12", "call-12")


def all_cost(case: Case) -> float:
    return float(sum(step.cost for steps in case.milestones.values() for step in steps))


def money(case: Case, kind: str | None = None) -> float:
    """Appropriations in the base currency, of the funders of a kind."""
    chosen = [f for f, row in case.funders.items() if kind in (None, row.kind)]
    return float(
        sum(cycle.payments * case.reference_rate(case.funders[f].currency) for f in chosen for cycle in case.cycles[f])
    )


@pytest.mark.parametrize("size", [6, 25])
@pytest.mark.parametrize("kind", ["hard", "soft"])
def test_a_programme_has_its_sizes(kind: str, size: int) -> None:
    case = case_named(f"{kind}-{size}")
    assert len(case.initiatives) == size
    assert {tuple(step.stage for step in steps) for steps in case.milestones.values()} == {STAGES}
    assert {step.duration for steps in case.milestones.values() for step in steps} == {1, 2}
    assert set(case.parties) == set(COUNTRIES)
    assert case.T == YEARS
    assert {c.first for c in case.cycles["DE-GOV"]} == set(range(1, YEARS + 1))
    kinds = [row.kind for row in case.funders.values()]
    assert (kinds.count("public"), kinds.count("private"), kinds.count("matching")) == (12, 4, 2)
    assert {row.currency for row in case.funders.values()} == {"EUR", "SEK", "PLN", "CZK"}


@pytest.mark.parametrize(("name", "part", "carried"), [("hard-40", 0.4, "0.1"), ("soft-40", 0.7, "0.5")])
def test_money_is_as_scarce_as_promised(name: str, part: float, carried: str) -> None:
    case = case_named(name)
    assert money(case) == pytest.approx(part * all_cost(case), rel=1e-3)
    assert money(case, "public") == pytest.approx(0.9 * part * all_cost(case), rel=1e-3)
    assert {str(cycle.carry_over) for cycles in case.cycles.values() for cycle in cycles} == {carried}


@pytest.mark.parametrize("name", NAMES)
def test_shares_sum_to_one_as_written(name: str) -> None:
    case = case_named(name)
    for initiative in case.initiatives:
        written = [row.share for row in case.tables["shares"] if row.initiative == initiative]
        assert 3 <= len(written) <= 6
        assert sum(map(Fraction, written)) == 1
        assert min(written) > 0


def test_a_programme_matches_at_most_half_of_the_others_money_and_floors_each_country() -> None:
    case = case_named("hard-12")
    (match,) = case.tables["matching"]
    assert float(match.ratio) == 0.5
    assert case.select_funders(match.funders) == {"EU", "EIB"}
    (floor,) = case.tables["equity"]
    assert (floor.measure, floor.parties) == ("received", "each")
    assert float(floor.at_least) == pytest.approx(1 / 24, abs=1e-6)


def test_a_call_has_money_for_a_third_and_a_top_up_of_a_third_of_that() -> None:
    case = case_named("call-60")
    assert (len(case.initiatives), case.T, len(case.parties)) == (60, CALL_YEARS, CALL_COUNTRIES)
    assert [row.kind for row in case.funders.values()].count("public") == CALL_FUNDERS
    assert money(case) == pytest.approx(all_cost(case) / 3, rel=2e-3)
    assert money(case, "matching") == pytest.approx(money(case) / 3, rel=2e-3)


@pytest.mark.parametrize("name", NAMES)
def test_a_seed_is_a_case(name: str) -> None:
    assert case_named(name, 3).tables == case_named(name, 3).tables
    assert case_named(name, 3).tables != case_named(name, 4).tables


@pytest.mark.parametrize("name", ["hard", "hard-x", "mild-10", "-5"])
def test_another_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="hard-N"):
        case_named(name)


@pytest.mark.parametrize("name", NAMES)
def test_a_case_is_without_fault_also_from_its_files(name: str, tmp_path: Path) -> None:
    case = case_named(name)
    assert not case.contradictions
    write_case(case, tmp_path / "case")
    assert read_case(tmp_path / "case").tables == case.tables


def test_a_tiny_one_is_solved_and_verified() -> None:
    run = solve(case_named("hard-6"), SolveOptions(gap=0.01, time_limit=20, threads=1))
    assert run.report.status == "optimal"
    assert run.plan is not None
    assert audit(run.case, run.plan.tables, run.summary, run.plan.factors).holds
