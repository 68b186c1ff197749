"""Milestones: sequence, completion, pauses, mandatory initiatives."""

import pytest

from fundalign.models.build import build

from .golden import broken, golden_differences
from .small import best, optimum, small

TEXT = """
funders
funder,kind,currency
F,public,EUR

budgets
funder,cycle,first_period,last_period,payments
F,c,2027,2031,100

initiatives
initiative,currency,status,complete,max_pause,sunset
A,EUR,candidate,true,1,
B,EUR,mandatory,false,,
C,EUR,excluded,false,,
D,EUR,candidate,false,,2028
E,EUR,candidate,false,,

milestones
initiative,milestone,order,duration,cost,value,success,earliest_start,latest_start,deadline
A,a1,1,2,10,1,1,,,
A,a2,2,1,10,1,1,,,
B,b1,1,1,10,1,1,2028,,2029
B,b2,2,1,10,1,1,,2030,
C,c1,1,1,10,1,1,,,
D,d1,1,1,10,1,1,,,
E,e1,1,1,10,1,0,,2028,
E,e2,2,1,10,1,1,,,

cost_profile
initiative,milestone,offset,share
D,d1,0,0.5
D,d1,1,0.5
"""
# a1 in 2028-2029, a2 in 2031 after a pause of one year; b1 in 2028, b2 in 2030
GOOD = {
    "started[A,a1,2]": 1,
    "started[A,a1,3]": 1,
    "started[A,a2,5]": 1,
    "started[B,b1,2]": 1,
    "started[B,b1,3]": 1,
    "started[B,b2,4]": 1,
}
BREAKS = [
    # a1 from 2027 instead: it ends 2028, a2 comes after a pause of two years
    ({"started[A,a1,1]": 1}, ["pause[A,a1,a2,5]"]),
    # no a2 at all
    ({"started[A,a2,5]": 0}, ["complete[A]"]),
    # b2 never
    ({"started[B,b2,4]": 0}, ["mandatory[B,b2]"]),
    # a2 in 2030, while a1 still ... begins in 2029 and runs to 2030
    (
        {"started[A,a1,2]": 0, "started[A,a2,4]": 1},
        ["sequence[A,a1,a2,4]", "pause[A,a1,a2,4]"],
    ),
    # e1 begins in 2027 and has not begun in 2028
    ({"started[E,e1,1]": 1}, ["sticky[E,e1,2]"]),
]


def test_golden() -> None:
    assert golden_differences(build(small(TEXT, 5)), "milestones") == []


def test_satisfied() -> None:
    assert broken(build(small(TEXT, 5)), "milestones", GOOD) == []


@pytest.mark.parametrize(("change", "rows"), BREAKS)
def test_violated(change: dict[str, float], rows: list[str]) -> None:
    assert broken(build(small(TEXT, 5)), "milestones", GOOD | change) == rows


PAUSE = """
funders
funder,kind,currency
F,public,EUR

budgets
funder,cycle,first_period,last_period,payments
F,early,2027,2027,10
F,late,2029,2029,10

initiatives
initiative,currency,max_pause,complete
A,EUR,{pause},{complete}

milestones
initiative,milestone,order,duration,cost,value
A,a1,1,1,10,5
A,a2,2,1,10,4
"""


def test_max_pause_by_hand() -> None:
    """There is money in 2027 and 2029 only: with a2 right after a1 it cannot be paid, and only a1 is worth 5.

    Without the rule a1 is done in 2027 and a2 in 2029: 5 + 4.
    """
    held = optimum(small(PAUSE.format(pause="0", complete="false"), 3))
    assert held.objective == pytest.approx(5)
    assert set(held.done) == {"A/a1"}
    free = optimum(small(PAUSE.format(pause="", complete="false"), 3))
    assert free.objective == pytest.approx(9)
    assert free.done == {"A/a1": "2027", "A/a2": "2029"}


def test_complete_by_hand() -> None:
    """As above, but a1 alone is no longer allowed: nothing is worth 0."""
    assert best(small(PAUSE.format(pause="0", complete="true"), 3)) == pytest.approx(0)


MANDATORY = """
funders
funder,kind,currency
F,public,EUR

budgets
funder,cycle,first_period,last_period,payments
F,c,2027,2028,10

initiatives
initiative,currency,status
DUTY,EUR,{status}
WISH,EUR,candidate

milestones
initiative,milestone,order,duration,cost,value
DUTY,d,1,1,10,-1
WISH,w,1,1,10,3
"""


def test_mandatory_by_hand() -> None:
    """10 pay for one of two: the duty, worth -1; freed from it, the wish, worth 3."""
    duty = optimum(small(MANDATORY.format(status="mandatory")))
    assert (duty.objective, duty.funded) == (pytest.approx(-1), {"DUTY"})
    wish = optimum(small(MANDATORY.format(status="candidate")))
    assert (wish.objective, wish.funded) == (pytest.approx(3), {"WISH"})
