"""The first sheets of a workbook: `case`, the settings with what they mean, and `instructions`, how to fill it in."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from .places import SCENARIOS, SETTINGS, in_sheets
from .schema import columns
from .settings import Settings
from .tables import TABLES
from .workbook_read import INSTRUCTIONS
from .workbook_settings import HEADER, WEIGHTS, Setting, listed_settings, stated_settings
from .workbook_style import INK, Style, lay_out, put

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

_TOP: Final = 4
_SPARE: Final = 3
_WEIGHTS: Final = (
    "Weight of a criterion of the sheet criteria: write weights.NAME as the setting, such as weights.science, and its "
    "weight as the value. Only with that sheet; insert rows for more."
)
_TITLE: Final = "Funding case"
_LEAD: Final = (
    "One workbook holds one decision: who may pay, what may be funded, and by which rules. Begin here, then fill the "
    "sheets with dark tabs. The sheet instructions says how."
)
_STEPS: Final = (
    "Fill the sheet case: name, base currency, the first planning period and how many there are.",
    "Fill the sheets with dark tabs: funders, budgets, initiatives, milestones. Every case needs them.",
    "Fill those of the other sheets whose rules you need. An empty sheet is as good as none.",
    "Point at a column's name to read what it means, its unit, its bounds and an example.",
    "Save as .xlsx, then run: fundalign check BOOK.xlsx. All faults are told at once, with sheet, row and column; with "
    "--annotate COPY.xlsx they also come back coloured in a copy of the workbook.",
    "When nothing is wrong: fundalign solve BOOK.xlsx finds the best plan and writes it beside the workbook.",
)
_RULES: Final = (
    "One row is one thing, its values from left to right; there are no totals and no merged cells. Empty rows are "
    "passed over. The names of the columns stay in row 1.",
    "Numbers are numbers: 1234.5 is typed as your spreadsheet program types it. Shares are parts of one: 0.05, or 5 %.",
    "Money is in the unit that the sheet case sets, in the currency that the column's note says.",
    "Periods are labels such as 2027, 2027H1, 2027Q3 or 2027-05, all of the frequency that the sheet case sets. Their "
    "cells are text, so that no date is made of them.",
    "Formulas are read as the values that were stored with them. Names that begin with =, +, - or @ stay text.",
    "A name means the same thing on every sheet, to the letter. Drop-downs offer what the other sheets have; they warn "
    "of what is not there yet, and let you go on.",
    "Hidden rows, columns and sheets are read like any other, and check says so. Sheets that are no table are faults; "
    "notes of your own may stand on this sheet.",
)


def cover_cells(settings: Settings | None) -> dict[str, str]:
    """Return the address of the value of every listed setting on the sheet `case`."""
    return {name: f"{SETTINGS}!$C${row + 1}" for row, (name, _) in _rows(settings).items() if name}


def _rows(settings: Settings | None) -> dict[int, tuple[str, Setting | None]]:
    """Return the settings by row (from 0): the weights stand after the objective, with rows to spare."""
    names: list[tuple[str, Setting | None]] = []
    listed = listed_settings()
    for place, each in enumerate(listed):
        names.append((each.name, each))
        if each.part == "Objective" and listed[place + 1].part != "Objective":
            own = [] if settings is None else [f"{WEIGHTS}{name}" for name in settings.weights]
            names += [(name, None) for name in (own or [""] * _SPARE)]
    return dict(enumerate(names, start=_TOP))


def add_cover(book: Workbook, style: Style, settings: Settings | None) -> None:
    """Write the sheet `case`: every setting with its value where it is stated, its default and its meaning."""
    sheet = book.add_worksheet(SETTINGS)
    sheet.set_tab_color(INK)
    for place, width in enumerate((17, 26, 30, 14, 18, 74)):
        sheet.set_column(place, place, width)
    sheet.set_row(0, 34)
    sheet.write_string(0, 0, _TITLE if settings is None else settings.name, style.title)
    sheet.set_row(1, 20)
    sheet.write_string(1, 0, _LEAD, style.plain)
    for place, title in enumerate(HEADER):
        sheet.write_string(_TOP - 1, place, title, style.required if title in ("setting", "value") else style.optional)
    sheet.set_row(_TOP - 1, 22)
    stated = {} if settings is None else stated_settings(settings)
    part = ""
    for row, (name, setting) in _rows(settings).items():
        now = "Weights" if setting is None else setting.part
        sheet.write_string(row, 0, now if now != part else "", style.part)
        if setting is None:
            _weight_row(sheet, style, row, name, stated.get(name), first=now != part)
        else:
            _setting_row(sheet, style, row, setting, stated.get(name))
        part = now
    sheet.freeze_panes(_TOP, 2)
    lay_out(sheet, repeat=False)


def _setting_row(sheet: Worksheet, style: Style, row: int, setting: Setting, value: object) -> None:
    text = setting.kind in ("text", "choice")
    sheet.write_string(row, 1, setting.name, style.setting)
    put(sheet, row, 2, value, style.entry_text if text else style.entry_unit if setting.name == "unit" else style.entry)
    put(sheet, row, 3, "required" if setting.required else setting.default or "–", style.dim)
    put(sheet, row, 4, setting.unit, style.dim)
    told = in_sheets(setting.meaning) + (f" One of: {', '.join(setting.choices)}." if setting.choices else "")
    put(sheet, row, 5, told, style.wrapped)
    sheet.set_row(row, 16 * (1 + len(told) // 84))
    rule = _rule(setting)
    if rule:
        sheet.data_validation(row, 2, row, 2, rule)
    if setting.required:
        rule = {"type": "blanks", "format": style.missing}
        sheet.conditional_format(row, 2, row, 2, rule)


def _weight_row(sheet: Worksheet, style: Style, row: int, name: str, value: object, *, first: bool) -> None:
    put(sheet, row, 1, name, style.setting)
    put(sheet, row, 2, value, style.entry)
    for place in (3, 4):
        put(sheet, row, place, "", style.dim)
    put(sheet, row, 5, _WEIGHTS if first else "", style.wrapped)
    sheet.set_row(row, 32 if first else 16)


def _rule(setting: Setting) -> dict[str, Any]:
    """Return the drop-down or the bounds of a setting's value; no rule for a text."""
    words = {"error_title": "Not possible here"}
    if setting.choices:
        return words | {"validate": "list", "source": list(setting.choices), "error_message": "Choose from the list."}
    if setting.kind == "boolean":
        return words | {"validate": "list", "source": ["TRUE", "FALSE"], "error_message": "TRUE or FALSE."}
    if setting.name == "currency":
        return words | {
            "validate": "list",
            "source": "=list_currency",
            "error_message": "An ISO 4217 code, such as EUR.",
        }
    if setting.name == "objective.group":
        return {"validate": "list", "source": "=list_parties", "error_type": "warning"}
    if setting.kind in ("number", "integer"):
        kind = "integer" if setting.kind == "integer" else "decimal"
        bounds = dict(setting.bounds)
        low = bounds.get("ge", bounds.get("gt", Decimal(-(10**15))))
        high = bounds.get("le", bounds.get("lt", Decimal(10**15)))
        limits = {"criteria": "between", "minimum": float(low), "maximum": float(high)}
        return words | {"validate": kind, "error_message": f"A number from {low} to {high}."} | limits
    return {}


def add_instructions(book: Workbook, style: Style) -> None:
    """Write the sheet `instructions`: how to fill in the workbook, what colours mean, and what every sheet is for."""
    sheet = book.add_worksheet(INSTRUCTIONS)
    sheet.set_tab_color(INK)
    for place, width in enumerate((5, 18, 13, 100)):
        sheet.set_column(place, place, width)
    sheet.set_row(0, 34)
    sheet.write_string(0, 0, "How to fill in this workbook", style.title)
    row = 2
    for heading, lines in (("Step by step", _STEPS), ("What stands in a cell", _RULES)):
        row = _heading(sheet, style, row, heading)
        for number, line in enumerate(lines, start=1):
            sheet.write_string(row, 0, f"{number}." if lines is _STEPS else "•", style.plain)
            sheet.merge_range(row, 1, row, 3, line, style.lead)
            sheet.set_row(row, 17 * (1 + len(line) // 122))
            row += 1
        row += 1
    row = _heading(sheet, style, row, "Colours")
    for form, told in (
        (style.required, "column that every row needs"),
        (style.optional, "column that may be empty; its note says what that means"),
        (style.entry, "value of a setting"),
        (style.missing, "a value is missing here"),
    ):
        sheet.write_string(row, 1, "column" if form in (style.required, style.optional) else "", form)
        sheet.write_string(row, 3, told, style.plain)
        row += 1
    row = _heading(sheet, style, row + 1, "Sheets")
    for name in (SETTINGS, *TABLES, SCENARIOS):
        sheet.write_url(row, 1, f"internal:'{name}'!A1", style.link, name)
        put(sheet, row, 2, _needed(name), style.dim)
        told = _purpose(name)
        put(sheet, row, 3, told, style.wrapped)
        sheet.set_row(row, 16 * (1 + len(told) // 116))
        row += 1
    lay_out(sheet, repeat=False)


def _heading(sheet: Worksheet, style: Style, row: int, text: str) -> int:
    for place in range(4):
        sheet.write_string(row, place, text if place == 0 else "", style.heading)
    return row + 1


def _needed(name: str) -> str:
    return "required" if name == SETTINGS or (name in TABLES and TABLES[name].NEEDED) else "if needed"


def _purpose(name: str) -> str:
    """Return what a sheet is for, with the columns that every row of it needs."""
    if name == SETTINGS:
        return "Name, base currency, horizon, objective, buffers against currency risk, and when the search stops."
    if name == SCENARIOS:
        return "Named what-ifs: changes to the tables, and grids of them."
    needed = ", ".join(column.name for column in columns(TABLES[name]) if column.required)
    return f"{in_sheets(' '.join((TABLES[name].__doc__ or '').split()))} Needs: {needed}."
