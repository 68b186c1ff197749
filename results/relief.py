"""Relief: single units move to other payers of a line and period where rounding passed a limit that is no budget.

Such limits are the ceilings on commitments and the caps on matching. A unit moves from a payer that counts towards the
limit to one that does not, has room in its budget and was rounded down there; what it weighs is what the limit is
relieved of. Source: model.md, "Money is exact".
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from ..inputs.case import Case
from ..inputs.tables import MatchingRow
from .accounts import Books
from .committing import Committed
from .decisions import LineKey, PayKey
from .mending import Cell, CycleKey, Ledger

ZERO = Fraction(0)
CapKey = tuple[str, str]  # a matching rule and an initiative


@dataclass
class Strain:
    """A limit that is passed by `over`; `weight` is what a unit of a payer on a cell counts there, 0 for others."""

    over: Fraction
    weight: Callable[[str, Cell], Fraction]


class Caps:
    """The caps on what is matched per initiative, in minor units of the base currency."""

    def __init__(self, case: Case, books: Books) -> None:
        """Resolve the rules of matching.csv."""
        self.case, self.books = case, books
        self.rules = case.rows(MatchingRow)
        self.funders = [case.select_funders(rule.funders) for rule in self.rules]
        self.initiatives = [case.select_initiatives(rule.initiatives) for rule in self.rules]
        self.any = any(rule.cap is not None for rule in self.rules)

    def _fits(self, funder: str, line: LineKey) -> frozenset[int]:
        """Return the rules by which a matching funder pays on a line."""
        if self.case.funders[funder].kind != "matching":
            return frozenset()
        return frozenset(
            n
            for n, rule in enumerate(self.rules)
            if funder in self.funders[n] and line[0] in self.initiatives[n] and rule.stage in ("", line[1])
        )

    def _worth(self, currency: str) -> Fraction:
        ratio = Fraction(self.case.reference_rate(currency))
        return ratio * self.books.units(self.case.base) / self.books.units(currency)

    def strains(self, payments: Mapping[PayKey, int], currency: Mapping[LineKey, str]) -> dict[CapKey, Strain]:
        """Return the caps that are passed, of one rule or of several that share matching money."""
        if not self.any:
            return {}
        paid: dict[tuple[frozenset[int], str], Fraction] = defaultdict(Fraction)
        for (funder, line, _), amount in payments.items():
            fits = self._fits(funder, line)
            if fits:
                paid[fits, line[0]] += amount * self._worth(currency[line])
        found = {}
        for rules, initiative in paid:
            caps = [self.rules[n].cap for n in rules]
            most = sum((Fraction(cap) for cap in caps if cap is not None), ZERO)
            most *= self.case.unit * self.books.units(self.case.base)
            used = sum((a for (fits, name), a in paid.items() if name == initiative and fits <= rules), ZERO)
            if None not in caps and used > most:
                found[self.rules[min(rules)].rule, initiative] = Strain(used - most, self._weight(rules, initiative))
        return found

    def _weight(self, rules: frozenset[int], initiative: str) -> Callable[[str, Cell], Fraction]:
        def weight(funder: str, cell: Cell) -> Fraction:
            line = cell.due.line
            fits = self._fits(funder, line) if line[0] == initiative else frozenset()
            return self._worth(cell.due.currency) if fits and fits <= rules else ZERO

        return weight


def ceiling_strains(books: Books, committed: Committed) -> list[Strain]:
    """Return the ceilings on commitments that are passed; on a line a unit paid is a unit committed."""
    lines: dict[CycleKey, set[LineKey]] = defaultdict(set)
    for funder, line, t in committed.amounts:
        cycle = books.cycle_at.get((funder, t))
        if cycle is not None:
            lines[funder, cycle.name].add(line)
    return [Strain(Fraction(over), _payer(books, key[0], lines[key])) for key, over in committed.overshoot.items()]


def _payer(books: Books, owner: str, lines: set[LineKey]) -> Callable[[str, Cell], Fraction]:
    own = books.case.funders[owner].currency

    def weight(funder: str, cell: Cell) -> Fraction:
        if funder != owner or cell.due.line not in lines:
            return ZERO
        return books.rate(cell.due.currency, own, cell.due.period)

    return weight


def relieve(
    ledger: Ledger, room: dict[CycleKey, int], strains: Iterable[Strain], avoid: Iterable[str], paying: bool
) -> set[str]:
    """Move units until every strain is gone or nothing more can move; return whose payments changed.

    `avoid` are funders that take a unit only where nobody else does; with `paying` only those take one who pay on the
    line anyway. `room` is what each cycle can still spend.
    """
    touched: set[str] = set()
    cells = list({id(cell): cell for found in ledger.of_cycle.values() for cell in found}.values())
    late = frozenset(avoid)
    for strain in strains:
        for cell in cells:
            for giver in [funder for funder, amount in cell.paid.items() if amount]:
                if strain.over <= 0:
                    break
                weight = strain.weight(giver, cell)
                taker = _taker(ledger, room, strain, cell, (giver, paying, late)) if weight else None
                if taker is not None:
                    cell.paid[giver] -= 1
                    cell.paid[taker] += 1
                    room[ledger.cycle(taker, cell)] -= ceil(ledger.rate(taker, cell))
                    strain.over -= weight
                    touched |= {giver, taker}
    return touched


def _taker(
    ledger: Ledger,
    room: Mapping[CycleKey, int],
    strain: Strain,
    cell: Cell,
    terms: tuple[str, bool, frozenset[str]],
) -> str | None:
    """Return who takes over a unit of `giver`: not further than a unit from what either wants."""
    giver, paying, late = terms
    if cell.paid[giver] <= max(0.0, cell.wanted[giver] - 1):
        return None
    able = [
        other
        for other, amount in cell.wanted.items()
        if other != giver
        and cell.paid[other] <= amount
        and (cell.paid[other] > 0 or not paying)
        and not strain.weight(other, cell)
        and room.get(ledger.cycle(other, cell), 0) >= ceil(ledger.rate(other, cell))
    ]
    return min(able, key=lambda other: (other in late, not cell.paid[other], other), default=None)
