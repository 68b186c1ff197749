"""Matching: so much per unit of other money, and each unit unlocks one rule only."""

import pytest

from fundalign.models.build import build

from .golden import broken, golden_differences
from .small import best, optimum, small, without

TEXT = """
funders
funder,kind,currency
FP,public,EUR
PR,private,EUR
M1,matching,EUR
M2,matching,EUR

budgets
funder,cycle,first_period,last_period,payments
FP,c,2027,2028,100
PR,c,2027,2028,100
M1,c,2027,2028,100
M2,c,2027,2028,100

initiatives
initiative,currency
A,EUR

milestones
initiative,milestone,order,stage,duration,cost,value,latest_start
A,r,1,research,1,100,1,2027
A,b,2,build,1,60,1,

matching
rule,funders,base,ratio,initiatives,stage
both-up,M1,both,0.5,A,
crowd,M2,private,2,,build
extra,M1,public,1,,build
"""
# research: M1 30 on 70. build: FP 16, PR 10: M2 20 on all of PR's, M1 14 on 14 of FP's as extra
GOOD = {
    "started[A,r,1]": 1,
    "started[A,b,2]": 1,
    "pay[FP,A/research,1]": 70,
    "pay[M1,match A/research,1]": 30,
    "pay[FP,A/build,2]": 16,
    "pay[PR,A/build,2]": 10,
    "pay[M1,match A/build,2]": 14,
    "pay[M2,match A/build,2]": 20,
    "matched[extra,M1,A,build]": 14,
    "used[extra,public,A,build]": 14,
    "used[crowd,private,A,build]": 10,
}


def test_golden() -> None:
    assert golden_differences(build(small(TEXT)), "matching") == []


def test_satisfied() -> None:
    assert broken(build(small(TEXT)), "matching", GOOD) == []


@pytest.mark.parametrize(
    ("change", "rows"),
    [
        # the ratio of 0.5 holds over the stages together: 30 on 70 leaves room for 5, 2 more come from FP's last 2
        (
            {"pay[M1,match A/research,1]": 37, "used[both-up,public,A,build]": 2},
            ["matching[0,both-up,A]"],  # 37 > 0.5·(100 - 37) + 0.5·2
        ),
        ({"pay[M2,match A/build,2]": 21}, ["matching[1,crowd,A]"]),
        ({"matched[extra,M1,A,build]": 15, "pay[M1,match A/build,2]": 15}, ["matching[2,extra,A]"]),
        ({"pay[M1,match A/build,2]": 15}, ["matching_split[M1,A,build]"]),
        # 14 + 3 of FP's 16, and all of PR's 10 and one more
        ({"used[both-up,public,A,build]": 3}, ["matching_base[public,A,build]"]),
        ({"used[both-up,private,A,build]": 1}, ["matching_base[private,A,build]"]),
    ],
)
def test_violated(change: dict[str, float], rows: list[str]) -> None:
    assert broken(build(small(TEXT)), "matching", GOOD | change) == rows


HALF = """
funders
funder,kind,currency
FP,public,EUR
M1,matching,EUR
M2,matching,EUR

budgets
funder,cycle,first_period,last_period,payments
FP,c,2027,2027,20
M1,c,2027,2027,30
M2,c,2027,2027,30

initiatives
initiative,currency
A,EUR
B,EUR

milestones
initiative,milestone,order,duration,cost,value
A,a,1,1,{cost},5
B,b,1,1,20,1

matching
rule,funders,base,ratio,initiatives
half,M1,public,{ratio},A
"""


def test_ratio_by_hand() -> None:
    """FP has 20, so the match is at most 0.5·20 = 10: A costs 30, exactly both. Unmatched only B, worth 1, fits."""
    held = optimum(small(HALF.format(cost=30, ratio="0.5"), 1))
    assert held.objective == pytest.approx(5)
    assert held.paid == {("FP", "A", "2027"): 20, ("M1", "A", "2027"): 10}
    assert best(small(without(HALF.format(cost=30, ratio="0.5"), "matching"), 1)) == pytest.approx(1)


@pytest.mark.parametrize(("cost", "ratio", "objective"), [(31, "0.5", 1), (36, "0.8", 5), (37, "0.8", 1)])
def test_ratio_binds(cost: int, ratio: str, objective: float) -> None:
    """20·(1 + ratio) is the most that A may cost."""
    assert best(small(HALF.format(cost=cost, ratio=ratio), 1)) == pytest.approx(objective)


@pytest.mark.parametrize(("cost", "objective"), [(30, 5), (35, 1)])
def test_each_unit_unlocks_one_rule_by_hand(cost: int, objective: float) -> None:
    """Two rules of 0.5 on the same 20 give 10 together, not 20."""
    text = HALF.format(cost=cost, ratio="0.5") + "second,M2,public,0.5,A\n"
    assert best(small(text, 1)) == pytest.approx(objective)


def test_both_as_base_by_hand() -> None:
    """The other rule takes private money too: PR's 4 unlock 2 more, FP's 20 unlock 10: 36 in all."""
    text = HALF.format(cost=36, ratio="0.5") + "second,M2,both,0.5,A\n"
    text = text.replace("M1,matching,EUR", "PR,private,EUR\nM1,matching,EUR").replace(
        "M1,c,", "PR,c,2027,2027,4\nM1,c,"
    )
    held = optimum(small(text, 1))
    assert held.objective == pytest.approx(5)
    sums = {f: held.paid.get((f, "A", "2027"), 0) for f in ("FP", "PR", "M1", "M2")}
    assert (sums["FP"], sums["PR"]) == (20, 4)
    assert sums["M1"] + sums["M2"] == 12
    assert sums["M2"] >= 2
    assert best(small(text.replace("A,a,1,1,36,5", "A,a,1,1,37,5"), 1)) == pytest.approx(1)
