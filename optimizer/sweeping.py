"""Many questions about one base (or ground), shared out among processes: the same answers as one after the other.

A process gets what is asked about once. Signals are the parent's affair: it stops handing out questions and keeps what
has come.
"""

import gc
import math
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any, Generic, TypeVar

from .signals import Interrupt

About = TypeVar("About")
Task = tuple[Callable[..., Any], tuple[Any, ...]]
AHEAD = 2  # questions per process that are handed out at a time
_about: list[Any] = []


@contextmanager
def unheard() -> Iterator[None]:
    """Hold Ctrl-C back: a process that is started meanwhile never hears it, we do afterwards.

    Otherwise one that is still importing ends with a traceback, and whoever writes to it waits for ever.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _start(about: Any) -> None:
    """Prepare a process: it has what is asked about, and leaves signals to its parent.

    What is loaded by now stays: the collector need not go through it again and again, which doubled the time of builds.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _about[:] = [about]
    gc.collect()
    gc.freeze()


def _ask(task: Task) -> Any:
    """Answer one question in a process."""
    function, arguments = task
    return function(_about[0], *arguments)


class Crew(Generic[About]):
    """Answers questions about a base, in this process or in several."""

    def __init__(self, about: About, executor: ProcessPoolExecutor | None, jobs: int, interrupt: Interrupt) -> None:
        """Remember what is asked about and who works."""
        self.about, self.executor, self.jobs, self.interrupt = about, executor, jobs, interrupt

    def answers(self, tasks: Iterable[Task], seconds: float = math.inf) -> Iterator[tuple[int, Any]]:
        """Yield (number of the task, its answer) as they come; none any more after a signal.

        A task is taken when its turn comes. After so many seconds no further one is begun.
        """
        end = time.monotonic() + seconds
        if self.executor is None:
            for number, (function, arguments) in enumerate(tasks):
                if self.interrupt or time.monotonic() >= end:
                    return
                yield number, function(self.about, *arguments)
            return
        waiting: dict[Future[Any], int] = {}
        todo = iter(enumerate(tasks))
        while not self.interrupt:
            while len(waiting) < AHEAD * self.jobs and time.monotonic() < end:
                following = next(todo, None)
                if following is None:
                    break
                with unheard():
                    waiting[self.executor.submit(_ask, following[1])] = following[0]
            if not waiting:
                return
            done, _ = wait(waiting, timeout=0.5, return_when=FIRST_COMPLETED)
            for future in done:
                yield waiting.pop(future), future.result()


@contextmanager
def crew(about: About, jobs: int, interrupt: Interrupt) -> Iterator[Crew[About]]:
    """Give a crew of `jobs` processes (1: this one alone) that ends with the block, at once after a signal."""
    if jobs <= 1:
        yield Crew(about, None, 1, interrupt)
        return
    executor = ProcessPoolExecutor(jobs, get_context("spawn"), _start, (about,))
    try:
        yield Crew(about, executor, jobs, interrupt)
    finally:
        if interrupt:
            for process in list(executor._processes.values()):
                process.terminate()
        executor.shutdown(wait=not interrupt, cancel_futures=True)
