"""Earmarks: which part of some money goes to some purpose."""

import pytest

from fundalign.models.build import build

from .golden import broken, golden_differences
from .small import best, optimum, small, without

TEXT = """
funders
funder,kind,currency
F1,public,EUR
F2,public,EUR

budgets
funder,cycle,first_period,last_period,payments
F1,c,2027,2028,100
F2,c,2027,2028,100

currencies
currency,rate
SEK,0.1

initiatives
initiative,currency
A,EUR
B,SEK

milestones
initiative,milestone,order,stage,duration,cost,value,latest_start
A,r,1,research,1,100,1,2027
A,b,2,build,1,50,1,
B,b,1,research,1,200,1,2027

earmarks
rule,funders,initiatives,stage,at_least,at_most,by
build,F1,,build,0.5,,
mix,F1,A,,,0.8,2027
mix,F2,,build,,0.8,2027
"""
# F1: 25 and 50 for A, 100 SEK for B: 50 of 85 for build.  By 2027 25 of 25 + 10 + 75 + 10 are in scope of mix
GOOD = {
    "pay[F1,A/research,1]": 25,
    "pay[F2,A/research,1]": 75,
    "pay[F1,B/research,1]": 100,
    "pay[F2,B/research,1]": 100,
    "pay[F1,A/build,2]": 50,
}


def test_golden() -> None:
    assert golden_differences(build(small(TEXT)), "earmarks") == []


def test_satisfied() -> None:
    assert broken(build(small(TEXT)), "earmarks", GOOD) == []


@pytest.mark.parametrize(
    ("change", "rows"),
    [
        ({"pay[F1,A/build,2]": 34}, ["earmark_at_least[build]"]),  # 34 of 69
        # F1 pays all research of A, F2 none: 100 of 100 + 10 + 10 are in scope, 0.83
        ({"pay[F1,A/research,1]": 100, "pay[F2,A/research,1]": 0, "pay[F1,A/build,2]": 110}, ["earmark_at_most[mix]"]),
    ],
)
def test_violated(change: dict[str, float], rows: list[str]) -> None:
    assert broken(build(small(TEXT)), "earmarks", GOOD | change) == rows


PURPOSE = """
funders
funder,kind,currency
F,public,EUR
P,private,EUR

budgets
funder,cycle,first_period,last_period,payments
F,c,2027,2028,10
P,c,2027,2028,{private}

initiatives
initiative,currency,theme
HOUSE,EUR,build
LAB,EUR,research

milestones
initiative,milestone,order,duration,cost,value
HOUSE,h,1,1,10,5
LAB,l,1,1,10,1

earmarks
rule,funders,initiatives,at_least,at_most
r,F,{rule}
"""


@pytest.mark.parametrize("rule", ["build,,0.5", "research,0.5,"])
def test_earmark_by_hand(rule: str) -> None:
    """F has 10: HOUSE, worth 5, would be all build. So LAB, worth 1."""
    held = optimum(small(PURPOSE.format(private=0, rule=rule)))
    assert (held.objective, held.funded) == (pytest.approx(1), {"LAB"})
    free = optimum(small(without(PURPOSE.format(private=0, rule=rule), "earmarks")))
    assert (free.objective, free.funded) == (pytest.approx(5), {"HOUSE"})


@pytest.mark.parametrize(("private", "objective"), [(10, 6), (9, 1)])
def test_earmark_counts_its_own_funders_by_hand(private: int, objective: float) -> None:
    """P is under no earmark. With 10 of P both are paid, at most half of F's money for HOUSE.

    With 9 one of them is: even 1 that F adds to HOUSE would be all that F pays, so LAB.
    """
    assert best(small(PURPOSE.format(private=private, rule="build,,0.5"))) == pytest.approx(objective)
