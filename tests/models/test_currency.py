"""Currency risk: additive buffers and hedging."""

import pytest

from fundalign.models.build import build

from .golden import broken, golden_differences, variables
from .small import best, optimum, small

TEXT = """
funders
funder,kind,currency
DE,public,EUR
SE,public,SEK
US,public,USD

budgets
funder,cycle,first_period,last_period,payments
DE,c,2027,2028,90
SE,c,2027,2028,500
US,c,2027,2028,10

currencies
currency,rate,volatility,hedge_cost
USD,0.8,0.1,0.02
GBP,1.25,0.2,
SEK,0.1,0.05,0.01

correlations
currency_a,currency_b,correlation
USD,SEK,0.5

initiatives
initiative,currency
U,USD
G,GBP

milestones
initiative,milestone,order,duration,cost,value,latest_start
U,u,1,1,100,1,
G,g,1,1,100,1,2027

eligibility
rule,funders,initiatives,allow
only,US,U,true
"""
ADDITIVE = {"buffer": {"method": "additive", "confidence": 0.95}}
# DE: 100 USD in 2027, 40 of them hedged: 94.30 - 0.127029·40 = 89.22
GOOD = {"pay[DE,U/all,1]": 100, "hedged[DE,USD,1]": 40, "pay[SE,U/all,2]": 50, "hedged[SE,USD,2]": 50}


def test_golden() -> None:
    assert golden_differences(build(small(TEXT, **ADDITIVE)), "currency") == []


def test_satisfied() -> None:
    assert broken(build(small(TEXT, **ADDITIVE)), "currency", GOOD) == []


@pytest.mark.parametrize(
    ("change", "rows"),
    [
        ({"hedged[DE,USD,1]": 33}, ["budget[DE,c]"]),  # 94.30 - 0.127029·33 = 90.11
        ({"hedged[DE,USD,1]": 101}, ["hedge[DE,USD,1]"]),  # more than is exposed
        ({"pay[SE,G/all,1]": 5}, ["budget[SE,c]"]),  # 8.48·50 + 17.54596·5 = 511.73
        ({"hedged[SE,USD,2]": 0, "pay[SE,U/all,2]": 51.2}, ["budget[SE,c]"]),  # 9.785426·51.2 = 501.01
    ],
)
def test_violated(change: dict[str, float], rows: list[str]) -> None:
    assert broken(build(small(TEXT, **ADDITIVE)), "currency", GOOD | change) == rows


def test_hedging_that_costs_more_than_it_saves_is_no_decision() -> None:
    """USD: 0.18 a year costs 0.144 in 2027, more than the loss of 0.1430, but in 2028 0.288 > 0.2095 too."""
    dear = small(TEXT.replace("USD,0.8,0.1,0.02", "USD,0.8,0.1,0.18"), **ADDITIVE)
    assert not [name for name in variables(build(dear)) if name.startswith("hedged[DE")]


def test_no_buffer_no_hedging() -> None:
    model = build(small(TEXT))
    assert len(model.hedged) == 0
    assert broken(model, "currency", {"pay[DE,U/all,1]": 112.5}) == []  # 0.8·112.5 = 90


ONE = """
funders
funder,kind,currency
DE,public,EUR

budgets
funder,cycle,first_period,last_period,payments
DE,c,2027,2028,90

currencies
currency,rate,volatility,hedge_cost
USD,0.8,0.1,{hedge}

initiatives
initiative,currency
U,USD

milestones
initiative,milestone,order,duration,cost,value,latest_start
U,u,1,1,100,5,2027
"""


def test_hedging_by_hand() -> None:
    """100 USD cost 80 and need a buffer of 14.3029, 4.3029 too much for 90.

    Hedging one saves 0.143029 - 0.016 = 0.127029, so 4.3029052137 / 0.127029052137 = 33.8734 must be hedged; buffer and
    hedging cost, each rounded up to the cent, take up to 0.02 / 0.127029 = 0.16 more.
    """
    found = optimum(small(ONE.format(hedge="0.02"), **ADDITIVE))
    assert (found.objective, found.paid) == (pytest.approx(5), {("DE", "U", "2027"): 100})
    assert found.run.plan is not None
    (row,) = found.run.plan.currency.to_dict("records")
    assert 33.8734 <= row["hedged"] <= 33.8734 + 0.16
    (cycle,) = found.run.plan.budgets.to_dict("records")
    assert cycle["spent"] + cycle["hedge_cost"] + cycle["buffer"] <= 90


def test_buffer_by_hand() -> None:
    """Without hedging 80 + 14.3029 > 90: nothing; without a buffer 80 fit; with 94.31 the buffer fits."""
    text = ONE.format(hedge="")
    assert best(small(text, **ADDITIVE)) == pytest.approx(0)
    assert best(small(text)) == pytest.approx(5)
    assert best(small(text.replace("2028,90", "2028,94.31"), **ADDITIVE)) == pytest.approx(5)
    assert best(small(text.replace("2028,90", "2028,94.30"), **ADDITIVE)) == pytest.approx(0)


def test_risk_since_the_cycle_by_hand() -> None:
    """Paid in 2028: sqrt 2 years since the plan began, 80 + 20.95; one year since the cycle 2028 began, 80 + 14.30."""
    text = ONE.format(hedge="").replace("DE,c,2027,2028,90", "DE,c,2028,2028,95").replace("100,5,2027", "100,5,")
    assert best(small(text, buffer={"method": "additive", "confidence": 0.95, "since": "plan"})) == pytest.approx(0)
    assert best(small(text, buffer={"method": "additive", "confidence": 0.95, "since": "cycle"})) == pytest.approx(5)
