"""From a case to a verified run: build, compile, search, settle to the cent, verify."""

import gc
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass

from pyomo.common.gc_manager import PauseGC

from ..inputs.case import Case
from ..inputs.faults import Infeasible, NotVerified
from ..results.differences import differences
from ..results.explanation import Explanation
from ..results.history import check_history
from ..results.manifest import make_manifest
from ..results.plan import Plan, Run, SolveReport, Status
from ..results.rule_tables import rule_tables
from ..results.summary import summarise
from ..results.verify import Audit, audit
from .aim import Aim
from .aside import set_aside
from .clock import Deadline
from .diagnose import kept_before
from .earlier import usable
from .engine import Ending, Limits, Listener, Progress
from .explain import USUAL, ExplainOptions, Inquiry
from .extract import Factors, factor_table
from .promise import as_approved, hunt, prefer
from .report import make_report
from .settle import Settler
from .signals import Interrupt, listening
from .steady import steady
from .warm import Warm, earlier_gap
from .work import Tabled, Work, tabled

BRIEF = 5.0  # seconds to explain a point of a frontier, of which only one line is shown
PART_UNKNOWN, LEAST_UNKNOWN, MOST_UNKNOWN = 0.2, 1.0, 10.0  # of the time limit, to say what stands in the way
LARGE = 1000  # columns of a model after which memory is tidied up


@dataclass(frozen=True)
class SolveOptions:
    """How to solve; None takes the value of case.toml.

    `gap` is relative, `time_limit` in seconds, `threads` 0 = all. `start` is an earlier run, of this case or one like
    it, to start from; without a `gap` of its own the search then stops a tenth above the earlier gap. A run without a
    plan, or with one of which the case knows nothing, is no start. `steps` limits improvement steps and
    branch-and-bound nodes instead of time, so that every machine ends at the same plan (with one thread, and a time
    limit that is not reached). `aim` asks for more than the case does, as the frontier does. `explain_limit`
    is how many seconds the explanation of a case without a plan may take (60), on top of the time limit.
    """

    gap: float | None = None
    time_limit: float | None = None
    seed: int = 1
    threads: int = 0
    solver_log: bool = False
    steps: int | None = None
    start: Run | None = None
    aim: Aim | None = None
    explain_limit: float | None = None

    def limits(self, case: Case) -> Limits:
        """Return the engine's limits for a case."""
        gap = float(case.settings.solve.gap) if self.gap is None else self.gap
        if self.gap is None and self.start is not None and usable(self.start, case):
            gap = max(gap, earlier_gap(self.start))
        seconds = float(case.settings.solve.time_limit) if self.time_limit is None else self.time_limit
        return Limits(gap, seconds, self.seed, self.threads, self.solver_log, self.steps)


def _ignore(_: Progress) -> None:
    """Listen to nothing."""


def solve(case: Case, options: SolveOptions | None = None, progress: Listener | None = None) -> Run:
    """Return the best plan within the limits, rounded to minor units and verified.

    Raises Infeasible when no plan satisfies every rule, SolverFailure when a plan cannot be settled or verified. A
    limit or signal without a plan gives a Run whose plan is None. Amounts in the Run are in whole currency units.
    """
    options = options or SolveOptions()
    if case.contradictions:
        with listening() as interrupt:
            raise Infeasible(_inquiry(case, options, interrupt).infeasible())
    check_history(case, factor_table)
    run = _solved(case, options, progress)
    if run.report.model["columns"] > LARGE:
        gc.collect()  # a model's objects refer to each other in circles, and those of one large model fill memory
    return run


def _solved(case: Case, options: SolveOptions, progress: Listener | None) -> Run:
    """Build, search, settle and verify."""
    limits = options.limits(case)
    warm = Warm(options.start, case) if options.start is not None and usable(options.start, case) else None
    with listening() as interrupt, ExitStack() as stack:
        work, aim = Work(case, limits, interrupt, progress or _ignore, warm=warm), options.aim
        work.restrict = aim.restrict if aim is not None and aim.extra else None
        with PauseGC():
            model, exact, program = work.prepare()
            factors = factor_table(case)
            settler = Settler(model, exact, factors)
            stack.enter_context(set_aside())
            promise = as_approved(case, options.start, factors)
        found, settled = hunt(work, exact, program, settler, promise)
        if found.ending is Ending.INFEASIBLE and settled is None and promise is None:
            work.listener(Progress("explaining", time.monotonic() - work.began))
            inquiry = _inquiry(case, options, interrupt)
            raise Infeasible(inquiry.infeasible(kept_before(case, model, exact, interrupt)))
        settler.deadline = Deadline(work.clock, whole=True)
        tables, terms = tabled(case, factors, settled)
        if tables is not None and settled is not None and case.settings.objective.tie_break:
            tables, terms = work.tie_break(settler, exact, settled, found, tables, terms)
        elif tables is not None and settled is not None and case.approved is not None:
            tables, terms = steady(work, settler, exact, settled, tables, terms)
        if tables is not None and settled is not None and aim is not None:
            tables, terms = aim.improve(work, settler, exact, settled, tables, terms)
        found, tables, terms = prefer(case, promise, found, tables, terms)
        report = make_report(work, program, found, terms)
        return _run(case, report, tables, factors, _given(limits, warm), work)


def _inquiry(case: Case, options: SolveOptions, interrupt: Interrupt) -> Inquiry:
    """Return the question why a case has no plan; what it may take is not part of the time limit of the search."""
    aim = options.aim
    restrict = aim.restrict if aim is not None and aim.extra else None
    asked = ExplainOptions(seconds=USUAL if options.explain_limit is None else options.explain_limit)
    if aim is not None:
        asked = ExplainOptions(alternatives=0, seconds=BRIEF)
    return Inquiry(case, asked, interrupt, restrict)


def _unsatisfied(case: Case, work: Work) -> Explanation:
    """Return which rules stood in the way of a search that ended without a plan."""
    work.listener(Progress("explaining", time.monotonic() - work.began))
    seconds = min(MOST_UNKNOWN, max(LEAST_UNKNOWN, PART_UNKNOWN * work.limits.time_limit))
    return Inquiry(case, ExplainOptions(seconds=seconds), work.interrupt, work.restrict).unknown()


def _given(limits: Limits, warm: Warm | None) -> dict[str, object]:
    """Return the options as they were in force, for the manifest."""
    given: dict[str, object] = {name: value for name, value in asdict(limits).items() if name != "log"}
    return given if warm is None else given | {"start": warm.name}


def _run(
    case: Case,
    report: SolveReport,
    tables: Tabled | None,
    factors: Factors,
    options: Mapping[str, object],
    work: Work,
) -> Run:
    """Return the run with all tables; a plan that does not verify never leaves."""
    manifest = make_manifest(case, options, {})
    summary = summarise(case, report, tables)
    if tables is None:
        unknown = None if report.status is not Status.NO_PLAN else _unsatisfied(case, work)
        return Run(case, None, report, summary, options=options, manifest=manifest, explanation=unknown)
    work.listener(Progress("verifying", time.monotonic() - work.began, report.objective, report.bound, report.gap))
    checked: Audit = audit(case, tables, summary, factors)
    if checked.faults:
        raise NotVerified("the plan does not verify: " + "; ".join(checked.faults[:5]))
    tables |= rule_tables(case, checked)
    if case.approved is not None:
        tables["differences"] = differences(case, tables, checked.rows, factors)
    return Run(case, Plan(tables, factors), report, summary, checked, options, manifest, work.memory)
