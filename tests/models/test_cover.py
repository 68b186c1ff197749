"""Cover: every line is paid exactly, by those who may."""

import pytest

from fundalign.models.build import build

from .golden import broken, golden_differences
from .small import optimum, small

TEXT = """
funders
funder,kind,party,currency
FN,public,N,SEK
FS,public,S,EUR
ME,matching,,EUR

budgets
funder,cycle,first_period,last_period,payments
FN,c,2027,2028,1000
FS,c,2027,2028,100
ME,c,2027,2029,100

currencies
currency,rate
SEK,0.1

parties
party,currency
N,SEK
S,

initiatives
initiative,currency,escalation
A,EUR,0.1
B,EUR,0
C,EUR,0

milestones
initiative,milestone,order,duration,cost,value,deadline
A,a,1,2,100,1,
B,b,1,1,10,1,2028
C,c,1,1,30,1,2027

shares
initiative,party,share
A,N,0.6
A,S,0.4
B,N,1

eligibility
rule,funders,initiatives,allow
red,FS,C,false

matching
rule,funders,base,ratio,initiatives
up,ME,both,1,A
"""
BIG = "A/all/N and 1 more"
# A and B from 2027. SEK: 300 + 100 in 2027, 330 in 2028; EUR: 20 and 22
GOOD = {
    "started[A,a,1]": 1,
    "started[A,a,2]": 1,
    "started[B,b,1]": 1,
    "started[B,b,2]": 1,
    f"pay[FN,{BIG},1]": 250,
    "pay[ME,match A/all/N,1]": 150,
    f"pay[FN,{BIG},2]": 330,
    "pay[FS,A/all/S,1]": 20,
    "pay[ME,match A/all/S,2]": 22,
}


def test_golden() -> None:
    assert golden_differences(build(small(TEXT, 3)), "cover") == []


def test_satisfied() -> None:
    assert broken(build(small(TEXT, 3)), "cover", GOOD) == []


@pytest.mark.parametrize(
    ("change", "rows"),
    [
        ({f"pay[FN,{BIG},1]": 249.99}, [f"cover[{BIG},1]"]),  # a cent short
        ({"pay[FS,A/all/S,1]": 21}, ["cover[A/all/S,1]"]),  # more than the cost
        # the match pays 350 SEK in all, but A costs only 300 in N, the rest is B's
        ({f"pay[FN,{BIG},1]": 50, "pay[ME,match A/all/N,1]": 350}, ["match_cap[match A/all/N,1]"]),
        ({"started[C,c,1]": 1}, ["cover[C/all,1]"]),  # started, and nobody pays
    ],
)
def test_violated(change: dict[str, float], rows: list[str]) -> None:
    assert broken(build(small(TEXT, 3)), "cover", GOOD | change) == rows


def test_what_nobody_may_pay_has_no_variable() -> None:
    names = {(f, q) for f, q, _ in build(small(TEXT, 3)).layout.pay_keys}
    assert names == {
        ("FN", BIG),
        ("ME", "match A/all/N"),
        ("FS", "A/all/S"),
        ("ME", "match A/all/S"),
        ("FN", "C/all"),
    }


POTS = """
funders
funder,kind,party,currency
FN,public,N,EUR
FS,public,S,EUR

budgets
funder,cycle,first_period,last_period,payments
FN,c,2027,2028,5
FS,c,2027,2028,100

initiatives
initiative,currency,pot
BOTH,EUR,{pot}
SOUTH,EUR,virtual

milestones
initiative,milestone,order,duration,cost,value
BOTH,b,1,1,20,10
SOUTH,s,1,1,5,1

shares
initiative,party,share
BOTH,N,0.5
BOTH,S,0.5
SOUTH,S,1
"""


def test_virtual_pot_by_hand() -> None:
    """BOTH needs 10 from N, which has 5: only SOUTH, worth 1, however rich S is. One common pot: 10 + 1."""
    held = optimum(small(POTS.format(pot="virtual")))
    assert (held.objective, held.funded) == (pytest.approx(1), {"SOUTH"})
    assert sum(held.paid.values()) == pytest.approx(5)
    common = optimum(small(POTS.format(pot="real")))
    assert common.objective == pytest.approx(11)


def test_red_line_by_hand() -> None:
    """A red line on N bars FS from the real pot of BOTH, in which N has a share: 5 of 20 are there."""
    red = "\n\neligibility\nrule,funders,parties,allow\nred,FS,N,false"
    held = optimum(small(POTS.format(pot="real") + red))
    assert (held.objective, held.funded) == (pytest.approx(1), {"SOUTH"})
