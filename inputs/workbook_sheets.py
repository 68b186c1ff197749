"""The sheets of the tables and of the scenarios: headers with notes, formats, drop-downs, and the rows of a case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from .places import in_sheets
from .schema import Column, columns
from .tables import TABLES, Row
from .workbook_lists import Tables, list_of, range_name, rows_for
from .workbook_scenarios import COLUMNS, KINDS, OPERATIONS, scenario_rows
from .workbook_style import INK, PALE, Style, lay_out, put
from .workbook_tables import letter_of

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

_WIDEST: Final = 44
_NARROWEST: Final = 11
_MORE_ROWS: Final = 800
_LISTED: Final = 250  # characters of a list that stands in the drop-down itself; a spreadsheet takes 255
_WHAT_IFS: Final = "Named what-ifs, each a list of changes to the tables: solve --scenario NAME."
_WORDS: Final = {">=": "at least", ">": "more than", "<=": "at most", "<": "less than"}


def add_table(book: Workbook, style: Style, name: str, tables: Tables) -> None:
    """Write the sheet of a table with the rows that the case has in it."""
    model = TABLES[name]
    sheet = book.add_worksheet(name)
    sheet.set_tab_color(INK if model.NEEDED else PALE)
    rows = tables.get(name, ())
    last = rows_for(tables, name) + _MORE_ROWS
    for place, column in enumerate(columns(model)):
        texts = [_cell(row, column) for row in rows]
        width = max([len(column.name) + 3, *(len(str(text)) + 2 for text in texts[:500])])
        form = style.of(column)
        sheet.set_column(place, place, min(max(width, _NARROWEST), _WIDEST), form)
        sheet.write_string(0, place, column.name, style.required if column.required else style.optional)
        sheet.write_comment(0, place, note(model, column, first=place == 0), _note_size(model, column, place == 0))
        for row, text in enumerate(texts, start=1):
            if text is not None:
                put(sheet, row, place, text, form)
        _offer(sheet, (1, place, last, place), name, column)
    _finish(sheet, style, last, [column.required for column in columns(model)])


def _finish(sheet: Worksheet, style: Style, last: int, required: Sequence[bool]) -> None:
    """Freeze header and first column, set up the print, and colour required cells that a started row lacks."""
    sheet.set_row(0, 22)
    sheet.freeze_panes(1, 1)
    lay_out(sheet)
    end = letter_of(len(required))
    for place, needed in enumerate(required):
        if needed:
            letter = letter_of(place + 1)
            rule = f"=AND(COUNTA($A2:${end}2)>0,ISBLANK({letter}2))"
            options = {"type": "formula", "criteria": rule, "format": style.missing}
            sheet.conditional_format(1, place, last, place, options)
    sheet.ignore_errors({"number_stored_as_text": f"A1:{end}{last + 1}"})


def _cell(row: Row, column: Column) -> object:
    """Return what a cell holds: nothing where a column that is not required is at its default."""
    value: object = getattr(row, column.name)
    return value if column.required or value != type(row).model_fields[column.name].default else None


def note(model: type[Row], column: Column, *, first: bool = False) -> str:
    """Return the note on a column's header: meaning, whether it is required, unit, bounds, words and an example."""
    parts = []
    if first:
        parts.append(" ".join((model.__doc__ or "").split()) + "\n")
    parts.append(column.description)
    parts.append(
        "Required." if column.required else f"May be empty{f'; then {column.default}' if column.default else ''}."
    )
    if column.unit:
        parts.append(f"Unit: {column.unit}")
    if column.bounds:
        parts.append("Bounds: " + ", ".join(f"{_WORDS[sign]} {bound}" for sign, bound in map(str.split, column.bounds)))
    if column.choices:
        parts.append("One of: " + ", ".join(column.choices))
    parts.append(f"Example: {column.example}")
    return in_sheets("\n".join(parts))


def _note_size(model: type[Row], column: Column, first: bool) -> dict[str, Any]:
    text = note(model, column, first=first)
    lines = sum(1 + len(line) // 44 for line in text.split("\n"))
    return {"width": 290, "height": 18 + 16 * lines, "author": "fundalign", "font_size": 9, "color": "#FFF8E1"}


def _offer(sheet: Worksheet, area: tuple[int, int, int, int], table: str, column: Column) -> None:
    """Give cells the drop-down or the bounds of their column; what is not yet listed elsewhere may be typed anyway."""
    rule: dict[str, Any] = {"ignore_blank": True}
    name = list_of(table, column)
    if column.choices:
        rule |= _words(", ".join(column.choices)) | {"validate": "list", "source": list(column.choices)}
    elif column.kind == "boolean":
        rule |= _words("TRUE or FALSE") | {"validate": "list", "source": ["TRUE", "FALSE"]}
    elif name:
        rule |= {"validate": "list", "source": f"={range_name(name)}"}
        if column.kind == "currency":
            rule |= _words("an ISO 4217 currency code, such as EUR")
        else:
            rule |= {"error_type": "warning", "error_title": "Not in the list"}
            rule |= {"error_message": f"The other sheets do not list this (yet). {column.description}"[:_LISTED]}
    elif column.kind in ("number", "integer"):
        rule |= _number_rule(column)
    else:
        return
    sheet.data_validation(*area, rule)


def _words(expected: str) -> dict[str, Any]:
    return {"error_title": "Not possible here", "error_message": f"Expected: {expected}"[:_LISTED]}


def _number_rule(column: Column) -> dict[str, Any]:
    """Return the rule for numbers: within the bounds; a whole number where one is asked for."""
    bounds = dict(map(str.split, column.bounds))
    told = ", ".join(f"{_WORDS[sign]} {bound}" for sign, bound in bounds.items())
    kind = "a whole number" if column.kind == "integer" else "a number"
    rule = _words(f"{kind}{f', {told}' if told else ''}")
    rule["validate"] = "integer" if column.kind == "integer" else "decimal"
    if ">=" in bounds and "<=" in bounds:
        return rule | {"criteria": "between", "minimum": float(bounds[">="]), "maximum": float(bounds["<="])}
    if ">" in bounds and "<=" in bounds:
        return rule | {"criteria": "between", "minimum": float(bounds[">"]), "maximum": float(bounds["<="])}
    if bounds:
        sign, bound = next(iter(bounds.items()))
        return rule | {"criteria": sign, "value": float(bound)}
    return rule | {"criteria": "between", "minimum": -1e18, "maximum": 1e18}


def add_scenarios(book: Workbook, style: Style, data: Mapping[str, Any]) -> None:
    """Write the sheet of the scenarios, a row for every change and value."""
    sheet = book.add_worksheet("scenarios")
    sheet.set_tab_color(PALE)
    rows = list(scenario_rows(data))
    last = len(rows) + _MORE_ROWS
    widths = {"scenario": 30, "where": 34, "column": 24, "table": 16, "value": 16}
    required = [name in ("scenario", "change", "table", "column", "operation") for name in COLUMNS]
    for place, (name, told) in enumerate(COLUMNS.items()):
        form = style.number if name in ("change", "value") else style.text
        sheet.set_column(place, place, widths.get(name, _NARROWEST), form)
        sheet.write_string(0, place, name, style.required if required[place] else style.optional)
        text = (
            told if place else f"Named what-ifs, each a list of changes to the tables: solve --scenario NAME.\n\n{told}"
        )
        sheet.write_comment(0, place, text, {"width": 290, "height": 120, "author": "fundalign", "font_size": 9})
        for row, cells in enumerate(rows, start=1):
            if cells[name] != "":
                put(sheet, row, place, cells[name], form)
    for name, source in (("kind", list(KINDS)), ("operation", list(OPERATIONS)), ("table", "=list_tables")):
        place = list(COLUMNS).index(name)
        rule = {"validate": "list", "source": source, **_words(COLUMNS[name])}
        sheet.data_validation(1, place, last, place, rule)
    _finish(sheet, style, last, required)
