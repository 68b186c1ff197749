"""Tables as a page shows them: amounts in the case's `unit`, said once, numbers on the right, what is left out said."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from ..inputs.money import UNITS, counted_in, minor_digits
from .shown import NUMBER, Amount, Cell, Part, Sheet

NOTHING = "–"
QUIET = ("not done", "kept")


@dataclass(frozen=True)
class PageCell:
    """A cell as text, and the currency beside it where its column has several."""

    text: str
    code: str = ""


@dataclass(frozen=True)
class PageColumn:
    """A heading, its unit where the table has several, and whether it stands right."""

    heading: str
    right: bool
    unit: str = ""


@dataclass(frozen=True)
class PageRow:
    """Cells; `quiet` for what is not done."""

    cells: tuple[PageCell, ...]
    quiet: bool = False


@dataclass(frozen=True)
class PageTable:
    """A table of the page: `more` rows are left out and stand in the sheet of the workbook, or in `files`."""

    title: str
    unit: str
    note: str
    columns: tuple[PageColumn, ...]
    rows: tuple[PageRow, ...]
    more: int
    sheet: str
    files: str


def page_table(sheet: Sheet, unit: int) -> PageTable:
    """Return a sheet as a page shows it, amounts in `unit`s."""
    sheet = _without_empty(sheet)
    shown = sheet.rows[: sheet.most]
    by_column = [
        {cell.currency for row in shown if isinstance(cell := row[k], Amount)} for k in range(len(sheet.columns))
    ]
    main = _main(by_column)
    columns = tuple(
        PageColumn(column.heading, column.kind == NUMBER, counted_in(min(found), unit) if other else "")
        for column, found in zip(sheet.columns, by_column, strict=True)
        for other in (len(found) == 1 and found != {main},)
    )
    rows = tuple(
        PageRow(
            tuple(_cell(cell, unit, len(found) > 1) for cell, found in zip(row, by_column, strict=True)),
            any(cell in QUIET for cell in row if isinstance(cell, str)),
        )
        for row in shown
    )
    label = counted_in(main, unit) if main else ""
    if any(len(found) > 1 for found in by_column):
        beside = f"{UNITS.get(unit, f'× {unit:,}')} of the currency beside them".removeprefix(" ")
        label = f"{label}, or {beside}" if main else beside[:1].upper() + beside[1:]
    left_out = len(sheet.rows) - len(shown)
    return PageTable(sheet.title, label, sheet.note, columns, rows, left_out, sheet.title, sheet.files)


def _without_empty(sheet: Sheet) -> Sheet:
    """Return a sheet without the columns of which no row that is shown has anything."""
    shown = sheet.rows[: sheet.most]
    kept = [k for k in range(len(sheet.columns)) if not shown or any(row[k] not in (None, "") for row in shown)]
    rows = tuple(tuple(row[k] for k in kept) for row in sheet.rows)
    return replace(sheet, columns=tuple(sheet.columns[k] for k in kept), rows=rows)


def _main(by_column: Sequence[set[str]]) -> str:
    """Return the currency of most columns that have one only; "" where no column has."""
    single = Counter(next(iter(found)) for found in by_column if len(found) == 1)
    return single.most_common(1)[0][0] if single else ""


def _cell(cell: Cell, unit: int, several: bool) -> PageCell:
    if isinstance(cell, Amount):
        return PageCell(amount_text(cell, unit), cell.currency if several and cell.value else "")
    return PageCell(text_of(cell))


def amount_text(amount: Amount, unit: int) -> str:
    """Return an amount in `unit`s; a dash for nothing; with the currency's decimals where the unit is 1."""
    digits = minor_digits(amount.currency) if unit == 1 else 2
    return f"{amount.value / unit:,.{digits}f}".replace("-", "−") if amount.value else NOTHING


def text_of(cell: Cell) -> str:
    """Return a cell that is no amount as text."""
    if cell is None:
        return ""
    if isinstance(cell, Part):
        return f"{cell.value * 100:,.{cell.digits}f}%".replace("-", "−")
    if isinstance(cell, Decimal):
        return f"{cell:,f}".replace("-", "−")
    return f"{cell:,}" if isinstance(cell, int) else str(cell)


def tables_of(sheets: Sequence[Sheet], unit: int) -> dict[str, PageTable]:
    """Return the tables of a page by the names of their sheets."""
    return {sheet.name: page_table(sheet, unit) for sheet in sheets}
