"""An approved plan against the case as it is now: every place where the case no longer has it is named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from fundalign.inputs.approved import Record, approve
from fundalign.inputs.case import Case
from fundalign.inputs.faults import InputError
from fundalign.inputs.read import case_from_tables

SETTINGS = {"name": "Approved", "currency": "EUR", "first_period": "2027", "periods": 4}
TABLES: dict[str, list[dict[str, object]]] = {
    "funders": [{"funder": "F", "kind": "public", "currency": "EUR"}],
    "budgets": [{"funder": "F", "cycle": "c", "first_period": "2027", "last_period": "2030", "payments": 100}],
    "parties": [{"party": "N", "currency": "JPY"}],
    "currencies": [{"currency": "JPY", "rate": "0.01"}],
    "initiatives": [
        {"initiative": "A", "currency": "EUR", "max_pause": 3},
        {"initiative": "B", "currency": "EUR", "max_pause": ""},
    ],
    "shares": [{"initiative": "B", "party": "N", "share": 1}],
    "milestones": [
        {"initiative": "A", "milestone": "one", "order": 1, "duration": 1, "cost": 10, "value": 1},
        {"initiative": "A", "milestone": "two", "order": 2, "duration": 1, "cost": 10, "value": 1, "min_level": "0.5"},
        {"initiative": "B", "milestone": "only", "order": 1, "duration": 2, "cost": 10, "value": 1},
    ],
    "precedence": [{"predecessor": "A/one", "successor": "B"}],
}
SCHEDULE = (
    ("A", "one", "2027", "2027", "1", "10.00"),
    ("A", "two", "2028", "2028", "0.75", "7.50"),
    ("B", "only", "2028", "2029", "1", "10.00"),
)
FUNDING = (
    ("F", "A", "all", "", "2027", "EUR", "10.00"),
    ("F", "A", "all", "", "2028", "EUR", "7.50"),
    ("F", "B", "all", "N", "2028", "JPY", "500"),
    ("F", "B", "all", "N", "2029", "JPY", "500"),
)
NAMES = (
    ("initiative", "milestone", "start", "finish", "level", "cost"),
    ("funder", "initiative", "stage", "party", "period", "currency", "amount"),
)


def rows() -> tuple[list[Record], list[Record]]:
    schedule = [{**dict(zip(NAMES[0], row, strict=True)), "done": "true"} for row in SCHEDULE]
    idle = {**dict.fromkeys(NAMES[0], ""), "initiative": "C", "milestone": "gone", "done": "false"}
    return [*schedule, idle], [dict(zip(NAMES[1], row, strict=True)) for row in FUNDING]


def case() -> Case:
    return case_from_tables(SETTINGS, TABLES)


def test_periods_levels_and_minor_units() -> None:
    found = approve(case(), *rows(), "2029", Decimal("0.2"))
    assert found.frozen == 3
    assert found.starts == {("A", "one"): 1, ("A", "two"): 2, ("B", "only"): 2}
    assert found.levels["A", "two"] == Fraction(3, 4)
    assert found.begun == found.starts
    assert found.history[("F", ("A", "all", ""), 2)] == 750
    assert found.ahead == {("F", ("B", "all", "N"), 3): 500}
    assert found.terms == {"frozen_until": "2029", "max_change": "0.2", "price": None}


def test_labels_are_matched_where_the_horizon_begins_earlier() -> None:
    longer = case_from_tables(SETTINGS | {"first_period": "2026", "periods": 6}, TABLES)
    assert approve(longer, *rows(), "2029").starts["A", "one"] == 2


def test_a_change_keeps_the_approval_and_reads_it_again() -> None:
    plain = case()
    approved = replace(plain, approved=approve(plain, *rows(), "2029"))
    assert approved.change("budgets", "payments", multiply=2).approved == approved.approved
    with pytest.raises(InputError, match="A/one now rules out"):
        approved.change("milestones", "success", where={"milestone": "one"}, set=0)


Spoil = Callable[[list[Record], list[Record]], None]


def cell(table: int, row: int, **cells: str) -> Spoil:
    def spoil(schedule: list[Record], funding: list[Record]) -> None:
        rows = (schedule, funding)[table]
        rows[row] = {**rows[row], **cells}

    return spoil


@pytest.mark.parametrize(
    ("spoil", "place", "expected"),
    [
        (cell(0, 0, initiative="Z"), "approved/schedule.csv, row 2, milestone", "a milestone of the case"),
        (cell(0, 0, milestone="three"), "approved/schedule.csv, row 2, milestone", "a milestone of the case"),
        (cell(0, 1, start="2035"), "approved/schedule.csv, row 3, start", "a period of the case, 2027 to 2030"),
        (cell(0, 1, finish="soon"), "approved/schedule.csv, row 3, finish", "a period of the case, 2027 to 2030"),
        (cell(0, 1, level="2"), "approved/schedule.csv, row 3, level", "a level above 0, at most 1"),
        (cell(0, 1, level="NaN"), "approved/schedule.csv, row 3, level", "a level above 0, at most 1"),
        (cell(0, 1, cost="x"), "approved/schedule.csv, row 3, cost", "an amount, 0 or more"),
        (cell(1, 0, funder="G"), "approved/funding.csv, row 2, funder", "a funder of the case"),
        (cell(1, 0, stage="x"), "approved/funding.csv, row 2, initiative", "a funding line of the case"),
        (cell(1, 0, party="N"), "approved/funding.csv, row 2, initiative", "a funding line of the case"),
        (cell(1, 2, party=""), "approved/funding.csv, row 4, initiative", "a funding line of the case"),
        (cell(1, 2, currency="EUR"), "approved/funding.csv, row 4, currency", "JPY, in which its line falls due"),
        (cell(1, 2, amount="0.5"), "approved/funding.csv, row 4, amount", "whole minor units of its currency, above 0"),
        (cell(1, 2, amount="-5"), "approved/funding.csv, row 4, amount", "whole minor units of its currency, above 0"),
        (cell(1, 3, period="2026"), "approved/funding.csv, row 5, period", "a period of the case, 2027 to 2030"),
    ],
)
def test_what_the_case_no_longer_has(spoil: Spoil, place: str, expected: str) -> None:
    schedule, funding = rows()
    spoil(schedule, funding)
    with pytest.raises(InputError) as caught:
        approve(case(), schedule, funding, "2029")
    assert [(fault.place, fault.expected) for fault in caught.value.faults] == [(place, expected)]


def test_a_column_that_is_missing_is_named() -> None:
    schedule, funding = rows()
    short = [{name: text for name, text in row.items() if name != "amount"} for row in funding]
    with pytest.raises(InputError, match=r"approved/funding\.csv, amount"):
        approve(case(), schedule, short, "2029")


@pytest.mark.parametrize(
    ("changed", "hint"),
    [
        (lambda c: c.change("milestones", "success", where={"milestone": "one"}, set=0), "A/one now rules out"),
        (lambda c: c.change("milestones", "duration", where={"milestone": "one"}, set=2), "A/one now rules out"),
        (lambda c: c.change("precedence", "lag", set=2), "B/only began in 2028, which A/one now rules out"),
        (lambda c: c.change("milestones", "min_level", where={"milestone": "two"}, set=1), "it began at 0.75"),
        (lambda c: c.change("milestones", "duration", where={"milestone": "only"}, set=4), "goes on after 2030"),
    ],
)
def test_what_has_begun_contradicts_the_case(changed: Callable[[Case], Case], hint: str) -> None:
    with pytest.raises(InputError) as caught:
        approve(changed(case()), *rows(), "2029")
    assert any(hint in fault.hint for fault in caught.value.faults)
    assert all("new milestone" in fault.hint for fault in caught.value.faults)


def test_a_pause_that_is_now_too_long() -> None:
    schedule, funding = rows()
    schedule[1] = {**schedule[1], "start": "2029", "finish": "2029"}
    short = case().change("initiatives", "max_pause", where={"initiative": "A"}, set=0)
    with pytest.raises(InputError, match="after a longer pause"):
        approve(short, schedule, funding, "2030")


@pytest.mark.parametrize(
    ("max_change", "price", "column"),
    [("1.5", None, "max_change"), ("-0.1", None, "max_change"), (None, "-1", "price"), (None, "inf", "price")],
)
def test_limits_of_no_use(max_change: str | None, price: str | None, column: str) -> None:
    limits = [None if text is None else Decimal(text) for text in (max_change, price)]
    with pytest.raises(InputError) as caught:
        approve(case(), *rows(), "2029", *limits)
    assert [fault.column for fault in caught.value.faults] == [column]


def test_a_price_needs_the_goal_value() -> None:
    cheap = case().change("case", "objective.goal", set="public_money")
    with pytest.raises(InputError, match="the goal is not value"):
        approve(cheap, *rows(), "2029", None, Decimal(1))
