"""The limits that bind: where a little more room would be felt first."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from rich.text import Text

from ..results.movable import FAMILIES, is_movable
from .money import Money
from .tables import new_table

if TYPE_CHECKING:
    from rich.table import Table

    from ..results.verify_rows import Audit, RuleRow

MOST_OF_A_FAMILY = 8
MOST_PLACES = 6
RATIOS = ("geo_return", "key")  # equity measures that are ratios, not shares of a total

Key = tuple[str, str, str]


def binding_table(audit: Audit, unit: int) -> Iterator[Table | Text]:
    """Yield the binding rules, one line per family, rule and owner; amounts in `unit`s of its currency.

    A bound of nothing (a red line, no carry-over) is a prohibition, not a limit that could be a little wider.
    """
    groups: dict[Key, list[RuleRow]] = {}
    for row in audit.rows:
        if row.binding and binding_side(row)[1] != 0 and is_movable(row.family, row.rule, row.index):
            groups.setdefault(key_of(row), []).append(row)
    if not groups:
        return
    name = Money("", unit).label
    title = f"Binding limits (amounts in {name} of the currency shown)" if name else "Binding limits"
    table = new_table(title, ["family", "rule", "where"], ["limit"])
    left_out = 0
    for family in FAMILIES:
        keys = sorted((key for key in groups if key[0] == family), key=lambda key: -len(groups[key]))
        for key in keys[:MOST_OF_A_FAMILY]:
            cells = (family, key[1], places(key, groups[key]), limit_text(groups[key], unit))
            table.add_row(*(Text(cell) for cell in cells))
        left_out += len(keys[MOST_OF_A_FAMILY:])
    yield table
    if left_out:
        yield Text(f"… {left_out} more in rules.csv", style="dim")


def key_of(row: RuleRow) -> Key:
    """Return what shares a line: a funder's cycles, or the initiatives or parties under one rule."""
    return row.family, row.rule, row.owner if row.family in ("budgets", "commitments") else ""


def places(key: Key, rows: list[RuleRow]) -> str:
    """Return where the rows bind, as many places as a reader takes in."""
    owner = key[2]
    names = [" ".join([*([] if owner else [row.owner]), *row.index]).strip() for row in rows]
    names = [name for name in names if name]
    more = len(names) - MOST_PLACES
    listed = ", ".join(names[:MOST_PLACES]) + (f" … {more} more" if more > 0 else "")
    return f"{owner} {listed}".strip()


def limit_text(rows: list[RuleRow], unit: int) -> str:
    """Return the bounds that bind: one, two, or the range they lie in."""
    found = sorted({bound_parts(row, unit) for row in rows}, key=lambda parts: parts[1])
    texts = list(dict.fromkeys(figure for _, _, figure, _ in found))
    (side, _, first, unit_text), last = found[0], found[-1][2]
    if any((each[0], each[3]) != (side, unit_text) for each in found):
        return "various"
    middle = first if len(texts) == 1 else f"{first}, {last}" if len(texts) == 2 else f"{first} to {last}"
    return f"{side} {middle} {unit_text}".strip()


def bound_text(row: RuleRow, unit: int) -> str:
    """Return the bound that binds: a share, a ratio, money in `unit`s, or a count."""
    return limit_text([row], unit)


def bound_parts(row: RuleRow, unit: int) -> tuple[str, Fraction, str, str]:
    """Return side, size, figure and currency of the bound that binds."""
    side, bound = binding_side(row)
    if bound is None:
        return "", Fraction(0), "", ""
    if row.total:
        ratio = bound / row.total
        plain = row.family == "equity" and row.index[0] in RATIOS
        return side, ratio, f"{float(ratio):.2f}" if plain else f"{float(ratio):.1%}", ""
    if row.unit:
        return side, bound, f"{float(bound / unit):,.2f}", row.unit
    return side, bound, f"{float(bound):g}", ""


def binding_side(row: RuleRow) -> tuple[str, Fraction | None]:
    """Return which bound the value sits at, the nearer one, and the bound."""
    if row.at_most is not None and (row.at_least is None or row.at_most - row.value <= row.value - row.at_least):
        return "≤", row.at_most
    return "≥", row.at_least
