"""Minimum tickets: who joins an initiative at all puts at least so much into it."""

import pytest

from fundalign.models.build import build

from .golden import broken, golden_differences
from .small import best, optimum, small, without

TEXT = """
funders
funder,kind,party,currency,min_ticket
FN,public,N,SEK,50
PR,private,,EUR,4
ME,matching,,EUR,

budgets
funder,cycle,first_period,last_period,payments,reserved
FN,c,2027,2028,1000,
PR,c,2027,2028,15,3
ME,c,2027,2028,100,

currencies
currency,rate
SEK,0.1

rates
currency,period,rate
SEK,2028,0.125

initiatives
initiative,currency
A,EUR
B,EUR
C,EUR

milestones
initiative,milestone,order,duration,cost,value,earliest_start
A,a,1,2,20,1,
B,b,1,1,30,1,
C,c,1,1,5,1,2028

shares
initiative,party,share
A,N,1
B,N,1
C,N,1

eligibility
rule,funders,initiatives,allow
only-b,PR,B,true

matching
rule,funders,base,ratio,initiatives
m,ME,both,1,A
"""
# A: 20, of which ME 10, so FN 5·10 + 5·8 = 90 SEK. B in 2028: PR 10, FN 20 = 160 SEK. C is not funded
GOOD = {
    "started[A,a,1]": 1,
    "started[B,b,2]": 1,
    "pay[ME,match A/all/N,1]": 5,
    "pay[ME,match A/all/N,2]": 5,
    "pay[FN,B/all/N,2]": 20,
    "pay[PR,B/all/N,2]": 10,
    "joins[A,FN]": 1,
    "joins[B,FN]": 1,
    "joins[B,PR]": 1,
}


def test_golden() -> None:
    assert golden_differences(build(small(TEXT)), "tickets") == []


def test_satisfied() -> None:
    assert broken(build(small(TEXT)), "tickets", GOOD) == []


@pytest.mark.parametrize(
    ("change", "rows"),
    [
        ({"joins[A,FN]": 0}, ["ticket_most[A,FN]"]),
        # FN's 2 in 2027 and nothing in 2028: 20 SEK of 50
        ({"pay[ME,match A/all/N,1]": 8, "pay[ME,match A/all/N,2]": 10}, ["ticket_least[A,FN]"]),
        ({"pay[PR,B/all/N,2]": 3}, ["ticket_least[B,PR]"]),
        # in 2027 the same 6 are 60 SEK
        ({"pay[FN,B/all/N,2]": 6}, ["ticket_least[B,FN]"]),
        ({"pay[FN,B/all/N,2]": 0, "pay[FN,B/all/N,1]": 4.9}, ["ticket_least[B,FN]"]),
        # all of C is 5·8 = 40 SEK: too little to join, and FN is its only payer
        ({"started[C,c,2]": 1}, ["ticket_most[C,FN]"]),
        ({"started[C,c,2]": 1, "joins[C,FN]": 1}, ["ticket_least[C,FN]"]),
    ],
)
def test_violated(change: dict[str, float], rows: list[str]) -> None:
    assert broken(build(small(TEXT)), "tickets", GOOD | change) == rows


def test_only_lines_with_other_payers_leave_their_pool() -> None:
    pools = build(small(TEXT)).layout.pools.pools
    assert sorted(name for name, pool in pools.items() if pool.parent is None) == ["A/all/N and 1 more", "B/all/N"]
    none = build(small(TEXT.replace("SEK,50", "SEK,0").replace("EUR,4", "EUR,")))
    assert len(none.joins) == 0


BINDING = """
funders
funder,kind,currency,min_ticket
FP,public,EUR,
PR,private,EUR,{ticket}

budgets
funder,cycle,first_period,last_period,payments
FP,c,2027,2027,100
PR,c,2027,2027,10

initiatives
initiative,currency
A,EUR
B,EUR

milestones
initiative,milestone,order,duration,cost,value
A,a,1,1,30,5
B,b,1,1,30,3

cofunding
rule,funders,at_least
floor,private,0.16
"""


@pytest.mark.parametrize(("ticket", "objective", "funded"), [("5", 8, {"A", "B"}), ("5.01", 5, {"A"})])
def test_ticket_by_hand(ticket: str, objective: float, funded: set[str]) -> None:
    """PR must bear 4.8 of each and has 10: 5 + 5 will do, 5.01 twice is 10.02."""
    found = optimum(small(BINDING.format(ticket=ticket), 1))
    assert found.objective == pytest.approx(objective)
    assert found.funded == funded
    assert all(amount >= float(ticket) - 1e-9 for (f, _, _), amount in found.paid.items() if f == "PR")


def test_without_the_floor_it_need_not_join() -> None:
    """FP has 100 for 60: PR stays out, whatever its ticket."""
    text = without(BINDING.format(ticket="99"), "cofunding")
    assert best(small(text, 1)) == pytest.approx(8)
