"""Why a re-plan does not leave an initiative as it was approved: the limits that leave no room for it now.

Of each payer and cycle, what the initiative would still need at today's cost is held against what the cycle could
still spend without taking from a later one. Then the other limits that speak of it and are reached. Where there is
room, another plan simply reaches more of the goal. Source: results.md.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from typing import Any

import pandas as pd

from ..inputs.approved import Approved, Record, line_currency
from ..inputs.case import Case, Cycle
from ..inputs.money import counted_in
from .approval import records
from .ledger import half_up, milestone_due
from .verify_rows import RuleRow, plain

SHOWN = 3
TELLING = Fraction(1, 200)  # of a `unit`: less than that reads 0.00
ROOM = ("payments", "reserved", "carried_in", "spent", "hedge_cost", "provision", "buffer", "lapsed")
BETTER = {"value": "is worth more", "public_money": "takes less public money"}
Place = tuple[str, str]  # a funder and its cycle


class Reasons:
    """Answers `why(initiative)` for one re-plan."""

    def __init__(
        self,
        case: Case,
        approved: Approved,
        tables: Mapping[str, pd.DataFrame],
        rows: Sequence[RuleRow],
        factors: Mapping[str, Any],
        changes: Mapping[str, str],
    ) -> None:
        """Remember the plan, its rule rows, and what becomes of each initiative."""
        self.case, self.approved, self.tables, self.factors = case, approved, tables, factors
        self.changes = changes
        self.binding = [row for row in rows if row.binding]
        self.ranking = [row for row in rows if row.family == "ranking" and row.at_most == 0]

    def why(self, name: str, moved: bool) -> str:
        """Return in words why an initiative is not as approved; empty where it is, with the same payers."""
        change = self.changes[name]
        if change == "added":
            return self._added(name)
        if change == "kept" and not moved:
            return ""
        if self.case.initiatives[name].status == "excluded" and change != "kept":
            return "it is excluded now"
        found = [*self._cost(name), *self._budgets(name)]
        if change in ("moved", "dropped"):
            found += self._others(name)
        better = BETTER.get(self.case.settings.objective.goal, "is better")
        found = found or ["others pay part of it" if change == "kept" else f"there is room; another plan {better}"]
        more = len(found) - SHOWN
        return "; ".join(found[:SHOWN]) + (f"; and {more} more" if more > 0 else "")

    def _added(self, name: str) -> str:
        """Return why an initiative is funded that was not: what it is now, or whose money it takes over."""
        if self.case.initiatives[name].status == "mandatory":
            return "it is mandatory now"
        if all(row["initiative"] != name for row in self.approved.schedule):
            return "it is new"
        mine = {self._place(row["funder"], self.case.period(row["period"])) for row in self._payments_of(name)}
        gone = dict.fromkeys(
            line[0]
            for funder, line, t in self.approved.ahead
            if self.changes.get(line[0]) == "dropped" and self._place(funder, t) in mine
        )
        if not gone:
            return "there is room for it now"
        return f"there is room for it, as {' and '.join(gone)} {'is' if len(gone) == 1 else 'are'} dropped"

    def _place(self, funder: str, t: int) -> Place | None:
        """Return the cycle from which a funder pays in a period; None where it has none."""
        cycle = self._cycle_at.get((funder, t))
        return None if cycle is None else (funder, cycle.name)

    def _cost(self, name: str) -> Iterator[str]:
        was, now = self._costs(name)
        if was != now:
            currency = self.case.initiatives[name].currency
            yield f"as approved it would cost {self._words(now, currency)} now, not {self._words(was, currency)}"

    def _costs(self, name: str) -> tuple[Fraction, Fraction]:
        """Return what the initiative was to cost as approved, and what that would cost now, in its currency."""
        was, now = Fraction(0), Fraction(0)
        for row in self.approved.schedule:
            key = row["initiative"], row["milestone"]
            if key[0] == name and key in self.approved.starts:
                start, level = self.approved.starts[key], self.approved.levels[key]
                due = milestone_due(self.case, self.factors, *key, start, level)
                digits = self.case.minor_digits(self.case.initiatives[name].currency)
                was += Fraction(row["cost"])
                now += Fraction(half_up(sum(due.values(), Fraction(0)) * self.case.unit * 10**digits), 10**digits)
        return was, now

    def _budgets(self, name: str) -> Iterator[str]:
        """Yield the cycles of its approved payers that cannot pay what it would still need."""
        was, now = self._costs(name)
        need: dict[Place, Fraction] = defaultdict(Fraction)
        for (funder, line, t), amount in self.approved.ahead.items():
            if line[0] != name:
                continue
            currency = line_currency(self.case, line) or self.case.base
            cycle = self._cycle_at.get((funder, t))
            if cycle is None:
                yield f"{funder} has no budget in {self.case.label(t)}"
                continue
            worth = Fraction(amount, 10 ** self.case.minor_digits(currency)) * self._rate(funder, currency, t)
            need[funder, cycle.name] += worth * (now / was if was else Fraction(1))
        for row in self._payments_of(name):
            place = row["funder"], self._cycle_at[row["funder"], self.case.period(row["period"])].name
            if place in need:
                need[place] -= Fraction(row["amount_funder"])
        for (funder, cycle_name), more in need.items():
            room, currency = self._room[funder, cycle_name], self.case.funders[funder].currency
            if more > max(room, self.case.unit * TELLING):
                yield f"budget of {funder}, {cycle_name}: {self._words(more - room, currency)} short"

    def _payments_of(self, name: str) -> list[Record]:
        """Return the payments on an initiative from the first free period on."""
        funding = self.tables["funding"]
        found = records(funding[funding["initiative"] == name])
        return [row for row in found if self.case.period(row["period"]) >= self.approved.frozen]

    def _others(self, name: str) -> Iterator[str]:
        """Yield the other limits that speak of the initiative and are reached."""
        for row in self.binding:
            if row.family in ("cofunding", "matching", "tickets") and name in (row.owner, *row.index):
                yield f"{row.family} {row.rule} is reached"
            if row.family == "choices" and any(name in self.case.select_initiatives(of) for of in row.index):
                yield f"choice {row.rule} is reached ({plain(row.value)} funded)"
        for row in self.ranking:
            if row.owner == name:
                yield f"ranking of {row.rule}: a better ranked initiative is not funded"
        for link in self.case.predecessors():
            change = self.changes.get(link.pred_i)
            if link.succ_i == name != link.pred_i and change in ("moved", "resized", "dropped"):
                yield f"it comes after {link.pred_i}, which is {change}"

    @cached_property
    def _cycle_at(self) -> dict[tuple[str, int], Cycle]:
        return {(f, t): cycle for f, cycles in self.case.cycles.items() for cycle in cycles for t in cycle.periods}

    @cached_property
    def _room(self) -> dict[Place, Fraction]:
        """Return what every cycle could still spend without taking from a later one, in the funder's currency."""
        accounts = {
            (row["funder"], row["cycle"]): [Fraction(row[name]) for name in ROOM]
            for row in self.tables["budgets"].to_dict("records")
        }
        found: dict[Place, Fraction] = {}
        for funder, cycles in self.case.cycles.items():
            later = Fraction(0)
            for cycle in reversed(cycles):
                payments, reserved, carried, *used, lapsed = accounts[funder, cycle.name]
                slack = payments - reserved + carried - sum(used, Fraction(0))
                later = found[funder, cycle.name] = max(Fraction(0), min(slack, lapsed + later))
        return found

    def _rate(self, funder: str, currency: str, t: int) -> Fraction:
        own = self.case.funders[funder].currency
        return Fraction(self.case.rate(currency, t)) / Fraction(self.case.rate(own, t))

    def _words(self, amount: Fraction, currency: str) -> str:
        """Return an amount in the case's `unit` with its currency: "4.00 EUR million"."""
        return f"{float(amount / self.case.unit):,.2f} {counted_in(currency, self.case.unit)}"
