"""What was hedged, committed and guaranteed before the first free period of a re-plan stays signed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fundalign.inputs.approved import approve
from fundalign.inputs.case import Case
from fundalign.inputs.faults import Infeasible, InputError
from fundalign.models.build import build
from fundalign.optimizer.replan import replan
from fundalign.optimizer.solve import SolveOptions
from fundalign.results.plan import Run
from fundalign.results.verify import verify

from .approvals import Done, Paid, tables
from .golden import broken, golden_differences, rows_of
from .signed_case import change, signed
from .small import optimum, small

TEXT = """
funders
funder,kind,currency
F,public,EUR
G,public,EUR
H,public,EUR
P,private,EUR
U,public,EUR

budgets
funder,cycle,first_period,last_period,payments,commitments
F,c,2027,2029,100,60
G,c,2027,2029,100,
H,c,2028,2029,100,50
P,c,2027,2029,100,
U,c,2027,2029,100,

currencies
currency,rate,volatility,hedge_cost
SEK,0.1,0.1,0.001

initiatives
initiative,currency
A,EUR
B,SEK

milestones
initiative,milestone,order,stage,duration,cost,value
A,a,1,s,2,20,5
B,b,1,s,2,200,5

eligibility
rule,funders,initiatives,allow
none of U,U,,false
not F,F,B,false
not H,H,B,false

guarantees
guarantee,guarantor,funders,provisioning_rate,leverage,initiatives
cover,U,P,0.1,2,A
"""
DONE: Done = {"A/a": (1, "1"), "B/b": (1, "1")}
PAID: Paid = {
    ("F", "A/s", 1): "6.00",
    ("P", "A/s", 1): "4.00",
    ("F", "A/s", 2): "4.00",
    ("P", "A/s", 2): "4.00",
    ("H", "A/s", 2): "2.00",
    ("G", "B/s", 1): "100.00",
    ("G", "B/s", 2): "100.00",
}
LINE = {"initiative": "A", "stage": "s", "party": "", "period": "2027", "currency": "EUR"}
SIGNED = {
    "currency": [
        {"funder": "G", "currency": "SEK", "period": "2027", "hedged": "40.00"},
        {"funder": "G", "currency": "SEK", "period": "2028", "hedged": "10.00"},
    ],
    "commitments": [
        {"funder": funder, **LINE, "amount": amount}
        for funder, amount in (("F", "10.00"), ("P", "8.00"), ("H", "2.00"))
    ],
    "guarantees": [{"guarantee": "cover", "initiative": "A", "currency": "EUR", "guaranteed": "4.00"}],
}
GOOD = {
    "hedged[G,SEK,1]": 40.0,
    "commit[F,A/s,1]": 10.0,
    "commit[P,A/s,1]": 8.0,
    "guaranteed[0,A,c]": 4.0,
}
EXACT = SolveOptions(gap=0.0, threads=1)


def plan(case: Case | None = None) -> Case:
    case = case or small(TEXT, 3, buffer={"method": "additive"})
    return replace(case, approved=approve(case, *tables(case, DONE, PAID), "2028", signed=SIGNED))


def test_golden() -> None:
    assert golden_differences(build(plan()), "signed") == []


def test_satisfied() -> None:
    earlier = small(TEXT.replace("H,c,2028", "H,c,2027"), 3, buffer={"method": "additive"})
    model = build(plan(earlier))
    assert broken(model, "signed", GOOD | {"commit[H,A/s,1]": 2.0, "hedged[G,SEK,2]": 70.0}) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [("hedged[G,SEK,1]", 39.99), ("commit[F,A/s,1]", 10.01), ("commit[G,A/s,1]", 0.01), ("guaranteed[0,A,c]", 3.99)],
)
def test_violated(name: str, value: float) -> None:
    assert broken(build(plan()), "signed", GOOD | {name: value}) == ["unsigned[H,A,s,,1]", name]


def test_what_is_not_known_is_free() -> None:
    case = plan()
    assert case.approved is not None
    case = replace(case, approved=replace(case.approved, signed={}, committed_before={}, guarantees={}))
    assert rows_of(build(case), "signed") == {}


def test_who_can_no_longer_commit_is_named() -> None:
    with pytest.raises(Infeasible, match=r"what is committed already cannot be.*\n  - H for A in 2027"):
        optimum(plan())


@pytest.fixture(scope="module")
def first() -> Run:
    return optimum(signed()).run


def rows(run: Run, table: str, **where: str) -> list[dict[str, str]]:
    assert run.plan is not None
    found = run.plan.tables[table].to_dict("records")
    return [{str(k): str(v) for k, v in row.items()} for row in found if all(row[k] == v for k, v in where.items())]


def test_as_approved_by_hand(first: Run) -> None:
    hedged = [row["hedged"] for row in rows(first, "currency")]
    assert len(hedged) == 2
    assert all(float(amount) > 0 for amount in hedged)
    committed = {row["funder"]: row["amount"] for row in rows(first, "commitments")}
    assert committed == {"F": "10.00", "G": "10.00"}
    (given,) = rows(first, "guarantees")
    assert (given["guaranteed"], given["mobilised"]) == ("4.00", "8.00")


def test_what_was_hedged_stays_hedged_though_nothing_is_at_risk_now(first: Run) -> None:
    calm = change(signed(), "currencies.volatility", 0)
    again = replan(calm, first, "2028", options=EXACT)
    assert [row["hedged"] for row in rows(again, "currency")] == [rows(first, "currency")[0]["hedged"], "0.00"]
    assert verify(again).holds


def test_what_was_committed_must_be_paid_by_hand(first: Run) -> None:
    """G has no money in 2028 and F has twice as much: F cannot take over the 5 that G committed in 2027.

    Two cents less: one is room for each of the 5 paid and the 10 committed in 2027.
    """
    moved = change(change(signed(), "budgets.payments[G,2028]", 0), "budgets.payments[F,2028]", 10)
    with pytest.raises(Infeasible, match=r"budget of G, cycle 2028: short by 4\.98 EUR"):
        replan(moved, first, "2028", options=EXACT)
    assert replan(moved, first, "2027", options=EXACT).report.objective == first.report.objective


def test_commitments_stay_without_any_ceiling(first: Run) -> None:
    free = change(signed(), "budgets.commitments", "")
    again = replan(free, first, "2028", options=EXACT)
    assert rows(again, "commitments") == rows(first, "commitments")
    assert verify(again).holds


def test_what_was_guaranteed_stays_guaranteed_by_hand(first: Run) -> None:
    """P has no money in 2028, R pays its 4: 4 of 8 are mobilised, and all of the 4 guaranteed stay set aside."""
    cut = change(change(signed(), "budgets.payments[P,2028]", 0), "budgets.payments[R,2028]", 10)
    again = replan(cut, first, "2028", options=EXACT)
    (given,) = rows(again, "guarantees")
    assert (given["guaranteed"], given["mobilised"], given["provision"]) == ("4.00", "4.00", "0.40")
    assert verify(again).holds


def test_no_more_than_was_guaranteed_by_hand(first: Run) -> None:
    """R has no money in 2028, P would pay 10: 4 + 10 mobilised, 2·4 are guaranteed.

    A cent is room for the 4 paid, and twice that for the 4 guaranteed.
    """
    cut = change(change(signed(), "budgets.payments[P,2028]", 20), "budgets.payments[R,2028]", 0)
    with pytest.raises(Infeasible, match=r"leverage of guarantee cover on C: short by 5\.97 EUR"):
        replan(cut, first, "2028", options=EXACT)
    assert replan(cut, first, "2027", options=EXACT).report.objective == first.report.objective


@pytest.mark.parametrize(
    ("where", "value", "words"),
    [
        ("currencies.hedge_cost", "", r"currencies\.csv, row 2, hedge_cost: 'SEK' expected a hedge cost"),
        ("guarantees.initiatives", "B", "an initiative of which cover covers what was approved"),
        ("budgets.first_period[U,c]", "2028", "a guarantee of U, which has no budget in 2027 now"),
        ("funders.currency[K]", "SEK", "expected a currency foreign to K, as it was"),
    ],
)
def test_what_cannot_stay_signed_is_named(first: Run, where: str, value: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        replan(change(signed(), where, value), first, "2028", options=EXACT)


def test_a_change_of_what_was_committed_is_named(first: Run) -> None:
    """The cost is raised to 40 and its profile lets the 10 of 2027 be 10 still: 20 of 40 were committed."""
    dearer = signed({"cost_profile": [("A", "a", 0, "0.25"), ("A", "a", 1, "0.75")]})
    dearer = change(dearer, "milestones.cost[A]", 40)
    with pytest.raises(InputError, match=r"20\.00 EUR approved and committed, 40\.00 EUR would be to commit now"):
        replan(dearer, first, "2028", options=EXACT)
