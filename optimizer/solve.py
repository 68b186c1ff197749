"""From a case to a verified run: build, compile, search, settle to the cent, verify."""

import gc
import math
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field, replace

import numpy as np
import pyomo.environ as pyo
from pyomo.common.gc_manager import PauseGC

from ..inputs.case import Case
from ..inputs.faults import Infeasible, NotVerified, SolverFailure
from ..models.build import build
from ..results.manifest import make_manifest
from ..results.plan import Plan, Run, SolveReport, Status, relative_gap
from ..results.rule_tables import rule_tables
from ..results.summary import summarise
from ..results.tables import Tables
from ..results.verify import Audit, audit
from .aside import set_aside
from .compile import Floats, Program, compile_model
from .diagnose import explain
from .doubt import Doubt
from .engine import Ending, Interrupt, Limits, Listener, Progress, Search, listening
from .extract import Factors, factor_table, fixed
from .reduce import reduce
from .search import Found, Hunt
from .settle import Cut, Settled, Settler
from .warm import Memory, Warm, earlier_gap, remember, startable

GRACE = 0.1  # part of the time limit that each resumed search may take after the limit
CUTS = 8  # schedules of the compact form that are cut off before the exact form is searched itself
LARGE = 1000  # columns of a model after which memory is tidied up
ROUNDS = 40  # how often the exact form is searched again after that

STATUS = {
    Ending.OPTIMAL: Status.OPTIMAL,
    Ending.INFEASIBLE: Status.INFEASIBLE,
    Ending.UNBOUNDED: Status.UNBOUNDED,
    Ending.TIME_LIMIT: Status.FEASIBLE,
    Ending.OTHER_LIMIT: Status.FEASIBLE,
    Ending.ROUNDING: Status.FEASIBLE,
    Ending.INTERRUPTED: Status.INTERRUPTED,
    Ending.NUMERICAL: Status.NUMERICAL,
}


@dataclass(frozen=True)
class SolveOptions:
    """How to solve; None takes the value of case.toml.

    `gap` is relative, `time_limit` in seconds, `threads` 0 = all. `start` is an earlier run, of this case or one like
    it, to start from; without a `gap` of its own the search then stops a tenth above the earlier gap. A run without a
    plan is no start. `steps` limits improvement steps and branch-and-bound nodes instead of time, so that every machine
    ends at the same plan (with one thread, and a time limit that is not reached).
    """

    gap: float | None = None
    time_limit: float | None = None
    seed: int = 1
    threads: int = 0
    solver_log: bool = False
    steps: int | None = None
    start: Run | None = None

    def limits(self, case: Case) -> Limits:
        """Return the engine's limits for a case."""
        gap = float(case.settings.solve.gap) if self.gap is None else self.gap
        if self.gap is None and self.start is not None and startable(self.start):
            gap = max(gap, earlier_gap(self.start))
        seconds = float(case.settings.solve.time_limit) if self.time_limit is None else self.time_limit
        return Limits(gap, seconds, self.seed, self.threads, self.solver_log, self.steps)


@dataclass
class Work:
    """One solve in progress: its limits, who listens, and how long each part took."""

    case: Case
    limits: Limits
    interrupt: Interrupt
    listener: Listener
    began: float = field(default_factory=time.monotonic)
    timings: dict[str, float] = field(default_factory=dict)
    warm: Warm | None = None
    memory: Memory | None = None

    def took(self, part: str, since: float) -> None:
        """Add the seconds since `since` to a part's time."""
        self.timings[part] = self.timings.get(part, 0.0) + time.monotonic() - since

    def prepare(self) -> tuple[pyo.ConcreteModel, Program, Program]:
        """Build and compile the exact model, and the compact form that is searched where it is smaller."""
        self.listener(Progress("building", time.monotonic() - self.began))
        clock = time.monotonic()
        model = build(self.case)
        compact = build(self.case, compact=True) if model.layout.shrinks else model
        self.took("build", clock)
        clock = time.monotonic()
        exact = compile_model(model)
        searched = exact if compact is model else compile_model(compact)
        self.took("compile", clock)
        return model, exact, searched

    def hunt(self, exact: Program, program: Program, settler: Settler) -> tuple[Found, Settled | None]:
        """Search `program` and settle in `exact`; where a schedule cannot be settled, say why and resume.

        A cut with a proof excludes no plan, so the bound may fall with it; once a schedule is excluded because it could
        not be rounded, the bound stays. After enough cuts the exact form itself is searched.
        """
        bound, start, lost, form, whole = None, None, False, program, exact
        if self.warm is not None:
            bound, start = self._known(self.warm, exact), self.warm.point(program)
            still = None if bound is None else self._still(self.warm, exact, program, settler, bound)
            if still is not None:
                return still
        for attempt in range(CUTS + ROUNDS):
            clock = time.monotonic()
            limits = self._limits(attempt)
            hunt = Hunt(form, limits, self.interrupt, self.listener, self.began, self.warm, bound)
            found = hunt.run(start)
            self.memory = remember(whole, hunt.relaxed)
            self.took("search", clock)
            if found.x is None:
                if lost and found.ending is Ending.INFEASIBLE:
                    break
                return replace(found, bound=_lower(bound, found.bound, lost)), None
            doubt = Doubt(form, found, self.limits, time.monotonic() - clock, self.interrupt)
            clock = time.monotonic()
            settled = settler.settle(exact, carry(form, exact, found.x))
            better = doubt.result()
            if better is not found and better.x is not None:
                found, settled = better, settler.settle(exact, carry(form, exact, better.x))
            self.took("settle", clock)
            bound = _lower(bound, found.bound, lost)
            found = replace(found, bound=bound)
            if settled.rounded is not None:
                return replace(found, ending=Ending.ROUNDING) if lost and self._open(found) else found, settled
            lost, start = lost or not settled.proof, None
            if settled.cut is not None:
                name = f"cut[{attempt}]"
                exact = exact if settled.proof else _with_cut(exact, settled.cut, name)
                form = exact if attempt >= CUTS else _with_cut(form, settled.cut, name)
        raise SolverFailure("no plan was found that holds every limit once amounts are rounded to minor units")

    def _known(self, warm: Warm, exact: Program) -> float | None:
        """Return the bound of the start where it still holds."""
        clock = time.monotonic()
        bound = warm.bound(exact)
        self.took("bound", clock)
        return bound

    def _still(
        self, warm: Warm, exact: Program, program: Program, settler: Settler, bound: float
    ) -> tuple[Found, Settled] | None:
        """Return the start itself where it is still a plan and its bound still holds; nothing is searched then."""
        clock, start = time.monotonic(), warm.point(program)
        reduced = reduce(fixed(program, start))
        outcome = Search(reduced.program, self.limits, relax=True).run(self.interrupt)
        gap = relative_gap(outcome.objective, bound)
        found, settled = None, None
        if outcome.x is not None and gap is not None and gap <= self.limits.gap:
            found = Found(Ending.OPTIMAL, reduced.expand(outcome.x), outcome.objective, bound, "start")
            settled = settler.settle(exact, carry(program, exact, start))
            self.memory = warm.handed_on(exact)
        self.took("start", clock)
        return (found, settled) if found and settled and settled.rounded is not None else None

    def _open(self, found: Found) -> bool:
        """Tell whether a search that ended by itself leaves a gap, because a better schedule could not be rounded."""
        gap = relative_gap(found.objective, found.bound)
        return found.ending is Ending.OPTIMAL and (gap is None or gap > self.limits.gap + 1e-9)

    def _limits(self, attempt: int) -> Limits:
        """Return the limits of a search; a resumed one gets some grace, so that what was found in time is not lost."""
        if not attempt:
            return self.limits
        passed = time.monotonic() - self.began
        return replace(self.limits, time_limit=max(self.limits.time_limit, passed + GRACE * self.limits.time_limit))


def _lower(bound: float | None, found: float | None, lost: bool) -> float | None:
    """Return the lower of two bounds; one found after a schedule was `lost` bounds too little and does not count."""
    if lost or found is None:
        return bound
    return found if bound is None else min(bound, found)


def carry(source: Program, target: Program, x: Floats) -> Floats:
    """Return the schedule of a point of one form as a point of the other (its money columns zero)."""
    if source.variables is target.variables:
        return x
    found = np.zeros(len(target.cost))
    for index, column in source.starts.items():
        if index in target.starts:
            found[target.starts[index]] = x[column]
    return found


def _with_cut(program: Program, cut: Cut, name: str) -> Program:
    """Return the program with a cut on its schedule."""
    row = np.zeros(len(program.cost))
    for index, value in cut[0].items():
        if index in program.starts:
            row[program.starts[index]] = value
    return program.with_row(row, cut[1], name)


def _ignore(_: Progress) -> None:
    """Listen to nothing."""


def solve(case: Case, options: SolveOptions | None = None, progress: Listener | None = None) -> Run:
    """Return the best plan within the limits, rounded to minor units and verified.

    Raises Infeasible when no plan satisfies every rule, SolverFailure when a plan cannot be settled or verified. A
    limit or signal without a plan gives a Run whose plan is None. Amounts in the Run are in whole currency units.
    """
    options = options or SolveOptions()
    if case.contradictions:
        raise Infeasible("; ".join(f"{f.file}: {f.expected} ({f.hint})" for f in case.contradictions))
    run = _solved(case, options, progress)
    if run.report.model["columns"] > LARGE:
        gc.collect()  # a model's objects refer to each other in circles, and those of one large model fill memory
    return run


def _solved(case: Case, options: SolveOptions, progress: Listener | None) -> Run:
    """Build, search, settle and verify."""
    limits = options.limits(case)
    warm = Warm(options.start, case) if options.start is not None and startable(options.start) else None
    with listening() as interrupt, ExitStack() as stack:
        work = Work(case, limits, interrupt, progress or _ignore, warm=warm)
        with PauseGC():
            model, exact, program = work.prepare()
            factors = factor_table(case)
            settler = Settler(model, exact, factors)
            stack.enter_context(set_aside())
        found, settled = work.hunt(exact, program, settler)
        if found.ending is Ending.INFEASIBLE and settled is None:
            work.listener(Progress("explaining", time.monotonic() - work.began))
            raise Infeasible(explain(case, model, exact, interrupt))
        report = _report(work, program, found, settled)
        return _run(case, report, settled, factors, _given(limits, warm), work)


def _given(limits: Limits, warm: Warm | None) -> dict[str, object]:
    """Return the options as they were in force, for the manifest."""
    given: dict[str, object] = {name: value for name, value in asdict(limits).items() if name != "log"}
    return given if warm is None else given | {"start": warm.name}


def _report(work: Work, program: Program, found: Found, settled: Settled | None) -> SolveReport:
    """Return how good the plan is; an optimum is only called so when the gap says it."""
    objective = None
    if settled is not None and settled.decisions is not None:
        objective = math.fsum(settled.decisions.worth.values())
    bound = found.bound
    if objective is not None and bound is not None:
        bound = max(bound, objective)
    gap = relative_gap(objective, bound)
    status = STATUS[found.ending]
    if status in (Status.OPTIMAL, Status.FEASIBLE) and objective is None:
        status = Status.NO_PLAN
    elif status is Status.OPTIMAL and (gap is None or gap > work.limits.gap + 1e-9):
        status = Status.FEASIBLE
    elif status is Status.FEASIBLE and gap is not None and gap <= work.limits.gap:
        status = Status.OPTIMAL
    limit = found.ending.value if found.ending in (Ending.TIME_LIMIT, Ending.OTHER_LIMIT, Ending.ROUNDING) else None
    if status is Status.OPTIMAL:
        limit = None
    elif status is Status.FEASIBLE and limit is None:  # the search called its gap closed, the exact one is wider
        limit = Ending.OTHER_LIMIT.value
    return SolveReport(
        status=status,
        objective=objective,
        bound=bound,
        gap=gap,
        seconds=time.monotonic() - work.began,
        terms={} if objective is None else {"value": objective},
        limit=limit,
        signal=work.interrupt.number,
        phase=found.phase,
        timings=dict(work.timings),
        model={
            "columns": len(program.cost),
            "integer": int(program.integer.sum()),
            "rows": len(program.row_lower),
            "nonzeros": int(program.matrix.nnz),
        },
    )


def _run(
    case: Case,
    report: SolveReport,
    settled: Settled | None,
    factors: Factors,
    options: Mapping[str, object],
    work: Work,
) -> Run:
    """Return the run with all tables; a plan that does not verify never leaves."""
    manifest = make_manifest(case, options, {})
    if settled is None or settled.decisions is None or settled.rounded is None:
        return Run(case, None, report, summarise(case, report, None), options=options, manifest=manifest)
    work.listener(Progress("verifying", time.monotonic() - work.began, report.objective, report.bound, report.gap))
    decisions = settled.decisions
    tables = Tables(case, factors, decisions.starts, decisions.worth, settled.rounded).all()
    summary = summarise(case, report, tables)
    checked: Audit = audit(case, tables, summary, factors)
    if checked.faults:
        raise NotVerified("the plan does not verify: " + "; ".join(checked.faults[:5]))
    tables |= rule_tables(case, checked)
    return Run(case, Plan(tables, factors), report, summary, checked, options, manifest, work.memory)
