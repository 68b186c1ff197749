"""Checks of money: currencies and rates, correlations that can be, and budget cycles in their horizon."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from .correlations import smallest_impossible
from .draft import Draft
from .tables import (
    BudgetRow,
    CorrelationRow,
    CurrencyRow,
    FunderRow,
    InitiativeRow,
    PartyRow,
    RateRow,
)


def _uses(draft: Draft) -> Iterator[tuple[str, int, str, str]]:
    for number, funder in draft.knowing(FunderRow, "currency"):
        yield "funders", number, "currency", funder.currency
    for number, party in draft.knowing(PartyRow, "currency"):
        if party.currency:
            yield "parties", number, "currency", party.currency
    for number, initiative in draft.knowing(InitiativeRow, "currency"):
        yield "initiatives", number, "currency", initiative.currency
    for number, rate in draft.knowing(RateRow, "currency"):
        yield "rates", number, "currency", rate.currency
    for column in ("currency_a", "currency_b"):
        for number, pair in draft.knowing(CorrelationRow, column):
            yield "correlations", number, column, getattr(pair, column)


def currencies_have_rates(draft: Draft) -> None:
    """Every currency other than the base has a row in currencies.csv."""
    if not draft.knows("currencies", "currency") or "currency" in draft.doubtful:
        return
    known = draft.names(CurrencyRow, "currency") | {draft.facts.base}
    for table, number, column, code in _uses(draft):
        if code not in known:
            hint = draft.hint(code, lambda: known, "give it a rate there")
            draft.fault(table, number, column, code, "the base currency or one of currencies.csv", hint)


def base_currency_is_the_measure(draft: Draft) -> None:
    """The base currency, where it has rows, has rate 1, no volatility, no hedging cost and no correlation."""
    if "currency" in draft.doubtful:
        return
    base = draft.facts.base
    for column, only in (("rate", 1), ("volatility", 0), ("hedge_cost", 0)):
        for number, row in draft.knowing(CurrencyRow, "currency", column):
            value = getattr(row, column)
            if row.currency == base and value is not None and value != only:
                draft.fault("currencies", number, column, value, f"{only}, for {base} is the base currency")
    for number, rate in draft.knowing(RateRow, "currency", "rate"):
        if rate.currency == base and rate.rate != 1:
            draft.fault("rates", number, "rate", rate.rate, f"1, for {base} is the base currency")
    for number, pair in draft.knowing(CorrelationRow, "currency_a", "currency_b"):
        for column in ("currency_a", "currency_b"):
            if getattr(pair, column) == base and pair.currency_a != pair.currency_b:
                hint = "rates are quoted in it, so that it does not move"
                draft.fault("correlations", number, column, base, "a currency other than the base", hint)


def rates_are_used(draft: Draft) -> None:
    """A rate of a period outside the horizon has no effect."""
    if not draft.timed:
        return
    for number, row in draft.rows(RateRow):
        if not 1 <= draft.facts.period(row.period) <= draft.facts.T:
            expected = f"a period of the horizon, {_horizon(draft)}"
            draft.warn("rates", number, "period", row.period, expected, "this rate has no effect")


def _horizon(draft: Draft) -> str:
    return f"{draft.facts.label(1)} to {draft.facts.label(draft.facts.T)}"


def correlations_can_be(draft: Draft) -> None:
    """A pair is two currencies, and the matrix of all correlations is positive semidefinite."""
    for number, row in draft.knowing(CorrelationRow, "currency_a", "currency_b"):
        if row.currency_a == row.currency_b:
            hint = "a currency moves with itself by definition"
            draft.fault("correlations", number, "currency_b", row.currency_b, "another currency", hint)
    pairs: dict[tuple[str, str], tuple[int, Decimal]] = {}
    torn = draft.lacking(CorrelationRow, ("currency_a", "currency_b"), "correlation")
    unclear = {code for pair in torn for code in pair}
    for number, row in draft.rows(CorrelationRow):
        if row.currency_a != row.currency_b and unclear.isdisjoint((row.currency_a, row.currency_b)):
            pairs.setdefault((row.currency_a, row.currency_b), (number, row.correlation))
    if "" in unclear:
        return
    core = smallest_impossible(sorted({code for pair in pairs for code in pair}), {k: v for k, (_, v) in pairs.items()})
    if not core:
        return
    named = [(pair, number) for pair, (number, _) in pairs.items() if set(pair) <= core]
    text = ", ".join(f"{a}-{b} {pairs[a, b][1]}" for (a, b), _ in named)
    expected = "correlations that can all hold at once (a positive semidefinite matrix)"
    for (a, b), number in named:
        hint = f"together impossible: {text}; pairs not listed count as 0"
        draft.fault("correlations", number, "correlation", pairs[a, b][1], expected, hint)


def cycles_are_sound(draft: Draft) -> None:
    """A cycle ends after it begins, lies in the horizon, and does not overlap the funder's others."""
    for number, row in draft.knowing(BudgetRow, "reserved", "payments"):
        if row.reserved > row.payments:
            hint = "what is already owed cannot exceed the appropriation"
            draft.fault("budgets", number, "reserved", row.reserved, f"at most the payments, {row.payments}", hint)
    if not draft.timed:
        return
    period = draft.facts.period
    for column in ("first_period", "last_period"):
        for number, row in draft.knowing(BudgetRow, column):
            label = getattr(row, column)
            if not 1 <= period(label) <= draft.facts.T:
                draft.fault("budgets", number, column, label, f"a period of the horizon, {_horizon(draft)}")
    for number, row in draft.knowing(BudgetRow, "first_period", "last_period"):
        if period(row.last_period) < period(row.first_period):
            draft.fault("budgets", number, "last_period", row.last_period, f"{row.first_period} or later")
    _cycles_do_not_overlap(draft)


def _cycles_do_not_overlap(draft: Draft) -> None:
    spans: dict[str, list[tuple[int, int, int, str]]] = {}
    for number, row in draft.knowing(BudgetRow, "funder", "cycle", "first_period", "last_period"):
        first, last = draft.facts.period(row.first_period), draft.facts.period(row.last_period)
        if first <= last:
            spans.setdefault(row.funder, []).append((first, last, number, row.cycle))
    for funder, cycles in spans.items():
        cycles.sort()
        reach, holder, known = 0, "", 0
        for first, last, number, cycle in cycles:
            if known and first <= reach:
                expected = f"a start after cycle {holder} of {funder} ends ({draft.facts.label(reach)})"
                hint = f"it overlaps cycle {holder} in row {known}"
                draft.fault("budgets", number, "first_period", draft.facts.label(first), expected, hint)
            if last >= reach or not known:
                reach, holder, known = last, cycle, number


def funders_have_budgets(draft: Draft) -> None:
    """A funder without any budget can pay nothing."""
    listed = draft.names(BudgetRow, "funder")
    for number, row in draft.rows(FunderRow):
        if row.funder not in listed:
            draft.warn(
                "funders",
                number,
                "funder",
                row.funder,
                "a row in budgets.csv",
                "without one it can pay nothing",
            )
