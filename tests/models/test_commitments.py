"""Commitments: what begins is committed in full, and a cycle's ceiling limits that."""

import pytest

from fundalign.models.build import build

from .golden import broken, golden_differences
from .small import best, optimum, small

TEXT = """
funders
funder,kind,currency
FP,public,SEK
PR,private,EUR
ME,matching,EUR

budgets
funder,cycle,first_period,last_period,payments,commitments
FP,early,2027,2027,1000,150
FP,late,2029,2029,1000,
PR,c,2027,2029,100,
ME,c,2027,2029,100,

currencies
currency,rate
SEK,0.1

rates
currency,period,rate
SEK,2027,0.125

initiatives
initiative,currency,escalation
A,EUR,0.1
B,EUR,

milestones
initiative,milestone,order,stage,duration,cost,value,earliest_start,latest_start,min_level
A,a,1,all,2,20,1,,,
B,b,1,all,1,10,1,,2028,0.5
B,e,2,all,1,40,1,2029,,1

matching
rule,funders,base,ratio,initiatives
m,ME,both,1,A

eligibility
rule,funders,initiatives,allow
not-b,PR,B,false
"""
# A begins in 2027: 10 + 11 are committed, 9 by FP (72 SEK), 7 by PR, 5 by ME. B: 8 in 2027 (64 SEK), no more
GOOD = {
    "started[A,a,1]": 1,
    "started[A,a,2]": 1,
    "commit[FP,A/all,1]": 9,
    "commit[PR,A/all,1]": 7,
    "commit[ME,match A/all,1]": 5,
    "pay[FP,A/all,1]": 9,
    "pay[PR,A/all,1]": 1,
    "pay[PR,A/all,2]": 6,
    "pay[ME,match A/all,2]": 5,
    "started[B,b,1]": 1,
    "started[B,b,2]": 1,
    "level[B,b,1]": 0.8,
    "commit[FP,B/all,1]": 8,
    "pay[FP,B/all,1]": 8,
}


def test_golden() -> None:
    assert golden_differences(build(small(TEXT, 3)), "commitments") == []


def test_satisfied() -> None:
    assert broken(build(small(TEXT, 3)), "commitments", GOOD) == []


@pytest.mark.parametrize(
    ("change", "rows"),
    [
        ({"commit[FP,B/all,1]": 9, "pay[FP,B/all,1]": 9}, ["commit_all[B/all,1]"]),
        (
            {"commit[FP,A/all,1]": 11, "commit[PR,A/all,1]": 5, "pay[FP,A/all,1]": 11, "pay[PR,A/all,2]": 4},
            ["commitment[FP,early]"],
        ),
        # it begins in 2028 after all, but nothing is committed
        (
            {"started[A,a,1]": 0, "commit[FP,A/all,1]": 0, "commit[ME,match A/all,1]": 0, "commit[PR,A/all,1]": 0},
            [
                "commit_all[A/all,2]",
                "commit_ahead[FP,A/all,1]",
                "commit_ahead[PR,A/all,1]",
                "commit_ahead[PR,A/all,2]",
                "commit_ahead[ME,match A/all,2]",
                "commit_total[FP,A/all]",
                "commit_total[PR,A/all]",
                "commit_total[ME,match A/all]",
            ],
        ),
        ({"pay[PR,A/all,2]": 5}, ["commit_total[PR,A/all]"]),
    ],
)
def test_violated(change: dict[str, float], rows: list[str]) -> None:
    assert sorted(broken(build(small(TEXT, 3)), "commitments", GOOD | change)) == sorted(rows)


def test_only_lines_of_funders_with_a_ceiling_are_under_commitment() -> None:
    """PR and ME alone could pay C and D, which stay in one pool; without any ceiling nothing commits."""
    more = TEXT.replace("B,EUR,\n", "B,EUR,\nC,EUR,\nD,EUR,\n").replace(
        "B,e,2,all,1,40,1,2029,,1\n", "B,e,2,all,1,40,1,2029,,1\nC,c,1,all,1,1,1,,,\nD,d,1,all,1,1,1,,,\n"
    )
    barred = more + "no-c,FP,C,false\nno-d,FP,D,false\n"
    for text, names in ((more, {"A/all", "B/all", "C/all", "D/all"}), (barred, {"A/all", "B/all", "C/all and 1 more"})):
        model = build(small(text, 3))
        own = {name for name, pool in model.layout.pools.pools.items() if pool.parent is None}
        assert own == names
        assert {pool for _, pool, _ in model.commit} - {"match A/all"} == {n for n in names if "more" not in n}
    assert len(build(small(TEXT.replace("1000,150", "1000,"), 3)).commit) == 0


BINDING = """
funders
funder,kind,currency
FP,public,EUR
PR,private,EUR

budgets
funder,cycle,first_period,last_period,payments,commitments
FP,2027,2027,2027,100,{ceiling}
FP,2028,2028,2028,100,100
PR,c,2027,2028,{private},

initiatives
initiative,currency
A,EUR

milestones
initiative,milestone,order,duration,cost,value,latest_start
A,a,1,2,20,5,2027
"""


@pytest.mark.parametrize(
    ("ceiling", "private", "objective"), [("19.99", 0, 0), ("20", 0, 5), ("20", 10, 5), ("10", 10, 5), ("9.99", 10, 0)]
)
def test_all_is_committed_when_it_begins_by_hand(ceiling: str, private: int, objective: float) -> None:
    """10 are paid in each year, all 20 are committed in 2027; PR commits what it pays."""
    assert best(small(BINDING.format(ceiling=ceiling, private=private))) == pytest.approx(objective)


def test_no_money_to_commit_outside_cycles_by_hand() -> None:
    """FP has money in 2028 only: the 20 of 2027 bind nobody. PR has 10 for 2027, but its 20 must bind it then."""
    text = BINDING.format(ceiling=100, private=10).replace("FP,2027,2027,2027,100,100\n", "")
    assert best(small(text)) == pytest.approx(0)
    assert best(small(text.replace("2027,2028,10,", "2027,2028,20,"))) == pytest.approx(5)


@pytest.mark.parametrize(("ceiling", "level"), [(40, 1.0), (10, 0.5), (9, 0.0)])
def test_levels_are_committed_by_hand(ceiling: int, level: float) -> None:
    """A at level 0.5 binds 10 of its 20, worth 2.5; at 9 the least level of 0.5 cannot be bound."""
    text = BINDING.format(ceiling=ceiling, private=0).replace("latest_start\n", "latest_start,min_level\n")
    found = optimum(small(text.replace("A,a,1,2,20,5,2027", "A,a,1,2,20,5,2027,0.5")))
    assert found.objective == pytest.approx(5 * level)


SHARED = """
funders
funder,kind,party,currency
FN,public,N,EUR
ME,matching,,EUR

budgets
funder,cycle,first_period,last_period,payments,commitments
FN,2027,2027,2027,100,10
FN,2028,2028,2028,100,100
ME,c,2027,2028,100,

initiatives
initiative,currency
A,EUR
B,EUR

milestones
initiative,milestone,order,duration,cost,value
A,a,1,1,20,5
B,b,1,2,12,3

shares
initiative,party,share
A,N,0.5
A,S,0.5
B,N,1

matching
rule,funders,base,ratio,initiatives
m,ME,both,1,A
"""


def test_the_compact_form_commits_by_pool() -> None:
    """N's lines of A and B are one pool there: 10 and 12 when they begin. S has no funder but ME."""
    exact, compact = build(small(SHARED)), build(small(SHARED), compact=True)
    assert exact.layout.shrinks
    assert {index[:2] for index in exact.commit} == {
        ("FN", "A/all/N"),
        ("ME", "match A/all/N"),
        ("FN", "B/all/N"),
    }
    shared = "A/all/N and 1 more"
    assert {index[:2] for index in compact.commit} == {("FN", shared), ("ME", "match A/all/N")}
    assert golden_differences(compact, "commitments", "commitments_compact") == []
