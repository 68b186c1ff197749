"""Plots of one case: certified gap over time, and plan and bound over time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from bench_evaluate import Record, best_plan, trusted
from bench_metrics import Event, gap_of
from peers import PEERS

mpl.use("Agg")
mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "fundalign", "font.size": 10, "font.family": "sans-serif"})

from matplotlib import pyplot as plt  # noqa: E402  (the backend comes first)
from matplotlib.lines import Line2D  # noqa: E402
from matplotlib.ticker import FuncFormatter, LogLocator  # noqa: E402

# Okabe and Ito's colours, told apart by all; the strokes tell them apart in black and white.
LOOKS = {
    "ours": ("#D55E00", "-", "o"),
    "highs": ("#0072B2", "--", "s"),
    "scip": ("#009E73", "-.", "^"),
    "cpsat": ("#CC79A7", ":", "D"),
    "cbc": ("#56B4E9", (0, (5, 1, 1, 1, 1, 1)), "v"),
}
LEAST = 1e-2  # percent; the least gap shown
LEAST_SECONDS = 0.05
Step = tuple[list[float], list[float]]


def steps(events: Sequence[Event], limit: float, value: Any) -> Step:
    """Return seconds and values of a staircase up to the time limit; values that are None begin later."""
    points = [(max(e[0], LEAST_SECONDS), found) for e in events if (found := value(e)) is not None]
    if points:
        points.append((max(limit, points[-1][0]), points[-1][1]))
    return [x for x, _ in points], [y for _, y in points]


def percent_gap(event: Event) -> float | None:
    """Return the certified gap of an event in percent, None where there is none to show."""
    gap = gap_of(event[1], event[2])
    return None if gap is None or math.isinf(gap) else max(LEAST, 100 * gap)


def stair(axes: Any, events: Sequence[Event], limit: float, value: Any, marker: str, **look: Any) -> bool:
    """Draw one staircase, its first point marked; tell whether there was anything to draw."""
    x, y = steps(events, limit, value)
    if x:
        axes.step(x, y, where="post", marker=marker, markevery=[0], markersize=5, **look)
    return bool(x)


def plot_case(case: str, runs: Sequence[Record], lp_seconds: float | None, path: Path) -> None:
    """Write the plot of a case: gaps of every seed on the left, plans and bounds of the first on the right."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.9), layout="constrained")
    seeds = sorted({run["seed"] for run in runs})
    drawn = False
    for run in runs:
        colour, stroke, marker = LOOKS[run["solver"]]
        best = best_plan([other for other in runs if other["seed"] == run["seed"]])
        events, look = trusted(run, best), {"color": colour, "linestyle": stroke}
        drawn |= stair(left, events, run["seconds"], percent_gap, marker, linewidth=1.6, **look)
        if best and run["seed"] == seeds[0]:
            stair(right, events, run["seconds"], _part(1, best), marker, linewidth=1.6, **look)
            stair(right, events, run["seconds"], _part(2, best), "", linewidth=1.2, alpha=0.45, **look)
    left.set_yscale("log")
    if not drawn:
        left.set_ylim(LEAST, 1000)
    _plain(left.yaxis)
    _dress((left, right), max(run["seconds"] for run in runs), lp_seconds)
    left.set_ylabel("certified gap in %, logarithmic")
    right.set_ylabel("% of the best plan found")
    right.set_ylim(-5, 160)
    left.set_title(f"{case}: gap over time" + ("" if len(seeds) == 1 else f", {len(seeds)} seeds"))
    right.set_title("plans (rising) and bounds (falling, faint)" + ("" if len(seeds) == 1 else f", seed {seeds[0]}"))
    _legend(figure, [solver for solver in LOOKS if any(run["solver"] == solver for run in runs)])
    figure.savefig(path, metadata={"Date": None, "Creator": None})
    plt.close(figure)
    _strip(path)


def _part(which: int, best: float) -> Any:
    """Return what reads plan (1) or bound (2) of an event in percent of the best plan."""
    return lambda event: None if event[which] is None else 100 * event[which] / best


def _plain(axis: Any) -> None:
    """Write a logarithmic axis in plain numbers: 1, 2, 5, 10 …"""
    axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0), numticks=12))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(FuncFormatter(lambda *_: ""))


def _dress(both: Sequence[Any], limit: float, lp_seconds: float | None) -> None:
    """Give both halves the same axis of time, and mark the time of one relaxation."""
    for axes in both:
        axes.set_xscale("log")
        axes.set_xlim(LEAST_SECONDS, limit * 1.05)
        axes.set_xlabel("seconds, logarithmic")
        _plain(axes.xaxis)
        axes.grid(True, alpha=0.3)
        if lp_seconds:
            axes.axvline(lp_seconds, color="#999999", linewidth=0.8)
            where = (lp_seconds * 1.05, 0.02)
            axes.annotate("one LP", where, xycoords=("data", "axes fraction"), color="#555555", fontsize=8)


def _legend(figure: Any, solvers: Sequence[str]) -> None:
    """Name every solver once, also those with nothing to draw."""
    handles = [
        Line2D([], [], color=colour, linestyle=stroke, marker=marker, markersize=5, label=PEERS[solver].label)
        for solver, (colour, stroke, marker) in ((s, LOOKS[s]) for s in solvers)
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles), frameon=False)


def _strip(path: Path) -> None:
    """Take trailing spaces off the lines of an SVG."""
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(line.rstrip() for line in lines) + "\n", encoding="utf-8")
