"""The report as a workbook: a cover and one sheet per table, amounts in full with their currency's decimals.

Names of a case stay text, whatever they begin with: no formula, link or number is made of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import xlsxwriter

from ..inputs.money import minor_digits
from .report_parts import Report
from .report_words import about_facts
from .sheets_raw import raw_sheets
from .shown import NUMBER, Amount, Cell, Part, Sheet
from .workbook_charts import Charts
from .workbook_names import sheet_names

AS_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
MADE = datetime(2000, 1, 1)  # the same report is the same file
FONT = {"font_name": "Calibri", "font_size": 10, "valign": "top"}
WIDEST, NARROWEST = 52, 8
LINE, TALLEST = 15, 405  # points of a line, and of a row: Excel takes 409
LONGEST = 32_000  # characters of a cell; Excel takes 32,767


class Formats:
    """The formats of a workbook, each made once."""

    def __init__(self, book: Any) -> None:
        """Take the workbook that they belong to."""
        self.book = book
        self.made: dict[tuple[tuple[str, object], ...], Any] = {}

    def get(self, **properties: object) -> Any:
        """Return a format with these properties."""
        key = tuple(sorted(properties.items()))
        if key not in self.made:
            self.made[key] = self.book.add_format({**FONT, **properties})
        return self.made[key]

    def money(self, currency: str) -> Any:
        """Return the format of amounts in a currency, with its decimals."""
        digits = minor_digits(currency)
        return self.get(num_format=f"#,##0{'.' if digits else ''}{'0' * digits}")

    def text(self, right: bool = False) -> Any:
        """Return the format of text: text it stays, also when somebody edits the cell."""
        return self.get(num_format="@", text_wrap=True, align="right" if right else "left")


def workbook(report: Report) -> bytes:
    """Return the workbook of a report."""
    target = BytesIO()
    book = xlsxwriter.Workbook(target, AS_TEXT)
    book.set_properties({"title": report.head.title, "author": "fundalign", "created": MADE})
    formats = Formats(book)
    sheets = [*report.sheets.values(), *raw_sheets(report.material, set(report.sheets))]
    names = sheet_names(["Cover", "Charts", *(sheet.title for sheet in sheets)])
    cover = book.add_worksheet(names[0])
    pictures = book.add_worksheet(names[1]) if report.figures else None
    places = dict(zip((sheet.name for sheet in sheets), names[2:], strict=True))
    for sheet in sheets:
        write_sheet(book, formats, places[sheet.name], sheet)
    write_cover(cover, formats, report, sheets, places)
    if pictures is not None:
        Charts(book, pictures, report.material.run, places).fill()
    book.close()
    return target.getvalue()


def write_cover(
    page: Any, formats: Formats, report: Report, sheets: Sequence[Sheet], places: Mapping[str, str]
) -> None:
    """Write the headline, the figures, the contents and how the run was made."""
    page.hide_gridlines(2)
    page.set_column(0, 0, 34)
    page.set_column(1, 1, 90)
    plain, soft = formats.get(text_wrap=True, num_format="@"), formats.get(font_color="#5B6470", num_format="@")
    page.write_string(0, 0, report.head.title[:LONGEST], formats.get(bold=True, font_size=18))
    page.set_row(0, 28)
    page.write_string(
        1, 0, report.head.status, formats.get(bold=True, font_color="#00624A" if report.head.good else "#9A4A00")
    )
    row = 3
    for words in (
        *filter(None, [report.head.changed]),
        *report.material.doubts,
        *report.head.sentences,
        *_leads(report),
    ):
        page.merge_range(row, 0, row, 1, "", plain)
        page.write_string(row, 0, words[:LONGEST], plain)
        page.set_row(row, 15 * sum(1 + len(line) // 105 for line in words.split("\n")))
        row += 1
    row += 1
    for what, figure, meaning in report.head.figures:
        page.write_string(row, 0, what, soft)
        page.write_string(row, 1, f"{figure}  {meaning}", formats.get(bold=True, num_format="@"))
        row += 1
    row += 1
    page.write_string(row, 0, "Sheets", formats.get(bold=True))
    for sheet in sheets:
        row += 1
        place = places[sheet.name]
        page.write_url(row, 0, f"internal:'{place}'!A1", formats.get(font_color="#0B4F80", underline=1), place)
        page.write_string(row, 1, sheet.note or sheet.title, soft)
    row += 2
    for name, text in about_facts(report.material):
        page.write_string(row, 0, name, soft)
        page.write_string(row, 1, text[:LONGEST], plain)
        row += 1
    page.set_paper(9)
    page.fit_to_pages(1, 1)


def _leads(report: Report) -> list[str]:
    """Return why there is no plan, where there is none."""
    return [] if report.material.run.plan is not None else [w for s in report.sections for w in s.lead]


def write_sheet(book: Any, formats: Formats, name: str, sheet: Sheet) -> None:
    """Write one table: frozen header, filter, widths that fit, amounts beside their currency."""
    page = book.add_worksheet(name)
    split = _with_currencies(sheet)
    widths = [_width(split, k) for k in range(len(split.columns))]
    header = {"bold": True, "text_wrap": True, "bottom": 2, "bg_color": "#F4F5F7", "num_format": "@"}
    for k, column in enumerate(split.columns):
        heading = formats.get(**header, align="right" if column.kind == NUMBER else "left")
        page.write_string(0, k, column.heading, heading)
        page.set_column(k, k, widths[k])
    for number, row in enumerate(split.rows, start=1):
        for k, cell in enumerate(row):
            write_cell(page, formats, number, k, cell, split.columns[k].kind == NUMBER)
        tall = max(lines(cell, widths[k]) if isinstance(cell, str) else 1 for k, cell in enumerate(row))
        if tall > 1:  # LibreOffice does not fit rows to wrapped text by itself
            page.set_row(number, min(TALLEST, LINE * tall))
    page.set_row(0, LINE * max(1, *(lines(column.heading, widths[k]) for k, column in enumerate(split.columns))))
    page.freeze_panes(1, 1)
    if split.rows:
        page.autofilter(0, 0, len(split.rows), len(split.columns) - 1)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    page.set_footer("&L&A&R&P / &N")


def write_cell(page: Any, formats: Formats, row: int, column: int, cell: Cell, right: bool = False) -> None:
    """Write one cell as what it is; text stands on the `right` in a column of figures."""
    if cell is None or cell == "":
        return
    if isinstance(cell, Amount):
        page.write_number(row, column, float(cell.value), formats.money(cell.currency))
    elif isinstance(cell, Part):
        page.write_number(row, column, float(cell.value), formats.get(num_format="0.0%" if cell.digits else "0%"))
    elif isinstance(cell, Decimal):
        page.write_number(row, column, float(cell), formats.get(num_format="#,##0.######"))
    elif isinstance(cell, int):
        page.write_number(row, column, cell, formats.get(num_format="#,##0"))
    else:
        page.write_string(row, column, cell[:LONGEST], formats.text(right))


def _with_currencies(sheet: Sheet) -> Sheet:
    """Return a sheet in which every column of amounts says its currency: in the heading, or in a column beside it."""
    columns, places = [], []
    for k, column in enumerate(sheet.columns):
        found = {cell.currency for row in sheet.rows if isinstance(cell := row[k], Amount)}
        heading = f"{column.heading} ({min(found)})" if len(found) == 1 else column.heading
        columns.append(type(column)(heading, column.kind))
        places.append((k, False))
        named = any(c.heading == "currency" for c in sheet.columns)
        if len(found) > 1 and not named:
            columns.append(type(column)("in", "text"))
            places.append((k, True))
    rows = tuple(tuple(_part(row[k], currency) for k, currency in places) for row in sheet.rows)
    return type(sheet)(sheet.name, sheet.title, tuple(columns), rows, sheet.note)


def _part(cell: Cell, currency: bool) -> Cell:
    if not currency:
        return cell
    return cell.currency if isinstance(cell, Amount) else None


def _width(sheet: Sheet, k: int) -> float:
    """Return the width that shows most cells of a column whole."""
    longest = max((len(_printed(row[k])) for row in sheet.rows[:500]), default=0)
    words = max((len(word) for word in sheet.columns[k].heading.split()), default=0)
    return float(min(WIDEST, max(NARROWEST, longest + 2, words + 4)))


def lines(text: str, width: float) -> int:
    """Return how many lines a text takes in a column of a width: broken at spaces, and within longer words."""
    found = 0
    for paragraph in text.split("\n"):
        found, used = found + 1, 0
        for word in paragraph.split():
            if used and used + len(word) > width:
                found, used = found + 1, 0
            found += int((len(word) - 1) // width)
            used += len(word) + 1
    return found


def _printed(cell: Cell) -> str:
    if isinstance(cell, Amount):
        return f"{cell.value:,.{minor_digits(cell.currency)}f}"
    if isinstance(cell, Part):
        return "100.0%"
    return "" if cell is None else str(cell)
