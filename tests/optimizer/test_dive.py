"""A dive ends at a whole plan that beats what it must, or at none; with enough relaxations at the best."""

import time

import numpy as np
import pytest

from fundalign.optimizer import plans as listing
from fundalign.optimizer.compile import Floats, Program
from fundalign.optimizer.dive import Budget, Dive
from fundalign.optimizer.engine import Relaxation
from fundalign.optimizer.plans import Plans
from fundalign.optimizer.signals import Interrupt

from .points import ONE, compiled, enumerated, knapsacks, violation, worth
from .programs import INFINITE, value


class Exhaustive(Dive):
    """A dive that tries every plan of a chain: an exact search, if binding, pruning and returning are right."""

    def candidates(self, chain: int, x: Floats) -> list[Floats]:
        return list(np.eye(len(self.columns[chain])))


NAMES = ("oracle-0", "oracle-3", "oracle-8", "oracle-14", "hard-4", "call-6")


def dive(made: Program, plans: Plans | None, best: float = -np.inf, relaxations: int = 100_000) -> Dive:
    """Return a dive on a program, with its listed chains."""
    listed = set() if plans is None else {c for c in range(plans.chains) if len(plans.points[c])}
    budget = Budget(relaxations, INFINITE, Interrupt())
    return Dive(made, Relaxation(made, ONE), budget, listed, best)


def exhaustive(plans: Plans) -> Dive:
    budget = Budget(100_000, INFINITE, Interrupt())
    return Exhaustive(plans.program, Relaxation(plans.program, ONE), budget, set(range(plans.chains)))


@pytest.mark.parametrize("name", NAMES)
def test_with_every_plan_as_a_candidate_and_enough_relaxations_it_finds_the_optimum(name: str) -> None:
    plans = enumerated(compiled(name))
    search = exhaustive(plans)
    found, optimum = search.run(), value(plans.program)
    if optimum is None:
        assert found is None
        return
    assert found is not None
    assert search.best == pytest.approx(optimum, abs=1e-6)
    assert violation(plans.program, found) < 1e-6
    assert worth(plans.program, found) == pytest.approx(search.best, abs=1e-6)
    assert violation(plans.source, plans.point(found)) < 1e-6


@pytest.mark.parametrize("relaxations", [1, 3, 1000])
@pytest.mark.parametrize("name", NAMES)
def test_what_it_finds_is_whole_and_beats_what_it_must(name: str, relaxations: int) -> None:
    plans = enumerated(compiled(name))
    first = dive(plans.program, plans, relaxations=relaxations)
    if first.run() is None:
        return
    for best in (first.best, first.best - 0.5, first.best + 1e9):
        search = dive(plans.program, plans, best=best, relaxations=relaxations)
        found = search.run()
        if found is None:
            assert search.best == best
        else:
            assert search.best > best
            assert violation(plans.program, found) < 1e-6
    assert found is None


@pytest.mark.parametrize("name", NAMES)
def test_chains_that_are_not_listed_are_rounded_by_thresholds(name: str) -> None:
    """The program as it is: every chain keeps its by-period columns."""
    made = compiled(name)
    search = dive(made, None)
    found, optimum = search.run(), value(made)
    if found is not None:
        assert optimum is not None
        assert violation(made, found) < 1e-6
        assert search.best <= optimum + 1e-6


def test_listed_and_loose_chains_together(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = sorted(len(points) for points in enumerated(compiled("hard-4")).points)
    monkeypatch.setattr(listing, "MOST", sizes[2] - 1)
    plans = enumerated(compiled("hard-4"))
    found = dive(plans.program, plans).run()
    assert found is not None
    assert violation(plans.source, plans.point(found)) < 1e-6


def test_roundings_by_hand() -> None:
    """Thresholds 0.7 and 0.3, then nothing; what must be started stays so."""
    made = knapsacks()
    search = dive(made, None)
    x = np.array([0.7, 0.3, 0, 0, 0, 0, 0])
    assert [whole.tolist() for whole in search.candidates(0, x)] == [[1, 0], [1, 1], [0, 0]]
    lower = made.lower.copy()
    lower[0] = 1.0
    search = dive(made.with_bounds(lower, made.upper), None)
    assert [whole.tolist() for whole in search.candidates(0, x)] == [[1, 0], [1, 1]]


def test_candidates_of_a_listed_chain_by_hand() -> None:
    """The plans the relaxation uses, the most used first, and the one that does nothing."""
    plans = enumerated(knapsacks())
    search = dive(plans.program, plans)
    x = np.zeros(len(plans.program.cost))
    x[1:4] = [0.0, 0.25, 0.75]
    assert [whole.tolist() for whole in search.candidates(0, x)] == [[0, 0, 1], [0, 1, 0], [1, 0, 0]]


def test_by_hand() -> None:
    """The relaxation is C's 8 and two fifths of A's 8: the dive takes all of A or nothing, and has 8 either way."""
    plans = enumerated(knapsacks())
    search = dive(plans.program, plans)
    assert search.run() is not None
    assert search.best == pytest.approx(8)
    search = exhaustive(plans)
    assert search.run() is not None
    assert search.best == pytest.approx(11)


def test_no_time_or_an_interrupt_stop_it() -> None:
    plans = enumerated(compiled("hard-4"))
    for budget in (Budget(100, time.monotonic() - 1.0, Interrupt()), Budget(100, INFINITE, Interrupt(number=2))):
        search = Dive(plans.program, Relaxation(plans.program, ONE), budget, set(range(plans.chains)))
        search.run()
        assert search.count <= 1
