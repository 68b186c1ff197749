"""Exit codes of the command line: one number per way a command can end."""

from __future__ import annotations

import signal
from enum import IntEnum


class Exit(IntEnum):
    """What the process tells its caller."""

    DONE = 0  # within the gap, and verified
    DEFECT = 1  # a defect of fundalign
    USAGE = 2  # wrong usage, said before any work
    INVALID_INPUT = 3
    INFEASIBLE = 4
    NUMERICAL = 5  # unbounded or numerical trouble
    LIMIT_WITH_PLAN = 6
    LIMIT_WITHOUT_PLAN = 7
    NOT_VERIFIED = 9
    INTERRUPTED = 130  # Ctrl-C: 128 + SIGINT
    TERMINATED = 143  # 128 + SIGTERM


MEANINGS = {
    Exit.DONE: "done, within the gap and verified",
    Exit.DEFECT: "a defect of fundalign; the message says what to report",
    Exit.USAGE: "wrong usage: no such path or scenario, output exists; said before any work",
    Exit.INVALID_INPUT: "invalid input; nothing is written",
    Exit.INFEASIBLE: "infeasible; the explanation is written to the output folder",
    Exit.NUMERICAL: "unbounded, or numerical trouble",
    Exit.LIMIT_WITH_PLAN: "a limit ended the search; a feasible plan is written, and the last line says how far from "
    "the goal it can be at most",
    Exit.LIMIT_WITHOUT_PLAN: "a limit ended the search without a plan",
    Exit.NOT_VERIFIED: "verification failed",
    Exit.INTERRUPTED: "interrupted by Ctrl-C",
    Exit.TERMINATED: "interrupted by SIGTERM",
}
"""Every exit code in words, for the reference page."""

_BY_STATUS = {
    "optimal": Exit.DONE,
    "feasible": Exit.LIMIT_WITH_PLAN,
    "no_plan": Exit.LIMIT_WITHOUT_PLAN,
    "infeasible": Exit.INFEASIBLE,
    "unbounded": Exit.NUMERICAL,
    "numerical": Exit.NUMERICAL,
}


def exit_of(status: str, number: int | None = None) -> Exit:
    """Return the exit code of a solve that ended with `status`.

    `number` is the signal that interrupted the search, when one did.
    """
    if status == "interrupted":
        return Exit.TERMINATED if number == signal.SIGTERM else Exit.INTERRUPTED
    return _BY_STATUS[status]
