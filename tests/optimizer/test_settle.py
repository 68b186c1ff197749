"""Settling: schedules whose first rounding fails still give a plan; what cannot be rounded is excluded."""

from decimal import Decimal
from pathlib import Path

import pytest

from fundalign.inputs.read import read_case
from fundalign.inputs.shipped import shipped_path
from fundalign.optimizer import settle
from fundalign.optimizer.solve import SolveOptions, solve
from fundalign.results.store import read_run
from fundalign.results.verify import verify

from ..models.programmes import programme


@pytest.mark.parametrize("rate", ["0.2", "0.3", "0.5", "1"])
def test_budgets_that_are_used_up_to_the_cent_still_round(rate: str) -> None:
    """LAB (1) ends in 2027, LINK research (4·0.5) and SKILLS (5) in 2028, SENSE (10·0.9) in 2029; 0.2 affords more."""
    run = solve(read_case(shipped_path("tiny")).change("case", "discount_rate", set=Decimal(rate)))
    year = 1 + float(rate)
    by_hand = 1 + 2 / year + 5 / year + 9 / year**2
    assert run.report.status == "optimal"
    if rate != "0.2":
        assert run.report.objective == pytest.approx(by_hand, rel=1e-10)
    assert run.report.objective is not None
    assert run.report.objective >= by_hand - 1e-9
    assert verify(run).holds


def test_the_bound_closes_when_the_compact_form_was_too_generous() -> None:
    """At −90 % a year late values count tenfold; the compact form proposes schedules the exact one refuses."""
    run = solve(read_case(shipped_path("tiny")).change("case", "discount_rate", set=Decimal("-0.9")))
    assert (run.report.status, run.report.objective, run.report.limit) == ("optimal", pytest.approx(9721.0), None)


def test_almost_nobody_pays_one_cent(quantum_run: Path) -> None:
    """Odd units go to those who pay on the line anyway; a payment of a cent is nobody's wish."""
    run = read_run(quantum_run)
    assert run.plan is not None
    amounts = run.plan.funding["amount"]
    assert (amounts <= 0.02).sum() <= len(amounts) // 100


@pytest.mark.parametrize("seed", range(6))
def test_room_for_rounding_from_the_start_gives_the_same_schedule(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is done where many amounts are rounded is right for few too."""
    case = programme(seed)
    one = solve(case, SolveOptions(gap=0.0, threads=1))
    monkeypatch.setattr(settle, "MANY", 0)
    two = solve(case, SolveOptions(gap=0.0, threads=1))
    assert two.report.objective == pytest.approx(one.report.objective, abs=1e-9)
    assert verify(two).holds
