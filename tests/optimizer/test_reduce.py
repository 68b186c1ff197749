"""Reducing a program with fixed columns: the same optimum, fewer columns, and a way back."""

import random

import numpy as np
import pytest

from fundalign.models.build import build
from fundalign.optimizer.compile import Floats, Program, compile_model
from fundalign.optimizer.reduce import reduce

from ..models.programmes import programme
from .programs import INFINITE, program, run, value


def holds(made: Program, x: Floats, tolerance: float = 1e-7) -> bool:
    """Whether a point keeps every bound and row."""
    activity = made.matrix @ x
    return bool(
        (x >= made.lower - tolerance).all()
        and (x <= made.upper + tolerance).all()
        and (activity >= made.row_lower - tolerance).all()
        and (activity <= made.row_upper + tolerance).all()
    )


def fixed_at(made: Program, x: Floats, chains: set[int]) -> Program:
    """Fix the integer columns of some initiatives at a point."""
    lower, upper = made.lower.copy(), made.upper.copy()
    held = np.isin(made.chain, sorted(chains))
    lower[held] = upper[held] = np.round(x[held])
    return made.with_bounds(lower, upper)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("all_fixed", [True, False])
def test_the_reduced_program_has_the_same_optimum(seed: int, all_fixed: bool) -> None:
    made = compile_model(build(programme(seed)))
    best = run(made)
    assert best.x is not None
    chains = {int(c) for c in made.chain if c >= 0}
    held = chains if all_fixed else set(random.Random(seed).sample(sorted(chains), 3))
    fixed = fixed_at(made, best.x, held)
    reduced = reduce(fixed)
    assert len(reduced.program.cost) < len(made.cost)
    whole, small = run(fixed, relax=True), run(reduced.program, relax=True)
    assert small.objective == pytest.approx(whole.objective, abs=1e-7)
    assert small.x is not None
    point = reduced.expand(small.x)
    assert holds(fixed, point)
    assert float(fixed.cost @ point + fixed.offset) == pytest.approx(whole.objective, abs=1e-7)


@pytest.mark.parametrize("seed", range(4))
def test_nothing_funded_leaves_no_payments(seed: int) -> None:
    made = compile_model(build(programme(seed)))
    nothing = fixed_at(made, np.zeros(len(made.cost)), {int(c) for c in made.chain if c >= 0})
    reduced = reduce(nothing)
    assert not any(v.parent_component().local_name == "pay" for v in reduced.program.variables)
    assert not reduced.expand(np.zeros(len(reduced.kept))).any()


def test_a_program_without_fixed_columns_stays_as_it_is() -> None:
    made = program([1, 1], [(-INFINITE, [1, 2], 4), (1, [1, 0], INFINITE)], upper=[3, 3])
    reduced = reduce(made)
    assert reduced.kept.tolist() == [0, 1]
    assert value(reduced.program, relax=True) == value(made, relax=True) == 3.5


def test_fixed_columns_move_to_the_other_side_by_hand() -> None:
    """y = 1: x + 2·1 <= 4 leaves x <= 2; objective x + 10."""
    made = program([1, 10], [(-INFINITE, [1, 2], 4)], lower=[0, 1], upper=[3, 1])
    reduced = reduce(made)
    assert reduced.kept.tolist() == [0]
    assert reduced.program.row_upper.tolist() == [2]
    assert value(reduced.program, relax=True) == pytest.approx(12)
    assert reduced.expand(np.array([2.0])).tolist() == [2, 1]


def test_what_a_row_asks_nothing_of_is_zero_by_hand() -> None:
    """With the start s = 0, pay a + b = 5·s = 0: both leave, and so does c, which may be no more than a."""
    made = program(
        [0, 1, 1, 1, 1],
        [(0, [-5, 1, 1, 0, 0], 0), (-INFINITE, [0, -1, 0, 1, 0], 0), (-INFINITE, [0, 0, 0, 1, 1], 4)],
        upper=[0, 9, 9, 9, 9],
    )
    reduced = reduce(made)
    assert reduced.kept.tolist() == [4]
    assert value(reduced.program, relax=True) == pytest.approx(4)


def test_what_cannot_hold_is_not_reduced_away() -> None:
    """s = 1 wants a due of 5 paid, and its only payer is fixed at zero: no point, reduced or not."""
    made = program([0, 0, 1], [(0, [-5, 1, 0], 0), (-INFINITE, [0, 0, 1], 1)], lower=[1, 0, 0], upper=[1, 0, 2])
    assert value(made, relax=True) is None
    assert value(reduce(made).program, relax=True) is None
