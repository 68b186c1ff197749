"""Reads the decisions of a plan from its tables: starts and levels, payments, hedged amounts. Source: results.md."""

from collections.abc import Mapping

import pandas as pd

from ..inputs.tables import CurrencyRow
from .verify_cells import Row, Sheet
from .verify_facts import Facts, Line, Milestone, Payment
from .verify_rows import plain

_DECIMALS = 12


def read_schedule(facts: Facts, tables: Mapping[str, pd.DataFrame]) -> dict[Milestone, Row]:
    """Read the starts of schedule.csv into `facts`; return the row of every milestone listed."""
    sheet = Sheet(facts.case, tables, "schedule", facts.findings)
    seen: dict[Milestone, Row] = {}
    for row in sheet.rows():
        key = (row.text("initiative"), row.text("milestone"))
        words = f"{key[0]} / {key[1]}"
        if key not in facts.steps:
            row.fault(f"unknown milestone {words}")
            continue
        if not sheet.once(key, row, seen, words):
            continue
        if not row.flag("done"):
            row.counts("level", 0)
            continue
        t = row.period("start")
        if t is not None:
            facts.start[key] = t
            _read_level(facts, row, key)
    for key in facts.steps.keys() - seen.keys() if sheet.usable else ():
        facts.findings.account("schedule.csv", f"milestone {key[0]} / {key[1]} is missing")
    return seen


def _read_level(facts: Facts, row: Row, key: Milestone) -> None:
    """Read the level of a done milestone: 1, or for a partial one a share above 0 in at most 12 decimals."""
    if facts.steps[key].min_level == 1:
        row.counts("level", 1)
        return
    level = row.number_in("level")
    if level is None:
        return
    if not 0 < level <= 1 or (level * 10**_DECIMALS).denominator != 1:
        row.fault(f"level is {plain(level)}, should be above 0, at most 1, with at most {_DECIMALS} decimals")
    facts.level[key] = level


def read_funding(facts: Facts, tables: Mapping[str, pd.DataFrame]) -> dict[tuple[str, Line, int], Row]:
    """Read the payments of funding.csv into `facts`; return the rows that could be read."""
    sheet = Sheet(facts.case, tables, "funding", facts.findings)
    seen: dict[tuple[str, Line, int], Row] = {}
    for row in sheet.rows():
        payment = _payment(facts, row)
        if payment is None:
            continue
        if sheet.once((payment.funder, payment.line, payment.t), row, seen, payment.words):
            facts.payments.append(payment)
    return seen


def read_line(facts: Facts, row: Row) -> tuple[str, Line] | None:
    """Return the funder and the funding line of a row; None after a fault was named."""
    case = facts.case
    funder, initiative, stage, party = (row.text(c) for c in ("funder", "initiative", "stage", "party"))
    if funder not in case.funders:
        row.fault(f"unknown funder {funder!r}")
    elif initiative not in case.initiatives:
        row.fault(f"unknown initiative {initiative!r}")
    elif all(step.stage != stage for step in case.milestones[initiative]):
        row.fault(f"{initiative} has no stage {stage!r}")
    elif party not in facts.weights[initiative]:
        row.fault(f"{initiative} has no funding line for party {party!r}")
    else:
        return funder, (initiative, stage, party)
    return None


def _payment(facts: Facts, row: Row) -> Payment | None:
    case, place = facts.case, read_line(facts, row)
    if place is None:
        return None
    funder, line = place
    t = row.period("period")
    currency = facts.weights[line[0]][line[2]][0]
    if not row.says("currency", currency):
        return None
    own = case.funders[funder].currency
    amounts = (
        row.money("amount", currency),
        row.money("amount_funder", own),
        row.money("amount_base", case.base),
    )
    if t is None or amounts[0] is None or amounts[1] is None or amounts[2] is None:
        return None
    if not amounts[0]:
        row.fault("amount is 0; only payments above 0 are listed")
    cash, worth = facts.cash(funder, currency, t), facts.reference(currency)
    return Payment(
        number=row.number,
        funder=funder,
        line=line,
        t=t,
        currency=currency,
        amount=amounts[0],
        own=amounts[1],
        base=amounts[2],
        cash=amounts[0] if cash == 1 else amounts[0] * cash,
        worth=amounts[0] if worth == 1 else amounts[0] * worth,
    )


def read_currency(facts: Facts, tables: Mapping[str, pd.DataFrame]) -> dict[tuple[str, str, int], Row]:
    """Read the hedged amounts of currency.csv into `facts`; return the rows that could be read."""
    case = facts.case
    sheet = Sheet(case, tables, "currency", facts.findings)
    known = {case.base} | {row.currency for row in case.rows(CurrencyRow)}
    seen: dict[tuple[str, str, int], Row] = {}
    for row in sheet.rows():
        funder, currency = row.text("funder"), row.text("currency")
        if funder not in case.funders or currency not in known:
            row.fault(f"unknown funder or currency: {funder!r}, {currency!r}")
            continue
        t = row.period("period")
        if t is None or not sheet.once((funder, currency, t), row, seen, f"{funder}, {currency}"):
            continue
        amount = row.money("hedged", currency)
        if amount is not None:
            facts.hedged[funder, currency, t] = amount
    return seen
