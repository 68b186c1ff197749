"""The approved plan that a re-plan starts from: what has begun, what was promised, and from when on it may change.

A case with an approved plan is a re-plan: before the period `frozen` nothing new starts, what has begun keeps its start
and level, and payments are the approved ones; what was approved for later may change as far as `max_change` allows.
Periods of the approved plan are matched with those of the case by their labels. Source: model.md, rule 14.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import Final

from .accessors import Facts
from .faults import Fault, InputError
from .windows import precedence, sequence

Milestone = tuple[str, str]
LineKey = tuple[str, str, str]
PayKey = tuple[str, LineKey, int]
Record = Mapping[str, str]

SCHEDULE: Final = "approved/schedule.csv"
FUNDING: Final = "approved/funding.csv"
TERMS: Final = "approved/replan.json"
SCHEDULE_COLUMNS: Final = ("initiative", "milestone", "done", "start", "finish", "level", "cost")
FUNDING_COLUMNS: Final = ("funder", "initiative", "stage", "party", "period", "currency", "amount")
KEPT: Final = "keep what was approved in the case (an initiative may be excluded), or approve another plan"


@dataclass(frozen=True)
class Approved:
    """An approved plan in the periods of a case.

    `frozen` is the first period that is free again, by its label `frozen_until`. `starts` and `levels` (1 in full) are
    of every milestone done, `payments` by funder, line (initiative, stage, party) and period in minor units of the
    line's currency, all periods. `max_change` is the largest part of the money approved from `frozen` on that may
    move, `price` what a `unit` of base currency that moves costs in value. `schedule` and `funding` are the rows of
    the approved run as written.
    """

    frozen: int
    frozen_until: str
    starts: Mapping[Milestone, int]
    levels: Mapping[Milestone, Fraction]
    payments: Mapping[PayKey, int]
    max_change: Decimal | None = None
    price: Decimal | None = None
    schedule: tuple[Record, ...] = field(default=(), repr=False)
    funding: tuple[Record, ...] = field(default=(), repr=False)

    @cached_property
    def begun(self) -> dict[Milestone, int]:
        """Return the starts of the milestones that begin before `frozen`."""
        return {key: start for key, start in self.starts.items() if start < self.frozen}

    @cached_property
    def history(self) -> dict[PayKey, int]:
        """Return the payments before `frozen`."""
        return {key: amount for key, amount in self.payments.items() if key[2] < self.frozen}

    @cached_property
    def ahead(self) -> dict[PayKey, int]:
        """Return the payments from `frozen` on."""
        return {key: amount for key, amount in self.payments.items() if key[2] >= self.frozen}

    @property
    def terms(self) -> dict[str, str | None]:
        """Return what was asked of the re-plan, as replan.json holds it."""
        limits = {"max_change": self.max_change, "price": self.price}
        return {"frozen_until": self.frozen_until} | {n: None if v is None else f"{v:f}" for n, v in limits.items()}

    def again(self, facts: Facts) -> Approved:
        """Return the approved plan in the periods of a changed case; InputError where it no longer fits."""
        return approve(facts, self.schedule, self.funding, self.frozen_until, self.max_change, self.price)


def approve(
    facts: Facts,
    schedule: Sequence[Record],
    funding: Sequence[Record],
    frozen_until: str,
    max_change: Decimal | None = None,
    price: Decimal | None = None,
) -> Approved:
    """Return the approved plan of which `schedule` and `funding` are the tables, in the periods of a case.

    Raises InputError with every place where the case no longer has what was approved, or contradicts what has begun.
    """
    reader = _Reader(facts)
    frozen = reader.frozen(frozen_until)
    reader.limits(max_change, price)
    reader.schedule(schedule)
    reader.funding(funding)
    found = Approved(
        *(frozen, frozen_until, reader.starts, reader.levels, reader.payments),
        *(max_change, price, tuple(schedule), tuple(funding)),
    )
    if not reader.faults:
        reader.faults += _contradictions(facts, found)
    if reader.faults:
        raise InputError(reader.faults)
    return found


class _Reader:
    """Reads the tables of an approved run against a case; collects faults."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.faults: list[Fault] = []
        self.starts: dict[Milestone, int] = {}
        self.levels: dict[Milestone, Fraction] = {}
        self.payments: dict[PayKey, int] = {}

    def fault(self, file: str, row: int | None, column: str | None, value: str | None, expected: str) -> None:
        self.faults.append(Fault(file, row, column, value, expected, KEPT))

    def period(self, file: str, row: int | None, column: str, label: str) -> int | None:
        """Return the number of a period of the horizon; None after a fault was named."""
        facts = self.facts
        try:
            t = facts.period(label)
        except ValueError:
            t = 0
        if 1 <= t <= facts.T:
            return t
        self.fault(file, row, column, label, f"a period of the case, {facts.label(1)} to {facts.label(facts.T)}")
        return None

    def frozen(self, label: str) -> int:
        return self.period(TERMS, None, "frozen_until", label) or 1

    def limits(self, max_change: Decimal | None, price: Decimal | None) -> None:
        if max_change is not None and not 0 <= max_change <= 1:
            self.fault(TERMS, None, "max_change", str(max_change), "a share from 0 to 1")
        if price is not None and not (price.is_finite() and price >= 0):
            self.fault(TERMS, None, "price", str(price), "an amount of value, 0 or more")
        if price and self.facts.settings.objective.goal != "value":
            self.fault(TERMS, None, "price", str(price), "no price, as the goal is not value")

    def rows(self, file: str, rows: Sequence[Record], columns: Sequence[str]) -> Iterator[tuple[int, Record]]:
        """Yield rows with their numbers; nothing where a column is missing."""
        missing = [name for name in columns if rows and name not in rows[0]]
        for name in missing:
            self.fault(file, None, name, None, "this column, as a run writes it")
        return iter(()) if missing else enumerate(rows, start=2)

    def schedule(self, rows: Sequence[Record]) -> None:
        for number, row in self.rows(SCHEDULE, rows, SCHEDULE_COLUMNS):
            if row["done"] != "true":
                continue
            key = row["initiative"], row["milestone"]
            if key not in self.facts.milestone:
                self.fault(SCHEDULE, number, "milestone", "/".join(key), "a milestone of the case")
                continue
            t = self.period(SCHEDULE, number, "start", row["start"])
            finish = self.period(SCHEDULE, number, "finish", row["finish"])
            level, cost = _amount(row["level"]), _amount(row["cost"])
            if level is None or not 0 < level <= 1:
                self.fault(SCHEDULE, number, "level", row["level"], "a level above 0, at most 1")
            elif cost is None or cost < 0:
                self.fault(SCHEDULE, number, "cost", row["cost"], "an amount, 0 or more")
            elif t is not None and finish is not None:
                self.starts[key], self.levels[key] = t, Fraction(level)

    def funding(self, rows: Sequence[Record]) -> None:
        facts = self.facts
        for number, row in self.rows(FUNDING, rows, FUNDING_COLUMNS):
            line = row["initiative"], row["stage"], row["party"]
            if row["funder"] not in facts.funders:
                self.fault(FUNDING, number, "funder", row["funder"], "a funder of the case")
                continue
            currency = line_currency(facts, line)
            if currency is None:
                self.fault(FUNDING, number, "initiative", "/".join(line), "a funding line of the case")
                continue
            if row["currency"] != currency:
                self.fault(FUNDING, number, "currency", row["currency"], f"{currency}, in which its line falls due")
                continue
            t = self.period(FUNDING, number, "period", row["period"])
            amount = _amount(row["amount"])
            units = None if amount is None else Fraction(amount) * 10 ** facts.minor_digits(currency)
            if units is None or units <= 0 or units.denominator != 1:
                self.fault(FUNDING, number, "amount", row["amount"], "whole minor units of its currency, above 0")
            elif t is not None:
                self.payments[row["funder"], line, t] = int(units)


def _amount(text: str) -> Decimal | None:
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def line_currency(facts: Facts, line: LineKey) -> str | None:
    """Return the currency in which a line falls due; None where the case has no such line."""
    initiative, stage, party = line
    if initiative not in facts.initiatives or all(step.stage != stage for step in facts.milestones[initiative]):
        return None
    own = facts.initiatives[initiative].currency
    if not party:
        return own if facts.pot(initiative) == "real" else None
    known = facts.pot(initiative) == "virtual" and facts.shares[initiative].get(party)
    return (facts.parties[party].currency or own) if known else None


def _contradictions(facts: Facts, approved: Approved) -> Iterator[Fault]:
    """Yield where the case's own rules say that what has begun cannot have begun as it did."""
    begun, until = approved.begun, approved.frozen_until
    expected = f"rules that what has begun before {until} keeps"
    for edge in (*sequence(facts), *precedence(facts)):
        start, before = begun.get(edge.successor), begun.get(edge.predecessor)
        if start is None:
            continue
        failed = edge.after_finish and facts.milestone[edge.predecessor].success == 0
        if before is None or failed or start < before + edge.gap:
            ends = "/".join(edge.successor), "/".join(edge.predecessor)
            hint = f"{ends[0]} began in {facts.label(start)}, which {ends[1]} now rules out; {_REMEDY}"
            file = "milestones.csv" if edge.successor[0] == edge.predecessor[0] else "precedence.csv"
            yield Fault(file, None, None, ends[0], expected, hint)
    for (name, step), start in begun.items():
        row = facts.milestone[name, step]
        last = start + max(row.duration, facts.paid_periods(name, step)) - 1
        if last > facts.T:
            hint = f"it began in {facts.label(start)} and now goes on after {facts.label(facts.T)}; {_REMEDY}"
            yield Fault("milestones.csv", None, "duration", f"{name}/{step}", expected, hint)
        if approved.levels[name, step] < row.min_level:
            level = float(approved.levels[name, step])
            hint = f"it began at {level:g} of its cost; {_REMEDY}"
            yield Fault("milestones.csv", None, "min_level", f"{name}/{step}", expected, hint)
    yield from _pauses(facts, begun, expected)


_REMEDY = "leave that change out, or add what changes as a new milestone"


def _pauses(facts: Facts, begun: Mapping[Milestone, int], expected: str) -> Iterator[Fault]:
    """Yield where two begun milestones are further apart than the longest pause of today."""
    for name, row in facts.initiatives.items():
        for one, two in pairwise(facts.milestones[name]) if row.max_pause is not None else ():
            first, second = begun.get((name, one.milestone)), begun.get((name, two.milestone))
            if first is None or second is None or second <= first + one.duration + (row.max_pause or 0):
                continue
            hint = f"{name}/{two.milestone} began in {facts.label(second)}, after a longer pause; {_REMEDY}"
            yield Fault("initiatives.csv", None, "max_pause", name, expected, hint)
