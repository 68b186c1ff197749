"""Ranking: a better ranked initiative of a call comes first."""

import pytest

from fundalign.models.build import build

from .golden import broken, golden_differences
from .small import optimum, small

TEXT = """
funders
funder,kind,currency
F,public,EUR

budgets
funder,cycle,first_period,last_period,payments
F,c,2027,2027,40

initiatives
initiative,currency,status,call,rank
A,EUR,candidate,K,1
B,EUR,candidate,K,2
C,EUR,candidate,K,2
D,EUR,candidate,K,3
E,EUR,candidate,K,3
G,EUR,candidate,K,3
M,EUR,mandatory,K,1
X,EUR,excluded,K,1
U,EUR,candidate,K,

milestones
initiative,milestone,order,duration,cost,value
A,m,1,1,10,1
B,m,1,1,10,2
C,m,1,1,10,3
D,m,1,1,10,9
E,m,1,1,10,4
G,m,1,1,10,5
M,m,1,1,10,0
X,m,1,1,10,9
U,m,1,1,10,0.5
"""


def test_golden() -> None:
    assert golden_differences(build(small(TEXT, 1)), "ranking") == []


def test_satisfied() -> None:
    point = {f"started[{i},m,1]": 1 for i in "ABCE"} | {"gate[K,3]": 1}
    assert broken(build(small(TEXT, 1)), "ranking", point) == []


@pytest.mark.parametrize(
    ("funded", "gate", "rows"),
    [
        ("B", 0, ["ranking[A,B]"]),
        ("ABD", 1, ["ranking_above[K,3,C]"]),  # D is funded while C, better ranked, is not
        ("ABD", 0, ["ranking_below[K,3,D]"]),
    ],
)
def test_violated(funded: str, gate: float, rows: list[str]) -> None:
    point = {f"started[{i},m,1]": 1 for i in funded} | {"gate[K,3]": gate}
    assert broken(build(small(TEXT, 1)), "ranking", point) == rows


def test_ranking_by_hand() -> None:
    """40 pay for the mandatory M and three more.

    Ranked: A, then B and C: 1 + 2 + 3 = 6 (A, C and U are worth 4.5; D needs A, B and C before it). Unranked: D, G, E.
    """
    found = optimum(small(TEXT, 1))
    assert (found.objective, found.funded) == (pytest.approx(6), {"A", "B", "C", "M"})
    free = TEXT.replace("K,1", "K,").replace("K,2", "K,").replace("K,3", "K,")
    found = optimum(small(free, 1))
    assert (found.objective, found.funded) == (pytest.approx(18), {"D", "E", "G", "M"})


def test_gate_by_hand() -> None:
    """With 50 the best three are there, and D, worth 9, may follow: 1 + 2 + 3 + 9."""
    found = optimum(small(TEXT.replace("2027,2027,40", "2027,2027,50"), 1))
    assert (found.objective, found.funded) == (pytest.approx(15), {"A", "B", "C", "D", "M"})
