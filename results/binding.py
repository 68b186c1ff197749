"""Binding limits in words: which rows share a line, where they bind and at which bound."""

from fractions import Fraction

from .movable import FAMILIES, is_movable
from .verify_rows import Audit, RuleRow

MOST_PLACES = 6
RATIOS = ("geo_return", "key")  # equity measures that are ratios, not shares of a total

Key = tuple[str, str, str]


def binding_groups(audit: Audit) -> dict[Key, list[RuleRow]]:
    """Return the binding rows that a line of a table shows together, families in the order of `FAMILIES`.

    A bound of nothing (a red line, no carry-over) is a prohibition, not a limit that could be a little wider.
    """
    groups: dict[Key, list[RuleRow]] = {}
    for row in audit.rows:
        if row.binding and binding_side(row)[1] != 0 and is_movable(row.family, row.rule, row.index):
            groups.setdefault(key_of(row), []).append(row)
    return {key: groups[key] for key in sorted(groups, key=lambda k: (FAMILIES.index(k[0]), -len(groups[k])))}


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
