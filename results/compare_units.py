"""What of two runs can be compared at all: which currency an amount is in, and whether the periods are alike.

Amounts in different currencies, periods of different length and numbers of periods from different starts have no
difference; they are left out and said, never subtracted.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from ..inputs.case import Case

Record = Mapping[str, str]
BASE, FUNDER, INITIATIVE = "<base>", "<funder>", "<initiative>"  # else the column that holds the currency

_OWN_BUDGET = (
    *("payments", "reserved", "carried_in", "spent", "hedge_cost", "provision", "buffer"),
    *("carried_out", "lapsed", "commitments", "committed"),
)
MONEY: dict[str, dict[str, str]] = {
    "portfolio": {"cost": "currency", "public": BASE, "private": BASE, "matching": BASE},
    "schedule": {"cost": INITIATIVE},
    "funding": {"amount": "currency", "amount_funder": FUNDER, "amount_base": BASE},
    "budgets": dict.fromkeys(_OWN_BUDGET, FUNDER),
    "currency": {**dict.fromkeys(("exposure", "hedged", "unhedged"), "currency"), "worst_case_loss": FUNDER},
    "flows": {"amount_base": BASE},
    "commitments": {"amount": "currency", "amount_funder": FUNDER},
    "guarantees": {"guaranteed": "currency", "mobilised": "currency", "provision": "provision_currency", "cap": BASE},
    "matching": {
        **{"matched": "currency", "base": "currency"},
        **dict.fromkeys(("matched_reference", "cap", "base_reference", "min_base"), BASE),
    },
    "differences": {"approved_cost": "currency", "cost": "currency", "money_moved": BASE},
}
PERIODS = {
    "portfolio": ("start", "finish"),
    "schedule": ("start", "finish"),
    "equity": ("by",),
    "differences": ("approved_start", "start", "approved_finish", "finish"),
}
BY_PERIOD = ("funding", "currency", "commitments")  # tables with a period in their key
IN_PERIODS = ("milestones", "precedence")  # families of rules.csv whose values are numbers of periods
WITHOUT_MONEY = ("choices", "ranking", "synergies", "required_value", "accounts")


@dataclass(frozen=True)
class Scales:
    """The currencies and periods of two cases side by side."""

    a: Case
    b: Case

    @cached_property
    def base(self) -> bool:
        """Whether both have the same base currency."""
        return self.a.base == self.b.base

    @cached_property
    def periods(self) -> bool:
        """Whether the periods of both have the same length, so that their labels mean the same."""
        return self.a.settings.frequency == self.b.settings.frequency

    def notes(self) -> Iterator[str]:
        """Yield what cannot be compared, in words."""
        a, b = self.a.settings, self.b.settings
        if not self.base:
            yield f"the base currency is {a.currency} in A and {b.currency} in B: amounts in it are not compared"
        if a.unit != b.unit:
            yield f"the unit of money is {a.unit:,} in A and {b.unit:,} in B: amounts are compared in whole currencies"
        if not self.periods:
            yield (
                f"the periods have another length (frequency {a.frequency} in A, {b.frequency} in B): tables by "
                "period, starts and finishes are not compared; money is, by calendar year"
            )
        elif a.first_period != b.first_period or a.periods != b.periods:
            spans = [
                f"{case.label(1)} to {case.label(case.T)} in {side}" for case, side in ((self.a, "A"), (self.b, "B"))
            ]
            yield f"the horizon is {spans[0]}, {spans[1]}: periods are compared by their labels"
        yield from self._other_currencies()

    def _other_currencies(self) -> Iterator[str]:
        for what, before, after in (
            ("funder", self.a.funders, self.b.funders),
            ("initiative", self.a.initiatives, self.b.initiatives),
        ):
            pairs = ((name, row.currency, after[name].currency) for name, row in before.items() if name in after)
            for name, was, now in pairs:
                if was != now:
                    yield f"the currency of {what} {name} is {was} in A and {now} in B: its amounts are not compared"

    def comparable(self, table: str, column: str, a: Record, b: Record) -> bool:
        """Tell whether the cells of a column of two rows (or one twice) are on one scale."""
        if not self.periods and column in PERIODS.get(table, ()):
            return False
        if table == "rules" and column in ("value", "at_least", "at_most", "slack"):
            return self._rule_scale(self.a, a) == self._rule_scale(self.b, b)
        if table == "equity" and column in ("value", "at_least", "at_most"):
            return a.get("measure") == b.get("measure")
        return currency(self.a, table, column, a) == currency(self.b, table, column, b)

    def leaves_out(self, table: str) -> str:
        """Return why a table is not compared at all, "" when it is."""
        return "" if self.periods or table not in BY_PERIOD else "its periods have another length in each run"

    def is_dated(self, case: Case, row: Record) -> bool:
        """Tell whether the index of a row of rules.csv names a period; a cycle of the same name is none."""
        words = set(row.get("index", "").replace(";", " ").split())
        cycles = {cycle.name for cycle in case.cycles.get(row.get("owner", ""), ())}
        return any(case.label(t) in words for t in range(1, case.T + 1)) and not words & cycles

    @staticmethod
    def _rule_scale(case: Case, row: Record) -> tuple[str, ...]:
        """Return what the numbers of a rule row count, as far as its names tell."""
        family = row.get("family", "")
        if family in IN_PERIODS or row.get("rule") in ("begun", "new"):
            return case.settings.first_period, case.settings.frequency
        if family in WITHOUT_MONEY:
            return ()
        names = [row.get("owner", ""), *row.get("index", "").split(";")]
        known = (owners.get(name) for name in names for owners in (case.funders, case.initiatives, case.parties))
        return case.base, *sorted({row.currency or "" for row in known if row is not None})


def currency(case: Case, table: str, column: str, row: Record) -> str:
    """Return the currency of an amount, "" for what is no money (or whose owner the case does not know)."""
    source = MONEY.get(table, {}).get(column)
    if source is None:
        return ""
    if source == BASE:
        return case.base
    if source == FUNDER:
        funder = case.funders.get(row.get("funder", ""))
        return funder.currency if funder else ""
    if source == INITIATIVE:
        initiative = case.initiatives.get(row.get("initiative", ""))
        return initiative.currency if initiative else ""
    return row.get(source, "")
