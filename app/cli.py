"""The command line. Heavy rooms are imported inside the commands, so that help answers at once."""

from __future__ import annotations

import math
import os
import signal
import sys
from io import TextIOWrapper
from pathlib import Path
from types import FrameType

import click

from .console import Talk, write
from .errors import report_defect, talking
from .exits import Exit

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
WHAT_IF = "'budgets.payments[funder=DE,cycle=c1]*=0.9'"


@click.group(context_settings=CONTEXT)
@click.version_option(package_name="fundalign")
def cli() -> None:
    """Decide together which joint programmes to fund, and who pays what, in which year and currency.

    CASE is a folder with case.toml and tables, or the name of a shipped case (an existing path wins).

    Exit codes: 0 done, 1 a defect of fundalign, 2 wrong usage, 3 invalid input, 4 infeasible, 5 unbounded or
    numerical trouble, 6 limit reached (a plan is written), 7 limit reached without a plan, 9 verification
    failed, 130 or 143 interrupted.
    """


@cli.command(short_help="Start a new case from a shipped example.")
@click.argument("target", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--example", default="tiny", show_default=True, metavar="NAME", help="The shipped case to copy.")
@talking
def new(talk: Talk, target: Path, example: str) -> int:
    """Copy a shipped case into the new folder DIR, to start from.

    The default `tiny` can be read whole and solved by hand; `quantum` shows every table.
    """
    from .folders import copy_example

    names = copy_example(example, target)
    if talk.wants_json:
        talk.data({"case": str(target), "example": example, "files": names})
    else:
        talk.show(f"{target}: {len(names)} files of the example '{example}': {', '.join(names)}")
        talk.show(f"next: fundalign check {target}")
    return Exit.DONE


@cli.command(short_help="Report all faults of a case at once.")
@click.argument("case", metavar="CASE")
@talking
def check(talk: Talk, case: str) -> int:
    """Read a case and report every fault in one go; exit 0 when it can be solved, 3 otherwise.

    With --format json: a list of {file, row, column, value, expected, hint}. A warning has the same keys and
    "severity": "warning"; an empty list is a clean case.
    """
    from .checking import check_case

    return check_case(talk, case)


def _finite(context: click.Context, parameter: click.Parameter, value: float | None) -> float | None:
    """Refuse `nan` and `inf` where a number is asked for."""
    if value is not None and not math.isfinite(value):
        raise click.BadParameter(f"{value} is not a number to search with", context, parameter)
    return value


def _share(context: click.Context, parameter: click.Parameter, value: str | None) -> float | None:
    """Return a relative gap; refuse what is no number from 0 to 1, such as a percentage."""
    try:
        gap = None if value is None else float(value)
    except ValueError:
        gap = math.nan
    if gap is not None and not 0 <= gap <= 1:
        raise click.BadParameter(f"{value!r} is not a share such as 0.05", context, parameter)
    return gap


@cli.command(short_help="Find the best plan and write it, verified.")
@click.argument("case", metavar="CASE")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Folder of the run; default ./<CASE>-run.")
@click.option(
    "--gap",
    callback=_share,
    metavar="SHARE",
    help="Relative gap at which to stop, such as 0.001; default from the case.",
)
@click.option(
    "--time-limit",
    type=click.FloatRange(min=0, min_open=True),
    callback=_finite,
    metavar="S",
    help="Seconds; default from the case.",
)
@click.option(
    "--steps",
    type=click.IntRange(min=0),
    metavar="N",
    help="Steps of improvement and branch-and-bound nodes; the same plan on every machine.",
)
@click.option("--scenario", metavar="NAME", help="A scenario of the case's scenarios.toml.")
@click.option(
    "--start",
    type=click.Path(path_type=Path),
    metavar="RUN",
    help="A run to start from: its plan (mended), its bound (where it still holds) and, without --gap, 1.1 of its gap.",
)
@click.option("--set", "changes", multiple=True, metavar="CHANGE", help=f"A what-if, several allowed: {WHAT_IF}.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Seed of the solver.")
@click.option("--threads", type=click.IntRange(0, 256), default=0, help="Threads of the solver; 0 = it chooses.")
@click.option("--solver-log", is_flag=True, help="Show the solver's own log on stderr.")
@click.option("--force", is_flag=True, help="Replace an earlier run in the output folder.")
@click.option("--log-json", is_flag=True, help="One JSON object per line on stderr, for batch jobs.")
@talking
def solve(
    talk: Talk,
    case: str,
    output: Path | None,
    gap: float | None,
    time_limit: float | None,
    steps: int | None,
    scenario: str | None,
    start: Path | None,
    changes: tuple[str, ...],
    seed: int,
    threads: int,
    solver_log: bool,
    force: bool,
) -> int:
    """Find the best plan of CASE, verify every rule of it exactly and write it to a run folder.

    With --start the search goes on from an earlier run of this case or one like it, such as a what-if on RUN/case.
    Ctrl-C and SIGTERM stop the search and still write the best plan found. With --format json stdout carries
    the run's summary.json.
    """
    from ..optimizer.solve import SolveOptions
    from .solving import Request, solve_case

    options = SolveOptions(
        gap=gap, time_limit=time_limit, seed=seed, threads=threads, solver_log=solver_log, steps=steps
    )
    return solve_case(talk, Request(case, output, scenario, changes, force, start), options)


@cli.command(short_help="Recompute every rule of a run exactly.")
@click.argument("run", metavar="RUN", type=click.Path(path_type=Path))
@talking
def verify(talk: Talk, run: Path) -> int:
    """Recompute every rule of the run folder RUN from its tables, in exact arithmetic; exit 0 or 9.

    With --format json: {"holds": …, "faults": […], "rows": …}.
    """
    from .checking import verify_run

    return verify_run(talk, run)


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
