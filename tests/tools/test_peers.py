"""Peers on small programs: what is handed to each, what it hands back, and whether a plan holds."""

from __future__ import annotations

from pathlib import Path

import bench_worker
import highspy
import numpy as np
import pytest
from bench_cases import case_of
from bench_check import check, recheck, residuals, verified
from bench_runs import Plan, Runs
from generate import case_named
from peers_grid import finite_bounds, restate
from peers_log import events_of, solution_of
from peers_mps import write_mps

from fundalign.models.build import build
from fundalign.optimizer import engine
from fundalign.optimizer.compile import Floats, Program, compile_model
from fundalign.optimizer.engine import Limits, Outcome, Relaxation, Search


def program_of(name: str) -> Program:
    return compile_model(build(case_of(name), compact=True))


def solved(program: Program, seconds: float = 20.0) -> tuple[Floats, float]:
    outcome = Search(program, Limits(gap=0.05, time_limit=seconds, threads=1)).run()
    assert outcome.x is not None
    assert outcome.objective is not None
    return outcome.x, outcome.objective


def test_a_plan_is_checked_against_the_program() -> None:
    program = program_of("tiny")
    x, value = solved(program)
    found = residuals(program, x)
    assert found.holds
    assert found.objective == pytest.approx(value)
    everything = np.where(program.integer, program.upper, x)
    assert not residuals(program, everything).holds
    assert residuals(program, np.where(program.integer, 0.5, x)).integrality == 0.5


def test_a_schedule_alone_is_completed_and_a_bad_one_is_not() -> None:
    program = program_of("tiny")
    x, value = solved(program)
    schedule = np.where(program.integer, x, 0.0)
    completed = check(program, schedule, exact=False)
    assert completed["holds"]
    assert completed["objective"] == pytest.approx(value)
    everything = np.where(program.integer, program.upper, 0.0)
    assert not check(program, everything, exact=False)["holds"]
    assert recheck(program, [(1.0, schedule), (2.0, everything)]) == [(1.0, pytest.approx(value))]


def test_claims_on_the_way_give_way_to_what_holds() -> None:
    claimed = [(1.0, 50.0, 100.0), (2.0, 90.0, 95.0)]
    assert verified(claimed, [(1.0, 49.0)]) == [(1.0, 49.0, 100.0), (2.0, 49.0, 95.0)]


@pytest.mark.parametrize("name", ["tiny", "soft-6", "call-10"])
def test_every_plan_is_near_a_point_of_the_grid(name: str) -> None:
    """The restated program is a relaxation: the rounded point keeps its rows and is worth as much."""
    program = program_of(name)
    x, value = solved(program)
    grid = restate(program)
    y = np.round(x / grid.step)
    rows = np.repeat(np.arange(len(program.row_lower)), np.diff(program.matrix.indptr))
    activity = np.bincount(rows, grid.data * y[program.matrix.indices], len(program.row_lower))
    assert (activity >= grid.row_lower).all()
    assert (activity <= grid.row_upper).all()
    assert (y >= grid.lower).all()
    assert (y <= grid.upper).all()
    worth = float(grid.cost @ y) / grid.cost_scale + program.offset
    assert worth == pytest.approx(value, rel=1e-4)
    assert worth + grid.cost_error >= value - 1e-9 * abs(value)


def test_covers_become_at_least_on_the_grid_and_flows_get_limits() -> None:
    program = program_of("soft-6")
    grid = restate(program)
    covers = [k for k, row in enumerate(program.constraints) if row.name.startswith("cover[")]
    assert covers
    assert all(np.isfinite(grid.row_lower[k]) != np.isfinite(grid.row_upper[k]) for k in covers)
    assert not np.isfinite(program.upper).all()
    assert np.isfinite(finite_bounds(program)[1]).all()


def test_a_file_says_the_same_program(tmp_path: Path) -> None:
    program = program_of("tiny")
    _, value = solved(program)
    write_mps(program, tmp_path / "p.mps")
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.readModel(str(tmp_path / "p.mps"))
    highs.run()
    read = highs.getLp()
    assert (read.num_col_, read.num_row_) == (len(program.cost), len(program.row_lower))
    assert program.offset - highs.getInfo().objective_function_value == pytest.approx(value)


def test_the_log_of_cbc() -> None:
    assert events_of("Continuous objective value is -326.08 - 0.02 seconds") == (None, -326.08)
    assert events_of("Cbc0012I Integer solution of -83.7 found by DiveCoefficient after 0 iterations") == (-83.7, None)
    assert events_of("Cbc0013I At root node, 16 cuts changed objective from -9.5 to -9.25 in 4 passes") == (None, -9.25)
    line = "Cbc0010I After 100 nodes, 59 on tree, 1e+50 best solution, best possible -322.9 (1.8 seconds)"
    assert events_of(line) == (None, -322.9)
    assert events_of("Cbc0038I Pass  15: suminf.    2.08944 (8) obj. -218.68 iterations 100") == (None, None)


def test_the_solution_of_cbc() -> None:
    status, x = solution_of("Optimal - objective value -3\n      1 C1   1   -3\n** 2 C2  0.5  0\n", 3)
    assert status == "Optimal"
    assert x is not None
    assert x.tolist() == [0.0, 1.0, 0.5]
    none = "Stopped on time (no integer solution - continuous used) - objective value -3\n 0 C0 1 0\n"
    assert solution_of(none, 3)[1] is None
    assert solution_of("", 3) == ("no solution file", None)


@pytest.mark.parametrize("solver", ["ours", "highs"])
def test_a_peer_proves_a_tiny_case(solver: str, tmp_path: Path) -> None:
    program, events, answer = (str(tmp_path / name) for name in ("program", "events", "answer"))
    prepared = bench_worker.prepare("tiny", 1, program)
    relaxed = bench_worker.relax(program, 10.0)
    assert relaxed["lp_bound"] >= 19.0
    record = bench_worker.solve(program, solver, 10.0, 0.0, 1, events, answer)
    assert record["fingerprint"] == prepared["fingerprint"]
    assert record["events"][-1][1:] == (pytest.approx(19.0), pytest.approx(19.0))
    assert len((tmp_path / "events").read_text().splitlines()) == len(record["events"])
    checked = bench_worker.check(program, answer, record["events"])
    assert checked["plan"]["holds"]
    assert checked["plan"]["objective"] == pytest.approx(19.0)


def test_the_relaxation_is_measured_by_interior_point(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the unit of the ratios: the faster way to solve it, as the report says."""
    used: list[str] = []

    class Spy(Relaxation):
        def solve(self, seconds: float, interrupt: object, at_least: float = -np.inf, brief: bool = False) -> Outcome:
            used.append(self.highs.getOptionValue("solver")[1])
            return super().solve(seconds, interrupt, at_least, brief)

    monkeypatch.setattr(engine, "Relaxation", Spy)
    record = bench_worker.relaxation(program_of("hard-4"), 10.0)
    assert record["lp_seconds"] > 0.0
    assert used == ["ipm"] * 3


def test_a_stopped_benchmark_goes_on_where_it_was(tmp_path: Path) -> None:
    plan = Plan(("tiny",), (1,), {"tiny": 5.0}, ("highs",), 0.0, (), 1, 5.0, 0)
    runs = Runs(tmp_path, resume=False)
    program, path = runs.program("tiny", 1)
    assert program["columns"] > 0
    first, ran = runs.run(plan, "tiny", 1, "highs", path)
    assert ran
    assert first["plan"]["holds"]
    again, ran = Runs(tmp_path, resume=True).run(plan, "tiny", 1, "highs", path)
    assert not ran
    assert again["plan"] == first["plan"]
    collected = runs.collect()
    assert [len(collected[kind]) for kind in ("programs", "runs")] == [1, 1]
    assert Runs(tmp_path, resume=False).collect()["runs"] == []


def test_a_solver_that_fails_is_recorded(tmp_path: Path) -> None:
    plan = Plan(("tiny",), (1,), {"tiny": 5.0}, ("highs",), 0.0, (), 1, 5.0, 0)
    record, _ = Runs(tmp_path, resume=False).run(plan, "tiny", 1, "highs", tmp_path / "no-such-program")
    assert record["failed"] == "crashed"
    assert record["plan"] is None


def test_the_generated_cases_are_those_of_the_generator() -> None:
    assert case_of("soft-6", 2).tables == case_named("soft-6", 2).tables
