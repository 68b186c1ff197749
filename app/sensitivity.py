"""The command `sensitivity`: prices, what-ifs and initiatives of a run, added to it as tables."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from ..results.added import add_tables, refuse_added
from .console import Talk, stdout_kept_clean
from .exits import Exit, exit_of
from .progress import SECONDS_BETWEEN_LINES
from .sensitivity_page import sensitivity_page
from .subject import Subject, without_plan

if TYPE_CHECKING:
    import pandas as pd

    from ..optimizer.sensitivity import Asking, Sensitivity, SensitivityOptions

NAME = "sensitivity"


@dataclass(frozen=True)
class Wanted:
    """What `fundalign sensitivity` was asked for; None takes the default."""

    kinds: tuple[str, ...]
    shares: tuple[Decimal, ...]
    alternatives: int
    tolerance: float
    distance: int
    time_limit: float
    jobs: int
    seed: int
    output: Path | None
    scenario: str | None
    changes: tuple[str, ...]
    force: bool

    def subject(self, text: str) -> Subject:
        """Return what is asked about; a run that has the tables is refused unless `force`."""
        refuse = partial(refuse_added, name=NAME, force=self.force)
        return Subject(text, self.output, self.scenario, self.changes, self.seed, self.force, answered=refuse)

    def options(self) -> SensitivityOptions:
        """Return the options of the sensitivity; ``UsageError`` for a kind that there is not."""
        from ..inputs.levers import known_kinds
        from ..optimizer.effects import KINDS, SHARES
        from ..optimizer.sensitivity import SensitivityOptions

        known_kinds(self.kinds)
        return SensitivityOptions(
            kinds=self.kinds or KINDS,
            shares=tuple(sorted({s for share in self.shares for s in (-share, share)})) or SHARES,
            alternatives=self.alternatives,
            tolerance=self.tolerance,
            distance=self.distance,
            time_limit=self.time_limit,
            jobs=self.jobs,
            seed=self.seed,
        )


def ask(talk: Talk, text: str, wanted: Wanted) -> int:
    """Solve or read, ask, add the tables and show the most telling ones; return the exit code."""
    options = wanted.options()
    folder, run = wanted.subject(text).run(talk)
    if run.plan is None:
        return without_plan(talk, run)
    from ..optimizer.sensitivity import sensitivity
    from ..optimizer.sensitivity_rows import tables

    with asking(talk) as tell, stdout_kept_clean():
        found = sensitivity(run, options, tell)
    if found.signal is not None and not (found.prices or found.whatifs or found.members):
        talk.log.warning("interrupted before anything was known: no table is written", "interrupted")
        return exit_of("interrupted", found.signal)
    made = tables(found)
    told = document(found)
    files = add_tables(folder, NAME, made, told)
    _show(talk, found, made, told, folder, files)
    return exit_of("interrupted", found.signal) if found.signal is not None else Exit.DONE


@contextmanager
def asking(talk: Talk) -> Iterator[Any]:
    """Yield the listener that shows what is being asked: a bar on a terminal, else a line every few seconds."""
    if sys.stderr.isatty() and not talk.log.json_lines:
        from .progress import counting_bar

        with counting_bar() as bar:
            task = bar.add_task("reading", total=None)
            yield lambda at: bar.update(task, description=at.part, total=at.of, completed=at.done)
        return
    last: dict[str, float] = {}

    def line(at: Asking) -> None:
        now = monotonic()
        if at.part in last and now - last[at.part] < SECONDS_BETWEEN_LINES and at.done < at.of:
            return
        last[at.part] = now
        words = f"[{at.seconds:7.1f} s] {at.part}: {at.done} of {at.of}"
        talk.log.info(words, "progress", part=at.part, done=at.done, of=at.of, seconds=round(at.seconds, 3))

    yield line


def document(found: Sensitivity) -> dict[str, Any]:
    """Return what sensitivity.json says: the base, the options, and how much was asked."""
    base, options, scale = found.base, found.options, found.base.form.scale
    return {
        "case": found.run.case.settings.name,
        "objective": scale * base.incumbent,
        "bound": scale * base.bound,
        "options": {
            "kinds": list(options.kinds),
            "shares": [str(share) for share in options.shares],
            "alternatives": options.alternatives,
            "tolerance": options.tolerance,
            "distance": options.distance,
            "time_limit": options.time_limit,
            "seed": options.seed,
        },
        "what_ifs": len(found.whatifs),
        "levers_not_asked": found.skipped,
        "seconds": round(found.seconds, 3),
        "interrupted": found.signal is not None,
    }


def _show(
    talk: Talk,
    found: Sensitivity,
    made: dict[str, pd.DataFrame],
    told: dict[str, Any],
    folder: Path,
    files: list[str],
) -> None:
    """Show the tables that say most, or all of them as JSON."""
    if talk.wants_json:
        talk.data(told | {name: table.to_dict("records") for name, table in made.items()})
        return
    talk.show(*sensitivity_page(found, made), f"\nwritten to {folder}: {', '.join(files)}")
