"""Whole commitments: per line all of what begins, never behind what is paid, within the ceilings where that can be."""

import random
from collections import defaultdict
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fundalign.inputs.case import Case
from fundalign.results.accounts import Books
from fundalign.results.committing import Ceilings, Committed, whole_commitments
from fundalign.results.decisions import Decisions, PayKey
from fundalign.results.ledger import begun, dues
from fundalign.results.rounding import Rounded, round_plan

from .conftest import make_case

NO_FACTORS: dict[str, Any] = {"discount": {}, "escalation": {}, "loss": {}}
SETTINGS: dict[str, Any] = {"name": "commit", "currency": "EUR", "first_period": "2027", "periods": 4}
TEXT = """
funders
funder,kind,currency
F1,public,EUR
F2,public,{own}
F3,private,EUR

budgets
funder,cycle,first_period,last_period,payments,commitments
F1,c1,2027,2028,1000,{first}
F1,c2,2029,2030,1000,
F2,c1,2027,2027,100000,
F2,c2,2028,2030,100000,{second}
F3,c,2027,2030,1000,

currencies
currency,rate
SEK,0.1

initiatives
initiative,currency
A,EUR

milestones
initiative,milestone,order,duration,cost,value
A,a,1,2,{cost_a},1
A,b,2,2,{cost_b},1
"""
LINE = ("A", "all", "")
STARTS = {("A", "a"): 1, ("A", "b"): 3}


def case_of(first: str = "1000", second: str = "1000", costs: tuple[str, str] = ("10", "20"), own: str = "EUR") -> Case:
    """Milestones a in 2027-2028 and b in 2029-2030, both on one line."""
    return make_case(TEXT.format(first=first, second=second, cost_a=costs[0], cost_b=costs[1], own=own), SETTINGS)


def commit(case: Case, payments: dict[tuple[str, int], int], wanted: dict[tuple[str, int], float]) -> Committed:
    """Commit for (funder, period) payments in cents; `wanted` in EUR."""
    decisions = Decisions(STARTS, {}, {}, {}, commitments={(f, LINE, t): a for (f, t), a in wanted.items()})
    paid: dict[PayKey, int] = {(f, LINE, t): a for (f, t), a in payments.items()}
    return whole_commitments(case, Books(case, NO_FACTORS), decisions, paid, {LINE: "EUR"})


def at(found: Committed) -> dict[tuple[str, int], int]:
    return {(f, t): amount for (f, _, t), amount in found.amounts.items()}


def test_what_begins_is_the_whole_due_over_its_life() -> None:
    """a costs 10.01: 5.01 + 5.00 (or the other way round), all of it begins in 2027; b begins in 2029."""
    case = case_of(costs=("10.01", "20"))
    assert begun(case, NO_FACTORS, STARTS, {}, [LINE]) == {LINE: {1: 1001, 3: 2000}}
    assert begun(case, NO_FACTORS, {("A", "a"): 2}, {}, [LINE]) == {LINE: {2: 1001}}


def test_on_a_line_that_begins_at_once_everyone_commits_what_it_pays() -> None:
    decisions = Decisions({("A", "a"): 1}, {}, {}, {})
    case = case_of()
    paid: dict[PayKey, int] = {("F1", LINE, 1): 300, ("F1", LINE, 2): 500, ("F3", LINE, 1): 200}
    found = whole_commitments(case, Books(case, NO_FACTORS), decisions, paid, {LINE: "EUR"})
    assert at(found) == {("F1", 1): 800, ("F3", 1): 200}
    assert found.overshoot == {}


def test_lines_that_nobody_with_a_ceiling_pays_have_no_commitments() -> None:
    case = case_of()
    paid: dict[PayKey, int] = {("F3", LINE, 1): 1000}
    nothing = whole_commitments(case, Books(case, NO_FACTORS), Decisions(STARTS, {}, {}, {}), paid, {LINE: "EUR"})
    assert nothing == Committed()


def test_commitments_stay_next_to_the_continuous_ones() -> None:
    """F1 pays 6 for a and 8 for b, F3 the rest; the plan has F1 commit 7.004 in 2027 and 6.996 in 2029."""
    payments = {("F1", 1): 300, ("F1", 2): 300, ("F1", 3): 800, ("F3", 1): 200, ("F3", 2): 200, ("F3", 4): 1200}
    found = commit(case_of(), payments, {("F1", 1): 7.004, ("F1", 3): 6.996, ("F3", 1): 2.996, ("F3", 3): 13.004})
    # F3 pays 4 by 2028, so it cannot commit 2.996 before: the plan's 7.004 does not go with these payments
    assert at(found) == {("F1", 1): 600, ("F1", 3): 800, ("F3", 1): 400, ("F3", 3): 1200}
    payments |= {("F3", 1): 200, ("F3", 2): 99, ("F1", 2): 401, ("F1", 3): 700, ("F3", 4): 1300}
    found = commit(case_of(), payments, {("F1", 1): 7.006, ("F1", 3): 7.004, ("F3", 1): 2.994, ("F3", 3): 13.006})
    assert at(found) == {("F1", 1): 701, ("F1", 3): 700, ("F3", 1): 299, ("F3", 3): 1300}


def test_a_ceiling_moves_commitments_to_where_there_is_room() -> None:
    """F1 pays 8 in 2030; of 10 + 20 it may commit 5 in 2027-2028, so that at least 3 are committed in 2029."""
    payments = {("F1", 4): 800, ("F3", 1): 500, ("F3", 2): 500, ("F3", 3): 1000, ("F3", 4): 200}
    wanted = {("F1", 1): 0.0, ("F1", 3): 8.0, ("F3", 1): 10.0, ("F3", 3): 12.0}
    found = commit(case_of(first="5"), payments, wanted)
    assert at(found) == {("F1", 3): 800, ("F3", 1): 1000, ("F3", 3): 1200}
    found = commit(case_of(first="0"), {("F1", 1): 1, ("F3", 1): 499, ("F3", 2): 500, ("F3", 3): 2000}, wanted)
    assert found.overshoot == {("F1", "c1"): 1}


def test_a_foreign_ceiling_counts_what_is_rounded() -> None:
    """F2 pays 3.33 EUR = 33.30 SEK in 2029 and 2030 each: 66.60 SEK committed in 2029, its ceiling 66.59 is passed."""
    payments = {("F2", 3): 333, ("F2", 4): 333, ("F3", 1): 500, ("F3", 2): 500, ("F3", 3): 667, ("F3", 4): 667}
    wanted = {("F2", 3): 6.66, ("F3", 1): 10.0, ("F3", 3): 13.34}
    found = commit(case_of(second="66.59", own="SEK"), payments, wanted)
    assert found.overshoot == {("F2", "c2"): 1}
    assert commit(case_of(second="66.6", own="SEK"), payments, wanted).overshoot == {}


def test_payments_for_which_there_are_no_commitments_are_told() -> None:
    """F2 has no cycle with room for what begins in 2027 but commits only in its cycles, all of which have periods.

    Without 2029-2030 in its cycles it can commit 10 in 2027 at most, but pays 10.01 in 2028.
    """
    text = TEXT.replace("F2,c2,2028,2030", "F2,c2,2028,2028")
    case = make_case(text.format(first="1", second="1", cost_a="10", cost_b="20", own="EUR"), SETTINGS)
    found = commit(case, {("F2", 2): 1001, ("F3", 3): 1000, ("F3", 4): 999}, {("F2", 1): 10.0, ("F3", 3): 20.0})
    assert found.overshoot == {("F2", "c2"): 1}


@st.composite
def plans(draw: st.DrawFn) -> tuple[Case, Decisions]:
    """Two milestones of any cost on one line, paid by three funders in any parts; commitments as they are paid."""
    cents = [draw(st.integers(1, 9999)) for _ in range(2)]
    case = case_of(costs=(f"{cents[0] / 100:.2f}", f"{cents[1] / 100:.2f}"))
    due = {d.period: d.amount for d in dues(case, NO_FACTORS, STARTS, {})}
    payments, commitments = {}, dict[PayKey, float]()
    for t, amount in due.items():
        parts = [draw(st.floats(0.01, 1)) for _ in range(3)]
        for funder, part in zip(("F1", "F2", "F3"), parts, strict=True):
            paid = part / sum(parts) * amount / 100
            payments[funder, LINE, t] = paid
            start = (funder, LINE, 1 if t <= 2 else 3)
            commitments[start] = commitments.get(start, 0.0) + paid
    return case, Decisions(STARTS, {}, payments, {}, commitments=commitments)


def check(case: Case, found: Rounded) -> None:
    """Check sums, prefixes and totals, exactly."""
    sums: dict[int, int] = defaultdict(int)
    for (_, _, t), amount in found.commitments.items():
        assert amount > 0
        sums[t] += amount
    assert dict(sums) == begun(case, NO_FACTORS, STARTS, {}, [LINE])[LINE]
    for funder in ("F1", "F2", "F3"):
        balance = 0
        for t in range(1, 5):
            balance += found.commitments.get((funder, LINE, t), 0) - found.payments.get((funder, LINE, t), 0)
            assert balance >= 0
        assert balance == 0


@settings(max_examples=40, deadline=None)
@given(plans())
def test_sums_prefixes_and_totals_are_exact(plan: tuple[Case, Decisions]) -> None:
    case, decisions = plan
    found = round_plan(case, Books(case, NO_FACTORS), dues(case, NO_FACTORS, STARTS, {}), decisions)
    assert not found.overshoot
    assert not found.commitment_overshoot
    check(case, found)
    for key, amount in decisions.commitments.items():
        assert abs(found.commitments.get(key, 0) - 100 * amount) < 4  # its payments are rounded first


@pytest.mark.parametrize("seed", range(5))
def test_ceilings_are_kept_where_there_is_room(seed: int) -> None:
    """F1 commits exactly what the continuous plan does, rounded up: no cent more is left under its ceiling."""
    rng = random.Random(seed)
    part = rng.uniform(0.2, 0.8)
    case = case_of(first=f"{10 * part + 0.03:.2f}")
    payments = {
        (f, LINE, t): amount * share
        for t, amount in ((1, 5.0), (2, 5.0), (3, 10.0), (4, 10.0))
        for f, share in (("F1", part), ("F3", 1 - part))
    }
    commitments = {("F1", LINE, 1): 10 * part, ("F1", LINE, 3): 20 * part}
    commitments |= {("F3", LINE, 1): 10 * (1 - part), ("F3", LINE, 3): 20 * (1 - part)}
    decisions = Decisions(STARTS, {}, payments, {}, commitments=commitments)
    found = round_plan(case, Books(case, NO_FACTORS), dues(case, NO_FACTORS, STARTS, {}), decisions)
    assert not found.commitment_overshoot
    check(case, found)
    limits = Ceilings(case, Books(case, NO_FACTORS)).most
    assert found.commitments["F1", LINE, 1] <= limits["F1", "c1"]
