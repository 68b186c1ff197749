"""Recomputes the bookkeeping: schedule.csv, portfolio.csv, conversions in funding.csv, and flows.csv.

Amounts tie to the minor unit; conversions are rounded to the nearest minor unit (either way in an exact tie),
flows once they are added up.
Source: results.md.
"""

from collections import defaultdict
from collections.abc import Mapping
from fractions import Fraction

import pandas as pd

from .verify_cells import Row, Sheet
from .verify_facts import Facts, Line, Milestone
from .verify_rows import ZERO, plain
from .verify_value import Values

_HALF = Fraction(1, 2)


def check_schedule_table(facts: Facts, rows: Mapping[Milestone, Row]) -> dict[Milestone, Fraction]:
    """Check every cell of schedule.csv; return each milestone's stated cost, in the initiative's currency."""
    costs: dict[Milestone, Fraction] = {}
    for (initiative, name), row in rows.items():
        step = facts.steps[initiative, name]
        currency = facts.case.initiatives[initiative].currency
        start = facts.start.get((initiative, name))
        row.says("stage", step.stage)
        row.counts("success", Fraction(step.success))
        if start is None:
            if row.text("done") == "false":
                row.says("start", "")
            row.says("finish", "")
        else:
            row.says("finish", facts.label(start + step.duration - 1))
        exact = facts.cost.get((initiative, name), ZERO)
        row.ties("cost", currency, exact, facts.minor(currency) * _HALF)
        stated = row.money("cost", currency)
        costs[initiative, name] = exact if stated is None else stated
    return costs


def check_funding_table(facts: Facts, rows: Mapping[tuple[str, Line, int], Row]) -> None:
    """Check the amounts of funding.csv in the funder's and in base currency."""
    base = facts.case.base
    for payment in facts.payments:
        if payment.own != payment.cash or payment.base != payment.worth:
            own = facts.case.funders[payment.funder].currency
            row = rows[payment.funder, payment.line, payment.t]
            row.ties("amount_funder", own, payment.cash, facts.minor(own) * _HALF)
            row.ties("amount_base", base, payment.worth, facts.minor(base) * _HALF)


def check_portfolio(
    facts: Facts,
    tables: Mapping[str, pd.DataFrame],
    costs: Mapping[Milestone, Fraction],
    values: Values,
) -> None:
    """Check every cell of portfolio.csv."""
    case = facts.case
    sheet = Sheet(case, tables, "portfolio", facts.findings)
    paid: defaultdict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for payment in facts.payments:
        paid[payment.line[0], case.funders[payment.funder].kind] += payment.base
    seen: dict[str, Row] = {}
    for row in sheet.rows():
        name = row.text("initiative")
        if name not in case.initiatives:
            row.fault(f"unknown initiative {name!r}")
        elif sheet.once(name, row, seen, name):
            _status(facts, row, name)
            cost = sum((costs.get((name, step.milestone), ZERO) for step in case.milestones[name]), ZERO)
            row.ties("cost", case.initiatives[name].currency, cost)
            values.compare(row, name)
            for kind in ("public", "private", "matching"):
                row.ties(kind, case.base, paid[name, kind])
    for name in case.initiatives.keys() - seen.keys() if sheet.usable else ():
        facts.findings.account("portfolio.csv", f"initiative {name} is missing")


def _status(facts: Facts, row: Row, name: str) -> None:
    """Check what portfolio.csv says of an initiative apart from money."""
    initiative, steps = facts.case.initiatives[name], facts.case.milestones[name]
    done = [(name, step.milestone) for step in steps if (name, step.milestone) in facts.start]
    if row.text("name") not in ("", name) or initiative.name:
        row.says("name", initiative.name or "")
    row.says("theme", initiative.theme or "")
    row.says("currency", initiative.currency)
    row.says("funded", "true" if facts.funded(name) else "false")
    row.says("complete", "true" if done and len(done) == len(steps) else "false")
    row.says("start", facts.label(min(facts.start[key] for key in done)) if done else "")
    row.says("finish", facts.label(max(facts.finish(key) for key in done)) if done else "")
    row.counts("milestones_done", len(done))
    row.counts("milestones", len(steps))


def check_flows(facts: Facts, tables: Mapping[str, pd.DataFrame]) -> None:
    """Check flows.csv: who pays for whom, in base currency; real pots by share.

    Each cell is within one minor unit of its exact share, and what a party pays for all ties exactly to funding.csv.
    """
    case = facts.case
    sheet = Sheet(case, tables, "flows", facts.findings)
    exact: defaultdict[tuple[str, str], Fraction] = defaultdict(Fraction)
    total: defaultdict[str, Fraction] = defaultdict(Fraction)
    for payment in facts.payments:
        payer, party = case.funders[payment.funder].party or "", payment.line[2]
        total[payer] += payment.base
        shares = {party: Fraction(1)} if party else case.shares.get(payment.line[0], {"": Fraction(1)})
        for owner, share in shares.items():
            exact[payer, owner] += payment.base * share
    unit, seen = facts.minor(case.base), dict[tuple[str, str], Row]()
    for row in sheet.rows():
        key = (row.text("payer_party"), row.text("receiving_party"))
        if key not in exact:
            row.fault(f"nothing is paid from {key[0] or 'no party'} to {key[1] or 'no party'}")
        elif sheet.once(key, row, seen, "this pair of parties"):
            row.ties("amount_base", case.base, exact[key], Fraction(0) if exact[key] % unit == 0 else unit)
            total[key[0]] -= row.money("amount_base", case.base) or 0
    for key, amount in exact.items() if sheet.usable else ():
        if key not in seen and amount > 0:
            words = f"what {key[0] or 'no party'} pays for {key[1] or 'no party'} is missing"
            facts.findings.account("flows.csv", words)
    for payer, left in total.items() if sheet.usable else ():
        if left and all(key in seen for key in exact if key[0] == payer):
            words = f"what {payer or 'no party'} pays for all is {plain(left)} {case.base} short of funding.csv"
            facts.findings.account("flows.csv", words)
