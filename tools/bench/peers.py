"""The solvers that the benchmark compares: what each is given, what it hands back, and what it tells on the way.

A peer is a module `peers_NAME.py` with `solve(task, recorder)` and `version()`. It starts the recorder's clock once it
has the matrix, tells it every better plan and bound, and returns its last point in the program's columns.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TextIO

from fundalign.optimizer.compile import Floats, Program

Event = tuple[float, float | None, float | None]  # seconds, best plan so far, tightest bound so far


@dataclass(frozen=True)
class Peer:
    """A solver's name in tables, and the module that must be installed for it."""

    label: str
    needs: str


PEERS = {
    "ours": Peer("fundalign", "highspy"),
    "highs": Peer("HiGHS", "highspy"),
    "scip": Peer("SCIP", "pyscipopt"),
    "cpsat": Peer("CP-SAT", "ortools"),
    "cbc": Peer("CBC", "pulp"),
}


@dataclass(frozen=True)
class Task:
    """One run: a program to maximise, the seconds allowed, the relative gap that is enough, a seed. One thread."""

    program: Program
    seconds: float
    gap: float
    seed: int


@dataclass(frozen=True)
class Answer:
    """What a solver ended with: its word for the status, its point, the value and the bound it claims.

    `exact` is false where the continuous columns of the point are rounded, so that only its integer columns count;
    `points` are then all plans on the way, with the second each was found.
    """

    status: str
    x: Floats | None
    objective: float | None
    bound: float | None
    exact: bool = True
    points: tuple[tuple[float, Floats], ...] = ()


@dataclass
class Recorder:
    """Keeps when the best plan or the bound changed, and writes each change to a file that survives a crash."""

    stream: TextIO | None = None
    clock: Callable[[], float] = time.monotonic
    began: float | None = None
    events: list[Event] = field(default_factory=list)

    def start(self) -> None:
        """Start the clock: the solver has the matrix."""
        self.began = self.clock()

    def seconds(self) -> float:
        """Return the seconds since the start."""
        if self.began is None:
            self.start()
        return self.clock() - (self.began or 0.0)

    def tell(self, incumbent: float | None, bound: float | None) -> None:
        """Note a plan's value and an upper bound (None: nothing new); what is no better than before is passed over."""
        _, plan, tightest = self.events[-1] if self.events else (0.0, None, None)
        if incumbent is not None and (plan is None or incumbent > plan):
            plan = incumbent
        if bound is not None and (tightest is None or bound < tightest):
            tightest = bound
        if self.events and (plan, tightest) == self.events[-1][1:]:
            return
        if plan is None and tightest is None:
            return
        self.events.append((round(self.seconds(), 4), plan, tightest))
        if self.stream is not None:
            self.stream.write(json.dumps(self.events[-1]) + "\n")
            self.stream.flush()


def installed(name: str) -> bool:
    """Tell whether what a peer needs is installed."""
    return importlib.util.find_spec(PEERS[name].needs) is not None


def _module(name: str) -> Any:
    return importlib.import_module(f"peers_{name}")


def version(name: str) -> str:
    """Return the version of a peer's solver."""
    return str(_module(name).version())


def run(name: str, task: Task, recorder: Recorder) -> Answer:
    """Let a peer solve."""
    answer: Answer = _module(name).solve(task, recorder)
    return answer
