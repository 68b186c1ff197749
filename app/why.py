"""The command `why`: why an initiative is funded or not and what would change that, added to its run."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..inputs.faults import UsageError
from ..results.added import add_tables
from .console import Talk, stdout_kept_clean
from .exits import Exit, exit_of
from .progress import search_progress
from .subject import Subject, without_plan

if TYPE_CHECKING:
    import pandas as pd

    from ..inputs.case import Case

NAME = "why"


@dataclass(frozen=True)
class Wanted:
    """What `fundalign why` was asked for."""

    initiative: str
    output: Path | None
    scenario: str | None
    changes: tuple[str, ...]
    time_limit: float
    jobs: int
    seed: int
    force: bool

    def subject(self, text: str) -> Subject:
        """Return what is asked about; a run that says it already is refused unless `force`."""
        given = self.output, self.scenario, self.changes, self.seed, self.force
        return Subject(text, *given, self._known, self._refuse)

    def _known(self, case: Case) -> None:
        from ..optimizer.why import known

        known(case, self.initiative)

    def _refuse(self, folder: Path) -> None:
        if self.initiative in _answered(folder) and not self.force:
            told = f"{folder} says why {self.initiative} already; replace that with --force or copy the run (-o)"
            raise UsageError(told)


def explain(talk: Talk, subject: str, wanted: Wanted) -> int:
    """Solve or read, ask, add the rows to the run and show them; return the exit code."""
    folder, run = wanted.subject(subject).run(talk)
    if run.plan is None:
        return without_plan(talk, run)
    from ..optimizer.why import why
    from ..optimizer.why_rows import document, table
    from .why_page import why_page

    with stdout_kept_clean(), search_progress(talk.log) as progress:
        found = why(run, wanted.initiative, wanted.time_limit, wanted.seed, progress, wanted.jobs)
    rows, told = table(found), document(found)
    files = add_tables(folder, NAME, *_with_others(folder, wanted.initiative, rows, told))
    if talk.wants_json:
        talk.data(told | {"rows": rows.to_dict("records")})
    else:
        talk.show(*why_page(found), f"\nwritten to {folder}: {', '.join(files)}")
    if found.signal is not None:
        talk.log.warning("interrupted: this is what is known so far", "interrupted")
        return exit_of("interrupted", found.signal)
    return Exit.DONE


def _answered(folder: Path) -> dict[str, Any]:
    """Return what the why.json of a run says, by initiative."""
    file = folder / f"{NAME}.json"
    if not file.exists():
        return {}
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        return {str(each["initiative"]): each for each in told["initiatives"]}
    except (ValueError, KeyError, TypeError):
        raise UsageError(f"{file} is not as fundalign writes it; move it away") from None


def _with_others(
    folder: Path, initiative: str, rows: pd.DataFrame, told: dict[str, Any]
) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """Return the tables and the document of a run, with what was asked before about other initiatives."""
    import pandas as pd

    known = {name: each for name, each in _answered(folder).items() if name != initiative}
    if known:
        before = pd.read_csv(folder / f"{NAME}.csv", dtype=str, keep_default_na=False)
        rows = pd.concat([before[before["initiative"].isin(list(known))], rows], ignore_index=True)
    return {NAME: rows}, {"initiatives": [*known.values(), told]}
