"""Faults of a case as JSON and as tables that fit a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from ..inputs.faults import Fault

WHOLE = 20  # characters of a column's name that are kept on one line


def as_json(faults: Iterable[Fault]) -> list[dict[str, object]]:
    """Return one object per fault; `severity` is there only where it is not a plain fault."""
    entries: list[dict[str, object]] = []
    for fault in faults:
        entry: dict[str, object] = dict(fault.as_dict())
        if fault.severity == "fault":
            del entry["severity"]
        entries.append(entry)
    return entries


def fault_tables(faults: Iterable[Fault]) -> list[Table | Text]:
    """Return one table per file or sheet, faults before warnings."""
    parts: list[Table | Text] = []
    ordered = sorted(faults, key=lambda fault: (fault.severity == "warning", fault.source, fault.row or 0))
    for (warnings, file), group in groupby(ordered, lambda fault: (fault.severity == "warning", fault.source)):
        title = f"{file} – {'warnings' if warnings else 'faults'}"
        parts.append(_table(title, "yellow" if warnings else "red", list(group)))
    return parts


def _table(title: str, colour: str, faults: list[Fault]) -> Table:
    """Return the faults of one file; a column that would be empty throughout is left out."""
    table = Table(title=Text(title, style=f"bold {colour}"), title_justify="left", box=box.SIMPLE_HEAD)
    table.show_edge = False
    table.min_width = len(title)
    with_row = any(fault.row is not None for fault in faults)
    with_column = any(fault.heading for fault in faults)
    with_value = any(fault.value is not None for fault in faults)
    if with_row:
        table.add_column("row", justify="right", no_wrap=True)
    if with_column:
        table.add_column("column", overflow="fold", no_wrap=max(len(f.heading) for f in faults) <= WHOLE)
    if with_value:
        table.add_column("value", overflow="fold", max_width=24)
    table.add_column("expected", overflow="fold")
    table.add_column("hint", overflow="fold")
    for fault in faults:
        cells = [str(fault.row or "")] if with_row else []
        cells += [fault.heading] if with_column else []
        cells += ["" if fault.value is None else repr(fault.value)[1:-1]] if with_value else []
        table.add_row(*(Text(cell) for cell in [*cells, fault.expected, fault.hint]))
    return table
