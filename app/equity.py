"""Equity on a terminal: one line per rule, what its parties achieve beside the bounds, least room first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from rich.table import Table
from rich.text import Text

from ..results.words import value_text
from .tables import new_table

MOST_PARTIES = 8

Record = Mapping[str, str]


def equity_table(rows: Sequence[Record]) -> Table:
    """Return the table of the rows of equity.csv."""
    groups: dict[tuple[str, ...], list[Record]] = defaultdict(list)
    for row in rows:
        key = (row["rule"], row["measure"], row["parties"], row["by"], row["at_least"], row["at_most"])
        groups[key].append(row)
    table = new_table("Equity", ["measure", "rule", "until", "bounds", "achieved"], [])
    for (rule, measure, _, until, at_least, at_most), members in groups.items():
        bounds = " ".join(f"{sign} {value_text(measure, v)}" for sign, v in (("≥", at_least), ("≤", at_most)) if v)
        cells = (measure, rule, until, bounds, achieved(measure, members))
        table.add_row(*(Text(cell) for cell in cells))
    return table


def achieved(measure: str, rows: Sequence[Record]) -> str:
    """Return what each party achieves, those with least room first."""
    known = sorted((row for row in rows if row["value"]), key=room)
    unknown = [row for row in rows if not row["value"]]
    parts = [f"{row['party'] or row['parties']}:{value_text(measure, row['value'])}" for row in known]
    parts += [f"{row['party'] or row['parties']}:–" for row in unknown]
    more = len(parts) - MOST_PARTIES
    return "  ".join(parts[:MOST_PARTIES]) + (f"  … {more} more" if more > 0 else "")


def room(row: Record) -> float:
    """Return the distance of a value to its nearer bound."""
    value = float(row["value"])
    rooms = [value - float(row["at_least"])] if row["at_least"] else []
    rooms += [float(row["at_most"]) - value] if row["at_most"] else []
    return min(rooms, default=float("inf"))
