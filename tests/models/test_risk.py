"""Risk tolerance: how much of what a funder pays may fail, on average."""

import pytest

from fundalign.models.build import build
from fundalign.models.reach import failure_probability

from .golden import broken, golden_differences
from .small import best, optimum, small

TEXT = """
funders
funder,kind,currency,risk_tolerance
FP,public,SEK,0.2
PR,private,EUR,
ME,matching,EUR,0.5

budgets
funder,cycle,first_period,last_period,payments
FP,c,2027,2029,1000
PR,c,2027,2029,100
ME,c,2027,2029,100

currencies
currency,rate
SEK,0.1

initiatives
initiative,currency
A,EUR
B,SEK
C,EUR

milestones
initiative,milestone,order,stage,duration,cost,value,success,latest_start
A,r,1,research,1,10,1,0.8,2027
A,t,2,research,1,10,1,0.9,2028
A,b,3,build,1,10,1,0.5,
B,b,1,all,1,100,1,1,2027
C,c,1,all,1,10,1,,2027

matching
rule,funders,base,ratio
m,ME,both,1

eligibility
rule,funders,initiatives,allow
not-c,FP,C,false
"""
# FP: 4 + 6 EUR in research (0.28 fails), 100 SEK = 10 EUR in B: 2.8 of 20 may fail, 4 are allowed
GOOD = {
    "pay[FP,A/research,1]": 4,
    "pay[FP,A/research,2]": 6,
    "pay[FP,B/all,1]": 100,
    "pay[ME,match A/build,3]": 5,
    "pay[ME,match C/all,1]": 5,
}


def test_failure_is_that_of_the_last_milestone_of_the_stage() -> None:
    """1 − 0.8·0.9, and 1 − 0.8·0.9·0.5 where building waits for research; whatever `expected_value` says."""
    found = failure_probability(small(TEXT, 3, expected_value=False))
    assert {key: float(value) for key, value in found.items()} == pytest.approx(
        {("A", "research"): 0.28, ("A", "build"): 0.64, ("B", "all"): 0, ("C", "all"): 0}
    )


def test_golden() -> None:
    assert golden_differences(build(small(TEXT, 3)), "risk") == []


def test_satisfied() -> None:
    assert broken(build(small(TEXT, 3)), "risk", GOOD) == []


@pytest.mark.parametrize(
    ("change", "rows"),
    [
        ({"pay[FP,B/all,1]": 39}, ["risk[FP]"]),  # 2.8 of 13.9: at most 2.78
        ({"pay[FP,A/build,3]": 5}, ["risk[FP]"]),  # 2.8 + 3.2 of 25: at most 5
        ({"pay[ME,match A/build,3]": 19}, ["risk[ME]"]),  # 12.16 of 24: at most 12
    ],
)
def test_violated(change: dict[str, float], rows: list[str]) -> None:
    assert broken(build(small(TEXT, 3)), "risk", GOOD | change) == rows


POOLS = """
funders
funder,kind,party,currency,risk_tolerance
FN,public,N,EUR,{tolerance}

budgets
funder,cycle,first_period,last_period,payments
FN,c,2027,2028,100

initiatives
initiative,currency
A,EUR
B,EUR
C,EUR
D,EUR

milestones
initiative,milestone,order,duration,cost,value,success
A,a,1,1,10,1,0.9
B,b,1,1,10,1,0.9
C,c,1,1,10,1,0.8
D,d,1,1,10,1,0.8

shares
initiative,party,share
A,N,1
B,N,1
C,N,1
D,N,1
"""


@pytest.mark.parametrize(("tolerance", "groups"), [("", {"ABCD"}), ("0.2", {"AB", "CD"})])
def test_lines_that_fail_alike_share_a_pool(tolerance: str, groups: set[str]) -> None:
    pools = build(small(POOLS.format(tolerance=tolerance))).layout.pools.pools.values()
    assert {"".join(line.initiative for line in pool.lines) for pool in pools} == groups


BINDING = """
funders
funder,kind,currency,risk_tolerance
FP,public,EUR,0.25
PR,private,EUR,

budgets
funder,cycle,first_period,last_period,payments
FP,c,2027,2027,100
PR,c,2027,2027,{private}

initiatives
initiative,currency
A,EUR
B,EUR

milestones
initiative,milestone,order,duration,cost,value,success
A,a,1,1,10,5,0.5
B,b,1,1,{safe},-1,1
"""


@pytest.mark.parametrize(("safe", "objective", "funded"), [(10, 4, {"A", "B"}), (9, 0, set())])
def test_safe_money_carries_the_risk_by_hand(safe: int, objective: float, funded: set[str]) -> None:
    """0.5·10 = 5 may fail of 10 + `safe`: a quarter of 20, more than a quarter of 19. B is worth −1 for that."""
    found = optimum(small(BINDING.format(private=0, safe=safe), 1, expected_value=False))
    assert found.objective == pytest.approx(objective)
    assert found.funded == funded


@pytest.mark.parametrize(("private", "objective"), [("0.99", 0), ("1", 4), ("9", 4), ("10", 5)])
def test_others_take_the_risk_by_hand(private: str, objective: float) -> None:
    """With PR's 1 of A, FP has 0.5·9 = 4.5 of 9 + 9 = 18; with all 10 of A from PR, B is not needed."""
    assert best(small(BINDING.format(private=private, safe=9), 1, expected_value=False)) == pytest.approx(objective)
