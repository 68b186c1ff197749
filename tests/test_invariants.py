"""The invariants of the model on random tiny cases: what must hold for every plan, and what must not change.

Each property draws a seed; the case of a seed is the same everywhere. Optima are proven (gap 0, or what cents make of
money and levels) and compared with a relative tolerance. A case without a plan counts as minus infinity.
"""

from __future__ import annotations

import os
import random
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fundalign.optimizer.extract import factor_table
from fundalign.results.plan import Plan, Run
from fundalign.results.verify import Audit, audit, verify

from . import recount, recount_totals
from .recount import Recount
from .variations import (
    CENTS,
    Tiny,
    exact_rate,
    optimum,
    plan,
    restated,
    restrictions,
    risky,
    scaled,
    shuffled,
    solved,
    tiny,
    undrawn,
    unhedged,
    worth,
)

SEEDS = st.integers(0, 107)  # three times round the generator's features
COINS = st.integers(0, 2**31)
RULES = ("red line", "precedence", "choice", "co-funding", "equity", "earmark")
AMOUNTS = {
    "portfolio": ("cost", "public", "private", "matching"),
    "schedule": ("cost",),
    "funding": ("amount", "amount_funder", "amount_base"),
    "budgets": (
        *("payments", "reserved", "carried_in", "spent", "hedge_cost"),
        *("provision", "buffer", "carried_out", "lapsed"),
    ),
    "currency": ("exposure", "hedged", "unhedged", "worst_case_loss"),
    "flows": ("amount_base",),
    "commitments": ("amount", "amount_funder"),
    "guarantees": ("mobilised", "guaranteed", "provision"),
}


def examples(count: int) -> settings:
    """So many examples in `make oracle`, part of them in the suite."""
    some = round(count * float(os.environ.get("EXAMPLES", "0.35")))
    return settings(derandomize=True, deadline=None, max_examples=some, database=None)


def not_above(one: float, other: float) -> bool:
    """Whether one optimum is at most another; without a plan it is minus infinity."""
    return one <= other or one - other <= 3 * CENTS * max(1.0, abs(other))


def same(one: float, other: float) -> bool:
    return not_above(one, other) and not_above(other, one)


def audited(found: Tiny, run: Run) -> Audit:
    """The audit of a plan as if it had been made for another case; rule tables follow the order of rows."""
    assert run.plan is not None
    case, tables = found.case, {name: run.plan.tables[name] for name in AMOUNTS}
    summary = {**run.summary, "currency": case.base, "unit": case.unit}
    if case.base != run.case.base:
        tables["funding"] = rebased(tables["funding"], found)
    return audit(case, tables, summary, factor_table(case))


def rebased(funding: pd.DataFrame, found: Tiny) -> pd.DataFrame:
    """The payments with their amounts in the base currency of a case."""
    digits = 0 if found.data.base == "JPY" else 2
    amounts = [
        Decimal(round(Fraction(amount) * exact_rate(found, currency) * 10**digits)).scaleb(-digits)
        for amount, currency in zip(funding["amount"], funding["currency"], strict=True)
    ]
    return funding.assign(amount_base=[f"{amount:f}" for amount in amounts])


@examples(60)
@given(SEEDS)
def test_a_plan_can_be_recounted_from_its_tables(seed: int) -> None:
    """Every amount has its place, costs are paid exactly, no limit is passed by a minor unit, totals tie."""
    run = solved(seed)
    if run is None:
        return
    counted = Recount(tiny(seed), run)
    recount.payments_have_a_place(counted)
    recount.costs_are_paid(counted)
    recount.currency_ties(counted)
    recount.budgets_hold(counted)
    recount_totals.ratios_hold(counted)
    recount_totals.totals_tie(counted)
    recount_totals.objective_is_the_sum(counted)


@examples(40)
@given(SEEDS, COINS)
def test_more_of_a_budget_never_lowers_the_optimum(seed: int, coin: int) -> None:
    rng = random.Random(coin)
    cycle = rng.choice(tiny(seed).tables["budgets"])
    where = {key: cycle[key] for key in rng.choice([("funder", "cycle"), ("funder",), ()])}
    more = Decimal(rng.randint(1, 4000)) / 1000
    case = tiny(seed).case
    if rng.random() < 0.5:
        richer = case.change("budgets", "payments", where=where, multiply=1 + more / 5)
    else:
        richer = case.change("budgets", "payments", where=where, add=more)
    assert not_above(worth(solved(seed)), worth(plan(richer)))


@pytest.mark.parametrize("rule", RULES)
@examples(14)
@given(SEEDS, COINS)
def test_one_rule_more_never_raises_the_optimum(rule: str, seed: int, coin: int) -> None:
    stricter = dict(restrictions(tiny(seed), random.Random(coin)))
    assert list(stricter) == list(RULES)
    assert not_above(optimum(stricter[rule]), worth(solved(seed)))


@examples(20)
@given(SEEDS)
def test_doubling_all_money_changes_no_value(seed: int) -> None:
    """It doubles goals that are money."""
    doubled = tiny(seed).but(**scaled(tiny(seed), Decimal(2)))
    assert same(optimum(doubled), worth(solved(seed)) * (1 if tiny(seed).data.goal == "value" else 2))


@examples(20)
@given(SEEDS)
def test_another_unit_changes_nothing(seed: int) -> None:
    found = tiny(seed)
    restated_units = found.under(unit=1000 * found.settings["unit"]).but(**scaled(found, Decimal("0.001")))
    run = solved(seed)
    assert same(optimum(restated_units), worth(run))
    if run is not None:
        assert audited(restated_units, run).faults == ()


@examples(20)
@given(SEEDS, COINS)
def test_the_order_of_rows_changes_nothing(seed: int, coin: int) -> None:
    mixed = shuffled(tiny(seed), random.Random(coin))
    run = solved(seed)
    assert same(optimum(mixed), worth(run))
    if run is not None:
        assert audited(mixed, run).faults == ()


@examples(35)
@given(SEEDS, COINS, st.booleans())
def test_the_base_currency_changes_nothing(seed: int, coin: int, buffered: bool) -> None:
    """The optimum stays, each plan is one under both bases, and what currency risk may cost stays."""
    found = unhedged(undrawn(risky(tiny(seed)) if buffered else tiny(seed)))
    base = random.Random(coin).choice([r["currency"] for r in found.tables["currencies"]])
    other = restated(found, base)
    run, restated_run = plan(found.case), plan(other.case)
    rate = 1.0 if found.data.goal == "value" else found.data.reference(base)
    assert same(worth(run), worth(restated_run) * rate)
    losses = [loss_factors(each) for each in (found, other)]
    assert losses[0].keys() == losses[1].keys()
    assert list(losses[0].values()) == pytest.approx([losses[1][key] for key in losses[0]], rel=1e-9)
    for there, planned in ((other, run), (found, restated_run)):
        if planned is not None:
            rows = [row for row in audited(there, planned).rows if row.family != "accounts"]
            assert [row for row in rows if not row.holds] == []


def loss_factors(found: Tiny) -> dict[tuple[str, str, str], float]:
    """The loss factor of every funder, currency and period."""
    table = factor_table(found.case)["loss"]
    return {
        (funder, currency, period): float(factor)
        for funder, currencies in table.items()
        for currency, periods in currencies.items()
        for period, factor in periods.items()
    }


@examples(25)
@given(SEEDS)
def test_no_volatility_and_no_contingency_mean_no_buffer(seed: int) -> None:
    found = risky(tiny(seed))
    calm = found.but(
        currencies=[r | {"volatility": "0"} for r in found.tables["currencies"]],
        funders=[r | {"contingency": ""} for r in found.tables["funders"]],
    )
    run = plan(calm.case)
    assert not_above(worth(solved(seed)), worth(run))
    if run is not None and run.plan is not None:
        assert {Decimal(cell) for cell in run.plan.tables["budgets"]["buffer"]} <= {0}
        assert {Decimal(cell) for cell in run.plan.tables["currency"]["worst_case_loss"]} <= {0}


@examples(25)
@given(SEEDS, st.decimals("0.501", "0.999", places=3), st.decimals("0.501", "0.999", places=3))
def test_more_confidence_never_lowers_a_buffer(seed: int, one: Decimal, two: Decimal) -> None:
    """Nor raises the optimum: on the same plan each cycle needs at least as much."""
    found = risky(tiny(seed))
    sure, surer = (found.under(buffer={**found.data.buffer, "confidence": float(c)}) for c in sorted((one, two)))
    run, stricter = plan(sure.case), plan(surer.case)
    assert not_above(worth(stricter), worth(run))
    if run is not None:
        before, after = needs(audited(sure, run)), needs(audited(surer, run))
        assert before.keys() == after.keys()
        assert all(before[key] <= after[key] for key in before)


def needs(found: Audit) -> dict[tuple[str, tuple[str, ...]], float]:
    """The buffer that each funder's cycle needs."""
    rows = [row for row in found.rows if (row.family, row.rule) == ("currency", "buffer")]
    return {(row.owner, row.index): float(row.at_least or 0) for row in rows}


@examples(60)
@given(SEEDS, COINS)
def test_a_plan_verifies_and_a_cent_of_difference_does_not(seed: int, coin: int) -> None:
    """One cell with an amount is a minor unit off, in every table of the run."""
    run = solved(seed)
    if run is None:
        return
    assert verify(run).holds
    rng = random.Random(coin)
    for table, columns in AMOUNTS.items():
        for tampered, cell in tampering(run, table, rng.choice(columns), rng):
            assert not verify(tampered).holds, cell


def tampering(run: Run, table: str, column: str, rng: random.Random) -> list[tuple[Run, str]]:
    """The run with one random cell of a column a minor unit up or down; nothing where there is no row."""
    assert run.plan is not None
    frame = run.plan.tables[table].copy()
    if frame.empty:
        return []
    row, place = rng.randrange(len(frame)), frame.columns.get_loc(column)
    old = Decimal(str(frame.iat[row, place]))
    step = Decimal((0, (1,), int(old.as_tuple().exponent)))
    new = old + step if old == 0 or rng.random() < 0.5 else old - step
    frame.iat[row, place] = f"{new:f}"
    told = f"{table} row {row + 2}: {column} {old} became {new}"
    return [(replace(run, plan=Plan({**run.plan.tables, table: frame}, run.plan.factors)), told)]


@examples(20)
@given(SEEDS)
def test_the_same_case_gives_the_same_tables(seed: int) -> None:
    first, again = solved(seed), plan(tiny(seed).case)
    assert (first is None) == (again is None)
    if first is None or again is None or first.plan is None or again.plan is None:
        return
    assert first.plan.tables.keys() == again.plan.tables.keys()
    assert [t for t, table in first.plan.tables.items() if not table.equals(again.plan.tables[t])] == []
    assert first.plan.factors == again.plan.factors
    timed = {"seconds", "timings"}
    assert {k: v for k, v in first.summary.items() if k not in timed} == {
        k: v for k, v in again.summary.items() if k not in timed
    }
