"""The look of every table on the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.table import Table
from rich.text import Text

MOST_ROWS = 40


def new_table(title: str, left: Sequence[str], right: Sequence[str]) -> Table:
    """Return an empty table with text columns, the first of them whole, then number columns.

    Text wraps between words; a word is never broken, but cut short where there is no room for it.
    """
    table = Table(
        title=Text(f"\n{title}", style="bold"),
        title_justify="left",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        collapse_padding=True,
    )
    for k, name in enumerate(left):
        table.add_column(name, overflow="ellipsis", no_wrap=k == 0)
    for name in right:
        table.add_column(name, justify="right", no_wrap=True)
    return table


def fill(table: Table, rows: Sequence[Sequence[str]], file: str, most: int = MOST_ROWS) -> Table:
    """Add rows up to a number a person reads, and say where the others are."""
    for row in rows[:most]:
        table.add_row(*(Text(cell) for cell in row))
    if len(rows) > most:
        table.caption = Text(f"… {len(rows) - most} more in {file}", style="dim")
        table.caption_justify = "left"
    return table
