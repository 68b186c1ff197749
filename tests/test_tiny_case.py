"""The shipped case `tiny` against the arithmetic of its README (inputs/cases/tiny/README.md)."""

from decimal import Decimal

import pandas as pd
import pytest

from fundalign.inputs.case import Case
from fundalign.inputs.read import read_case
from fundalign.inputs.shipped import shipped_path
from fundalign.optimizer.solve import SolveOptions, solve
from fundalign.results.verify import verify

MILLION = 1_000_000
Payment = tuple[str, str, str, str, str]

# (funder, initiative, party, year, currency): millions
PAYMENTS: dict[Payment, int] = {
    ("NORTH-MIN", "LAB", "NORTH", "2027", "SEK"): 30,
    ("SOUTH-MIN", "LAB", "SOUTH", "2027", "EUR"): 3,
    ("NORTH-MIN", "LINK", "NORTH", "2028", "SEK"): 10,
    ("SOUTH-MIN", "LINK", "SOUTH", "2028", "EUR"): 3,
    ("ACCORD", "LINK", "NORTH", "2029", "SEK"): 20,
    ("SOUTH-MIN", "LINK", "SOUTH", "2029", "EUR"): 6,
    ("NORTH-MIN", "SENSE", "NORTH", "2030", "SEK"): 40,
    ("SOUTH-MIN", "SENSE", "SOUTH", "2030", "EUR"): 4,
}
PAYMENTS_WITHOUT_ACCORD: dict[Payment, int] = {
    ("NORTH-MIN", "SKILLS", "NORTH", "2027", "SEK"): 10,
    ("SOUTH-MIN", "SKILLS", "SOUTH", "2027", "EUR"): 1,
    ("NORTH-MIN", "SKILLS", "NORTH", "2028", "SEK"): 10,
    ("SOUTH-MIN", "SKILLS", "SOUTH", "2028", "EUR"): 1,
    ("NORTH-MIN", "LINK", "NORTH", "2028", "SEK"): 10,
    ("SOUTH-MIN", "LINK", "SOUTH", "2028", "EUR"): 3,
    ("NORTH-MIN", "LINK", "NORTH", "2029", "SEK"): 20,
    ("SOUTH-MIN", "LINK", "SOUTH", "2029", "EUR"): 6,
}


def tiny() -> Case:
    return read_case(shipped_path("tiny"))


def payments(funding: pd.DataFrame) -> dict[Payment, Decimal]:
    """Return who pays what, in millions of the line's currency."""
    columns = ["funder", "initiative", "party", "period", "currency", "amount"]
    return {
        (str(f), str(i), str(p), str(t), str(c)): Decimal(str(amount)) / MILLION
        for f, i, p, t, c, amount in funding[columns].itertuples(index=False)
    }


def carried(budgets: pd.DataFrame) -> dict[str, tuple[Decimal, Decimal]]:
    """Return what SOUTH-MIN carries out and lets lapse, by cycle, in millions."""
    rows = budgets[budgets["funder"] == "SOUTH-MIN"]
    return {
        str(cycle): (Decimal(str(out)) / MILLION, Decimal(str(lapsed)) / MILLION)
        for cycle, out, lapsed in rows[["cycle", "carried_out", "lapsed"]].itertuples(index=False)
    }


def millions(*rows: tuple[str, str, str]) -> dict[str, tuple[Decimal, Decimal]]:
    """Return (cycle, carried out, lapsed) as `carried` does."""
    return {cycle: (Decimal(out), Decimal(lapsed)) for cycle, out, lapsed in rows}


def test_tiny_reads_without_warnings() -> None:
    assert tiny().warnings == ()


def test_tiny_optimum() -> None:
    run = solve(tiny(), SolveOptions(gap=0.0))
    assert run.plan is not None
    assert run.report.status.value == "optimal"
    assert run.report.objective == pytest.approx(19)
    assert run.report.bound == pytest.approx(19)
    tables = run.plan.tables
    portfolio = tables["portfolio"]
    assert set(portfolio.loc[portfolio["funded"] == "true", "initiative"]) == {"LAB", "SENSE", "LINK"}
    assert payments(tables["funding"]) == PAYMENTS
    assert carried(tables["budgets"]) == millions(
        ("2027", "1", "0"), ("2028", "2", "0"), ("2029", "0", "0"), ("2030", "0", "0")
    )
    assert verify(run).holds


def test_tiny_without_the_accord_fund() -> None:
    run = solve(tiny().scenario("no accord fund"), SolveOptions(gap=0.0))
    assert run.plan is not None
    assert run.report.status.value == "optimal"
    assert run.report.objective == pytest.approx(14)
    tables = run.plan.tables
    assert payments(tables["funding"]) == PAYMENTS_WITHOUT_ACCORD
    assert carried(tables["budgets"]) == millions(
        ("2027", "2.5", "0.5"), ("2028", "2", "0.5"), ("2029", "0", "0"), ("2030", "0", "4")
    )
    assert verify(run).holds
