"""summary.json says how good a plan is: every entry that cannot be so is named."""

from pathlib import Path
from typing import Any

import pytest

from fundalign.results.verify import verify
from fundalign.results.verify_summary import number

from .conftest import HandPlan, rewrite

LIMITS = "time_limit, other_limit or rounding"
# Entries of the summary (... = left out) and the fault they must give.
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"bound": 20.0}, "gap is 0, but bound and objective are 0.253132832080201 apart"),
    ({"gap": 0.1}, "gap is 0.1, but bound and objective are 0 apart"),
    ({"bound": 15.95, "gap": 0.01 / 15.96}, "bound 15.95 is below the objective 15.96"),
    ({"bound": 15.959999, "gap": 1e-6 / 15.96}, "bound 15.959999 is below the objective 15.96"),
    ({"bound": None}, "bound is null and gap 0.0, both should be numbers"),
    ({"bound": None, "gap": None}, "bound is null and gap null, both should be numbers"),
    ({"gap": None}, "bound is 15.96 and gap null, both should be numbers"),
    ({"gap": ...}, "gap is missing"),
    ({"bound": "15.96"}, "bound is '15.96' and gap 0.0, both should be numbers"),
    ({"gap": "0"}, "bound is 15.96 and gap '0', both should be numbers"),
    ({"bound": float("inf")}, "bound is inf and gap 0.0, both should be numbers"),
    (
        {"status": "feasible", "limit": "time_limit", "bound": None, "gap": 0.0},
        "gap is 0.0, but no bound is known: it should be null",
    ),
    ({"status": "interrupted", "bound": None, "gap": 0.0}, "gap is 0.0, but no bound is known: it should be null"),
    ({"limit": "time_limit"}, "limit is 'time_limit', but the status is optimal: it should be null"),
    ({"status": "feasible"}, f"limit is null, should be {LIMITS}"),
    ({"status": "feasible", "limit": "patience"}, f"limit is 'patience', should be {LIMITS}"),
    ({"status": "interrupted", "limit": 3}, f"limit is 3, should be {LIMITS}"),
    ({"status": "infeasible"}, "status is 'infeasible', but a plan is optimal, feasible or interrupted"),
    ({"status": ["optimal"]}, "status is ['optimal'], but a plan is optimal, feasible or interrupted"),
    ({"objective": "15.96"}, "objective is '15.96', should be 15.96"),
    ({"terms": {"value": "15.96"}}, "term value is '15.96', should be 15.96"),
    ({"terms": {"value": 15.96, "risk": 0}}, "terms should hold the one term value"),
    ({"seconds": "0.1"}, "seconds is '0.1', should be a number, 0 or more"),
    ({"seconds": -0.1}, "seconds is -0.1, should be a number, 0 or more"),
    ({"seconds": True}, "seconds is True, should be a number, 0 or more"),
    ({"seconds": ...}, "seconds is missing"),
    ({"phase": None}, "phase is null, should be text"),
    ({"phase": "p" * 90, "seconds": ["s" * 90]}, "seconds is ['" + "s" * 78 + "..., should be a number, 0 or more"),
    ({"currency": "SEK"}, "currency is 'SEK', should be 'EUR'"),
    ({"unit": 1000}, "unit is 1000, should be 1"),
    ({"unit": "1"}, "unit is '1', should be 1"),
    ({"unit": True}, "unit is True, should be 1"),
    ({"counts": None}, "counts is not a table of names"),
    ({"counts": {}}, "counts.payments is null, should be 14"),
    ({"counts": {"payments": "14"}}, "counts.payments is '14', should be 14"),
    ({"counts": {"people": 1}}, "counts: unknown entry 'people'"),
    ({"totals": None}, "totals is not a table of names"),
    ({"totals": {"all": 2150.0}}, "totals.all is 2150.0, should be '2150.00'"),
    ({"totals": {"all": "2150"}}, "totals.all is '2150', should be '2150.00'"),
    ({"leverage": "0.142857"}, "leverage is '0.142857', should be 0.14279186657528"),
    ({"leverage": None}, "leverage is null, should be 0.14279186657528"),
    ({"verified": True}, "unknown entry 'verified'"),
    ({"model": [1]}, "model is not a table of names"),
    ({"model": {"rows": "5"}}, "model: 'rows' is '5', should be a number, 0 or more"),
    ({"timings": {"build": -1}}, "timings: 'build' is -1, should be a number, 0 or more"),
    ({"explanation": 1}, "explanation is 1, should be text or null"),
    ({"scenario": ["cut"]}, "scenario is ['cut'], should be text or null"),
    ({"set": "a.b=1"}, "set is 'a.b=1', should be a list of changes in text"),
    ({"set": [1]}, "set is [1], should be a list of changes in text"),
]
RIGHT: list[dict[str, Any]] = [
    {"bound": 15.96 * 1.0005, "gap": 0.0005},
    {"status": "feasible", "limit": "time_limit", "bound": 31.92, "gap": 1.0},
    {"status": "feasible", "limit": "rounding", "bound": 31.92, "gap": 1.0},
    {"status": "feasible", "limit": "other_limit", "bound": None, "gap": None},
    {"status": "interrupted", "bound": None, "gap": None},
    {"status": "interrupted", "limit": "time_limit", "bound": 31.92, "gap": 1.0},
    {"seconds": 0, "phase": "", "explanation": "", "scenario": None, "set": []},
    {"scenario": "cut", "set": ["a.b=1"], "model": {"rows": 5}, "timings": {"build": 0.1}},
]


@pytest.mark.parametrize(("entries", "words"), WRONG)
def test_an_odd_entry_is_named(hand_plan: HandPlan, entries: dict[str, Any], words: str) -> None:
    changed = hand_plan.summary | entries
    hand_plan.summary = {name: value for name, value in changed.items() if value is not ...}
    audit = hand_plan.audit()
    assert not audit.holds
    assert f"summary.json: {words}" in audit.faults


@pytest.mark.parametrize("entries", RIGHT)
def test_what_may_be_so_holds(hand_plan: HandPlan, folder: Path, entries: dict[str, Any]) -> None:
    hand_plan.summary |= entries
    assert hand_plan.audit().faults == ()
    rewrite(folder / "summary.json", **entries)
    assert verify(folder).faults == ()


def test_the_gap_of_nothing_is_nothing(hand_plan: HandPlan) -> None:
    case = hand_plan.case
    for initiative, name in [("Q", "m1"), ("Q", "m2"), ("R", "r1"), ("S", "s1")]:
        case = case.change("milestones", "value", where={"initiative": initiative, "milestone": name}, set=0)
    hand_plan.case = case
    hand_plan.summary |= {"objective": 0.0, "terms": {"value": 0.0}, "bound": 0.0, "gap": 0.0}

    def said() -> list[str]:
        return [fault for fault in hand_plan.audit().faults if fault.startswith("summary.json")]

    assert said() == []
    hand_plan.summary |= {"bound": 1e-9, "gap": 1.0}  # the objective counts as 1e-9
    assert said() == []
    hand_plan.summary |= {"gap": 0.5}
    assert said() == ["summary.json: gap is 0.5, but bound and objective are 1 apart"]


def test_numbers_of_any_size_do_no_harm(hand_plan: HandPlan) -> None:
    for huge in (10**4000, 1.7e308, 5e-324):
        hand_plan.summary |= {"bound": huge, "gap": huge, "objective": huge, "unit": huge, "leverage": huge}
        assert not hand_plan.audit().holds
    odd: list[object] = [None, True, "1", float("nan"), []]
    assert [number(value) for value in odd] == [None] * len(odd)
