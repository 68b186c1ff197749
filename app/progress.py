"""Progress of a search on stderr: live on a terminal, otherwise a line every few seconds."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Any

from .console import Log, page_for
from .ending import telling

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

    from ..optimizer.engine import Progress

SECONDS_BETWEEN_LINES = 5.0

Callback = Callable[["Progress"], None]


@contextmanager
def search_progress(log: Log, live: bool = True) -> Iterator[Callback]:
    """Yield the callback that shows the progress of `solve` in the way that suits stderr.

    Without `live` there are only lines, since something else writes to the terminal too.
    """
    if live and sys.stderr.isatty() and not log.json_lines:
        with _bar() as bar:
            task = bar.add_task("reading", total=None, state="")
            yield lambda progress: bar.update(task, **shown(progress))
    else:
        yield Lines(log)


def shown(progress: Progress) -> dict[str, Any]:
    """Return what the bar shows: the phase, how much of the time is used, incumbent, bound and gap."""
    limit = finite(progress.limit)
    used = {} if limit is None else {"total": limit, "completed": min(progress.seconds, limit)}
    return {"description": progress.phase, "state": sentence(progress), **used}


class Lines:
    """A log line when the phase changes and every few seconds in between."""

    def __init__(self, log: Log, every: float = SECONDS_BETWEEN_LINES) -> None:
        """Write to `log`, at most one line of a phase per `every` seconds."""
        self._log = log
        self._every = every
        self._phase = ""
        self._last = -math.inf

    def __call__(self, progress: Progress) -> None:
        """Take one report of the search."""
        now = monotonic()
        if progress.phase == self._phase and now - self._last < self._every:
            return
        self._phase, self._last = progress.phase, now
        self._log.info(
            f"[{progress.seconds:7.1f} s] {progress.phase}: {sentence(progress) or 'under way'}",
            "progress",
            phase=progress.phase,
            seconds=round(progress.seconds, 3),
            incumbent=finite(progress.incumbent),
            bound=finite(progress.bound),
            gap=finite(progress.gap),
        )


def finite(number: float | None) -> float | None:
    """Return the number unless it says "none yet" (JSON knows no infinity)."""
    return number if number is not None and math.isfinite(number) and abs(number) < 1e30 else None


def sentence(progress: Progress) -> str:
    """Return incumbent, bound and gap as far as there are any."""
    parts = []
    for name, number in (("incumbent", progress.incumbent), ("bound", progress.bound)):
        known = finite(number)
        if known is not None:
            parts.append(f"{name} {known + 0.0:,.6g}" if abs(known) < 1e6 else f"{name} {known:,.0f}")
    gap = finite(progress.gap)
    if gap is not None and telling(gap, finite(progress.incumbent)):
        parts.append(f"gap {gap:.3%}")
    return ", ".join(parts)


def _bar() -> Bar:
    from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    return Bar(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=20),
        TextColumn("{task.fields[state]}", markup=False),
        TimeElapsedColumn(),
        console=page_for(sys.stderr, sys.stderr),
        transient=True,
    )


def counting_bar() -> Bar:
    """Return a bar that counts what is done of a number of things."""
    from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    return Bar(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=page_for(sys.stderr, sys.stderr),
        transient=True,
    )
