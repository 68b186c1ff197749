"""Small programs without a model behind them, and what the engine says of one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_array

from fundalign.optimizer.compile import Program
from fundalign.optimizer.engine import Ending, Limits, Outcome, Search

INFINITE = float("inf")


def program(
    cost: Sequence[float],
    rows: Sequence[tuple[float, Sequence[float], float]] = (),
    upper: Sequence[float] | None = None,
    integer: Sequence[bool] | None = None,
    lower: Sequence[float] | None = None,
) -> Program:
    """Make `maximise cost·x` with rows (lower, coefficients, upper); columns go from 0 to infinity by default."""
    n, k = len(cost), len(rows)
    matrix = np.array([row for _, row, _ in rows], dtype=float).reshape(k, n)
    whole = np.array(integer or [False] * n, dtype=bool)
    return Program(
        matrix=csr_array(matrix),
        cost=np.array(cost, dtype=float),
        offset=0.0,
        row_lower=np.array([low for low, _, _ in rows], dtype=float),
        row_upper=np.array([high for _, _, high in rows], dtype=float),
        lower=np.array(lower or [0.0] * n, dtype=float),
        upper=np.array(upper or [INFINITE] * n, dtype=float),
        integer=whole,
        chain=np.where(whole, np.arange(n), -1),
        column_scale=np.ones(n),
        row_scale=np.ones(k),
        variables=tuple(range(n)),
        constraints=tuple(range(k)),
    )


def run(made: Program, relax: bool = False) -> Outcome:
    """Solve a program to optimality on one thread."""
    return Search(made, Limits(threads=1), relax=relax).run()


def value(made: Program, relax: bool = False) -> float | None:
    """Return the optimum; None when there is no point."""
    outcome = run(made, relax)
    assert outcome.ending in (Ending.OPTIMAL, Ending.INFEASIBLE)
    return outcome.objective
