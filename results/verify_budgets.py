"""Recomputes budgets, carry-over, currency exposure, hedging and buffers, cycle by cycle, and their tables.

    spent + hedge cost + provision + buffer ≤ payments − reserved + carried in          exactly, to the minor unit
    buffer ≥ currency need + contingency·Σ pay, rounded up       0 ≤ hedged ≤ exposure
    carried out = min(carry_over·payments, payments − reserved, what is left), rounded down; the rest lapses

Funder's currency. Source: model.md, rules 9 and 10.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise

import pandas as pd

from ..inputs.case import Case, Cycle
from .verify_buffers import currency_need
from .verify_cells import Row, Sheet
from .verify_facts import Facts
from .verify_rows import ZERO, RuleRow, plain, six_digits

Position = tuple[str, str, int]


@dataclass
class _Use:
    """What a funder uses in a cycle, in its currency: `spent` as reported, the others exact."""

    spent: Fraction = ZERO
    pay: Fraction = ZERO
    unhedged: dict[tuple[str, int], Fraction] = field(default_factory=dict)
    hedging: Fraction = ZERO


@dataclass(frozen=True)
class _Line:
    """The recomputed figures of one row of budgets.csv."""

    payments: Fraction
    reserved: Fraction
    carried_in: Fraction
    spent: Fraction
    hedge_cost: Fraction
    provision: Fraction
    buffer: Fraction
    carried_out: Fraction
    lapsed: Fraction


def round_up(value: Fraction, minor: Fraction) -> Fraction:
    """Return the next amount that is a whole number of minor units, not below 0."""
    return max(ZERO, -(-value // minor) * minor)


def check_budgets(facts: Facts, tables: Mapping[str, pd.DataFrame], positions: Mapping[Position, Row]) -> None:
    """Check exposure and hedging, then every cycle of every funder, against currency.csv and budgets.csv."""
    uses = _uses(facts)
    _exposures(facts, uses, positions)
    listed = _listed(facts, tables)
    for funder, cycles in facts.case.cycles.items():
        carried = ZERO
        for cycle, following in pairwise((*cycles, None)):
            if cycle is not None:
                use = uses[funder, cycle.name]
                carried = _cycle(facts, cycle, use, carried, following is None, listed)
        _outside(facts, funder, uses)


def _uses(facts: Facts) -> defaultdict[tuple[str, str], _Use]:
    """Add up payments per funder and cycle; payments in no cycle are kept under the period's label."""
    places = {
        (cycle.funder, t): cycle.name
        for cycles in facts.case.cycles.values()
        for cycle in cycles
        for t in range(cycle.first, cycle.last + 1)
    }
    uses: defaultdict[tuple[str, str], _Use] = defaultdict(_Use)
    for payment in facts.payments:
        name = places.get((payment.funder, payment.t), f"/{payment.t}")
        use = uses[payment.funder, name]
        use.spent += payment.own
        use.pay += payment.cash
    return uses


def _outside(facts: Facts, funder: str, uses: Mapping[tuple[str, str], _Use]) -> None:
    """A period in no cycle has no money."""
    for (payer, name), use in uses.items():
        amount = use.spent or use.pay
        if payer == funder and name.startswith("/") and amount:
            label, unit = facts.label(int(name[1:])), facts.case.funders[funder].currency
            row = RuleRow("budgets", "no cycle", funder, (label,), amount, at_most=ZERO, unit=unit)
            words = f"{funder} pays {plain(amount)} {unit} in {label}, which is in none of its cycles"
            facts.findings.rule(row, f"budgets: {words}")


def _exposures(facts: Facts, uses: defaultdict[tuple[str, str], _Use], positions: Mapping[Position, Row]) -> None:
    """Check currency.csv; add hedge costs and currency need to the uses of the cycles they fall into."""
    case = facts.case
    exposure: defaultdict[Position, Fraction] = defaultdict(Fraction)
    for payment in facts.payments:
        if payment.currency != case.funders[payment.funder].currency:
            exposure[payment.funder, payment.currency, payment.t] += payment.amount
    for position in exposure.keys() - positions.keys():
        words = ", ".join((position[0], position[1], facts.label(position[2])))
        facts.findings.account("currency.csv", f"the exposure of {words} is missing")
    for position, row in positions.items():
        if position not in exposure:
            row.fault(f"{position[0]} pays nothing in {position[1]} in {facts.label(position[2])}")
    for position in sorted(exposure):
        _exposure(facts, uses, position, exposure[position], positions.get(position))


def _exposure(
    facts: Facts,
    uses: defaultdict[tuple[str, str], _Use],
    position: Position,
    amount: Fraction,
    row: Row | None,
) -> None:
    funder, currency, t = position
    own = facts.case.funders[funder].currency
    hedged = facts.hedged.get(position, ZERO)
    cost = _hedge_cost(facts, funder, currency, t)
    rule = RuleRow(
        *("currency", "hedge", funder, (currency, facts.label(t)), hedged),
        at_most=ZERO if cost is None else amount,
        unit=currency,
    )
    facts.findings.rule(rule)
    loss = facts.factors.loss(*position) * (amount - hedged)
    cycle = next((k for k in facts.case.cycles[funder] if k.first <= t <= k.last), None)
    if cycle is not None:
        uses[funder, cycle.name].unhedged[currency, t] = amount - hedged
        uses[funder, cycle.name].hedging += hedged * (cost or ZERO)
    if row is not None:
        row.ties("exposure", currency, amount)
        row.ties("unhedged", currency, amount - hedged)
        row.ties("worst_case_loss", own, round_up(loss, facts.minor(own)))


def _hedge_cost(facts: Facts, funder: str, currency: str, t: int) -> Fraction | None:
    """Return the cost of hedging one unit, in the funder's currency; None when a leg cannot be hedged."""
    legs = facts.case.hedge_cost(currency), facts.case.hedge_cost(facts.case.funders[funder].currency)
    if legs[0] is None or legs[1] is None:
        return None
    yearly = Fraction(legs[0]) + Fraction(legs[1])
    return yearly * facts.factors.years(funder, t) * facts.cash(funder, currency, t)


def _cycle(
    facts: Facts,
    cycle: Cycle,
    use: _Use,
    carried_in: Fraction,
    last: bool,
    listed: Mapping[tuple[str, str], Row],
) -> Fraction:
    """Check one cycle; return what it carries into the next one."""
    funder, row = facts.case.funders[cycle.funder], listed.get((cycle.funder, cycle.name))
    unit, minor = funder.currency, facts.minor(funder.currency)
    need = currency_need(facts, cycle.funder, use.unhedged) + Fraction(funder.contingency) * use.pay
    line = _close(facts, cycle, use, carried_in, round_up(need, minor), last)
    facts.hedge_costs[cycle.funder, cycle.name] = line.hedge_cost
    used = line.spent + line.hedge_cost + line.provision
    available = line.payments - line.reserved + carried_in
    provision = f"provisions {plain(line.provision)}, " if line.provision else ""
    words = (
        f"budgets: {cycle.funder}, cycle {cycle.name}: spends {plain(line.spent)}, "
        f"hedging {plain(line.hedge_cost)}, {provision}buffer {plain(line.buffer)}: more than "
        f"the {plain(available)} {unit} there are"
    )
    owner, index = cycle.funder, (cycle.name,)
    budget = RuleRow("budgets", "payments", owner, index, used + line.buffer, at_most=available, unit=unit)
    facts.findings.rule(budget, words)
    limit = ZERO if last else Fraction(cycle.carry_over) * facts.units(cycle.payments)
    if limit:
        carry = RuleRow("budgets", "carry-over", owner, index, line.carried_out, at_most=limit, unit=unit)
        facts.findings.rule(carry)
    held = row.money("buffer", unit) if row else None
    held = line.buffer if held is None else held
    facts.findings.rule(RuleRow("currency", "buffer", owner, index, held, at_least=need, unit=unit))
    if row is not None:
        _compare(row, unit, line)
        _compare_commitments(facts, row, cycle)
    return line.carried_out


def _close(facts: Facts, cycle: Cycle, use: _Use, carried_in: Fraction, buffer: Fraction, last: bool) -> _Line:
    """Close a cycle: what is left is carried as far as the limit allows, the rest lapses."""
    minor = facts.minor(facts.case.funders[cycle.funder].currency)
    payments = facts.units(cycle.payments) // minor * minor
    reserved = round_up(facts.units(cycle.reserved), minor)
    hedge_cost = round_up(use.hedging, minor)
    provision = facts.provisions.get((cycle.funder, cycle.name), ZERO)
    left = payments - reserved + carried_in - use.spent - hedge_cost - provision
    if not facts.case.settings.buffer.released:
        left -= buffer
    share = Fraction(cycle.carry_over) * facts.units(cycle.payments) // minor * minor
    carried = ZERO if last else max(ZERO, min(left, share, payments - reserved))
    return _Line(
        payments=payments,
        reserved=reserved,
        carried_in=carried_in,
        spent=use.spent,
        hedge_cost=hedge_cost,
        provision=provision,
        buffer=buffer,
        carried_out=carried,
        lapsed=max(ZERO, left - carried),
    )


def _compare(row: Row, unit: str, line: _Line) -> None:
    """Check every column of a row of budgets.csv."""
    for column in ("payments", "reserved", "carried_in", "spent", "hedge_cost", "provision"):
        row.ties(column, unit, getattr(line, column))
    for column in ("buffer", "carried_out", "lapsed"):
        row.ties(column, unit, getattr(line, column))
    whole = line.payments + line.carried_in
    if not whole:
        row.says("execution_rate", "")
        return
    rate, exact = row.number_in("execution_rate"), line.spent / whole
    if rate is not None and not six_digits(rate, exact):
        row.fault(f"execution_rate is {plain(rate)}, should be {plain(exact)}")


def _compare_commitments(facts: Facts, row: Row, cycle: Cycle) -> None:
    """Check the ceiling on commitments and what is committed; empty where there is none and nothing is."""
    unit = facts.case.funders[cycle.funder].currency
    if cycle.commitments is None:
        row.says("commitments", "")
    else:
        row.ties("commitments", unit, facts.units(cycle.commitments) // facts.minor(unit) * facts.minor(unit))
    if cycle.commitments is None and cycle.funder not in facts.committing:
        row.says("committed", "")
    else:
        row.ties("committed", unit, facts.committed.get((cycle.funder, cycle.name), ZERO))


def _listed(facts: Facts, tables: Mapping[str, pd.DataFrame]) -> dict[tuple[str, str], Row]:
    """Return the rows of budgets.csv; each cycle of each funder is listed once."""
    case: Case = facts.case
    sheet = Sheet(case, tables, "budgets", facts.findings)
    known = {(k.funder, k.name) for cycles in case.cycles.values() for k in cycles}
    seen: dict[tuple[str, str], Row] = {}
    for row in sheet.rows():
        key = (row.text("funder"), row.text("cycle"))
        if key not in known:
            row.fault(f"unknown cycle {key[1]!r} of {key[0]!r}")
        else:
            sheet.once(key, row, seen, f"cycle {key[1]} of {key[0]}")
    for funder, name in sorted(known - seen.keys()) if sheet.usable else ():
        facts.findings.account("budgets.csv", f"cycle {name} of {funder} is missing")
    return seen
