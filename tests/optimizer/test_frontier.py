"""Frontiers solved by hand: `tiny`, and small cases with one answer each; and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import fundalign as fa
from fundalign.inputs.case import Case
from fundalign.inputs.faults import UsageError
from fundalign.inputs.tables import EquityRow
from fundalign.optimizer.frontier import frontier
from fundalign.results.frontier import EXCLUDED, NEXT_LEVEL
from fundalign.results.verify import verify

from ..models.small import small

ONE = fa.SolveOptions(gap=0, threads=1)


@pytest.fixture(scope="module")
def tiny() -> Case:
    return fa.read_case(Path(__file__).resolve().parents[2] / "inputs" / "cases" / "tiny")


def pairs(found: fa.Frontier) -> list[tuple[Any, Any]]:
    return [(p.value, p.goal) for p in found.points]


def test_value_against_public_money_on_tiny(tiny: Case) -> None:
    """The table of portfolios in its README, with the accord fund's 2 (one for five of public money, not in SENSE).

    19 costs 26 - 2 = 24; 17 costs 22 - 2 = 20; 14 costs 16 - 2 = 14; 9 costs 12·5/6 = 10. Normalised to the ends
    (19, 24) and (0, 0), the heights above the chord are 14/19 + 10/24 - 1 = 0.154 for 14, and less for the others.
    """
    found = frontier(tiny, "public_money", points=6, options=ONE)
    assert pairs(found) == [
        (19, 24_000_000),
        (17, 20_000_000),
        (14, 14_000_000),
        (9, 10_000_000),
        (5, pytest.approx(10_000_000 / 3, abs=0.01)),
        (0, 0),
    ]
    assert [p.knee for p in found.points] == [False, False, True, False, False, False]
    assert [p.end for p in found.points] == ["most value", "", "", "", "", "best public_money"]
    assert all(p.dominance == EXCLUDED and p.run is not None and verify(p.run).holds for p in found.points)
    rows = found.rows()
    assert (rows[1]["added"], rows[1]["dropped"]) == (["SKILLS"], [])
    assert (rows[2]["added"], rows[2]["dropped"]) == ([], ["LAB", "SENSE"])


def test_value_against_the_return_of_each_country_on_tiny(tiny: Case) -> None:
    """What both countries get back per euro they pay, at the same rate: cost / (cost - accord money).

    All of it (19): Southland pays its 16 itself, 1. LAB + LINK + SKILLS (15): 22/20. LINK + SKILLS (14): 16/14.
    LINK (9): the accord fund can pay a sixth, 12/10. Nothing has more, as a fifth is the most for every project.
    Between, 17 needs 2 of the accord fund for Northland alone, whose part of 10 is more than its 8.
    """
    found = frontier(tiny, "geo_return", points=8, options=ONE)
    assert pairs(found) == [
        (19, pytest.approx(1)),
        (15, pytest.approx(1.1, abs=1e-5)),
        (14, pytest.approx(8 / 7, abs=1e-5)),
        (9, pytest.approx(1.2, abs=1e-5)),
    ]
    assert found.points[-1].end == "best geo_return"
    assert all(p.dominance == EXCLUDED and p.run is not None and verify(p.run).holds for p in found.points)
    last = found.points[-1].run
    assert last is not None
    (floor,) = last.case.rows(EquityRow)
    assert float(floor.at_least or 0) == pytest.approx(1.2, abs=1e-4)


# P pays; the private V may pay half of B. A gives X 8 of 10, B gives X 3 of 9; C gives X nothing and is worth 1.
PARTLY = """
funders
funder,kind,party,currency
P,public,,EUR
V,private,,EUR

budgets
funder,cycle,first_period,last_period,payments
P,c,2027,2028,12
V,c,2027,2028,6

parties
party,key
X,1
Y,1

initiatives
initiative,currency,pot
A,EUR,real
B,EUR,real
C,EUR,real

milestones
initiative,milestone,order,duration,cost,value
A,a,1,1,10,4
B,b,1,1,9,6
C,c,1,1,2,1

shares
initiative,party,share
A,X,0.8
A,Y,0.2
B,X,0.333333333333
B,Y,0.666666666667
C,Y,1

cofunding
rule,funders,initiatives,at_most
half of B,private,B,0.5
none of A,private,A,0
none of C,private,C,0
"""


def test_a_point_is_not_only_weakly_efficient() -> None:
    """X receives most, 8, from A (public 10); C beside it costs X nothing and brings 1: 5 and 8, not 4 and 8.

    B and C are worth 7, and X has 3 of it. A and B together need 14.5 of public money.
    """
    found = frontier(small(PARTLY), "received:X", points=3, options=ONE)
    assert pairs(found) == [(7, pytest.approx(3, abs=0.01)), (5, pytest.approx(8, abs=0.01))]


def test_the_least_received_per_key() -> None:
    """B and C give X 3 and Y 8: least 3. A and C give 8 and 4: least 4, value 5."""
    found = frontier(small(PARTLY), "key", points=3, options=ONE)
    assert pairs(found) == [(7, pytest.approx(3, abs=0.01)), (5, pytest.approx(4, abs=0.01))]


def test_private_money_per_public() -> None:
    """B alone has 4.5 for 4.5, value 6; with C it is 4.5 for 6.5, value 7."""
    found = frontier(small(PARTLY), "leverage", points=5, options=ONE)
    assert pairs(found) == [(7, pytest.approx(4.5 / 6.5, abs=1e-3)), (6, pytest.approx(1, abs=1e-3))]
    assert all(p.dominance == EXCLUDED for p in found.points)


def test_levels_can_be_given(tiny: Case) -> None:
    """10 is LAB and SENSE: 14, of which the accord fund can pay 1 in LAB."""
    found = frontier(tiny, "public_money", options=ONE, at=(10,))
    assert pairs(found) == [(19, 24_000_000), (10, 13_000_000), (0, 0)]


RISKY = """
funders
funder,kind,party,currency
P,public,,EUR

budgets
funder,cycle,first_period,last_period,payments
P,c,2027,2027,13

currencies
currency,rate,volatility
USD,1,0.2

initiatives
initiative,currency
A,USD
B,EUR

milestones
initiative,milestone,order,duration,cost,value
A,a,1,1,10,5
B,b,1,1,2,1
"""


def test_value_falls_as_the_buffers_must_be_surer() -> None:
    """A's 10 USD need 10·(exp(z·0.2) - 1) beside them: with B 1 is left, which z = 0.4766 (0.683) uses up; alone 3

    are left, z = 1.3118 (0.905). At 0.6 both fit, at 0.8 only A, at 0.95 only B.
    """
    case = small(RISKY, 1, buffer={"method": "additive"})
    found = frontier(case, "confidence", options=ONE, at=(0.6, 0.8, 0.85, 0.95))
    assert pairs(found) == [(6, 0.6), (5, 0.85), (1, 0.95)]
    assert found.left_out == 1
    assert [p.dominance for p in found.points] == [NEXT_LEVEL, NEXT_LEVEL, EXCLUDED]


@pytest.mark.parametrize(
    ("against", "words"),
    [
        ("geo", "no goal 'geo'"),
        ("received", "no goal 'received'"),
        ("received:NOWHERE", "no party or group"),
        ("confidence", "no buffers"),
        ("leverage", "no private funder"),
        ("key", "no party has a key"),
    ],
)
def test_what_means_nothing_in_a_case_is_refused(tiny: Case, against: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        frontier(tiny, against)


def test_a_frontier_has_two_points_at_least(tiny: Case) -> None:
    with pytest.raises(UsageError, match="2 end points"):
        frontier(tiny, "public_money", points=1)
