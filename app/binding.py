"""The limits that bind: where a little more room would be felt first."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from ..results.verify_rows import Audit, RuleRow

# Rules a decision maker can move, the most often moved first; not bookkeeping nor the course of milestones.
FAMILIES = (
    "budgets",
    "matching",
    "cofunding",
    "equity",
    "earmarks",
    "choices",
    "ranking",
    "precedence",
    "eligibility",
)
MOST_ROWS = 15
MOST_PLACES = 4


def binding_table(audit: Audit, unit: int) -> Iterator[Table | Text]:
    """Yield the binding rules, one line per family, rule and owner; amounts in `unit`s of its currency."""
    groups: dict[tuple[str, str, str], list[RuleRow]] = {}
    for row in audit.rows:
        if row.family in FAMILIES and row.binding:
            groups.setdefault((row.family, row.rule, row.owner), []).append(row)
    if not groups:
        return
    table = Table(title=Text("\nBinding limits", style="bold"), title_justify="left", box=box.SIMPLE_HEAD)
    table.show_edge = False
    for name in ("family", "rule", "of", "where"):
        table.add_column(name, overflow="fold")
    table.add_column("limit", justify="right", no_wrap=True)
    ranked = sorted(groups, key=lambda key: (FAMILIES.index(key[0]), -len(groups[key])))
    for family, rule, owner in ranked[:MOST_ROWS]:
        rows = groups[family, rule, owner]
        cells = (family, rule, owner, places(rows), limit_text(rows, unit))
        table.add_row(*(Text(cell) for cell in cells))
    yield table
    if len(ranked) > MOST_ROWS:
        yield Text(f"… {len(ranked) - MOST_ROWS} more in rules.csv", style="dim")


def places(rows: list[RuleRow]) -> str:
    """Return the indices of binding rows, as many as a reader takes in."""
    names = [" ".join(row.index) for row in rows if row.index]
    more = len(names) - MOST_PLACES
    return ", ".join(names[:MOST_PLACES]) + (f" … {more} more" if more > 0 else "")


def limit_text(rows: list[RuleRow], unit: int) -> str:
    """Return the bound that binds, where a single row does."""
    if len(rows) > 1:
        return f"{len(rows)} rows"
    row = rows[0]
    side, bound = binding_side(row)
    if bound is None:
        return ""
    if row.total:
        return f"{side} {float(bound / row.total):.1%}"
    if row.unit:
        return f"{side} {float(bound / unit):,.2f} {row.unit}"
    return f"{side} {float(bound):g}"


def binding_side(row: RuleRow) -> tuple[str, Fraction | None]:
    """Return which bound the value sits at, and the bound."""
    if row.at_most is not None and row.at_most - row.value <= row.tolerance:
        return "≤", row.at_most
    return "≥", row.at_least
