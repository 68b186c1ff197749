"""The charts of a run as Plotly figures, by name: what `run.charts` returns and what the report shows.

A calendar or a set of budget cycles that does not fit on one page is several figures: `calendar`, `calendar-2` and so
on. Every figure carries in `layout.meta["alt"]` what it shows, in words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from . import charts_answers, charts_money, charts_plan
from .shown import Record, ShownRun, records
from .words import Money

if TYPE_CHECKING:
    import plotly.graph_objects as go

Figures = dict[str, "go.Figure"]


def charts(run: ShownRun) -> Figures:
    """Return the charts of a plan by name; none where there is no plan, or where it funds nothing."""
    if run.plan is None or not records(run.plan, "funding"):
        return {}
    label, case = Money(run.case.base, run.case.unit).label, run.case
    funded = sum(row["funded"] == "true" for row in records(run.plan, "portfolio"))
    span = f"{case.label(1)} to {case.label(case.T)}"
    found: Figures = {}
    _add(found, "payments", [charts_plan.payments(run)], f"Columns: money paid by kind of funder, {span}, in {label}")
    _add(found, "calendar", charts_plan.calendars(run), f"Calendar: milestones of {funded} initiatives, {span}")
    words = f"Flows of money from funders through {funded} initiatives to parties, in {label}"
    _add(found, "flows", [charts_plan.flows(run)], words)
    _add(found, "purses", [charts_money.purses(run)], "Bars: how each funder's appropriations are used, parts of all")
    _add(found, "cycles", charts_money.cycles(run), "Small columns: what each budget cycle is used for, by funder")
    _add(found, "currency", [charts_money.currency(run)], f"Bars: payments in foreign currencies, {label}")
    _add(found, "parties", [charts_money.parties(run)], f"Bars: what each party contributes and receives, in {label}")
    _add(found, "equity", charts_money.equities(run), "Dots: what each equity rule reaches, between its bounds")
    return found


def answer_charts(added: Mapping[str, Sequence[Record]], goal: str) -> Figures:
    """Return the charts of tables that were added to a run: tornado, and frontier against a `goal` in words."""
    found: Figures = {}
    if added.get("tornado"):
        words = "Bars: how far the objective certainly moves when a limit is moved down or up"
        _add(found, "tornado", [charts_answers.tornado(added["tornado"])], words)
    if added.get("frontier"):
        words = f"Line: value against {goal}, the end points and the knee marked"
        _add(found, "frontier", [charts_answers.frontier(added["frontier"], goal)], words)
    return found


def _add(found: Figures, name: str, made: Sequence[go.Figure | None], alt: str) -> None:
    figures = [figure for figure in made if figure is not None]
    for number, figure in enumerate(figures, start=1):
        part = f", part {number} of {len(figures)}" if len(figures) > 1 else ""
        figure.update_layout(meta={"alt": f"{alt}{part}. The same figures stand in the table below."})
        found[name if number == 1 else f"{name}-{number}"] = figure
