"""Budgeted buffers: at most Γ currencies move against a funder."""

from typing import Any

import pytest

from fundalign.models.build import build

from .golden import broken, golden_differences
from .small import best, optimum, small
from .test_currency import TEXT


def budgeted(gamma: int) -> dict[str, Any]:
    return {"buffer": {"method": "budgeted", "confidence": 0.95, "gamma": gamma}}


# DE: 0.8·40 + 1.25·24 + 0.016·10 = 62.16; USD may lose 0.143029·30 = 4.290872, GBP 0.486921·24 = 11.686115
GOOD = {
    **{"pay[DE,U/all,1]": 40, "hedged[DE,USD,1]": 10, "pay[DE,G/all,1]": 24},
    **{"common_loss[DE,c]": 4.2909, "loss_above[DE,c,GBP]": 7.3953},
}


def test_golden() -> None:
    assert golden_differences(build(small(TEXT, **budgeted(1))), "budgeted") == []


def test_two_of_two_currencies_are_all() -> None:
    """Both of DE's and of SE's currencies may move: the additive buffer, without a variable."""
    assert golden_differences(build(small(TEXT, **budgeted(2))), "budgeted", "currency") == []


def test_no_currency_moves() -> None:
    """Γ = 0: no need, so no hedge can pay."""
    model = build(small(TEXT, **budgeted(0)))
    assert len(model.hedged) == len(model.common_loss) == 0
    assert broken(model, "budgeted", {"pay[DE,U/all,1]": 50, "pay[DE,G/all,1]": 40}) == []  # 40 + 50 = 90


def test_satisfied() -> None:
    assert broken(build(small(TEXT, **budgeted(1))), "budgeted", GOOD) == []


@pytest.mark.parametrize(
    ("change", "rows"),
    [
        ({"common_loss[DE,c]": 4.2908}, ["currency_loss[DE,c,USD]", "currency_loss[DE,c,GBP]"]),
        ({"loss_above[DE,c,GBP]": 7.3952}, ["currency_loss[DE,c,GBP]"]),  # 4.2909 + 7.3952 = 11.6861
        ({"loss_above[DE,c,USD]": 17}, ["budget[DE,c]"]),  # 62.16 + 4.2909 + 7.3953 + 17 = 90.8462
        (
            {"common_loss[DE,c]": 11.6862, "loss_above[DE,c,GBP]": -1e-3},
            ["currency_loss[DE,c,GBP]", "loss_above[DE,c,GBP]"],
        ),
    ],
)
def test_violated(change: dict[str, float], rows: list[str]) -> None:
    assert broken(build(small(TEXT, **budgeted(1))), "budgeted", GOOD | change) == rows


TWO = """
funders
funder,kind,currency
DE,public,EUR

budgets
funder,cycle,first_period,last_period,payments
DE,c,2027,2027,{money}

currencies
currency,rate,volatility,hedge_cost
USD,0.8,0.1,
GBP,1.25,0.2,{hedge}

initiatives
initiative,currency
U,USD
G,GBP

milestones
initiative,milestone,order,duration,cost,value
U,u,1,1,50,2
G,g,1,1,40,3
"""


@pytest.mark.parametrize(
    ("gamma", "money", "fits"), [(0, "90", "89.99"), (1, "109.48", "109.47"), (2, "116.63", "116.62")]
)
def test_largest_losses_by_hand(gamma: int, money: str, fits: str) -> None:
    """50 USD and 40 GBP cost 40 + 50 = 90; USD may lose 0.143029·50 = 7.1515, GBP 0.486921·40 = 19.4769.

    The larger one makes 109.4769, both 116.6283; a cent less, and only one of the two is paid: G is worth more.
    """
    assert best(small(TWO.format(money=money, hedge=""), 1, **budgeted(gamma))) == pytest.approx(5)
    assert best(small(TWO.format(money=fits, hedge=""), 1, **budgeted(gamma))) == pytest.approx(3)


def test_hedging_the_largest_loss_by_hand() -> None:
    """102 leave 12 for buffer and hedging: 0.486921471042·(40 − h) + 0.025·h ≤ 12, h ≥ 7.4768589/0.461921 = 16.1864.

    The 23.8136 GBP left may lose 11.5953, more than the 7.1515 of USD. Rounding up takes up to 0.02/0.46 = 0.05 more.
    """
    found = optimum(small(TWO.format(money="102", hedge="0.02"), 1, **budgeted(1)))
    assert found.objective == pytest.approx(5)
    assert found.run.plan is not None
    hedged = {row["currency"]: row["hedged"] for row in found.run.plan.currency.to_dict("records")}
    assert hedged["USD"] == 0
    assert 16.1864 <= hedged["GBP"] <= 16.1864 + 0.05
    (cycle,) = found.run.plan.budgets.to_dict("records")
    assert cycle["spent"] + cycle["hedge_cost"] + cycle["buffer"] <= 102
