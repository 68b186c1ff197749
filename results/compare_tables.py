"""One table of two runs side by side: rows that only one has, rows that differ with both values, rows that are equal.

Rows are told apart by their key columns. Numbers are compared as numbers; `B − A` is exact. In tables that list only
what there is (payments, flows, exposures, commitments, guarantees) a missing row counts as nothing, so that the
differences sum to that of the totals; elsewhere a row that only one run has, has no difference.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING

from .compare_units import MONEY, Record, Scales
from .plan import COUNTS, NUMBERS

if TYPE_CHECKING:
    import pandas as pd

KEYS: dict[str, tuple[str, ...]] = {
    "portfolio": ("initiative",),
    "schedule": ("initiative", "milestone"),
    "funding": ("funder", "initiative", "stage", "party", "period"),
    "budgets": ("funder", "cycle"),
    "currency": ("funder", "currency", "period"),
    "flows": ("payer_party", "receiving_party"),
    "commitments": ("funder", "initiative", "stage", "party", "period"),
    "guarantees": ("guarantee", "initiative", "cycle"),
    "equity": ("rule", "party"),
    "matching": ("rule", "initiative"),
    "cofunding": ("rule", "initiative"),
    "rules": ("family", "rule", "owner", "index"),
    "differences": ("initiative",),
    "prices": ("label", "kind", "limit", "direction", "measure"),
    "ceilings": ("label", "kind", "limit", "direction"),
    "sensitivity": ("kind", "limit", "share"),
    "tornado": ("kind", "limit"),
    "initiatives": ("initiative",),
    "alternatives": ("number",),
}
ASKED: dict[str, tuple[str, ...]] = {
    "prices": ("value", "price", "holds_from", "holds_to", "least_public_money", "plan_public_money"),
    "ceilings": ("value", "price", "relaxation", "plan"),
    "sensitivity": ("base", "value", "effect_least", "effect_most", "objective", "bound", "money_moved"),
    "tornado": (
        *("rank", "base", "low_value", "low_least", "low_most", "high_value", "high_least", "high_most"),
        *("swing_least", "swing_most"),
    ),
    "initiatives": ("loss_least", "loss_most", "epsilon", "scenario_frequency", "scenarios"),
    "alternatives": ("loss_least", "loss_most", "objective", "bound", "money_moved"),
}
"""The tables that `sensitivity` adds to a run, and which of their columns are numbers."""
SPARSE = ("funding", "currency", "flows", "commitments", "guarantees")
A, B, BOTH = "only A", "only B", "differs"
_NUMBER = re.compile(r"-?[0-9]{1,60}(?:\.[0-9]{1,60})?")
Key = tuple[str, ...]


def decimal(text: str | None) -> Decimal | None:
    """Return a cell that is a plain number exactly; None for anything else."""
    return Decimal(text) if text is not None and _NUMBER.fullmatch(text) else None


def minus(b: Decimal, a: Decimal) -> Decimal:
    """Return b − a exactly."""
    with localcontext() as context:
        context.prec = 200
        found = b - a
    return found if found else abs(found)


def total(amounts: Sequence[Decimal]) -> Decimal:
    """Return the sum exactly."""
    with localcontext() as context:
        context.prec = 200
        return sum(amounts, Decimal(0))


@dataclass(frozen=True)
class RowDifference:
    """A row that is not the same in both runs: `a` and `b` its cells, None where a run does not have it.

    `columns` are those that differ, `difference` what of them are numbers on one scale: B − A as exact text.
    """

    key: Key
    a: Record | None
    b: Record | None
    columns: tuple[str, ...]
    difference: Mapping[str, str]

    @property
    def kind(self) -> str:
        """Where the row is: `only A`, `only B` or `differs`."""
        return B if self.a is None else A if self.b is None else BOTH


@dataclass(frozen=True)
class TableDifference:
    """How a table of two runs differs; `left_out` says why it, or a part of it, was not compared."""

    name: str
    key: Key
    columns: Key
    rows_a: int
    rows_b: int
    equal: int
    rows: tuple[RowDifference, ...]
    left_out: str = ""

    def count(self, kind: str) -> int:
        """Return how many rows are of a kind: `only A`, `only B` or `differs`."""
        return sum(row.kind == kind for row in self.rows)

    @property
    def numbers(self) -> tuple[str, ...]:
        """The columns that hold numbers."""
        known = _numbers(self.name)
        return tuple(column for column in self.columns if column in known)

    def header(self) -> list[str]:
        """Return the columns of the difference sheet."""
        cells = ([f"{c}_a", f"{c}_b", *([f"{c}_difference"] if c in self.numbers else [])] for c in self.columns)
        return [*self.key, "row", *(name for group in cells for name in group)]

    def lines(self) -> Iterator[list[str]]:
        """Yield the lines of the difference sheet as text."""
        for row in self.rows:
            line = [*row.key, row.kind]
            for column in self.columns:
                line += [(cells or {}).get(column, "") for cells in (row.a, row.b)]
                line += [row.difference.get(column, "")] if column in self.numbers else []
            yield line

    @property
    def frame(self) -> "pd.DataFrame":
        """The difference sheet as exact text: key, which run has the row, both values, B − A of numbers."""
        import pandas as pd

        return pd.DataFrame([*self.lines()], columns=self.header(), dtype=object)


def records(table: "pd.DataFrame | None") -> list[dict[str, str]]:
    """Return a table row by row as text; nothing where there is none."""
    if table is None:
        return []
    columns = [str(column) for column in table.columns]
    return [dict(zip(columns, map(str, row), strict=True)) for row in table.itertuples(index=False)]


def compare_table(name: str, a: "pd.DataFrame | None", b: "pd.DataFrame | None", scales: Scales) -> TableDifference:
    """Return how one table of two plans differs; None is a table that a run does not have."""
    frames = [frame for frame in (a, b) if frame is not None]
    shared = [str(c) for c in frames[0].columns if all(c in frame.columns for frame in frames)] if frames else []
    key = KEYS[name]
    columns = tuple(column for column in shared if column not in key)
    before, after = records(a), records(b)
    missing = [column for column in key if column not in shared]
    why = scales.leaves_out(name)
    if missing and frames:
        why = f"column {missing[0]} is missing"
    if why or not frames:
        return TableDifference(name, key, columns, len(before), len(after), 0, (), why)
    told = _columns_apart(frames)
    if name == "rules" and not scales.periods:
        kept = [row for row in before if not scales.is_dated(scales.a, row)]
        told = "; ".join([*([told] if told else []), "rows of single periods are left out"])
        before, after = kept, [row for row in after if not scales.is_dated(scales.b, row)]
    rows, equal = _rows(name, columns, _keyed(before, key), _keyed(after, key), scales)
    return TableDifference(name, key, columns, len(before), len(after), equal, tuple(rows), told)


def _columns_apart(frames: "Sequence[pd.DataFrame]") -> str:
    """Say which columns only one of the two has, as in runs of different versions."""
    if len(frames) < 2:
        return ""
    names = [[str(column) for column in frame.columns] for frame in frames]
    apart = [
        f"column {', '.join(own)} only in {side}"
        for side, own in (
            ("A", [column for column in names[0] if column not in names[1]]),
            ("B", [column for column in names[1] if column not in names[0]]),
        )
        if own
    ]
    return "; ".join(apart)


def _keyed(rows: Sequence[Record], key: Key) -> dict[tuple[Key, int], Record]:
    """Return the rows by key; rows with the same key are counted, so that none hides another."""
    seen: Counter[Key] = Counter()
    found: dict[tuple[Key, int], Record] = {}
    for row in rows:
        place = tuple(row[column] for column in key)
        found[place, seen[place]] = row
        seen[place] += 1
    return found


def _rows(
    name: str, columns: Key, a: Mapping[tuple[Key, int], Record], b: Mapping[tuple[Key, int], Record], scales: Scales
) -> tuple[list[RowDifference], int]:
    """Return the rows that are not the same, and the number of those that are."""
    found: list[RowDifference] = []
    equal = 0
    for place in dict.fromkeys((*a, *b)):
        before, after = a.get(place), b.get(place)
        if before is None or after is None:
            difference = _amounts(name, columns, before, after, scales)
            found.append(RowDifference(place[0], before, after, columns, difference))
            continue
        apart = [
            column
            for column in columns
            if not _same(before[column], after[column]) and scales.comparable(name, column, before, after)
        ]
        if not apart:
            equal += 1
            continue
        pairs = ((column, decimal(before[column]), decimal(after[column])) for column in apart)
        numbers = _numbers(name)
        difference = {
            column: f"{minus(now, was):f}"
            for column, was, now in pairs
            if was is not None and now is not None and column in numbers
        }
        found.append(RowDifference(place[0], before, after, tuple(apart), difference))
    return found, equal


def _numbers(name: str) -> tuple[str, ...]:
    """Return the columns of a table that hold numbers."""
    return (*NUMBERS.get(name, ()), *COUNTS.get(name, ()), *ASKED.get(name, ()))


def _same(a: str, b: str) -> bool:
    if a == b:
        return True
    was, now = decimal(a), decimal(b)
    return was is not None and was == now and "." in a + b


def _amounts(name: str, columns: Key, a: Record | None, b: Record | None, scales: Scales) -> dict[str, str]:
    """Return the amounts of a row that only one run has, as the difference they make."""
    row = b if a is None else a
    if row is None or name not in SPARSE:
        return {}
    found: dict[str, str] = {}
    for column in columns:
        amount = decimal(row.get(column))
        if column in MONEY[name] and amount is not None and scales.comparable(name, column, row, row):
            found[column] = f"{minus(amount, Decimal(0)) if a is None else minus(Decimal(0), amount):f}"
    return found
