"""Reads the tables of an approved run against a case: the periods and amounts of what was approved, and every fault.

Amounts are in minor units, periods are those of the case, matched by their labels. Source: model.md, rule 14.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Final

from .accessors import Facts
from .faults import Fault
from .tables import GuaranteeRow

Milestone = tuple[str, str]
LineKey = tuple[str, str, str]
PayKey = tuple[str, LineKey, int]
HedgeKey = tuple[str, str, int]
GuaranteeKey = tuple[str, str]  # a guarantee and an initiative
Record = Mapping[str, str]

SCHEDULE: Final = "approved/schedule.csv"
FUNDING: Final = "approved/funding.csv"
CURRENCY: Final = "approved/currency.csv"
COMMITMENTS: Final = "approved/commitments.csv"
GUARANTEES: Final = "approved/guarantees.csv"
TERMS: Final = "approved/replan.json"
SCHEDULE_COLUMNS: Final = ("initiative", "milestone", "done", "start", "finish", "level", "cost")
LINE_COLUMNS: Final = ("funder", "initiative", "stage", "party", "period", "currency", "amount")
CURRENCY_COLUMNS: Final = ("funder", "currency", "period", "hedged")
GUARANTEE_COLUMNS: Final = ("guarantee", "initiative", "currency", "guaranteed")
KEPT: Final = "keep what was approved in the case (an initiative may be excluded), or approve another plan"


class Reader:
    """Reads the tables of an approved run against a case; collects faults."""

    def __init__(self, facts: Facts) -> None:
        """Start with nothing read."""
        self.facts = facts
        self.faults: list[Fault] = []
        self.starts: dict[Milestone, int] = {}
        self.levels: dict[Milestone, Fraction] = {}
        self.payments: dict[PayKey, int] = {}
        self.hedges: dict[HedgeKey, int] = {}
        self.commitments: dict[PayKey, int] = {}
        self.guarantees: dict[GuaranteeKey, int] = {}

    def fault(self, file: str, row: int | None, column: str | None, value: str | None, expected: str) -> None:
        """Name a fault of the approved plan."""
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
        """Return the number of the first free period."""
        return self.period(TERMS, None, "frozen_until", label) or 1

    def limits(self, max_change: Decimal | None, price: Decimal | None) -> None:
        """Check what was asked of the re-plan."""
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
        """Read starts and levels of what was to be done."""
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

    def units(self, file: str, number: int, row: Record, column: str, currency: str, least: int = 1) -> int | None:
        """Return an amount in minor units; None after a fault was named."""
        amount = _amount(row[column])
        units = None if amount is None else Fraction(amount) * 10 ** self.facts.minor_digits(currency)
        if units is not None and units >= least and units.denominator == 1:
            return int(units)
        bound = "above 0" if least else "0 or more"
        self.fault(file, number, column, row[column], f"whole minor units of its currency, {bound}")
        return None

    def on_lines(self, file: str, rows: Sequence[Record], found: dict[PayKey, int], until: int | None = None) -> None:
        """Read amounts by funder, funding line and period, payments or commitments; those before `until` only."""
        facts = self.facts
        for number, row in self.rows(file, rows, LINE_COLUMNS):
            t = self.period(file, number, "period", row["period"])
            if until is not None and (t is None or t >= until):
                continue
            line = row["initiative"], row["stage"], row["party"]
            if row["funder"] not in facts.funders:
                self.fault(file, number, "funder", row["funder"], "a funder of the case")
                continue
            currency = line_currency(facts, line)
            if currency is None:
                self.fault(file, number, "initiative", "/".join(line), "a funding line of the case")
                continue
            if row["currency"] != currency:
                self.fault(file, number, "currency", row["currency"], f"{currency}, in which its line falls due")
                continue
            units = self.units(file, number, row, "amount", currency)
            if t is not None and units is not None:
                found[row["funder"], line, t] = units

    def hedged(self, rows: Sequence[Record], frozen: int) -> None:
        """Read what was hedged of the exposures before the first free period; a funder keeps its currency."""
        facts = self.facts
        for number, row in self.rows(CURRENCY, rows, CURRENCY_COLUMNS):
            t = self.period(CURRENCY, number, "period", row["period"])
            if t is None or t >= frozen:
                continue
            if row["funder"] not in facts.funders:
                self.fault(CURRENCY, number, "funder", row["funder"], "a funder of the case")
            elif row["currency"] not in {facts.base, *facts.currencies}:
                self.fault(CURRENCY, number, "currency", row["currency"], "a currency of the case")
            elif row["currency"] == facts.funders[row["funder"]].currency:
                words = f"a currency foreign to {row['funder']}, as it was"
                self.fault(CURRENCY, number, "currency", row["currency"], words)
            else:
                units = self.units(CURRENCY, number, row, "hedged", row["currency"], least=0)
                if units:
                    self.hedges[row["funder"], row["currency"], t] = units

    def guaranteed(self, rows: Sequence[Record], frozen: int) -> None:
        """Read what was guaranteed for initiatives that have begun; the case still has such guarantees."""
        facts, rules = self.facts, {rule.guarantee: rule for rule in self.facts.rows(GuaranteeRow)}
        begun = {name for (name, _), start in self.starts.items() if start < frozen}
        for number, row in self.rows(GUARANTEES, rows, GUARANTEE_COLUMNS):
            rule, name = rules.get(row["guarantee"]), row["initiative"]
            if name not in begun:
                continue
            if rule is None:
                self.fault(GUARANTEES, number, "guarantee", row["guarantee"], "a guarantee of the case")
                continue
            first = first_in_scope(facts, rule, name)
            start = None if first is None else self.starts.get(first)
            if start is None:
                words = f"an initiative of which {rule.guarantee} covers what was approved"
                self.fault(GUARANTEES, number, "initiative", name, words)
            elif start < frozen:
                self._given(number, row, rule, start)

    def _given(self, number: int, row: Record, rule: GuaranteeRow, start: int) -> None:
        """Read one guarantee that was given in the period `start`."""
        facts, currency = self.facts, self.facts.initiatives[row["initiative"]].currency
        if row["currency"] != currency:
            words = f"{currency}, the currency of {row['initiative']}"
            self.fault(GUARANTEES, number, "currency", row["currency"], words)
        elif all(start not in cycle.periods for cycle in facts.cycles[rule.guarantor]):
            words = f"a guarantee of {rule.guarantor}, which has no budget in {facts.label(start)} now"
            self.fault(GUARANTEES, number, "guarantee", row["guarantee"], words)
        else:
            units = self.units(GUARANTEES, number, row, "guaranteed", currency, least=0)
            if units is not None:
                self.guarantees[rule.guarantee, row["initiative"]] = units


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


def first_in_scope(facts: Facts, rule: GuaranteeRow, initiative: str) -> Milestone | None:
    """Return the first milestone of an initiative that a guarantee covers: it is given when that begins."""
    covered = initiative in facts.select_initiatives(rule.initiatives)
    steps = facts.milestones[initiative] if covered else ()
    return next(((initiative, step.milestone) for step in steps if rule.stage in ("", step.stage)), None)
