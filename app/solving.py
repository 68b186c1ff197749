"""The command `solve`: from a case to a written, verified run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from ..inputs.faults import Infeasible, InputError, UsageError, did_you_mean
from ..inputs.read import hash_inputs, read_case
from ..inputs.scenarios import parse_set
from .console import Talk, stdout_kept_clean
from .ending import limit_line, stopper, title, what_if
from .exits import Exit, exit_of
from .folders import case_path, output_folder, stem_of
from .progress import search_progress

if TYPE_CHECKING:
    from ..inputs.case import Case
    from ..optimizer.solve import SolveOptions
    from ..results.plan import Plan, Run

    Prepare = Callable[[Talk, Case, SolveOptions], tuple[Case, SolveOptions]]

MOST_NAMES = 10


@dataclass(frozen=True)
class Request:
    """What `fundalign solve` was asked for, apart from the options of the search."""

    case: str
    output: Path | None
    scenario: str | None
    changes: tuple[str, ...]
    force: bool
    start: Path | None = None

    @property
    def what_if(self) -> dict[str, object]:
        """Return the scenario and the changes as a run records them."""
        return {"scenario": self.scenario, "set": list(self.changes)}


def as_it_is(talk: Talk, case: Case, options: SolveOptions) -> tuple[Case, SolveOptions]:
    """Solve the case as it is."""
    return case, options


def solve_case(talk: Talk, request: Request, options: SolveOptions, prepare: Prepare = as_it_is) -> int:
    """Read, change, `prepare`, solve, write and show; return the exit code of how the search ended."""
    path = case_path(request.case)
    folder = output_folder(path, request.output, request.force)
    options = started(talk, request, options)
    case, options = prepare(talk, changed_case(talk, path, request), options)
    _say_start(talk, request, options, case)
    for warning in case.warnings:
        talk.log.warning(str(warning).removeprefix("warning: "), **warning.as_dict())
    began = monotonic()
    try:
        run = asked_run(_search(talk, case, options), request, path)
    except Infeasible as error:
        run = asked_run(_without_solution(case, options, path, monotonic() - began, error), request, path)
        run.write(folder, force=request.force)
        return _infeasible(talk, run, folder)
    plan = run.plan
    if plan is None:
        return _without_plan(talk, run)
    run.write(folder, force=request.force)
    _show(talk, run, plan, folder)
    return exit_of(run.report.status.value, run.report.signal)


def started(talk: Talk, request: Request, options: SolveOptions) -> SolveOptions:
    """Return the options with the run to start from; one without a plan is said and passed over."""
    if request.start is None:
        return options
    from ..optimizer.earlier import startable
    from ..results.store import read_run

    with talk.waiting(f"reading {stem_of(request.start)}"):
        run = read_run(request.start)
    if not startable(run):
        talk.log.warning(f"{request.start} has no plan to start from; the search starts from nothing", "start")
        return options
    return replace(options, start=run)


def _say_start(talk: Talk, request: Request, options: SolveOptions, case: Case) -> None:
    """Say how much of the run to start from the case knows."""
    if request.start is None or options.start is None:
        return
    from ..optimizer.earlier import known

    found, name = known(options.start, case), options.start.case.settings.name
    fields = {"known": found.initiatives, "funded": found.funded}
    if found.nothing:
        told = f"{request.start} ({name}) funds nothing that this case knows; the search starts from nothing"
        talk.log.warning(told, "start", **fields)
    elif found.funded:
        told = f"start: {found.initiatives} of {found.funded} funded initiatives known"
        talk.log.info(told, "start", **fields)


def asked_run(run: Run, request: Request, path: Path) -> Run:
    """Return the run with what it was asked for: scenario and changes, and the files of the case as given."""
    options = {**run.options, **request.what_if}
    manifest = {**run.manifest, "inputs": hash_inputs(path), "options": options}
    return replace(run, options=options, manifest=manifest, summary={**run.summary, **request.what_if})


def changed_case(talk: Talk, path: Path, request: Request) -> Case:
    """Return the case as asked for: the scenario first, then the changes in their order."""
    changes = [parse_set(text) for text in request.changes]
    with talk.waiting(f"reading {stem_of(path)}"):
        case = read_case(path)
        try:
            if request.scenario is not None:
                case = _scenario(case, request.scenario)
            return case.apply(changes) if changes else case
        except InputError as error:
            error.add_note(f"the what-if ({', '.join(what_if(request.what_if))})")
            raise


def _scenario(case: Case, name: str) -> Case:
    """Return the case after a scenario; UsageError names those there are, and says so when the name is a grid's."""
    known = [scenario.name for scenario in case.scenarios]
    if name in known:
        return case.scenario(name)
    members = [each for each in known if each.startswith(f"{name}: ")]
    if members:
        raise UsageError(f"'{name}' is a grid of {len(members)} scenarios; name one of them: {_listed(members)}")
    if not known:
        raise UsageError(f"no scenario '{name}': the case has no scenarios.toml, or none in it")
    close = did_you_mean(name, known, " ").strip()
    raise UsageError(f"no scenario '{name}' ({f'{close} ' if close else ''}there are: {_listed(known)})")


def _listed(names: list[str]) -> str:
    more = len(names) - MOST_NAMES
    return ", ".join(f"'{name}'" for name in names[:MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


def _search(talk: Talk, case: Case, options: SolveOptions) -> Run:
    from ..optimizer.solve import solve

    with stdout_kept_clean(), search_progress(talk.log, live=not options.solver_log) as callback:
        return solve(case, options, progress=callback)


def _without_solution(case: Case, options: SolveOptions, path: Path, seconds: float, error: Infeasible) -> Run:
    """Return the run of a case that no plan satisfies, with the explanation in its summary."""
    from ..results.explanation import Explanation
    from ..results.manifest import make_manifest
    from ..results.plan import Run, SolveReport, Status
    from ..results.summary import summarise

    report = SolveReport(Status.INFEASIBLE, None, None, None, seconds)
    summary = summarise(case, report, None) | {"explanation": str(error)}
    limits = {name: value for name, value in asdict(options.limits(case)).items() if name != "log"}
    manifest = make_manifest(case, limits, hash_inputs(path))
    found = error.explanation if isinstance(error.explanation, Explanation) else None
    return Run(case, None, report, summary, options=limits, manifest=manifest, explanation=found)


def _infeasible(talk: Talk, run: Run, folder: Path) -> int:
    """Say why there is no plan."""
    from .explain_page import page

    if talk.wants_json:
        talk.data({**run.summary, **_told(run)})
    elif run.explanation is not None:
        talk.show(*page(run.explanation), f"\nwritten to {folder} (explanation.json)")
    talk.log.error(f"no plan keeps every rule of {title(run)}", "infeasible")
    return Exit.INFEASIBLE


def _told(run: Run) -> dict[str, object]:
    """Return the parts of the explanation that a summary has no place for."""
    found = run.explanation
    return {} if found is None else {name: found.as_dict()[name] for name in ("conflicts", "repairs", "unsatisfied")}


def _without_plan(talk: Talk, run: Run) -> int:
    """Say how a search ended that found no plan."""
    from .explain_page import page

    report = run.report
    status = report.status.value
    when = "the amounts of a plan were settled" if "settling" in report.cut_short else "a plan was found"
    ends = {
        "no_plan": f"{stopper(run)} came before {when}",
        "interrupted": f"stopped by {stopper(run)} before {when.replace('a plan', 'any plan')}",
        "unbounded": "the objective has no limit: no rule keeps it finite",
        "numerical": "the solver met numerical trouble and gave no plan",
    }
    if talk.wants_json:
        talk.data({**run.summary, **_told(run)})
    elif run.explanation is not None:
        talk.show(*page(run.explanation))
    talk.log.error(f"{ends[status]} ({report.seconds:.1f} s); nothing was written", status)
    return exit_of(status, report.signal)


def _show(talk: Talk, run: Run, plan: Plan, folder: Path) -> None:
    """Show the plan: the summary as JSON, or tables; the limit that ended the search is the last line."""
    from .differences import differences_page, with_differences
    from .solution import files_line, solution_page

    last = limit_line(run)
    if talk.wants_json:
        talk.data(with_differences(run, plan))
        if last is not None:
            talk.log.warning(last.plain, "limit")
        return
    talk.show(
        *solution_page(run, plan),
        *differences_page(run, plan),
        files_line(folder),
        *([last] if last is not None else []),
    )
