"""Equity: what parties receive and contribute."""

import pytest

from fundalign.models.build import build

from .golden import broken, golden_differences
from .small import best, optimum, small, without

TEXT = """
funders
funder,kind,party,currency
FN,public,N,EUR
FS,public,S,EUR
PR,private,N,EUR

budgets
funder,cycle,first_period,last_period,payments
FN,c,2027,2028,100
FS,c,2027,2028,100
PR,c,2027,2028,100

currencies
currency,rate
SEK,0.1

parties
party,key
N,3
S,1

initiatives
initiative,currency
A,EUR
B,SEK
C,EUR

milestones
initiative,milestone,order,duration,cost,value,latest_start
A,a,1,1,100,1,
B,b,1,1,400,1,2027
C,c,1,1,10,1,2027

shares
initiative,party,share
A,N,0.5
A,S,0.5
B,N,1

groups
group,kind,member
W,party,N
W,party,S

equity
rule,measure,parties,at_least,at_most,by
floor,received,each,0.3,,
burden,contributed,N,,0.6,
juste,geo_return,S,0.9,,2027
gdp,key,N,0.5,1.2,
wide,initiatives,W,1,2,2027
"""
# A in 2027 (50 each, by FN and FS), B in 2027 (40, FN 20 of it): N 90 and 70, S 50 and 50
GOOD = {
    "started[A,a,1]": 1,
    "started[A,a,2]": 1,
    "started[B,b,1]": 1,
    "received[N,1]": 90,
    "received[N,2]": 90,
    "received[S,1]": 50,
    "received[S,2]": 50,
    "pay[FN,A/all/N,1]": 50,
    "pay[FN,B/all/N,1]": 200,
    "pay[FS,A/all/S,1]": 50,
    "contributed[N,1]": 70,
    "contributed[N,2]": 70,
    "contributed[S,1]": 50,
    "contributed[S,2]": 50,
}


def test_golden() -> None:
    assert golden_differences(build(small(TEXT)), "equity") == []


def test_satisfied() -> None:
    assert broken(build(small(TEXT)), "equity", GOOD) == []


@pytest.mark.parametrize(
    ("change", "rows"),
    [
        ({"received[N,2]": 91}, ["received_sum[N,2]"]),
        ({"contributed[S,1]": 49}, ["contributed_sum[S,1]"]),
        # A alone is not there: S receives nothing
        (
            {"started[A,a,2]": 0, "received[N,2]": 40, "received[S,2]": 0},
            ["equity_at_least[0,floor,S]", "equity_at_most[3,gdp,N]"],
        ),
        # FN pays all of B: 90 of 140 contributed is more than 0.6
        (
            {"pay[FN,B/all/N,1]": 400, "contributed[N,1]": 90, "contributed[N,2]": 90},
            ["equity_at_most[1,burden,N]"],
        ),
        # FS pays 10 for C as well: S gets 50 back for 60, less than 0.9
        (
            {"pay[FS,C/all,1]": 10, "contributed[S,1]": 60, "contributed[S,2]": 60},
            ["equity_at_least[2,juste,S]"],
        ),
        # in 2028 instead: nothing has started by 2027
        (
            {
                **{"started[A,a,1]": 0, "started[B,b,1]": 0, "received[N,1]": 0, "received[N,2]": 50},
                **{"received[S,1]": 0, "pay[FS,A/all/S,1]": 0, "pay[FS,A/all/S,2]": 50, "contributed[S,1]": 0},
                **{"pay[FN,A/all/N,1]": 0, "pay[FN,A/all/N,2]": 50, "pay[FN,B/all/N,1]": 0},
                **{"contributed[N,1]": 0, "contributed[N,2]": 50},
            },
            ["equity_at_least[4,wide,W]"],
        ),
    ],
)
def test_violated(change: dict[str, float], rows: list[str]) -> None:
    assert broken(build(small(TEXT)), "equity", GOOD | change) == rows


CHOICE = """
funders
funder,kind,party,currency
F,public,,EUR
FS,public,S,EUR

budgets
funder,cycle,first_period,last_period,payments
F,c,2027,2028,10
FS,c,2027,2028,0

parties
party,key
N,3
S,1

initiatives
initiative,currency
NORTH,EUR
SOUTH,EUR

milestones
initiative,milestone,order,duration,cost,value
NORTH,n,1,1,10,5
SOUTH,s,1,1,10,1

shares
initiative,party,share
NORTH,N,1
SOUTH,N,0.2
SOUTH,S,0.8

equity
rule,measure,parties,at_least,at_most,by
r,{rule}
"""


@pytest.mark.parametrize(
    "rule",
    [
        "received,S,0.8,,",  # NORTH gives S 0, SOUTH 0.8 of all
        "received,N,,0.3,",
        "key,S,3.2,,",  # 0.8 is 3.2 times S's quarter of the key
        "key,N,,0.5,",
        "initiatives,S,1,,",
    ],
)
def test_receiving_by_hand(rule: str) -> None:
    """10 pay for one of two; the rule wants SOUTH, worth 1; freed from it NORTH, worth 5."""
    held = optimum(small(CHOICE.format(rule=rule)))
    assert (held.objective, held.funded) == (pytest.approx(1), {"SOUTH"})
    free = optimum(small(without(CHOICE, "equity")))
    assert (free.objective, free.funded) == (pytest.approx(5), {"NORTH"})


@pytest.mark.parametrize("rule", ["received,S,0.81,,", "key,S,3.21,,", "received,S,1,,"])
def test_a_floor_over_what_either_gives_leaves_nothing(rule: str) -> None:
    assert best(small(CHOICE.format(rule=rule))) == pytest.approx(0)


def test_review_period_by_hand() -> None:
    """SOUTH may start in 2028 only: reviewed at the horizon S has its part, by 2027 the floor holds at 0 of 0.

    By 2027 NORTH would give N all; so with the review NORTH starts in 2028, and is still worth 5.
    """
    late = (
        CHOICE.replace("10,1", "10,1,2028").replace("10,5", "10,5,").replace("cost,value", "cost,value,earliest_start")
    )
    assert best(small(late.format(rule="received,S,0.8,,"))) == pytest.approx(1)
    found = optimum(small(late.format(rule="received,S,0.8,,2027")))
    assert (found.objective, found.done) == (pytest.approx(5), {"NORTH/n": "2028"})


RETURN = """
funders
funder,kind,party,currency
FN,public,N,EUR
FS,public,S,EUR

budgets
funder,cycle,first_period,last_period,payments
FN,c,2027,2028,{north}
FS,c,2027,2028,10

initiatives
initiative,currency,pot
NORTH,EUR,real
BOTH,EUR,real

milestones
initiative,milestone,order,duration,cost,value
NORTH,n,1,1,10,5
BOTH,b,1,1,10,1

shares
initiative,party,share
NORTH,N,1
BOTH,N,0.5
BOTH,S,0.5

equity
rule,measure,parties,at_least,at_most,by
r,{rule}
"""


def test_geo_return_by_hand() -> None:
    """S pays 10. NORTH gives it nothing back, BOTH 5, half of it."""
    held = optimum(small(RETURN.format(north=0, rule="geo_return,S,0.5,,")))
    assert (held.objective, held.funded) == (pytest.approx(1), {"BOTH"})
    assert best(small(RETURN.format(north=0, rule="geo_return,S,0.51,,"))) == pytest.approx(0)
    free = optimum(small(without(RETURN.format(north=0, rule=""), "equity")))
    assert (free.objective, free.funded) == (pytest.approx(5), {"NORTH"})


def test_contributed_by_hand() -> None:
    """FN has 4, FS 10, one initiative costs 10. If N bears at most 0.3 of 10, FS pays at least 7: still possible.

    If N bears at least 0.5, FN must pay 5 of 10 and has 4: nothing.
    """
    held = optimum(small(RETURN.format(north=4, rule="contributed,N,,0.3,")))
    assert held.objective == pytest.approx(5)
    assert held.paid.get(("FN", "NORTH", "2027"), 0) <= 3
    assert best(small(RETURN.format(north=4, rule="contributed,N,0.5,,"))) == pytest.approx(0)
    assert best(small(RETURN.format(north=4, rule="contributed,N,0.4,,"))) == pytest.approx(5)
