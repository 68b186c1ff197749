"""The command `explain`: why a case has no plan, which rules conflict, and what would repair it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..inputs.faults import UsageError
from ..inputs.scenarios import parse_set
from ..results.explanation import FEASIBLE, INFEASIBLE, NO_PLAN, refuse_explanation
from .console import Talk, stdout_kept_clean
from .ending import what_if
from .exits import Exit, exit_of
from .explain_page import page
from .folders import case_path, output_folder, stem_of
from .solving import Request, changed_case

if TYPE_CHECKING:
    from ..inputs.case import Case
    from ..inputs.change import Change
    from ..results.explanation import Explanation

CODES = {INFEASIBLE: Exit.INFEASIBLE, FEASIBLE: Exit.DONE, NO_PLAN: Exit.LIMIT_WITHOUT_PLAN}


@dataclass(frozen=True)
class Wanted:
    """What `fundalign explain` was asked for besides the case: what may give, how long, and what to write."""

    relax: tuple[str, ...]
    time_limit: float
    alternatives: int | None
    apply: Path | None
    repair: int


def explain_case(talk: Talk, request: Request, wanted: Wanted) -> int:
    """Read, change, explain, show, and write what was asked for; return the exit code."""
    path = case_path(request.case)
    folder = _folder(path, request)
    _refuse_file(wanted.apply, request.force)
    from ..optimizer.explain import ExplainOptions, explained
    from ..optimizer.signals import listening

    options = ExplainOptions(wanted.relax, wanted.time_limit, wanted.alternatives)
    case = changed_case(talk, path, request)
    with stdout_kept_clean(), talk.waiting(f"explaining {stem_of(path)}"), listening() as interrupt:
        found = explained(case, options, interrupt)
    found = found.renamed(", ".join([case.settings.name, *what_if(request.what_if)]))
    if talk.wants_json:
        talk.data(found.as_dict())
    else:
        talk.show(*page(found))
    if interrupt:
        talk.log.warning("interrupted: this is what is known so far; nothing was written", "interrupted")
        return exit_of("interrupted", interrupt.number)
    if folder is not None:
        found.write(folder, request.force, _before(case, request))
        talk.log.info(f"written to {folder}", "explained")
    _apply(talk, found, wanted, _before(case, request))
    return CODES[found.status]


def _folder(path: Path, request: Request) -> Path | None:
    """Return the folder to write to, if one was named; UsageError where it cannot be."""
    if request.output is None:
        return None
    return output_folder(path, request.output, request.force, "explanation", refuse_explanation)


def _refuse_file(file: Path | None, force: bool) -> None:
    """Raise UsageError where the scenario cannot be written."""
    if file is None:
        return
    if file.is_dir() or (file.exists() and not force):
        told = "is a folder" if file.is_dir() else "exists already; choose another name or replace it (--force)"
        raise UsageError(f"{file} {told}")
    if not file.resolve().parent.is_dir() or not os.access(file.resolve().parent, os.W_OK):
        raise UsageError(f"{file} cannot be written: {file.resolve().parent} is no folder to write in")


def _before(case: Case, request: Request) -> list[Change]:
    """Return the changes of the what-if that was explained, without which a repair of it says nothing."""
    named = [each.changes for each in case.scenarios if each.name == request.scenario]
    return [*(change for changes in named for change in changes), *map(parse_set, request.changes)]


def _apply(talk: Talk, found: Explanation, wanted: Wanted, before: list[Change]) -> None:
    """Write a repair as a scenario."""
    if wanted.apply is None:
        return
    if len(found.repairs) < wanted.repair:
        told = "no repair" if not found.repairs else f"no repair {wanted.repair}"
        talk.log.warning(f"there is {told} to write; {wanted.apply} was not written", "apply")
        return
    text = found.scenario(wanted.repair - 1, before=before)
    wanted.apply.write_text(text, encoding="utf-8", newline="\n")
    told = "the scenario 'repair', which makes the changes of the what-if too" if before else "the scenario 'repair'"
    talk.log.info(f"{wanted.apply}: {told}, to be used as scenarios.toml of the case", "apply")
