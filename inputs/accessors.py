"""The facts of a case, asked for by name: typed rows, indexed and resolved once and kept.

Amounts are in the case's ``unit`` as in the tables; periods are numbered from 1. Nothing here judges: what
is wrong is found by the checks, which use the same accessors.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Final, Literal, NamedTuple, TypeVar, cast

from . import money, periods
from .settings import Settings
from .tables import (
    TABLES,
    BudgetRow,
    CorrelationRow,
    CostProfileRow,
    CriterionRow,
    CurrencyRow,
    FunderRow,
    GroupRow,
    InitiativeRow,
    MilestoneRow,
    PartyRow,
    PrecedenceRow,
    RateRow,
    Row,
    ShareRow,
)

KINDS: Final = ("public", "private", "matching")
SOURCES: Final = ("public", "private")
R = TypeVar("R", bound=Row)
_NAME_OF: Final = {model: name for name, model in TABLES.items()}


@dataclass(frozen=True)
class Cycle:
    """One budget cycle of a funder: numbers of its periods, amounts in case units of its currency."""

    funder: str
    name: str
    first: int
    last: int
    payments: Decimal
    carry_over: Decimal
    reserved: Decimal
    commitments: Decimal | None

    @property
    def periods(self) -> range:
        """The numbers of its planning periods."""
        return range(self.first, self.last + 1)


class Precedence(NamedTuple):
    """One resolved precedence between two milestones; ``lag`` in periods."""

    pred_i: str
    pred_m: str
    succ_i: str
    succ_m: str
    type: Literal["finish-start", "start-start"]
    lag: int


@dataclass(frozen=True)
class Facts:
    """Settings and tables with the accessors of a case; every table name is there, absent ones are empty."""

    settings: Settings
    tables: Mapping[str, tuple[Row, ...]]

    def rows(self, model: type[R]) -> tuple[R, ...]:
        """Return the rows of the table of this row model, in file order."""
        return cast(tuple[R, ...], self.tables.get(_NAME_OF[model], ()))

    @property
    def T(self) -> int:  # noqa: N802
        """Number of planning periods."""
        return self.settings.periods

    @property
    def base(self) -> str:
        """The base currency."""
        return self.settings.currency

    @property
    def unit(self) -> int:
        """Currency units per unit of the money columns."""
        return self.settings.unit

    @property
    def periods_per_year(self) -> int:
        """1, 2, 4 or 12."""
        return periods.PERIODS_PER_YEAR[self.settings.frequency]

    @cached_property
    def _origin(self) -> int:
        return periods.ordinal(self.settings.first_period, self.settings.frequency) - 1

    @cached_property
    def _period_numbers(self) -> dict[str, int]:
        return {}

    def period(self, label: str) -> int:
        """Return the number of a period, 1 for the first, maybe outside 1..T; ``ValueError`` for no label."""
        number = self._period_numbers.get(label)
        if number is None:
            number = periods.ordinal(label, self.settings.frequency) - self._origin
            self._period_numbers[label] = number
        return number

    def label(self, t: int) -> str:
        """Return the label of period ``t``, the inverse of :meth:`period`."""
        return periods.label_of(t + self._origin, self.settings.frequency)

    @cached_property
    def funders(self) -> dict[str, FunderRow]:
        """Funders by name."""
        return {row.funder: row for row in self.rows(FunderRow)}

    @cached_property
    def initiatives(self) -> dict[str, InitiativeRow]:
        """Initiatives by name."""
        return {row.initiative: row for row in self.rows(InitiativeRow)}

    @cached_property
    def parties(self) -> dict[str, PartyRow]:
        """Parties by name: parties.csv, or without it those that shares and funders name."""
        listed = self.rows(PartyRow)
        if listed:
            return {row.party: row for row in listed}
        named = dict.fromkeys(row.party for row in self.rows(ShareRow))
        named.update(dict.fromkeys(row.party for row in self.rows(FunderRow) if row.party))
        return {party: PartyRow(party=party) for party in named}

    @cached_property
    def milestones(self) -> dict[str, tuple[MilestoneRow, ...]]:
        """Milestones of every initiative in their order."""
        found: dict[str, list[MilestoneRow]] = {initiative: [] for initiative in self.initiatives}
        for row in self.rows(MilestoneRow):
            found.setdefault(row.initiative, []).append(row)
        return {i: tuple(sorted(rows, key=lambda row: row.order)) for i, rows in found.items()}

    @cached_property
    def milestone(self) -> dict[tuple[str, str], MilestoneRow]:
        """Milestones by initiative and name."""
        return {(row.initiative, row.milestone): row for row in self.rows(MilestoneRow)}

    @cached_property
    def cycles(self) -> dict[str, tuple[Cycle, ...]]:
        """Budget cycles of every funder in time; empty for a funder without budget."""
        found: dict[str, list[Cycle]] = {funder: [] for funder in self.funders}
        for row in self.rows(BudgetRow):
            found.setdefault(row.funder, []).append(
                Cycle(
                    row.funder,
                    row.cycle,
                    self.period(row.first_period),
                    self.period(row.last_period),
                    row.payments,
                    row.carry_over,
                    row.reserved,
                    row.commitments,
                )
            )
        return {funder: tuple(sorted(rows, key=lambda cycle: cycle.first)) for funder, rows in found.items()}

    @cached_property
    def shares(self) -> dict[str, dict[str, Fraction]]:
        """Each party's part of an initiative, normalised to sum to 1; without shares it is absent."""
        found: dict[str, dict[str, Fraction]] = {}
        for row in self.rows(ShareRow):
            found.setdefault(row.initiative, {})[row.party] = Fraction(row.share)
        for parts in found.values():
            total = sum(parts.values())
            if total != 1:
                parts.update({party: share / total for party, share in parts.items()})
        return found

    def pot(self, i: str) -> Literal["virtual", "real"]:
        """Return whether each party's share is paid by its own funders, or all pay one line."""
        return self.initiatives[i].pot or ("virtual" if i in self.shares else "real")

    def source(self, f: str) -> Literal["public", "private"]:
        """Return whose money the funder's is in the end; public for matching unless it says otherwise."""
        row = self.funders[f]
        return row.source or ("private" if row.kind == "private" else "public")

    @cached_property
    def _profiles(self) -> dict[tuple[str, str], dict[int, Decimal]]:
        found: dict[tuple[str, str], dict[int, Decimal]] = {}
        for row in self.rows(CostProfileRow):
            found.setdefault((row.initiative, row.milestone), {})[row.offset] = row.share
        return found

    def profile(self, i: str, m: str) -> tuple[Fraction, ...]:
        """Return the parts of the cost by offset from the first period; they sum to 1."""
        listed = self._profiles.get((i, m))
        if not listed:
            duration = self.milestone[i, m].duration
            return (Fraction(1, duration),) * duration
        total = sum(Fraction(share) for share in listed.values())
        return tuple(Fraction(listed.get(o, 0)) / total for o in range(self.paid_periods(i, m)))

    def paid_periods(self, i: str, m: str) -> int:
        """Return over how many periods from its first one the cost of a milestone falls due."""
        listed = self._profiles.get((i, m))
        if not listed:
            return self.milestone[i, m].duration
        return max((offset for offset, share in listed.items() if share), default=0) + 1

    @cached_property
    def _scores(self) -> dict[tuple[str, str], Decimal]:
        weights = self.settings.weights
        found: dict[tuple[str, str], Decimal] = {}
        for row in self.rows(CriterionRow):
            key = (row.initiative, row.milestone)
            found[key] = found.get(key, Decimal(0)) + weights.get(row.criterion, Decimal(0)) * row.score
        return found

    def value(self, i: str, m: str) -> Decimal:
        """Return the value of a milestone: as written, or the weighted sum of its scores."""
        written = self.milestone[i, m].value
        return self._scores.get((i, m), Decimal(0)) if written is None else written

    def minor_digits(self, currency: str) -> int:
        """Return the ISO 4217 decimals of a currency."""
        return money.minor_digits(currency)

    @cached_property
    def currencies(self) -> dict[str, CurrencyRow]:
        """Rows of currencies.csv by currency."""
        return {row.currency: row for row in self.rows(CurrencyRow)}

    def reference_rate(self, c: str) -> Decimal:
        """Return the reference rate, base currency per unit; 1 for the base."""
        return Decimal(1) if c == self.base else self.currencies[c].rate

    @cached_property
    def _rates(self) -> dict[tuple[str, int], Decimal]:
        return {(row.currency, self.period(row.period)): row.rate for row in self.rows(RateRow)}

    def rate(self, c: str, t: int) -> Decimal:
        """Return the planning rate in period ``t``, base currency per unit; 1 for the base."""
        return Decimal(1) if c == self.base else self._rates.get((c, t), self.currencies[c].rate)

    def volatility(self, c: str) -> Decimal:
        """Return the volatility of the log rate per year; 0 for the base."""
        return Decimal(0) if c == self.base else self.currencies[c].volatility

    @cached_property
    def _correlations(self) -> dict[frozenset[str], Decimal]:
        return {frozenset((r.currency_a, r.currency_b)): r.correlation for r in self.rows(CorrelationRow)}

    def correlation(self, a: str, b: str) -> Decimal:
        """Return the correlation of two log rates: 1 of a currency with itself, 0 where not listed."""
        return Decimal(1) if a == b else self._correlations.get(frozenset((a, b)), Decimal(0))

    def hedge_cost(self, c: str) -> Decimal | None:
        """Return the hedging cost per unit and year; 0 for the base, ``None`` where it cannot be hedged."""
        return Decimal(0) if c == self.base else self.currencies[c].hedge_cost

    @cached_property
    def groups(self) -> dict[str, dict[str, frozenset[str]]]:
        """Members of every group, by kind (party, initiative, funder) and name."""
        found: dict[str, dict[str, set[str]]] = {"party": {}, "initiative": {}, "funder": {}}
        for row in self.rows(GroupRow):
            found[row.kind].setdefault(row.group, set()).add(row.member)
        return {kind: {name: frozenset(members) for name, members in of.items()} for kind, of in found.items()}

    @cached_property
    def stages(self) -> frozenset[str]:
        """Every stage that a milestone has."""
        return frozenset(row.stage for row in self.rows(MilestoneRow))

    @cached_property
    def funder_sets(self) -> dict[str, frozenset[str]]:
        """What every selector of funders means: all, kinds, groups, funders."""
        sets: dict[str, frozenset[str]] = {"": frozenset(self.funders)}
        for kind in KINDS:
            sets[kind] = frozenset(f for f, row in self.funders.items() if row.kind == kind)
        sets |= self.groups["funder"]
        return sets | {f: frozenset((f,)) for f in self.funders}

    @cached_property
    def initiative_sets(self) -> dict[str, frozenset[str]]:
        """What every selector of initiatives means: all, themes, calls, groups, initiatives."""
        found: dict[str, set[str]] = {}
        for i, row in self.initiatives.items():
            for name in (row.theme, row.call):
                if name:
                    found.setdefault(name, set()).add(i)
        sets = {"": frozenset(self.initiatives)} | {name: frozenset(of) for name, of in found.items()}
        sets |= self.groups["initiative"]
        return sets | {i: frozenset((i,)) for i in self.initiatives}

    @cached_property
    def party_sets(self) -> dict[str, frozenset[str]]:
        """What every selector of parties means: all, groups, parties."""
        sets = {"": frozenset(self.parties)} | self.groups["party"]
        return sets | {p: frozenset((p,)) for p in self.parties}

    @cached_property
    def source_sets(self) -> dict[str, frozenset[str]]:
        """Like :attr:`funder_sets`, but ``public`` and ``private`` mean the source of the money."""
        by_source = {s: frozenset(f for f in self.funders if self.source(f) == s) for s in SOURCES}
        return self.funder_sets | by_source

    def select_funders(self, sel: str) -> frozenset[str]:
        """Return the funders a selector means; ``KeyError`` if it means nothing."""
        return self.funder_sets[sel]

    def select_initiatives(self, sel: str) -> frozenset[str]:
        """Return the initiatives a selector means; ``KeyError`` if it means nothing."""
        return self.initiative_sets[sel]

    def select_parties(self, sel: str) -> frozenset[str]:
        """Return the parties a selector means (``each`` is the caller's); ``KeyError`` if nothing."""
        return self.party_sets[sel]

    def select_source(self, sel: str) -> frozenset[str]:
        """Return the funders whose money co-funding means: a funder, a group, ``matching``, or a source."""
        return self.source_sets[sel]

    def resolve(self, row: PrecedenceRow) -> Precedence | None:
        """Return a precedence between milestones; ``None`` if an end of it does not exist."""
        ends: list[tuple[str, str]] = []
        for text, last in ((row.predecessor, row.type == "finish-start"), (row.successor, False)):
            initiative, slash, milestone = text.partition("/")
            steps = self.milestones.get(initiative, ())
            if not steps or (slash and (initiative, milestone) not in self.milestone):
                return None
            ends.append((initiative, milestone if slash else steps[-1 if last else 0].milestone))
        return Precedence(*ends[0], *ends[1], row.type, row.lag)

    def predecessors(self) -> tuple[Precedence, ...]:
        """Return every row of precedence.csv between milestones."""
        found = (self.resolve(row) for row in self.rows(PrecedenceRow))
        return tuple(each for each in found if each is not None)
