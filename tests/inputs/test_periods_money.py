"""Periods of all four frequencies and the decimals of currencies."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fundalign.inputs import money, periods
from fundalign.inputs.read import case_from_tables


@pytest.mark.parametrize(
    ("frequency", "first", "after"),
    [
        ("Y", "2027", "2028"),
        ("H", "2027H2", "2028H1"),
        ("Q", "2027Q4", "2028Q1"),
        ("M", "2027-12", "2028-01"),
    ],
)
def test_the_period_after(frequency: periods.Frequency, first: str, after: str) -> None:
    number = periods.ordinal(first, frequency)
    assert periods.label_of(number, frequency) == first
    assert periods.label_of(number + 1, frequency) == after
    assert periods.frequency_of(first) == frequency


@pytest.mark.parametrize("label", ["27", "2027H3", "2027Q0", "2027-13", "2027-1", "2027h1", "0001", "٢٠٢٧", "2027\n"])
def test_no_period(label: str) -> None:
    assert periods.frequency_of(label) is None


@given(st.sampled_from(["Y", "H", "Q", "M"]), st.integers(1000, 2999), st.integers(0, 11))
def test_labels_and_ordinals_are_inverse(frequency: periods.Frequency, year: int, part: int) -> None:
    number = year * periods.PERIODS_PER_YEAR[frequency] + part % periods.PERIODS_PER_YEAR[frequency]
    assert periods.ordinal(periods.label_of(number, frequency), frequency) == number


@pytest.mark.parametrize(
    ("frequency", "first", "label", "number", "per_year"),
    [("Y", "2027", "2030", 4, 1), ("H", "2027H2", "2028H2", 3, 2), ("Q", "2027Q4", "2028Q1", 2, 4),
     ("M", "2027-05", "2027-04", 0, 12)],
)  # fmt: skip
def test_case_counts_from_its_first_period(frequency: str, first: str, label: str, number: int, per_year: int) -> None:
    settings = {"name": "n", "currency": "EUR", "first_period": first, "periods": 4, "frequency": frequency}
    case = case_from_tables(
        settings,
        {
            "funders": [{"funder": "F", "kind": "public", "currency": "EUR"}],
            "budgets": [{"funder": "F", "cycle": "c", "first_period": first, "last_period": first, "payments": 1}],
            "initiatives": [{"initiative": "A", "currency": "EUR"}],
            "milestones": [{"initiative": "A", "milestone": "m", "order": 1, "duration": 1, "cost": 1, "value": 1}],
        },
    )
    assert case.period(label) == number
    assert case.label(number) == label
    assert case.periods_per_year == per_year
    assert list(case.cycles["F"][0].periods) == [1]


@pytest.mark.parametrize(("code", "digits"), [("EUR", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4), ("ISK", 0), ("HUF", 2)])
def test_minor_digits(code: str, digits: int) -> None:
    assert money.minor_digits(code) == digits


def test_codes_are_three_capitals_and_none_is_both_current_and_replaced() -> None:
    assert all(len(code) == 3 and code.isupper() for code in money.MINOR_DIGITS)
    assert len(money.MINOR_DIGITS) == 166
    assert not set(money.MINOR_DIGITS) & set(money.REPLACED)
    assert set(money.REPLACED.values()) <= set(money.MINOR_DIGITS)


@pytest.mark.parametrize(
    ("amount", "currency", "count", "text"),
    [("12.5", "EUR", 1250, "12.50"), ("1200", "JPY", 1200, "1200"), ("-0.005", "EUR", -1, "-0.01"),
     ("0.0004", "KWD", 0, "0.000"), ("0.07", "EUR", 7, "0.07")],
)  # fmt: skip
def test_minor_units(amount: str, currency: str, count: int, text: str) -> None:
    assert money.to_minor(Decimal(amount), currency) == count
    assert money.format_minor(count, currency) == text


@given(st.integers(-(10**15), 10**15), st.sampled_from(["EUR", "JPY", "KWD", "CLF"]))
def test_minor_units_come_back(count: int, currency: str) -> None:
    assert money.to_minor(Decimal(money.format_minor(count, currency)), currency) == count
