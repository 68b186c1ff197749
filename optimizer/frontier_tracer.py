"""One frontier in the making: what is solved, from which run it starts, what the listener hears, when to stop."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from ..inputs.case import Case
from ..inputs.faults import Infeasible, NotVerified, SolverFailure
from ..results.frontier import EXCLUDED, WITHIN_GAP, Point
from ..results.goals import cents, total_value
from ..results.measures import measured
from ..results.plan import Run
from .aim import Aim
from .engine import Listener, Progress
from .frontier_cases import restated
from .signals import Interrupt
from .solve import SolveOptions, solve

EXACT = 1e-6  # gap, relative, that is none


def tight_gap(run: Run) -> bool:
    """Tell whether no plan can be better by the goal of a run, but for rounding."""
    report = run.report
    if run.plan is None or report.objective is None or report.bound is None:
        return False
    near = max(EXACT * max(1.0, abs(report.objective)), cents(run.case, run.plan.tables))
    return abs(report.bound - report.objective) <= near


@dataclass
class Tracer:
    """Solves the cases of a frontier one after the other, each from the run before."""

    case: Case
    goal: str
    group: str
    options: SolveOptions
    listener: Listener | None
    count: int
    interrupt: Interrupt
    number: int = 0
    latest: Run | None = None
    signal: int | None = None
    began: float = field(default_factory=time.monotonic)

    @property
    def stopped(self) -> bool:
        """Tell whether a signal came."""
        if self.signal is None and self.interrupt:
            self.signal = self.interrupt.number
        return self.signal is not None

    def next_point(self) -> None:
        """Begin another point."""
        self.number, self.began = self.number + 1, time.monotonic()

    def solved(self, case: Case, aim: Aim | None = None) -> Run:
        """Return the run of a case, started from the latest one with a plan; what solve raises, it raises."""
        start = self.latest if self.latest is not None else self.options.start
        given = float(self.case.settings.solve.gap) if self.options.gap is None else self.options.gap
        run = solve(case, replace(self.options, gap=given, start=start, aim=aim), self._heard)
        self.signal = self.signal if run.report.signal is None else run.report.signal
        self.latest = run if run.plan is not None else self.latest
        return run

    def _heard(self, progress: Progress) -> None:
        """Pass on progress with the number of the point."""
        if self.listener is not None:
            phase = f"point {min(self.number, self.count)} of {self.count}: {progress.phase}"
            self.listener(replace(progress, phase=phase))

    def point(
        self,
        case: Case,
        asked: float | None,
        aim: Aim | None = None,
        end: str = "",
        tight: Callable[[Run], Case] | None = None,
        sure: Callable[[Run], bool] = tight_gap,
    ) -> Point:
        """Return the point of a case; one without a plan says why.

        `tight` makes of the run the case that asks for what its plan reaches, `sure` says what is known of dominance.
        """
        try:
            run = self.solved(case, aim)
        except Infeasible as error:
            return self._without(asked, "infeasible", end, str(error).splitlines()[0])
        except NotVerified:
            raise
        except SolverFailure as error:
            return self._without(asked, "numerical", end, str(error))
        if run.plan is None:
            return self.reached_nothing(run, end, asked)
        return self.finished(run, asked, end, sure(run), tight)

    def finished(
        self, run: Run, asked: float | None, end: str, known: bool, tight: Callable[[Run], Case] | None
    ) -> Point:
        """Return the point of a run with a plan, restated; `known` tells whether nothing dominates it."""
        told = {"against": self.against, "asked": asked if asked is None or math.isfinite(asked) else "inf"}
        run = restated(run, run.case if tight is None else tight(run), told)
        return self.reached(run, asked, end, EXCLUDED if known else WITHIN_GAP)

    @property
    def against(self) -> str:
        """Return the goal as it was asked for."""
        return f"{self.goal}:{self.group}" if self.group else self.goal

    def reached(self, run: Run, asked: float | None, end: str, dominance: str) -> Point:
        """Return the point of a run with a plan."""
        assert run.plan is not None
        return Point(
            asked,
            total_value(run.case, run.plan.tables),
            self.measure(run),
            run.report.status.value,
            run,
            end,
            dominance,
            seconds=time.monotonic() - self.began,
        )

    def measure(self, run: Run) -> float:
        """Return what the plan of a run reaches of the goal."""
        assert run.plan is not None
        return measured(run.case, run.plan.tables, self.goal, self.group)

    def reached_nothing(self, run: Run, end: str, asked: float | None = None) -> Point:
        """Return the point of a run that ended without a plan."""
        limit = f" before the {run.report.limit.replace('_', ' ')}" if run.report.limit else ""
        return self._without(asked, run.report.status.value, end, f"no plan was found{limit}")

    def _without(self, asked: float | None, status: str, end: str, note: str) -> Point:
        return Point(asked, None, None, status, None, end, note=note, seconds=time.monotonic() - self.began)
