"""HiGHS with its defaults as a peer of the benchmark: only gap, time limit, seed and one thread are set."""

from __future__ import annotations

from typing import Any

import highspy
import numpy as np
from peers import Answer, Recorder, Task

from fundalign.optimizer.compile import Program


def version() -> str:
    """Return HiGHS's version."""
    return str(highspy.Highs().version())


def load(program: Program, options: dict[str, bool | int | float | str]) -> highspy.Highs:
    """Return HiGHS with options and a program in it."""
    highs = highspy.Highs()
    highs.setOptionValue("log_to_console", False)
    for name, value in options.items():
        highs.setOptionValue(name, value)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(program.cost), len(program.row_lower)
    lp.sense_, lp.offset_ = highspy.ObjSense.kMaximize, program.offset
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = program.cost, program.lower, program.upper
    lp.row_lower_, lp.row_upper_ = program.row_lower, program.row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.num_col_, lp.a_matrix_.num_row_ = lp.num_col_, lp.num_row_
    lp.a_matrix_.start_ = program.matrix.indptr.astype(np.int32)
    lp.a_matrix_.index_ = program.matrix.indices.astype(np.int32)
    lp.a_matrix_.value_ = program.matrix.data
    kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
    lp.integrality_ = [kinds[int(flag)] for flag in program.integer]
    highs.passModel(lp)
    return highs


def finite(value: float) -> float | None:
    """Return a number of HiGHS, None for its infinity."""
    return float(value) if abs(value) < highspy.kHighsInf else None


def solve(task: Task, recorder: Recorder) -> Answer:
    """Run HiGHS; plans are heard when found, bounds whenever HiGHS logs."""
    options = {"mip_rel_gap": task.gap, "time_limit": task.seconds, "random_seed": task.seed, "threads": 1}
    highs = load(task.program, options)

    def heard(event: Any) -> None:
        recorder.tell(finite(event.data_out.mip_primal_bound), finite(event.data_out.mip_dual_bound))

    def better(event: Any) -> None:
        recorder.tell(finite(event.data_out.objective_function_value), None)

    highs.cbMipLogging += heard
    highs.cbMipImprovingSolution += better
    recorder.start()
    highs.run()
    info = highs.getInfo()
    status = highs.modelStatusToString(highs.getModelStatus())
    bound = finite(info.mip_dual_bound)
    x = objective = None
    if info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
        x = np.asarray(highs.getSolution().col_value, dtype=float)
        objective = float(info.objective_function_value)
    recorder.tell(objective, bound)
    return Answer(status, x, objective, bound)
