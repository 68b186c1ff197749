"""The need of a buffer, exact, for every method: worked out for the accounts and recomputed by the verifier."""

import copy
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fundalign.models.scenarios import Scenarios, tail_mean
from fundalign.optimizer.extract import factor_table
from fundalign.results.accounts import Books
from fundalign.results.scenario_losses import ScenarioLosses, largest
from fundalign.results.verify_buffers import currency_need
from fundalign.results.verify_factors import Factors
from fundalign.results.verify_facts import Facts
from fundalign.results.verify_rows import Findings
from fundalign.results.verify_scenarios import read_draws

from .conftest import make_case

CASE = """
funders
funder,kind,currency
DE,public,EUR
SE,public,SEK

budgets
funder,cycle,first_period,last_period,payments
DE,c,2027,2029,100
SE,c,2027,2029,100

currencies
currency,rate,volatility
USD,0.8,{0}
GBP,1.25,{1}
JPY,0.006,{2}
SEK,0.1,{3}

rates
currency,period,rate
USD,2028,0.9

correlations
currency_a,currency_b,correlation
USD,GBP,0.5
JPY,USD,-0.3

initiatives
initiative,currency
E,EUR
U,USD
G,GBP
J,JPY

milestones
initiative,milestone,order,duration,cost,value
E,e,1,1,1,1
U,u,1,1,1,1
G,g,1,1,1,1
J,j,1,1,1,1
"""
FOREIGN = ("USD", "GBP", "JPY")
Held = dict[tuple[str, int], int]  # unhedged, minor units


@cache
def kept(method: str, *, moving: bool = True, **buffer: Any) -> tuple[Books, Facts]:
    """What keeps the accounts of the case under a buffer, and what verifies them."""
    volatility = ("0.1", "0.2", "0.15", "0.05") if moving else ("0", "0", "0", "0")
    chosen = {"method": method, "confidence": Decimal("0.9"), "scenarios": 40} | buffer
    settings_: dict[str, Any] = {"name": "need", "currency": "EUR", "first_period": "2027", "periods": 3}
    case = make_case(CASE.format(*volatility), settings_ | {"buffer": chosen})
    factors, findings = factor_table(case), Findings()
    facts = Facts(case, Factors(case, factors, findings), findings)
    assert findings.faults == []
    return Books(case, factors), facts


def need(method: str, held: Held, funder: str = "DE", **buffer: Any) -> Fraction:
    """The need in whole units of the funder's currency; the verifier finds the same, to the last digit."""
    books, facts = kept(method, **buffer)
    amount = books.currency_need(funder, held) / 100
    whole = {(c, t): Fraction(units, books.units(c)) for (c, t), units in held.items()}
    assert currency_need(facts, funder, whole) == amount
    return amount


def expected_loss(held: Held, funder: str, **buffer: Any) -> float:
    """The mean over all scenarios, by the model's own numbers."""
    books, _ = kept("cvar", **buffer)
    seen = Scenarios(books.case)
    return sum(units / books.units(c) * float(seen.losses(funder, c, t).mean()) for (c, t), units in held.items())


HELD: Held = {("USD", 1): 100_00, ("GBP", 1): 40_00, ("JPY", 3): 10_000}
FUNDERS = st.sampled_from(["DE", "SE"])
CELLS = st.tuples(st.sampled_from(FOREIGN), st.integers(1, 3))
POSITIONS = st.dictionaries(CELLS, st.integers(0, 10**7), max_size=6)
few = settings(derandomize=True, deadline=None, max_examples=25, database=None)


@pytest.mark.parametrize(
    ("gamma", "expected"),
    [(0, "0"), (1, "23.7052270887"), (2, "38.312908985980"), (3, "49.25125778808"), (9, "49.25125778808")],
)
def test_budgeted_by_hand(gamma: int, expected: str) -> None:
    """At 90 %, z = 1.28155156554460, the largest Γ of these, each with its factor at 12 digits.

    JPY 0.006·(exp(z·0.15·√3) - 1)·10,000 = 0.00237052270887·10,000 = 23.7052270887
    GBP 1.25·(exp(z·0.2) - 1)·40          = 0.365192047432·40        = 14.60768189728
    USD 0.8·(exp(z·0.1) - 1)·100          = 0.109383488021·100       = 10.9383488021
    """
    assert need("budgeted", HELD, gamma=gamma) == Fraction(expected)
    assert need("budgeted", {}, gamma=gamma) == 0


DRAWS = {"USD": ("0.1", "-0.1", "0.2", "-0.2"), "GBP": ("0.3", "-0.3", "-0.2", "0.2")}


@pytest.mark.parametrize(
    ("confidence", "count", "worst"),
    [("0.75", 1, 1), ("0.6", Fraction("1.6"), 2), ("0.9", Fraction("0.4"), 1), ("0.501", Fraction("1.996"), 2)],
)
def test_worst_scenarios_by_hand(confidence: str, count: Fraction, worst: int) -> None:
    """100 USD and 40 GBP of DE's, paid in 2027, lose

    1:  0.0841367344605·100 + 0.43732350947·40 =  25.90661382485
    2: -0.0761300655712·100 - 0.323977224148·40 = -20.57
    3:  0.177122206528·100 - 0.226586558653·40 =   8.64875830668
    4: -0.145015397538·100 + 0.2767534477·40   =  -3.43
    """
    books, _ = kept("cvar", confidence=Decimal(confidence), scenarios=4)
    losses = ScenarioLosses(books.case, DRAWS)
    assert losses.tail == count
    found = losses.worst("DE", {("USD", 1): Fraction(100), ("GBP", 1): Fraction(40), ("JPY", 1): Fraction(0)})
    assert sorted(found, reverse=True) == [Fraction("25.90661382485"), Fraction("8.64875830668")][:worst]
    assert losses.worst("DE", {("JPY", 1): Fraction(7)}) == [0]  # JPY has no draws here: it does not move


def test_mean_of_the_worst_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """(25.90661382485 + 0.6·8.64875830668)/1.6 = 19.43491800553625 of the four above at 60 %."""
    books, facts = kept("cvar", confidence=Decimal("0.6"), scenarios=4)
    losses = ScenarioLosses(books.case, DRAWS)
    monkeypatch.setattr(Books, "_scenarios", losses)
    monkeypatch.setattr(facts.factors, "scenario_losses", losses)
    assert need("cvar", {("USD", 1): 100_00, ("GBP", 1): 40_00}, confidence=Decimal("0.6"), scenarios=4) == Fraction(
        "19.43491800553625"
    )
    assert need("cvar", {}, confidence=Decimal("0.6"), scenarios=4) == 0


def test_a_gain_is_no_need() -> None:
    """Of one scenario the only loss counts; where it is a gain, nothing is needed."""
    books, _ = kept("cvar", scenarios=1)
    signs = {c: float(x[0]) > 0 for c, x in books.factors["scenarios"].items()}
    assert set(signs.values()) == {True, False}
    for currency in FOREIGN:
        assert (need("cvar", {(currency, 1): 100_00}, scenarios=1) > 0) == signs[currency]


def test_largest() -> None:
    amounts = [Fraction(3), Fraction(9), Fraction(-1)]
    assert [largest(amounts, Fraction(n)) for n in ("0", "1", "1.5", "2", "3", "3.5", "9")] == [
        *(0, 9, Fraction("10.5"), 12, 11, 11, 11)
    ]


@few
@given(FUNDERS, POSITIONS, st.integers(0, 4))
def test_budgeted_is_between_nothing_and_additive(funder: str, held: Held, gamma: int) -> None:
    """Equal to additive at Γ of at least the number of currencies, nothing at Γ = 0, and rising with Γ."""
    additive, found = need("additive", held, funder), need("budgeted", held, funder, gamma=gamma)
    assert need("budgeted", held, funder, gamma=0) == 0 <= found <= additive
    assert found <= need("budgeted", held, funder, gamma=gamma + 1)
    if gamma >= len({currency for (currency, _), units in held.items() if units}):
        assert found == additive


@few
@given(FUNDERS, POSITIONS, st.sampled_from([7, 40, 200]))
def test_cvar_is_at_least_the_expected_loss_and_rises_with_confidence(funder: str, held: Held, scenarios: int) -> None:
    needs = [
        need("cvar", held, funder, scenarios=scenarios, confidence=Decimal(text))
        for text in ("0.6", "0.75", "0.9", "0.99")
    ]
    assert needs == sorted(needs)
    assert float(needs[0]) >= expected_loss(held, funder, scenarios=scenarios, confidence=Decimal("0.6")) * (1 - 1e-9)


@few
@given(FUNDERS, POSITIONS, POSITIONS)
def test_cvar_of_a_sum_is_at_most_the_sum(funder: str, one: Held, two: Held) -> None:
    """And equal for amounts of one currency: all of them lose together."""
    both = {cell: one.get(cell, 0) + two.get(cell, 0) for cell in one.keys() | two.keys()}
    assert need("cvar", both, funder) <= need("cvar", one, funder) + need("cvar", two, funder)
    if funder == "DE":
        for currency in FOREIGN:
            alone = {cell: units for cell, units in both.items() if cell[0] == currency}
            parts = [need("cvar", {cell: units}, funder) for cell, units in alone.items()]
            assert need("cvar", alone, funder) == sum(parts)


@few
@given(FUNDERS, POSITIONS, st.sampled_from(["additive", "budgeted", "cvar"]))
def test_no_volatility_no_need(funder: str, held: Held, method: str) -> None:
    assert need(method, held, funder, moving=False) == 0


@few
@given(POSITIONS)
def test_the_model_needs_the_same(held: Held) -> None:
    """The mean of the worst scenarios by the model's own numbers."""
    books, _ = kept("cvar")
    seen = Scenarios(books.case)
    losses = sum((units / books.units(c) * seen.losses("DE", c, t) for (c, t), units in held.items()), np.zeros(40))
    assert float(need("cvar", held)) == pytest.approx(tail_mean(losses, seen.size), rel=1e-10, abs=1e-9)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda x: x.pop("USD"), "the scenarios of USD are missing"),
        (lambda x: x.update(USD=["0.1"]), "scenarios of USD: not a list of 40 numbers"),
        (lambda x: x.update(USD="0.1"), "scenarios of USD: not a list of 40 numbers"),
        (lambda x: x.update(CAD=["0"] * 40), "unknown currency 'CAD'"),
        (lambda x: x["USD"].__setitem__(2, x["USD"][2] + "1"), ""),  # a 13th digit: within the last one
        (lambda x: x["USD"].__setitem__(2, "0.1"), "scenario 3 of USD is '0.1', should be "),
        (lambda x: x["USD"].__setitem__(2, 0.1), "scenario 3 of USD is 0.1, should be "),
        (lambda x: x["USD"].__setitem__(2, "nan"), "scenario 3 of USD is 'nan', should be "),
        (lambda x: x.update(USD=["0"] * 40), "(39 more differ)"),
    ],
)
def test_stored_scenarios_are_checked(change: Callable[[dict[str, Any]], object], fault: str) -> None:
    """What is wrong is named, and what is right is used instead."""
    case = kept("cvar")[0].case
    factors, findings = copy.deepcopy(factor_table(case)), Findings()
    change(factors["scenarios"])
    read = read_draws(case, factors["scenarios"], findings)
    assert len(findings.faults) == bool(fault)
    assert all(fault in said for said in findings.faults)
    assert {c: len(x) for c, x in read.items()} == dict.fromkeys(("GBP", "JPY", "SEK", "USD"), 40)


def test_scenarios_are_for_cvar_only() -> None:
    case, findings = kept("additive")[0].case, Findings()
    assert "scenarios" not in factor_table(case)
    assert read_draws(case, {}, findings) == {}
    assert findings.faults == []
    read_draws(case, {"USD": ["0.1"]}, findings)
    assert findings.faults == ["factors.json: scenarios are given, but the buffer is additive"]
    cvar, findings = kept("cvar")[0].case, Findings()
    read_draws(cvar, ["0.1"], findings)
    assert findings.faults[0] == "factors.json: scenarios is not a table of currencies"
