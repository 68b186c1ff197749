"""What `fa.compare` says of inputs, and of runs that are not alike: other money, periods, versions, no plan."""

from __future__ import annotations

import dataclasses

import pytest

import fundalign as fa
from fundalign.inputs.read import case_from_tables
from fundalign.inputs.scenarios import parse_set
from fundalign.inputs.shipped import shipped_path
from fundalign.results.compare_files import document
from fundalign.results.plan import Plan, SolveReport, Status


@pytest.fixture(scope="module")
def tiny() -> fa.Run:
    return fa.solve(fa.read_case(shipped_path("tiny")))


def test_the_words_of_the_input_give_the_other_case(tiny: fa.Run) -> None:
    case = tiny.case
    changed = (
        case.change("budgets", "payments", where={"funder": "SOUTH-MIN"}, multiply="1.1")
        .change("budgets", "carry_over", where={"cycle": "2027-28"}, set=0.25)
        .change("initiatives", "theme", where={"initiative": "LAB"}, set='"new", [odd] ones')
        .change("milestones", "deadline", where={"milestone": "deployment"}, set="")
        .change("milestones", "earliest_start", where={"milestone": "research"}, add=1)
        .change("case", "discount_rate", set="0.04")
        .change("case", "buffer.method", set="additive")
    )
    found = fa.compare(tiny, dataclasses.replace(tiny, case=changed)).inputs
    words = [each.words for each in (*found.settings, *found.cells)]
    assert "budgets.payments[funder=SOUTH-MIN,cycle=2027]=5.5" in words
    again = case.apply([parse_set(text) for text in words])
    assert again.settings == changed.settings
    assert again.tables == changed.tables
    assert not found.same
    differences = {each.column: each.difference for each in found.cells if each.column != "payments"}
    assert differences == {"carry_over": "0.25", "theme": "", "deadline": "", "earliest_start": ""}
    assert [each.column for each in found.yardstick] == ["discount_rate"]


def test_rows_that_only_one_input_has_are_named(tiny: fa.Run) -> None:
    tables = {name: rows for name, rows in tiny.case.tables.items() if name != "precedence"}
    other = dataclasses.replace(tiny.case, tables={**tables, "precedence": ()})
    (row,) = fa.compare(tiny, dataclasses.replace(tiny, case=other)).inputs.rows
    assert (row.table, row.only) == ("precedence", "A")
    assert row.where["predecessor"] == "LAB"


def test_settings_of_the_search_are_named_but_are_no_other_problem(tiny: fa.Run) -> None:
    case = tiny.case.change("case", "solve.gap", set="0.5").change("case", "name", set="another name")
    found = fa.compare(tiny, dataclasses.replace(tiny, case=case))
    assert {each.column for each in found.inputs.settings} == {"name", "solve.gap"}
    assert found.inputs.same
    assert found.effect.verdict == "same"
    assert not found.same


def test_another_base_currency_makes_no_nonsense(tiny: fa.Run) -> None:
    tables: dict[str, list[dict[str, object]]] = {
        name: [row.model_dump(exclude_defaults=True) for row in rows] for name, rows in tiny.case.tables.items() if rows
    }
    tables["currencies"] = [{"currency": "SEK", "rate": "0.11"}, {"currency": "EUR", "rate": "1.1"}]
    settings = {"name": "in dollars", "currency": "USD", "unit": 1_000_000, "first_period": "2027", "periods": 4}
    found = fa.compare(tiny, dataclasses.replace(tiny, case=case_from_tables(settings, tables)))
    assert any("the base currency is EUR in A and USD in B" in note for note in found.notes)
    assert all(each.difference is None for each in (*found.money.cells, *found.money.kinds))
    assert all(each.difference == 0 for each in found.money.own)
    assert found.tables["funding"].rows == ()
    assert found.tables["portfolio"].rows == ()
    assert [(each.a, each.b, each.difference) for each in found.inputs.cells] == [("0.1", "0.11", "")]


def test_another_unit_compares_in_whole_currencies(tiny: fa.Run) -> None:
    """A thousandth of the unit, and amounts a thousand times as large: nothing differs but the setting."""
    case = tiny.case
    for table, column in (("budgets", "payments"), ("budgets", "reserved"), ("milestones", "cost")):
        case = case.change(table, column, multiply=1000)
    case = case.change("case", "unit", set=1000)
    found = fa.compare(tiny, dataclasses.replace(tiny, case=case))
    assert [each.column for each in found.inputs.settings] == ["unit"]
    assert found.inputs.cells == ()
    assert any("compared in whole currencies" in note for note in found.notes)


def test_periods_of_another_length_are_left_out_and_said(tiny: fa.Run) -> None:
    quantum = fa.read_case(shipped_path("quantum"))
    found = fa.compare(tiny, dataclasses.replace(tiny, case=quantum))
    assert any("another length" in note for note in found.notes)
    for name in ("funding", "currency", "commitments"):
        assert found.tables[name].rows == ()
        assert found.tables[name].left_out
    assert found.tables["schedule"].rows == ()


def test_a_run_without_a_plan_has_a_headline_and_its_input(tiny: fa.Run) -> None:
    without = dataclasses.replace(tiny, plan=None, report=SolveReport(Status.INFEASIBLE, None, None, None, 1.0))
    for pair in ((tiny, without), (without, tiny), (without, without)):
        found = fa.compare(*pair)
        assert found.effect.verdict == "not compared"
        assert "has no plan" in found.notes[0]
        assert found.limits == ()
        document(found)


def test_tables_of_another_version_are_compared_as_far_as_they_go(tiny: fa.Run) -> None:
    assert tiny.plan is not None
    old = {name: frame for name, frame in tiny.plan.tables.items() if name != "commitments"}
    old["portfolio"] = old["portfolio"].drop(columns=["theme"]).assign(mood="good")
    old["schedule"] = old["schedule"].drop(columns=["milestone"])
    other = dataclasses.replace(tiny, plan=Plan(old, tiny.plan.factors), genuine=False)
    found = fa.compare(tiny, other)
    assert found.tables["portfolio"].left_out == "column theme only in A; column mood only in B"
    assert found.tables["portfolio"].equal == 4
    assert found.tables["schedule"].left_out == "column milestone is missing"
    assert found.b.doubts
    assert not found.effect.certain
