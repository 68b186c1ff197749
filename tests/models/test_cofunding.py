"""Co-funding: bounds on who bears an initiative's cost."""

import pytest

from fundalign.models.build import build

from .golden import broken, golden_differences
from .small import optimum, small, without

TEXT = """
funders
funder,kind,party,currency
FP,public,S,EUR
FN,public,N,SEK
PR,private,,EUR

budgets
funder,cycle,first_period,last_period,payments
FP,c,2027,2028,100
FN,c,2027,2028,1000
PR,c,2027,2028,100

currencies
currency,rate
SEK,0.1

parties
party,currency
N,SEK
S,

initiatives
initiative,currency
A,EUR
B,EUR
C,EUR

milestones
initiative,milestone,order,stage,duration,cost,value,deadline
A,r,1,research,1,100,1,
A,b,2,build,1,40,1,
B,b,1,all,1,50,1,2027
C,c,1,build,1,10,1,2027

shares
initiative,party,share
B,N,1

eligibility
rule,funders,initiatives,allow
own,FN,A,false
own,public,C,false

cofunding
rule,funders,initiatives,stage,at_least,at_most
floor,private,,build,0.2,
aid,public,,,,0.75
"""
# A: FP pays 75 + 30 of 140, B: FN 375 SEK of 500
GOOD = {
    "started[A,r,1]": 1,
    "started[A,r,2]": 1,
    "started[A,b,2]": 1,
    "started[B,b,1]": 1,
    "started[C,c,1]": 1,
    "pay[FP,A/research,1]": 73,
    "pay[PR,A/research,1]": 27,
    "pay[FP,A/build,2]": 32,
    "pay[PR,A/build,2]": 8,
    "pay[FN,B/all/N,1]": 375,
    "pay[PR,B/all/N,1]": 125,
    "pay[PR,C/build,1]": 10,
}


def test_golden() -> None:
    assert golden_differences(build(small(TEXT)), "cofunding") == []


def test_satisfied() -> None:
    assert broken(build(small(TEXT)), "cofunding", GOOD) == []


@pytest.mark.parametrize(
    ("change", "rows"),
    [
        ({"pay[PR,A/build,2]": 7.9}, ["cofunding_at_least[0,floor,A]"]),
        ({"pay[FP,A/research,1]": 73.1}, ["cofunding_at_most[1,aid,A]"]),  # 105.1 > 0.75·140
        ({"pay[FN,B/all/N,1]": 376}, ["cofunding_at_most[1,aid,B]"]),  # 37.6 EUR > 0.75·50
    ],
)
def test_violated(change: dict[str, float], rows: list[str]) -> None:
    assert broken(build(small(TEXT)), "cofunding", GOOD | change) == rows


AID = """
funders
funder,kind,currency
FP,public,EUR
PR,private,EUR

budgets
funder,cycle,first_period,last_period,payments
FP,c,2027,2028,100
PR,c,2027,2028,20

initiatives
initiative,currency
LARGE,EUR
SMALL,EUR

milestones
initiative,milestone,order,duration,cost,value
LARGE,l,1,1,100,10
SMALL,s,1,1,50,3

cofunding
rule,funders,at_most
aid,public,0.6
"""


def test_aid_intensity_by_hand() -> None:
    """At most 0.6 public: LARGE needs 40 private money, there are 20. SMALL: at most 30 public, all 20 private.

    Without the rule public money alone pays LARGE, worth 10; 20 are left, not enough for SMALL.
    """
    held = optimum(small(AID))
    assert held.objective == pytest.approx(3)
    sums = {f: sum(x for (g, i, _), x in held.paid.items() if (g, i) == (f, "SMALL")) for f in ("FP", "PR")}
    assert sums == {"FP": 30, "PR": 20}
    assert optimum(small(without(AID, "cofunding"))).objective == pytest.approx(10)


def test_sources_by_hand() -> None:
    """`public` is the source of the money: a private funder that spends public money counts as public."""
    assert optimum(small(AID.replace("kind,currency", "kind,source,currency").replace(
        "PR,private,EUR", "PR,private,public,EUR").replace("FP,public,EUR", "FP,public,,EUR"))
    ).objective == pytest.approx(0)  # fmt: skip
