"""Parts: what a part says of its few initiatives is true of the whole program, and slack is what is short."""

import numpy as np
import pytest

from fundalign.optimizer import parts as module
from fundalign.optimizer import plans as listing
from fundalign.optimizer.compile import Floats
from fundalign.optimizer.parts import Parts
from fundalign.optimizer.plans import Plans

from .points import broken, compiled, enumerated, everything, knapsacks, relaxed, violation, worth
from .programs import run

NAMES = ("oracle-0", "oracle-3", "oracle-14", "hard-4", "call-6")


def made(name: str) -> tuple[Plans, Parts]:
    plans = enumerated(compiled(name))
    return plans, Parts(plans, relaxed(plans))


def best(plans: Plans) -> Floats:
    """Return the best point over plans, or the one that starts everything where there is none."""
    outcome = run(plans.program)
    return everything(plans) if outcome.x is None else outcome.x


@pytest.mark.parametrize("loose", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_a_point_of_a_part_is_a_point_of_the_whole(name: str, loose: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if loose:  # some chains keep their own columns
        sizes = sorted(len(points) for points in enumerated(compiled(name)).points)
        monkeypatch.setattr(listing, "MOST", max(1, sizes[len(sizes) // 2] - 1))
    plans, parts = made(name)
    x = best(plans)
    if violation(plans.program, x) > 1e-6:
        return
    free = np.arange(0, plans.chains, 2)
    part = parts.part(x, free)
    outcome = run(part.program)
    assert outcome.x is not None
    whole = part.expand(outcome.x)
    assert violation(plans.program, whole) < 1e-6
    assert violation(plans.source, plans.point(whole)) < 1e-6
    assert worth(plans.program, whole) == pytest.approx(outcome.objective, abs=1e-6)
    assert outcome.objective == pytest.approx(worth(plans.program, x), abs=1e-6)  # the plan of each is on offer
    held = plans.program.integer & ~np.isin(plans.program.chain, free)
    assert whole[held] == pytest.approx(np.round(x[held]), abs=1e-9)


def test_few_plans_are_offered_but_always_the_held_and_the_idle_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PROMISING", 1)
    plans, parts = made("hard-4")
    x = everything(plans)
    for c in (1, 3):  # held at a plan that is not promising
        own = slice(plans.first[c], plans.first[c + 1])
        x[own] = np.eye(1, len(plans.points[c]), int(np.argmin(parts.promising[own])))[0]
        assert not parts.promising[own][x[own] == 1].any()
    part = parts.part(x, np.array([1, 3]))
    offered = part.columns[len(plans.kept) :]
    assert 4 <= len(offered) < len(plans.points[1]) + len(plans.points[3])
    for c in (1, 3):
        own = offered[plans.program.chain[offered] == c]
        assert x[own].sum() == 1
        assert 0.0 in plans.points[c].sum(axis=1)[own - plans.first[c]]


@pytest.mark.parametrize("name", [*NAMES, "oracle-5"])
def test_slack_is_exactly_what_is_short(name: str) -> None:
    plans, parts = made(name)
    part = parts.part(everything(plans), np.zeros(0, dtype=np.int64), soft=True)
    outcome = run(part.program)
    assert outcome.x is not None
    whole = part.expand(outcome.x)
    below, above = broken(plans.program, whole)
    assert part.slack == 2 * len(plans.limits)
    slack = outcome.x[len(part.columns) :].reshape(2, -1)
    assert slack[0] == pytest.approx(below[plans.limits], abs=1e-6)
    assert slack[1] == pytest.approx(above[plans.limits], abs=1e-6)
    assert part.shortfall(outcome.x) == pytest.approx((below + above).sum(), abs=1e-5)
    expected = worth(plans.program, whole) - parts.steep * part.shortfall(outcome.x)
    assert outcome.objective == pytest.approx(expected, rel=1e-9, abs=1e-4)


def test_slack_by_hand() -> None:
    """All six are due 15, and there is 7: 8 are short."""
    plans = enumerated(knapsacks())
    parts = Parts(plans, relaxed(plans))
    part = parts.part(everything(plans), np.zeros(0, dtype=np.int64), soft=True)
    outcome = run(part.program)
    assert outcome.x is not None
    assert part.shortfall(outcome.x) == pytest.approx(8)
    assert parts.part(everything(plans), np.zeros(0, dtype=np.int64)).slack == 0
