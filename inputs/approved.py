"""The approved plan that a re-plan starts from: what has begun, what was promised, and from when on it may change.

A case with an approved plan is a re-plan: before the period `frozen` nothing new starts, what has begun keeps its start
and level, and payments, hedges, commitments and guarantees are the approved ones; what was approved for later may
change as far as `max_change` allows. Periods of the approved plan are matched with those of the case by their labels.
Source: model.md, rule 14.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Final

from .accessors import Facts
from .approved_rules import contradictions
from .approved_tables import (
    COMMITMENTS,
    FUNDING,
    TERMS,
    GuaranteeKey,
    HedgeKey,
    LineKey,
    Milestone,
    PayKey,
    Reader,
    Record,
    first_in_scope,
    line_currency,
)
from .faults import InputError
from .tables import GuaranteeRow

__all__ = ["SIGNED", "TERMS", "Approved", "LineKey", "PayKey", "Record", "approve", "given_before", "line_currency"]
SIGNED: Final = ("currency", "commitments", "guarantees")  # tables of what was signed, besides payments


@dataclass(frozen=True)
class Approved:
    """An approved plan in the periods of a case.

    `frozen` is the first period that is free again, by its label `frozen_until`. `starts` and `levels` (1 in full) are
    of every milestone done, `payments` by funder, line (initiative, stage, party) and period in minor units of the
    line's currency, all periods. `max_change` is the largest part of the money approved from `frozen` on that may
    move, `price` what a `unit` of base currency that moves costs in value.

    Signed before `frozen`: `hedged_before` by funder, currency and period, `committed_before` like payments, and
    `guarantees` by guarantee and initiative (those whose first milestone in scope has begun), in minor units of the
    currency hedged, the line's and the initiative's. `schedule`, `funding` and `signed` (currency, commitments,
    guarantees) are the rows of the approved run as written; what `signed` does not hold is not known, and free.
    `before` is the case that was approved, where it is known.
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
    hedged_before: Mapping[HedgeKey, int] = field(default_factory=dict)
    committed_before: Mapping[PayKey, int] = field(default_factory=dict)
    guarantees: Mapping[GuaranteeKey, int] = field(default_factory=dict)
    signed: Mapping[str, tuple[Record, ...]] = field(default_factory=dict, repr=False)
    before: Facts | None = field(default=None, repr=False, compare=False)

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

    @cached_property
    def lines_signed(self) -> frozenset[LineKey]:
        """Return the lines on which something was committed before `frozen`."""
        return frozenset(line for _, line, _ in self.committed_before)

    @property
    def tables(self) -> dict[str, tuple[Record, ...]]:
        """Return the rows of the approved run by table."""
        return {"schedule": self.schedule, "funding": self.funding, **self.signed}

    def again(self, facts: Facts) -> Approved:
        """Return the approved plan in the periods of a changed case; InputError where it no longer fits."""
        terms = self.frozen_until, self.max_change, self.price
        return approve(facts, self.schedule, self.funding, *terms, signed=self.signed, before=self.before)


def approve(
    facts: Facts,
    schedule: Sequence[Record],
    funding: Sequence[Record],
    frozen_until: str,
    max_change: Decimal | None = None,
    price: Decimal | None = None,
    *,
    signed: Mapping[str, Sequence[Record]] | None = None,
    before: Facts | None = None,
) -> Approved:
    """Return the approved plan of which `schedule`, `funding` and `signed` are the tables, in the periods of a case.

    Raises InputError with every place where the case no longer has what was approved, or contradicts what has begun.
    """
    reader = Reader(facts)
    frozen = reader.frozen(frozen_until)
    reader.limits(max_change, price)
    reader.schedule(schedule)
    reader.on_lines(FUNDING, funding, reader.payments)
    told = {name: tuple(rows) for name, rows in (signed or {}).items()}
    reader.hedged(told.get("currency", ()), frozen)
    reader.on_lines(COMMITMENTS, told.get("commitments", ()), reader.commitments, frozen)
    reader.guaranteed(told.get("guarantees", ()), frozen)
    found = Approved(
        *(frozen, frozen_until, reader.starts, reader.levels, reader.payments),
        *(max_change, price, tuple(schedule), tuple(funding)),
        hedged_before=reader.hedges,
        committed_before=reader.commitments,
        guarantees=reader.guarantees,
        signed=told,
        before=before,
    )
    if not reader.faults:
        reader.faults += contradictions(facts, found)
    if reader.faults:
        raise InputError(reader.faults)
    return found


def given_before(facts: Facts, approved: Approved) -> dict[tuple[int, str], int]:
    """Return what each guarantee (its row, from 0) may guarantee for each initiative it was given for, or not.

    In minor units of the initiative's currency, 0 where nothing was guaranteed; only where the first milestone in scope
    has begun before the first free period, and nothing where it is not known what was guaranteed.
    """
    found: dict[tuple[int, str], int] = {}
    for n, rule in enumerate(facts.rows(GuaranteeRow) if "guarantees" in approved.signed else ()):
        for name in facts.initiatives:
            first = first_in_scope(facts, rule, name)
            if first is not None and first in approved.begun:
                found[n, name] = approved.guarantees.get((rule.guarantee, name), 0)
    return found
