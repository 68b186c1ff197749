"""Guarantees: the covered pay what is backed, and the guarantor sets provisions aside."""

import pytest

from fundalign.models.build import build

from .golden import broken, golden_differences
from .small import best, optimum, small

TEXT = """
funders
funder,kind,currency
FP,public,EUR
G,public,EUR
H,public,SEK
PR,private,EUR
PS,private,EUR

budgets
funder,cycle,first_period,last_period,payments
FP,c,2027,2029,100
G,2027,2027,2027,50
G,2028,2028,2029,50
H,c,2028,2028,400
PR,c,2027,2029,100
PS,c,2027,2029,100

currencies
currency,rate
SEK,0.1

rates
currency,period,rate
SEK,2028,0.125

groups
group,kind,member
crowd,funder,PR
crowd,funder,PS
giver,funder,G
giver,funder,H

initiatives
initiative,currency,theme
A,SEK,sea
B,EUR,sky

milestones
initiative,milestone,order,stage,duration,cost,value,latest_start
A,r,1,research,1,100,1,2028
A,b,2,build,1,60,1,
B,b,1,build,1,10,1,2027

eligibility
rule,funders,allow
give-only,giver,false

guarantees
guarantee,guarantor,funders,provisioning_rate,leverage,initiatives,stage,cap
g,G,crowd,0.2,2,sea,,7
h,H,PR,0.5,1,A,build,
"""
# Research in 2027: PR 40, PS 20, FP 40. Build in 2028: PR 50, 20 of it under g, PS 10. Under g 90 SEK on 45, which
# are 4.5 EUR; under h 30 on 30. G sets 0.2·4.5 = 0.9 EUR aside in 2027, H 15 SEK in 2028
GOOD = {
    "started[A,r,1]": 1,
    "started[A,r,2]": 1,
    "started[A,b,2]": 1,
    "started[A,b,3]": 1,
    "pay[PR,A/research,1]": 40,
    "pay[PS,A/research,1]": 20,
    "pay[FP,A/research,1]": 40,
    "pay[PR,A/build,2]": 50,
    "pay[PS,A/build,2]": 10,
    "backed[0,PR,A,build]": 20,
    "backed[1,PR,A,build]": 30,
    "guaranteed[0,A,2027]": 45,
    "guaranteed[1,A,c]": 30,
}


def test_golden() -> None:
    assert golden_differences(build(small(TEXT, 3)), "guarantees") == []


def test_satisfied() -> None:
    assert broken(build(small(TEXT, 3)), "guarantees", GOOD) == []


@pytest.mark.parametrize(
    ("change", "rows"),
    [
        ({"backed[1,PR,A,build]": 29}, ["guarantee_backed[PR,A,build]"]),
        ({"pay[PS,A/build,2]": 11}, ["guarantee_leverage[0,g,A]"]),
        ({"backed[1,PR,A,build]": 31}, ["guarantee_leverage[1,h,A]"]),
        # given in 2028, when nothing in its scope begins
        ({"guaranteed[0,A,2027]": 0, "guaranteed[0,A,2028]": 45}, ["guarantee_begun[0,A,2028]"]),
        ({"started[A,b,2]": 0}, ["guarantee_begun[1,A,c]"]),  # build begins in 2029, where H has no money
        ({"guaranteed[0,A,2027]": 71}, ["guarantee_cap[0,g]"]),  # 7.1 EUR
    ],
)
def test_violated(change: dict[str, float], rows: list[str]) -> None:
    assert broken(build(small(TEXT, 3)), "guarantees", GOOD | change) == rows


def test_the_covered_pay_only_where_they_are_covered() -> None:
    payers = {(f, pool) for f, pool, _ in build(small(TEXT, 3)).pay}
    assert {pool for f, pool in payers if f == "PS"} == {"A/research", "A/build"}
    assert {f for f, pool in payers if pool == "B/build"} == {"FP"}
    everywhere = TEXT.replace("g,G,crowd,0.2,2,sea", "g,G,crowd,0.2,2,")
    assert {f for f, pool, _ in build(small(everywhere, 3)).pay if pool == "B/build"} == {"FP", "PR", "PS"}


ALONE = """
funders
funder,kind,party,currency
G,public,,EUR
PR,private,,EUR
PS,private,,EUR

budgets
funder,cycle,first_period,last_period,payments
G,c,2027,2028,10
PR,c,2027,2028,100
PS,c,2027,2028,100

initiatives
initiative,currency
A,EUR
B,EUR

milestones
initiative,milestone,order,duration,cost,value
A,a,1,1,10,1
B,b,1,1,10,1

shares
initiative,party,share
A,N,1
B,N,1

eligibility
rule,funders,allow
give-only,G,false

guarantees
guarantee,guarantor,funders,provisioning_rate,leverage
g,G,private,0.2,2
"""


def test_lines_that_only_the_covered_pay_share_a_pool() -> None:
    """What PR and PS pay together is what falls due; a second guarantee for PR alone tells the two apart."""
    shared = build(small(ALONE)).layout.pools.pools
    assert set(shared) == {"A/all/N and 1 more"}
    assert set(build(small(ALONE + "h,G,PR,0.1,2\n")).layout.pools.pools) == {"A/all/N", "B/all/N"}
    assert best(small(ALONE)) == pytest.approx(2)


BINDING = """
funders
funder,kind,currency
FP,public,EUR
G,public,EUR
PR,private,EUR

budgets
funder,cycle,first_period,last_period,payments
FP,c,2027,2028,10
G,2027,2027,2027,{fund}
G,2028,2028,2028,0
PR,c,2027,2028,100

initiatives
initiative,currency
A,EUR

milestones
initiative,milestone,order,stage,duration,cost,value,{window}
A,a,1,one,1,12,1,2027
A,b,2,two,1,18,4,2028

eligibility
rule,funders,allow
give-only,G,false

guarantees
guarantee,guarantor,funders,provisioning_rate,leverage,stage,cap
g,G,PR,0.2,{leverage},{stage},{cap}
"""


@pytest.mark.parametrize(
    ("fund", "leverage", "cap", "objective"),
    [
        ("2", "2", "", 5),
        ("1.9", "2", "", 1),
        ("1.9", "2.2", "", 5),
        ("2", "2", "9.99", 1),
        ("2", "2", "10", 5),
        ("0.2", "2", "", 1),
        ("0.19", "2", "", 0),
    ],
)
def test_provision_leverage_and_cap_by_hand(fund: str, leverage: str, cap: str, objective: float) -> None:
    """FP has 10 of 30. PR's 20 need 20/leverage guaranteed, a fifth of it set aside in 2027: 2, or 1.8 at 2.2.

    The first stage alone (12, worth 1) needs 2 from PR: 1 guaranteed, 0.2 set aside.
    """
    text = BINDING.format(fund=fund, leverage=leverage, cap=cap, stage="", window="latest_start")
    found = optimum(small(text))
    assert found.objective == pytest.approx(objective)


def test_a_guarantee_is_provided_for_where_its_scope_begins_by_hand() -> None:
    """Stage two begins in 2028, where G has nothing to set aside: only stage one, whose 12 FP cannot pay. Nothing."""
    text = BINDING.format(fund=10, leverage=2, cap="", stage="two", window="earliest_start")
    assert best(small(text)) == pytest.approx(0)
    assert best(small(text.replace("G,2028,2028,2028,0", "G,2028,2028,2028,10"))) == pytest.approx(0)
    assert best(small(text.replace("FP,c,2027,2028,10", "FP,c,2027,2028,12"))) == pytest.approx(1)
    both = text.replace("FP,c,2027,2028,10", "FP,c,2027,2028,12").replace("G,2028,2028,2028,0", "G,2028,2028,2028,1.8")
    assert best(small(both)) == pytest.approx(5)  # 18 from PR on 9, of which 1.8
