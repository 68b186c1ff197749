"""How a workbook looks: its few formats, and the writing of cells so that text stays text."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from .faults import UsageError
from .rows import BASE_MONEY, FUNDER_MONEY, INITIATIVE_MONEY
from .schema import Column
from .workbook_cells import as_number

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

INK: Final = "#1F3A5F"
PALE: Final = "#DCE6F1"
INPUT: Final = "#FFF8E1"
MISSING: Final = "#F8CBAD"
MONEY: Final = "#,##0.00####"
OPTIONS: Final = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "in_memory": True,
}
_FONT: Final = {"font_name": "Calibri", "font_size": 11, "valign": "top"}
_LINE: Final = {"bottom": 1, "bottom_color": "#BFC9D4"}


@dataclass(frozen=True)
class Style:
    """The formats of a workbook."""

    plain: Format
    text: Format
    money: Format
    number: Format
    flag: Format
    required: Format
    optional: Format
    title: Format
    lead: Format
    heading: Format
    wrapped: Format
    dim: Format
    setting: Format
    part: Format
    entry: Format
    entry_unit: Format
    entry_text: Format
    link: Format
    missing: Format

    def of(self, column: Column) -> Format:
        """Return the format of a column's cells: text where a spreadsheet would make a date or a number of it."""
        if column.kind in ("number", "integer"):
            return self.money if column.unit in (FUNDER_MONEY, BASE_MONEY, INITIATIVE_MONEY) else self.number
        return self.flag if column.kind == "boolean" else self.text


def make_style(book: Workbook) -> Style:
    """Return the formats, made in a workbook."""

    def made(**more: Any) -> Format:
        return book.add_format(_FONT | more)

    box = {"bg_color": INPUT, "align": "left", "border": 1, "border_color": "#BFC9D4"}
    head = {"bold": True, "valign": "vcenter", "border": 1, "border_color": "#FFFFFF"}
    return Style(
        plain=made(),
        text=made(num_format="@"),
        money=made(num_format=MONEY),
        number=made(),
        flag=made(align="left"),
        required=made(**head, bg_color=INK, font_color="#FFFFFF"),
        optional=made(**head, bg_color=PALE, font_color=INK),
        title=made(bold=True, font_size=20, font_color=INK, valign="vcenter"),
        lead=made(font_size=12, font_color="#44546A", text_wrap=True),
        heading=made(bold=True, font_size=13, font_color=INK, bottom=2, bottom_color=INK),
        wrapped=made(text_wrap=True, **_LINE),
        dim=made(font_color="#5F6B7A", text_wrap=True, **_LINE),
        setting=made(bold=True, font_color=INK, **_LINE),
        part=made(bold=True, font_color="#5F6B7A", **_LINE),
        entry=made(**box),
        entry_unit=made(**box, num_format="#,##0"),
        entry_text=made(**box, num_format="@", text_wrap=True),
        link=made(font_color="#1155CC", underline=1, **_LINE),
        missing=book.add_format({"bg_color": MISSING}),
    )


def put(sheet: Worksheet, row: int, column: int, value: object, form: Format) -> None:
    """Write a value (row and column from 0): numbers that a cell holds exactly as numbers, all else as text.

    ``UsageError`` where a text is longer, or a table has more rows, than a workbook can hold.
    """
    number = as_number(Decimal(value)) if isinstance(value, int | Decimal) and not isinstance(value, bool) else None
    if isinstance(value, bool):
        code = sheet.write_boolean(row, column, value, form)
    elif number is not None:
        code = sheet.write_number(row, column, number, form)
    elif value is None or value == "":
        code = sheet.write_blank(row, column, None, form)
    else:
        code = sheet.write_string(row, column, format(value, "f") if isinstance(value, Decimal) else str(value), form)
    if code == -1:
        raise UsageError(f"a workbook cannot hold so many rows: {sheet.get_name()}, row {row + 1:,}")
    if code == -2:
        raise UsageError(f"a cell holds at most 32,767 characters: {sheet.get_name()}, row {row + 1}")


def lay_out(sheet: Worksheet, *, repeat: bool = True) -> None:
    """Set a sheet up for print: landscape, as wide as the page, with its name and the page at the foot."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.hide_gridlines(1 if repeat else 2)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    sheet.set_footer("&L&9&A&R&9&P / &N")
    if repeat:
        sheet.repeat_rows(0)
