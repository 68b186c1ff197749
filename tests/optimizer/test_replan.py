"""Re-planning end to end where it is easily got wrong: levels, ties, cents, chains of re-plans, what it starts from."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from fundalign.inputs.case import Case
from fundalign.inputs.faults import NotVerified, UsageError
from fundalign.inputs.read import case_from_tables, read_case
from fundalign.inputs.shipped import shipped_path
from fundalign.models.build import build
from fundalign.optimizer.compile import compile_model
from fundalign.optimizer.replan import replan
from fundalign.optimizer.solve import SolveOptions, solve
from fundalign.optimizer.warm import Warm
from fundalign.results.plan import Run
from fundalign.results.verify import verify

EXACT = SolveOptions(gap=0.0, threads=1)
SETTINGS = {"name": "levels", "currency": "EUR", "first_period": "2027", "periods": 3}


def partial() -> Case:
    """A costs 10 a year for two years and may be done in part; 7 of its 10 are there in 2027."""
    return case_from_tables(
        SETTINGS,
        {
            "funders": [{"funder": name, "kind": "public", "currency": "EUR"} for name in ("F", "G")],
            "budgets": [
                {"funder": "F", "cycle": year, "first_period": year, "last_period": year, "payments": money}
                for year, money in (("2027", 4), ("2028", 4), ("2029", 4))
            ]
            + [{"funder": "G", "cycle": "c", "first_period": "2027", "last_period": "2029", "payments": 10}],
            "initiatives": [{"initiative": name, "currency": "EUR"} for name in "AB"],
            "milestones": [
                {
                    **{"initiative": "A", "milestone": "a", "order": 1, "duration": 2, "cost": 20, "value": 20},
                    **{"min_level": "0.5", "latest_start": "2027"},
                },
                {
                    **{"initiative": "B", "milestone": "b", "order": 1, "duration": 1, "cost": "3.01", "value": 9},
                    **{"min_level": 1, "latest_start": ""},
                },
            ],
        },
    )


def tiny() -> Case:
    return read_case(shipped_path("tiny"))


def level(run: Run, milestone: str) -> str:
    assert run.plan is not None
    rows = run.plan.tables["schedule"]
    return str(rows.loc[rows["milestone"] == milestone, "level"].item())


def kept(run: Run) -> bool:
    assert run.plan is not None
    rows = run.plan.tables["differences"]
    return set(rows["change"]) == {"kept"} and {Decimal(cell) for cell in rows["money_moved"]} == {Decimal(0)}


def test_a_level_that_has_begun_stays_though_there_is_more_money() -> None:
    """Money is 4 + 4 + 4 + 10 = 22: B takes 3.01 (4 in 2029), A the 8 + 10 of 2027 and 2028 at level 0.9."""
    case = partial()
    first = solve(case, EXACT)
    assert level(first, "a") == "0.9"
    more = case.change("budgets", "payments", where={"funder": "F"}, multiply=2)
    assert level(solve(more, EXACT), "a") == "1"
    again = replan(more, first, "2028", options=EXACT)
    assert level(again, "a") == "0.9"
    assert kept(again)
    assert kept(replan(case, first, "2029", options=EXACT))


def test_a_level_that_has_not_begun_is_free() -> None:
    case = partial()
    first = solve(case, EXACT)
    more = case.change("budgets", "payments", where={"funder": "F"}, multiply=2)
    again = replan(more, first, "2027", options=EXACT)
    assert level(again, "a") == "1"
    assert again.plan is not None
    assert again.plan.tables["differences"]["change"].tolist() == ["resized", "kept"]


def test_a_re_plan_can_be_approved_and_planned_again() -> None:
    first = solve(tiny())
    cut = tiny().change("budgets", "payments", where={"funder": "SOUTH-MIN", "cycle": "2030"}, multiply=0.5)
    second = replan(cut, first, "2029")
    assert second.report.objective == pytest.approx(15)
    third = replan(cut, second, "2030")
    assert third.report.objective == pytest.approx(15)
    assert kept(third)
    assert third.case.approved is not None
    assert ("SKILLS", "course") in third.case.approved.begun


@pytest.mark.parametrize("frozen", ["2027", "2028", "2029", "2030"])
@pytest.mark.parametrize("limits", [(None, None), (0.0, None), (None, 1.0), (0.3, 0.5)])
def test_an_unchanged_case_is_kept_whatever_is_asked(frozen: str, limits: tuple[float | None, float | None]) -> None:
    first = solve(tiny())
    again = replan(tiny(), first, frozen, *limits)
    assert again.report.objective == pytest.approx(19)
    assert kept(again)
    assert again.report.phase == "start"
    assert verify(again).holds


def test_what_ifs_on_a_re_plan_keep_its_approval() -> None:
    first = solve(tiny())
    again = replan(tiny(), first, "2029")
    less = again.case.change("budgets", "payments", where={"funder": "SOUTH-MIN", "cycle": "2030"}, multiply=0.5)
    run = solve(less, SolveOptions(start=again))
    assert run.report.objective == pytest.approx(15)
    assert run.plan is not None
    assert "differences" in run.plan.tables


def test_the_earlier_bound_is_not_used_where_what_has_begun_outlives_a_window() -> None:
    """LAB's deadline of today would rule it out: the bound of plans without LAB says nothing about plans with it."""
    first = solve(tiny())
    late = tiny().change("milestones", "earliest_start", where={"initiative": "LAB"}, set="2030")
    again = replan(late, first, "2029")
    assert again.report.objective == pytest.approx(19)
    exact = compile_model(build(again.case))
    assert Warm(first, again.case).bound(exact) is None
    unchanged = replan(tiny(), first, "2029").case
    assert Warm(first, unchanged).bound(compile_model(build(unchanged))) == pytest.approx(19)


def test_runs_that_cannot_be_approved() -> None:
    first = solve(tiny())
    assert first.plan is not None
    with pytest.raises(UsageError, match="no plan"):
        replan(tiny(), replace(first, plan=None), "2029")
    spoilt = first.plan.tables["funding"].copy()
    spoilt.loc[0, "amount"] = "1.00"
    plan = replace(first.plan, tables={**first.plan.tables, "funding": spoilt})
    with pytest.raises(NotVerified, match="does not hold"):
        replan(tiny(), replace(first, plan=plan, audit=None), "2029")
    for limits, words in (((2.0, None), "max_change"), ((None, -1.0), "price")):
        with pytest.raises(UsageError, match=words):
            replan(tiny(), first, "2029", *limits)
    with pytest.raises(UsageError, match="no period"):
        replan(tiny(), first, "2031")
    frugal = tiny().change("case", "objective.goal", set="public_money")
    with pytest.raises(UsageError, match="the goal is public_money"):
        replan(frugal, first, "2029", price=1.0)
