"""The command `replan`: from an approved run and a case as it is now to a new plan that keeps what has happened."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ..inputs.faults import NotVerified, UsageError
from .solving import Request, solve_case

if TYPE_CHECKING:
    from ..inputs.case import Case
    from ..optimizer.solve import SolveOptions
    from ..results.plan import Run
    from .console import Talk

SHOWN = 5


@dataclass(frozen=True)
class Promise:
    """The approved run, from when on its plan may change, and how far: a share of its money, a price of moving it."""

    approved: Path
    frozen_until: str
    max_change: float | None
    price: float | None


def replan_case(talk: Talk, request: Request, options: SolveOptions, promise: Promise) -> int:
    """Verify the approved run, plan again and show what differs; return the exit code of how the search ended."""
    folder = run_folder(promise.approved)
    return solve_case(talk, request, options, partial(_from_approved, promise=promise, folder=folder))


def run_folder(path: Path) -> Path:
    """Return the run folder that a path means: a run, or the folder `approved` inside one that is a re-plan."""
    if not path.is_dir():
        raise UsageError(f"no such run folder: {path}")
    folder = path.resolve().parent if (path / "replan.json").is_file() else path
    if not (folder / "summary.json").is_file() or not (folder / "case").is_dir():
        raise UsageError(f"{path} is not a run folder: no summary.json and case/ in it")
    return folder


def _from_approved(
    talk: Talk, case: Case, options: SolveOptions, promise: Promise, folder: Path
) -> tuple[Case, SolveOptions]:
    """Return the case as a re-plan of the approved run, and the options with that run to start from."""
    from ..optimizer.replan import approved_case
    from ..results.store import read_run
    from ..results.verify import verify

    with talk.waiting(f"verifying {promise.approved}"):
        audit = verify(folder)
    if not audit.rows and len(audit.faults) == 1 and audit.faults[0].startswith("there is no plan"):
        raise UsageError(f"{promise.approved} has no plan to start from")
    if not audit.holds:
        more = f" and {len(audit.faults) - SHOWN} more" if len(audit.faults) > SHOWN else ""
        said = "; ".join(audit.faults[:SHOWN]) + more
        raise NotVerified(f"{promise.approved} does not hold, so it cannot be what was approved: {said}")
    run = replace(read_run(folder), audit=audit)
    if folder != promise.approved:
        run = _approved_of(run)
    limits = promise.frozen_until, promise.max_change, promise.price
    return approved_case(case, run, *limits), replace(options, start=run)


def _approved_of(run: Run) -> Run:
    """Return a re-plan's run with the plan that it started from in place of its own."""
    import pandas as pd

    from ..results.plan import Plan
    from ..results.verify_cells import COLUMNS

    approved = run.case.approved
    if approved is None or run.plan is None:
        raise UsageError(f"the run of {run.case.settings.name} is no re-plan")
    tables = {
        name: pd.DataFrame([*rows], columns=list(rows[0]) if rows else COLUMNS[name])
        for name, rows in approved.tables.items()
    }
    return replace(run, plan=Plan(tables, run.plan.factors))
