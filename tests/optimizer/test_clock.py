"""What comes after the search ends within the grace, with a plan that holds; what was cut short is said."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest

from fundalign.app.ending import limit_line
from fundalign.inputs.read import read_case
from fundalign.inputs.shipped import shipped_path
from fundalign.optimizer import clock
from fundalign.optimizer.clock import Clock, Deadline
from fundalign.optimizer.compile import Floats, Program
from fundalign.optimizer.settle import Settled, Settler
from fundalign.optimizer.signals import Interrupt
from fundalign.optimizer.solve import SolveOptions, solve
from fundalign.results.plan import Run
from fundalign.results.verify import audit, verify

from ..models.programmes import programme

ONE = SolveOptions(gap=0.0, threads=1)


def test_the_grace_is_a_tenth_but_ten_seconds_at_least() -> None:
    """300 s of search: 30 s; 20 s: 10 s; but as long as building took where that is more."""
    long, short = Clock(began=1000.0, limit=300.0), Clock(began=1000.0, limit=20.0)
    assert (long.stop, long.grace) == (1300.0, pytest.approx(30.0))
    assert (short.stop, short.grace) == (1020.0, 10.0)
    assert replace(short, built=25.0).grace == 25.0
    assert Clock(began=1000.0).left() == float("inf")


def test_a_signal_stops_the_clock_before_the_limit() -> None:
    """A signal 200 s after the beginning leaves 20 s of grace, of which settling gets 14."""
    told = Clock(began=1000.0, limit=3600.0, interrupt=Interrupt(number=2, at=1200.0))
    assert (told.stop, told.grace) == (1200.0, pytest.approx(20.0))
    assert told.left() - told.main() == pytest.approx(6.0, abs=0.1)
    assert told.late


def test_a_deadline_is_true_once_it_is_passed() -> None:
    now = time.monotonic()
    over = Clock(began=now - 100.0, limit=10.0)
    assert Deadline(over)
    assert Deadline(over, whole=True)
    assert not Deadline(over, until=now + 60.0)
    assert not Deadline(Clock(began=now, limit=10.0))


class Slow:
    """A settler that has no time for the first schedules it is given."""

    def __init__(self, times: int) -> None:
        self.times, self.settle = times, Settler.settle

    def __call__(self, settler: Settler, program: Program, x: Floats, decided: bool = False) -> Settled:
        self.times -= 1
        if self.times >= 0:
            return settler._hurried(program, x)
        return self.settle(settler, program, x, decided)


@pytest.mark.parametrize("seed", range(2))
def test_another_plan_stands_in_where_there_is_no_time_to_settle(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """It holds; where it is as good as what could not be settled, nothing was cut short after all."""
    case = programme(seed)
    best = solve(case, ONE)
    slow = Slow(1)
    monkeypatch.setattr(Settler, "settle", lambda *given, **more: slow(*given, **more))
    run = solve(case, ONE)
    assert verify(run).holds
    assert run.report.phase == "stand-in"
    assert (run.report.objective, run.report.cut_short) == (pytest.approx(best.report.objective), ())


def test_nothing_new_stands_in_where_even_less_cannot_be_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """The empty plan, how far the best is from it, and what happened."""
    case = programme(0)
    best = solve(case, ONE)
    slow = Slow(3)
    monkeypatch.setattr(Settler, "settle", lambda *given, **more: slow(*given, **more))
    run = solve(case, ONE)
    assert verify(run).holds
    assert (run.report.objective, run.report.bound) == (0.0, pytest.approx(best.report.bound))
    assert (run.report.status.value, run.report.limit) == ("feasible", "time_limit")
    assert (run.report.cut_short, run.summary["cut_short"]) == (("settling",), ["settling"])
    assert "a lesser one stands in for it" in str(limit_line(run))


def test_no_time_at_all_gives_a_plan_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first payments of a schedule are always solved: a grace of nothing leaves the plan of quantum to one try."""
    monkeypatch.setattr(clock, "LEAST", 0.0)
    monkeypatch.setattr(clock, "GRACE", 0.0)
    run = solve(read_case(shipped_path("tiny")), replace(ONE, time_limit=1e-9))
    assert run.plan is None or verify(run).holds
    assert run.plan is not None or run.report.limit == "time_limit"


def test_a_tie_break_after_a_signal_is_cut_short_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    from fundalign.optimizer import solve as solving

    def stopped(*given: Any) -> Any:
        found = hunt(*given)
        given[0].interrupt.number, given[0].interrupt.at = 2, time.monotonic()
        return found

    hunt = solving.hunt
    monkeypatch.setattr(solving, "hunt", stopped)
    run = solve(programme(0).change("case", "objective.tie_break", set=True), ONE)
    assert run.report.cut_short == ("tie-break",)
    assert "may take less public money" in str(limit_line(run))
    assert verify(run).holds


def test_what_was_cut_short_is_checked_as_text() -> None:
    run = solve(read_case(shipped_path("tiny")), ONE)
    faults = _faults(run, cut_short=["something"])
    assert faults == [
        "summary.json: cut_short is ['something'], should be a list of settling, tie-break, keeping or second goal"
    ]
    assert not _faults(run, cut_short=["settling"])


def _faults(run: Run, **entries: object) -> list[str]:
    assert run.plan is not None
    found = audit(run.case, run.plan.tables, {**run.summary, **entries}, run.plan.factors).faults
    return [fault for fault in found if fault.startswith("summary.json")]
