"""Native charts of the workbook, on a sheet of their own: money by period, budgets, who receives, dates.

They are drawn from the cells of the tables, so they follow when somebody changes a number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .charts_look import KIND_STYLES, USE_STYLES, Style
from .charts_plan import milestones_done
from .sheets_money import USE_WORDS, purse_totals
from .sheets_plan import KINDS, contributed, received
from .shown import ShownRun

PATTERNS = {"/": "wide_upward_diagonal", ".": "percent_20", "\\": "wide_downward_diagonal", "x": "diagonal_brick"}
MOST_BARS = 60
WIDTH, ROW = 900, 20  # pixels
ASIDE = 16  # the column in which the dates of initiatives stand, right of the charts
PALE = {"visible": True, "line": {"color": "#E6E8EB"}}


class Charts:
    """The sheet of charts, filled from top to bottom."""

    def __init__(self, book: Any, page: Any, run: ShownRun, places: Mapping[str, str]) -> None:
        """Take the workbook, the sheet, and the names of the sheets of tables."""
        self.book, self.page, self.run, self.places = book, page, run, places
        self.row = 0

    def fill(self) -> None:
        """Add every chart that there is something for."""
        if "payments" in self.places:
            self.payments(self.places["payments"])
        if "purses" in self.places:
            self.purses(self.places["purses"])
        if "parties" in self.places:
            self.parties(self.places["parties"])
        self.calendar()
        self.page.hide_gridlines(2)
        self.page.set_paper(9)
        self.page.print_area(0, 0, self.row, 14)
        self.page.fit_to_pages(1, 0)

    def payments(self, sheet: str) -> None:
        """Add the money by period and kind of funder."""
        chart = self.book.add_chart({"type": "column", "subtype": "stacked"})
        for k, kind in enumerate(KINDS, start=1):
            _series(chart, kind, sheet, k, self.run.case.T, KIND_STYLES[kind])
        chart.set_y_axis({"major_gridlines": PALE, **self.money_axis()})
        self.place(chart, "Money by period and kind of funder", 360)

    def purses(self, sheet: str) -> None:
        """Add how each funder's appropriations are used."""
        rows = min(len(purse_totals(self.run)), MOST_BARS)
        chart = self.book.add_chart({"type": "bar", "subtype": "percent_stacked"})
        for k, use in enumerate((use for use in USE_STYLES if use != "carried_out"), start=3):
            if not (use == "buffer" and self.run.case.settings.buffer.released):
                _series(chart, USE_WORDS[use], sheet, k, rows, USE_STYLES[use])
        chart.set_x_axis({"major_gridlines": PALE, "num_format": "0%"})
        chart.set_y_axis({"reverse": True, "major_gridlines": {"visible": False}})
        self.place(chart, "How appropriations are used", 150 + 22 * rows)

    def parties(self, sheet: str) -> None:
        """Add what each party contributes and receives."""
        gets, gives = received(self.run), contributed(self.run)
        rows = min(sum(name in gets or name in gives for name in self.run.case.parties), MOST_BARS)
        if not rows:
            return
        chart = self.book.add_chart({"type": "bar"})
        _series(chart, "contributes (public)", sheet, 1, rows, KIND_STYLES["public"])
        _series(chart, "receives", sheet, 4, rows, KIND_STYLES["matching"])
        chart.set_x_axis({"major_gridlines": PALE, **self.money_axis()})
        chart.set_y_axis({"reverse": True, "major_gridlines": {"visible": False}})
        self.place(chart, "Received against contributed", 150 + 30 * rows)

    def calendar(self) -> None:
        """Add when initiatives run: an invisible bar up to the first period, then one from first to last."""
        spans = calendar_rows(self.run)[:MOST_BARS]
        if not spans:
            return
        soft = self.book.add_format({"font_color": "#5B6470", "font_size": 10})
        for k, heading in enumerate(("initiative", "periods before", "periods")):
            self.page.write_string(0, ASIDE + k, heading, soft)
        for number, (name, before, length) in enumerate(spans, start=1):
            self.page.write_string(number, ASIDE, name, soft)
            self.page.write_number(number, ASIDE + 1, before, soft)
            self.page.write_number(number, ASIDE + 2, length, soft)
        chart, sheet = self.book.add_chart({"type": "bar", "subtype": "stacked"}), self.page.get_name()
        at = {"categories": [sheet, 1, ASIDE, len(spans), ASIDE]}
        hidden = {"fill": {"none": True}, "border": {"none": True}}
        chart.add_series({**at, "name": "before", "values": [sheet, 1, ASIDE + 1, len(spans), ASIDE + 1], **hidden})
        runs = {"name": "runs", "values": [sheet, 1, ASIDE + 2, len(spans), ASIDE + 2], "gap": 40}
        chart.add_series({**at, **runs, **_fill(KIND_STYLES["public"])})
        case = self.run.case
        axis = {"min": 0, "max": case.T, "num_format": "0", "major_gridlines": PALE}
        chart.set_x_axis({**axis, "name": f"periods from {case.label(1)} to {case.label(case.T)}"})
        chart.set_y_axis({"reverse": True, "major_gridlines": {"visible": False}})
        self.place(chart, "When initiatives run", 140 + 18 * len(spans), legend=False)

    def place(self, chart: Any, title: str, height: int, legend: bool = True) -> None:
        """Put a chart below the others."""
        chart.set_title({"name": title, "name_font": {"size": 12}})
        chart.set_legend({"position": "bottom"} if legend else {"none": True})
        chart.set_size({"width": WIDTH, "height": height})
        self.page.insert_chart(self.row, 0, chart, {"description": f"{title}; the figures stand in the sheets"})
        self.row += height // ROW + 2

    def money_axis(self) -> dict[str, Any]:
        """Return an axis of the base currency, in the case's unit."""
        unit = {1_000: "thousands", 1_000_000: "millions"}.get(self.run.case.unit)
        axis: dict[str, Any] = {"name": self.run.case.base, "num_format": "#,##0"}
        return axis | ({"display_units": unit, "display_units_visible": True} if unit else {})


def _fill(style: Style) -> dict[str, Any]:
    """Return a fill that also tells series apart in black and white."""
    if style.pattern in PATTERNS:
        shape = {"pattern": PATTERNS[style.pattern], "fg_color": "#FFFFFF", "bg_color": style.colour}
        return {"pattern": shape, "border": {"color": style.colour}}
    return {"fill": {"color": style.colour}, "border": {"color": "#FFFFFF", "width": 0.5}}


def _series(chart: Any, name: str, sheet: str, column: int, rows: int, style: Style) -> None:
    """Add one column of a sheet as a series, its rows named by the first column."""
    place = {"categories": [sheet, 1, 0, rows, 0], "values": [sheet, 1, column, rows, column]}
    chart.add_series({"name": name, "gap": 60, **place, **_fill(style)})


def calendar_rows(run: ShownRun) -> Sequence[tuple[str, int, int]]:
    """Return initiatives in the order in which they start: the periods before, and those from first to last."""
    spans: dict[str, tuple[int, int]] = {}
    for bar in milestones_done(run):
        first, last = spans.get(bar.initiative, (bar.first, bar.last))
        spans[bar.initiative] = (min(first, bar.first), max(last, bar.last))
    return [(name, first - 1, last - first + 1) for name, (first, last) in spans.items()]
