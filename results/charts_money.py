"""Charts of purses and fairness: use of appropriations, currency exposure, received against contributed, equity."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from .charts_look import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    RULE,
    USE_STYLES,
    VERMILLION,
    Style,
    dressed,
    marker,
    money,
    name_axis,
    plain,
    scaled,
    short,
)
from .sheets_money import MEASURES, PARTS, USE_WORDS, exposures, purse_totals, uses
from .sheets_plan import contributed, received
from .shown import Record, ShownRun, records
from .words import Money, value_text

if TYPE_CHECKING:
    import plotly.graph_objects as go

PURSES = 16  # funders whose cycles fit on one chart
MOST_PURSES = 32
MOST_ROWS = 32
TALLEST = 840  # px of a figure that fits on a printed page


def purses(run: ShownRun) -> go.Figure:
    """Return how each funder's appropriations of all cycles are used, as parts of them."""
    import plotly.graph_objects as go

    totals = {name: sums for name, sums in purse_totals(run).items() if sums["payments"]}
    names = sorted(totals, key=lambda name: -_in_base(run, name, totals[name]["payments"]))[:MOST_ROWS]
    figure, unit = go.Figure(), run.case.unit
    for use in uses(run):
        if use == "carried_out" or not any(totals[name][use] for name in names):
            continue
        figure.add_bar(
            orientation="h",
            y=names,
            x=[float(totals[name][use] / totals[name]["payments"]) for name in names],
            name=USE_WORDS[use],
            marker=marker(USE_STYLES[use], RULE if use == "lapsed" else "white"),
            hovertext=[
                f"{plain(name)}, {USE_WORDS[use]}: {money(totals[name][use], unit)} "
                f"{Money(run.case.funders[name].currency, unit).label}"
                for name in names
            ],
            hoverinfo="text",
        )
    figure.update_layout(barmode="stack")
    dressed(figure, 90 + 22 * len(names))
    figure.update_yaxes(
        type="category", autorange="reversed", tickvals=names, ticktext=[_purse_label(run, n, totals) for n in names]
    )
    figure.update_xaxes(range=[0, 1], tickformat=".0%")
    return figure


def _in_base(run: ShownRun, funder: str, amount: Decimal) -> Decimal:
    return amount * run.case.reference_rate(run.case.funders[funder].currency)


def _purse_label(run: ShownRun, name: str, totals: dict[str, dict[str, Decimal]]) -> str:
    amount = f"{float(totals[name]['payments'] / run.case.unit):,.4g}"
    if "e" in amount:
        amount = f"{float(totals[name]['payments'] / run.case.unit):,.0f}"
    return f"{short(name, 22)}  <span style='color:{GREY}'>{amount} {run.case.funders[name].currency}</span>"


def cycles(run: ShownRun) -> list[go.Figure]:
    """Return what each cycle's money is used for, a small chart per funder, as many figures as fit on pages."""
    rows: dict[str, list[Record]] = defaultdict(list)
    for row in records(run.plan, "budgets"):
        rows[row["funder"]].append(row)
    used = [name for name, found in rows.items() if len(found) > 1 and any(Decimal(r["payments"] or 0) for r in found)]
    names = sorted(used, key=lambda name: -sum(_in_base(run, name, Decimal(r["payments"] or 0)) for r in rows[name]))
    names = names[:MOST_PURSES]
    return [_cycles(run, names[k : k + PURSES], rows) for k in range(0, len(names), PURSES)]


def _cycles(run: ShownRun, names: Sequence[str], rows: dict[str, list[Record]]) -> go.Figure:
    from plotly.subplots import make_subplots

    across = 4 if len(names) > 2 else len(names)
    down, unit = -(-len(names) // across), run.case.unit
    titles = [f"{short(name, 18)} ({run.case.funders[name].currency})" for name in names]
    figure = make_subplots(
        rows=down,
        cols=across,
        subplot_titles=titles,
        horizontal_spacing=0.07,
        vertical_spacing=min(0.2, 62 / (150 * down)),
    )
    told: set[str] = set()
    for number, name in enumerate(names):
        for use in uses(run):
            amounts = [Decimal(row[use] or 0) for row in rows[name]]
            if not any(amounts):
                continue
            figure.add_bar(
                x=[plain(row["cycle"]) for row in rows[name]],
                y=[scaled(amount, unit) for amount in amounts],
                name=USE_WORDS[use],
                legendgroup=use,
                legendrank=uses(run).index(use),
                showlegend=use not in told,
                marker=marker(USE_STYLES[use], RULE if use == "lapsed" else "white"),
                hovertext=[
                    f"{plain(name)}, {plain(row['cycle'])}<br>{USE_WORDS[use]}: {money(amount, unit)}"
                    for row, amount in zip(rows[name], amounts, strict=True)
                ],
                hoverinfo="text",
                row=number // across + 1,
                col=number % across + 1,
            )
            told.add(use)
    dressed(figure, 90 + 150 * down, top=64)
    figure.update_layout(barmode="stack", bargap=0.2)
    figure.update_layout(legend={"y": 1 + 34 / (150 * down), "yanchor": "bottom"})
    figure.update_annotations(font={"size": 12, "color": INK})
    figure.update_xaxes(type="category", tickfont={"size": 9}, tickangle=-40, showgrid=False)
    figure.update_yaxes(tickfont={"size": 9}, nticks=4, tickformat="~s" if unit == 1 else ",~r")
    return figure


def currency(run: ShownRun) -> go.Figure | None:
    """Return what each funder pays in foreign currencies, hedged and not, and its buffers; None without any."""
    import plotly.graph_objects as go

    by_funder: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for (funder, _), entry in exposures(run).items():
        for column in ("hedged", "unhedged"):
            by_funder[funder][column] += entry[column]
    if not by_funder:
        return None
    for row in records(run.plan, "budgets"):
        if row["funder"] in by_funder:
            by_funder[row["funder"]]["buffer"] += _in_base(run, row["funder"], Decimal(row["buffer"] or 0))
    names = sorted(by_funder, key=lambda name: -(by_funder[name]["hedged"] + by_funder[name]["unhedged"]))[:MOST_ROWS]
    figure, unit = go.Figure(), run.case.unit
    for column, words, style in (("hedged", "hedged", Style(BLUE)), ("unhedged", "not hedged", Style(ORANGE, "/"))):
        values = [by_funder[name][column] for name in names]
        figure.add_bar(
            orientation="h",
            y=names,
            x=[scaled(value, unit) for value in values],
            name=words,
            marker=marker(style),
            hovertext=[f"{plain(n)}, {words}: {money(v, unit)}" for n, v in zip(names, values, strict=True)],
            hoverinfo="text",
        )
    buffers = [by_funder[name]["buffer"] for name in names]
    figure.add_scatter(
        y=names,
        x=[scaled(value, unit) for value in buffers],
        mode="markers",
        name="buffers held, with contingency",
        marker={"symbol": "diamond", "size": 9, "color": INK, "line": {"color": "white", "width": 1}},
        hovertext=[f"{plain(n)}, buffers: {money(v, unit)}" for n, v in zip(names, buffers, strict=True)],
        hoverinfo="text",
    )
    figure.update_layout(barmode="stack")
    dressed(figure, 110 + 22 * len(names))
    figure.update_yaxes(**name_axis(names))
    figure.update_xaxes(tickformat=",", title={"text": Money(run.case.base, unit).label}, rangemode="tozero")
    return figure


def parties(run: ShownRun) -> go.Figure | None:
    """Return what each party receives against the public money it contributes; None without parties."""
    import plotly.graph_objects as go

    gets, gives = received(run), contributed(run)
    known = [name for name in run.case.parties if gets.get(name) or (name in gives and any(gives[name].values()))]
    if not known:
        return None
    names = sorted(known, key=lambda name: -gets.get(name, Decimal(0)))[:MOST_ROWS]
    unit, figure = run.case.unit, go.Figure()
    series = (
        ("contributes (public)", {name: gives[name]["public"] for name in names}, Style(BLUE)),
        ("receives", {name: gets.get(name, Decimal(0)) for name in names}, Style(GREEN, ".")),
    )
    for words, values, style in series:
        figure.add_bar(
            orientation="h",
            y=names,
            x=[scaled(values[name], unit) for name in names],
            name=words,
            marker=marker(style),
            hovertext=[f"{plain(name)} {words}: {money(values[name], unit)}" for name in names],
            hoverinfo="text",
        )
    paid, got = series[0][1], series[1][1]
    figure.add_scatter(
        y=names,
        x=[scaled(max(paid[name], got[name]), unit) for name in names],
        mode="text",
        text=[f"  {got[name] / paid[name]:.2f}" if paid[name] else "" for name in names],
        textposition="middle right",
        textfont={"color": INK, "size": 11},
        hoverinfo="skip",
        showlegend=False,
        cliponaxis=False,
    )
    figure.update_layout(barmode="group")
    dressed(figure, 100 + (32 if len(names) <= 16 else 24) * len(names))
    figure.update_layout(bargap=0.25, bargroupgap=0.05)
    figure.update_yaxes(**name_axis(names))
    figure.update_xaxes(tickformat=",", title={"text": Money(run.case.base, unit).label}, rangemode="tozero")
    return figure


def equities(run: ShownRun) -> list[go.Figure]:
    """Return what every equity rule reaches between its bounds, a part per measure, as many figures as fit on pages."""
    rows = [row for row in records(run.plan, "equity") if row["value"]]
    parts: list[tuple[str, list[Record]]] = []
    for measure in MEASURES:
        found = [row for row in rows if row["measure"] == measure]
        parts += [(measure, found[k : k + MOST_ROWS]) for k in range(0, len(found), MOST_ROWS)]
    pages: list[list[tuple[str, list[Record]]]] = []
    used = TALLEST
    for part in parts:
        size = 20 * len(part[1]) + 76
        if used + size > TALLEST:
            pages.append([])
            used = 0
        pages[-1].append(part)
        used += size
    return [_equity(page) for page in pages]


def _equity(parts: Sequence[tuple[str, list[Record]]]) -> go.Figure:
    from plotly.subplots import make_subplots

    sizes = [20 * len(found) + 14 for _, found in parts]
    height = sum(sizes) + 62 * (len(sizes) - 1)
    figure = make_subplots(
        rows=len(parts),
        cols=1,
        row_heights=sizes,
        vertical_spacing=62 / height if len(sizes) > 1 else 0,
        subplot_titles=[MEASURES[measure] for measure, _ in parts],
    )
    for number, (measure, found) in enumerate(parts, start=1):
        _draw_equity(figure, number, measure, found)
    dressed(figure, height + 110, top=64)
    figure.update_layout(legend={"y": 1 + 26 / height, "yanchor": "bottom"})
    for annotation in figure.layout.annotations:
        annotation.update(x=0, xanchor="left", font={"size": 12, "color": INK})
    return figure


def _draw_equity(figure: go.Figure, number: int, measure: str, rows: Sequence[Record]) -> None:
    """Draw one measure: a line from bound to bound, a mark where the value is."""
    at = list(range(len(rows)))
    place = {"row": number, "col": 1}
    values = [float(row["value"]) for row in rows]
    for side, symbol, words in (("at_least", "line-ns-open", "at least"), ("at_most", "line-ns-open", "at most")):
        with_bound = [k for k in at if rows[k][side]]
        colour = VERMILLION if side == "at_most" else BLUE
        figure.add_scatter(
            x=[float(rows[k][side]) for k in with_bound],
            y=with_bound,
            mode="markers",
            name=words,
            legendgroup=side,
            showlegend=number == 1,
            marker={"symbol": symbol, "size": 14, "color": colour, "line": {"width": 3, "color": colour}},
            hovertext=[f"{words} {value_text(measure, rows[k][side])}" for k in with_bound],
            hoverinfo="text",
            **place,
        )
    figure.add_scatter(
        x=values,
        y=at,
        mode="markers",
        name="achieved",
        legendgroup="achieved",
        showlegend=number == 1,
        marker={"symbol": "circle", "size": 9, "color": INK},
        hovertext=[_equity_words(measure, row) for row in rows],
        hoverinfo="text",
        **place,
    )
    labels = [short(f"{row['party'] or row['parties'] or 'all'}: {row['rule']}", 46) for row in rows]
    figure.update_yaxes(range=[len(rows) - 0.4, -0.6], tickvals=at, ticktext=labels, tickfont={"size": 11}, **place)
    top = max([*values, *(float(row[s]) for row in rows for s in ("at_least", "at_most") if row[s])])
    figure.update_xaxes(range=[0, top * 1.08 if top > 0 else 1], tickformat=".0%" if measure in PARTS else "", **place)


def _equity_words(measure: str, row: Record) -> str:
    who = row["party"] or row["parties"] or "all"
    until = f" up to {row['by']}" if row["by"] else ""
    return f"{plain(who)}: {plain(row['rule'])}{until}<br>{value_text(measure, row['value'])}"
