"""Ctrl-C and SIGTERM as a polite stop: a search that hears of one keeps the best plan and ends."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType


@dataclass
class Interrupt:
    """Remembers the signal that asked the search to stop, and when it came (monotonic seconds)."""

    number: int | None = None
    at: float = float("inf")

    def __post_init__(self) -> None:
        """Let one that is made with a signal have it now."""
        if self.number is not None:
            self.at = min(self.at, time.monotonic())

    def __bool__(self) -> bool:
        """Tell whether a signal came."""
        return self.number is not None


@contextmanager
def listening() -> Iterator[Interrupt]:
    """Turn SIGINT and SIGTERM into a polite stop while solving (in the main thread only)."""
    interrupt = Interrupt()

    def note(number: int, _: FrameType | None) -> None:
        interrupt.number, interrupt.at = number, min(interrupt.at, time.monotonic())

    if threading.current_thread() is not threading.main_thread():
        yield interrupt
        return
    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield interrupt
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
