"""Many questions about one base, shared out among processes: the same answers as one after the other.

A process gets the base once. Signals are the parent's affair: it stops handing out questions and keeps what has come.
"""

import gc
import math
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any, TypeVar

from .signals import Interrupt
from .whatif import Base

Answer = TypeVar("Answer")
Task = tuple[Callable[..., Any], tuple[Any, ...]]
AHEAD = 2  # questions per process that are handed out at a time
_base: list[Base] = []


def _start(base: Base) -> None:
    """Prepare a process: it has the base, and leaves signals to its parent.

    What is loaded by now stays: the collector need not go through it again and again, which doubled the time of builds.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _base[:] = [base]
    gc.collect()
    gc.freeze()


def _ask(task: Task) -> Any:
    """Answer one question in a process."""
    function, arguments = task
    return function(_base[0], *arguments)


class Crew:
    """Answers questions about a base, in this process or in several."""

    def __init__(self, base: Base, executor: ProcessPoolExecutor | None, jobs: int, interrupt: Interrupt) -> None:
        """Remember the base and who works."""
        self.base, self.executor, self.jobs, self.interrupt = base, executor, jobs, interrupt

    def answers(self, tasks: Sequence[Task], seconds: float = math.inf) -> Iterator[tuple[int, Any]]:
        """Yield (number of the task, its answer) as they come; none any more after a signal.

        After so many seconds no further task is begun.
        """
        end = time.monotonic() + seconds
        if self.executor is None:
            for number, (function, arguments) in enumerate(tasks):
                if self.interrupt or time.monotonic() >= end:
                    return
                yield number, function(self.base, *arguments)
            return
        waiting: dict[Future[Any], int] = {}
        todo = iter(enumerate(tasks))
        while not self.interrupt:
            while len(waiting) < AHEAD * self.jobs and time.monotonic() < end:
                following = next(todo, None)
                if following is None:
                    break
                waiting[self.executor.submit(_ask, following[1])] = following[0]
            if not waiting:
                return
            done, _ = wait(waiting, timeout=0.5, return_when=FIRST_COMPLETED)
            for future in done:
                yield waiting.pop(future), future.result()


@contextmanager
def crew(base: Base, jobs: int, interrupt: Interrupt) -> Iterator[Crew]:
    """Give a crew of `jobs` processes (1: this one alone) that ends with the block, at once after a signal."""
    if jobs <= 1:
        yield Crew(base, None, 1, interrupt)
        return
    executor = ProcessPoolExecutor(jobs, get_context("spawn"), _start, (base,))
    try:
        yield Crew(base, executor, jobs, interrupt)
    finally:
        if interrupt:
            for process in list(executor._processes.values()):
                process.terminate()
        executor.shutdown(wait=not interrupt, cancel_futures=True)
