"""The command line of `frontier`: what it takes; the work is in `frontier`, which is imported when it is done."""

from __future__ import annotations

from pathlib import Path

import click

from .console import Talk
from .errors import talking
from .options import Asked, all_finite, searching


@click.command(short_help="Trace value against another goal: the efficient frontier.")
@click.argument("case", metavar="CASE")
@click.option(
    "--against",
    required=True,
    metavar="GOAL",
    help="public_money, received:GROUP, key, geo_return, confidence or leverage.",
)
@click.option(
    "--points", type=click.IntRange(min=2), default=8, show_default=True, help="Points at most, with the end points."
)
@click.option(
    "--at",
    type=float,
    multiple=True,
    callback=all_finite,
    metavar="LEVEL",
    help="A level to look at in place of equal steps, several allowed: least value; for ratios and confidence these.",
)
@click.option("--start", type=click.Path(path_type=Path), metavar="RUN", help="A run to start from, as with solve.")
@talking
@searching
def frontier(
    talk: Talk, case: str, against: str, points: int, at: tuple[float, ...], start: Path | None, asked: Asked
) -> int:
    """Trace the efficient frontier of CASE: how much value another goal costs.

    The end points are exact (most value, then the best of the goal, and the other way round); between them one is asked
    for in equal steps and the other is sought. No point shown is beaten by another; the knee is the one farthest above
    the chord of the end points. The folder (default ./<CASE>-frontier) gets frontier.csv, frontier.json and in points/
    the verified run of each. --time-limit holds for each point. Ctrl-C keeps the points found so far. With --format
    json stdout carries frontier.json.
    """
    from .frontier import Traced, trace

    return trace(talk, asked.request(case, start), asked.options(), Traced(against, points, at))
