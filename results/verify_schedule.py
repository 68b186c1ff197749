"""Recomputes when things happen and what is funded: milestones, precedence, choices and ranking.

Starts and bounds are period numbers (1 = the first period of the plan). Source: model.md, rules 1 to 3.
"""

from collections import defaultdict
from fractions import Fraction
from itertools import pairwise

from ..inputs.tables import ChoiceRow, InitiativeRow
from .verify_facts import Facts
from .verify_rows import ZERO, RuleRow

_NEVER = ZERO


def check_schedule(facts: Facts) -> None:
    """Check every rule on starts and on which initiatives are funded."""
    for name, initiative in facts.case.initiatives.items():
        _windows(facts, name)
        _sequence(facts, initiative)
        _completeness(facts, initiative)
    _precedence(facts)
    _choices(facts)
    _ranking(facts)


def _windows(facts: Facts, name: str) -> None:
    """`earliest ≤ start ≤ latest`, finished by min(T, deadline), paid by min(T, sunset)."""
    case, sunset = facts.case, facts.case.initiatives[name].sunset
    paid = case.T if sunset is None else min(case.T, case.period(sunset))
    begun = {} if case.approved is None else case.approved.begun  # outlives today's limits: `verify_replanning`
    for step in case.milestones[name]:
        start = facts.start.get((name, step.milestone))
        if start is None or (name, step.milestone) in begun:
            continue
        last_offset = max(o for o, share in enumerate(case.profile(name, step.milestone)) if share)
        run = case.T if step.deadline is None else min(case.T, case.period(step.deadline))
        first = 1 if step.earliest_start is None else max(1, case.period(step.earliest_start))
        latest = min(run - step.duration + 1, paid - last_offset)
        if step.latest_start is not None:
            latest = min(latest, case.period(step.latest_start))
        _start_row(facts, "milestones", "window", f"{name}/{step.milestone}", (), start, first, latest)


def _sequence(facts: Facts, initiative: InitiativeRow) -> None:
    """`begin[m+1]` no earlier than the end of m, at most max_pause after it; never past a failed gate."""
    name = initiative.initiative
    steps = facts.case.milestones[name]
    for one, two in pairwise(steps):
        start = facts.start.get((name, two.milestone))
        if start is None:
            continue
        before = facts.start.get((name, one.milestone))
        index, owner = (f"after {name}/{one.milestone}",), f"{name}/{two.milestone}"
        if before is None or one.success == 0:
            _barred(facts, "milestones", "sequence", owner, index, start)
            continue
        end = before + one.duration
        latest = None if initiative.max_pause is None else end + initiative.max_pause
        _start_row(facts, "milestones", "sequence", owner, index, start, end, latest)


def _completeness(facts: Facts, initiative: InitiativeRow) -> None:
    """Mandatory: all done; excluded: none; complete: all once funded. The value counts milestones done."""
    name = initiative.initiative
    steps = facts.case.milestones[name]
    done = Fraction(sum((name, step.milestone) in facts.start for step in steps))
    every = Fraction(len(steps))
    bounds: list[tuple[str, Fraction | None, Fraction | None]] = []
    if initiative.status == "mandatory":
        bounds.append(("mandatory", every, None))
    if initiative.status == "excluded":
        begun = () if facts.case.approved is None else facts.case.approved.begun
        bounds.append(("excluded", None, Fraction(sum(key[0] == name for key in begun))))
    if initiative.complete and done:
        bounds.append(("complete", every, None))
    for rule, least, most in bounds:
        facts.findings.rule(RuleRow("milestones", rule, name, (), done, least, most))


def _precedence(facts: Facts) -> None:
    """Not before the predecessor's end (finish-start) or start (start-start) plus the lag."""
    for link in facts.case.predecessors():
        first, second = (link.pred_i, link.pred_m), (link.succ_i, link.succ_m)
        owner, index = "/".join(second), (f"after {'/'.join(first)}",)
        start, before = facts.start.get(second), facts.start.get(first)
        waits = link.type == "finish-start"
        if start is None:
            facts.findings.rule(RuleRow("precedence", link.type, owner, index, ZERO))
        elif before is None or (waits and facts.steps[first].success == 0):
            _barred(facts, "precedence", link.type, owner, index, start)
        else:
            earliest = before + link.lag + (facts.steps[first].duration if waits else 0)
            _start_row(facts, "precedence", link.type, owner, index, start, earliest, None)


def _choices(facts: Facts) -> None:
    """`at_least ≤ Σ funded ≤ at_most` over the groups of a choice."""
    rules: defaultdict[str, list[ChoiceRow]] = defaultdict(list)
    for row in facts.case.rows(ChoiceRow):
        rules[row.choice].append(row)
    for name, rows in rules.items():
        members = frozenset[str]().union(*(facts.case.select_initiatives(row.initiatives) for row in rows))
        least = max(Fraction(row.at_least or 0) for row in rows)
        most = [Fraction(row.at_most) for row in rows if row.at_most is not None]
        count = Fraction(sum(facts.funded(member) for member in members))
        scope = tuple(row.initiatives for row in rows)
        bound = min(most) if most else None
        facts.findings.rule(RuleRow("choices", name, "", scope, count, least, bound))


def _ranking(facts: Facts) -> None:
    """Nothing is funded while a strictly better ranked candidate of its call is not."""
    ranked = [
        (row.call, row.rank, name)
        for name, row in facts.case.initiatives.items()
        if row.call and row.rank is not None and row.status == "candidate"
    ]
    for call, rank, name in ranked:
        better = [other for c, r, other in ranked if c == call and r < rank]
        passed = [other for other in better if not facts.funded(other)]
        words = f"ranking: {call}: {name} (rank {rank}) is funded, but better ranked {', '.join(passed)} is not"
        value, bound = Fraction(facts.funded(name)), Fraction(not passed)
        row = RuleRow("ranking", call, name, (str(rank),), value, at_most=bound)
        facts.findings.rule(row, words)


def _start_row(
    facts: Facts,
    family: str,
    rule: str,
    owner: str,
    index: tuple[str, ...],
    start: int,
    first: int,
    last: int | None,
) -> None:
    row = RuleRow(
        *(family, rule, owner, index, Fraction(start), Fraction(first)),
        at_most=None if last is None else Fraction(last),
    )
    place = " ".join((owner, *index))
    if start < first:
        words = f"must not start before {_when(facts, first)}"
    else:
        words = "cannot start at all" if last is None or last < 1 else f"must start by {_when(facts, last)}"
    facts.findings.rule(row, f"{family}: {rule}: {place} starts in {facts.label(start)}, {words}")


def _barred(facts: Facts, family: str, rule: str, owner: str, index: tuple[str, ...], start: int) -> None:
    row = RuleRow(family, rule, owner, index, Fraction(start), at_most=_NEVER)
    when = facts.label(start)
    words = f"{owner} starts in {when}, but may not start {index[0]}, which is not done or not passed"
    facts.findings.rule(row, f"{family}: {rule}: {words}")


def _when(facts: Facts, t: int) -> str:
    return facts.label(t) if t >= 1 else f"{1 - t} periods before the plan"
