"""Every error of the house becomes a message and an exit code here; no traceback reaches a user.

What is none of the expected errors is a defect of fundalign: it leaves through `sys.excepthook`, which says
what to report (or shows the traceback when `--debug` was given) and lets Python exit with 1.
"""

from __future__ import annotations

import functools
import platform
import sys
import traceback
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import click

from .console import Command, Log, Talk, write
from .exits import Exit

if TYPE_CHECKING:
    from ..inputs.faults import InputError

OWN_FOLDER = Path(__file__).resolve().parents[1]


def talking(command: Command) -> Command:
    """Give a command its `--format` and `--debug`, and turn the errors of the house into exit codes.

    The wrapped function takes a `Talk` first and returns an exit code.
    """

    @click.option(
        "--format",
        "form",
        type=click.Choice(["text", "json"]),
        default="text",
        show_default=True,
        help="What stdout carries; progress and messages always go to stderr.",
    )
    @click.option("--debug", is_flag=True, help="Show the traceback of a defect.")
    @functools.wraps(command)
    def run(form: str, debug: bool, log_json: bool = False, **arguments: object) -> int:
        return guarded(command, Talk(form, Log(log_json)), arguments)

    return run


def guarded(command: Command, talk: Talk, arguments: dict[str, object]) -> int:
    """Run a command; return its exit code, also when it raises one of the expected errors."""
    from ..inputs.faults import Infeasible, InputError, Interrupted, NotVerified, SolverFailure, UsageError

    try:
        return command(talk, **arguments)
    except UsageError as error:
        return _said(talk, "usage", str(error), Exit.USAGE)
    except InputError as error:
        return invalid_input(talk, error)
    except Infeasible as error:
        return _said(talk, "infeasible", str(error), Exit.INFEASIBLE)
    except NotVerified as error:
        return _said(talk, "not_verified", f"{error}; nothing was written", Exit.NOT_VERIFIED)
    except SolverFailure as error:
        return _said(talk, "solver_failure", str(error), Exit.NUMERICAL)
    except (Interrupted, KeyboardInterrupt):
        return _said(talk, "interrupted", "interrupted, nothing was written", Exit.INTERRUPTED)
    except OSError as error:
        place = f" {error.filename}" if error.filename else ""
        return _said(talk, "usage", f"cannot use{place}: {error.strerror or error}", Exit.USAGE)


def invalid_input(talk: Talk, error: InputError, owner: str = "the case") -> int:
    """Say every fault of the input: a table on stderr, or the list in the JSON on stdout."""
    from .faultlist import as_json, fault_tables

    count = sum(fault.severity != "warning" for fault in error.faults)
    faults = f"{count} fault{'s' if count != 1 else ''}"
    source = next(iter(getattr(error, "__notes__", [])), "")
    told = f"{source} brings {faults} that the case itself does not have" if source else f"{owner} has {faults}"
    message = f"{told}; nothing was written"
    if talk.log.json_lines:
        for fault in as_json(error.faults):
            talk.log.error(str(fault["expected"]), "fault", **fault)
    elif not talk.wants_json:
        talk.show_on_stderr(*fault_tables(error.faults))
    talk.log.error(message, "invalid_input")
    if talk.wants_json:
        talk.data({"status": "invalid_input", "faults": as_json(error.faults)})
    return Exit.INVALID_INPUT


def _said(talk: Talk, event: str, message: str, code: Exit) -> int:
    talk.log.error(message, event)
    return code


def report_defect(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Say on stderr what a defect was and what to report; the shape of `sys.excepthook`."""
    if "--debug" in sys.argv:
        write(sys.stderr, "".join(traceback.format_exception(kind, error, trace)))
        return
    from importlib.metadata import version

    frames = traceback.extract_tb(trace)
    own = [frame for frame in frames if OWN_FOLDER in Path(frame.filename).resolve().parents]
    place = " < ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in reversed(own[-4:]))
    lines = [
        "error: this is a defect of fundalign, not of your case. Please report these lines:",
        f"  what     {kind.__name__}: {error}",
        f"  where    {place or 'unknown'}",
        f"  command  {' '.join(sys.argv[1:])}",
        f"  version  {version('fundalign')}, Python {platform.python_version()}, {platform.platform()}",
        "  (--debug shows the traceback)",
    ]
    write(sys.stderr, "\n".join(lines) + "\n")
