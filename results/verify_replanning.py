"""Recomputes what a re-plan keeps of the approved plan it starts from, and how much of the promised money it moves.

    begun     every milestone that began before the first free period F is done, with its start and level
    new       no other milestone starts before F
    frozen    pay = approved, for every funder, line and period before F, to the minor unit
    signed    hedged, committed and guaranteed as approved: hedges and commitments of t < F (these on lines on which
              something was committed then), guarantees whose first milestone in scope has begun
    moved     Σ_{f,i,t ≥ F} max(0, approved − pay) ≤ max_change·Σ approved, base currency at reference rates;
              to one minor unit per amount

Starts are period numbers. Source: model.md, rule 14.
"""

from collections import defaultdict
from fractions import Fraction

from ..inputs.approved import Approved, given_before
from ..inputs.tables import GuaranteeRow
from .verify_facts import Facts
from .verify_rows import ZERO, RuleRow

Moved = tuple[str, str, int]  # funder, initiative, period
FAMILY = "replanning"


def check_replanning(facts: Facts) -> None:
    """Check every rule of a re-plan; nothing where the case has no approved plan."""
    approved = facts.case.approved
    if approved is not None:
        _schedule(facts, approved)
        _history(facts, approved)
        _signed(facts, approved)
        _moved(facts, approved)


def _schedule(facts: Facts, approved: Approved) -> None:
    """Check that what has begun goes on as it was approved, and that nothing else starts before the free periods."""
    begun = approved.begun
    for key, start in begun.items():
        owner, now = "/".join(key), Fraction(facts.start.get(key, 0))
        level, wanted = facts.done_level(key), approved.levels[key]
        words = f"replanning: {owner} began in {facts.label(start)} and goes on from there, whatever else changes"
        facts.findings.rule(RuleRow(FAMILY, "begun", owner, (), now, Fraction(start), Fraction(start)), words)
        if facts.steps[key].min_level < 1:
            facts.findings.rule(RuleRow(FAMILY, "level begun", owner, (), level, wanted, wanted))
    for key, start in facts.start.items():
        if key not in begun:
            owner = "/".join(key)
            words = f"replanning: {owner} starts in {facts.label(start)}, but nothing new may before "
            row = RuleRow(FAMILY, "new", owner, (), Fraction(start), at_least=Fraction(approved.frozen))
            facts.findings.rule(row, words + facts.label(approved.frozen))


def _history(facts: Facts, approved: Approved) -> None:
    """Check that every payment before the free periods is the approved one."""
    paid = {(p.funder, p.line, p.t): p.amount for p in facts.payments if p.t < approved.frozen}
    for key in dict.fromkeys([*approved.history, *paid]):
        funder, line, t = key
        currency = facts.weights[line[0]][line[2]][0]
        was = approved.history.get(key, 0) * facts.minor(currency)
        index = (*(part for part in line if part), facts.label(t))
        _same(facts, "frozen payment", funder, index, paid.get(key, ZERO), was, currency)


def _signed(facts: Facts, approved: Approved) -> None:
    """Check that what was hedged, committed and guaranteed before is as it was approved."""
    if "currency" in approved.signed:
        now = {key: amount for key, amount in facts.hedged.items() if key[2] < approved.frozen and amount}
        for funder, currency, t in dict.fromkeys([*approved.hedged_before, *now]):
            was = approved.hedged_before.get((funder, currency, t), 0) * facts.minor(currency)
            place, value = (currency, facts.label(t)), now.get((funder, currency, t), ZERO)
            _same(facts, "frozen hedge", funder, place, value, was, currency)
    lines, before = approved.lines_signed, approved.committed_before
    committed = {
        (c.funder, c.line, c.t): c.amount for c in facts.commitments if c.t < approved.frozen and c.line in lines
    }
    for funder, line, t in dict.fromkeys([*before, *committed]):
        currency = facts.weights[line[0]][line[2]][0]
        was = before.get((funder, line, t), 0) * facts.minor(currency)
        index = (*(part for part in line if part), facts.label(t))
        value = committed.get((funder, line, t), ZERO)
        _same(facts, "frozen commitment", funder, index, value, was, currency)
    given = {(g.rule, g.initiative): g.amount for g in facts.guarantees}
    rules = facts.case.rows(GuaranteeRow)
    for (n, name), was in kept_guarantees(facts).items():
        value, currency = given.get((n, name), ZERO), facts.case.initiatives[name].currency
        if was or value:
            _same(facts, "frozen guarantee", rules[n].guarantee, (name,), value, was, currency)


def _same(
    facts: Facts, rule: str, owner: str, index: tuple[str, ...], value: Fraction, was: Fraction, unit: str
) -> None:
    facts.findings.rule(RuleRow(FAMILY, rule, owner, index, value, was, was, unit=unit))


def kept_guarantees(facts: Facts) -> dict[tuple[int, str], Fraction]:
    """Return what a re-plan knows to have been guaranteed by each row for each initiative that has begun."""
    approved = facts.case.approved
    found = {} if approved is None else given_before(facts.case, approved)
    return {key: units * facts.minor(facts.case.initiatives[key[1]].currency) for key, units in found.items()}


def promised(facts: Facts, approved: Approved) -> dict[Moved, Fraction]:
    """Return what was approved per funder, initiative and free period, in base currency."""
    found: defaultdict[Moved, Fraction] = defaultdict(Fraction)
    for (funder, line, t), amount in approved.ahead.items():
        currency = facts.weights[line[0]][line[2]][0]
        found[funder, line[0], t] += amount * facts.minor(currency) * facts.reference(currency)
    return found


def away(facts: Facts) -> dict[Moved, Fraction]:
    """Return by how much less is paid than was approved, per funder, initiative and free period, in base currency."""
    if facts.case.approved is None:
        return {}
    paid: defaultdict[Moved, Fraction] = defaultdict(Fraction)
    for payment in facts.payments:
        paid[payment.funder, payment.line[0], payment.t] += payment.worth
    was = promised(facts, facts.case.approved)
    return {key: amount - paid[key] for key, amount in was.items() if amount > paid[key]}


def _moved(facts: Facts, approved: Approved) -> None:
    """Check how much of the money approved for the free periods is no longer paid as it was."""
    base = facts.case.base
    total, moved = sum(promised(facts, approved).values(), ZERO), sum(away(facts).values(), ZERO)
    most = None if approved.max_change is None else Fraction(approved.max_change) * total
    cents = sum(
        (
            facts.minor(facts.weights[i][p][0]) * facts.reference(facts.weights[i][p][0])
            for _, (i, _, p), _ in approved.ahead
        ),
        ZERO,
    )
    facts.findings.rule(
        RuleRow(
            *(FAMILY, "money moved", "", (f"from {facts.label(approved.frozen)} on",), moved),
            *(None, most, cents if most is not None else ZERO, total, base),
        )
    )
