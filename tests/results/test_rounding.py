"""Whole minor units: dues, payments, hedges and accounts tie to the cent (ledger, rounding, accounts)."""

import random
from collections import defaultdict
from fractions import Fraction
from typing import Any

import pytest

from fundalign.inputs.case import Case
from fundalign.results.accounts import Account, Books
from fundalign.results.decisions import Decisions, PayKey
from fundalign.results.ledger import Due, ceiling, dues, floor, half_up, minor_text
from fundalign.results.rounding import Rounded, round_plan

from .conftest import make_case

NO_FACTORS: dict[str, Any] = {"discount": {}, "escalation": {}, "loss": {}}
TEXT = """
funders
funder,kind,currency,contingency
F1,public,EUR,{contingency}
F2,public,EUR,0

budgets
funder,cycle,first_period,last_period,payments,carry_over,reserved
F1,c,2027,2029,{first},0,0
F2,c,2027,2029,{second},0,0

initiatives
initiative,currency
A,{currency}

milestones
initiative,milestone,order,duration,cost,value
A,a,1,{duration},{cost},1
"""
SETTINGS: dict[str, Any] = {"name": "rounding", "currency": "EUR", "first_period": "2027", "periods": 3}
LINE = ("A", "all", "")
Shape = dict[str, object]


def one(rest: str = "", **shape: object) -> Case:
    """One initiative A and two funders; amounts as given."""
    usual: Shape = {"contingency": 0, "first": 100, "second": 100, "currency": "EUR", "duration": 1, "cost": 10}
    return make_case(TEXT.format(**(usual | shape)) + rest, SETTINGS)


def shared(currency: str, cost: str, shares: dict[str, str]) -> Case:
    rows = "\n".join(f"A,{party},{share}" for party, share in shares.items())
    rest = f"\nshares\ninitiative,party,share\n{rows}\n"
    if currency != "EUR":
        rest += f"\ncurrencies\ncurrency,rate\n{currency},0.00625\n"
    return one(rest, currency=currency, cost=cost)


def amounts(case: Case, factors: dict[str, Any] = NO_FACTORS, **starts: int) -> dict[tuple[str, int], int]:
    """Return {(party, period): minor units} of the dues of A when its milestones start as given."""
    found = dues(case, factors, {("A", m): t for m, t in (starts or {"a": 1}).items()}, {})
    return {(due.line[2], due.period): due.amount for due in found}


def settle(
    case: Case, payments: dict[PayKey, float], hedges: dict[tuple[str, str, int], float] | None = None
) -> Rounded:
    starts = {("A", "a"): 1}
    decisions = Decisions(starts, {}, payments, hedges or {})
    return round_plan(case, Books(case, NO_FACTORS), dues(case, NO_FACTORS, starts, {}), decisions)


@pytest.mark.parametrize(
    ("value", "low", "near", "high"),
    [("5/2", 2, 3, 3), ("-5/2", -3, -3, -2), ("7/3", 2, 2, 3), ("-7/3", -3, -2, -2), ("4", 4, 4, 4), ("1/2", 0, 1, 1)],
)
def test_whole_numbers(value: str, low: int, near: int, high: int) -> None:
    exact = Fraction(value)
    assert (floor(exact), half_up(exact), ceiling(exact)) == (low, near, high)


@pytest.mark.parametrize(
    ("amount", "digits", "text"),
    [(1250, 2, "12.50"), (1200, 0, "1200"), (5, 2, "0.05"), (0, 2, "0.00"), (12345, 3, "12.345")],
)
def test_minor_text(amount: int, digits: int, text: str) -> None:
    assert minor_text(amount, digits) == text


def test_largest_remainder_over_parties() -> None:
    """1.01 EUR: 50.5, 30.3 and 20.2 cents; 50 + 30 + 20 = 100, the cent left goes to the half."""
    case = shared("EUR", "1.01", {"N": "0.5", "S": "0.3", "W": "0.2"})
    assert amounts(case) == {("N", 1): 51, ("S", 1): 30, ("W", 1): 20}


def test_largest_remainder_over_periods() -> None:
    """10 EUR in three even parts: 333.33 cents each, one of them has the odd cent."""
    found = amounts(one(duration=3))
    assert sorted(found.values()) == [333, 333, 334]
    assert sorted(found) == [("", 1), ("", 2), ("", 3)]


def test_yen_have_no_decimals() -> None:
    """100 JPY: 33.6 and 66.4 are 34 and 66."""
    assert amounts(shared("JPY", "100", {"N": "0.336", "S": "0.664"})) == {("N", 1): 34, ("S", 1): 66}


def test_a_cost_below_half_a_unit_falls_due_nowhere() -> None:
    assert amounts(one(cost="0.004")) == {}
    assert amounts(one(cost="0.005")) == {("", 1): 1}


def test_escalated_cost_is_rounded_as_a_whole() -> None:
    """10 EUR over two periods, 5 and 5·1.005 = 5.025; 10.025 is 10.03 as a whole: 500 and 503 cents."""
    factors = NO_FACTORS | {"escalation": {"A": {"2027": "1", "2028": "1.005"}}}
    assert amounts(one(duration=2), factors) == {("", 1): 500, ("", 2): 503}


def test_what_one_milestone_leaves_over_the_next_takes_up() -> None:
    """Two milestones of 0.05 EUR in one period, N 0.5 and S 0.5: 2.5 + 2.5 cents each time, in the end 5 and 5."""
    case = shared("EUR", "0.05", {"N": "0.5", "S": "0.5"})
    again = make_case(
        TEXT.format(contingency=0, first=1, second=1, currency="EUR", duration=1, cost="0.05").replace(
            "A,a,1,1,0.05,1", "A,a,1,1,0.05,1\nA,b,2,1,0.05,1"
        )
        + "\nshares\ninitiative,party,share\nA,N,0.5\nA,S,0.5\n",
        SETTINGS,
    )
    assert sorted(amounts(case).values()) == [2, 3]
    assert amounts(again, a=1, b=1) == {("N", 1): 5, ("S", 1): 5}


@pytest.mark.parametrize("seed", range(10))
def test_dues_sum_to_the_rounded_cost_and_stay_within_a_unit(seed: int) -> None:
    rng = random.Random(seed)
    weights = [rng.randint(1, 999) for _ in range(6)]
    shares = {f"P{k}": f"{w / sum(weights):.9f}" for k, w in enumerate(weights)}
    cost = f"{rng.uniform(0.5, 900):.3f}"
    case = shared("EUR", cost, shares)
    found = amounts(case)
    assert sum(found.values()) == half_up(Fraction(cost) * 100)
    for party, share in case.shares["A"].items():
        assert abs(found.get((party, 1), 0) - share * Fraction(cost) * 100) < 1


@pytest.mark.parametrize("seed", range(10))
def test_payments_tie_by_line_and_stay_near_by_cycle(seed: int) -> None:
    """Rows: what is paid on a line is its due. Columns: over a cycle a funder is off by a unit at most."""
    rng = random.Random(seed)
    case = one(duration=3, cost=f"{rng.uniform(1, 90):.2f}")
    due = amounts(case)
    part = {t: rng.random() for t in (1, 2, 3)}
    wanted = {("F1", LINE, t): part[t] * due["", t] / 100 for t in part}
    wanted |= {("F2", LINE, t): (1 - part[t]) * due["", t] / 100 for t in part}
    found = settle(case, wanted)
    paid: dict[int, int] = defaultdict(int)
    for (_, _, t), amount in found.payments.items():
        paid[t] += amount
    assert {("", t): amount for t, amount in paid.items()} == due
    for funder in ("F1", "F2"):
        whole = sum(amount for (f, _, _), amount in found.payments.items() if f == funder)
        exact = sum(100 * amount for (f, _, _), amount in wanted.items() if f == funder)
        assert abs(whole - exact) <= 1 + 1e-6
        for t in (1, 2, 3):
            assert abs(found.payments.get((funder, LINE, t), 0) - 100 * wanted[funder, LINE, t]) < 2
    assert not found.overshoot


def test_solver_noise_is_no_payment() -> None:
    """A payment of a billionth of the due is the solver's tolerance: F2 pays nothing."""
    found = settle(one(), {("F1", LINE, 1): 10.0, ("F2", LINE, 1): 1e-9})
    assert found.payments == {("F1", LINE, 1): 1000}


def test_a_due_that_nobody_pays_is_an_error() -> None:
    with pytest.raises(ArithmeticError, match="no payer"):
        settle(one(), {})


def test_an_overshoot_is_mended_by_a_single_unit() -> None:
    """3 cents, F1 wants 1.6 and F2 1.4. The odd cent would be F1's, but its limit is 1 whole cent: F2 takes it."""
    found = settle(one(cost="0.03", first="0.016"), {("F1", LINE, 1): 0.016, ("F2", LINE, 1): 0.014})
    assert found.payments == {("F1", LINE, 1): 1, ("F2", LINE, 1): 2}
    assert found.overshoot == {}


def test_without_the_limit_the_odd_unit_goes_to_the_one_furthest_behind() -> None:
    found = settle(one(cost="0.03"), {("F1", LINE, 1): 0.016, ("F2", LINE, 1): 0.014})
    assert found.payments == {("F1", LINE, 1): 2, ("F2", LINE, 1): 1}


def test_an_overshoot_that_cannot_be_mended_is_reported() -> None:
    """As above, but F2 has no room either: F1 stays a cent over."""
    case = one(cost="0.03", first="0.016", second="0.014")
    found = settle(case, {("F1", LINE, 1): 0.016, ("F2", LINE, 1): 0.014})
    assert found.overshoot == {("F1", "c"): 1}
    assert sum(found.payments.values()) == 3
    assert found.accounts["F1"][0].over == 1
    assert found.accounts["F2"][0].over == 0


def test_nobody_is_moved_further_than_a_unit_from_what_it_wants() -> None:
    """F1 has nothing at all. One of its 2 cents moves to F2, which wants 1.4 and pays 2; a second would make it 3."""
    found = settle(one(cost="0.03", first="0"), {("F1", LINE, 1): 0.016, ("F2", LINE, 1): 0.014})
    assert found.payments == {("F1", LINE, 1): 1, ("F2", LINE, 1): 2}
    assert found.overshoot == {("F1", "c"): 1}


def test_a_contingency_counts_as_overshoot() -> None:
    """10 cents and a tenth of them fit in 11; a contingency of 11 % is 1.1, rounded up 2 cents: one too much."""
    fits = settle(one(cost="0.10", first="0.11", contingency="0.1"), {("F1", LINE, 1): 0.1})
    assert fits.overshoot == {}
    over = settle(one(cost="0.10", first="0.11", contingency="0.11"), {("F1", LINE, 1): 0.1})
    assert over.overshoot == {("F1", "c"): 1}


@pytest.mark.parametrize(("share", "whole"), [(0.0, None), (0.5, 501), (0.9999999999, 1000), (1.0, 1000), (0.0001, 1)])
def test_hedges_are_rounded_up_and_never_more_than_the_exposure(share: float, whole: int | None) -> None:
    """10 USD are exposed: 1000 cents."""
    case = one("\ncurrencies\ncurrency,rate,hedge_cost\nUSD,0.8,0.01\n", currency="USD")
    found = settle(case, {("F1", LINE, 1): 10.0}, {("F1", "USD", 1): share})
    assert found.hedged.get(("F1", "USD", 1)) == whole


ACCOUNTS = """
funders
funder,kind,currency,contingency
F,public,EUR,0.1

budgets
funder,cycle,first_period,last_period,payments,carry_over,reserved
F,c1,2027,2027,100,{carry},20
F,c2,2028,2028,50,1,0

currencies
currency,rate,hedge_cost
USD,0.8,0.01

rates
currency,period,rate
USD,2028,0.9

initiatives
initiative,currency
A,EUR

milestones
initiative,milestone,order,duration,cost,value
A,a,1,1,10,1
"""


def accounts(carry: str, released: bool = False, hedged: int = 0) -> tuple[Account, Account]:
    """F pays 50.05 EUR in 2027 and 10.01 USD in 2028, some of it hedged; the loss is 0.123 EUR per USD."""
    settings = SETTINGS | {"buffer": {"method": "additive", "released": released}}
    factors = NO_FACTORS | {"loss": {"F": {"USD": {"2028": "0.123"}}}}
    books = Books(make_case(ACCOUNTS.format(carry=carry), settings), factors)
    first, second = books.accounts("F", [("EUR", 1, 5005), ("USD", 2, 1001)], {("USD", 2): hedged}, {})
    return first, second


def test_accounts_by_hand() -> None:
    """2027: 8000 available, 5005 spent, buffer 500.5 -> 501, 2494 left, less than the 3000 that may be carried.

    2028: 10.01 USD·0.9 = 9.009 EUR -> 901 cents (half up); buffer 1001·0.123 + 0.1·900.9 = 123.123 + 90.09 -> 214;
    5000 + 2494 - 901 - 214 = 6379 lapse after the last cycle.
    """
    first, second = accounts("0.3")
    assert (first.payments, first.reserved, first.carried_in) == (10000, 2000, 0)
    assert (first.spent, first.buffer, first.carried_out, first.lapsed) == (5005, 501, 2494, 0)
    assert (second.carried_in, second.spent, second.hedge_cost, second.buffer) == (2494, 901, 0, 214)
    assert (second.carried_out, second.lapsed) == (0, 6379)
    assert (first.over, second.over) == (5005 + 501 - 8000, 901 + 214 - 7494)


def test_accounts_with_a_smaller_carry_over() -> None:
    """At most 0.1 of 100: 1000 are carried, 1494 lapse."""
    first, second = accounts("0.1")
    assert (first.carried_out, first.lapsed, second.carried_in) == (1000, 1494, 1000)


def test_accounts_released() -> None:
    """The buffer of 501 is released: 8000 - 5005 = 2995 are carried; 5000 + 2995 - 901 = 7094 lapse."""
    first, second = accounts("0.3", released=True)
    assert (first.buffer, first.carried_out, first.lapsed) == (501, 2995, 0)
    assert (second.buffer, second.lapsed) == (214, 7094)


def test_accounts_hedged() -> None:
    """5.01 USD hedged in 2028 cost 0.01·2·0.9·501 = 9.018 -> 10; buffer 500·0.123 + 90.09 = 151.59 -> 152."""
    _, second = accounts("0.3", hedged=501)
    assert (second.hedge_cost, second.buffer) == (10, 152)
    assert second.lapsed == 7494 - 901 - 10 - 152


@pytest.mark.parametrize(("released", "hedged"), [(False, 0), (True, 0), (False, 333), (True, 1001)])
def test_accounts_balance(released: bool, hedged: int) -> None:
    for account in accounts("0.3", released, hedged):
        used = account.spent + account.hedge_cost + account.carried_out + account.lapsed
        used += 0 if released else account.buffer
        assert used == account.payments - account.reserved + account.carried_in


def test_conversions_are_rounded_half_up() -> None:
    """EUR-JPY 1/160: a cent is 1.6 JPY, 5 cents 8; 1 JPY is 0.625 cents, 4 JPY 2.5 cents."""
    text = TEXT.format(contingency=0, first=100, second=100, currency="EUR", duration=1, cost=10)
    text = text.replace("F2,public,EUR", "F2,public,JPY") + "\ncurrencies\ncurrency,rate\nJPY,0.00625\n"
    books = Books(make_case(text, SETTINGS), NO_FACTORS)
    assert [books.in_funder_currency("F2", "EUR", 1, cents) for cents in (1, 5, 100)] == [2, 8, 160]
    assert [books.in_funder_currency("F1", "JPY", 1, yen) for yen in (1, 4, 160)] == [1, 3, 100]
    assert [books.in_base("JPY", yen) for yen in (1, 4, 160)] == [1, 3, 100]
    assert books.in_funder_currency("F1", "EUR", 1, 7) == 7
    assert (books.units("JPY"), books.units("EUR")) == (1, 100)


def test_dues_are_named_by_line_and_currency() -> None:
    assert dues(one(), NO_FACTORS, {("A", "a"): 2}, {}) == [Due(LINE, 2, "EUR", 1000)]
