"""Whole plans: nothing is missing, nothing too much, and the program over them is the program."""

import itertools

import numpy as np
import pytest
from scipy.sparse import csr_array

from fundalign.optimizer import plans as module
from fundalign.optimizer.compile import Floats
from fundalign.optimizer.engine import Ending
from fundalign.optimizer.plans import enumerate_plans, own_rows, whole_plans

from .points import chained, compiled, enumerated, knapsacks, violation, worth
from .programs import INFINITE, program, run, value

NAMES = ("oracle-0", "oracle-3", "oracle-5", "oracle-8", "oracle-14", "call-6", "hard-4")


def by_force(rows: Floats, low: Floats, high: Floats, lower: Floats, upper: Floats) -> set[tuple[float, ...]]:
    """Return every 0/1 point within rows and bounds by trying them all."""
    points = np.array(list(itertools.product((0.0, 1.0), repeat=rows.shape[1])))
    activity = points @ rows.T
    able = ((activity >= low - 1e-9) & (activity <= high + 1e-9)).all(axis=1)
    able &= ((points >= lower) & (points <= upper)).all(axis=1)
    return {tuple(point) for point in points[able]}


@pytest.mark.parametrize("seed", range(60))
def test_enumeration_is_brute_force(seed: int) -> None:
    chance = np.random.default_rng(seed)
    count, height = int(chance.integers(1, 9)), int(chance.integers(0, 6))
    rows = np.round(chance.normal(0, 2, (height, count))) * (chance.random((height, count)) < 0.6)
    if seed % 3 == 0:  # irregular numbers whose partial sums carry dust
        rows = rows * 0.1 + np.round(chance.normal(0, 1, rows.shape), 2)
    middle = rows @ chance.integers(0, 2, count)
    low = np.where(chance.random(height) < 0.5, -np.inf, middle - chance.integers(0, 2, height))
    high = np.where(chance.random(height) < 0.3, np.inf, middle + chance.integers(0, 2, height))
    lower = (chance.random(count) < 0.1).astype(float)
    upper = np.maximum(lower, (chance.random(count) < 0.9).astype(float))
    found = enumerate_plans(rows, low, high, lower, upper)
    assert found is not None
    assert len({tuple(point) for point in found}) == len(found)
    assert {tuple(point) for point in found} == by_force(rows, low, high, lower, upper)


def test_too_many_plans_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    sides = np.zeros((0, 3)), np.zeros(0), np.zeros(0), np.zeros(3), np.ones(3)
    monkeypatch.setattr(module, "MOST", 8)
    found = enumerate_plans(*sides)
    assert found is not None
    assert len(found) == 8
    monkeypatch.setattr(module, "MOST", 7)
    assert enumerate_plans(*sides) is None


def test_own_rows_by_hand() -> None:
    """Sequence rows belong to their chain; the row that pays, and an empty one, link."""
    assert own_rows(knapsacks()).tolist() == [0, 1, 2, -1]
    empty = chained(program([1, 1], [(0, [0, 0], 1), (0, [1, 1], 1)], upper=[1, 1], integer=[True, True]), [0, 0])
    assert own_rows(empty).tolist() == [-1, 0]


def test_plans_by_hand() -> None:
    """Each chain does nothing, its first, or both; values 3, 8 | 4, 7 | 6, 8 for dues of 2, 5 | 3, 5 | 4, 5."""
    plans = enumerated(knapsacks())
    assert [points.tolist() for points in plans.points] == [[[0, 0], [1, 0], [1, 1]]] * 3
    assert plans.program.cost.tolist() == [0, 0, 3, 8, 0, 4, 7, 0, 6, 8]
    dense = csr_array(plans.program.matrix).toarray()
    assert dense[0].tolist() == [1, 0, -2, -5, 0, -3, -5, 0, -4, -5]
    assert dense[1:].tolist() == [[0] + [1.0 * (c == k // 3) for k in range(9)] for c in range(3)]
    assert plans.limits.tolist() == [0]
    assert value(plans.program) == value(knapsacks()) == 11  # of the limit 7, 2 for 3 and 5 for 8


@pytest.mark.parametrize("name", NAMES)
def test_the_program_over_plans_is_the_program_and_its_relaxation_no_weaker(name: str) -> None:
    made = compiled(name)
    plans = whole_plans(made)
    exact = run(made)
    if plans is None:
        assert exact.ending is Ending.INFEASIBLE
        return
    whole, wide, narrow = run(plans.program), run(made, relax=True), run(plans.program, relax=True)
    assert whole.ending is exact.ending
    if exact.objective is None:
        return
    assert whole.objective == pytest.approx(exact.objective, abs=1e-6)
    assert narrow.objective is not None
    assert wide.objective is not None
    assert exact.objective - 1e-6 <= narrow.objective <= wide.objective + 1e-6


@pytest.mark.parametrize("name", NAMES)
def test_there_and_back(name: str) -> None:
    """`taken` and `point` are inverse on plans, and both sides agree on rows and objective."""
    made = compiled(name)
    plans = enumerated(made)
    best = run(made)
    chance = np.random.default_rng(1)
    x = np.zeros(len(plans.program.cost))
    for c in range(plans.chains):
        x[plans.first[c] + int(chance.integers(0, len(plans.points[c])))] = 1.0
    assert plans.taken(plans.point(x)).tolist() == x.tolist()
    if best.x is not None:
        taken = plans.taken(best.x)
        assert plans.point(taken) == pytest.approx(best.x, abs=1e-6)
        assert worth(plans.program, taken) == pytest.approx(best.objective, abs=1e-6)
        assert violation(plans.program, taken) < 1e-6


def test_chains_with_too_many_plans_keep_their_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    made = compiled("hard-4")
    all_listed = enumerated(made)
    sizes = sorted(len(points) for points in all_listed.points)
    monkeypatch.setattr(module, "MOST", sizes[len(sizes) // 2] - 1)
    plans = enumerated(made)
    loose = [c for c in range(plans.chains) if not len(plans.points[c])]
    assert 0 < len(loose) < plans.chains
    for c in loose:
        assert set(plans.columns[c]) <= set(plans.kept)
    own = own_rows(made)
    rows = int((own < 0).sum() + np.isin(own, loose).sum()) + plans.chains - len(loose)
    assert plans.program.matrix.shape[0] == rows
    assert value(plans.program) == pytest.approx(value(made), abs=1e-6)
    best = run(made)
    assert best.x is not None
    assert plans.point(plans.taken(best.x)) == pytest.approx(best.x, abs=1e-6)


def test_a_chain_without_a_plan_is_infeasible() -> None:
    made = program([1, 1], [(2, [1, 1], INFINITE), (-INFINITE, [1, 1], 1)], upper=[1, 1], integer=[True, True])
    assert whole_plans(chained(made, [0, 0])) is None
    assert value(made) is None


def test_chains_without_rows_that_link() -> None:
    """Two chains on their own: max 2a + b with a + b ≤ 1, and 3c with c ≤ 0: worth 2."""
    rows = [(-INFINITE, [1, 1, 0], 1.0), (-INFINITE, [0, 0, 1], 0.0)]
    plans = enumerated(chained(program([2, 1, 3], rows, upper=[1] * 3, integer=[True] * 3), [0, 0, 1]))
    assert len(plans.limits) == 0
    best = run(plans.program)
    assert best.x is not None
    assert best.objective == pytest.approx(2)
    assert plans.point(best.x).tolist() == pytest.approx([1, 0, 0])


def test_a_program_without_chains_stays_as_it_is() -> None:
    made = program([1, 2], [(-INFINITE, [1, 1], 4)])
    plans = enumerated(made)
    assert (plans.chains, plans.kept.tolist()) == (0, [0, 1])
    assert value(plans.program) == value(made) == 8


def test_numbers_that_cancel_leave_nothing() -> None:
    """All three together use 0.1 + 0.2 − 0.3, which floating point does not call nothing, of the limit."""
    rows = [(-INFINITE, [0.1, 0.2, -0.3, 1], 5.0), (0.0, [1, -1, 0, 0], 0.0), (0.0, [0, 1, -1, 0], 0.0)]
    made = program([1, 1, 1, 1], rows, upper=[1, 1, 1, 9], integer=[True, True, True, False])
    plans = enumerated(chained(made, [0, 0, 0, -1]))
    assert 0.1 + 0.2 - 0.3 != 0.0
    assert plans.points[0].tolist() == [[0, 0, 0], [1, 1, 1]]
    matrix = csr_array(plans.program.matrix)
    assert matrix[[0]].nnz == 1
    assert value(plans.program) == pytest.approx(8)
