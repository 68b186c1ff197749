"""Merging: funders that no rule tells apart are one payer in the compact form."""

import random

import pytest

from fundalign.inputs.case import Case
from fundalign.inputs.read import case_from_tables
from fundalign.models.build import build
from fundalign.models.merging import alike, merged
from fundalign.optimizer.compile import compile_model
from fundalign.optimizer.engine import Ending, Limits, Search
from fundalign.optimizer.solve import SolveOptions, solve

from .golden import broken, golden_differences
from .small import optimum, small

TEXT = """
funders
funder,kind,currency,contingency,party
DA,public,EUR,,
DB,public,EUR,,
FX,public,EUR,,

budgets
funder,cycle,first_period,last_period,payments,carry_over,reserved
DA,c1,2027,2027,40,0.5,
DA,c2,2028,2028,10,,
DB,early,2027,2027,60,1,20
DB,late,2028,2028,0,1,
FX,y,2027,2028,30,,

currencies
currency,rate
SEK,0.1

initiatives
initiative,currency
A,EUR
B,SEK

milestones
initiative,milestone,order,duration,cost,value
A,a,1,1,60,1
B,b,1,1,100,1

eligibility
rule,funders,initiatives,allow
no SEK,FX,B,false
"""
# 80 in c1, of which 60 is carried: 10 + 60 in c2
GOOD = {
    "started[A,a,2]": 1,
    "started[B,b,1]": 1,
    "started[B,b,2]": 1,
    "pay[DA and DB,B/all,1]": 100,
    "carried[DA and DB,c1]": 60,
    "pay[DA and DB,A/all,2]": 60,
}


def test_golden() -> None:
    assert golden_differences(build(small(TEXT), compact=True), "merging") == []


def test_satisfied() -> None:
    assert broken(build(small(TEXT), compact=True), "merging", GOOD) == []


@pytest.mark.parametrize(
    ("change", "rows"),
    [
        ({"carried[DA and DB,c1]": 61}, ["carried[DA and DB,c1]"]),
        ({"carried[DA and DB,c1]": 49}, ["budget[DA and DB,c2]"]),
        ({"pay[DA and DB,B/all,1]": 210, "pay[DA and DB,A/all,2]": 60}, ["cover[B/all,1]", "budget[DA and DB,c1]"]),
    ],
)
def test_violated(change: dict[str, float], rows: list[str]) -> None:
    assert broken(build(small(TEXT), compact=True), "merging", GOOD | change) == rows


def test_the_exact_form_keeps_all_apart() -> None:
    model = build(small(TEXT))
    assert {funder for funder, _, _ in model.pay} == {"DA", "DB", "FX"}
    assert model.layout.shrinks


def test_merging_by_hand() -> None:
    """A in 2028 needs 60: DA has 10 + 20 carried, DB 40 carried, FX 30 in all. B's 10 EUR come from any of them."""
    found = optimum(small(TEXT))
    assert (found.objective, found.funded) == (pytest.approx(2), {"A", "B"})
    only = TEXT.replace("A,a,1,1,60,1", "A,a,1,1,101,1").replace("cost,value", "cost,value,earliest_start")
    only = only.replace("101,1", "101,1,2028").replace("100,1\n", "100,1,2028\n")
    # in 2028 there are 30 + 40 + 30 = 100 at the most: 101 is too much
    assert optimum(small(only)).funded == {"B"}
    assert optimum(small(only.replace("101,1", "100,1"))).funded == {"A"}


TWO = "FX,a,2027,2027,15,,\nFX,b,2028,2028,15,,\n"
GROUP = "\ngroups\ngroup,kind,member\npair,funder,DA\npair,funder,{}\n"
SHARE = "\ncofunding\nrule,funders,at_most\nhalf,pair,0.5\n"


@pytest.mark.parametrize(
    ("old", "new", "together"),
    [
        ("no SEK,FX", "no SEK,FX", {"DA and DB"}),
        ("B,false", "B,false\nother,public,A,true", {"DA and DB"}),
        ("no SEK,FX", "no SEK,public", {"DA and DB"}),
        ("no SEK,FX", "no SEK,DA", set()),
        ("DB,public,EUR,,", "DB,private,EUR,,", set()),
        ("DB,public,EUR,,", "DB,public,SEK,,", set()),
        ("DB,public,EUR,,", "DB,public,EUR,0.1,", set()),
        ("DB,public,EUR,,", "DB,public,EUR,,N", set()),
        ("DB,late,2028,2028,0,1,\n", "", set()),
        ("FX,y,2027,2028,30,,\n", TWO, {"DA and DB"}),  # by its red line, FX is still unlike the others
        ("FX,y,2027,2028,30,,\n", TWO + GROUP.format("FX") + SHARE, set()),
        ("FX,y,2027,2028,30,,\n", TWO + GROUP.format("DB") + SHARE, {"DA and DB"}),
        ("FX", "DA and DB", {"DA and DB'"}),
    ],
)
def test_who_is_alike(old: str, new: str, together: set[str]) -> None:
    assert old in TEXT
    assert set(alike(small(TEXT.replace(old, new) + "\nparties\nparty\nN\n"))) == together


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("contingency,party\nDA,public,EUR,,", "min_ticket,party\nDA,public,EUR,1,"),
        ("contingency,party\nDA,public,EUR,,", "max_change,party\nDA,public,EUR,1,"),
        ("contingency,party\nDA,public,EUR,,", "risk_tolerance,party\nDA,public,EUR,1,"),
        ("carry_over,reserved\nDA,c1,2027,2027,40,0.5,", "carry_over,commitments\nDA,c1,2027,2027,40,0.5,9"),
    ],
)
def test_a_funder_with_a_rule_of_its_own_is_like_no_other(old: str, new: str) -> None:
    assert old in TEXT
    assert alike(small(TEXT.replace(old, new))) == {}


@pytest.mark.parametrize(("covered", "together"), [("private", {"DA and DB"}), ("pair", {"DA and DB"}), ("DA", set())])
def test_the_covered_are_alike_where_every_guarantee_covers_all_or_none(covered: str, together: set[str]) -> None:
    text = TEXT.replace("A,public", "A,private").replace("B,public", "B,private").replace("no SEK,FX", "no SEK,")
    text += GROUP.format("DB") + "\nguarantees\nguarantee,guarantor,funders,provisioning_rate,leverage\n"
    case = small(text + f"g,FX,{covered},0.1,2\n")
    assert set(alike(case)) == together
    assert merged(case).select_funders(covered) == {"DA and DB" if together else "DA"}


def test_a_guarantor_is_like_no_other() -> None:
    text = TEXT.replace("no SEK,FX", "no SEK,").replace("FX,public", "FX,private")
    text += "\nguarantees\nguarantee,guarantor,funders,provisioning_rate,leverage\ng,{},FX,0.1,2\n"
    assert alike(small(text.format("DA"))) == {}


def test_three_and_groups() -> None:
    text = TEXT.replace("no SEK,FX,B", "no SEK,pool,B").replace(
        "FX,y,2027,2028,30,,\n",
        "FX,a,2027,2027,15,,\nFX,b,2028,2028,15,,\n\n"
        "groups\ngroup,kind,member\npool,funder,DA\npool,funder,FX\npool,funder,DB\nsea,initiative,A\n",
    )
    case = small(text)
    assert alike(case) == {"DA and 2 more": ("DA", "DB", "FX")}
    one = merged(case)
    assert one.select_funders("pool") == set(one.funders) == {"DA and 2 more"}
    assert one.groups["initiative"] == {"sea": frozenset({"A"})}
    assert [float(c.payments) for c in one.cycles["DA and 2 more"]] == [115, 25]


def test_where_buffers_are_released_only_proportional_funders_merge() -> None:
    """Money held as a buffer in c1 goes on to c2 only as far as its own funder may carry it."""
    buffer = {"buffer": {"method": "additive", "released": True}}
    assert alike(small(TEXT, **buffer)) == {}
    proportional = TEXT.replace("DB,early,2027,2027,60,1,20", "DB,c1,2027,2027,20,0.5,").replace(
        "DB,late,2028,2028,0,1,", "DB,c2,2028,2028,5,,"
    )
    assert set(alike(small(proportional, **buffer))) == {"DA and DB"}
    assert set(alike(small(TEXT, buffer={"method": "none", "released": True}))) == {"DA and DB"}


def several(seed: int) -> Case:
    """Draw a programme without matching in which three home funders and two others are alike but for their money."""
    rng = random.Random(seed)
    released = rng.random() < 0.5
    funders = [("N1", "N"), ("N2", "N"), ("N3", "N"), ("S", "S"), ("P1", ""), ("P2", "")]
    scale = {f: rng.randint(3, 20) for f, _ in funders}
    level = [rng.randint(0, 2) for _ in range(4)]
    carry = [rng.choice((0, 0.3, 0.5, 1)) for _ in range(4)]
    budgets: list[dict[str, object]] = [
        {"funder": f, "cycle": f"{f}{t}", "first_period": str(2026 + t), "last_period": str(2026 + t)}
        | {"payments": scale[f] * level[t - 1], "carry_over": carry[t - 1]}
        if released
        else {"funder": f, "cycle": f"c{t}", "first_period": str(2026 + t), "last_period": str(2026 + t)}
        | {"payments": rng.choice((0, rng.uniform(2, 20))), "carry_over": rng.choice((0, 0.3, 1))}
        for f, _ in funders
        for t in range(1, 5)
    ]
    tables: dict[str, list[dict[str, object]]] = {
        "currencies": [{"currency": "SEK", "rate": "0.1", "volatility": "0.3", "hedge_cost": "0.02"}],
        "parties": [{"party": "N", "currency": "SEK"}, {"party": "S"}],
        "initiatives": [{"initiative": f"I{k}", "currency": "EUR"} for k in range(5)],
        "milestones": [
            {"initiative": f"I{k}", "milestone": "m", "order": 1, "duration": rng.choice((1, 2))}
            | {"cost": rng.uniform(10, 40), "value": rng.uniform(3, 9)}
            for k in range(5)
        ],
        "shares": [
            {"initiative": f"I{k}", "party": p, "share": share}
            for k in range(5)
            for p, share in (("N", 0.7), ("S", 0.3))
        ],
        "funders": [{"funder": f, "kind": "public", "party": p, "currency": "EUR"} for f, p in funders],
        "budgets": budgets,
    }
    settings = {"name": "several", "currency": "EUR", "first_period": "2027", "periods": 4, "discount_rate": 0.05}
    return case_from_tables(settings | {"buffer": {"method": "additive", "released": released}}, tables)


def values_of(case: Case, compact: bool) -> tuple[float, float]:
    """Return the bound of the LP relaxation and the optimum."""
    program = compile_model(build(case, compact=compact))
    found = []
    for relax in (True, False):
        outcome = Search(program, Limits(threads=1), relax=relax).run()
        assert outcome.ending is Ending.OPTIMAL
        assert outcome.objective is not None
        found.append(outcome.objective)
    return found[0], found[1]


@pytest.mark.parametrize("seed", range(30))
def test_merging_gives_up_nothing(seed: int) -> None:
    case = several(seed)
    assert set(alike(case)) == {"N1 and 2 more", "P1 and P2"}
    exact = values_of(case, compact=False)
    assert values_of(case, compact=True) == pytest.approx(exact, abs=1e-6)
    if seed < 8:
        run = solve(case, SolveOptions(gap=0.0, threads=1))
        assert run.report.objective == pytest.approx(exact[1], abs=1e-6)
