"""The command line. Heavy rooms are imported inside the commands, so that help answers at once."""

from __future__ import annotations

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
from .fx import fx
from .options import Asked, finite, searching, share

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


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

    What has begun goes on, and payments before the period are the approved ones to the cent. The run folder gets
    differences.csv: what is kept, moved, resized, dropped and added, and why. RUN is verified first. With --format
    json stdout carries the run's summary.json with the differences added.
    """
    from .replan import Promise, replan_case

    promise = Promise(approved, frozen_until, max_change, price)
    return replan_case(talk, asked.request(case), asked.options(), promise)


@cli.command(short_help="Recompute every rule of a run exactly.")
@click.argument("run", metavar="RUN", type=click.Path(path_type=Path))
@talking
def verify(talk: Talk, run: Path) -> int:
    """Recompute every rule of the run folder RUN from its tables, in exact arithmetic; exit 0 or 9.

    With --format json: {"holds": …, "faults": […], "rows": …}.
    """
    from .checking import verify_run

    return verify_run(talk, run)


cli.add_command(fx)


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
