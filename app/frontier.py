"""The command `frontier`: value against another goal, written point by point."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rich.text import Text

from ..results.frontier import EXCLUDED, KNEE, Frontier, Point, refuse_frontier
from .console import Talk, stdout_kept_clean
from .exits import Exit, exit_of
from .folders import case_path, output_folder
from .goal import number
from .money import Money
from .progress import search_progress
from .solving import Request, asked_run, changed_case, started
from .tables import fill, new_table

if TYPE_CHECKING:
    from rich.console import RenderableType

    from ..inputs.case import Case
    from ..optimizer.solve import SolveOptions

HEADINGS = {
    "public_money": "public money",
    "received": "received",
    "key": "least received per key",
    "geo_return": "least return",
    "leverage": "private per public",
    "confidence": "confidence",
}
MOST_NAMES = 6
WHOLE = 1e4  # amounts per key from which on they are shown without decimals


@dataclass(frozen=True)
class Traced:
    """Against which goal, with how many points or at which levels."""

    against: str
    points: int
    at: tuple[float, ...]


def trace(talk: Talk, request: Request, options: SolveOptions, asked: Traced) -> int:
    """Read, change, trace, write and show; return the exit code of how the search ended."""
    from ..optimizer.frontier import checked, frontier

    path = case_path(request.case)
    folder = output_folder(path, request.output, request.force, "frontier", refuse_frontier)
    options = started(talk, request, options)
    case = changed_case(talk, path, request)
    checked(case, asked.against)
    for warning in case.warnings:
        talk.log.warning(str(warning).removeprefix("warning: "), **warning.as_dict())
    with stdout_kept_clean(), search_progress(talk.log, live=not options.solver_log) as callback:
        found = frontier(case, asked.against, asked.points, options, callback, asked.at)
    points = (p if p.run is None else replace(p, run=asked_run(p.run, request, path)) for p in found.points)
    found = replace(found, points=tuple(points))
    if not any(point.run for point in found.points):
        return _nothing(talk, found)
    found.write(folder, force=request.force)
    if talk.wants_json:
        talk.data(found.document())
    else:
        talk.show(*page(case, found), Text(f"\nwritten to {folder} (points/NN is the run of each point)", no_wrap=True))
    return _ended(talk, found)


def _nothing(talk: Talk, found: Frontier) -> int:
    """Say that no point has a plan."""
    talk.log.error("no point of the frontier was found; nothing was written", "frontier")
    return exit_of("interrupted", found.signal) if found.signal is not None else Exit.LIMIT_WITHOUT_PLAN


def _ended(talk: Talk, found: Frontier) -> int:
    """Say what ended the search early, if anything did, and return the exit code."""
    if found.signal is not None:
        talk.log.warning("interrupted: these are the points found so far", "interrupted")
        return exit_of("interrupted", found.signal)
    short = [n for n, p in enumerate(found.points, start=1) if p.status not in ("optimal", "infeasible")]
    if short:
        talk.log.warning(f"points that did not reach the gap asked for: {', '.join(map(str, short))}", "limit")
        return Exit.LIMIT_WITH_PLAN
    return Exit.DONE


def page(case: Case, found: Frontier) -> Iterator[RenderableType]:
    """Yield the frontier as tables and what they mean."""
    goal, money = found.against.partition(":")[0], Money(case.base, case.unit)
    heading = HEADINGS[goal] + (f" by {found.against.partition(':')[2]}" if ":" in found.against else "")
    unit = {"public_money": f" ({money.label})", "received": f" ({money.label})", "key": f" ({case.base} per key)"}
    yield Text(f"{case.settings.name}: value against {heading}", style="bold")
    table = new_table("Efficient frontier", ["point", "added", "dropped"], ["value", heading, "gap", "funded", "s"])
    rows = [
        _cells(n, point, record, goal, money) for (n, point), record in zip(_numbered(found), found.rows(), strict=True)
    ]
    yield fill(table, rows, "frontier.csv")
    notes = [f"{heading}{unit[goal]}"] if goal in unit else []
    notes += [f"point {n} ({p.status}): {p.note}" for n, p in _numbered(found) if p.note]
    notes += [f"* {KNEE}"] if any(p.knee for p in found.points) else []
    unsure = [str(n) for n, p in _numbered(found) if p.run is not None and p.dominance != EXCLUDED]
    notes += (
        [f"? a better point is not excluded, within the gap or up to the next level: {', '.join(unsure)}"]
        if unsure
        else []
    )
    notes += [_left_out(found.left_out)] if found.left_out else []
    yield Text("\n".join(notes), style="dim")


def _left_out(count: int) -> str:
    return (
        "1 point that repeats or does not beat another is left out"
        if count == 1
        else f"{count} points that repeat or do not beat another are left out"
    )


def _numbered(found: Frontier) -> list[tuple[int, Point]]:
    return list(enumerate(found.points, start=1))


def _cells(n: int, point: Point, record: dict[str, object], goal: str, money: Money) -> list[str]:
    """Return one line of the table."""
    if point.run is None:
        return [str(n), point.status, "", "", "" if point.asked is None else number(point.asked), "", "", ""]
    marks = ("*" if point.knee else "") + ("" if point.dominance == EXCLUDED else "?")
    gap = point.run.report.gap
    name = " ".join(part for part in (str(n) + marks, f"({point.end})" if point.end else "") if part)
    return [
        name,
        _names(record["added"]),
        _names(record["dropped"]),
        number(point.value),
        _reached(point.goal, goal, money),
        "" if gap is None else f"{gap:.2%}",
        str(record["funded"]),
        f"{point.seconds:.1f}",
    ]


def _reached(value: float | None, goal: str, money: Money) -> str:
    """Return what is reached of the goal as a reader reads it."""
    if value is None:
        return ""
    if goal in ("public_money", "received"):
        return money.whole(value) if value else "0"
    if math.isinf(value):
        return "no limit"
    if goal == "key":
        return f"{value:,.0f}" if value >= WHOLE else f"{value:,.6g}"
    return f"{value:.4g}"


def _names(names: object) -> str:
    """Return some names, and how many more there are."""
    known = [str(name) for name in names] if isinstance(names, list) else []
    more = f" and {len(known) - MOST_NAMES} more" if len(known) > MOST_NAMES else ""
    return ", ".join(known[:MOST_NAMES]) + more
