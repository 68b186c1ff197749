"""The benchmark of warm what-ifs: when a gap was reached, and the columns that come of it."""

from __future__ import annotations

import bench_whatifs
import pytest
from bench_cases import case_of
from bench_whatifs import HEADINGS, Change, Trace, Trial, line, pair, ratio

import fundalign as fa

CHANGE = Change("budgets", "payments", {"funder": "DE"}, 0.9, True)


@pytest.fixture(scope="module")
def run() -> fa.Run:
    return fa.solve(case_of("tiny", 1), fa.SolveOptions(threads=1))


def heard(*points: tuple[float, float]) -> Trace:
    trace = Trace()
    trace.points = list(points)
    return trace


def test_a_gap_is_reached_when_it_is_first_that_small(run: fa.Run) -> None:
    cold, warm = heard((1.0, 0.3), (10.0, 0.1), (25.0, 0.05)), heard((0.5, 0.2), (2.0, 0.1))
    ends = (run, cold, 30.0), (run, warm, 30.0)
    assert pair(0.1, *ends) == (10.0, 2.0)
    assert pair(0.2, *ends) == (10.0, 0.5)
    assert ratio(pair(0.2, *ends)) == pytest.approx(0.05)


def test_a_warm_run_that_never_gets_there_is_told_so(run: fa.Run) -> None:
    cold = run, heard((1.0, 0.3)), 30.0
    assert pair(0.3, cold, None) == (1.0, None)
    assert ratio((1.0, None)) == float("inf")


def test_settling_may_be_what_gets_there(run: fa.Run) -> None:
    """The gap of the plan as it left counts when nothing heard before was as small."""
    assert (run.report.gap or 0.0) <= 1e-9
    assert pair(1e-4, (run, heard((1.0, 1e-5)), 30.0), (run, heard((0.5, 0.2)), 7.0)) == (1.0, 7.0)


def test_a_line_has_a_cell_for_every_heading(run: fa.Run) -> None:
    trials = [
        Trial(CHANGE, 0.05, (20.0, 1.0), (10.0, 0.5), (31.0, 2.0), "start"),
        Trial(CHANGE, 0.06, (20.0, None), (10.0, 5.0), (31.0, 30.0), "improvement"),
        Trial(CHANGE, 0.04, (20.0, 30.0), (10.0, 1.0), (31.0, 30.0), "improvement"),
    ]
    cells = dict(zip(HEADINGS[:4], line("hard-100", run, trials)[:4], strict=True))
    assert cells == {"case": "hard-100", "gap before": "0 %", "binding": "3", "cold gap": "5 %"}
    assert line("hard-100", run, trials)[4:] == [
        *("20", "30", "1.5", "1", "1"),
        *("10", "1", "0.1", "2", "0"),
        *("–", "–"),
    ]
    assert len(line("hard-100", run, trials)) == len(HEADINGS)


def test_the_changes_are_of_rows_that_bind_and_of_rates(run: fa.Run) -> None:
    found = bench_whatifs.changes_of(run, 4, 2, 1)
    assert {change.factor for change in found} <= {0.9, 1.1}
    assert run.plan is not None
    budgets = run.plan.budgets.set_index(["funder", "cycle"])
    for change in found:
        if change.table == "budgets":
            row = budgets.loc[tuple(change.where.values())]
            assert (row["lapsed"] <= bench_whatifs.SPENT * row["payments"]) == change.binding
