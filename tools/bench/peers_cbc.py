"""CBC with its defaults as a peer of the benchmark: the program in the `pulp` package, its log read as it is written.

Only gap, wall-clock limit and seeds are set. CBC prints its solution with eight digits, so that only the integer
columns of its point count; the clock starts when CBC has read the file.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pulp
from bench_memory import peak_of
from peers import Answer, Recorder, Task
from peers_log import events_of, solution_of
from peers_mps import write_mps


def command() -> str:
    """Return the path of the CBC that pulp brings."""
    return str(pulp.PULP_CBC_CMD().path)


def version() -> str:
    """Return CBC's version, from its banner."""
    banner = subprocess.run([command(), "-stop"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"Version: (\S+)", banner)
    return found.group(1) if found else "unknown"


def _lines(words: list[str]) -> Iterator[str]:
    """Yield what a command prints, line by line as it does: it writes to a terminal, so that nothing is held back."""
    ours, its = os.openpty()
    with (
        subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=its, stderr=its) as process,
        os.fdopen(ours) as stream,
    ):
        os.close(its)
        with suppress(OSError):  # how Linux says that the other side is closed
            for line in stream:
                peak_of(process.pid)
                yield line
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, words[0])


def solve(task: Task, recorder: Recorder) -> Answer:
    """Run CBC as a process of its own."""
    program = task.program
    bound: float | None = None
    with tempfile.TemporaryDirectory() as folder:
        path, told = Path(folder) / "program.mps", Path(folder) / "solution.txt"
        write_mps(program, path)
        words = [command(), str(path), "-sec", str(task.seconds), "-timeMode", "elapsed", "-ratioGap", str(task.gap)]
        words += ["-randomSeed", str(task.seed), "-randomCbcSeed", str(task.seed), "-solve", "-solution", str(told)]
        for line in _lines(words):
            if line.startswith("Coin0008I"):  # has read the file
                recorder.start()
            plan, possible = events_of(line)
            bound = bound if possible is None else program.offset - possible
            recorder.tell(
                None if plan is None else program.offset - plan,
                None if possible is None else program.offset - possible,
            )
        status, x = solution_of(told.read_text(encoding="ascii") if told.exists() else "", len(program.cost))
    objective = None if x is None else float(program.cost @ x + program.offset)
    if objective is not None and status == "Optimal":  # up to the gap, within which CBC drops nodes
        bound = min(objective + task.gap * abs(objective), np.inf if bound is None else bound)
        recorder.tell(objective, bound)
    return Answer(status, x, objective, bound, exact=False)
