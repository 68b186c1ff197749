"""Charts of what a plan depends on and of what another goal costs, from the tables that say so."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from .charts_look import BLUE, INK, ORANGE, Style, dressed, marker, plain, short
from .sheets_answers import interval, number_in
from .shown import Record

if TYPE_CHECKING:
    import plotly.graph_objects as go

MOST_LIMITS = 20


def tornado(rows: Sequence[Record]) -> go.Figure | None:
    """Return the certain effect of each limit, down and up, and what is open between; None where nothing is known."""
    import plotly.graph_objects as go

    shown = [row for row in rows if any(_known(row, side) for side in ("low", "high"))][:MOST_LIMITS]
    if not shown:
        return None
    figure = go.Figure()
    names = [row["limit"] for row in shown]
    for side, words, style in (("low", "less of it", Style(ORANGE, "/")), ("high", "more of it", Style(BLUE))):
        sure = [_certain(row, side) for row in shown]
        figure.add_bar(
            orientation="h",
            y=list(range(len(shown))),
            x=sure,
            name=f"{words}: certain effect",
            marker=marker(style),
            hovertext=[_effect_words(row, side) for row in shown],
            hoverinfo="text",
        )
        _draw_open(figure, shown, side, words)
    figure.update_layout(barmode="overlay")
    dressed(figure, 110 + 26 * len(shown))
    figure.update_yaxes(
        range=[len(shown) - 0.4, -0.6], tickvals=list(range(len(shown))), ticktext=[short(n, 44) for n in names]
    )
    figure.update_xaxes(title={"text": "effect on the objective"}, tickformat=",", zerolinecolor=INK)
    return figure


def _known(row: Record, side: str) -> bool:
    return number_in(row[f"{side}_least"]) is not None or number_in(row[f"{side}_most"]) is not None


def _certain(row: Record, side: str) -> float:
    """Return the end of the interval that is nearest to nothing: so much is certain."""
    least, most = (number_in(row[f"{side}_{end}"]) for end in ("least", "most"))
    if least is not None and least > 0:
        return float(least)
    if most is not None and most < 0:
        return float(most)
    return 0.0


def _draw_open(figure: go.Figure, rows: Sequence[Record], side: str, words: str) -> None:
    """Draw the whole intervals as thin lines over the bars."""
    x: list[float | None] = []
    y: list[float | None] = []
    for k, row in enumerate(rows):
        least, most = (number_in(row[f"{side}_{end}"]) for end in ("least", "most"))
        if least is not None and most is not None:
            shift = -0.14 if side == "low" else 0.14
            x += [float(least), float(most), None]
            y += [k + shift, k + shift, None]
    figure.add_scatter(
        x=x,
        y=y,
        mode="lines+markers",
        name=f"{words}: between",
        marker={"symbol": "line-ns-open", "size": 8, "color": INK},
        line={"color": INK, "width": 1.5, "dash": "solid" if side == "high" else "dot"},
        hoverinfo="skip",
    )


def _effect_words(row: Record, side: str) -> str:
    effect = interval(row[f"{side}_least"], row[f"{side}_most"]) or "not known"
    return f"{plain(row['limit'])}<br>{plain(row['base'])} → {plain(row[f'{side}_value'])}: {plain(effect)}"


def frontier(rows: Sequence[Record], goal: str) -> go.Figure | None:
    """Return value against another goal, its end points and the knee named; None with fewer than two points."""
    import plotly.graph_objects as go

    points = [(number_in(row["goal"]), number_in(row["value"]), row) for row in rows]
    known = [
        (goal_value, value, row) for goal_value, value, row in points if goal_value is not None and value is not None
    ]
    if len(known) < 2:
        return None
    ends = [float(min(x for x, _, _ in known)), float(max(x for x, _, _ in known))]
    rising = (known[-1][0] - known[0][0]) * (known[-1][1] - known[0][1]) > 0
    figure = go.Figure()
    figure.add_scatter(
        x=[float(each[0]) for each in known],
        y=[float(each[1]) for each in known],
        mode="lines+markers+text",
        line={"color": BLUE, "width": 2},
        marker={
            "size": [13 if each[2].get("knee") == "true" else 8 for each in known],
            "symbol": ["diamond" if each[2].get("knee") == "true" else "circle" for each in known],
            "color": [ORANGE if each[2].get("knee") == "true" else BLUE for each in known],
            "line": {"color": INK, "width": 1},
        },
        text=[_point_words(each[2]) for each in known],
        textposition="top left" if rising else "top right",  # where no plan is, so no line runs through the words
        textfont={"size": 11},
        hovertext=[
            f"point {plain(each[2]['point'])}<br>value {_short(each[1])}<br>{plain(goal)} {_short(each[0])}"
            for each in known
        ],
        hoverinfo="text",
        showlegend=False,
        cliponaxis=False,
    )
    dressed(figure, 380, legend=False, top=20)
    room = (ends[1] - ends[0]) or 1.0
    space = [ends[0] - room * (0.16 if rising else 0.04), ends[1] + room * (0.04 if rising else 0.16)]
    figure.update_xaxes(title={"text": plain(goal)}, showgrid=True, range=space, tickformat=",", exponentformat="none")
    figure.update_yaxes(title={"text": "value"}, showgrid=True)
    return figure


def _point_words(row: Record) -> str:
    end = row.get("end", "").replace("_", " ").replace("best public money", "least public money")
    return " ".join(plain(part) for part in (end, "knee" if row.get("knee") == "true" else "") if part)


def _short(value: Decimal) -> str:
    return f"{float(value):,.6g}"
