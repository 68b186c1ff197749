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
