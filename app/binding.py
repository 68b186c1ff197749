"""The limits that bind: where a little more room would be felt first."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from rich.text import Text

from ..results.binding import binding_groups, bound_text, limit_text, places
from .money import Money
from .tables import new_table

if TYPE_CHECKING:
    from rich.table import Table

    from ..results.verify_rows import Audit

__all__ = ["binding_table", "bound_text", "limit_text", "places"]

MOST_OF_A_FAMILY = 8


def binding_table(audit: Audit, unit: int) -> Iterator[Table | Text]:
    """Yield the binding rules, one line per family, rule and owner; amounts in `unit`s of its currency."""
    groups = binding_groups(audit)
    if not groups:
        return
    name = Money("", unit).label
    title = f"Binding limits (amounts in {name} of the currency shown)" if name else "Binding limits"
    table = new_table(title, ["family", "rule", "where"], ["limit"])
    left_out = 0
    for family, keys in groupby(groups, key=lambda key: key[0]):
        listed = list(keys)
        for key in listed[:MOST_OF_A_FAMILY]:
            cells = (family, key[1], places(key, groups[key]), limit_text(groups[key], unit))
            table.add_row(*(Text(cell) for cell in cells))
        left_out += len(listed[MOST_OF_A_FAMILY:])
    yield table
    if left_out:
        yield Text(f"… {left_out} more in rules.csv", style="dim")
