"""One solve in progress: its programs, the search on them, and the plan settled from what is found."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import pandas as pd
import pyomo.environ as pyo

from ..inputs.case import Case
from ..inputs.faults import SolverFailure
from ..models.build import build
from ..results.goals import cents, public_outlay, reached, total
from ..results.plan import relative_gap
from ..results.tables import Tables
from .clock import Clock, Deadline
from .columns import Root
from .compile import Floats, Program, compile_model
from .doubt import Doubt
from .dust import swept
from .ease import eased
from .engine import Ending, Limits, Listener, Progress, Search
from .extract import Factors, fixed
from .goals import natural, scale
from .plans import Plans
from .reduce import reduce
from .report import Terms, ends
from .search import Found, Hunt
from .settle import Cut, Settled, Settler
from .signals import Interrupt
from .standby import stand_by
from .tails import FULLY, Row, Rows, Tails
from .tiebreak import EQUAL, LEAST, PART, Second, frugal, worth
from .warm import Memory, Warm, remember

PRECISE = 0.1  # part of the gap by which a need may fall short where hedging it is part of the goal
GRACE = 0.1  # part of the time limit that each resumed search may take after the limit,
RESUMED = 0.5  # and of the time in which its plan is to be settled too
SPARED = 0.6  # part of the time left that the search for a second goal may take
UNROUNDED = "no plan was found that holds every limit once amounts are rounded to minor units"
CUTS = 8  # schedules of the compact form that are cut off before the exact form is searched itself
ROUNDS = 40  # how often the exact form is searched again after that

Tabled = dict[str, pd.DataFrame]


@dataclass
class Work:
    """One solve in progress: its limits, who listens, and how long each part took.

    `plain` is the exact program before rows of `tails` are added. `restrict` adds rows to the model that no table says;
    there is no compact form then.
    """

    case: Case
    limits: Limits
    interrupt: Interrupt
    listener: Listener
    began: float = field(default_factory=time.monotonic)
    timings: dict[str, float] = field(default_factory=dict)
    warm: Warm | None = None
    memory: Memory | None = None
    plain: Program | None = None
    tails: Tails = field(default_factory=lambda: Tails(()))
    restrict: Callable[[pyo.ConcreteModel], None] | None = None

    def __post_init__(self) -> None:
        """Let the listener hear objectives as the case counts them."""
        self.tell = natural(self.case, self.listener)
        self.clock = Clock(self.began, self.limits.time_limit, self.interrupt)

    def took(self, part: str, since: float) -> None:
        """Add the seconds since `since` to a part's time."""
        self.timings[part] = self.timings.get(part, 0.0) + time.monotonic() - since

    def prepare(self) -> tuple[pyo.ConcreteModel, Program, Program]:
        """Build and compile the exact model, and the compact form that is searched where it is smaller."""
        self.listener(Progress("building", time.monotonic() - self.began))
        clock = time.monotonic()
        model = build(self.case)
        if self.restrict is not None:
            self.restrict(model)
        compact = build(self.case, compact=True) if self.restrict is None and _shrinks(model) else model
        self.took("build", clock)
        clock = time.monotonic()
        exact = eased(model, compile_model(model))
        searched = exact if compact is model else compile_model(compact)
        self.took("compile", clock)
        self.clock.built = time.monotonic() - self.began
        clock = time.monotonic()
        self.plain, rooted = exact, Tails.of(model, exact).rooted(exact, self.limits, self.interrupt)
        self.tails = Tails.of(compact, searched)
        if compact is not model:
            searched = self.tails.rooted(searched, self.limits, self.interrupt)
        self.took("tails", clock)
        return model, rooted, rooted if compact is model else searched

    def hunt(self, exact: Program, program: Program, settler: Settler) -> tuple[Found, Settled | None]:
        """Search `program` and settle in `exact`; where a schedule cannot be settled, say why and resume.

        A cut with a proof excludes no plan, so the bound may fall with it; once a schedule is excluded because it could
        not be rounded, the bound stays. After enough cuts the exact form itself is searched. Where the time is up
        before a schedule is settled, another plan stands in for it.
        """
        settler.deadline = Deadline(self.clock)
        last: Found | None = None
        bound, start, lost, form, plain = None, None, False, program, self.plain or exact
        if self.warm is not None:
            bound, start = self._known(self.warm, plain), self.warm.point(program)
            still = None if bound is None else self._still(self.warm, exact, program, settler, bound)
            if still is not None:
                return still
        for attempt in range(CUTS + ROUNDS):
            clock = time.monotonic()
            tails = self.tails if attempt <= CUTS else settler.tails
            form, found, relaxed = self._sought(form, tails, self._limits(attempt), start, bound)
            self.memory = remember(plain, relaxed)
            self.took("search", clock)
            if found.x is None:
                if lost and found.ending is Ending.INFEASIBLE:
                    raise SolverFailure(UNROUNDED)
                if last is not None and self.clock.late:
                    return self._stand_in(settler, exact, replace(last, bound=_lower(bound, found.bound, lost)))
                return replace(found, bound=_lower(bound, found.bound, lost)), None
            doubt = Doubt(form, found, self.limits, time.monotonic() - clock, self.interrupt)
            clock = time.monotonic()
            whole = self.clock.late and form.variables is exact.variables  # no time to decide better what follows
            point = carry(form, exact, found.x)
            settled = settler.settle(exact, point, decided=whole)
            better = doubt.result()
            if better is not found and better.x is not None:
                found, point = better, carry(form, exact, better.x)
                settled = settler.settle(exact, point)
            self.took("settle", clock)
            bound = _lower(bound, found.bound, lost)
            found = replace(found, bound=bound)
            if settled.rounded is not None:
                return replace(found, ending=Ending.ROUNDING) if lost and self._open(found) else found, settled
            lost, start, last = lost or not settled.proof, None, replace(found, x=point)
            if settled.hurried or self.clock.main() <= 0.0:
                return self._stand_in(settler, exact, last)
            if settled.cut is not None:
                name = f"cut[{attempt}]"
                exact = exact if settled.proof else _with_cut(exact, settled.cut, name)
                form = exact if attempt >= CUTS else _with_cut(form, settled.cut, name)
        raise SolverFailure(UNROUNDED)

    def _stand_in(self, settler: Settler, exact: Program, found: Found) -> tuple[Found, Settled | None]:
        """Return a plan that stands in for one whose payments there was no time to settle; what was found otherwise."""
        self.clock.short("settling")
        clock = time.monotonic()
        self.listener(Progress("standing in", clock - self.began))
        ending = Ending.INTERRUPTED if self.interrupt else Ending.TIME_LIMIT
        other = stand_by(settler, exact, found.x, Deadline(self.clock, whole=True))
        self.took("settle", clock)
        if other is None:
            return replace(found, ending=ending, x=None, objective=None), None
        point, settled = other
        return replace(found, ending=ending, x=point, objective=float(exact.cost @ point), phase="stand-in"), settled

    def second(self, what: str, part: float, at_once: bool = False) -> Second:
        """Return what the search for a second goal may take, so that its plan can be settled as well.

        Of the time limit what is left of it, or this part of it; `at_once`: only that part.
        """
        limit = self.limits.time_limit
        left = max(0.0 if at_once else limit - (time.monotonic() - self.began), LEAST, part * limit)
        seconds = max(0.0, min(left, SPARED * self.clock.left()))
        return Second(replace(self.limits, time_limit=seconds), self.interrupt, partial(self.clock.short, what))

    def _sought(
        self, form: Program, tails: Tails, limits: Limits, start: Floats | None, bound: float | None
    ) -> tuple[Program, Found, tuple[Plans, Root] | None]:
        """Search; where hedges are part of the goal, until the plan's needs are those of its payments.

        Returns the program as it was searched last, what was found, and the relaxation.
        """
        slack = max(FULLY, PRECISE * limits.gap) if self.case.settings.objective.goal == "public_money" else math.inf
        rows: list[Row] = []
        while True:
            hunt = Hunt(form, limits, self.interrupt, self.tell, self.began, self.warm, bound)
            found = hunt.run(start)
            new = tails.broken(form.values(found.x), slack, rows) if found.x is not None else []
            if not new or found.ending is not Ending.OPTIMAL:
                return form, found, hunt.relaxed
            rows += new
            form, start = Rows.of(new, form.column_scale).added_to(form), found.x

    def tie_break(
        self, settler: Settler, exact: Program, settled: Settled, found: Found, tables: Tabled, terms: Terms
    ) -> tuple[Tabled, Terms]:
        """Return the tables and terms of a plan that reaches as much for less public outlay, where one is found.

        One whose rounding would open the gap again, though it was closed, is not taken.
        """
        if settled.decisions is None or self.case.settings.objective.goal == "public_money":
            return tables, terms
        if self.interrupt:
            self.clock.short("tie-break")
            return tables, terms
        least = total(terms)
        self.listener(Progress("tie-break", time.monotonic() - self.began, least))
        clock, starts = time.monotonic(), settled.decisions.starts
        may = self.second("tie-break", PART)
        reached = worth(settler.tails.whole(exact), starts, may.limits.time_limit) if self._rounds(settler) else None
        reached = least / scale(self.case) if reached is None else reached
        other = frugal(settler, exact, starts, reached, may)
        cheaper, reaches = tabled(self.case, settler.factors, None if other is None else other.settled)
        self.took("tie_break", clock)
        if other is None or cheaper is None:
            return tables, terms
        less = other.gives * scale(self.case) + cents(self.case, cheaper, tables)
        if total(reaches) < least - less - EQUAL * max(1.0, abs(least)):
            return tables, terms
        gaps = [ends(self.case, found, each).gap for each in (terms, reaches)]
        if gaps[0] is not None and gaps[1] is not None and gaps[0] <= self.limits.gap + 1e-9 < gaps[1]:
            return tables, terms
        costs = [math.fsum(public_outlay(self.case, each).values()) for each in (cheaper, tables)]
        return (cheaper, reaches) if costs[0] < costs[1] else (tables, terms)

    def _rounds(self, settler: Settler) -> bool:
        """Tell whether what a plan reaches hangs on how its amounts or levels are rounded."""
        return bool(len(settler.model.level)) or self.case.settings.objective.goal != "value"

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
        reduced = reduce(fixed(program, start, following=False))
        outcome = Search(reduced.program, self.limits, relax=not len(reduced.program.following)).run(self.interrupt)
        gap = relative_gap(outcome.objective, bound)
        found, settled = None, None
        if outcome.x is not None and gap is not None and gap <= self.limits.gap:
            found = Found(Ending.OPTIMAL, reduced.expand(outcome.x), outcome.objective, bound, "start")
            settled = settler.settle(exact, carry(program, exact, start))
            self.memory = warm.handed_on(self.plain or exact)
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
        passed, limit = time.monotonic() - self.began, self.limits.time_limit
        more = min(RESUMED * self.clock.main(), max(1.0, GRACE * limit))
        return replace(self.limits, time_limit=max(limit, passed + max(0.0, more)))


def _shrinks(model: pyo.ConcreteModel) -> bool:
    """Tell whether the compact form is smaller, and a schedule worth the same in it: no money is in the objective."""
    goal = model.layout.case.settings.objective.goal
    return bool(model.layout.shrinks and goal != "public_money" and not model.layout.schedule.partial)


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


def tabled(case: Case, factors: Factors, settled: Settled | None) -> tuple[Tabled | None, Terms]:
    """Return the tables of a settled plan, and what it reaches of the goal term by term."""
    if settled is None or settled.decisions is None or settled.rounded is None:
        return None, {}
    tables = Tables(case, factors, settled.decisions, settled.rounded).all()
    tables = swept(case, factors, settled.decisions, settled.rounded, tables)
    return tables, reached(case, tables, settled.decisions)
