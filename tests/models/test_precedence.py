"""Precedence between initiatives."""

import pytest

from fundalign.models.build import build

from .golden import broken, golden_differences
from .small import optimum, small, without

TEXT = """
funders
funder,kind,currency
F,public,EUR

budgets
funder,cycle,first_period,last_period,payments
F,c,2027,2031,100

initiatives
initiative,currency
A,EUR
B,EUR
C,EUR
D,EUR
E,EUR
G,EUR

milestones
initiative,milestone,order,duration,cost,value,success,latest_start
A,a1,1,1,1,1,1,2027
A,a2,2,1,1,1,1,
B,b1,1,1,1,1,1,
C,c1,1,1,1,1,1,2028
D,d1,1,1,1,1,1,
E,e1,1,1,1,1,0,
G,g1,1,1,1,1,1,

precedence
predecessor,successor,type,lag
A,B,finish-start,1
A,C,start-start,0
B/b1,D,start-start,1
E,G,,
"""
# A at once, B as early as it may, D a year after B's start
GOOD = {
    "started[A,a1,1]": 1,
    **{f"started[A,a2,{t}]": 1 for t in (2, 3, 4, 5)},
    "started[B,b1,4]": 1,
    "started[B,b1,5]": 1,
    "started[C,c1,2]": 1,
    "started[D,d1,5]": 1,
}


def test_golden() -> None:
    assert golden_differences(build(small(TEXT, 5)), "precedence") == []


def test_satisfied() -> None:
    assert broken(build(small(TEXT, 5)), "precedence", GOOD) == []


@pytest.mark.parametrize(
    ("change", "rows"),
    [
        # a2 only from 2029: it ends 2029, with a lag of one year b1 may start in 2031, not in 2030
        ({"started[A,a2,2]": 0}, ["precedence[A,a2,B,b1,2,4]"]),
        # b1 only from 2031: d1 may not start in the same year
        ({"started[B,b1,4]": 0}, ["precedence[B,b1,D,d1,1,5]"]),
        # c1 without a1
        ({"started[A,a1,1]": 0}, ["precedence[A,a1,C,c1,0,2]"]),
    ],
)
def test_violated(change: dict[str, float], rows: list[str]) -> None:
    assert broken(build(small(TEXT, 5)), "precedence", GOOD | change) == rows


DISCOUNTED = """
funders
funder,kind,currency
F,public,EUR

budgets
funder,cycle,first_period,last_period,payments
F,c,2027,2030,100

initiatives
initiative,currency
A,EUR
B,EUR

milestones
initiative,milestone,order,duration,cost,value
A,a,1,2,10,1
B,b,1,1,10,10

precedence
predecessor,successor,type,lag
A,B,{type},1
"""


def test_finish_start_by_hand() -> None:
    """Discount factor 0.8 a year. A 2027-2028 is worth 0.8; B waits for it and a lag of 1, 2030: 10·0.512 = 5.12."""
    found = optimum(small(DISCOUNTED.format(type="finish-start"), 4, discount_rate=0.25))
    assert found.objective == pytest.approx(5.92)
    assert found.done == {"A/a": "2027", "B/b": "2030"}


def test_start_start_by_hand() -> None:
    """B waits a year for A's start, 2028: 10·0.8 = 8, and 0.8 for A."""
    found = optimum(small(DISCOUNTED.format(type="start-start"), 4, discount_rate=0.25))
    assert found.objective == pytest.approx(8.8)
    assert found.done == {"A/a": "2027", "B/b": "2028"}


def test_no_precedence_by_hand() -> None:
    """B at once: 10 + 0.8."""
    found = optimum(small(without(DISCOUNTED, "precedence"), 4, discount_rate=0.25))
    assert found.objective == pytest.approx(10.8)
