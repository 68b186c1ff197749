"""Neighbourhoods: as many initiatives as asked, the right ones, and the same ones for the same seed."""

import numpy as np
import pytest

from fundalign.optimizer import neighbours as module
from fundalign.optimizer.columns import Root
from fundalign.optimizer.neighbours import Neighbourhoods
from fundalign.optimizer.plans import Plans

from .points import compiled, enumerated, everything, relaxed

PER = 10.0  # plans on offer per initiative, as the neighbourhoods are told


@pytest.fixture
def ground(monkeypatch: pytest.MonkeyPatch) -> tuple[Plans, Root]:
    """Give sixteen initiatives, with neighbourhoods of 3, 6 or 40 of them in turn."""
    monkeypatch.setattr(module, "PLANS", (3 * PER, 6 * PER, 40 * PER))
    monkeypatch.setattr(module, "LEAST", 1)
    plans = enumerated(compiled("hard-16"))
    return plans, relaxed(plans)


def test_sizes_take_turns_and_are_not_more_than_there_are(ground: tuple[Plans, Root]) -> None:
    plans, root = ground
    around = Neighbourhoods(plans, root, 1, PER)
    for turn in range(12):
        picked = around.pick(everything(plans), turn).tolist()
        assert picked == sorted(set(picked))
        assert set(picked) <= set(range(16))
        assert len(picked) == (3, 6, 16)[turn % 3]


def test_a_seed_says_which(ground: tuple[Plans, Root]) -> None:
    plans, root = ground
    point = everything(plans)

    def picks(seed: int) -> list[list[int]]:
        around = Neighbourhoods(plans, root, seed, PER)
        broken = np.ones(len(plans.limits))
        return [around.pick(point, turn, broken if turn % 2 else None).tolist() for turn in range(12)]

    assert picks(7) == picks(7)
    assert picks(7) != picks(8)


def test_apart_is_where_relaxation_and_plan_differ(ground: tuple[Plans, Root]) -> None:
    plans, root = ground
    around = Neighbourhoods(plans, root, 1, PER)
    assert root.x is not None
    assert around.apart(root.x).tolist() == []
    other = root.x.copy()
    for c in (2, 9):
        own = slice(plans.first[c], plans.first[c + 1])
        other[own] = 0.0
        other[plans.first[c] + int(np.argmin(root.x[own]))] = 1.0
    assert around.apart(other).tolist() == [2, 9]


def test_loading_picks_only_what_loads_a_broken_limit(ground: tuple[Plans, Root]) -> None:
    plans, root = ground
    around = Neighbourhoods(plans, root, 1, PER)
    dense = around.load.toarray()
    by_few = [k for k in range(dense.shape[1]) if 0 < (dense[:, k] > 0).sum() < 12]
    assert by_few
    for k in by_few:
        broken = np.zeros(dense.shape[1])
        broken[k] = 2.0
        able = set(np.flatnonzero(dense[:, k] > 0).tolist())
        picked = around.loading(broken, 100).tolist()
        assert set(picked) == able
        assert len(around.loading(broken, 2)) == min(2, len(able))
        assert set(around.loading(broken, 2).tolist()) <= able
    assert len(around.loading(np.zeros(dense.shape[1]), 5)) == 0


def test_load_is_what_plans_use_of_a_limit_on_average(ground: tuple[Plans, Root]) -> None:
    plans, root = ground
    around = Neighbourhoods(plans, root, 1, PER)
    matrix = np.abs(plans.program.matrix.toarray()[plans.limits])
    for c in range(plans.chains):
        mean = matrix[:, plans.first[c] : plans.first[c + 1]].mean(axis=1)
        assert around.load.toarray()[c] == pytest.approx(mean)


def test_rivals_use_the_same_dear_limits(ground: tuple[Plans, Root]) -> None:
    plans, root = ground
    around = Neighbourhoods(plans, root, 1, PER)
    for chain in range(plans.chains):
        rivals = around.rivals(chain, 5)
        assert rivals[0] == chain
        common = (around.priced @ around.priced[[chain]].T).toarray().ravel()
        assert (common[rivals[1:]] > 0).all()
        assert len(rivals) == min(5, 1 + int((np.delete(common, chain) > 0).sum()))
