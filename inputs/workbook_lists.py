"""What the drop-downs of a workbook offer: the hidden sheet `lists`, which follows what the other sheets say.

Every list has three columns: what may stand in it, in the order of its sources and with gaps; how many there are so
far; and the list without gaps, which the drop-downs of that name show. Only functions that every spreadsheet has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from .money import MINOR_DIGITS
from .periods import PERIODS_PER_YEAR, label_of, ordinal
from .schema import Column
from .settings import Settings
from .tables import TABLES, Row
from .workbook_escapes import printable
from .workbook_read import LISTS
from .workbook_tables import letter_of

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

LEAST_ROWS: Final = 120
_KINDS: Final = ("public", "private", "matching")


@dataclass(frozen=True)
class Source:
    """Part of a list: the distinct texts of a column, of groups only those of a kind, or with a slash the pairs."""

    table: str
    column: str
    kind: str = ""
    pair: str = ""


_FUNDERS: Final = (*_KINDS, Source("funders", "funder"), Source("groups", "group", "funder"))
_PARTIES: Final = (Source("parties", "party"), Source("groups", "group", "party"))
LISTS_OF: Final[dict[str, tuple[str | Source, ...]]] = {
    "funder": (Source("funders", "funder"),),
    "party": (Source("parties", "party"),),
    "initiative": (Source("initiatives", "initiative"),),
    "milestone": (Source("milestones", "milestone"),),
    "stage": (Source("milestones", "stage"),),
    "funders": _FUNDERS,
    "sources": _FUNDERS,
    "initiatives": (
        Source("initiatives", "initiative"),
        Source("groups", "group", "initiative"),
        Source("initiatives", "theme"),
        Source("initiatives", "call"),
    ),
    "parties": _PARTIES,
    "each": ("each", *_PARTIES),
    "reference": (Source("initiatives", "initiative"), Source("milestones", "initiative", pair="milestone")),
    "member": (Source("parties", "party"), Source("initiatives", "initiative"), Source("funders", "funder")),
    "tables": ("case", *TABLES),
}
Tables = Mapping[str, Sequence[Row]]


def list_of(table: str, column: Column) -> str:
    """Return the name of the list that a column offers, empty where it offers none."""
    if column.refers:
        return column.refers
    if (table, column.name) == ("groups", "member"):
        return "member"
    return column.kind if column.kind in ("currency", "period", "reference") else ""


def range_name(name: str) -> str:
    """Return the defined name of a list."""
    return f"list_{name}"


def rows_for(tables: Tables, table: str) -> int:
    """Return for how many rows of a table drop-downs and lists are made."""
    return max(LEAST_ROWS, 2 * len(tables.get(table, ())))


def add_lists(book: Workbook, settings: Settings | None, tables: Tables, cells: Mapping[str, str]) -> None:
    """Write the hidden sheet of lists and define their names; ``cells`` are the addresses of the settings' values."""
    sheet = book.add_worksheet(LISTS)
    sheet.hide()
    _constants(book, sheet, 0, "currency", list(MINOR_DIGITS))
    _periods(book, sheet, 1, settings, cells)
    for place, (name, parts) in enumerate(LISTS_OF.items()):
        _gathered(book, sheet, 6 + 3 * place, name, parts, tables)


def _constants(book: Workbook, sheet: Worksheet, column: int, name: str, texts: Sequence[str]) -> None:
    sheet.write_string(0, column, name)
    for row, text in enumerate(texts, start=1):
        sheet.write_string(row, column, text)
    letter = letter_of(column + 1)
    book.define_name(range_name(name), f"={LISTS}!${letter}$2:${letter}${len(texts) + 1}")


def _define(book: Workbook, name: str, counts: str, texts: str, last: int) -> None:
    """Define the name of a list as the first cells of its column, as many as the column of counts says."""
    most = f"MAX(1,MAX({LISTS}!${counts}$2:${counts}${last}))"
    where = f"{LISTS}!${texts}$2:INDEX({LISTS}!${texts}$2:${texts}${last},{most})"
    book.define_name(range_name(name), f"={where}")


def _periods(
    book: Workbook, sheet: Worksheet, column: int, settings: Settings | None, cells: Mapping[str, str]
) -> None:
    """Write the labels of the periods as the settings on the sheet `case` say: two helpers, counts and texts."""
    helper, count, text = (letter_of(column + place) for place in (1, 2, 3))
    first, periods, frequency = (cells[name] for name in ("first_period", "periods", "frequency"))
    per_year = f'IF({frequency}="H",2,IF({frequency}="Q",4,IF({frequency}="M",12,1)))'
    start = f'IFERROR(IF({helper}2=1,VALUE({first}),VALUE(LEFT({first},4))*{helper}2+VALUE(MID({first},6,2))-1),"")'
    known: Sequence[Any] = ("", "")
    labels: list[str] = []
    if settings is not None:
        number = ordinal(settings.first_period, settings.frequency)
        known = (PERIODS_PER_YEAR[settings.frequency], number)
        labels = [label_of(number + each, settings.frequency) for each in range(settings.periods)]
    for place, title in enumerate(("periods", "count", "period")):
        sheet.write_string(0, column + place, title)
    sheet.write_formula(1, column, f"={per_year}", None, known[0])
    sheet.write_formula(2, column, f"={start}", None, known[1])
    last = max(60, 2 * len(labels)) + 1
    for row in range(1, last):
        at = f"(${helper}$3+{row - 1})"
        part = f'IF(${helper}$2=12,"-"&TEXT(MOD({at},12)+1,"00"),{frequency}&(MOD({at},${helper}$2)+1))'
        label = f'IF(${helper}$2=1,TEXT({at},"0"),INT({at}/${helper}$2)&{part})'
        there = f'OR(${helper}$3="",{row}>N({periods}))'
        value = labels[row - 1] if row <= len(labels) else ""
        sheet.write_formula(row, column + 1, f"=IF({there},0,{row})", None, row if value else 0)
        sheet.write_formula(row, column + 2, f'=IF({there},"",{label})', None, value)
    _define(book, "period", count, text, last)


def _gathered(
    book: Workbook, sheet: Worksheet, column: int, name: str, parts: Sequence[str | Source], tables: Tables
) -> None:
    """Write a list that is gathered from columns of other sheets, with what it holds now."""
    raw, count, text = (letter_of(column + place) for place in (1, 2, 3))
    for place, title in enumerate((f"{name}, raw", "count", name)):
        sheet.write_string(0, column + place, title)
    cells: list[tuple[str, str]] = []
    for part in parts:
        cells += [("", part)] if isinstance(part, str) else _cells(part, tables)
    found = [value for _, value in cells if value]
    so_far, last = 0, len(cells) + 1
    for row, (formula, value) in enumerate(cells, start=1):
        so_far += value != ""
        if formula:
            sheet.write_formula(row, column, formula, None, printable(value))
        else:
            sheet.write_string(row, column, value)
        sheet.write_formula(row, column + 1, f'=N({count}{row})+({raw}{row + 1}<>"")', None, so_far)
        nth = f'=IFERROR(INDEX(${raw}$2:${raw}${last},MATCH({row},${count}$2:${count}${last},0)),"")'
        sheet.write_formula(row, column + 2, nth, None, printable(found[row - 1]) if row <= len(found) else "")
    _define(book, name, count, text, last)


def _cells(source: Source, tables: Tables) -> list[tuple[str, str]]:
    """Return the formula of each row of a source with what it gives now: the text where it stands first, else none."""
    names = list(TABLES[source.table].model_fields)
    letter = letter_of(names.index(source.column) + 1)
    rows = tables.get(source.table, ())
    seen: set[str] = set()
    found = []
    for index in range(rows_for(tables, source.table)):
        number = index + 2
        cell, above = f"{source.table}!${letter}{number}", f"{source.table}!${letter}$1:${letter}{number - 1}"
        row = rows[index] if index < len(rows) else None
        value = "" if row is None else str(getattr(row, source.column) or "")
        again = f"COUNTIF({above},{cell})>0"
        if source.pair:
            other = letter_of(names.index(source.pair) + 1)
            formula = f'=IF({cell}="","",{cell}&"/"&{source.table}!${other}{number})'
            value = "" if row is None else f"{value}/{getattr(row, source.pair)}"
        elif source.kind:
            kind = letter_of(names.index("kind") + 1)
            kinds, same = f"groups!${kind}$1:${kind}{number - 1}", f'groups!${kind}{number}="{source.kind}"'
            formula = f'=IF(AND({same},COUNTIFS({above},{cell},{kinds},"{source.kind}")=0),{cell},"")'
            value = value if row is not None and getattr(row, "kind", "") == source.kind else ""
        else:
            formula = f'=IF({cell}="","",IF({again},"",{cell}))'
        found.append((formula, "" if value in seen else value))
        seen.add(value)
    return found
