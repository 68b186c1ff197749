"""Recomputes commitments: what is paid has been committed before, within the ceilings of the funders' cycles.

    Σ_f commit[f,ℓ,t] = due, over its life, of the milestones of ℓ that begin in t     to a minor unit per due
    Σ_{s≤t} pay[f,ℓ,s] ≤ Σ_{s≤t} commit[f,ℓ,s] for every t, equal over the horizon      exactly
    Σ_ℓ Σ_{t∈k} commit (in f's currency, as rounded) ≤ commitments[f,k]                exactly

for every line on which somebody commits, and every line on which a funder with a ceiling pays. A funder with a ceiling
in any cycle commits only in its cycles. Source: model.md, rule 8.
"""

from collections import defaultdict
from collections.abc import Mapping
from fractions import Fraction

import pandas as pd

from .verify_cells import Row, Sheet
from .verify_facts import Commitment, Due, Facts, Line
from .verify_reading import read_line
from .verify_rows import ZERO, RuleRow, plain

Series = dict[int, Fraction]


def read_commitments(facts: Facts, tables: Mapping[str, pd.DataFrame]) -> None:
    """Read commitments.csv into `facts` and check its amounts in the funders' currencies.

    Without a ceiling in the case the table may be missing.
    """
    case = facts.case
    bound = any(cycle.commitments is not None for cycles in case.cycles.values() for cycle in cycles)
    if "commitments" not in tables and not bound:
        return
    sheet = Sheet(case, tables, "commitments", facts.findings)
    seen: dict[tuple[str, Line, int], Row] = {}
    for row in sheet.rows():
        entry = _entry(facts, row)
        if entry is None or not sheet.once((entry.funder, entry.line, entry.t), row, seen, "this commitment"):
            continue
        own = case.funders[entry.funder].currency
        row.ties("amount_funder", own, entry.cash, facts.minor(own) / 2)
        facts.commitments.append(entry)
        facts.committing.add(entry.funder)
        cycle = facts.cycle_at(entry.funder, entry.t)
        if cycle is not None:
            place = entry.funder, cycle.name
            facts.committed[place] = facts.committed.get(place, ZERO) + entry.own


def _entry(facts: Facts, row: Row) -> Commitment | None:
    place, t = read_line(facts, row), row.period("period")
    if place is None or t is None:
        return None
    funder, line = place
    currency = facts.weights[line[0]][line[2]][0]
    if not row.says("currency", currency):
        return None
    amount = row.money("amount", currency)
    own = row.money("amount_funder", facts.case.funders[funder].currency)
    if amount is None or own is None:
        return None
    if not amount:
        row.fault("amount is 0; only commitments above 0 are listed")
    cash = amount * facts.cash(funder, currency, t)
    return Commitment(row.number, funder, line, t, currency, amount, own, cash)


def check_commitments(facts: Facts) -> None:
    """Check the ceilings, and every line under commitment."""
    bound = {f for f, cycles in facts.case.cycles.items() if any(k.commitments is not None for k in cycles)}
    _ceilings(facts)
    paid: defaultdict[tuple[Line, str], Series] = defaultdict(dict)
    committed: defaultdict[tuple[Line, str], Series] = defaultdict(dict)
    for entry in facts.commitments:
        committed[entry.line, entry.funder][entry.t] = entry.amount
        if entry.funder in bound and facts.cycle_at(entry.funder, entry.t) is None:
            _no_cycle(facts, entry)
    lines = {line: None for line, _ in committed}
    lines |= {payment.line: None for payment in facts.payments if payment.funder in bound}
    for payment in facts.payments:
        if payment.line in lines:
            series = paid[payment.line, payment.funder]
            series[payment.t] = series.get(payment.t, ZERO) + payment.amount
    begun = _begun(facts, lines)
    sums: defaultdict[Line, Series] = defaultdict(dict)
    for (line, _), series in committed.items():
        for t, amount in series.items():
            sums[line][t] = sums[line].get(t, ZERO) + amount
    for line in lines:
        for t in sorted(begun[line].keys() | sums[line].keys()):
            _whole_due(facts, line, t, begun[line].get(t, Due()), sums[line].get(t, ZERO))
    for line, funder in dict.fromkeys(committed) | dict.fromkeys(paid):
        _ahead(facts, line, funder, paid[line, funder], committed[line, funder])


def _ceilings(facts: Facts) -> None:
    for funder, cycles in facts.case.cycles.items():
        for cycle in cycles:
            if cycle.commitments is not None:
                value, most = facts.committed.get((funder, cycle.name), ZERO), facts.units(cycle.commitments)
                unit = facts.case.funders[funder].currency
                row = RuleRow("commitments", "ceiling", funder, (cycle.name,), value, at_most=most, unit=unit)
                words = f"{funder}, cycle {cycle.name}: commits {plain(value)} of at most {plain(most)} {unit}"
                facts.findings.rule(row, f"commitments: {words}")


def _no_cycle(facts: Facts, entry: Commitment) -> None:
    index = tuple(part for part in (*entry.line, facts.label(entry.t)) if part)
    row = RuleRow("commitments", "no cycle", entry.funder, index, entry.amount, at_most=ZERO, unit=entry.currency)
    words = f"{entry.funder} commits {plain(entry.amount)} {entry.currency} in {facts.label(entry.t)}"
    place = f"commitments.csv row {entry.number}"
    facts.findings.rule(row, f"{place}: commitments: {words}, which is in none of its cycles")


def _begun(facts: Facts, lines: Mapping[Line, None]) -> defaultdict[Line, dict[int, Due]]:
    """Return {line: {t: the exact due of the milestones that begin in t}}, each with the number of its dues."""
    found: defaultdict[Line, dict[int, Due]] = defaultdict(dict)
    touched = {initiative for initiative, _, _ in lines}
    for (initiative, name), start in facts.start.items():
        if initiative not in touched:
            continue
        step = facts.steps[initiative, name]
        cost = facts.units(step.cost) * facts.done_level((initiative, name))
        parts = [
            cost * share * facts.factors.escalation(initiative, start + offset)
            for offset, share in enumerate(facts.case.profile(initiative, name))
            if share and cost
        ]
        for party, (_, weight) in facts.weights[initiative].items():
            line = initiative, step.stage, party
            if line in lines and parts:
                due = found[line].setdefault(start, Due())
                due.amount += sum(parts, ZERO) * weight
                due.milestones += len(parts)
    return found


def _whole_due(facts: Facts, line: Line, t: int, due: Due, committed: Fraction) -> None:
    """All of what begins is committed when it begins, no more and nothing else."""
    initiative, stage, party = line
    currency = facts.weights[initiative][party][0]
    index = tuple(part for part in (stage, party, facts.label(t)) if part)
    row = RuleRow(
        *("commitments", "all of what begins", initiative, index, committed, due.amount, due.amount),
        tolerance=facts.minor(currency) * due.milestones,
        unit=currency,
    )
    place = " / ".join((initiative, *index))
    words = f"committed {plain(committed)}, what begins costs {plain(due.amount)} {currency}"
    facts.findings.rule(row, "" if row.holds else f"commitments: {place}: {words}")


def _ahead(facts: Facts, line: Line, funder: str, paid: Series, committed: Series) -> None:
    """What a funder pays on a line never runs ahead of what it has committed there, and ends up the same."""
    worst, when, balance = ZERO, "", ZERO
    for t in sorted(paid.keys() | committed.keys()):
        balance += paid.get(t, ZERO) - committed.get(t, ZERO)
        if balance > worst:
            worst, when = balance, facts.label(t)
    currency = facts.weights[line[0]][line[2]][0]
    place = " / ".join(part for part in line if part)
    index = tuple(part for part in line if part)
    row = RuleRow("commitments", "paid ahead", funder, index, worst, at_most=ZERO, unit=currency)
    words = f"{funder} for {place}: by {when} {plain(worst)} {currency} more is paid than committed"
    facts.findings.rule(row, f"commitments: {words}")
    total, all_paid = sum(committed.values(), ZERO), sum(paid.values(), ZERO)
    row = RuleRow("commitments", "committed and paid", funder, index, total, all_paid, all_paid, unit=currency)
    words = f"{funder} for {place}: commits {plain(total)} in all, pays {plain(all_paid)} {currency}"
    facts.findings.rule(row, f"commitments: {words}")
