"""The look of every chart: colours that colour-blind readers tell apart, patterns for black and white, plain text.

Colours: Okabe and Ito (2008), "Color Universal Design". Names come from the case, so whatever is drawn of them is
escaped: Plotly reads `<b>`, `<a href>` and `&lt;` in texts as markup.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from html import escape
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import plotly.graph_objects as go

BLUE, ORANGE, GREEN, SKY = "#0072B2", "#E69F00", "#009E73", "#56B4E9"
VERMILLION, PURPLE, YELLOW, BLACK = "#D55E00", "#CC79A7", "#F0E442", "#000000"
GREY, PALE, INK, RULE = "#8A8F98", "#E6E8EB", "#1F2933", "#C9CED6"
CYCLE = (BLUE, ORANGE, GREEN, PURPLE, SKY, VERMILLION, YELLOW, GREY)
PATTERNS = ("", "/", ".", "\\", "x", "-", "|", "+")
FONT = '"Source Sans 3", "Segoe UI", "Helvetica Neue", Arial, "Liberation Sans", sans-serif'
SIZE = 12


class Style(NamedTuple):
    """How one series is filled: colour, and a pattern for black and white."""

    colour: str
    pattern: str = ""


KIND_STYLES = {"public": Style(BLUE), "private": Style(ORANGE, "/"), "matching": Style(GREEN, ".")}
USE_STYLES = {
    "reserved": Style(GREY, "x"),
    "spent": Style(BLUE),
    "hedge_cost": Style(PURPLE, "|"),
    "provision": Style(GREEN, "."),
    "buffer": Style(ORANGE, "/"),
    "carried_out": Style(SKY, "\\"),
    "lapsed": Style(PALE, ""),
}


def plain(name: str) -> str:
    """Return a name as text that Plotly draws as it is: no markup, and no `%{…}` that it would fill in."""
    return escape(name, quote=False).replace("\n", " ").replace("%{", "%\u2060{")


def short(name: str, width: int = 24) -> str:
    """Return a name on one line, cut short where it does not fit."""
    return plain(name if len(name) <= width else f"{name[: width - 1].rstrip()}…") or " "


def marker(style: Style, line: str = "white") -> dict[str, Any]:
    """Return the fill of bars."""
    pattern = {"shape": style.pattern, "fgcolor": "white", "bgcolor": style.colour, "size": 6, "solidity": 0.22}
    return {"color": style.colour, "pattern": pattern, "line": {"color": line, "width": 0.5}}


def cycled(number: int) -> Style:
    """Return the style of the n-th series of any kind."""
    return Style(CYCLE[number % len(CYCLE)], PATTERNS[number % len(PATTERNS)])


def dressed(figure: go.Figure, height: int, *, legend: bool = True, left: int = 10, top: int = 36) -> go.Figure:
    """Give a figure the look of the report: white, quiet lines, a legend above, a height that prints."""
    figure.update_layout(
        template="none",
        height=height,
        margin={"l": left, "r": 16, "t": top, "b": 40},
        font={"family": FONT, "size": SIZE, "color": INK},
        paper_bgcolor="white",
        plot_bgcolor="white",
        showlegend=legend,
        legend={"orientation": "h", "x": 0, "xanchor": "left", "y": 1, "yanchor": "bottom", "traceorder": "normal"},
        hoverlabel={"font": {"family": FONT}, "align": "left"},
        separators=".,",
        bargap=0.28,
        dragmode=False,
    )
    line = {"linecolor": RULE, "gridcolor": PALE, "zerolinecolor": RULE, "zerolinewidth": 1, "automargin": True}
    figure.update_xaxes(**line, ticks="", fixedrange=True)
    figure.update_yaxes(**line, ticks="", fixedrange=True, ticklabelstandoff=6)
    figure.update_yaxes(zeroline=False)
    return figure


def money(value: Decimal, unit: int, signed: bool = False) -> str:
    """Return whole currency units in `unit`s."""
    return f"{value / unit:{'+' if signed else ''},.2f}".replace("-", "−")


def scaled(value: Decimal, unit: int) -> float:
    """Return whole currency units in `unit`s as a coordinate."""
    return round(float(value / unit), 6)


def name_axis(names: Sequence[str], width: int = 24) -> dict[str, Any]:
    """Return the axis of bars that have names, the first one on top; a name is never taken for a number or a date."""
    ticks = [short(name, width) for name in names]
    return {"type": "category", "autorange": "reversed", "tickvals": list(names), "ticktext": ticks}
