"""The oracle on cases small enough to solve by hand; the arithmetic stands beside each."""

from __future__ import annotations

from typing import Any

import pytest

from .generator import random_case
from .hand import join, optimum, project, public, settings, table
from .oracle import Oracle


def test_budget_picks_the_best_pair() -> None:
    # Pairs within 10.5: 6+4 is worth 9+5 = 14, 5+4 is worth 7+5 = 12, 6+5 = 11 is too much.
    tables = join(public("F", 10.5), project("A", 6, 9), project("B", 5, 7), project("C", 4, 5))
    oracle = Oracle(settings(), tables)
    assert oracle.best.objective == pytest.approx(14)
    assert oracle.best.starts["B"] == (None,)
    assert oracle.binding() == {"budgets"}


def test_value_is_expected_and_discounted_and_cost_escalates() -> None:
    # m1 (two years, success 0.8), then m2 (success 0.5): 2027-28 and 2029. Finished after 1 and 2 years.
    # 10·0.8/1.1 + 20·0.4/1.21 = 13.8843. Cost 4 and 6 at 10 % a year: 2 + 2·1.1 + 6·1.21 = 11.46.
    steps = [
        {
            "initiative": "A",
            "milestone": "m1",
            "order": 1,
            "duration": 2,
            "cost": 4,
            "value": 10,
            "success": 0.8,
        },
        {
            "initiative": "A",
            "milestone": "m2",
            "order": 2,
            "duration": 1,
            "cost": 6,
            "value": 20,
            "success": 0.5,
        },
    ]
    work = table("initiatives", {"initiative": "A", "currency": "EUR", "escalation": 0.1}) | table("milestones", *steps)
    more = {"expected_value": True, "discount_rate": 0.1}
    assert optimum(join(public("F", 11.47), work), **more) == pytest.approx(13.884298)
    assert optimum(join(public("F", 11.45), work), **more) == pytest.approx(8 / 1.1)


def test_carried_money_is_limited_and_reserved_money_is_gone() -> None:
    # Cycle 1 has 10 − 4 reserved = 6, of which min(0.5·10, 6) = 5 go on to 2028 with its 5: 10 in all.
    cycles = table(
        "budgets",
        {
            "cycle": "c1",
            "first_period": "2027",
            "last_period": "2027",
            "payments": 10,
            "reserved": 4,
            "carry_over": 0.5,
        },
        {"cycle": "c2", "first_period": "2028", "last_period": "2029", "payments": 5},
    )
    for row in cycles["budgets"]:
        row["funder"] = "F"
    payer = table("funders", {"funder": "F", "kind": "public", "currency": "EUR"}) | cycles

    def late(cost: float) -> Oracle:
        work = project("A", cost, 1)
        work["milestones"][0]["earliest_start"] = "2028"
        return Oracle(settings(), join(payer, work))

    assert late(9.9).best.objective == 1
    assert late(9.9).binding() == {"carry_over"}
    assert late(10.1).best.objective == 0
    # Without the reservation min(5, 10) = 5 is still the limit; without budgets everything can be paid.
    assert late(10.1).binding() == {"budgets"}


def test_buffer_and_hedge_of_a_dollar_payment() -> None:
    # 10 USD at 0.9 = 9 EUR in the first year. z(0.95)·0.2·√1 = 0.328971, e^0.328971 − 1 = 0.389537: buffer
    # 9·0.389537 = 3.505829, together 12.505829. Hedging all at 5 % costs 0.45 and needs no buffer: 9.45.
    dollar = {"currency": "USD", "rate": 0.9, "volatility": 0.2}
    work = project("A", 10, 1, currency="USD")
    buffer = {"method": "additive", "confidence": 0.95}

    def funded(payments: float, **more: Any) -> float | None:
        return optimum(join(public("F", payments), work, table("currencies", dollar | more)), buffer=buffer)

    assert (funded(12.51), funded(12.50)) == (1, 0)
    assert (funded(9.46, hedge_cost=0.05), funded(9.44, hedge_cost=0.05)) == (1, 0)
    hedged = join(public("F", 9.46), work, table("currencies", dollar | {"hedge_cost": 0.05}))
    assert Oracle(settings(buffer=buffer), hedged).binding() == {"hedging"}


def test_each_unit_of_base_unlocks_one_matching_rule_only() -> None:
    # Two rules of 0.25 on the same base: matched ≤ 0.25·base in all, so a cost of 10 needs a base of 8. Were
    # the base counted twice, 6.67 would do.
    match = {"funder": "M", "kind": "matching", "currency": "EUR"}
    money = {"funder": "M", "cycle": "c1", "first_period": "2027", "last_period": "2029", "payments": 50}
    rules = [{"rule": f"r{n}", "funders": "M", "base": b, "ratio": 0.25} for n, b in enumerate(["public", "both"])]
    extra = table("funders", match) | table("budgets", money) | table("matching", *rules)
    assert optimum(join(public("F", 8.01), extra, project("A", 10, 3))) == 3
    short = Oracle(settings(), join(public("F", 7.99), extra, project("A", 10, 3)))
    assert short.best.objective == 0
    assert short.binding() == {"matching", "budgets"}


def test_juste_retour_binds_in_a_real_pot() -> None:
    # The pot of 10 gives A 2 and B 8. A floor of 1 lets A's funder pay 2 at most, so B's must pay 8.
    shares = [{"initiative": "P", "party": p, "share": s} for p, s in (("A", 0.2), ("B", 0.8))]
    rule = {"rule": "q", "measure": "geo_return", "parties": "A", "at_least": 1}
    work = join(project("P", 10, 7, pot="real"), table("shares", *shares), table("equity", rule))
    assert optimum(join(public("FA", 9, "A"), public("FB", 8.1, "B"), work)) == 7
    short = Oracle(settings(), join(public("FA", 9, "A"), public("FB", 7.9, "B"), work))
    assert short.best.objective == 0
    assert short.binding() == {"equity", "equity:geo_return", "budgets"}


def test_virtual_pot_red_line_and_cofunding() -> None:
    # Virtual pot: A owes 4, B owes 6; only FB and the private V may pay B's part. V may bear at most 30 % =
    # 3 of the initiative, so FB needs 3. With FB barred, V would have to pay 6.
    shares = [{"initiative": "P", "party": p, "share": s} for p, s in (("A", 0.4), ("B", 0.6))]
    private = {"funder": "V", "kind": "private", "currency": "EUR"}
    money = {"funder": "V", "cycle": "c1", "first_period": "2027", "last_period": "2029", "payments": 50}
    rule = {"rule": "co", "funders": "private", "at_most": 0.3}
    work = join(project("P", 10, 7), table("shares", *shares), table("cofunding", rule))
    payers = join(public("FA", 9, "A"), table("funders", private) | table("budgets", money))
    assert optimum(join(payers, public("FB", 3.1, "B"), work)) == 7
    assert Oracle(settings(), join(payers, public("FB", 2.9, "B"), work)).binding() == {
        "cofunding",
        "budgets",
    }
    barred = table("eligibility", {"rule": "e", "funders": "FB", "parties": "B", "allow": "false"})
    assert Oracle(settings(), join(payers, public("FB", 9, "B"), work, barred)).binding() == {
        "cofunding",
        "eligibility",
    }


def test_schedule_rules_and_what_binds() -> None:
    # B (worth 9) must wait for A, one year and a lag of one: 2029, at 10 % worth 9/1.21 = 7.438. A brings −1.
    # Alone B would start at once for 9. A call that ranks C (worth −2) above A costs another 2.
    link = table("precedence", {"predecessor": "A", "successor": "B", "lag": 1})
    work = join(public("F", 50), project("A", 1, -1), project("B", 1, 9), link)
    oracle = Oracle(settings(discount_rate=0.1), work)
    assert oracle.best.objective == pytest.approx(-1 + 9 / 1.21)
    assert oracle.best.starts == {"A": (1,), "B": (3,)}
    assert oracle.binding() == {"precedence"}
    ranked = join(work, project("C", 1, -2, call="k", rank=1))
    ranked["initiatives"][0] |= {"call": "k", "rank": 2}
    oracle = Oracle(settings(), ranked)
    assert oracle.best.objective == pytest.approx(9 - 1 - 2)
    assert oracle.binding() == {"precedence", "ranking"}


def test_mandatory_without_money_is_infeasible() -> None:
    oracle = Oracle(settings(), join(public("F", 3), project("A", 4, 9, status="mandatory")))
    assert oracle.best.status == "infeasible"
    assert oracle.binding() == {"budgets", "milestones", "milestones:status"}


@pytest.mark.parametrize("seed", [3, 8, 11, 20, 27])
def test_cuts_change_nothing(seed: int) -> None:
    case = random_case(seed)
    quick, slow = Oracle(*case), Oracle(*case, prune=False)
    assert quick.best.agrees(slow.best)
    assert quick.best.starts == slow.best.starts
