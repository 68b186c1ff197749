"""The search of large programs, forced on small ones: the same optimum as HiGHS alone, on plans that verify."""

import time

import numpy as np
import pytest

from fundalign.models.build import build
from fundalign.optimizer import search
from fundalign.optimizer.compile import compile_model
from fundalign.optimizer.dive import Budget, Dive
from fundalign.optimizer.engine import Interrupt, Limits, Progress, Relaxation
from fundalign.optimizer.neighbours import Neighbourhoods
from fundalign.optimizer.reduce import hold, reduce, undecided
from fundalign.optimizer.solve import SolveOptions, solve
from fundalign.results.verify import verify

from ..models.programmes import programme

SEEDS = range(8)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_phase_together_reaches_the_optimum_of_highs_alone(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    case = programme(seed, initiatives=8)
    alone = solve(case, SolveOptions(gap=0.0, threads=1))
    phases: list[str] = []

    def heard(progress: Progress) -> None:
        phases.append(progress.phase)

    monkeypatch.setattr(search, "SMALL", 0)
    monkeypatch.setattr(search, "PATIENCE", 3)
    led = solve(case, SolveOptions(gap=0.0, threads=1), heard)
    assert led.report.objective == pytest.approx(alone.report.objective)
    assert led.report.status == "optimal"
    assert verify(led).holds
    assert {"relaxation", "construction"} <= set(phases)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_dive_gives_a_plan_that_satisfies_every_row(seed: int) -> None:
    program = compile_model(build(programme(seed, initiatives=8), compact=True))
    root = Relaxation(program, Limits(threads=1)).solve(60.0, Interrupt())
    assert root.x is not None
    reduced = reduce(hold(program, root.x, undecided(program, root.x)))
    relaxation = Relaxation(reduced.program, Limits(threads=1))
    dive = Dive(reduced.program, relaxation, Budget(200, time.monotonic() + 60, Interrupt()), lambda: None)
    found = dive.run()
    assert found is not None
    x = reduced.expand(found)
    activity = program.matrix @ x
    assert (activity >= program.row_lower - 1e-6).all()
    assert (activity <= program.row_upper + 1e-6).all()
    whole = x[program.integer]
    assert np.abs(whole - np.round(whole)).max() < 1e-6
    assert float(program.cost @ x + program.offset) == pytest.approx(dive.best)
    assert root.bound is not None
    assert dive.best <= root.bound + 1e-6


def test_a_dive_that_must_beat_the_optimum_finds_nothing() -> None:
    program = compile_model(build(programme(3, initiatives=6)))
    relaxation = Relaxation(program, Limits(threads=1))
    root = relaxation.solve(60.0, Interrupt())
    assert root.objective is not None
    budget = Budget(200, time.monotonic() + 60, Interrupt())
    assert Dive(program, relaxation, budget, lambda: None, best=root.objective + 1.0).run() is None


def test_neighbourhoods_repeat_with_their_seed_and_name_known_initiatives() -> None:
    program = compile_model(build(programme(5, initiatives=30)))
    root = Relaxation(program, Limits(threads=1)).solve(60.0, Interrupt())
    assert root.x is not None
    plan = np.where(program.integer, 0.0, root.x)
    picks = [
        [around.pick(plan, turn).tolist() for turn in range(6)]
        for around in (Neighbourhoods(program, root, 7), Neighbourhoods(program, root, 7))
    ]
    assert picks[0] == picks[1]
    known = set(program.chain[program.chain >= 0].tolist())
    assert all(set(pick) <= known and 0 < len(pick) <= 30 for pick in picks[0])
    assert picks[0][0] != picks[0][3]


def test_rivals_load_the_same_dear_rows() -> None:
    program = compile_model(build(programme(2, initiatives=20)))
    root = Relaxation(program, Limits(threads=1)).solve(60.0, Interrupt())
    around = Neighbourhoods(program, root, 1)
    chain = int(around.chains[0])
    rivals = around.rivals(chain, 5)
    assert chain in rivals
    common = np.asarray((around.load @ around.load[[chain]].T).todense()).ravel()
    worst = min((common[c] for c in rivals if c != chain), default=0.0)
    others = [common[c] for c in around.chains if c not in rivals]
    assert all(value <= worst + 1e-12 for value in others)
