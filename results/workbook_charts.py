"""Native charts of the workbook: money by period, use of budgets, received against contributed, the calendar."""

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
SIZE = {"width": 900}

Page = tuple[Any, str]


def add_charts(book: Any, run: ShownRun, pages: Mapping[str, Page]) -> None:
    """Add a chart to the sheets that have one, right of their table."""
    if run.plan is None:
        return
    if "payments" in pages:
        _payments(book, run, *pages["payments"])
    if "purses" in pages:
        _purses(book, run, *pages["purses"])
    if "parties" in pages:
        _parties(book, run, *pages["parties"])
    if "schedule" in pages:
        _calendar(book, run, *pages["schedule"])


def _fill(style: Style) -> dict[str, Any]:
    """Return a fill that also tells series apart in black and white."""
    if style.pattern in PATTERNS:
        shape = {"pattern": PATTERNS[style.pattern], "fg_color": "#FFFFFF", "bg_color": style.colour}
        return {"pattern": shape, "border": {"color": style.colour}}
    return {"fill": {"color": style.colour}, "border": {"color": "#FFFFFF", "width": 0.5}}


def _series(chart: Any, name: str, sheet: str, column: int, rows: int, style: Style, label: int = 0) -> None:
    """Add one column of a sheet as a series, its rows named by column `label`."""
    chart.add_series(
        {
            "name": name,
            "categories": [sheet, 1, label, rows, label],
            "values": [sheet, 1, column, rows, column],
            **_fill(style),
            "gap": 60,
        }
    )


def _dress(chart: Any, title: str, height: int, values: Mapping[str, Any], names: Mapping[str, Any]) -> None:
    chart.set_title({"name": title, "name_font": {"size": 12}, "overlay": False})
    chart.set_legend({"position": "bottom"})
    chart.set_x_axis(dict(names))
    chart.set_y_axis({"major_gridlines": {"visible": True, "line": {"color": "#E6E8EB"}}, **values})
    chart.set_size({**SIZE, "height": height})


def _payments(book: Any, run: ShownRun, page: Any, sheet: str) -> None:
    chart = book.add_chart({"type": "column", "subtype": "stacked"})
    for k, kind in enumerate(KINDS, start=1):
        _series(chart, kind, sheet, k, run.case.T, KIND_STYLES[kind])
    _dress(chart, "Money by period and kind of funder", 380, _axis(run), {})
    page.insert_chart(1, 6, chart, {"description": "Columns: money paid in each period by kind of funder"})


def _axis(run: ShownRun) -> dict[str, Any]:
    unit = {1_000: "thousands", 1_000_000: "millions", 1_000_000_000: "billions"}.get(run.case.unit)
    axis: dict[str, Any] = {"name": run.case.base, "num_format": "#,##0"}
    return axis | ({"display_units": unit, "display_units_visible": True} if unit else {})


def _purses(book: Any, run: ShownRun, page: Any, sheet: str) -> None:
    rows = min(len(purse_totals(run)), MOST_BARS)
    chart = book.add_chart({"type": "bar", "subtype": "percent_stacked"})
    shown = [use for use in USE_STYLES if use != "carried_out"]
    for k, use in enumerate(shown, start=3):
        if not (use == "buffer" and run.case.settings.buffer.released):
            _series(chart, USE_WORDS[use], sheet, k, rows, USE_STYLES[use])
    _dress(chart, "How appropriations are used", 160 + 22 * rows, {"num_format": "0%"}, {"reverse": True})
    page.insert_chart(
        len(purse_totals(run)) + 3, 0, chart, {"description": "Bars: use of each funder's appropriations"}
    )


def _parties(book: Any, run: ShownRun, page: Any, sheet: str) -> None:
    gets, gives = received(run), contributed(run)
    rows = min(sum(name in gets or name in gives for name in run.case.parties), MOST_BARS)
    if not rows:
        return
    chart = book.add_chart({"type": "bar"})
    _series(chart, "contributes (public)", sheet, 1, rows, KIND_STYLES["public"])
    _series(chart, "receives", sheet, 4, rows, Style(KIND_STYLES["matching"].colour, "."))
    _dress(chart, "Received against contributed", 160 + 28 * rows, _axis(run), {"reverse": True})
    page.insert_chart(1, 7, chart, {"description": "Bars: what each party contributes and receives"})


def _calendar(book: Any, run: ShownRun, page: Any, sheet: str) -> None:
    """Add the calendar of initiatives: an invisible bar up to the first period, then one from first to last."""
    spans = calendar_rows(run)[:MOST_BARS]
    if not spans:
        return
    at, bold = 14, book.add_format({"bold": True, "font_color": "#5B6470"})
    for k, heading in enumerate(("initiative", "periods before", "periods")):
        page.write_string(0, at + k, heading, bold)
    for number, (name, before, length) in enumerate(spans, start=1):
        page.write_string(number, at, name)
        page.write_number(number, at + 1, before)
        page.write_number(number, at + 2, length)
    chart = book.add_chart({"type": "bar", "subtype": "stacked"})
    _series(chart, "before", sheet, at + 1, len(spans), Style("#FFFFFF"), at)
    _series(chart, "runs", sheet, at + 2, len(spans), KIND_STYLES["public"], at)
    axis = {"name": f"periods from {run.case.label(1)}", "min": 0, "max": run.case.T, "num_format": "0"}
    _dress(chart, "When initiatives run", 140 + 20 * len(spans), axis, {"reverse": True})
    chart.set_legend({"none": True})
    page.insert_chart(1, at + 4, chart, {"description": "Bars: from the first to the last period of each initiative"})


def calendar_rows(run: ShownRun) -> Sequence[tuple[str, int, int]]:
    """Return initiatives in the order in which they start: the periods before, and those from first to last."""
    spans: dict[str, tuple[int, int]] = {}
    for bar in milestones_done(run):
        first, last = spans.get(bar.initiative, (bar.first, bar.last))
        spans[bar.initiative] = (min(first, bar.first), max(last, bar.last))
    return [(name, first - 1, last - first + 1) for name, (first, last) in spans.items()]
