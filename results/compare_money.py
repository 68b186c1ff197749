"""What two plans pay, side by side: by kind of funder, by funder, by calendar year, and by funder and year."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ..inputs.case import Case
from .compare_tables import decimal, minus, total
from .compare_units import Record, Scales

KINDS = ("public", "private", "matching")
Sums = dict[tuple[str, ...], Decimal]
_NOTHING = Decimal(0)


@dataclass(frozen=True)
class MoneyChange:
    """Money of both runs in whole units of `currency`, and B − A; empty text where it is not comparable.

    `names` says whose money: a kind of funder; a funder; a year; or a funder and a year.
    """

    names: tuple[str, ...]
    currency: str
    a: Decimal
    b: Decimal
    difference: Decimal | None


@dataclass(frozen=True)
class Money:
    """What two plans pay in base currency at reference rates: by kind of funder, by funder, by year, by both."""

    kinds: tuple[MoneyChange, ...]
    funders: tuple[MoneyChange, ...]
    own: tuple[MoneyChange, ...]
    years: tuple[MoneyChange, ...]
    cells: tuple[MoneyChange, ...]

    @property
    def more(self) -> Decimal:
        """What is paid in B and not in A, summed over funders and years."""
        return total([c.difference for c in self.cells if c.difference is not None and c.difference > 0])

    @property
    def less(self) -> Decimal:
        """What is paid in A and not in B, summed over funders and years."""
        return abs(total([c.difference for c in self.cells if c.difference is not None and c.difference < 0]))


def money(scales: Scales, a: Mapping[str, Sequence[Record]], b: Mapping[str, Sequence[Record]]) -> Money:
    """Return what both plans pay; years are calendar years, those in which periods begin."""
    order = tuple(dict.fromkeys((*scales.a.funders, *scales.b.funders)))
    place = {name: k for k, name in enumerate(order)}
    sides = (scales.a, a.get("funding", ())), (scales.b, b.get("funding", ()))

    def sums(column: str, *names: str) -> tuple[Sums, Sums]:
        one, two = (_sums(case, rows, column, names) for case, rows in sides)
        return one, two

    def changes(*names: str) -> tuple[MoneyChange, ...]:
        both = sums("amount_base", *names)
        keys = sorted({*both[0], *both[1]}, key=lambda key: (place.get(key[0], len(place)), key))
        return tuple(_base_change(scales, key, both) for key in keys)

    by_kind, own = sums("amount_base", "kind"), sums("amount_funder", "funder")
    for each in by_kind:
        each["all",] = total([*each.values()])
    return Money(
        kinds=tuple(_base_change(scales, (kind,), by_kind) for kind in (*KINDS, "all")),
        funders=changes("funder"),
        own=tuple(_own_change(scales, name, own) for name in order if (name,) in {*own[0], *own[1]}),
        years=changes("year"),
        cells=changes("funder", "year"),
    )


def _sums(case: Case, rows: Sequence[Record], column: str, names: tuple[str, ...]) -> Sums:
    amounts: dict[tuple[str, ...], list[Decimal]] = defaultdict(list)
    for row in rows:
        amounts[tuple(_name(case, row, name) for name in names)].append(decimal(row.get(column)) or _NOTHING)
    return {key: total(each) for key, each in amounts.items()}


def _name(case: Case, row: Record, name: str) -> str:
    if name == "kind":
        funder = case.funders.get(row.get("funder", ""))
        return funder.kind if funder else "unknown"
    return row.get("period", "")[:4] if name == "year" else row.get(name, "")


def _base_change(scales: Scales, key: tuple[str, ...], both: tuple[Sums, Sums]) -> MoneyChange:
    was, now = (each.get(key, _NOTHING) for each in both)
    label = " / ".join(dict.fromkeys((scales.a.base, scales.b.base)))
    return MoneyChange(key, label, was, now, minus(now, was) if scales.base else None)


def _own_change(scales: Scales, name: str, both: tuple[Sums, Sums]) -> MoneyChange:
    was, now = (each.get((name,), _NOTHING) for each in both)
    cases = [case.funders[name].currency for case in (scales.a, scales.b) if name in case.funders]
    same = len(set(cases)) == 1
    return MoneyChange((name,), " / ".join(dict.fromkeys(cases)), was, now, minus(now, was) if same else None)
