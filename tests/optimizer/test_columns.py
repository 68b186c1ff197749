"""Column generation: the bound of the whole linear program, and a bound whenever it is stopped."""

import time

import numpy as np
import pytest

from fundalign.optimizer import columns
from fundalign.optimizer.columns import relax
from fundalign.optimizer.compile import Program
from fundalign.optimizer.engine import Ending, Outcome, Relaxation
from fundalign.optimizer.plans import whole_plans
from fundalign.optimizer.signals import Interrupt

from .points import ONE, chained, compiled, enumerated, knapsacks, relaxed
from .programs import INFINITE, program, run

NAMES = (*(f"oracle-{k}" for k in range(0, 24, 2)), "hard-8", "soft-10", "call-8")


@pytest.mark.parametrize("name", NAMES)
def test_the_bound_is_that_of_all_plans_at_once_and_so_is_every_bound_before_it(name: str) -> None:
    plans = whole_plans(compiled(name))
    if plans is None:
        assert run(compiled(name)).ending is Ending.INFEASIBLE
        return
    told: list[float] = []
    root = relax(plans, ONE, INFINITE, Interrupt(), told.append)
    full = run(plans.program, relax=True)
    assert root.ending is full.ending
    if full.objective is None:
        assert root.bound is None
        return
    scale = max(1.0, abs(full.objective))
    assert root.bound == pytest.approx(full.objective, abs=1e-6 * scale)
    assert told == sorted(told, reverse=True)
    assert min(told) >= full.objective - 1e-6 * scale
    assert root.x is not None
    assert float(plans.program.cost @ root.x + plans.program.offset) == pytest.approx(root.bound, abs=1e-6 * scale)
    assert root.reduced is not None
    assert root.reduced[len(plans.kept) :].max(initial=0.0) <= 1e-6 * scale
    assert not root.x[~root.active].any()


def test_the_first_master_is_not_all_there_is() -> None:
    """Otherwise the test above would prove nothing about rounds."""
    told: list[float] = []
    plans = enumerated(compiled("hard-8"))
    root = relax(plans, ONE, INFINITE, Interrupt(), told.append)
    assert len(told) > 1
    assert told[0] > told[-1]
    assert not root.active.all()


def test_known_columns_are_in_the_master_and_change_nothing() -> None:
    plans = enumerated(compiled("hard-8"))
    rounds: list[float] = []
    first = relax(plans, ONE, INFINITE, Interrupt(), rounds.append)
    told: list[float] = []
    again = relax(plans, ONE, INFINITE, Interrupt(), told.append, known=first.active)
    assert len(told) <= len(rounds)
    assert again.bound == pytest.approx(first.bound, abs=1e-6)
    assert (again.active | first.active).tolist() == again.active.tolist()


def test_infeasible_only_once_every_plan_was_tried() -> None:
    """Nothing is due 0, both 5, and the first alone 8: neither the emptiest nor the dearest plan reaches 8, it does."""
    fits = relaxed(enumerated(_due(8.0)))
    assert fits.ending is Ending.OPTIMAL
    assert fits.bound == pytest.approx(1)
    root = relaxed(enumerated(_due(9.0)))
    assert (root.ending, root.bound, root.x) == (Ending.INFEASIBLE, None, None)


def _due(amount: float) -> Program:
    rows = [(-INFINITE, [-1, 1, 0], 0.0), (0.0, [-8, 3, 1], 0.0)]
    made = program([1, 1, 0], rows, lower=[0, 0, amount], upper=[1, 1, amount], integer=[True, True, False])
    return chained(made, [0, 0, -1])


def test_an_interrupt_or_no_time_leaves_no_bound_or_a_true_one() -> None:
    plans = enumerated(compiled("hard-8"))
    best = relaxed(plans).bound
    assert best is not None
    late = relax(plans, ONE, time.monotonic() - 1.0, Interrupt(), lambda bound: None)
    stopped = relax(plans, ONE, INFINITE, Interrupt(number=2), lambda bound: None)
    for root, ending in ((late, Ending.TIME_LIMIT), (stopped, Ending.INTERRUPTED)):
        assert root.ending in (ending, Ending.OPTIMAL)
        assert root.bound is None or root.bound >= best - 1e-6


@pytest.mark.parametrize("ending", [Ending.INTERRUPTED, Ending.TIME_LIMIT])
def test_a_stop_between_two_rounds_keeps_the_bound_so_far(ending: Ending, monkeypatch: pytest.MonkeyPatch) -> None:
    plans = enumerated(compiled("hard-8"))
    best = relaxed(plans).bound
    assert best is not None
    told: list[float] = []

    class Stopped(Relaxation):
        def solve(
            self, seconds: float, interrupt: Interrupt, at_least: float = -np.inf, brief: bool = False
        ) -> Outcome:
            if told:
                return Outcome(ending, None, None, None, 0.0)
            return super().solve(seconds, interrupt, at_least, brief)

    monkeypatch.setattr(columns, "Relaxation", Stopped)
    root = relax(plans, ONE, INFINITE, Interrupt(), told.append)
    assert root.ending is ending
    assert root.bound == told[0]
    assert told[0] >= best
    assert root.x is not None


def test_by_hand() -> None:
    """Values per due: 8/5, 3/2, 7/5, 4/3, 8/5, 6/4. Of 7, C's 5 for 8, then 2/5 of A's 8 or all of A's 3: 11.2."""
    root = relaxed(enumerated(knapsacks()))
    assert root.bound == pytest.approx(11.2)
    assert root.prices is not None
    assert np.abs(root.prices).max() > 0
