"""The oracle on partial levels, synergies, tickets, guarantees, commitments, stability and risk, solved by hand."""

from __future__ import annotations

import pytest

from .hand import change, group, join, optimum, payer, project, settings, table
from .oracle import Oracle

TWO = join(project("A", 8, 16), project("B", 6, 6))


def two_steps(**last: float | str) -> dict[str, list[dict[str, object]]]:
    """Initiative A with m1 (cost 4, value 4, at least 0.5 of it) and m2 (cost 6, value 9)."""
    step = {"initiative": "A", "duration": 1}
    first = step | {"milestone": "m1", "order": 1, "cost": 4, "value": 4, "min_level": 0.5}
    second = step | {"milestone": "m2", "order": 2, "cost": 6, "value": 9} | last
    return table("initiatives", {"initiative": "A", "currency": "EUR"}) | table("milestones", first, second)


def test_a_partial_milestone_takes_what_is_left() -> None:
    # 12 pay for B (6) and 6/8 of A: 6 + 0.75·16 = 18; A alone brings 16. At least 0.8 of A would need 12.4.
    half, most = (change(TWO, "milestones", 0, min_level=least) for least in (0.5, 0.8))
    oracle = Oracle(settings(), join(payer("F", 12), half))
    assert oracle.best.objective == pytest.approx(18)
    assert oracle.best.levels == {("A", 0): pytest.approx(0.75)}
    assert oracle.binding() == {"levels", "budgets"}
    assert optimum(join(payer("F", 12), most)) == pytest.approx(16)


def test_no_level_is_above_the_one_before() -> None:
    # m2 in full needs m1 in full: 10. With 9, m1 alone brings 4. Were m2 partial too (at least 0.3), both at 0.9:
    # 3.6 + 8.1 = 11.7, for m2 is worth 1.5 per unit and m1 1, but no level of m2 exceeds that of m1.
    assert optimum(join(payer("F", 10.01), two_steps())) == pytest.approx(13)
    assert optimum(join(payer("F", 9), two_steps())) == pytest.approx(4)
    oracle = Oracle(settings(), join(payer("F", 9), two_steps(min_level=0.3)))
    assert oracle.best.objective == pytest.approx(11.7)


def test_synergies_follow_the_least_level_and_losses_what_is_done() -> None:
    # A and B bring 1 each and 4 together = 6 for 10; C brings 5.5 for 5. With 10.5 A and B, with 9.5 C — unless B
    # may be done in part: at 4.5/5 = 0.9, 1 + 0.9 + 0.9·4 = 5.5; with a synergy of 5 rather 1 + 0.9 + 4.5 = 6.4.
    pair = group("pair", "initiative", "A", "B")
    work = join(project("A", 5, 1), project("B", 5, 1), project("C", 5, 5.5), pair)

    def bonus(value: float) -> dict[str, list[dict[str, object]]]:
        return table("synergies", {"synergy": "s", "initiatives": "pair", "value": value})

    oracle = Oracle(settings(), join(payer("F", 10.4), work, bonus(5)))
    assert oracle.best.objective == pytest.approx(7)
    assert oracle.binding() == {"synergies", "budgets"}
    assert optimum(join(payer("F", 9.5), work, bonus(5))) == pytest.approx(5.5)
    part = change(work, "milestones", 1, min_level=0.2)
    assert optimum(join(payer("F", 9.5), part, bonus(5))) == pytest.approx(6.4)
    # A loss of 1.5 with both done, however little of B: C and A, 6.5 and then 0.5 left for a tenth of B, no: 0.1 − 1.5.
    assert optimum(join(payer("F", 10.5), part, bonus(-1.5))) == pytest.approx(6.5)


def test_a_ticket_is_paid_in_full_or_not_at_all() -> None:
    # A costs 8, F and G have 6 each. Tickets of 5 and 4 are more than 8 together, 5 and 3 are just 8.
    def funded(of_g: float) -> Oracle:
        return Oracle(settings(), join(payer("F", 6, min_ticket=5), payer("G", 6, min_ticket=of_g), project("A", 8, 3)))

    assert funded(3).best.objective == 3
    assert funded(4).best.objective == 0
    assert funded(4).binding() == {"tickets", "budgets"}


def test_a_guarantee_lets_private_money_in_at_the_price_of_its_provision() -> None:
    # A costs 10, V pays at most 6 of it if it is backed: 6/3 = 2 guaranteed, half of it set aside: F needs 4 + 1.
    rule = {"guarantee": "g", "guarantor": "F", "funders": "V", "provisioning_rate": 0.5, "leverage": 3}

    def funded(money: float, **cells: float) -> Oracle:
        payers = join(payer("F", money), payer("V", 6, kind="private"))
        return Oracle(settings(), join(payers, table("guarantees", rule | cells), project("A", 10, 3)))

    assert funded(5.01).best.objective == 3
    assert funded(4.99).best.objective == 0
    assert funded(4.99).binding() == {"guarantees", "budgets"}
    # A cap of 1.9 lets 5.7 in; then F needs 4.3 + 0.95.
    assert funded(5.26, cap=1.9).best.objective == 3
    assert funded(5.24, cap=1.9).best.objective == 0


def test_a_guarantee_is_given_in_the_cycle_in_which_its_scope_begins() -> None:
    # Begun in 2027, so the provision (1) is taken from the first year; the 4 of its own F pays in 2028 (offset 1).
    late = table("cost_profile", {"initiative": "A", "milestone": "m1", "offset": 1, "share": 1})
    rule = {"guarantee": "g", "guarantor": "F", "funders": "V", "provisioning_rate": 0.5, "leverage": 3}
    work = join(change(project("A", 10, 3), "milestones", 0, latest_start="2027"), late, table("guarantees", rule))
    private = payer("V", 6, kind="private")
    assert optimum(join(payer("F", 1.01, 4.01, 0), private, work)) == 3
    assert optimum(join(payer("F", 0.99, 4.05, 0), private, work)) == 0


def test_all_of_a_milestone_is_committed_when_it_begins() -> None:
    # A costs 6 over 2027-28, 3 a year. F may commit 5 in 2027 and 7 in 2028: A starts in 2028, at 10 % worth 9/1.21.
    work = change(project("A", 6, 9), "milestones", 0, duration=2)
    three = payer("F", 9, 9, 9)
    for n, ceiling in enumerate((5, 7, 0)):
        three = change(three, "budgets", n, commitments=ceiling)
    oracle = Oracle(settings(discount_rate=0.1), join(three, work))
    assert oracle.best.objective == pytest.approx(9 / 1.21)
    assert oracle.binding() == {"commitments"}
    # G, without a ceiling, commits and pays 1 of it: at once, worth 9/1.1.
    both = join(three, payer("G", 1.01), work)
    assert optimum(both, discount_rate=0.1) == pytest.approx(9 / 1.1)


def test_payments_per_period_keep_steady() -> None:
    # F pays 5 in 2027 and at most 10·0.3 = 3 more or less in 2028: A (5) and B (8.1, from 2028) do not fit.
    late = change(project("B", 8.1, 9), "milestones", 0, earliest_start="2028", latest_start="2028")
    early = change(project("A", 5, 4), "milestones", 0, latest_start="2027")
    steady = payer("F", 10, 10, 100, max_change=0.3)
    oracle = Oracle(settings(), join(steady, early, late))
    assert oracle.best.objective == 0
    assert oracle.binding() == {"stability"}
    # In two of three the 2029 payment must follow too: C, 6 a year from 2027 to 2029, makes all three steady.
    rest = change(project("C", 18, 2), "milestones", 0, duration=3)
    more = join(payer("F", 20, 20, 20, max_change=0.3), early, late, rest)
    # 6+5, 6+8.1, 6: the last step is 8.1 > 6. Without B: 11, 6, 6 is steady: 4 + 2.
    assert optimum(more) == pytest.approx(6)


def test_risk_tolerance_counts_what_is_paid() -> None:
    # A fails with 0.5: with B (cost 4) the average of what F pays is 0.5·4/8 = 0.25, with B at 6 it is 0.2.
    def funded(cost: float) -> Oracle:
        risky = change(project("A", 4, 9), "milestones", 0, success=0.5)
        return Oracle(settings(), join(payer("F", 50, risk_tolerance=0.21), risky, project("B", cost, 1)))

    assert funded(6).best.objective == 10
    assert funded(4).best.objective == 1
    assert funded(4).binding() == {"risk_tolerance"}
