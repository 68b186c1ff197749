"""The shipped case `horizon` ties to the CORDIS totals that its README states."""

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction

import pytest

from fundalign.inputs.case import Case
from fundalign.inputs.read import read_case
from fundalign.inputs.shipped import shipped_path

COST = Decimal("1244367534.07")
CONTRIBUTION = Decimal("1061663412.44")
ALL_EC_COST = Decimal("312236857.36")


@pytest.fixture(scope="module")
def case() -> Case:
    return read_case(shipped_path("horizon"))


def test_sizes_and_no_faults(case: Case) -> None:
    sizes = {name: len(rows) for name, rows in case.tables.items() if rows}
    assert sizes["initiatives"] == 234
    assert sizes["milestones"] == 761
    assert sizes["shares"] == 1939
    assert sizes["parties"] == 87
    assert sizes["funders"] == 83
    assert sizes["budgets"] == 562
    assert sizes["matching"] == 145
    assert (case.T, case.base, case.unit) == (34, "EUR", 1_000_000)
    assert not case.contradictions
    assert not case.warnings


def test_costs_and_values_are_the_records_to_the_cent(case: Case) -> None:
    rows = case.tables["milestones"]
    assert sum(row.cost for row in rows) * case.unit == COST
    assert sum(row.value for row in rows) * case.unit == CONTRIBUTION
    assert all((row.cost * case.unit * 100) % 1 == 0 for row in rows)
    assert max(row.duration for row in rows) == 3


def test_the_projects_without_own_money_are_89(case: Case) -> None:
    grants = case.select_initiatives("all EC")
    cofunded = case.select_initiatives("cofunded")
    assert (len(grants), len(cofunded)) == (89, 145)
    assert not grants & cofunded
    cost = sum(row.cost for row in case.tables["milestones"] if row.initiative in grants)
    assert cost * case.unit == ALL_EC_COST
    assert {row.initiatives for row in case.tables["matching"]} == cofunded


def test_written_shares_sum_to_one(case: Case) -> None:
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for row in case.tables["shares"]:
        totals[row.initiative] += row.share
    assert len(totals) == 234
    assert set(totals.values()) == {Decimal(1)}


def test_budgets_hold_three_fifths_of_all_cost(case: Case) -> None:
    currency = {row.funder: row.currency for row in case.tables["funders"]}
    money = sum(
        Fraction(row.payments) * Fraction(case.reference_rate(currency[row.funder])) for row in case.tables["budgets"]
    )
    assert money * case.unit / Fraction(COST) == pytest.approx(0.6, abs=0.001)


def test_parties_without_a_rate_of_the_ecb_are_in_euro(case: Case) -> None:
    assert case.parties["GB"].currency == "GBP"
    assert case.parties["TR"].currency == "TRY"
    assert case.parties["VN"].currency == "EUR"
    assert case.parties["RU"].currency == "EUR"
    assert 0.05 < float(case.volatility("GBP")) < 0.1
    assert case.volatility("BGN") == 0
    assert 0.9 < float(case.correlation("USD", "HKD")) < 1
