"""Choices: how many of a group are funded."""

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
F,c,2027,2028,30

initiatives
initiative,currency,status
A,EUR,candidate
B,EUR,candidate
C,EUR,candidate
X,EUR,excluded

milestones
initiative,milestone,order,duration,cost,value
A,a,1,1,10,5
B,b,1,1,10,4
C,c,1,1,10,3
X,x,1,1,10,9

groups
group,kind,member
G,initiative,A
G,initiative,B
G,initiative,C
G1,initiative,A
G1,initiative,X
G2,initiative,B

choices
choice,initiatives,at_least,at_most
pick,G,1,2
joint,G1,1,
joint,G2,1,
"""


def test_golden() -> None:
    assert golden_differences(build(small(TEXT)), "choices") == []


def test_satisfied() -> None:
    point = {"started[A,a,2]": 1, "started[C,c,1]": 1, "started[C,c,2]": 1}
    assert broken(build(small(TEXT)), "choices", point) == []


@pytest.mark.parametrize(
    ("funded", "rows"), [("C", ["choice[joint]"]), ("ABC", ["choice[pick]"]), ("", ["choice[pick]", "choice[joint]"])]
)
def test_violated(funded: str, rows: list[str]) -> None:
    point = {f"started[{i},{i.lower()},2]": 1 for i in funded}
    assert broken(build(small(TEXT)), "choices", point) == rows


def test_at_most_by_hand() -> None:
    """30 pay for all three, worth 5 + 4 + 3; at most two of them are worth 5 + 4."""
    found = optimum(small(TEXT))
    assert (found.objective, found.funded) == (pytest.approx(9), {"A", "B"})
    assert optimum(small(without(TEXT, "choices"))).objective == pytest.approx(12)


def test_at_least_by_hand() -> None:
    """10 pay for one: A, worth 5; a choice that wants C costs 2 of it."""
    poor = TEXT.replace("2027,2028,30", "2027,2028,10")
    wanted = poor.replace("pick,G,1,2", "pick,C,1,").replace("joint,G1,1,\n", "").replace("joint,G2,1,\n", "")
    found = optimum(small(wanted))
    assert (found.objective, found.funded) == (pytest.approx(3), {"C"})
    assert optimum(small(without(poor, "choices"))).objective == pytest.approx(5)
