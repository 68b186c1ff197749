"""Companions of a walk: what they find is a plan, they end when told to, and nothing they end in is hidden."""

import time
from collections.abc import Callable

import numpy as np
import pytest

from fundalign.optimizer import company as module
from fundalign.optimizer.company import MOST, Company, Until, company, cores
from fundalign.optimizer.engine import Limits
from fundalign.optimizer.search import Hunt
from fundalign.optimizer.signals import Interrupt
from fundalign.optimizer.walk import SHORT, Walk

from .points import compiled, enumerated, relaxed, violation, worth
from .programs import INFINITE, value

LONG = 600.0  # seconds that no test waits for


def walking(name: str = "hard-6", limits: Limits | None = None) -> Walk:
    """Stand on the plan that does nothing, from which any walk finds a better one."""
    plans = enumerated(compiled(name))
    walk = Walk(plans, relaxed(plans), limits or Limits(threads=3), Interrupt())
    assert walk.begin(plans.taken(np.zeros(len(plans.source.cost))), INFINITE)
    assert walk.whole
    return walk


def wait(until: Callable[[], object]) -> None:
    end = time.monotonic() + 60.0
    while not until() and time.monotonic() < end:
        time.sleep(0.01)
    assert until()


def accompanied(walk: Walk) -> None:
    """Stand there until the companions have ended."""
    with company(walk, LONG) as others:
        wait(lambda: all(each.done() for each in others.walking))


@pytest.fixture(autouse=True)
def _three(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "cores", lambda threads: threads)


@pytest.mark.parametrize("name", ["hard-6", "soft-6", "call-8"])
def test_what_companions_find_is_a_plan_worth_what_it_says(name: str) -> None:
    walk = walking(name)
    stand = walk.stand
    assert stand is not None
    with company(walk, LONG) as others:
        assert len(others.walking) == 2
        wait(lambda: others.best is not None)
    best, optimum = others.best, value(walk.plans.source)
    assert best is not None
    assert optimum is not None
    assert walk.stand is stand  # where the first walk stands is its own affair
    assert best.shortfall <= SHORT
    assert violation(walk.plans.source, walk.plans.point(best.x)) < 1e-6
    assert best.value == pytest.approx(worth(walk.plans.program, best.x), abs=1e-6 * max(1.0, abs(best.value)))
    assert best.value <= optimum + 1e-6
    assert all(each.done() for each in others.walking)


def test_they_end_with_a_signal() -> None:
    walk = walking()
    with company(walk, LONG) as others:
        walk.interrupt.number = 2
        wait(lambda: all(each.done() for each in others.walking))


def test_what_one_ends_in_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    walk = walking()

    def fails(self: Walk, heat: float, deadline: float) -> bool:
        raise ValueError("a fault of a walk")

    monkeypatch.setattr(Walk, "step", fails)
    with pytest.raises(ValueError, match="a fault of a walk"):
        accompanied(walk)


@pytest.mark.parametrize(
    ("limits", "seconds"),
    [
        (Limits(threads=1), LONG),
        (Limits(threads=3, steps=10), LONG),  # the same plan on every machine
        (Limits(threads=3), 1.0),
        (Limits(threads=3), INFINITE),
    ],
)
def test_a_walk_that_is_alone(limits: Limits, seconds: float) -> None:
    with company(walking(limits=limits), seconds) as others:
        assert others.walking == []
    assert others.best is None


def test_a_hunt_keeps_what_a_companion_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    """The walk itself does not move: the plan kept is a companion's."""
    walk = walking()
    hunt = Hunt(walk.plans.source, Limits(threads=3, time_limit=LONG), walk.interrupt, lambda progress: None, 0.0)
    hunt.deadline = time.monotonic() + LONG
    others = Company(walk.interrupt)
    with company(walk, LONG) as found:
        wait(lambda: found.best is not None)
    others.best = found.best
    monkeypatch.setattr(Walk, "step", lambda self, heat, deadline: False)
    hunt._on(walk, walk.plans, others, 0.2)
    assert found.best is not None
    assert hunt.objective == found.best.value


def test_as_many_walks_as_threads_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert [cores(n) for n in (1, 2, MOST, 100)] == [1, 2, MOST, MOST]
    assert 1 <= cores(0) <= MOST


def test_enough_is_a_signal_too() -> None:
    signal = Interrupt()
    until = Until(signal)
    assert not until
    until.over = True
    assert until
    assert not signal
    until.over, signal.number = False, 15
    assert until
