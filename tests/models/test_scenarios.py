"""Scenarios: seeded, antithetic, correlated draws; which of them matter; means of tails."""

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from fundalign.inputs.case import Case
from fundalign.models import scenarios
from fundalign.models.scenarios import Scenarios, comonotone, draws, possible_tail, tail_mean, triangle
from fundalign.results.verify_scenarios import recompute

from .small import small

TEXT = """
funders
funder,kind,currency
DE,public,EUR
SE,public,SEK

budgets
funder,cycle,first_period,last_period,payments
DE,c1,2027,2027,90
DE,c2,2028,2028,90
SE,c,2027,2028,500

currencies
currency,rate,volatility
{0}
{1}
SEK,0.1,0.05
CAD,0.7,0.1
CHF,1,0

rates
currency,period,rate
USD,2028,1.1

correlations
currency_a,currency_b,correlation
USD,SEK,0.5
GBP,USD,0.6

initiatives
initiative,currency
U,USD
G,GBP
C,CHF

milestones
initiative,milestone,order,duration,cost,value
U,u,1,1,100,1
G,g,1,1,100,1
C,c,1,1,100,1
"""
USD, GBP = "USD,0.8,0.1", "GBP,1.25,0.2"


def case(text: str = TEXT.format(USD, GBP), **buffer: Any) -> Case:
    return small(text, buffer={"method": "cvar", "confidence": 0.95, "scenarios": 500, "seed": 1} | buffer)


def numbers(found: dict[str, tuple[str, ...]]) -> dict[str, list[float]]:
    return {currency: list(map(float, x)) for currency, x in found.items()}


def test_by_hand() -> None:
    """GBP alone is drawn from the stream itself, USD is 0.6·z1 + 0.8·z2.

    The first four numbers of PCG64 with seed 1 give z = 0.0296367566659, 1.64936633448, -1.06181599846, 1.63189738163.
    GBP 0.2·0.0296367566659, 0.2·-1.06181599846.  USD 0.1·(0.6·0.0296367566659 + 0.8·1.64936633448) = 0.13372751215794
    and 0.1·(-0.6·1.06181599846 + 0.8·1.63189738163) = 0.0668428306228. Without SEK: no line or funder uses it here.
    """
    text = TEXT.format(USD, GBP).replace("SE,public,SEK", "SE,public,EUR")
    assert draws(case(text, scenarios=4)) == {
        "GBP": ("0.00592735133318", "-0.00592735133318", "-0.212363199692", "0.212363199692"),
        "USD": ("0.133727512158", "-0.133727512158", "0.0668428306228", "-0.0668428306228"),
    }


def test_only_what_moves_and_is_used() -> None:
    """SEK is a funder's; nobody pays in CAD, and CHF does not move."""
    assert list(draws(case())) == ["GBP", "SEK", "USD"]


@pytest.mark.parametrize("count", [1, 2, 7, 500])
def test_antithetic_pairs(count: int) -> None:
    """Every second scenario is the one before with its sign changed; of an odd number the last is alone."""
    for x in numbers(draws(case(scenarios=count))).values():
        assert len(x) == count
        assert x[1::2] == [-value for value in x[: 2 * (count // 2) : 2]]


def test_more_scenarios_go_on() -> None:
    few, many = draws(case(scenarios=6)), draws(case(scenarios=20))
    assert {currency: x[:6] for currency, x in many.items()} == few


def test_seed() -> None:
    assert draws(case()) == draws(case())
    one, two = draws(case(seed=1)), draws(case(seed=2))
    assert all(one[currency] != two[currency] for currency in one)


def test_order_of_rows_makes_no_difference() -> None:
    text = TEXT.format(GBP, USD).replace("GBP,USD,0.6", "USD,GBP,0.6").replace("U,USD\nG,GBP", "G,GBP\nU,USD")
    assert draws(case(text)) == draws(case())


def test_volatility_and_correlation() -> None:
    """20,000 scenarios: deviations within 3/√10,000 pairs = 3 % of the volatility, correlations within 0.03."""
    found = numbers(draws(case(scenarios=20_000)))
    for currency, sigma in (("USD", 0.1), ("GBP", 0.2), ("SEK", 0.05)):
        assert np.std(found[currency]) == pytest.approx(sigma, rel=0.03)
        assert np.mean(found[currency]) == 0
    for one, two, rho in (("USD", "GBP", 0.6), ("USD", "SEK", 0.5), ("GBP", "SEK", 0)):
        assert np.corrcoef(found[one], found[two])[0, 1] == pytest.approx(rho, abs=0.03)


def test_the_verifier_draws_the_same() -> None:
    mine, other = draws(case()), recompute(case())
    assert list(mine) == list(other)
    for currency, x in mine.items():
        assert all(abs(Decimal(a) / b - 1) < Decimal("1e-11") for a, b in zip(x, other[currency], strict=True))


def test_triangle() -> None:
    """0.6; √(1 − 0.36) = 0.8. The third is the sum of the first two, scaled: nothing of its own is left."""
    one, part = Decimal(1), Decimal("0.6")
    assert triangle(((one, part), (part, one))) == ((one, Decimal(0)), (part, Decimal("0.8")))
    shared = Decimal("0.8").sqrt()  # (1 + 0.6)/√(2 + 1.2) = √0.8
    lower = triangle(((one, part, shared), (part, one, shared), (shared, shared, one)))
    assert lower[2][2] == 0
    assert sum(value * value for value in lower[2]) == pytest.approx(1)


@pytest.mark.parametrize(
    ("size", "mean"),
    [("1", 9), ("2", 7), ("1.5", 23 / 3), ("0.25", 9), ("4", 4)],  # 9; (9+5)/2; (9+2.5)/1.5; 9; (9+5+3-1)/4
)
def test_tail_mean(size: str, mean: float) -> None:
    assert tail_mean(np.array([5.0, -1.0, 9.0, 3.0]), Fraction(size)) == pytest.approx(mean)


def test_losses() -> None:
    """DE pays USD at 0.8 in 2027, at 1.1 and with √2 in 2028; SE at 11 SEK with what USD moves against SEK."""
    found = numbers(draws(case(scenarios=6)))
    seen = Scenarios(case(scenarios=6))
    now, later, other = (seen.losses(*key) for key in (("DE", "USD", 1), ("DE", "USD", 2), ("SE", "USD", 2)))
    for s in range(6):
        usd, sek = found["USD"][s], found["SEK"][s]
        assert now[s] == pytest.approx(0.8 * (math.exp(usd) - 1))
        assert later[s] == pytest.approx(1.1 * (math.exp(usd * math.sqrt(2)) - 1))
        assert other[s] == pytest.approx(11 * (math.exp((usd - sek) * math.sqrt(2)) - 1))
    assert not seen.moves("DE", "CHF").any()


def test_losses_since_the_cycle() -> None:
    """DE's second cycle begins in 2028: one year at its end."""
    assert Scenarios(case(since="cycle")).losses("DE", "USD", 2) == pytest.approx(
        1.1 / 0.8 * Scenarios(case()).losses("DE", "USD", 1)
    )


def test_comonotone() -> None:
    rise, same, turn = np.array([0.1, -0.1, 0.3, 0.3]), np.array([0.0, -0.5, 0.2, 0.1]), np.array([0.0, 0.1, 0.2, 0.3])
    assert comonotone([rise])
    assert comonotone([rise, same])
    assert comonotone([same, rise])
    assert not comonotone([rise, turn])
    assert not comonotone([turn, same])


def test_possible_tail() -> None:
    """With a tail of two: (1,1) and (3,0) and (0,3) may be in it, (0,0) has three above, (-1,2) one, (-2,-2) five."""
    one, two = np.array([1.0, 3, 0, 0, -1, -2]), np.array([1.0, 0, 3, 0, 2, -2])
    assert possible_tail([one, two], Fraction(2)) == [0, 1, 2, 4]
    assert possible_tail([one, two], Fraction(1)) == [0, 1, 2]
    assert possible_tail([one], Fraction("1.5")) == [0, 1]
    assert possible_tail([np.zeros(3)], Fraction(2)) == [0, 1]  # of equal ones the first


def test_tail_size() -> None:
    assert scenarios.tail_size(case(scenarios=500)) == 25
    assert scenarios.tail_size(case(scenarios=10, confidence=0.95)) == Fraction(1, 2)
