"""cvar buffers: the mean loss of the worst scenarios."""

from typing import Any

import pytest

from fundalign.inputs.case import Case
from fundalign.models import buffers, scenarios
from fundalign.models.build import build
from fundalign.optimizer.compile import compile_model
from fundalign.optimizer.engine import Limits, Search

from .golden import broken, golden_differences, variables
from .small import best, optimum, small
from .test_currency import TEXT
from .test_currency_budgeted import TWO

DRAWS = {
    "USD": ("0.1", "-0.1", "0.2", "-0.2"),
    "GBP": ("0.3", "-0.3", "-0.2", "0.2"),
    "SEK": ("0.1", "-0.1", "0.2", "-0.2"),
}
CVAR = {"buffer": {"method": "cvar", "confidence": 0.6, "scenarios": 4}}
# 20 USD in 2 and 40 GBP in 1: scenario 1 loses 2.430559 + 17.492940 = 19.923499, scenario 3 5.230343 - 9.063462,
# scenario 4 -3.941787 + 11.070138 = 7.128351.  Mean of 1.6: 7.1284 + 0.625·(19.9235 - 7.1284) = 15.125338
GOOD = {
    **{"pay[DE,U/all,2]": 20, "unhedged[DE,USD,2]": 20, "pay[DE,G/all,1]": 40, "unhedged[DE,GBP,1]": 40},
    "currency_need[DE,c]": 15.1254,
}
WRITTEN_OUT = GOOD | {"loss_threshold[DE,c]": 7.1284, "loss_beyond[DE,c,1]": 12.7951}


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the scenarios be the ones above."""
    monkeypatch.setattr(scenarios, "draws", lambda _: DRAWS)


@pytest.mark.usefixtures("given")
def test_golden() -> None:
    assert golden_differences(build(small(TEXT, **CVAR)), "cvar") == []


@pytest.mark.usefixtures("given")
def test_golden_written_out() -> None:
    assert golden_differences(build(small(TEXT, **CVAR), pooled=False), "cvar", "cvar_written_out") == []


@pytest.mark.usefixtures("given")
def test_satisfied() -> None:
    assert broken(build(small(TEXT, **CVAR)), "cvar", GOOD) == []  # 16 + 50 + 15.1254 ≤ 90
    assert broken(build(small(TEXT, **CVAR), pooled=False), "cvar", WRITTEN_OUT) == []


@pytest.mark.usefixtures("given")
@pytest.mark.parametrize(
    ("change", "rows"),
    [
        # 1 and 0.6 of 4 are the worst for GBP alone, and for this point: 0.002046·20 + 0.377110·40 = 15.125318
        ({"currency_need[DE,c]": 15.1253}, ["tail_loss[DE,c,GBP]"]),
        ({"currency_need[DE,c]": 24.1}, ["budget[DE,c]"]),  # 66 + 24.1
        ({"hedged[DE,USD,2]": 1}, ["open_position[DE,USD,2]"]),
        ({"pay[SE,G/all,1]": 29}, ["budget[SE,c]"]),  # 17.380206·29 = 504.03
    ],
)
def test_violated(change: dict[str, float], rows: list[str]) -> None:
    assert broken(build(small(TEXT, **CVAR)), "cvar", GOOD | change) == rows


@pytest.mark.usefixtures("given")
@pytest.mark.parametrize(
    ("change", "rows"),
    [
        ({"loss_threshold[DE,c]": 7.1283, "loss_beyond[DE,c,1]": 12.7953}, ["scenario_loss[DE,c,4]"]),
        ({"loss_beyond[DE,c,1]": 12.795}, ["scenario_loss[DE,c,1]"]),  # 7.1284 + 12.795 = 19.9234
        ({"currency_need[DE,c]": 15.1253}, ["mean_loss[DE,c]"]),
    ],
)
def test_violated_written_out(change: dict[str, float], rows: list[str]) -> None:
    assert broken(build(small(TEXT, **CVAR), pooled=False), "cvar", WRITTEN_OUT | change) == rows


@pytest.mark.usefixtures("given")
def test_hedging_that_cannot_pay_is_no_decision() -> None:
    """USD: CVaR of a unit 0.8·(0.22140276 + 0.6·0.10517092)/1.6 = 0.142252 in 1; 0.178 a year costs 0.1424."""
    names = variables(build(small(TEXT.replace("USD,0.8,0.1,0.02", "USD,0.8,0.1,0.178"), **CVAR)))
    assert "hedged[DE,USD,1]" not in names
    names = variables(build(small(TEXT.replace("USD,0.8,0.1,0.02", "USD,0.8,0.1,0.177"), **CVAR)))  # 0.1416
    assert "hedged[DE,USD,1]" in names


def cvar(confidence: float = 0.7, **given: Any) -> dict[str, Any]:
    return {"buffer": {"method": "cvar", "confidence": confidence, "scenarios": 4, "seed": 1} | given}


def test_two_currencies_by_hand() -> None:
    """Seed 1 draws GBP 0.00592735133318 and -0.212363199692, USD 0.164936633448 and 0.163189738163, and minus these.

    40 GBP and 50 USD lose  0.29724764 + 7.17273548 = 7.469983 in the first, less in the second, third
                          -9.56645324 + 7.09040159 < 0 in the third, 11.82984676 - 6.02279985 = 5.807047 in the last;
    of four at 70 % the worst 1.2 count: (7.469983 + 0.2·5.807047)/1.2 = 7.192827. 90 + 7.192827 = 97.192827.
    """
    assert best(small(TWO.format(money="97.20", hedge=""), 1, **cvar())) == pytest.approx(5)
    assert best(small(TWO.format(money="97.19", hedge=""), 1, **cvar())) == pytest.approx(3)


def test_hedging_by_hand() -> None:
    """A USD hedged takes 0.143454709603 from the first loss and the gain of 0.120455996932 from the last.

    That saves (0.143454709603 - 0.2·0.120455996932)/1.2 = 0.09946959 and costs 0.016. With 97.00 need and cost may be
    7: (7.192827087 - 7)/0.08346959 = 2.3102 USD must be hedged; rounding up takes up to 0.02/0.0835 = 0.24 more.
    """
    text = TWO.format(money="97", hedge="").replace("USD,0.8,0.1,", "USD,0.8,0.1,0.02")
    found = optimum(small(text, 1, **cvar()))
    assert found.objective == pytest.approx(5)
    assert found.run.plan is not None
    hedged = {row["currency"]: row["hedged"] for row in found.run.plan.currency.to_dict("records")}
    assert hedged["GBP"] == 0
    assert 2.3101 <= hedged["USD"] <= 2.3102 + 0.24


ONE = """
funders
funder,kind,currency
DE,public,EUR

budgets
funder,cycle,first_period,last_period,payments
DE,c,2027,2028,{money}

currencies
currency,rate,volatility
USD,0.8,0.1

initiatives
initiative,currency
U,USD

milestones
initiative,milestone,order,duration,cost,value
U,u,1,1,100,5
"""


def test_one_currency_by_hand() -> None:
    """Seed 1 draws 0.00296367566659 and 0.164936633448: a unit loses 0.00237445735604 and 0.143454709603 in 2027.

    (14.3454709603 + 0.2·0.237445735604)/1.2 = 11.994133; 80 + 11.994133 fit into 92.00.
    """
    assert best(small(ONE.format(money="92"), **cvar())) == pytest.approx(5)
    assert best(small(ONE.format(money="91.99"), **cvar())) == pytest.approx(0)


def written_out(case: Case) -> float | None:
    """The optimum with the worst scenarios as a linear program."""
    program = compile_model(build(case, pooled=False))
    return Search(program, Limits(threads=1)).run().objective


@pytest.mark.parametrize(("count", "confidence"), [(4, 0.7), (5, 0.6), (3, 0.55), (12, 0.8), (1, 0.95)])
def test_one_currency_is_the_program_of_all_scenarios(
    monkeypatch: pytest.MonkeyPatch, count: int, confidence: float
) -> None:
    """Paid in two years: the least budget is the same with CVaRs added up, by rows of tails and with all scenarios."""
    text = ONE + "\n\ncost_profile\ninitiative,milestone,offset,share\nU,u,0,0.75\nU,u,1,0.25"
    settings = cvar(confidence, scenarios=count)
    held = optimum(small(text.format(money="200"), **settings)).run.plan
    assert held is not None
    (cycle,) = held.budgets.to_dict("records")
    least = round(80 + cycle["buffer"], 2)
    cases = [small(text.format(money=f"{money:.2f}"), **settings) for money in (least, least - 0.01)]
    assert [best(case) for case in cases] == [pytest.approx(5), pytest.approx(0)]
    monkeypatch.setattr(buffers, "comonotone", lambda _: False)
    monkeypatch.setattr(buffers, "possible_tail", lambda moves, _: list(range(len(moves[0]))))
    assert len(build(cases[0], pooled=False).scenario_loss) == count
    assert [best(case) for case in cases] == [pytest.approx(5), pytest.approx(0)]
    assert [written_out(case) for case in cases] == [pytest.approx(5), pytest.approx(0, abs=1e-9)]


@pytest.mark.parametrize(("seed", "confidence"), [(1, 0.8), (2, 0.8), (3, 0.9), (4, 0.55)])
def test_every_form_needs_the_same(monkeypatch: pytest.MonkeyPatch, seed: int, confidence: float) -> None:
    """40 scenarios: rows of tails, the scenarios that can be among the worst, all scenarios."""
    settings = cvar(confidence, scenarios=40, seed=seed)
    held = optimum(small(TWO.format(money="200", hedge=""), 1, **settings)).run.plan
    assert held is not None
    (cycle,) = held.budgets.to_dict("records")
    least = round(90 + cycle["buffer"], 2)
    cases = [small(TWO.format(money=f"{money:.2f}", hedge=""), 1, **settings) for money in (least, least - 0.01)]
    assert [best(case) for case in cases] == [pytest.approx(5), pytest.approx(3)]
    few = len(build(cases[0], pooled=False).scenario_loss)
    assert 40 * (1 - confidence) < few < 40
    assert [written_out(case) for case in cases] == [pytest.approx(5), pytest.approx(3)]
    monkeypatch.setattr(buffers, "possible_tail", lambda moves, _: list(range(len(moves[0]))))
    assert len(build(cases[0], pooled=False).scenario_loss) == 40
    assert [written_out(case) for case in cases] == [pytest.approx(5), pytest.approx(3)]
