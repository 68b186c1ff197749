"""A case as one workbook, and the template for a new one: a sheet per table, generated from the row models."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from .case import Case
from .faults import UsageError
from .scenarios import scenarios_data
from .settings import Settings
from .tables import TABLES
from .workbook_cover import add_cover, add_instructions, cover_cells
from .workbook_escapes import printable
from .workbook_lists import Tables, add_lists
from .workbook_sheets import add_scenarios, add_table
from .workbook_style import OPTIONS, make_style

_MADE: Final = datetime(2026, 1, 1)  # the same workbook, to the byte, whenever it is written


def write_workbook(
    case: Case | None, path: str | Path, *, scenarios: Mapping[str, Any] | None = None, force: bool = False
) -> Path:
    """Write a case as one .xlsx workbook that :func:`read_case` reads as the same case; ``None`` gives the template.

    Every table has its sheet, with notes, drop-downs and formats, also those that are empty. ``scenarios`` is the
    content of a scenarios.toml that keeps its grids; by default those of the case stand one by one. ``UsageError``
    where the file is there already (unless ``force``), has another name than .xlsx, or a text is too long for a cell.
    """
    target = Path(path)
    refuse_workbook(target, force=force)
    settings, tables = (None, {}) if case is None else (case.settings, case.tables)
    data = scenarios if scenarios is not None else {} if case is None else scenarios_data(case.scenarios)
    write_whole(target, _content(settings, tables, data))
    return target


def write_whole(target: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    beside = target.with_name(f".{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(content)
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)


def refuse_workbook(path: Path, *, force: bool) -> None:
    """Raise ``UsageError`` where a workbook cannot be written at a path, or must not replace what is there."""
    if path.suffix.lower() != ".xlsx":
        raise UsageError(f"{path} is not the name of an .xlsx workbook")
    if path.is_dir():
        raise UsageError(f"{path} is a folder")
    if path.exists() and not force:
        raise UsageError(f"{path} exists already; choose another name or replace it (--force, or force=True)")


def _content(settings: Settings | None, tables: Tables, scenarios: Mapping[str, Any]) -> bytes:
    from xlsxwriter import Workbook

    out = BytesIO()
    book = Workbook(out, OPTIONS)
    title = "Funding case" if settings is None else settings.name
    book.set_properties({"title": printable(title), "comments": "Made with fundalign", "created": _MADE})
    style = make_style(book)
    add_cover(book, style, settings)
    add_instructions(book, style)
    for name in TABLES:
        add_table(book, style, name, tables)
    add_scenarios(book, style, scenarios)
    add_lists(book, settings, tables, cover_cells(settings))
    book.close()
    return out.getvalue()
