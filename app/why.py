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
from .folders import case_path, output_folder, stem_of
from .progress import search_progress
from .solving import Request, changed_case

if TYPE_CHECKING:
    import pandas as pd

    from ..results.plan import Run

NAME = "why"


@dataclass(frozen=True)
class Wanted:
    """What `fundalign why` was asked for."""

    initiative: str
    output: Path | None
    scenario: str | None
    changes: tuple[str, ...]
    time_limit: float
    seed: int
    force: bool


def explain(talk: Talk, subject: str, wanted: Wanted) -> int:
    """Solve or read, ask, add the rows to the run and show them; return the exit code."""
    path = Path(subject)
    known = (path / "summary.json").is_file() and (path / "case").is_dir()
    folder, run = _read(talk, path, wanted) if known else _solved(talk, subject, wanted)
    if run.plan is None:
        talk.log.error("there is no plan to ask about; nothing was written", run.report.status.value)
        return exit_of(run.report.status.value, run.report.signal)
    from ..optimizer.why import why
    from ..optimizer.why_rows import document, table
    from .why_page import why_page

    with stdout_kept_clean(), search_progress(talk.log) as progress:
        found = why(run, wanted.initiative, wanted.time_limit, wanted.seed, progress)
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


def _read(talk: Talk, path: Path, wanted: Wanted) -> tuple[Path, Run]:
    """Return the folder that rows go to and the run that was named; with -o a copy of it."""
    from ..optimizer.why import known
    from ..results.store import read_run

    if wanted.scenario is not None or wanted.changes:
        raise UsageError("a run is asked about as it was solved; --scenario and --set go with a CASE")
    if wanted.output is None and wanted.initiative in _answered(path) and not wanted.force:
        told = f"{path} says why {wanted.initiative} already; replace that with --force or copy the run (-o)"
        raise UsageError(told)
    folder = path if wanted.output is None else output_folder(path / "case", wanted.output, wanted.force)
    with talk.waiting(f"reading {path}"):
        run = read_run(path)
    known(run.case, wanted.initiative)
    if run.plan is None:
        raise UsageError(f"{path} has no plan to ask about")
    if folder != path:
        run.write(folder, force=wanted.force)
    return folder, run


def _solved(talk: Talk, subject: str, wanted: Wanted) -> tuple[Path, Run]:
    """Solve the case that was named and write its run."""
    from ..optimizer.solve import SolveOptions, solve
    from ..optimizer.why import known
    from .solving import asked_run

    path = case_path(subject)
    folder = output_folder(path, wanted.output, wanted.force)
    request = Request(subject, wanted.output, wanted.scenario, wanted.changes, wanted.force)
    case = changed_case(talk, path, request)
    known(case, wanted.initiative)
    for warning in case.warnings:
        talk.log.warning(str(warning), **warning.as_dict())
    talk.log.info(f"solving {stem_of(path)} first", "solve")
    with stdout_kept_clean(), search_progress(talk.log) as progress:
        run = asked_run(solve(case, SolveOptions(seed=wanted.seed), progress), request, path)
    if run.plan is not None:
        run.write(folder, force=wanted.force)
    return folder, run


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
