"""What `sensitivity` and `why` ask about: a run that was named, a copy of it, or a case that is solved first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..inputs.faults import UsageError
from .console import Talk, stdout_kept_clean
from .exits import exit_of
from .folders import case_path, output_folder, stem_of
from .progress import search_progress
from .solving import Request, asked_run, changed_case

if TYPE_CHECKING:
    from ..inputs.case import Case
    from ..results.plan import Run


def _anything(_: object) -> None:
    """Object to nothing."""


@dataclass(frozen=True)
class Subject:
    """A CASE|RUN as it was named, where its tables go, and what is changed before (a CASE only).

    `known` objects to a case that cannot be asked, `answered` to a run that has been asked already.
    """

    text: str
    output: Path | None
    scenario: str | None
    changes: tuple[str, ...]
    seed: int
    force: bool
    known: Callable[[Case], None] = _anything
    answered: Callable[[Path], None] = _anything

    def run(self, talk: Talk) -> tuple[Path, Run]:
        """Return the folder the tables go to and the run in it; one without a plan is not written."""
        path = Path(self.text)
        is_run = (path / "summary.json").is_file() and (path / "case").is_dir()
        return self._read(talk, path) if is_run else self._solved(talk)

    def _read(self, talk: Talk, path: Path) -> tuple[Path, Run]:
        """Return the run that was named; with -o a copy of it."""
        from ..results.store import read_run

        if self.scenario is not None or self.changes:
            raise UsageError("a run is asked about as it was solved; --scenario and --set go with a CASE")
        if self.output is None:
            self.answered(path)
        folder = path if self.output is None else output_folder(path / "case", self.output, self.force)
        with talk.waiting(f"reading {path}"):
            run = read_run(path)
        self.known(run.case)
        if run.plan is None:
            raise UsageError(f"{path} has no plan to ask about")
        if folder != path:
            run.write(folder, force=self.force)
        return folder, run

    def _solved(self, talk: Talk) -> tuple[Path, Run]:
        """Solve the case that was named and write its run."""
        from ..optimizer.solve import SolveOptions, solve

        path = case_path(self.text)
        folder = output_folder(path, self.output, self.force)
        request = Request(self.text, self.output, self.scenario, self.changes, self.force)
        case = changed_case(talk, path, request)
        self.known(case)
        for warning in case.warnings:
            talk.log.warning(str(warning).removeprefix("warning: "), **warning.as_dict())
        talk.log.info(f"solving {stem_of(path)} first", "solve")
        with stdout_kept_clean(), search_progress(talk.log) as progress:
            run = asked_run(solve(case, SolveOptions(seed=self.seed), progress), request, path)
        if run.plan is not None:
            run.write(folder, force=self.force)
        return folder, run


def without_plan(talk: Talk, run: Run) -> int:
    """Say that there is nothing to ask about; return the exit code."""
    talk.log.error("there is no plan to ask about; nothing was written", run.report.status.value)
    return exit_of(run.report.status.value, run.report.signal)
