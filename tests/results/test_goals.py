"""What a plan reaches of its goal, and levels: sums of the tables of the second plan made by hand."""

from fractions import Fraction
from typing import Any

import pytest

from fundalign.inputs.case import Case
from fundalign.results.decisions import Decisions, exact_levels
from fundalign.results.goals import exact_outlay, reached, total_value
from fundalign.results.ledger import dues
from fundalign.results.plan import SolveReport, Status
from fundalign.results.summary import summarise

from .conftest import make_case, tables_of
from .promises import CASE, PLAN, SETTINGS, SUMMARY

NO_FACTORS: dict[str, Any] = {"discount": {}, "escalation": {}, "loss": {}}
PARTIES = """
parties
party,key
A,100
B,300

shares
initiative,party,share
I,A,0.2
I,B,0.8
J,A,0.2
J,B,0.8
"""
DONE = Decisions({}, {}, {}, {}, worth={("I", "m1"): 26.36}, bonus={"together": 2.0})


def case_of(**objective: object) -> Case:
    text = CASE.replace("initiative,currency\nI,EUR\nJ,EUR", "initiative,currency,pot\nI,EUR,real\nJ,EUR,real")
    return make_case(text + PARTIES, SETTINGS | {"objective": objective})


@pytest.mark.parametrize(
    ("objective", "terms"),
    [
        ({"goal": "value"}, {"value": 26.36, "synergies": 2.0}),
        ({"goal": "public_money"}, {"public_pay": 360.0, "hedge_costs": 0.0, "provisions": 14.0}),
        ({"goal": "received", "group": "B"}, {"received": 504.0}),
        ({"goal": "key"}, {"key": 1.26}),  # 126/100 and 504/300
    ],
)
def test_the_terms_of_every_goal(objective: dict[str, object], terms: dict[str, float]) -> None:
    assert reached(case_of(**objective), tables_of(PLAN), DONE) == terms


def test_the_summary_of_a_plan_made_by_hand() -> None:
    report = SolveReport(Status.OPTIMAL, 28.36, 28.36, 0.0, 0.1, {"value": 26.36, "synergies": 2.0}, phase="hand")
    found = summarise(make_case(CASE, SETTINGS), report, tables_of(PLAN))
    assert {name: found[name] for name in SUMMARY} == SUMMARY
    assert "value" not in found
    beside = summarise(case_of(goal="public_money"), report, tables_of(PLAN))
    assert (beside["goal"], beside["value"]) == ("public_money", pytest.approx(28.36))
    assert sum(exact_outlay(case_of(), tables_of(PLAN)).values()) == 374


def test_a_synergy_needs_all_milestones() -> None:
    """Without m3 the bonus of 4·0.5 is lost, and a penalty of 4 is not due."""
    tables = tables_of(PLAN)
    tables["schedule"].loc[2, ["done", "level"]] = ["false", "0"]
    assert total_value(make_case(CASE, SETTINGS), tables) == pytest.approx(26.36)
    penalty = make_case(CASE.replace("together,both,4", "together,both,-4"), SETTINGS)
    assert total_value(penalty, tables) == pytest.approx(26.36)
    assert total_value(penalty, tables_of(PLAN)) == pytest.approx(22.36)


def test_levels_become_decimals_within_their_bounds() -> None:
    """m1 at least 0.5, m2 at least 0.25, m3 at least 0.5 and at most m2; at most 12 decimals."""
    case = make_case(CASE, SETTINGS)
    near = {("I", "m1"): 1 / 3, ("I", "m2"): 2 / 3, ("I", "m3"): 0.7}
    assert exact_levels(case, near) == {
        ("I", "m1"): Fraction(1, 2),
        ("I", "m2"): Fraction(1, 2),
        ("I", "m3"): Fraction(1, 2),
    }
    assert exact_levels(case, {("I", "m1"): 0.999999999999999, ("I", "m2"): 2 / 3}) == {
        ("I", "m1"): Fraction(1),
        ("I", "m2"): Fraction("0.666666666667"),
    }


def test_dues_count_levels() -> None:
    """A third of 200 for m1: 66.67; 0.3 of 400 for m2 in two years: 60 each."""
    case = make_case(CASE, SETTINGS)
    starts, levels = {("I", "m1"): 1, ("I", "m2"): 2}, {("I", "m1"): Fraction(1, 3), ("I", "m2"): Fraction("0.3")}
    found = {(due.line[1], due.period): due.amount for due in dues(case, NO_FACTORS, starts, levels)}
    assert found == {("dev", 1): 6667, ("build", 2): 6000, ("build", 3): 6000}
