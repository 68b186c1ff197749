"""A linear program that must end: the next method takes over where one does not."""

import numpy as np
import pytest

from fundalign.optimizer import linear
from fundalign.optimizer.engine import Ending

from .programs import program

# most x + 2y with x + y ≤ 4, x ≤ 3, y ≤ 2: 2 + 4
PROGRAM = program([1, 2], [(-np.inf, [1, 1], 4)], upper=[3, 2])


def test_the_first_method_is_enough() -> None:
    outcome = linear.solved(PROGRAM)
    assert (outcome.ending, outcome.objective) == (Ending.OPTIMAL, pytest.approx(6))


def test_another_method_takes_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first may not even make one iteration."""
    stuck = {"simplex_iteration_limit": 0, "presolve": "off", "solver": "simplex", "time_limit": 0.0}
    monkeypatch.setattr(linear, "METHODS", (stuck, *linear.METHODS[1:]))
    assert linear.solved(PROGRAM).objective == pytest.approx(6)


def test_what_cannot_be_solved_is_said() -> None:
    """x + y ≥ 6 where 5 is all there is."""
    outcome = linear.solved(program([1, 2], [(6, [1, 1], np.inf)], upper=[3, 2]))
    assert (outcome.ending, outcome.x) == (Ending.INFEASIBLE, None)
