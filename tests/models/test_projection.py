"""The compact form: what matching rules imply for match pools that span initiatives."""

import pytest

from fundalign.models.build import build
from fundalign.optimizer.solve import SolveOptions, solve
from fundalign.results.verify import verify

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
FN,c,2027,2028,{north}
FS,c,2027,2028,100
ME,c,2027,2028,100

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

milestones
initiative,milestone,order,duration,cost,value,latest_start
A,a,1,1,120,5,2027
B,b,1,1,30,3,

shares
initiative,party,share
A,N,0.75
A,S,0.25
B,N,1

matching
rule,funders,base,ratio
half,ME,both,{ratio}
"""
CASE = TEXT.format(north=10000, ratio="0.5")
# Both start; 35 EUR of the match for N's lines (350 SEK), 15 for S's: 50 = 40 + 10 in all
GOOD = {
    "started[A,a,1]": 1,
    "started[B,b,2]": 1,
    "pay[ME,match A/all/N and 1 more,1]": 300,
    "pay[ME,match A/all/N and 1 more,2]": 50,
    "pay[ME,match A/all/S,1]": 15,
}


def test_golden() -> None:
    assert golden_differences(build(small(CASE), compact=True), "projection") == []


def test_satisfied() -> None:
    assert broken(build(small(CASE), compact=True), "projection", GOOD) == []


@pytest.mark.parametrize(
    ("change", "rows"),
    [
        # 51 in all
        ({"pay[ME,match A/all/S,1]": 16}, ["projected_total[ME]"]),
        # S's line costs 30
        (
            {"pay[ME,match A/all/S,1]": 31, "pay[ME,match A/all/N and 1 more,1]": 0},
            ["projected_pool[match A/all/S]"],
        ),
        # B is not there: N's lines can have no more than A's 40
        (
            {"started[B,b,2]": 0, "pay[ME,match A/all/N and 1 more,1]": 360, "pay[ME,match A/all/S,1]": 0},
            ["projected_pool[match A/all/N and 1 more]", "projected_total[ME]"],
        ),
    ],
)
def test_violated(change: dict[str, float], rows: list[str]) -> None:
    assert broken(build(small(CASE), compact=True), "projection", GOOD | change) == rows


def test_the_exact_form_has_no_projection() -> None:
    model = build(small(CASE))
    assert len(model.projected_pool) == len(model.projected_total) == 0
    assert len(model.matching) == 2
    assert len(build(small(CASE), compact=True).matching) == 0


def test_projection_by_hand() -> None:
    """N has 800 SEK = 80 EUR; its lines of A and B cost 90 + 30 = 120, the match may bear a third of 150 = 50.

    So N's part is payable, 80 + 40 = 120, where S pays at least 20 of its 30. Without matching (ratio 0) N has 80 for
    30 or for 90: only B, worth 3.
    """
    both = optimum(small(TEXT.format(north=800, ratio="0.5")))
    assert (both.objective, both.funded) == (pytest.approx(8), {"A", "B"})
    alone = optimum(small(TEXT.format(north=800, ratio="0")))
    assert (alone.objective, alone.funded) == (pytest.approx(3), {"B"})


def test_a_schedule_the_exact_form_refuses_by_hand() -> None:
    """N has 690 SEK = 69 EUR: with all 50 of the match on its lines 119 of 120, not both. A alone: 69 + 40 > 90."""
    found = optimum(small(TEXT.format(north=690, ratio="0.5")))
    assert (found.objective, found.funded) == (pytest.approx(5), {"A"})


STRICT = """
funders
funder,kind,party,currency
FN,public,N,EUR
FS,public,S,EUR
FW,public,W,EUR
ME,matching,,EUR

budgets
funder,cycle,first_period,last_period,payments
FN,c,2027,2028,{0}
FS,c,2027,2028,{0}
FW,c,2027,2028,100
ME,c,2027,2028,100

initiatives
initiative,currency
A,EUR
B,EUR

milestones
initiative,milestone,order,duration,cost,value
A,a,1,1,100,5
B,b,1,1,100,1

shares
initiative,party,share
A,N,0.5
A,S,0.5
B,W,1

matching
rule,funders,base,ratio
even,ME,both,1
"""


def test_a_subset_that_the_projection_leaves_out_by_hand() -> None:
    """The match may bear half of A and half of B. N and S have nothing for A.

    The projection lets N's pool have 50, S's pool 50 and all of them 100 = 50 + 50, as if B gave its half to A: worth
    6. The rule itself allows A only 50 for both, so A is not payable: B, paid by FW, is worth 1. With 25 each for N
    and S it is.
    """
    case = small(STRICT.format(0))
    point = {"started[A,a,2]": 1, "started[B,b,2]": 1, "pay[ME,match A/all/N,2]": 50, "pay[ME,match A/all/S,2]": 50}
    assert broken(build(case, compact=True), "projection", point) == []
    run = solve(case, SolveOptions(gap=0.0, threads=1))
    assert run.plan is not None
    assert run.report.objective == pytest.approx(1)
    assert (run.report.status, run.report.bound) == ("optimal", pytest.approx(1))
    assert verify(run).holds
    assert optimum(small(STRICT.format(25))).objective == pytest.approx(6)
