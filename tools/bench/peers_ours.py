"""fundalign's own search as a peer of the benchmark; its clock includes passing the matrix to HiGHS."""

from __future__ import annotations

from peers import Answer, Recorder, Task

import fundalign
from fundalign.optimizer.engine import Limits, Progress
from fundalign.optimizer.search import Hunt
from fundalign.optimizer.signals import Interrupt


def version() -> str:
    """Return fundalign's version."""
    return fundalign.__version__


def solve(task: Task, recorder: Recorder) -> Answer:
    """Hunt until the gap is reached or time is up."""

    def heard(progress: Progress) -> None:
        recorder.tell(progress.incumbent, progress.bound)

    limits = Limits(task.gap, task.seconds, task.seed, threads=1)
    recorder.start()
    found = Hunt(task.program, limits, Interrupt(), heard, recorder.began or 0.0).run()
    recorder.tell(found.objective, found.bound)
    return Answer(found.ending.value, found.x, found.objective, found.bound)
