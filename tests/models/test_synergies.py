"""Synergies: value beyond the parts once every milestone of a group is done."""

import pytest

from fundalign.models.build import build
from fundalign.models.synergies import bonuses

from .golden import broken, golden_differences
from .small import optimum, small

TEXT = """
funders
funder,kind,currency
F,public,EUR

budgets
funder,cycle,first_period,last_period,payments
F,c,2027,2028,100

groups
group,kind,member
joint,initiative,A
joint,initiative,B
rivals,initiative,B
rivals,initiative,D
gone,initiative,A
gone,initiative,C

initiatives
initiative,currency,status
A,EUR,candidate
B,EUR,candidate
C,EUR,excluded
D,EUR,candidate

milestones
initiative,milestone,order,duration,cost,value,latest_start,min_level
A,a1,1,1,10,1,2027,
A,a2,2,1,10,1,,0.5
B,b1,1,1,10,1,,
C,c1,1,1,10,1,,
D,d1,1,1,10,1,,

synergies
synergy,initiatives,value
both,joint,6
clash,rivals,-4
never,gone,5
nothing,rivals,0
"""
ALL = {
    "started[A,a1,1]": 1,
    "started[A,a2,2]": 1,
    "level[A,a2,2]": 0.5,
    "started[B,b1,1]": 1,
    "started[B,b1,2]": 1,
    "started[D,d1,2]": 1,
}


def test_golden() -> None:
    assert golden_differences(build(small(TEXT)), "synergies") == []


@pytest.mark.parametrize(
    ("change", "bonus"),
    [
        ({}, {"bonus[both]": 3, "bonus[clash]": -4}),
        # without D no clash
        ({"started[D,d1,2]": 0}, {"bonus[both]": 3, "bonus[clash]": 0}),
        # nor a gain without B
        ({"started[B,b1,1]": 0, "started[B,b1,2]": 0}, {"bonus[both]": 0, "bonus[clash]": 0}),
    ],
)
def test_satisfied_at_most_by_what_is_reported(change: dict[str, float], bonus: dict[str, float]) -> None:
    model, done = build(small(TEXT)), ALL | change
    assert broken(model, "synergies", done | bonus) == []
    for name, value in bonus.items():
        assert broken(model, "synergies", done | bonus | {name: value + 0.01}) != []


@pytest.mark.parametrize(
    ("change", "rows"),
    [
        ({"bonus[both]": 3.1}, ["synergy_gain[both,A]"]),
        ({"started[B,b1,2]": 0, "bonus[both]": 3, "bonus[clash]": 0}, ["synergy_gain[both,B]"]),
        ({"bonus[clash]": -3}, ["synergy_loss[clash]"]),
        ({"bonus[both]": -1}, ["bonus[both]"]),
        ({"bonus[clash]": -5}, ["bonus[clash]"]),
    ],
)
def test_violated(change: dict[str, float], rows: list[str]) -> None:
    point = ALL | {"bonus[both]": 3, "bonus[clash]": -4} | change
    assert broken(build(small(TEXT)), "synergies", point) == rows


def test_what_is_reported() -> None:
    case = small(TEXT)
    done = {("A", "a1"): 1.0, ("A", "a2"): 0.5, ("B", "b1"): 1.0, ("D", "d1"): 1.0}
    assert bonuses(case, done) == {"both": 3, "clash": -4, "never": 0, "nothing": 0}
    assert bonuses(case, {}) == {"both": 0, "clash": 0, "never": 0, "nothing": 0}


PICK = """
funders
funder,kind,currency
F,public,EUR

budgets
funder,cycle,first_period,last_period,payments
F,c,2027,2028,{money}

groups
group,kind,member
pair,initiative,{one}
pair,initiative,{two}

initiatives
initiative,currency
A,EUR
B,EUR
C,EUR

milestones
initiative,milestone,order,duration,cost,value,min_level
A,a,1,1,10,3,0.5
B,b,1,1,10,4,
C,c,1,1,10,5,

synergies
synergy,initiatives,value
pair,pair,{value}
"""


def test_gain_by_hand() -> None:
    """20 pay for two: C and B, 9; together with 4 for A and B these are worth 3 + 4 + 4 = 11."""
    found = optimum(small(PICK.format(money=20, one="A", two="B", value=4)))
    assert (found.objective, found.funded) == (pytest.approx(11), {"A", "B"})
    assert found.run.report.terms == pytest.approx({"value": 7, "synergies": 4})
    less = optimum(small(PICK.format(money=20, one="A", two="B", value=1)))
    assert (less.objective, less.funded) == (pytest.approx(9), {"B", "C"})


def test_gain_in_part_by_hand() -> None:
    """18 pay for B and 0.8 of A, worth 4 + 2.4, and 0.8 of the 4 for both: 9.6; C and 0.8 of A are worth 7.4."""
    found = optimum(small(PICK.format(money=18, one="A", two="B", value=4)))
    assert found.objective == pytest.approx(9.6)
    assert found.run.report.terms == pytest.approx({"value": 6.4, "synergies": 3.2})


def test_loss_by_hand() -> None:
    """20 pay for two: C and B, 9, less 3 for both; A and C are worth 8. Less 0.5 the pair is still worth 8.5."""
    found = optimum(small(PICK.format(money=20, one="C", two="B", value=-3)))
    assert (found.objective, found.funded) == (pytest.approx(8), {"A", "C"})
    mild = optimum(small(PICK.format(money=20, one="C", two="B", value=-0.5)))
    assert (mild.objective, mild.funded) == (pytest.approx(8.5), {"B", "C"})
    assert mild.run.report.terms == pytest.approx({"value": 9, "synergies": -0.5})
