"""Matching with a cap, a least base, or never ahead of its base."""

import pytest

from fundalign.models.build import build

from .golden import broken, golden_differences
from .small import optimum, small

TEXT = """
funders
funder,kind,currency
FP,public,EUR
PR,private,EUR
M1,matching,EUR
M2,matching,EUR

budgets
funder,cycle,first_period,last_period,payments
FP,c,2027,2029,1000
PR,c,2027,2029,1000
M1,c,2027,2029,1000
M2,c,2027,2028,1000

currencies
currency,rate
SEK,0.1

initiatives
initiative,currency
A,SEK
B,SEK
C,EUR

milestones
initiative,milestone,order,stage,duration,cost,value,latest_start
A,r,1,research,1,100,1,2028
A,b,2,build,1,60,1,
B,b,1,all,1,200,1,2027
C,c,1,all,2,40,1,2027

matching
rule,funders,base,ratio,initiatives,stage,cap,min_base,timing
capped,M1,both,0.5,A,,3,,
gated,M2,public,1,A,build,2,1.5,
large,M1,both,1,B,,25,5,
along,M2,private,0.5,C,,,,cumulative
"""
# A: research 70 FP, 20 M1; build 20 FP, 10 PR, 10 M1 of capped (30 = 3 EUR in all) and 20 M2 on FP's 20 (2 EUR)
GOOD = {
    "started[A,r,1]": 1,
    "started[A,r,2]": 1,
    "started[A,b,2]": 1,
    "started[A,b,3]": 1,
    "pay[M1,match A/research,1]": 20,
    "pay[FP,A/build,2]": 20,
    "pay[PR,A/build,2]": 10,
    "pay[M1,match A/build,2]": 10,
    "pay[M2,match A/build,2]": 20,
    "used[gated,public,A,build]": 20,
    "unlocked[A,gated]": 1,
    "started[B,b,1]": 1,
    "pay[M1,match B/all,1]": 100,
    "unlocked[B,large]": 1,
    "pay[PR,C/all,1]": 10,
    "pay[M2,match C/all,1]": 5,
    "pay[M2,match C/all,2]": 0,
}


def test_golden() -> None:
    assert golden_differences(build(small(TEXT, 3)), "thresholds") == []


def test_satisfied() -> None:
    assert broken(build(small(TEXT, 3)), "thresholds", GOOD) == []


@pytest.mark.parametrize(
    ("change", "rows"),
    [
        ({"pay[M1,match A/build,2]": 11}, ["matching_cap[0,capped,A]"]),
        ({"pay[M2,match A/build,2]": 21}, ["matching_unlocked[1,gated,A]"]),
        ({"used[gated,public,A,build]": 14}, ["matching_least_base[1,gated,A]"]),
        ({"unlocked[B,large]": 0}, ["matching_unlocked[2,large,B]"]),
        ({"pay[M1,match B/all,1]": 151}, ["matching_least_base[2,large,B]"]),  # 49 of base are 4.9 EUR
        # the base comes in time over the initiative's life, but not when the match does
        ({"pay[PR,C/all,1]": 9, "pay[PR,C/all,2]": 20}, ["matching_ahead[3,along,C,1]"]),
        ({"pay[M2,match C/all,2]": 1}, ["matching_ahead[3,along,C,2]"]),
    ],
)
def test_violated(change: dict[str, float], rows: list[str]) -> None:
    assert broken(build(small(TEXT, 3)), "thresholds", GOOD | change) == rows


SHARED = TEXT.replace("along,M2,private,0.5,C,,,,cumulative", "along,M2,both,0.5,C,,,,cumulative\nlate,M2,public,1,C,")
# C is 20 and 20: PR 6, FP 4 and M2 10 in 2027: 3 along on PR's 6, which leaves 7 for late, on FP's 4 and 3 of 2028
SHARED_GOOD = {
    "pay[PR,C/all,1]": 6,
    "pay[FP,C/all,1]": 4,
    "pay[M2,match C/all,1]": 10,
    "pay[FP,C/all,2]": 20,
    "matched_in[along,M2,C,all,1]": 3,
    "matched_in[late,M2,C,all,1]": 7,
    "used_in[late,public,C,all,1]": 4,
    "used_in[late,public,C,all,2]": 3,
}


def test_golden_where_rules_share_by_period() -> None:
    assert golden_differences(build(small(SHARED, 3)), "thresholds_in") == []


@pytest.mark.parametrize(
    ("change", "rows"),
    [
        ({}, []),
        ({"pay[PR,C/all,1]": 5}, ["matching_ahead[3,along,C,1]", "matching_ahead[3,along,C,2]"]),
        ({"used_in[late,public,C,all,2]": 2}, ["matching[4,late,C]"]),
        # FP's 4 of 2027 are late's: more can be along's only in 2028
        ({"used_in[along,public,C,all,1]": 1}, ["matching_base_in[public,C,all,1]"]),
        ({"used_in[along,public,C,all,2]": 1}, []),
        ({"used_in[along,public,C,all,2]": 18}, ["matching_base_in[public,C,all,2]"]),
        ({"matched_in[late,M2,C,all,2]": 1, "used_in[late,public,C,all,2]": 4}, ["matching_split_in[M2,C,all,2]"]),
    ],
)
def test_shares_by_period(change: dict[str, float], rows: list[str]) -> None:
    point = SHARED_GOOD | change
    found = [name for name in broken(build(small(SHARED, 3)), "thresholds_in", point) if ",C" in name]
    assert found == rows


BINDING = """
funders
funder,kind,currency
FP,public,EUR
ME,matching,EUR

budgets
funder,cycle,first_period,last_period,payments
FP,2027,2027,2027,{first}
FP,2028,2028,2028,{second}
ME,c,2027,2028,100

initiatives
initiative,currency
A,EUR
B,EUR

milestones
initiative,milestone,order,duration,cost,value,latest_start
A,a,1,2,40,5,2027
B,b,1,1,10,1,2027

matching
rule,funders,base,ratio,cap,min_base,timing
m,ME,public,{ratio},{cap},{least},{timing}
"""


def worth(first: float, second: float, ratio: float = 1, cap: str = "", least: str = "", timing: str = "") -> float:
    given = {"first": first, "second": second, "ratio": ratio, "cap": cap, "least": least, "timing": timing}
    return optimum(small(BINDING.format(**given))).objective


@pytest.mark.parametrize(("cap", "objective"), [("", 6), ("20", 6), ("19.9", 5), ("15", 5), ("14.9", 1), ("0", 1)])
def test_cap_by_hand(cap: str, objective: float) -> None:
    """FP has 15 + 10 for A's 20 + 20 and B's 10 of 2027.

    Both: B takes at least 5 of FP's 15, so ME adds 10 + 10 to A. A alone: ME adds 5 + 10. B alone FP pays itself.
    """
    assert worth(15, 10, cap=cap) == pytest.approx(objective)


@pytest.mark.parametrize(("least", "objective"), [("5", 6), ("5.1", 5), ("25", 5), ("25.1", 1)])
def test_least_base_by_hand(least: str, objective: float) -> None:
    """Both: FP pays 20 of A, which ME doubles, and 5 of B. A alone: 25 of it. B alone: FP pays all, none matched."""
    assert worth(15, 10, least=least) == pytest.approx(objective)


@pytest.mark.parametrize(
    ("first", "second", "timing", "objective"),
    [
        (0, 20, "total", 5),  # ME pays all of 2027's 20, FP all of 2028's
        (0, 20, "cumulative", 0),
        (10, 10, "cumulative", 5),
        (9, 20, "cumulative", 1),  # 9 let ME pay 9 of A's 20; B is paid by 9 and 1
        (20, 0, "cumulative", 5),  # the match may come later than its base
    ],
)
def test_timing_by_hand(first: int, second: int, timing: str, objective: float) -> None:
    assert worth(first, second, timing=timing) == pytest.approx(objective)


@pytest.mark.parametrize(
    ("cap", "least", "timing", "projected", "rows"),
    [("", "", "total", 2, 0), ("9", "", "", 0, 4), ("", "9", "", 0, 6), ("", "", "cumulative", 0, 3)],
)
def test_only_plain_rows_are_projected(cap: str, least: str, timing: str, projected: int, rows: int) -> None:
    """The compact form keeps the others: per initiative a ratio and a cap, or three rows, or one per period (A: 2)."""
    text = BINDING.format(first=10, second=10, ratio=1, cap=cap, least=least, timing=timing)
    model = build(small(text + "\nshares\ninitiative,party,share\nA,N,1\nB,N,1\n"), compact=True)
    families = (model.matching, model.matching_cap, model.matching_unlocked, model.matching_least_base)
    assert len(model.layout.pools.projected) == projected
    assert sum(map(len, families)) + len(model.matching_ahead) == rows
