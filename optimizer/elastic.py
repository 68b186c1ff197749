"""Slack: columns that let a row be broken, at a price of one per unit."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack

from .compile import Floats, Program


def with_columns(program: Program, rows: NDArray[np.int64], signs: Floats, upper: Floats) -> Program:
    """Return the program with a column of cost −1, at the end, in each of `rows` with coefficient `signs`."""
    k = len(rows)
    extra = csr_array((signs, (rows, range(k))), shape=(program.matrix.shape[0], k))
    return replace(
        program,
        matrix=csr_array(hstack([program.matrix, extra])),
        cost=np.concatenate([program.cost, -np.ones(k)]),
        lower=np.concatenate([program.lower, np.zeros(k)]),
        upper=np.concatenate([program.upper, upper]),
        integer=np.concatenate([program.integer, np.zeros(k, dtype=bool)]),
        chain=np.concatenate([program.chain, np.full(k, -1)]),
        column_scale=np.concatenate([program.column_scale, np.ones(k)]),
    )


def elastic(program: Program, rows: NDArray[np.int64]) -> Program:
    """Return the program with the least total violation of `rows`, on either side, as its only goal."""
    free = replace(program, cost=np.zeros_like(program.cost), offset=0.0)
    both, signs = np.concatenate([rows, rows]), np.concatenate([np.ones(len(rows)), -np.ones(len(rows))])
    return with_columns(free, both, signs, np.full(len(both), np.inf))
