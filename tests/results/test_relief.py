"""Where rounding passes a cap on matching or a ceiling on commitments, a cent moves to another payer."""

from typing import Any

import pytest

from fundalign.inputs.case import Case
from fundalign.results.accounts import Books
from fundalign.results.decisions import Decisions
from fundalign.results.ledger import dues
from fundalign.results.rounding import Rounded, round_plan

from .conftest import make_case

NO_FACTORS: dict[str, Any] = {"discount": {}, "escalation": {}, "loss": {}}
SETTINGS: dict[str, Any] = {"name": "relief", "currency": "EUR", "first_period": "2027", "periods": 1}
LINE = ("A", "all", "")
TEXT = """
funders
funder,kind,currency
F,public,EUR
G,public,EUR
M,matching,EUR

budgets
funder,cycle,first_period,last_period,payments,commitments
F,c,2027,2027,{room},{ceiling}
G,c,2027,2027,100,
M,c,2027,2027,100,

initiatives
initiative,currency
A,EUR

milestones
initiative,milestone,order,duration,cost,value
A,a,1,1,0.03,1

matching
rule,funders,base,ratio,cap
match,M,public,5,{cap}
"""


def case_of(room: str = "100", ceiling: str = "", cap: str = "") -> Case:
    return make_case(TEXT.format(room=room, ceiling=ceiling, cap=cap), SETTINGS)


def settle(case: Case, wanted: dict[str, float]) -> Rounded:
    """Round payments for the 3 cents of A, given in EUR."""
    starts = {("A", "a"): 1}
    decisions = Decisions(starts, {}, {(f, LINE, 1): amount for f, amount in wanted.items()}, {})
    return round_plan(case, Books(case, NO_FACTORS), dues(case, NO_FACTORS, starts, {}), decisions)


def paid(found: Rounded) -> dict[str, int]:
    return {funder: amount for (funder, _, _), amount in found.payments.items()}


def test_without_a_limit_the_odd_cent_goes_to_the_one_furthest_behind() -> None:
    assert paid(settle(case_of(), {"F": 0.014, "M": 0.016})) == {"F": 1, "M": 2}
    assert paid(settle(case_of(), {"F": 0.016, "G": 0.014})) == {"F": 2, "G": 1}


def test_a_cap_on_matching_is_kept() -> None:
    found = settle(case_of(cap="0.016"), {"F": 0.014, "M": 0.016})
    assert paid(found) == {"F": 2, "M": 1}
    assert found.cap_overshoot == {}


def test_a_cap_that_cannot_be_kept_is_told() -> None:
    """F has room for a single cent."""
    found = settle(case_of(room="0.01", cap="0.016"), {"F": 0.014, "M": 0.016})
    assert paid(found) == {"F": 1, "M": 2}
    assert found.cap_overshoot == {("match", "A"): 1}
    assert found.overshoot == {}


@pytest.mark.parametrize("other", ["G", "M"])
def test_a_ceiling_on_commitments_is_kept(other: str) -> None:
    found = settle(case_of(ceiling="0.016"), {"F": 0.016, other: 0.014})
    assert paid(found) == {"F": 1, other: 2}
    assert {(f, amount) for (f, _, _), amount in found.commitments.items()} == {("F", 1), (other, 2)}
    assert found.commitment_overshoot == {}


def test_a_ceiling_that_cannot_be_kept_is_told() -> None:
    """F alone would pay all three cents."""
    found = settle(case_of(ceiling="0.016"), {"F": 0.03})
    assert found.commitment_overshoot == {("F", "c"): 2}
    assert paid(found) == {"F": 3}


@pytest.mark.parametrize(
    "promise",
    ["\nguarantees\nguarantee,guarantor,funders,provisioning_rate,leverage\ng,F,P,0,1\n", "min_ticket", "min_base"],
)
def test_nobody_takes_a_cent_that_would_need_a_promise(promise: str) -> None:
    """F is a cent over its budget; P could pay too, but not without a guarantee, a ticket or a base that opens it."""
    kind = "matching" if promise == "min_base" else "private"
    ticket, rules = ("1", "") if promise == "min_ticket" else ("", promise)
    text = TEXT.format(room="0.02", ceiling="", cap="").replace(
        "funder,kind,currency", "funder,kind,currency,min_ticket"
    )
    text = text.replace("G,public,EUR", f"P,{kind},EUR,{ticket}").replace("G,c,2027", "P,c,2027")
    if promise == "min_base":
        text, rules = (
            text.replace("ratio,cap", "ratio,min_base").replace("match,M,public,5,", "match,P,public,5,0.03"),
            "",
        )
    found = settle(make_case(text + rules, SETTINGS), {"F": 0.03, "P": 0.0})
    assert paid(found) == {"F": 3}
    assert found.overshoot == {("F", "c"): 1}
    plain = text.replace(f"EUR,{ticket}", "EUR,").replace("ratio,min_base", "ratio,cap")
    assert paid(settle(make_case(plain, SETTINGS), {"F": 0.03, "P": 0.0})) == {"F": 2, "P": 1}
