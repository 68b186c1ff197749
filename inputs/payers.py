"""Who can pay what: the funders that home, pot, kind, eligibility and guarantees leave to a funding line.

Used to name lines that nobody can pay. Where the input is partly faulty it errs on the side of "can pay".
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from .accessors import Cycle, Facts
from .tables import EligibilityRow, FunderRow, GuaranteeRow, MatchingRow


class Line(NamedTuple):
    """A funding line: initiative, stage and party (empty in a real pot)."""

    initiative: str
    stage: str
    party: str


class Bar(NamedTuple):
    """One eligibility row with its selectors resolved; ``None`` where it means any, or nothing known."""

    initiatives: frozenset[str] | None
    stage: str
    parties: frozenset[str] | None

    def covers(self, facts: Facts, line: Line) -> bool:
        """Return whether the row is about this line; in a real pot about any party with a share in it."""
        if self.initiatives is not None and line.initiative not in self.initiatives:
            return False
        if self.stage and self.stage != line.stage:
            return False
        if self.parties is None:
            return True
        if line.party:
            return line.party in self.parties
        return not self.parties.isdisjoint(facts.shares.get(line.initiative, {}))


class Bars(NamedTuple):
    """The eligibility rows of one funder: by initiative where they name a single one, and the others."""

    single: dict[str, list[Bar]]
    others: list[Bar]

    def add(self, bar: Bar) -> None:
        """Add a row."""
        if bar.initiatives is not None and len(bar.initiatives) == 1:
            self.single.setdefault(next(iter(bar.initiatives)), []).append(bar)
        else:
            self.others.append(bar)

    def cover(self, facts: Facts, line: Line) -> bool:
        """Return whether one of the rows is about this line."""
        own = self.single.get(line.initiative, ())
        return any(bar.covers(facts, line) for bar in own) or any(bar.covers(facts, line) for bar in self.others)


def purse(cycles: Sequence[Cycle]) -> Decimal:
    """Return all that a funder may ever pay: its appropriations less what is already owed (case units)."""
    return sum((cycle.payments - cycle.reserved for cycle in cycles), Decimal(0))


def may_commit(cycles: Sequence[Cycle]) -> bool:
    """Return whether the commitment ceilings, where there are any, let a funder commit what it can still pay."""
    if all(cycle.commitments is None for cycle in cycles):
        return True
    paying = [cycle.last for cycle in cycles if cycle.payments > cycle.reserved]
    open_from = [cycle.first for cycle in cycles if cycle.commitments is None or cycle.commitments > 0]
    return bool(paying and open_from) and min(open_from) <= max(paying)


def can_pay(row: FunderRow, cycles: Sequence[Cycle]) -> bool:
    """Return whether a funder can pay anything at all: money, a ticket it can afford, room to commit."""
    money = purse(cycles)
    return money > 0 and (row.min_ticket or 0) <= money and may_commit(cycles)


def can_guarantee(row: GuaranteeRow, cycles: Sequence[Cycle]) -> bool:
    """Return whether a guarantee can be given at all: a cycle of the guarantor, its provision, a cap above 0."""
    provisioned = row.provisioning_rate == 0 or purse(cycles) > 0
    return bool(cycles) and provisioned and (row.cap is None or row.cap > 0)


class Payers:
    """The funders of a case as payers of lines."""

    def __init__(self, facts: Facts, *, budgets_known: bool = True) -> None:
        """Resolve the rules once; with ``budgets_known`` false every funder counts as having money."""
        self.facts = facts
        self.budgets_known = budgets_known

    def lines(self, i: str) -> list[Line]:
        """Return the lines of an initiative on which cost falls due, in milestone order."""
        steps = self.facts.milestones.get(i, ())
        stages = dict.fromkeys(step.stage for step in steps if step.cost > 0)
        parties = list(self.facts.shares.get(i, {})) if self.facts.pot(i) == "virtual" else [""]
        return [Line(i, stage, party) for stage in stages for party in parties]

    @cached_property
    def _with_money(self) -> set[str]:
        if not self.budgets_known:
            return set(self.facts.funders)
        cycles = self.facts.cycles
        return {f for f, row in self.facts.funders.items() if can_pay(row, cycles[f])}

    @cached_property
    def _by_home(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for f, row in self.facts.funders.items():
            if row.kind != "matching" and f in self._with_money:
                home = row.party if row.party in self.facts.parties else None
                found.setdefault(home or "", []).append(f)
        return found

    @cached_property
    def _all(self) -> list[str]:
        return [f for funders in self._by_home.values() for f in funders]

    def _bars(self, allow: bool) -> dict[str, Bars]:
        facts = self.facts
        found: dict[str, Bars] = {}
        for row in facts.rows(EligibilityRow):
            if row.allow != allow:
                continue
            unknown = (row.initiatives and row.initiatives not in facts.initiative_sets) or (
                row.parties and row.parties not in facts.party_sets
            )
            if unknown and not allow:
                continue
            bar = Bar(
                facts.initiative_sets.get(row.initiatives) if row.initiatives else None,
                row.stage,
                facts.party_sets.get(row.parties) if row.parties else None,
            )
            for f in facts.funder_sets.get(row.funders, ()):
                found.setdefault(f, Bars({}, [])).add(bar)
        return found

    @cached_property
    def _red_lines(self) -> dict[str, Bars]:
        return self._bars(allow=False)

    @cached_property
    def _confined(self) -> dict[str, Bars]:
        return self._bars(allow=True)

    @cached_property
    def _guaranteed(self) -> dict[str, Bars]:
        """The scopes in which each covered funder is guaranteed; empty bars where no guarantee can be given."""
        facts = self.facts
        found: dict[str, Bars] = {}
        for row in facts.rows(GuaranteeRow):
            given = not self.budgets_known or can_guarantee(row, facts.cycles.get(row.guarantor, ()))
            for f in facts.funder_sets.get(row.funders, ()):
                bars = found.setdefault(f, Bars({}, []))
                if given:
                    scope = facts.initiative_sets.get(row.initiatives) if row.initiatives else None
                    bars.add(Bar(scope, row.stage, None))
        return found

    def eligible(self, f: str, line: Line) -> bool:
        """Return whether eligibility and guarantees let a funder pay a line, whatever its home, pot and kind."""
        guaranteed = self._guaranteed.get(f)
        if guaranteed is not None and not guaranteed.cover(self.facts, line):
            return False
        red = self._red_lines.get(f)
        if red is not None and red.cover(self.facts, line):
            return False
        confined = self._confined.get(f)
        return confined is None or confined.cover(self.facts, line)

    def own_payer(self, line: Line) -> str | None:
        """Return a public or private funder that can pay the line, if there is one."""
        candidates = [*self._by_home.get(line.party, ()), *self._by_home.get("", ())] if line.party else self._all
        return next((f for f in candidates if self.eligible(f, line)), None)

    @cached_property
    def _matching(self) -> list[tuple[frozenset[str], frozenset[str] | None, MatchingRow]]:
        facts = self.facts
        return [
            (
                facts.funder_sets.get(row.funders, facts.funder_sets["matching"]) & self._with_money,
                facts.initiative_sets.get(row.initiatives) if row.initiatives else None,
                row,
            )
            for row in facts.rows(MatchingRow)
            if row.ratio > 0 and (row.cap is None or row.cap > 0)
        ]

    def matcher(self, line: Line) -> str | None:
        """Return a matching funder that can pay the line, if others can pay what it matches."""
        for funders, initiatives, row in self._matching:
            if initiatives is not None and line.initiative not in initiatives:
                continue
            if row.stage and row.stage != line.stage:
                continue
            found = next((f for f in sorted(funders) if self.eligible(f, line)), None)
            if found and self._has_base(line.initiative, row.stage):
                return found
        return None

    def _has_base(self, i: str, stage: str) -> bool:
        return any(self.own_payer(line) for line in self.lines(i) if not stage or line.stage == stage)

    def unpaid(self, i: str, stages: frozenset[str] | None = None) -> list[Line]:
        """Return the lines of an initiative (of these stages) that nobody can pay."""
        return [
            line
            for line in self.lines(i)
            if (stages is None or line.stage in stages)
            and (not line.party or line.party in self.facts.parties)
            and not self.own_payer(line)
            and not self.matcher(line)
        ]
