"""Levels: milestones that may be funded in part, and all that counts by their level."""

import random

import pytest

from fundalign.inputs.case import Case
from fundalign.models.build import build
from fundalign.models.lines import largest

from .golden import broken, golden_differences
from .programmes import programme
from .small import optimum, program_optimum, small

TEXT = """
funders
funder,kind,currency
F,public,EUR

budgets
funder,cycle,first_period,last_period,payments
F,c,2027,2029,100

initiatives
initiative,currency,escalation
A,EUR,0.1
B,EUR,

milestones
initiative,milestone,order,duration,cost,value,latest_start,min_level
A,a1,1,1,10,4,,0.5
A,a2,2,1,20,6,,0.25
A,a3,3,1,5,3,,
B,b1,1,1,10,5,2027,
B,b2,2,1,8,2,2028,0.5

cost_profile
initiative,milestone,offset,share
A,a1,0,0.4
A,a1,1,0.6
"""
# a1 in 2027 at 0.8, a2 in 2028 at 0.5; b1 in 2027, b2 in 2028 at 0.5
GOOD = {
    "started[A,a1,1]": 1,
    "started[A,a1,2]": 1,
    "started[A,a2,2]": 1,
    "started[A,a2,3]": 1,
    "started[B,b1,1]": 1,
    "started[B,b2,2]": 1,
    "level[A,a1,1]": 0.8,
    "level[A,a2,2]": 0.5,
    "level[B,b2,2]": 0.5,
}
BREAKS = [
    ({"level[A,a1,1]": 0.4, "level[A,a2,2]": 0.4}, ["level_least[A,a1,1]"]),
    # nothing of it in the period in which it begins
    ({"level[B,b2,2]": 0}, ["level_least[B,b2,2]"]),
    # begun in 2027, not in 2028
    ({"level[A,a1,2]": 0.1}, ["level_most[A,a1,2]"]),
    ({"level[A,a1,1]": 1.1}, ["level_most[A,a1,1]", "level[A,a1,1]"]),
    ({"level[A,a2,2]": 0.9}, ["level_sequence[A,a1,a2]"]),
    # a3 in full after a2 at 0.5
    ({"started[A,a3,3]": 1}, ["level_sequence[A,a2,a3]"]),
]


def test_golden() -> None:
    assert golden_differences(build(small(TEXT, 3)), "levels") == []


def test_golden_dues() -> None:
    assert golden_differences(build(small(TEXT, 3)), "cover", "levels_cover") == []


def test_golden_value() -> None:
    assert golden_differences(build(small(TEXT, 3, discount_rate=0.25)), "objective", "levels_objective") == []


def test_satisfied() -> None:
    model = build(small(TEXT, 3))
    assert broken(model, "levels", GOOD) == []
    full = dict.fromkeys(("level[A,a1,1]", "level[A,a2,2]", "started[A,a3,3]"), 1)
    assert broken(model, "levels", GOOD | full) == []


@pytest.mark.parametrize(("change", "rows"), BREAKS)
def test_violated(change: dict[str, float], rows: list[str]) -> None:
    assert broken(build(small(TEXT, 3)), "levels", GOOD | change) == rows


def test_the_largest_due_has_one_level_at_a_time() -> None:
    """In 2028 a1 adds at most 6.6 (begun in 2027), a2 22, b2 8."""
    model = build(small(TEXT, 3))
    (dues,) = model.layout.pool_dues.values()
    assert largest(dues[2]) == pytest.approx(36.6)
    assert model.pay["F", "A/all and 1 more", 2].ub == pytest.approx(36.6)


ONE = """
funders
funder,kind,currency
F,public,EUR

budgets
funder,cycle,first_period,last_period,payments
F,c,2027,2028,{money}

initiatives
initiative,currency
A,EUR
B,EUR

milestones
initiative,milestone,order,duration,cost,value,min_level
A,a,1,1,10,10,{least}
B,b,1,1,6,7,
"""


@pytest.mark.parametrize(("least", "value", "level"), [("0.4", 11, 0.4), ("0.41", 10, 1.0), ("", 10, 1.0)])
def test_least_level_by_hand(least: str, value: float, level: float) -> None:
    """10 pay for A (worth 10), or for B (6, worth 7) and 0.4 of A: 7 + 4 = 11, unless that is too little of A."""
    found = optimum(small(ONE.format(money=10, least=least)))
    assert found.objective == pytest.approx(value)
    assert found.levels["A/a"] == pytest.approx(level)
    assert found.run.plan is not None
    assert sum(found.paid.values()) == pytest.approx(10)


CHAIN = """
funders
funder,kind,currency
F,public,EUR

budgets
funder,cycle,first_period,last_period,payments
F,c,2027,2028,12

initiatives
initiative,currency
A,EUR

milestones
initiative,milestone,order,duration,cost,value,min_level
A,a1,1,1,10,1,0.1
A,a2,2,1,5,6,{least}
"""


def test_sequence_by_hand() -> None:
    """12 for a1 (10, worth 1) and a2 (5, worth 6), which gets no more of its cost than a1: both at 12/15 = 0.8.

    That is worth 0.8 + 4.8 = 5.6. In full a2 needs all of a1, 15, and only a1 is left.
    """
    part = optimum(small(CHAIN.format(least="0.2")))
    assert part.objective == pytest.approx(5.6)
    assert part.levels == pytest.approx({"A/a1": 0.8, "A/a2": 0.8})
    full = optimum(small(CHAIN.format(least="")))
    assert (full.objective, full.levels) == (pytest.approx(1), {"A/a1": 1.0})


MATCHED = """
funders
funder,kind,currency
F,public,EUR
ME,matching,EUR

budgets
funder,cycle,first_period,last_period,payments
F,c,2027,2028,6
ME,c,2027,2028,100

initiatives
initiative,currency
A,EUR

milestones
initiative,milestone,order,duration,cost,value,min_level
A,a,1,1,12,10,0.1

matching
rule,funders,base,ratio
half,ME,both,0.5
"""


def test_matching_by_hand() -> None:
    """F's 6 unlock 3: 9 of the 12 that A costs, level 0.75, worth 7.5."""
    found = optimum(small(MATCHED))
    assert found.objective == pytest.approx(7.5)
    assert {funder: amount for (funder, _, _), amount in found.paid.items()} == {"F": 6, "ME": 3}


def in_part(seed: int) -> Case:
    """Draw a programme of which two milestones in three may be funded in part."""
    case, rng = programme(seed), random.Random(seed)
    for i, m in case.milestone:
        if rng.random() < 0.67:
            where = {"initiative": i, "milestone": m}
            case = case.change("milestones", "min_level", where=where, set=f"{rng.uniform(0.1, 0.9):.2f}")
    return case


@pytest.mark.parametrize("seed", range(12))
def test_pooling_stays_exact_and_the_compact_form_a_relaxation(seed: int) -> None:
    case = in_part(seed)
    exact = program_optimum(case)
    assert program_optimum(case, pooled=False) == pytest.approx(exact, abs=1e-6)
    assert program_optimum(case, compact=True) >= exact - 1e-6
