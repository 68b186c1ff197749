"""The walk: from a schedule that breaks limits to one that does not, and every stand is worth what it says."""

import numpy as np
import pytest

from fundalign.optimizer import plans as listing
from fundalign.optimizer import walk as module
from fundalign.optimizer.search import Hunt
from fundalign.optimizer.signals import Interrupt
from fundalign.optimizer.walk import SHORT, Stand, Walk

from .points import ONE, broken, compiled, enumerated, everything, relaxed, violation, worth
from .programs import INFINITE, value

MENDED = ("hard-4", "hard-6", "soft-6", "call-8", "oracle-0", "oracle-3", "oracle-8", "oracle-14")


def walk_on(name: str, interrupt: Interrupt | None = None) -> Walk:
    plans = enumerated(compiled(name))
    return Walk(plans, relaxed(plans), ONE, interrupt or Interrupt())


def honest(walk: Walk) -> Stand:
    """Return the stand, whose value and shortfall must be those of its point."""
    stand, program = walk.stand, walk.plans.program
    assert stand is not None
    below, above = broken(program, stand.x)
    scale = max(1.0, abs(stand.value))
    assert stand.shortfall == pytest.approx((below + above).sum(), abs=1e-5)
    expected = worth(program, stand.x) - walk.parts.steep * stand.shortfall
    assert stand.value == pytest.approx(expected, abs=1e-6 * scale)
    assert (stand.broken is not None) == (stand.shortfall > SHORT)
    if stand.shortfall <= SHORT:
        assert violation(walk.plans.source, walk.plans.point(stand.x)) < 1e-6
    return stand


@pytest.mark.parametrize("name", MENDED)
def test_a_schedule_that_breaks_limits_is_mended(name: str) -> None:
    walk = walk_on(name)
    optimum = value(walk.plans.source)
    assert optimum is not None
    assert walk.begin(everything(walk.plans), INFINITE)
    first = honest(walk)
    for _ in range(60):
        before = honest(walk)
        if before.shortfall <= SHORT:
            break
        walk.step(0.0, INFINITE)
        assert honest(walk).shortfall <= SHORT or honest(walk).value >= before.value - 1e-9
    assert honest(walk).shortfall <= SHORT
    assert honest(walk).value <= optimum + 1e-6
    assert name.startswith("oracle") or first.shortfall > SHORT


@pytest.mark.parametrize("heat", [0.0, 1.0])
@pytest.mark.parametrize("name", ["hard-4", "soft-4", "oracle-3", "oracle-16"])
def test_every_stand_is_worth_what_it_says(name: str, heat: float) -> None:
    """Without heat it never gets worse; with it, never better than the bound."""
    walk = walk_on(name)
    assert walk.construct(INFINITE)
    assert walk.root.bound is not None
    for _ in range(9):
        before = honest(walk)
        moved = walk.step(heat, INFINITE)
        after = honest(walk)
        assert moved == (after is not before)
        assert after.value <= walk.root.bound + 1e-6
        if heat == 0.0 and before.shortfall <= SHORT:
            assert after.value >= before.value - 1e-9
        if before.shortfall <= SHORT:
            assert after.shortfall <= SHORT


@pytest.mark.parametrize("most", [0, 10**9])
@pytest.mark.parametrize("name", ["hard-5", "soft-5", "oracle-3"])
def test_a_step_by_branch_and_bound_is_no_step_back(name: str, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every step that frees many initiatives, whole plans or not: among so few, the optimum at once."""
    monkeypatch.setattr(module, "PATIENCE", 0)
    monkeypatch.setattr(listing, "MOST", most)
    walk = walk_on(name)
    optimum = value(walk.plans.source)
    assert optimum is not None
    assert walk.construct(INFINITE)
    for _ in range(10):
        if honest(walk).shortfall <= SHORT:
            break
        walk.step(0.0, INFINITE)
    before = honest(walk)
    assert before.shortfall <= SHORT
    for _ in range(2):
        walk.step(1.0, INFINITE)
        assert before.value - 1e-9 <= honest(walk).value <= optimum + 1e-6
    if most:
        assert honest(walk).value >= optimum - 2e-4 * abs(optimum) - 1e-6


def test_chains_with_too_many_plans_walk_too(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = sorted(len(points) for points in enumerated(compiled("hard-6")).points)
    monkeypatch.setattr(listing, "MOST", sizes[3] - 1)
    walk = walk_on("hard-6")
    assert 0 < len(walk.listed) < walk.plans.chains
    assert walk.begin(everything(walk.plans), INFINITE)
    for _ in range(15):
        honest(walk)
        walk.step(0.0, INFINITE)
    assert honest(walk).shortfall <= SHORT


def test_a_walk_repeats_with_its_seed() -> None:
    ends = []
    for _ in range(2):
        walk = walk_on("soft-5")
        assert walk.begin(everything(walk.plans), INFINITE)
        for turn in range(8):
            walk.step(1.0 - turn / 8, INFINITE)
        ends.append(honest(walk))
    assert ends[0].x.tolist() == ends[1].x.tolist()
    assert ends[0].value == ends[1].value


def test_an_interrupted_walk_stays_where_it_stands() -> None:
    interrupt = Interrupt()
    walk = walk_on("hard-6", interrupt)
    assert not walk.step(1.0, INFINITE)  # it stands nowhere yet
    assert walk.begin(everything(walk.plans), INFINITE)
    interrupt.number = 2
    before = honest(walk)
    for _ in range(5):
        walk.step(0.0, INFINITE)
        assert honest(walk).value >= before.value - 1e-9


def test_what_is_short_is_not_a_plan() -> None:
    """A stand with shortfall is walked on, and never kept."""
    walk = walk_on("hard-6")
    assert walk.begin(everything(walk.plans), INFINITE)
    assert honest(walk).shortfall > SHORT
    hunt = Hunt(walk.plans.source, ONE, Interrupt(), lambda progress: None, 0.0)
    hunt._stands(walk, walk.plans, "mending")
    assert hunt.x is None
    assert hunt.objective is None
    stand = honest(walk)
    walk.stand = Stand(stand.x, np.inf, 10 * SHORT, stand.broken)
    hunt._stands(walk, walk.plans, "mending")
    assert hunt.x is None
