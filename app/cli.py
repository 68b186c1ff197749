"""The command line. Heavy rooms are imported inside the commands, so that help answers at once."""

from __future__ import annotations

import os
import signal
import sys
from decimal import Decimal
from io import TextIOWrapper
from pathlib import Path
from types import FrameType
from typing import Any

import click

from .console import Talk, write
from .errors import report_defect, talking
from .exchange import export, import_
from .exits import Exit
from .explain_command import explain
from .frontier_command import frontier
from .fx import fx
from .options import (
    DISTANCE_HELP,
    KIND_HELP,
    SHARE_HELP,
    TOLERANCE_HELP,
    WHY_TIME,
    Asked,
    finite,
    moved_by,
    searching,
    share,
)

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(context_settings=CONTEXT)
@click.version_option(package_name="fundalign")
def cli() -> None:
    """Decide together which joint programmes to fund, and who pays what, in which year and currency.

    CASE is a folder with case.toml and tables, an .xlsx workbook with the same as sheets, or the name of a shipped
    case (an existing path wins).

    Exit codes: 0 done, 1 a defect of fundalign, 2 wrong usage, 3 invalid input, 4 infeasible, 5 unbounded or
    numerical trouble, 6 limit reached (a plan is written), 7 limit reached without a plan, 9 verification
    failed, 130 or 143 interrupted.
    """


@cli.command(short_help="Start a new case, as a folder or a workbook.")
@click.argument("target", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.option("--xlsx", "book", type=click.Path(path_type=Path), metavar="FILE", help="Write a workbook to fill in.")
@click.option("--example", metavar="CASE", help="The case to copy, shipped or a path; default tiny for DIR.")
@click.option("--force", is_flag=True, help="Replace FILE.")
@talking
def new(talk: Talk, target: Path | None, book: Path | None, example: str | None, force: bool) -> int:
    """Copy a case into the new folder DIR, or into the workbook FILE, to start from.

    The example `tiny` can be read whole and solved by hand; `quantum` shows every table. Without --example the workbook
    is an empty template: a sheet per table, with notes, drop-downs and instructions. --example takes the path of a case
    too, so that a folder becomes a workbook, and a workbook a folder.
    """
    from .starting import new_case

    return new_case(talk, target, book, example, force)


@cli.command(short_help="Report all faults of a case at once.")
@click.argument("case", metavar="CASE")
@click.option(
    "--annotate", type=click.Path(path_type=Path), metavar="FILE", help="Mark them in a copy of the workbook."
)
@click.option("--force", is_flag=True, help="Replace FILE.")
@talking
def check(talk: Talk, case: str, annotate: Path | None, force: bool) -> int:
    """Read a case and report every fault in one go; exit 0 when it and its scenarios can be solved, 3 otherwise.

    With --annotate the faults of a workbook are also marked in a copy of it: cells coloured, notes with what was
    expected, and a list. With --format json: a list of {file, row, column, value, expected, hint}, of a workbook also
    sheet and letter. A warning has the same keys and "severity": "warning"; an empty list is a clean case.
    """
    from .checking import check_case

    return check_case(talk, case) if annotate is None else check_case(talk, case, annotate, force)


@cli.command(short_help="Find the best plan and write it, verified.")
@click.argument("case", metavar="CASE")
@click.option(
    "--start",
    type=click.Path(path_type=Path),
    metavar="RUN",
    help="A run to start from: its plan (mended), its bound (where it still holds) and, without --gap, 1.1 of its gap.",
)
@talking
@searching
def solve(talk: Talk, case: str, start: Path | None, asked: Asked) -> int:
    """Find the best plan of CASE, verify every rule of it exactly and write it to a run folder.

    With --start the search goes on from an earlier run of this case or one like it, such as a what-if on RUN/case.
    Ctrl-C and SIGTERM stop the search and still write the best plan found. With --format json stdout carries
    the run's summary.json.
    """
    from .solving import solve_case

    return solve_case(talk, asked.request(case, start), asked.options())


@cli.command(short_help="Plan again from an approved run, keeping what has happened.")
@click.argument("case", metavar="CASE")
@click.option(
    "--from", "approved", required=True, type=click.Path(path_type=Path), metavar="RUN", help="The approved run."
)
@click.option(
    "--frozen-until", required=True, metavar="PERIOD", help="The first period that may change; before it nothing does."
)
@click.option(
    "--max-change", callback=share, metavar="SHARE", help="Largest share of the money approved from then on to move."
)
@click.option(
    "--price",
    type=click.FloatRange(min=0),
    callback=finite,
    metavar="VALUE",
    help="What moving one `unit` of base currency costs in value points; goal value only.",
)
@talking
@searching
def replan(
    talk: Talk,
    case: str,
    approved: Path,
    frozen_until: str,
    max_change: float | None,
    price: float | None,
    asked: Asked,
) -> int:
    """Find the best plan of CASE, as it is now, that keeps what an approved run did before a period.

    What has begun goes on; payments, hedges, commitments and guarantees before the period stay as approved, to the
    cent. The run folder gets differences.csv: what is kept, moved, resized, dropped and added, and why. RUN is verified
    first. With --format json stdout carries the run's summary.json with the differences added.
    """
    from .replan import Promise, replan_case

    promise = Promise(approved, frozen_until, max_change, price)
    return replan_case(talk, asked.request(case), asked.options(), promise)


@cli.command(short_help="Say what a plan is sensitive to: prices, what-ifs, initiatives.")
@click.argument("subject", metavar="CASE|RUN")
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="DIR", help="Folder of the run with tables.")
@click.option("--kind", "kinds", multiple=True, metavar="KIND", help=KIND_HELP)
@click.option("--share", "shares", multiple=True, callback=moved_by, metavar="SHARE", help=SHARE_HELP)
@click.option("--alternatives", type=click.IntRange(min=0), default=3, show_default=True, help="Other portfolios.")
@click.option("--tolerance", callback=share, default="0.02", show_default=True, metavar="SHARE", help=TOLERANCE_HELP)
@click.option("--distance", type=click.IntRange(min=1), default=1, show_default=True, help=DISTANCE_HELP)
@click.option("--time-limit", type=click.FloatRange(min=1), default=110, show_default=True, help="Seconds in all.")
@click.option("--jobs", type=click.IntRange(0, 256), default=0, help="Processes; 0 = as many as cores.")
@click.option("--scenario", metavar="NAME", help="A scenario of CASE.")
@click.option("--set", "changes", multiple=True, metavar="CHANGE", help="A what-if on CASE, several allowed.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Seed of the solver.")
@click.option("--force", is_flag=True, help="Replace earlier tables, or an earlier run in the output folder.")
@click.option("--log-json", is_flag=True, help="One JSON object per line on stderr, for batch jobs.")
@talking
def sensitivity(talk: Talk, subject: str, shares: tuple[Decimal, ...], **named: Any) -> int:
    """Ask what the plan of RUN (or of CASE, which is solved first) depends on, and add the answers to the run.

    prices.csv and ceilings.csv: what one more of a limit is worth; sensitivity.csv: every budget, rate, floor, ratio,
    cost and duration moved by ±5, 10 and 20 %; tornado.csv; initiatives.csv: core, exterior or borderline, and the
    share of those what-ifs (as many as `scenarios` says; scenarios.toml does not count) whose best plan found funds it;
    alternatives.csv. Every effect is an interval that holds; what is within the gaps is "not distinguishable". What the
    time leaves open is open in the table. Ctrl-C keeps what is known by then.
    """
    from .sensitivity import Wanted, ask

    return ask(talk, subject, Wanted(shares=shares, **named))


@cli.command(short_help="Say why an initiative is (not) funded and what would change that.")
@click.argument("subject", metavar="CASE|RUN")
@click.argument("initiative", metavar="INITIATIVE")
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="DIR", help="Folder of the run it goes to.")
@click.option("--time-limit", type=click.FloatRange(min=1), default=90, show_default=True, help=WHY_TIME)
@click.option("--jobs", type=click.IntRange(0, 256), default=0, help="Processes; 0 = as many as cores.")
@click.option("--scenario", metavar="NAME", help="A scenario of CASE.")
@click.option("--set", "changes", multiple=True, metavar="CHANGE", help="A what-if on CASE, several allowed.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Seed of the solver.")
@click.option("--force", is_flag=True, help="Replace an earlier answer, or an earlier run in the output folder.")
@click.option("--log-json", is_flag=True, help="One JSON object per line on stderr, for batch jobs.")
@talking
def why(talk: Talk, subject: str, **named: Any) -> int:
    """Say why INITIATIVE is funded in RUN (or in CASE, which is solved first) or not, and what would change that.

    What forcing it in (or out) costs, as an interval that holds, and what it displaces. Then the smallest single change
    of each kind with which it enters: its value, cost, dates and durations, more of each budget that may pay it, more
    room in each other limit that is not 0. Or with which it leaves: its value, cost, less of each budget that pays it.
    Every change is made and solved: "proved" where no plan on the other side is as good, "seen" where it is so in the
    best plans found. Adds why.csv and why.json to the run. Ctrl-C keeps what is known by then.
    """
    from .why import Wanted, explain

    return explain(talk, subject, Wanted(**named))


@cli.command(short_help="Recompute every rule of a run exactly.")
@click.argument("run", metavar="RUN", type=click.Path(path_type=Path))
@talking
def verify(talk: Talk, run: Path) -> int:
    """Recompute every rule of the run folder RUN from its tables, in exact arithmetic; exit 0 or 9.

    With --format json: {"holds": …, "faults": […], "rows": …}.
    """
    from .checking import verify_run

    return verify_run(talk, run)


@cli.command(short_help="Show two runs side by side.")
@click.argument("run_a", metavar="RUN", type=click.Path(path_type=Path))
@click.argument("run_b", metavar="RUN", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="DIR", help="Folder for a CSV per table that differs."
)
@click.option("--force", is_flag=True, help="Replace an earlier comparison in the output folder.")
@talking
def compare(talk: Talk, run_a: Path, run_b: Path, output: Path | None, force: bool) -> int:
    """Compare two run folders, the first called A, the second B: every difference is B − A.

    What is certain about the objectives stands first; then what of the input was changed, in the words of --set,
    initiatives, money by funder and year, limits that start or stop binding, and every table. -o writes one CSV per
    table that differs and comparison.json. With --format json stdout carries the comparison with all rows that differ.
    """
    from .compare import compare_runs

    return compare_runs(talk, (run_a, run_b), output, force)


@cli.command(short_help="Write a run as a page and a workbook to forward.")
@click.argument("run", metavar="RUN", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    "outputs",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="A folder for both, or a name that ends in .html or .xlsx, several allowed; the default is the run's folder.",
)
@click.option(
    "--frontier", type=click.Path(path_type=Path), metavar="DIR", help="A frontier of the same case to show beside it."
)
@click.option("--force", is_flag=True, help="Replace an earlier report.")
@talking
def report(talk: Talk, run: Path, outputs: tuple[Path, ...], frontier: Path | None, force: bool) -> int:
    """Write the run folder RUN as report.html, one page with charts that asks nothing of the network, and report.xlsx.

    Both say what is decided, who pays, when, what budgets are used for, who receives and contributes, what binds, and,
    as far as the run has them, what the plan depends on, why, and what a re-plan changes. The run is verified first;
    one that does not hold is not reported (exit 9). A run without a plan gets a page that says why.
    """
    from .report import report_run

    return report_run(talk, run, outputs, frontier, force)


cli.add_command(explain)
cli.add_command(export)
cli.add_command(frontier)
cli.add_command(fx)
cli.add_command(import_)


class Terminated(SystemExit):
    """SIGTERM while nothing was being solved."""


def _terminate(number: int, frame: FrameType | None) -> None:
    raise Terminated(128 + number)


def _open_closed_streams() -> None:
    """Point standard streams that the caller closed at nothing, so that nothing else gets their numbers."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:
            os.dup2(sink := os.open(os.devnull, os.O_RDWR), number)
            if sink != number:
                os.close(sink)
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8", closefd=False))


def main() -> int:
    """Run the command line and return its exit code (the console script `fundalign`)."""
    sys.excepthook = report_defect
    _open_closed_streams()
    signal.signal(signal.SIGTERM, _terminate)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        code = cli.main(prog_name="fundalign", standalone_mode=False)
    except click.Abort:
        return Exit.INTERRUPTED
    except click.ClickException as error:
        _show_usage_error(error)
        return Exit.USAGE
    except SystemExit as stop:
        if isinstance(stop.__context__, BrokenPipeError):  # `fundalign --help | head -1`
            return Exit.DONE
        raise
    return int(code or 0)


def _show_usage_error(error: click.ClickException) -> None:
    """Say wrong usage on stderr, as JSON when that was asked for."""
    if "--log-json" in sys.argv:
        from .console import Log

        Log(json_lines=True).error(error.format_message(), "usage")
        return
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        write(sys.stderr, f"{error.format_message()}\n")
        return
    context = getattr(error, "ctx", None)
    usage = f"{context.get_usage()}\n" if context is not None else ""
    write(sys.stderr, f"{usage}error: {error.format_message()}\n")


if __name__ == "__main__":
    sys.exit(main())
