"""Where the rules of a case say that what has begun of an approved plan cannot have begun, or been signed, as it was.

Sequence, precedence, pauses, durations and least levels of today must let stand what has begun; what has been hedged
must have a hedge cost still. Source: model.md, rule 14.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import pairwise
from typing import Final, Protocol

from .accessors import Facts
from .faults import Fault
from .tables import InitiativeRow, MilestoneRow, PrecedenceRow
from .windows import Edge, precedence, sequence

Milestone = tuple[str, str]
Place = tuple[str, int | None, str | None]  # file, row and column
REMEDY: Final = "leave that change out, or add what changes as a new milestone"


class Past(Protocol):
    """What the rules ask of an approved plan (see `approved.Approved`)."""

    @property
    def frozen_until(self) -> str:
        """Return the label of the first period that is free."""

    @property
    def begun(self) -> Mapping[Milestone, int]:
        """Return when each milestone began that did before it."""

    @property
    def levels(self) -> Mapping[Milestone, Fraction]:
        """Return how much of each milestone is done."""

    @property
    def hedged_before(self) -> Mapping[tuple[str, str, int], int]:
        """Return what was hedged before it, by funder, currency and period."""


def contradictions(facts: Facts, approved: Past) -> Iterator[Fault]:
    """Yield where the case's own rules say that what has begun cannot have begun as it did."""
    begun, expected = approved.begun, _expected(approved)
    yield from _order(facts, begun, expected)
    rows = milestone_rows(facts)
    for (name, step), start in begun.items():
        row, place = facts.milestone[name, step], ("milestones.csv", rows[name, step])
        last = start + max(row.duration, facts.paid_periods(name, step)) - 1
        if last > facts.T:
            hint = f"it began in {facts.label(start)} and now goes on after {facts.label(facts.T)}; {REMEDY}"
            yield Fault(*place, "duration", f"{name}/{step}", expected, hint)
        if approved.levels[name, step] < row.min_level:
            level = float(approved.levels[name, step])
            hint = f"it began at {level:g} of its cost; {REMEDY}"
            yield Fault(*place, "min_level", f"{name}/{step}", expected, hint)
    yield from _pauses(facts, begun, expected)
    yield from _hedges(facts, approved)


def milestone_rows(facts: Facts) -> dict[Milestone, int]:
    """Return the row of every milestone as a spreadsheet numbers it."""
    return {(row.initiative, row.milestone): n for n, row in enumerate(facts.rows(MilestoneRow), start=2)}


def _expected(approved: Past) -> str:
    return f"rules that what has begun before {approved.frozen_until} keeps"


def _order(facts: Facts, begun: Mapping[Milestone, int], expected: str) -> Iterator[Fault]:
    """Yield where something began before what it now waits for."""
    for edge in (*sequence(facts), *precedence(facts)):
        start, before = begun.get(edge.successor), begun.get(edge.predecessor)
        if start is None:
            continue
        failed = edge.after_finish and facts.milestone[edge.predecessor].success == 0
        if before is None or failed or start < before + edge.gap:
            ends = "/".join(edge.successor), "/".join(edge.predecessor)
            hint = f"{ends[0]} began in {facts.label(start)}, which {ends[1]} now rules out; {REMEDY}"
            yield Fault(*_blamed(facts, edge, failed, before is None), ends[0], expected, hint)


def _blamed(facts: Facts, edge: Edge, failed: bool, missing: bool) -> Place:
    """Return the cell that makes an edge wait: a gate, a link or a milestone that is new, or how long it takes."""
    inside = edge.successor[0] == edge.predecessor[0]
    if failed or inside:
        column = "success" if failed else "order" if missing else "duration"
        return "milestones.csv", milestone_rows(facts)[edge.predecessor], column
    for number, row in enumerate(facts.rows(PrecedenceRow), start=2):
        found = facts.resolve(row)
        if found is not None and found[:4] == (*edge.predecessor, *edge.successor):
            return "precedence.csv", number, "predecessor" if missing else "lag"
    return "precedence.csv", None, None


def _pauses(facts: Facts, begun: Mapping[Milestone, int], expected: str) -> Iterator[Fault]:
    """Yield where two begun milestones are further apart than the longest pause of today."""
    rows = {row.initiative: n for n, row in enumerate(facts.rows(InitiativeRow), start=2)}
    for name, row in facts.initiatives.items():
        for one, two in pairwise(facts.milestones[name]) if row.max_pause is not None else ():
            first, second = begun.get((name, one.milestone)), begun.get((name, two.milestone))
            if first is None or second is None or second <= first + one.duration + (row.max_pause or 0):
                continue
            hint = f"{name}/{two.milestone} began in {facts.label(second)}, after a longer pause; {REMEDY}"
            yield Fault("initiatives.csv", rows[name], "max_pause", name, expected, hint)


def _hedges(facts: Facts, approved: Past) -> Iterator[Fault]:
    """Yield the currencies that were hedged before the first free period and now cannot be."""
    told: set[str] = set()
    for funder, currency, t in approved.hedged_before:
        for leg in (currency, facts.funders[funder].currency):
            if leg not in told and facts.hedge_cost(leg) is None:
                told.add(leg)
                row = next((n for n, r in enumerate(facts.currencies, start=2) if r == leg), None)
                hint = f"{funder} hedged {currency} in {facts.label(t)}; leave the cost of hedging in"
                expected = f"a hedge cost, as {leg} was hedged before {approved.frozen_until}"
                yield Fault("currencies.csv", row, "hedge_cost", leg, expected, hint)
