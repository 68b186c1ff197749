"""One LP, solved again and again with other limits of its rows: min cost·x, lower ≤ A·x ≤ upper, 0 ≤ x ≤ most.

The basis of the last solve is where the next one starts. Only HiGHS itself is shared with the package.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
ENDINGS = (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kInfeasible)
TOLERANCES = ("primal_feasibility_tolerance", "dual_feasibility_tolerance")


@dataclass(frozen=True)
class Point:
    """An optimal vertex with the dual price of each row (how much the cost grows per unit of its limit)."""

    cost: float
    x: Floats
    duals: Floats


class Engine:
    """A dense matrix and its costs, held by HiGHS."""

    def __init__(self, matrix: Floats, cost: Floats, most: Floats) -> None:
        rows, columns = matrix.shape
        program = highspy.HighsLp()
        program.num_row_, program.num_col_ = rows, columns
        program.col_cost_, program.col_lower_, program.col_upper_ = cost, np.zeros(columns), most
        program.row_lower_, program.row_upper_ = np.full(rows, -np.inf), np.full(rows, np.inf)
        where = np.nonzero(matrix)
        program.a_matrix_.num_row_, program.a_matrix_.num_col_ = rows, columns
        program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        program.a_matrix_.start_ = np.searchsorted(where[0], np.arange(rows + 1)).astype(np.int32)
        program.a_matrix_.index_ = where[1].astype(np.int32)
        program.a_matrix_.value_ = matrix[where]
        self.rows = np.arange(rows, dtype=np.int32)
        self.highs: Any = highspy.Highs()  # its stubs do not know changeRowsBounds
        options: dict[str, Any] = {"output_flag": False, "presolve": "off", "solver": "simplex", "threads": 1}
        for option, value in (options | dict.fromkeys(TOLERANCES, 1e-9)).items():
            self.highs.setOptionValue(option, value)
        self.highs.passModel(program)

    def solve(self, lower: Floats, upper: Floats) -> Point | None:
        """The optimum with these limits of the rows; None if there is no point."""
        self.highs.changeRowsBounds(len(self.rows), self.rows, lower, upper)
        self.highs.run()
        for presolve in ("off", "on"):  # rows that were freed can leave a basis that is none, or awkward numbers
            if self.highs.getModelStatus() not in ENDINGS:
                self.highs.clearSolver()
                self.highs.setOptionValue("presolve", presolve)
                self.highs.run()
        self.highs.setOptionValue("presolve", "off")
        status = self.highs.getModelStatus()
        if status not in ENDINGS:
            raise ArithmeticError(f"the payment LP ended with: {self.highs.modelStatusToString(status)}")
        if status == highspy.HighsModelStatus.kInfeasible:
            return None
        found = self.highs.getSolution()
        cost = self.highs.getInfo().objective_function_value
        return Point(float(cost), np.array(found.col_value), np.array(found.row_dual))
