"""Factors, against numbers calculated by hand to 12 significant digits (40-digit arithmetic, then rounded)."""

from typing import Any

import pytest

from fundalign.inputs.case import Case
from fundalign.models import factors

from .small import small

TEXT = """
funders
funder,kind,currency
DE,public,EUR
SE,public,SEK
US,public,USD

budgets
funder,cycle,first_period,last_period,payments
DE,c1,{0},{0},90
DE,c2,{1},{2},90
SE,c,{0},{2},500
US,c,{0},{2},10

currencies
currency,rate,volatility,hedge_cost
USD,0.8,0.1,0.02
GBP,1.25,0.2,
SEK,0.1,0.05,0.01

rates
currency,period,rate
USD,{1},1.1

correlations
currency_a,currency_b,correlation
USD,SEK,0.5

initiatives
initiative,currency,escalation
U,USD,0.03
G,GBP,

milestones
initiative,milestone,order,duration,cost,value
U,u,1,1,100,1
G,g,1,1,100,1
"""


def case(first: str = "2027", second: str = "2028", last: str = "2029", **settings: Any) -> Case:
    given = {"first_period": first, "discount_rate": 0.03} | settings
    buffer = {"method": "additive", "confidence": 0.95} | settings.pop("buffer", {})
    return small(TEXT.format(first, second, last), 3, **(given | {"buffer": buffer}))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "1"),
        (0.0, "0"),
        (1 / 3, "0.333333333333"),
        (2e6 / 3, "666666.666667"),
        (1.25e-7 / 3, "0.0000000416666666667"),
        (123456789012345.0, "123456789012000"),
        (0.9999999999996, "1"),
    ],
)
def test_twelve_digits(value: float, text: str) -> None:
    assert factors.twelve_digits(value) == text


@pytest.mark.parametrize(
    ("finish", "text"), [(1, "1"), (2, "0.970873786408"), (3, "0.942595909134"), (9, "0.789409234314")]
)
def test_discount_by_years(finish: int, text: str) -> None:
    """1.03^-1, 1.03^-2, 1.03^-8."""
    assert factors.discount(case(), finish) == float(text)


def test_discount_by_quarters() -> None:
    """1.03^-(1/4) = 0.992637536145, four quarters later a year."""
    quarters = case("2027Q1", "2027Q2", "2027Q3", frequency="Q")
    assert factors.discount(quarters, 1) == 1
    assert factors.discount(quarters, 2) == 0.992637536145
    assert factors.discount(quarters, 5) == 0.970873786408


def test_escalation() -> None:
    """1.03, 1.03^2; by months 1.03^(1/12) = 1.00246626977; none is exactly 1."""
    assert [factors.escalation(case(), "U", t) for t in (1, 2, 3)] == [1, 1.03, 1.0609]
    assert [factors.escalation(case(), "G", t) for t in (1, 2, 3)] == [1, 1, 1]
    months = case("2027-01", "2027-02", "2027-03", frequency="M")
    assert factors.escalation(months, "U", 2) == 1.00246626977


@pytest.mark.parametrize(
    ("funder", "currency", "t", "delta"),
    [
        # 0.8·(exp(1.64485362695147·0.1) - 1)
        ("DE", "USD", 1, "0.143029052137"),
        # the planning rate is 1.1 in 2028: 1.1·(exp(1.64485362695147·0.1·√2) - 1) = 1.1·0.261898623341807
        ("DE", "USD", 2, "0.288088485676"),
        ("DE", "GBP", 1, "0.486921471042"),
        # σ² = 0.01 + 0.0025 - 0.005 = 0.0075, 8 SEK per USD
        ("SE", "USD", 1, "1.22474958522"),
        # σ² = 0.04 + 0.0025 = 0.0425, 12.5 SEK per GBP
        ("SE", "GBP", 1, "5.04596320138"),
        # the base has no volatility: 10·(exp(1.64485362695147·0.05) - 1) = 10·0.0857192616743
        ("SE", "EUR", 1, "0.857192616743"),
        ("SE", "SEK", 1, "0"),
        ("DE", "EUR", 3, "0"),
    ],
)
def test_loss(funder: str, currency: str, t: int, delta: str) -> None:
    assert factors.loss(case(), funder, currency, t) == float(delta)


def test_loss_since_the_cycle() -> None:
    """DE's second cycle begins in 2028: one year at its end, two at the end of 2029; SE's only cycle with the plan."""
    cycle = case(buffer={"since": "cycle"})
    assert [factors.years(cycle, "DE", t) for t in (1, 2, 3)] == [1, 1, 2]
    assert [factors.years(cycle, "SE", t) for t in (1, 2, 3)] == [1, 2, 3]
    assert [factors.years(case(), "DE", t) for t in (1, 2, 3)] == [1, 2, 3]
    # 1.1·(exp(0.164485362695147) - 1) = 1.1·0.178786315170677
    assert factors.loss(cycle, "DE", "USD", 2) == 0.196664946688


def test_loss_by_quarters() -> None:
    """A quarter of a year: √0.25 = 0.5, 0.8·(exp(0.0822426813475736) - 1) = 0.8·0.0857192616743."""
    quarters = case("2027Q1", "2027Q2", "2027Q3", frequency="Q")
    assert factors.years(quarters, "DE", 2) == 0.5
    assert factors.loss(quarters, "DE", "USD", 1) == 0.0685754093395


def test_no_buffer_no_loss() -> None:
    assert factors.loss(case(buffer={"method": "none"}), "DE", "USD", 1) == 0


def test_other_confidence() -> None:
    """99 %: z = 2.32634787404084, 0.8·(exp(0.232634787404084) - 1) = 0.8·0.261920525888."""
    assert factors.loss(case(buffer={"confidence": 0.99}), "DE", "USD", 1) == 0.209536420711


@pytest.mark.parametrize(
    ("funder", "currency", "t", "cost"),
    [
        ("DE", "USD", 1, 0.016),  # 0.02·1·0.8
        ("DE", "USD", 2, 0.044),  # 0.02·2·1.1
        ("SE", "USD", 1, 0.24),  # (0.02 + 0.01)·1·8
        ("SE", "EUR", 3, 0.3),  # 0.01·3·10, the base leg is free
        ("DE", "GBP", 1, None),  # GBP cannot be hedged
    ],
)
def test_hedge_cost(funder: str, currency: str, t: int, cost: float | None) -> None:
    found = factors.hedge_cost(case(), funder, currency, t)
    assert found == (None if cost is None else pytest.approx(cost, rel=1e-14))


def test_cross_volatility() -> None:
    """√0.0075, √0.0425; with itself none."""
    assert factors.cross_volatility(case(), "USD", "SEK") == pytest.approx(0.0866025403784439, rel=1e-14)
    assert factors.cross_volatility(case(), "GBP", "SEK") == pytest.approx(0.206155281280883, rel=1e-14)
    assert factors.cross_volatility(case(), "USD", "EUR") == pytest.approx(0.1, rel=1e-15)
    assert factors.cross_volatility(case(), "USD", "USD") == 0
