"""Charts of what a plan does: money by period and kind, the calendar of milestones, who pays for whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from .charts_look import (
    INK,
    KIND_STYLES,
    PALE,
    RULE,
    Style,
    cycled,
    dressed,
    marker,
    money,
    plain,
    scaled,
    short,
)
from .sheets_plan import KINDS, by_period, flow_amounts
from .shown import ShownRun, records
from .words import Money

if TYPE_CHECKING:
    import plotly.graph_objects as go

ROWS_PER_CALENDAR = 32
MOST_LANES, MOST_TICKS = 6, 32
MOST_STAGES = 8
MOST_INITIATIVES, MOST_ENDS = 24, 18
LEAST_PART = Decimal("0.01")  # of all money that a funder or party of its own pays or receives, where there are many
OTHERS = "all others"


def payments(run: ShownRun) -> go.Figure:
    """Return the money paid in each period, by kind of funder."""
    import plotly.graph_objects as go

    found, unit = by_period(run), run.case.unit
    figure = go.Figure()
    for kind in KINDS:
        values = [found[label][kind] for label in found]
        if any(values):
            texts = [f"{label}<br>{kind}: {money(v, unit)}" for label, v in zip(found, values, strict=True)]
            bars = [scaled(value, unit) for value in values]
            style = marker(KIND_STYLES[kind])
            figure.add_bar(x=list(found), y=bars, name=kind, marker=style, hovertext=texts, hoverinfo="text")
    figure.update_layout(barmode="stack")
    dressed(figure, 300)
    figure.update_xaxes(type="category", tickangle=0 if len(found) <= 12 else -60, showgrid=False)
    figure.update_xaxes(tickvals=list(found)[:: max(1, -(-len(found) // MOST_TICKS))])
    figure.update_yaxes(title={"text": Money(run.case.base, unit).label, "standoff": 8}, tickformat=",")
    return figure


class Bar(NamedTuple):
    """One milestone that is done."""

    initiative: str
    milestone: str
    stage: str
    first: int
    last: int
    level: str


def milestones_done(run: ShownRun) -> list[Bar]:
    """Return the milestones that are done, initiatives in the order in which they start."""
    bars = [
        Bar(
            *(row["initiative"], row["milestone"], row["stage"]),
            *(run.case.period(row["start"]), run.case.period(row["finish"]), row["level"]),
        )
        for row in records(run.plan, "schedule")
        if row["done"] == "true"
    ]
    first: dict[str, tuple[int, int]] = {}
    for bar in bars:
        begins, ends = first.get(bar.initiative, (bar.first, bar.last))
        first[bar.initiative] = (min(begins, bar.first), max(ends, bar.last))
    return sorted(bars, key=lambda bar: (first[bar.initiative], bar.initiative, bar.first))


def calendars(run: ShownRun) -> list[go.Figure]:
    """Return the calendar of milestones, as many charts as fit on pages."""
    bars = milestones_done(run)
    names = list(dict.fromkeys(bar.initiative for bar in bars))
    count = -(-len(names) // ROWS_PER_CALENDAR)
    size = -(-len(names) // count) if count else 0
    pages = [set(names[k * size : (k + 1) * size]) for k in range(count)]
    return [_calendar(run, [bar for bar in bars if bar.initiative in page]) for page in pages]


def _calendar(run: ShownRun, bars: Sequence[Bar]) -> go.Figure:
    """Return milestones as bars over the periods, with the budget cycles in lanes above."""
    from plotly.subplots import make_subplots

    lanes = cycle_lanes(run)
    names = list(dict.fromkeys(bar.initiative for bar in bars))
    upper, lower = 20 * len(lanes) + 4, 20 * len(names) + 10
    share = upper / (upper + lower)
    figure = make_subplots(
        rows=2, cols=1, shared_xaxes=True, vertical_spacing=12 / (upper + lower + 12), row_heights=[share, 1 - share]
    )
    _draw_lanes(figure, run, lanes)
    stages = list(dict.fromkeys(row.stage for row in milestones_done(run)))
    for stage in stages:
        _draw_stage(figure, run, stage, stages, [bar for bar in bars if bar.stage == stage])
    dressed(figure, upper + lower + 100, legend=len(stages) > 1, top=40 if len(stages) > 1 else 16)
    figure.update_layout(barmode="overlay", bargap=0.25)
    labels = [run.case.label(t) for t in range(1, run.case.T + 1)]
    step = max(1, -(-len(labels) // 12))
    at = list(range(1, len(labels) + 1, step))
    figure.update_xaxes(range=[0.5, len(labels) + 0.5], tickvals=at, ticktext=[labels[t - 1] for t in at])
    figure.update_xaxes(showgrid=False, zeroline=False)
    figure.update_xaxes(showticklabels=True, row=2, col=1)
    figure.update_yaxes(showgrid=False, zeroline=False)
    figure.update_yaxes(
        type="category",
        autorange="reversed",
        tickvals=names,
        ticktext=[short(name, 26) for name in names],
        row=2,
        col=1,
    )
    for edge in sorted({last for _, _, last in lanes[0][1]} - {run.case.T}) if lanes else ():
        figure.add_vline(x=edge + 0.5, line={"color": RULE, "width": 1, "dash": "dot"}, row=2, col=1)
    return figure


def _draw_stage(figure: go.Figure, run: ShownRun, stage: str, stages: list[str], bars: Sequence[Bar]) -> None:
    if not bars:
        return
    places = stages.index(stage) % MOST_STAGES
    texts = [
        f"{plain(bar.initiative)}: {plain(bar.milestone)}<br>{run.case.label(bar.first)} – {run.case.label(bar.last)}"
        + (f"<br>at level {Decimal(bar.level):.0%}" if Decimal(bar.level) != 1 else "")
        for bar in bars
    ]
    figure.add_bar(
        orientation="h",
        x=[bar.last - bar.first + 0.92 for bar in bars],
        base=[bar.first - 0.46 for bar in bars],
        y=[bar.initiative for bar in bars],
        name=plain(stage) or "milestones",
        marker=marker(cycled(places)),
        hovertext=texts,
        hoverinfo="text",
        row=2,
        col=1,
    )


Lane = tuple[str, tuple[tuple[str, int, int], ...]]


def cycle_lanes(run: ShownRun) -> list[Lane]:
    """Return the budget cycles of funders, those with the same ones together: who, and name, first and last period."""
    groups: dict[tuple[tuple[int, int], ...], list[str]] = defaultdict(list)
    for funder, cycles in run.case.cycles.items():
        if cycles:
            groups[tuple((cycle.first, cycle.last) for cycle in cycles)].append(funder)
    found: list[Lane] = []
    for spans, funders in sorted(groups.items(), key=lambda item: -len(item[1]))[:MOST_LANES]:
        names = [cycle.name for cycle in run.case.cycles[funders[0]]]
        more = f" and {len(funders) - 2} more" if len(funders) > 2 else ""
        who = f"{', '.join(funders[:2])}{more}"
        found.append((who, tuple((name, *span) for name, span in zip(names, spans, strict=True))))
    return found


def _draw_lanes(figure: go.Figure, run: ShownRun, lanes: Sequence[Lane]) -> None:
    """Draw budget cycles as outlined boxes with their names, a lane for each set of funders that share them."""
    for who, cycles in lanes:
        room = 78 // run.case.T
        figure.add_bar(
            orientation="h",
            x=[last - first + 0.94 for _, first, last in cycles],
            base=[first - 0.47 for _, first, _ in cycles],
            y=[who] * len(cycles),
            text=[plain(name) if len(name) <= room * (last - first + 1) else "" for name, first, last in cycles],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            textfont={"size": 10, "color": INK},
            marker={"color": PALE, "line": {"color": RULE, "width": 1}},
            hovertext=[f"{plain(who)}: {plain(name)}" for name, _, _ in cycles],
            hoverinfo="text",
            showlegend=False,
            row=1,
            col=1,
        )
    names = [who for who, _ in lanes]
    figure.update_yaxes(
        type="category",
        autorange="reversed",
        tickvals=names,
        ticktext=[short(name, 26) for name in names],
        row=1,
        col=1,
    )


def flows(run: ShownRun) -> go.Figure:
    """Return the Sankey diagram of funders, initiatives and parties, base currency; the small ones together."""
    import plotly.graph_objects as go

    amounts, by_theme = by_themes(run, flow_amounts(run))
    amounts = merged(amounts)
    first, second = _links(amounts, 0, 1), _links(amounts, 1, 2)
    nodes = [
        *((0, name) for name in dict.fromkeys(a for a, _ in first)),
        *((1, name) for name in dict.fromkeys(b for _, b in first)),
        *((2, name) for name in dict.fromkeys(b for _, b in second)),
    ]
    place = {node: number for number, node in enumerate(nodes)}
    unit = run.case.unit
    styles = [_node_style(run, side, name) for side, name in nodes]
    funded_by = {a: _node_style(run, 0, a).colour for a, _ in first}
    links = [
        *((place[0, a], place[1, b], v, _pale(funded_by[a]), f"{a} → {b}") for (a, b), v in first.items()),
        *((place[1, a], place[2, b], v, "rgba(138,143,152,0.28)", f"{a} → {b}") for (a, b), v in second.items()),
    ]
    figure = go.Figure(
        go.Sankey(
            arrangement="snap",
            node={
                "label": [short(name or "no party", 24) for _, name in nodes],
                "color": [style.colour for style in styles],
                "line": {"color": INK, "width": 0.4},
                "pad": 8,
                "thickness": 14,
                "hovertemplate": "%{label}: %{value:,.2f}<extra></extra>",
            },
            link={
                "source": [each[0] for each in links],
                "target": [each[1] for each in links],
                "value": [scaled(each[2], unit) for each in links],
                "color": [each[3] for each in links],
                "customdata": [f"{plain(each[4])}: {money(each[2], unit)}" for each in links],
                "hovertemplate": "%{customdata}<extra></extra>",
            },
        )
    )
    most = max((sum(1 for side, _ in nodes if side == k) for k in range(3)), default=1)
    dressed(figure, max(320, min(820, 60 + 27 * most)), legend=False, left=8, top=34)
    for x, words in ((0, "funders"), (0.5, "initiatives by theme" if by_theme else "initiatives"), (1, "parties")):
        anchor = ("left", "center", "right")[round(2 * x)]
        figure.add_annotation(
            x=x, y=1, xref="paper", yref="paper", yanchor="bottom", yshift=8, xanchor=anchor,
            text=f"<b>{words}</b>", showarrow=False,
        )  # fmt: skip
    return figure


Flow = dict[tuple[str, str, str], Decimal]


def by_themes(run: ShownRun, amounts: Flow) -> tuple[Flow, bool]:
    """Return the flows through themes where initiatives are too many to draw, and whether they are."""
    themes = {name: row.theme or "no theme" for name, row in run.case.initiatives.items()}
    drawn = {name for _, name, _ in amounts}
    if len(drawn) <= MOST_INITIATIVES or len({themes[name] for name in drawn}) < 2:
        return amounts, False
    found: Flow = defaultdict(Decimal)
    for (funder, name, party), amount in amounts.items():
        found[funder, themes[name], party] += amount
    return found, True


def merged(amounts: Flow) -> Flow:
    """Return the flows with small funders, initiatives and parties taken together."""
    ranks = []
    everything = sum(amounts.values(), Decimal(0))
    for k, most in enumerate((MOST_ENDS, MOST_INITIATIVES, MOST_ENDS)):
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for key, amount in amounts.items():
            sums[key[k]] += amount
        ranked = sorted(sums, key=lambda name: (-sums[name], name))
        large = [name for name in ranked if sums[name] >= LEAST_PART * everything]
        ranks.append(set(ranked) if len(ranked) <= most + 1 else set(large[:most]))
    found: Flow = defaultdict(Decimal)
    for key, amount in amounts.items():
        a, b, c = (name if name in kept else OTHERS for name, kept in zip(key, ranks, strict=True))
        found[a, b, c] += amount
    return {key: found[key] for key in sorted(found, key=lambda key: -found[key]) if found[key] > 0}


def _links(amounts: Flow, here: int, there: int) -> dict[tuple[str, str], Decimal]:
    found: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for key, amount in amounts.items():
        found[key[here], key[there]] += amount
    return dict(found)


def _node_style(run: ShownRun, side: int, name: str) -> Style:
    if side == 0 and name in run.case.funders:
        return KIND_STYLES[run.case.funders[name].kind]
    return Style("#5B6470") if side == 1 else Style(INK) if side == 2 else Style(RULE)


def _pale(colour: str) -> str:
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.38)"
