"""The oracle on the other goals, the tie-break, matching's options and the two larger buffers, solved by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest

from .hand import change, group, join, optimum, payer, project, settings, table
from .oracle import Oracle

BASE = join(payer("F", 50), payer("V", 50, kind="private"), payer("M", 50, kind="matching"))


def matched(*works: Any, **cells: Any) -> Oracle:
    rule = {"rule": "r", "funders": "M", "base": "public", "ratio": 1} | cells
    return Oracle(settings(), join(*works, table("matching", rule)))


def aim(goal: str, **more: Any) -> dict[str, Any]:
    return settings(objective={"goal": goal} | more)


def test_a_cap_and_a_least_base_of_matching() -> None:
    # A costs 10 and F has 6: M adds up to 6 for it, with a cap of 3.9 no longer enough; nothing below a base of 6.1.
    payers = join(payer("F", 6), payer("M", 50, kind="matching"), project("A", 10, 1))
    assert matched(payers).best.objective == 1
    assert matched(payers, cap=4.1).best.objective == 1
    assert matched(payers, cap=3.9).binding() == {"matching", "matching:cap", "budgets"}
    assert matched(payers, min_base=5.9).best.objective == 1
    assert matched(payers, min_base=6.1).binding() == {"matching", "matching:min_base", "budgets"}


def test_cumulative_matching_is_never_ahead_of_its_base() -> None:
    # 5 a year from 2027. F can pay in the last two years only, M is to pay the first: ahead of any base.
    work = change(project("A", 15, 1), "milestones", 0, duration=3)
    payers = join(payer("F", 0, 5, 5), payer("M", 50, kind="matching"), work)
    assert matched(payers).best.objective == 1
    ahead = matched(payers, timing="cumulative")
    assert ahead.best.objective == 0
    assert ahead.binding() == {"matching", "matching:cumulative", "budgets"}


def test_least_public_money_for_a_required_value() -> None:
    # Value 5 is had from A alone (public 8) or from B and C (public 4 + 3); V bears half of what B and C cost.
    work = join(project("A", 8, 5), project("B", 8, 3), project("C", 6, 2.5))
    half = [
        {"rule": f"h{i}", "funders": "private", "initiatives": i, "at_most": s}
        for i, s in (("A", 0), ("B", 0.5), ("C", 0.5))
    ]
    oracle = Oracle(aim("public_money", required_value=5), join(BASE, work, table("cofunding", *half)))
    assert oracle.best.objective == pytest.approx(7)
    assert oracle.best.starts["A"] == (None,)
    assert oracle.binding() == {"cofunding", "cofunding:rows", "required_value", "goal:public_money"}


def test_public_money_counts_hedges_and_provisions() -> None:
    # F's 10 USD at 0.9 are 9; all hedged at 5 % another 0.45. Hedging is forced: 9 + 3.5 of buffer is more than 10.
    dollar = {"currency": "USD", "rate": 0.9, "volatility": 0.2, "hedge_cost": 0.05}
    work = project("A", 10, 1, currency="USD")
    buffer = {"method": "additive", "confidence": 0.95}
    least = aim("public_money", required_value=1) | {"buffer": buffer}
    # Needed: 9 + 0.45·h + 3.505829·(1 − h) ≤ 10, h = 2.505829/3.055829 = 0.820016, cost 9.369007.
    oracle = Oracle(least, join(payer("F", 10), work, table("currencies", dollar)))
    assert oracle.best.objective == pytest.approx(9.369007, abs=1e-5)
    # V's 6 of 10 take a provision of 6/3·0.5 = 1: 4 + 1 is less than 10.
    rule = {"guarantee": "g", "guarantor": "F", "funders": "V", "provisioning_rate": 0.5, "leverage": 3}
    payers = join(payer("F", 50), payer("V", 6, kind="private"), table("guarantees", rule))
    assert Oracle(aim("public_money", required_value=1), join(payers, project("A", 10, 1))).best.objective == 5


def test_most_received_by_a_group_and_most_for_the_least() -> None:
    # P gives X 8 and Y 2, Q gives X 3 and Y 6; one fits. X receives most from P; per key (X 2, Y 1) P gives 4 and 2,
    # Q gives 1.5 and 6: the least is largest with P. With keys X 1 and Y 1 it is Q: 3 against 2.
    shares = [
        {"initiative": i, "party": p, "share": s}
        for i, p, s in (("P", "X", 0.8), ("P", "Y", 0.2), ("Q", "X", 1 / 3), ("Q", "Y", 2 / 3))
    ]
    work = join(
        project("P", 10, 1, pot="real"), project("Q", 9, 5, pot="real"), table("shares", *shares), payer("F", 11)
    )

    def keys(x: float) -> dict[str, list[dict[str, object]]]:
        return table("parties", {"party": "X", "key": x}, {"party": "Y", "key": 1})

    most = Oracle(aim("received", group="X"), join(work, keys(2)))
    assert most.best.objective == pytest.approx(8)
    assert most.binding() == {"budgets", "goal:received"}
    assert Oracle(aim("received", group="X", required_value=2), join(work, keys(2))).best.objective == pytest.approx(3)
    assert Oracle(aim("key"), join(work, keys(2))).best.objective == pytest.approx(2)
    assert Oracle(aim("key"), join(work, keys(1))).best.objective == pytest.approx(3)
    # With 14 and Q down to 0.4 of it, P and 4/9 of Q: X has 8 + 4/3, Y 2 + 8/3; the least per key is Y's 4.667.
    part = change(join(change(work, "budgets", 0, payments=14), keys(1)), "milestones", 1, min_level=0.4)
    assert Oracle(aim("key"), part).best.objective == pytest.approx(2 + 8 / 3)


def test_the_tie_break_takes_the_least_public_outlay() -> None:
    # A and B bring the same; V may bear half of B only.
    work = join(project("A", 8, 5), project("B", 8, 5), group("both", "initiative", "A", "B"))
    one = table("choices", {"choice": "one", "initiatives": "both", "at_most": 1})
    half = [{"rule": f"h{i}", "funders": "private", "initiatives": i, "at_most": s} for i, s in (("A", 0), ("B", 0.5))]
    oracle = Oracle(aim("value", tie_break=True), join(BASE, work, one, table("cofunding", *half)))
    assert oracle.best.objective == 5
    assert oracle.thrifty.objective == pytest.approx(4)
    assert oracle.thrifty.starts["A"] == (None,)
    assert "tie_break" in oracle.binding()


def risky(method: str, money: float, **more: Any) -> float | None:
    """F pays 10 USD at 0.9 and 5 GBP at 1.2 (9 + 6 EUR) in the first year, and holds a buffer."""
    rates = {"USD": 0.9, "GBP": 1.2}
    moving = table("currencies", *({"currency": c, "rate": r, "volatility": 0.2} for c, r in rates.items()))
    works = project("A", 10, 1, currency="USD"), project("B", 5, 1, currency="GBP")
    work = join(*(change(one, "milestones", 0, latest_start="2027") for one in works))
    both = table("choices", {"choice": "both", "initiatives": "all", "at_least": 2})
    everything = join(payer("F", money), work, moving, both, group("all", "initiative", "A", "B"))
    return optimum(everything, periods=3, buffer={"method": method, "confidence": 0.95} | more)


def test_at_most_gamma_currencies_move() -> None:
    # δ is 0.389537 of either: 3.505829 and 2.337219. Γ = 0: 15; 1: the larger, 18.505829; 2: both, 20.843048.
    for gamma, need in ((0, 0.0), (1, 3.505829), (2, 5.843048), (3, 5.843048)):
        assert risky("budgeted", 15.001 + need, gamma=gamma) == 2
        assert risky("budgeted", 14.999 + need, gamma=gamma) is None
    assert risky("additive", 20.844) == 2


def test_the_mean_of_the_worst_scenarios() -> None:
    # Seed 1 draws GBP 0.0296368, USD 1.6493663 (the codes in order), then −1.0618160, 1.6318974, each with its
    # mirror image: 4 scenarios. Losses at 0.2 a year: 6·(e^x − 1) + 9·(e^y − 1).
    pairs = [(0.029636756665895346, 1.6493663344832399), (-1.0618159984556081, 1.631897381630277)]
    drawn = [(sign * a, sign * b) for a, b in pairs for sign in (1, -1)]
    losses = sorted(6 * math.expm1(0.2 * a) + 9 * math.expm1(0.2 * b) for a, b in drawn)[::-1]
    assert losses[0] == pytest.approx(3.5528, abs=1e-4)
    # At 0.75 the worst one counts; at 0.6 the worst 1.6: the worst and 0.6 of the next, over 1.6.
    for confidence, need in ((0.75, losses[0]), (0.6, (losses[0] + 0.6 * losses[1]) / 1.6)):
        for more, expected in ((0.001, 2), (-0.001, None)):
            assert risky("cvar", 15 + need + more, confidence=confidence, scenarios=4, seed=1) == expected
