"""The one place that knows HiGHS: a program in, an outcome out; interruptible, with progress.

Every outcome of the solver is a status of its own; bound and incumbent are kept whatever ended the search.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray

from .compile import Floats, Program


class Ending(StrEnum):
    """What ended a solve."""

    OPTIMAL = "optimal"
    INFEASIBLE = "infeasible"
    UNBOUNDED = "unbounded"
    TIME_LIMIT = "time_limit"
    OTHER_LIMIT = "other_limit"
    INTERRUPTED = "interrupted"
    NUMERICAL = "numerical"
    ROUNDING = "rounding"  # better schedules were found whose payments cannot be rounded to minor units


@dataclass(frozen=True)
class Progress:
    """Where a search stands: phase, seconds since the start, incumbent, bound and relative gap (None: none yet).

    `limit` is the number of seconds at which it ends at the latest.
    """

    phase: str
    seconds: float
    incumbent: float | None = None
    bound: float | None = None
    gap: float | None = None
    limit: float | None = None


Listener = Callable[[Progress], None]


@dataclass(frozen=True)
class Outcome:
    """What a solve gave: `x` in the solver's scale (None: no point), objective and bound of the maximisation.

    `reduced_costs` (of the columns) and `prices` (of the rows) come with linear programs only.
    """

    ending: Ending
    x: Floats | None
    objective: float | None
    bound: float | None
    seconds: float
    reduced_costs: Floats | None = None
    prices: Floats | None = None


@dataclass(frozen=True)
class Limits:
    """How long and how exactly to search.

    `gap` is relative; `threads` 0 = the solver's choice; `steps` of improvement and as many branch-and-bound nodes
    (None: as many as time allows) make a search end at the same plan on every machine.
    """

    gap: float = 0.0
    time_limit: float = float("inf")
    seed: int = 1
    threads: int = 0
    log: bool = False
    steps: int | None = None


def _pass(highs: highspy.Highs, program: Program, relax: bool) -> None:
    """Hand the whole program to HiGHS at once."""
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(program.cost), len(program.row_lower)
    lp.sense_ = highspy.ObjSense.kMaximize
    lp.offset_ = program.offset
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = program.cost, program.lower, program.upper
    lp.row_lower_, lp.row_upper_ = program.row_lower, program.row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.num_col_, lp.a_matrix_.num_row_ = lp.num_col_, lp.num_row_
    lp.a_matrix_.start_ = program.matrix.indptr.astype(np.int32)
    lp.a_matrix_.index_ = program.matrix.indices.astype(np.int32)
    lp.a_matrix_.value_ = program.matrix.data
    if not relax and program.integer.any():
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[int(flag)] for flag in program.integer]
    highs.passModel(lp)


EXACT, USUAL = 1e-7, 1e-6  # how near to whole an integer has to be, and how near HiGHS asks for by itself
EMPTY = 1e-7  # what a row without columns may ask for, in its scale, and be called satisfied
ENDINGS = {
    highspy.HighsModelStatus.kOptimal: Ending.OPTIMAL,
    highspy.HighsModelStatus.kInfeasible: Ending.INFEASIBLE,
    highspy.HighsModelStatus.kUnbounded: Ending.UNBOUNDED,
    highspy.HighsModelStatus.kUnboundedOrInfeasible: Ending.NUMERICAL,
    highspy.HighsModelStatus.kTimeLimit: Ending.TIME_LIMIT,
    highspy.HighsModelStatus.kIterationLimit: Ending.OTHER_LIMIT,
    highspy.HighsModelStatus.kSolutionLimit: Ending.OTHER_LIMIT,
    highspy.HighsModelStatus.kObjectiveBound: Ending.OTHER_LIMIT,
    highspy.HighsModelStatus.kObjectiveTarget: Ending.OTHER_LIMIT,
    highspy.HighsModelStatus.kInterrupt: Ending.INTERRUPTED,
}


def _ending(highs: highspy.Highs, program: Program) -> Ending:
    """Return how HiGHS ended; it calls a program without columns empty whatever its rows ask for."""
    status = highs.getModelStatus()
    if status == highspy.HighsModelStatus.kModelEmpty:
        broken = (program.row_lower > EMPTY) | (program.row_upper < -EMPTY)
        return Ending.INFEASIBLE if broken.any() else Ending.OPTIMAL
    return ENDINGS.get(status, Ending.NUMERICAL)


STATUSES = {int(status): status for status in highspy.HighsBasisStatus.__members__.values()}
Statuses = NDArray[np.int8]
Basis = tuple[Statuses, Statuses]  # of columns and rows


class Relaxation:
    """One linear relaxation, solved again and again from its last basis as bounds change and columns come."""

    def __init__(self, program: Program, limits: Limits, interior: bool = False) -> None:
        """Pass the program without integrality; `interior` starts by interior point with crossover.

        HiGHS heeds its objective bound only when minimising, so the negative is minimised.
        """
        self.program = program
        self.highs = highspy.Highs()
        options: dict[str, bool | int | float | str] = {
            "output_flag": False,
            "random_seed": limits.seed,
            "threads": 0,  # of a thread's solvers HiGHS refuses those that name another number than the first one did
            "parallel": "off",
            "solver": "ipm" if interior else "simplex",
        }
        if not interior:
            options["presolve"] = "off"
        for name, value in options.items():
            self.highs.setOptionValue(name, value)
        _pass(self.highs, replace(program, cost=-program.cost, offset=-program.offset), relax=True)
        self.highs.changeObjectiveSense(highspy.ObjSense.kMinimize)

    def bind(self, columns: NDArray[np.int64], lower: Floats, upper: Floats) -> None:
        """Set the bounds of some columns."""
        self.highs.changeColsBounds(len(columns), columns.astype(np.int32), lower, upper)

    def basis(self) -> Basis:
        """Return the status of every column and row in the last basis, as HiGHS numbers them (0: at the lower side)."""
        found = self.highs.getBasis()
        columns, rows = ([int(status) for status in part] for part in (found.col_status, found.row_status))
        return np.array(columns, dtype=np.int8), np.array(rows, dtype=np.int8)

    def start_from(self, columns: Statuses, rows: Statuses, near: bool = False) -> None:
        """Start the next solve from a basis; one that has become singular is mended by HiGHS.

        `near` says that it may have too few or too many basic columns and rows, which HiGHS mends, too.
        """
        found = highspy.HighsBasis()
        found.col_status = [STATUSES[status] for status in columns.tolist()]
        found.row_status = [STATUSES[status] for status in rows.tolist()]
        found.valid, found.alien = True, near
        self.highs.setBasis(found)

    def primal(self) -> None:
        """Solve by primal simplex from now on: from a basis that is primal feasible, or nearly."""
        self.highs.setOptionValue("simplex_strategy", 4)

    def dual(self) -> None:
        """Solve by dual simplex from now on: from a basis that was optimal before bounds changed."""
        self.highs.setOptionValue("simplex_strategy", 1)

    def forget(self) -> None:
        """Solve from nothing, by dual simplex."""
        self.highs.clearSolver()
        self.dual()

    def add(self, cost: Floats, lower: Floats, upper: Floats, matrix: Any) -> None:
        """Add columns (`matrix` is by columns); what follows is solved by primal simplex, which they leave feasible."""
        sizes = matrix.indptr[:-1].astype(np.int32), matrix.indices.astype(np.int32)
        self.highs.addCols(len(cost), -cost, lower, upper, matrix.nnz, *sizes, matrix.data)
        self.primal()

    def add_rows(self, lower: Floats, matrix: Any) -> None:
        """Add rows `matrix·x ≥ lower` (by rows); what follows is solved by dual simplex, which they leave feasible."""
        starts = matrix.indptr[:-1].astype(np.int32)
        none = np.full(len(lower), np.inf)
        self.highs.addRows(len(lower), lower, none, matrix.nnz, starts, matrix.indices.astype(np.int32), matrix.data)

    def solve(self, seconds: float, interrupt: object, at_least: float = -np.inf, brief: bool = False) -> Outcome:
        """Solve; stops as OTHER_LIMIT once the objective provably stays below `at_least`.

        `brief` says that it takes milliseconds, and no signal need be heeded meanwhile.
        """
        began = time.monotonic()
        self.highs.setOptionValue("time_limit", self.highs.getRunTime() + max(0.0, seconds))
        self.highs.setOptionValue("objective_bound", -at_least)
        if self.highs.HandleUserInterrupt == brief:
            self.highs.HandleUserInterrupt = not brief
        if brief:
            self.highs.run()
        else:
            _run(self.highs, interrupt)
        self.highs.setOptionValue("solver", "simplex")
        ending = _ending(self.highs, self.program)
        if ending is not Ending.OPTIMAL:
            return Outcome(ending, None, None, None, time.monotonic() - began)
        value = -float(self.highs.getInfo().objective_function_value)
        solution = self.highs.getSolution()
        x, prices = (np.asarray(v, dtype=float) for v in (solution.col_value, solution.row_dual))
        return Outcome(ending, x, value, value, time.monotonic() - began, prices=-prices)


def _run(highs: highspy.Highs, interrupt: object | None) -> None:
    """Run HiGHS in a thread of its own, so that signals reach us, and stop it once `interrupt` is true.

    highspy's own `startSolve` lets only one solver of a process run at a time.
    """
    worker = threading.Thread(target=highs.run, daemon=True)
    worker.start()
    while worker.is_alive():
        worker.join(0.05)
        if interrupt and worker.is_alive():
            highs.cancelSolve()


class Search:
    """One HiGHS run on one program; `relax` drops integrality."""

    def __init__(
        self,
        program: Program,
        limits: Limits,
        relax: bool = False,
        presolve: bool = True,
        interior: bool = True,
        tolerance: float = EXACT,
    ) -> None:
        """Pass the program and set the options; unless `interior`, a large relaxation is solved by simplex, too.

        `tolerance` is how far from whole an integer may be, and by how much a better plan must be better to be found.
        """
        self.program, self.relax = program, relax
        self.highs = highspy.Highs()
        options: dict[str, bool | int | float | str] = {
            "output_flag": True,
            "log_to_console": limits.log,
            "mip_rel_gap": limits.gap,
            "mip_abs_gap": 1e-9,
            "mip_feasibility_tolerance": tolerance,
            "primal_feasibility_tolerance": 1e-9,
            "dual_feasibility_tolerance": 1e-9,
            "random_seed": limits.seed,
            "threads": limits.threads,
            "time_limit": max(0.0, limits.time_limit),
            "presolve": "choose" if presolve else "off",
        }
        if relax and interior and len(program.cost) > 2000:
            options["solver"] = "ipm"
        if limits.steps is not None:
            options["mip_max_nodes"] = limits.steps
        for name, value in options.items():
            self.highs.setOptionValue(name, value)
        _pass(self.highs, program, relax)

    def start_from(self, x: Floats) -> None:
        """Offer a point (in the solver's scale) as the first incumbent."""
        index = np.flatnonzero(self.program.integer).astype(np.int32)
        self.highs.setSolution(len(index), index, x[index])

    def listen(self, listener: Listener, phase: str, began: float) -> None:
        """Report incumbent, bound and gap of the running search."""
        largest = highspy.kHighsInf

        def heard(event: Any) -> None:
            out = event.data_out
            incumbent = out.mip_primal_bound if abs(out.mip_primal_bound) < largest else None
            bound = out.mip_dual_bound if abs(out.mip_dual_bound) < largest else None
            gap = None
            if incumbent is not None and bound is not None:
                gap = abs(bound - incumbent) / max(abs(incumbent), 1e-9)
            listener(Progress(phase, time.monotonic() - began, incumbent, bound, gap))

        self.highs.cbMipLogging += heard

    def run(self, interrupt: object | None = None) -> Outcome:
        """Solve; a signal noted by `interrupt` stops it in about a second and keeps the incumbent."""
        began = time.monotonic()
        if len(self.program.row_lower) == 0:
            return self._without_rows(began)
        self.highs.HandleUserInterrupt = True
        _run(self.highs, interrupt)
        found = self._outcome(time.monotonic() - began)
        if found.ending is not Ending.OPTIMAL or found.bound is not None:
            return found
        self.highs.clearSolver()  # an optimum without a bound: seen where presolve solves all of it from a start
        self.highs.setOptionValue("presolve", "off")
        _run(self.highs, interrupt)
        return self._outcome(time.monotonic() - began)

    def _without_rows(self, began: float) -> Outcome:
        """Solve a program without rows: every column at its better bound."""
        p = self.program
        x = np.where(p.cost > 0, p.upper, np.where(p.cost < 0, p.lower, np.clip(0.0, p.lower, p.upper)))
        if not np.isfinite(x).all():
            return Outcome(Ending.UNBOUNDED, None, None, None, time.monotonic() - began)
        value = float(p.cost @ x + p.offset)
        return Outcome(Ending.OPTIMAL, x, value, value, time.monotonic() - began)

    def _outcome(self, seconds: float) -> Outcome:
        ending = _ending(self.highs, self.program)
        info = self.highs.getInfo()
        feasible = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
        is_mip = not self.relax and bool(self.program.integer.any())
        x = objective = bound = reduced = None
        if feasible or ending is Ending.OPTIMAL:
            solution = self.highs.getSolution()
            x = np.asarray(solution.col_value, dtype=float)
            objective = float(info.objective_function_value)
            if not is_mip:
                reduced = np.asarray(solution.col_dual, dtype=float)
        if is_mip:
            bound = float(info.mip_dual_bound) if np.isfinite(info.mip_dual_bound) else None
        elif ending is Ending.OPTIMAL:
            bound = objective
        return Outcome(ending, x, objective, bound, seconds, reduced)
