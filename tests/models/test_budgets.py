"""Budgets: what may be paid in each cycle."""

import pytest

from fundalign.models.build import build

from .golden import broken, golden_differences
from .small import best, optimum, small

TEXT = """
funders
funder,kind,currency,contingency
DE,public,EUR,0.1
US,public,USD,
FR,public,EUR,

budgets
funder,cycle,first_period,last_period,payments,carry_over,reserved
DE,c1,2027,2027,100,0.3,20
DE,c2,2028,2029,50,0.5,
US,y,2027,2028,40,0.5,
FR,c1,2027,2027,10,0.5,10
FR,c2,2028,2028,5,,

currencies
currency,rate
USD,0.8

rates
currency,period,rate
USD,2028,1.0

initiatives
initiative,currency
A,EUR

milestones
initiative,milestone,order,duration,cost,value
A,a,1,1,60,1
"""
RELEASED = {"buffer": {"released": True}}
# DE pays 50, holds back 5 and carries 25: 1.1·68 = 74.8 ≤ 50 + 25
GOOD = {"pay[DE,A/all,1]": 50, "carried[DE,c1]": 25, "pay[DE,A/all,2]": 68, "pay[US,A/all,1]": 32}


def test_golden() -> None:
    assert golden_differences(build(small(TEXT, 3)), "budgets") == []


def test_golden_released() -> None:
    assert golden_differences(build(small(TEXT, 3, **RELEASED)), "budgets", "budgets_released") == []


def test_satisfied() -> None:
    assert broken(build(small(TEXT, 3)), "budgets", GOOD) == []


@pytest.mark.parametrize(
    ("change", "rows"),
    [
        ({"pay[DE,A/all,1]": 50.1}, ["budget[DE,c1]"]),  # 55.11 + 25 > 80
        ({"pay[DE,A/all,3]": 1}, ["budget[DE,c2]"]),  # 1.1·69 = 75.9 > 75
        ({"pay[US,A/all,1]": 32.1}, ["budget[US,y]"]),  # 40.125 USD
        ({"pay[FR,A/all,1]": 0.1}, ["budget[FR,c1]"]),  # all of it is reserved
        ({"pay[DE,A/all,1]": 0, "carried[DE,c1]": 31}, ["carried[DE,c1]"]),  # carry-over is at most 30
    ],
)
def test_violated(change: dict[str, float], rows: list[str]) -> None:
    assert broken(build(small(TEXT, 3)), "budgets", GOOD | change) == rows


def test_violated_released() -> None:
    """80 - 50 = 30 may be carried, what was held back included; from 55 only 25."""
    model = build(small(TEXT, 3, **RELEASED))
    assert broken(model, "budgets", {"pay[DE,A/all,1]": 50, "carried[DE,c1]": 30}) == []
    assert broken(model, "budgets", {"pay[DE,A/all,1]": 55, "carried[DE,c1]": 30}) == ["carry[DE,c1]"]


CARRY = """
funders
funder,kind,currency
F,public,EUR

budgets
funder,cycle,first_period,last_period,payments,carry_over
F,c1,2027,2027,10,{carry}
F,c2,2028,2028,10,

initiatives
initiative,currency
NOW,EUR
LATER,EUR

milestones
initiative,milestone,order,duration,cost,value,earliest_start,latest_start
NOW,n,1,1,6,1,,2027
LATER,l,1,1,15,9,2028,
"""


def test_carry_over_by_hand() -> None:
    """LATER costs 15 in 2028: 10 and the 5 that half of 2027's 10 allows; then 5 are left for NOW, which costs 6.

    Without carry-over LATER cannot be paid and NOW, worth 1, is all. With all 10 carried LATER takes 5 of them, and
    NOW still does not fit: 10 - 6 = 4.
    """
    held = optimum(small(CARRY.format(carry="0.5")))
    assert (held.objective, held.paid) == (pytest.approx(9), {("F", "LATER", "2028"): 15})
    none = optimum(small(CARRY.format(carry="0")))
    assert (none.objective, none.paid) == (pytest.approx(1), {("F", "NOW", "2027"): 6})
    assert best(small(CARRY.format(carry="1"))) == pytest.approx(9)


@pytest.mark.parametrize(("contingency", "objective"), [("0.1", 1), ("0.11", 0), ("0", 1)])
def test_contingency_by_hand(contingency: str, objective: float) -> None:
    """100 are paid out of 110: a tenth held back just fits, 11 % do not."""
    text = TEXT.replace("DE,public,EUR,0.1", f"DE,public,EUR,{contingency}").replace("A,a,1,1,60,1", "A,a,1,1,100,1")
    text = text.replace("DE,c1,2027,2027,100,0.3,20", "DE,c1,2027,2027,110,0,0").replace(
        "US,y,2027,2028,40", "US,y,2027,2028,0"
    )
    text = text.replace("FR,c2,2028,2028,5", "FR,c2,2028,2028,0")
    assert best(small(text, 3)) == pytest.approx(objective)


LAPSE = """
funders
funder,kind,currency,contingency
F,public,EUR,0.2

budgets
funder,cycle,first_period,last_period,payments,carry_over
F,c1,2027,2027,100,1
F,c2,2028,2028,4,

initiatives
initiative,currency,status
DUTY,EUR,mandatory
WISH,EUR,candidate

milestones
initiative,milestone,order,duration,cost,value,earliest_start,latest_start
DUTY,d,1,1,50,0,,2027
WISH,w,1,1,45,7,2028,
"""


def test_released_buffer_by_hand() -> None:
    """2027: 50 are paid and 10 held back. 40 are left, with the released buffer 50.

    WISH needs 1.2·45 = 54 in 2028: 4 + 40 do not suffice, 4 + 50 just do.
    """
    assert best(small(LAPSE)) == pytest.approx(0)
    assert best(small(LAPSE, **RELEASED)) == pytest.approx(7)
