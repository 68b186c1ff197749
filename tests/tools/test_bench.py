"""What the benchmark says of a trajectory, and the report it writes from recorded runs."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from bench import seconds_of
from bench_evaluate import evaluate
from bench_metrics import exponent, first_plan, gap_of, primal_integral, spread, thin, time_to_gap
from bench_report import readme
from bench_scale import scale_lines, small_lines
from bench_text import number, ranged, timed
from peers import PEERS, Recorder

TRAJECTORY = [(1.0, 0.0, 200.0), (2.0, 50.0, 120.0), (4.0, 98.0, 102.0), (6.0, 100.0, 100.4)]


def test_gap_is_relative_to_the_plan() -> None:
    assert gap_of(80.0, 100.0) == 0.25
    assert gap_of(-80.0, -60.0) == 0.25
    assert gap_of(None, 100.0) is None
    assert gap_of(0.0, 5.0) == math.inf
    assert gap_of(0.0, 0.0) == 0.0


def test_the_empty_plan_is_no_first_plan() -> None:
    assert first_plan(TRAJECTORY, 0.0) == 2.0
    assert first_plan(TRAJECTORY, None) == 1.0  # starting nothing is not a plan there, so that any is one
    assert first_plan(TRAJECTORY, 100.0) is None
    assert first_plan([(0.5, None, 3.0)], 0.0) is None


def test_time_to_a_certified_gap() -> None:
    assert time_to_gap(TRAJECTORY, 0.05) == 4.0  # (102 - 98) / 98
    assert time_to_gap(TRAJECTORY, 0.01) == 6.0
    assert time_to_gap(TRAJECTORY, 0.004) == 6.0  # exactly there
    assert time_to_gap(TRAJECTORY, 0.001) is None


def test_primal_integral_by_hand() -> None:
    """Until 2 s the distance is 1, until 4 s 0.5, until 6 s 0.02, then 0: (2 + 1 + 0.04) / 10."""
    assert primal_integral(TRAJECTORY, 100.0, 10.0) == pytest.approx(0.304)
    assert primal_integral(TRAJECTORY, 100.0, 3.0) == pytest.approx(2.5 / 3)
    assert primal_integral([], 100.0, 10.0) == 1.0
    assert primal_integral(TRAJECTORY, None, 10.0) is None


def test_exponents() -> None:
    sizes = [50, 100, 400]
    assert exponent(sizes, [3 * n**1.5 for n in sizes]) == pytest.approx(1.5)
    assert exponent(sizes, [1.0, None, 64.0]) == pytest.approx(2.0)
    assert exponent(sizes, [1.0, None, None]) is None


def test_a_median_may_be_never() -> None:
    assert spread([1.0, None, 3.0]) == spread([3.0, 1.0, None])
    assert (spread([1.0, None, 3.0]).median, spread([1.0, None, 3.0]).high) == (3.0, None)
    assert spread([1.0, None, None]).median is None
    assert spread([1.0, 2.0]).median == 1.5
    assert spread([]).count == 0


def test_thinning_keeps_the_ends_and_the_largest_steps() -> None:
    many = [(float(k), float(k if k < 50 else k + 1000), 2000.0) for k in range(100)]
    kept = thin(many, 10)
    assert len(kept) == 10
    assert kept[0] == many[0]
    assert kept[-1] == many[-1]
    assert many[50] in kept
    assert kept == sorted(kept)


def test_recording_keeps_only_what_is_better(tmp_path: Path) -> None:
    seconds = iter([10.0, 11.0, 12.0, 13.0])
    with (tmp_path / "events").open("w") as stream:
        recorder = Recorder(stream, clock=lambda: next(seconds))
        recorder.start()
        recorder.tell(None, None)
        recorder.tell(5.0, None)
        recorder.tell(4.0, None)
        recorder.tell(None, 9.0)
        recorder.tell(6.0, 10.0)
    assert recorder.events == [(1.0, 5.0, None), (2.0, 5.0, 9.0), (3.0, 6.0, 9.0)]
    assert len((tmp_path / "events").read_text().splitlines()) == 3


def test_numbers_as_text() -> None:
    assert [number(v) for v in (None, 0.0, 0.01234, 12.34, 1234.5)] == ["–", "0", "0.0123", "12.3", "1,234"]
    assert ranged(spread([1.0, 2.0, 4.0])) == "2 [1–4]"
    assert ranged(spread([1.0, 2.0, None])) == "2 [1–never]"
    assert timed(spread([3.0]), spread([1.5])) == "3 s · 1.5 LP"
    assert timed(spread([None]), spread([None])) == "–"


def test_time_limits_by_case() -> None:
    assert seconds_of(["30", "b=300"], ["a", "b"]) == {"a": 30.0, "b": 300.0}
    assert seconds_of(["b=300"], ["a", "b"]) == {"a": 60.0, "b": 300.0}


def recorded(solver: str, **changes: Any) -> dict[str, Any]:
    """A run that went well, up to the changes."""
    plan = {"rows": 0.0, "bounds": 0.0, "integrality": 0.0, "objective": 100.0, "holds": True, "how": "as it is"}
    run = {"case": "hard-50", "seed": 1, "solver": solver, "seconds": 10.0, "gap": 0.001, "status": "time limit"}
    run |= {"events": TRAJECTORY, "bound": 100.4, "ended": 10.0, "plan": plan, "memory": 150.0, "load": 1.0}
    return run | {"memory_before": 120.0} | changes


def results(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """A recorded benchmark of two sizes, of which one was solved."""
    sizes = {"columns": 100, "integer": 50, "rows": 80, "nonzeros": 500, "build": 0.5, "compile": 0.1, "memory": 140.0}
    program = {"case": "hard-50", "seed": 1, "lp_seconds": 0.5, "lp_bound": 110.0, "empty": 0.0} | sizes
    larger = program | {"case": "hard-100", "columns": 200, "lp_seconds": 2.0}
    machine = {"processor": "one", "cores": "2"}
    return {"machine": machine, "programs": [program, larger], "runs": runs, "lines": [], "small": []}


def test_plans_and_bounds_that_do_not_hold_do_not_count() -> None:
    broken = {"rows": 0.5, "bounds": 0.0, "integrality": 0.0, "objective": 400.0, "holds": False, "how": "as it is"}
    runs = [
        recorded("ours"),
        recorded("highs", plan=broken),
        recorded("scip", bound=90.0, events=[(1.0, 80.0, 90.0)], plan=recorded("scip")["plan"] | {"objective": 80.0}),
        recorded("cbc", failed="crashed", status="crashed", plan=None),
        recorded("cpsat", plan=None, events=[(1.0, None, 300.0)], bound=300.0),
    ]
    rows = {row.solver: row for row in evaluate(results(runs), list(PEERS))["hard-50"]}
    assert list(rows) == list(PEERS)
    (ours,) = rows["ours"].runs
    assert (ours.first, ours.gaps[0.05], ours.share, ours.notes) == (2.0, 4.0, 1.0, ())
    assert rows["ours"].times("first")[1].median == 4.0  # in LP times
    assert ours.integral == pytest.approx(0.304)
    (highs,) = rows["highs"].runs
    assert (highs.first, highs.plan, highs.integral) == (None, None, 1.0)
    assert highs.notes == ("plan does not hold (off by 0.5)",)
    (scip,) = rows["scip"].runs
    assert (scip.plan, scip.bound, scip.gap, scip.gaps[0.05]) == (80.0, None, None, None)
    assert scip.notes == ("bound does not hold: below a checked plan",)
    assert rows["cbc"].notes == ("crashed; what it found is not checked",)
    assert rows["cpsat"].runs[0].bound == 300.0


def test_the_report_of_a_recorded_benchmark() -> None:
    told = results([recorded("ours"), recorded("ours", seed=2), recorded("highs", plan=None, events=[], bound=None)])
    told["programs"].append(told["programs"][0] | {"seed": 2})
    lines = readme(told, {"hard-50"})
    assert any(line.startswith("| fundalign | 2 s · 4 LP | 4 s · 8 LP | 6 s · 12 LP |") for line in lines)
    assert any(line.startswith("| HiGHS | – | – |") for line in lines)
    assert "| processor | one |" in lines
    assert any("](hard-50.svg)" in line for line in lines)
    tables = [line.count("|") for line in lines if line.startswith("| fundalign") or line.startswith("| solver")]
    assert len(set(tables)) == 1
    assert not any("None" in line or "nan" in line or "inf " in line for line in lines)


def test_growth_with_size() -> None:
    told = results([])
    lines = scale_lines("hard", told["programs"], {})
    assert lines[-2].startswith("| exponent | 1.00 | 0.00 |")
    assert "| 2.00 |" in lines[-2]  # the relaxation: 0.5 s to 2 s
    assert scale_lines("soft", told["programs"], {}) == []


def test_small_cases_are_summarised() -> None:
    one = {"case": "a", "columns": 5, "search": 0.2, "raw": 0.1, "whole": 0.4, "search_ratio": 2.0, "whole_ratio": 4.0}
    one |= {"value": 7.0, "proved": True, "raw_proved": True}
    lines = small_lines([one, one | {"case": "b", "search_ratio": 0.5, "whole_ratio": 1.0}])
    assert "geometric mean 1.00, largest 2.00" in lines[0]
    assert "geometric mean 2.00" in lines[0].split("Whole")[1]
