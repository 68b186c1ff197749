"""The command line of `explain`: what it takes; the work is in `explain`, which is imported when it is done."""

from __future__ import annotations

from pathlib import Path

import click

from .console import Talk
from .errors import talking
from .options import WHAT_IF, finite

RELAX = "What may give besides limits and floors, several allowed: dates, status, eligibility, precedence, ranking, "

OTHERS = "as many of 3 as are found in a tenth of the time"


@click.command(short_help="Say why there is no plan: which rules conflict, and the cheapest repair.")
@click.argument("case", metavar="CASE")
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="DIR", help="A folder to write it to.")
@click.option("--relax", multiple=True, metavar="FAMILY", help=f"{RELAX}pauses, completion.")
@click.option("--apply", "file", type=click.Path(path_type=Path), metavar="FILE", help="Write a repair as a scenario.")
@click.option(
    "--repair", type=click.IntRange(min=1), default=1, show_default=True, help="Which one; 1 is the cheapest."
)
@click.option(
    "--alternatives", type=click.IntRange(min=0), metavar="N", help=f"Repairs besides the cheapest; default: {OTHERS}."
)
@click.option(
    "--time-limit",
    type=click.FloatRange(min=0, min_open=True),
    callback=finite,
    default=60,
    show_default=True,
    metavar="S",
    help="Seconds in all.",
)
@click.option("--scenario", metavar="NAME", help="A scenario of the case's scenarios.toml.")
@click.option("--set", "changes", multiple=True, metavar="CHANGE", help=f"A what-if, several allowed: {WHAT_IF}.")
@click.option("--force", is_flag=True, help="Replace an earlier explanation, or the file of --apply.")
@click.option("--log-json", is_flag=True, help="One JSON object per line on stderr, for batch jobs.")
@talking
def explain(
    talk: Talk,
    case: str,
    output: Path | None,
    relax: tuple[str, ...],
    file: Path | None,
    repair: int,
    alternatives: int | None,
    time_limit: float,
    scenario: str | None,
    changes: tuple[str, ...],
    force: bool,
) -> int:
    """Say why no plan keeps every rule of CASE, in the words of its tables.

    Irreducible conflicts: rules that cannot hold together, though without any one of them the others can; each with the
    cells in which it stands. Then the cheapest repairs: the smallest relative changes of money limits and floors (of
    ceilings and ratios where those do not suffice) after which a plan exists, each made and solved. Exit code 4 when
    there is no plan, 0 when there is one, 7 when the time does not tell: then the rules that the search could not
    satisfy are named. Nothing is written without -o or --apply. With --format json stdout carries explanation.json.
    """
    from .explain import Wanted, explain_case
    from .solving import Request

    request = Request(case, output, scenario, changes, force)
    return explain_case(talk, request, Wanted(relax, time_limit, alternatives, file, repair))
