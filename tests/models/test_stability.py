"""Stability: what a funder pays per period does not jump from cycle to cycle."""

import pytest

from fundalign.models.build import build

from .golden import broken, golden_differences
from .small import best, optimum, small

TEXT = """
funders
funder,kind,currency,max_change
FP,public,SEK,0.25
FQ,public,EUR,

budgets
funder,cycle,first_period,last_period,payments
FP,one,2027,2028,80
FP,two,2029,2029,500
FQ,c,2027,2029,100

currencies
currency,rate
SEK,0.1

rates
currency,period,rate
SEK,2029,0.125

initiatives
initiative,currency
A,EUR

milestones
initiative,milestone,order,duration,cost,value,latest_start
A,a,1,3,30,5,2027
"""
# per period: 60/2 = 30 SEK, then 5·8 = 40 SEK; 0.25·80/2 = 10 SEK more are allowed
GOOD = {"pay[FP,A/all,1]": 4, "pay[FP,A/all,2]": 2, "pay[FP,A/all,3]": 5}


def test_golden() -> None:
    assert golden_differences(build(small(TEXT, 3)), "stability") == []


def test_satisfied() -> None:
    assert broken(build(small(TEXT, 3)), "stability", GOOD) == []
    assert broken(build(small(TEXT, 3)), "stability", {"pay[FQ,A/all,3]": 10}) == []


@pytest.mark.parametrize(
    ("change", "rows"),
    [
        ({"pay[FP,A/all,3]": 5.1}, ["stability_more[FP,two]"]),
        ({"pay[FP,A/all,3]": 2.4}, ["stability_less[FP,two]"]),
        ({"pay[FP,A/all,3]": 0, "pay[FP,A/all,1]": 0, "pay[FP,A/all,2]": 2}, []),
    ],
)
def test_violated(change: dict[str, float], rows: list[str]) -> None:
    assert broken(build(small(TEXT, 3)), "stability", GOOD | change) == rows


BINDING = """
funders
funder,kind,currency,max_change
FP,public,EUR,0.5

budgets
funder,cycle,first_period,last_period,payments
FP,2027,2027,2027,20
FP,2028,2028,2028,100

initiatives
initiative,currency
A,EUR
B,EUR

milestones
initiative,milestone,order,duration,cost,value,earliest_start,latest_start
A,a,1,1,{first},-1,,2027
B,b,1,1,{second},5,2028,
"""


@pytest.mark.parametrize(
    ("first", "second", "objective", "funded"),
    [
        (10, 10, 5, {"B"}),  # from 0 to 10 = 0.5·20: allowed
        (10, 20, 4, {"A", "B"}),  # from 10 to 20: A is worth its −1
        (9, 20, 0, set()),  # from 9 to 20 is 11, A alone is of no use
        (18, 7, 5, {"B"}),
    ],
)
def test_change_by_hand(first: int, second: int, objective: float, funded: set[str]) -> None:
    found = optimum(small(BINDING.format(first=first, second=second)))
    assert found.objective == pytest.approx(objective)
    assert found.funded == funded


@pytest.mark.parametrize(("second", "objective"), [(8, 4), (7, 0)])
def test_a_fall_is_a_change_too_by_hand(second: int, objective: float) -> None:
    """A must be done for B: from 18 the next cycle may fall by 10, to 8."""
    text = BINDING.format(first=18, second=second) + "\nprecedence\npredecessor,successor\nA,B\n"
    assert best(small(text)) == pytest.approx(objective)


def test_a_gap_between_cycles_changes_nothing_by_hand() -> None:
    """Consecutive listed cycles are compared, whatever lies between them."""
    text = BINDING.format(first=10, second=21).replace("FP,2028,2028,2028", "FP,2029,2029,2029")
    assert best(small(text, 3)) == pytest.approx(0)
    assert best(small(text.replace("b,1,1,21", "b,1,1,20"), 3)) == pytest.approx(4)
