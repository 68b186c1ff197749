"""Small cases: is the optimum proved as fast as by HiGHS alone?

Runs alternate and medians count, so that a noisy machine hits both. "search" is our search and "raw" HiGHS with its
defaults, on the very same matrix, one thread, the same gap, each with passing the matrix; "whole" is all of `solve`:
building, compiling, searching, rounding to minor units, verifying.
"""

from __future__ import annotations

import time
from statistics import median
from typing import Any

from bench_cases import case_of, proof_gap
from peers_highs import load

import fundalign as fa
from fundalign.models.build import build
from fundalign.optimizer.compile import Program, compile_model
from fundalign.optimizer.engine import Limits, Progress
from fundalign.optimizer.search import Hunt
from fundalign.optimizer.signals import Interrupt

ENOUGH = 30.0  # seconds of raw runs after which a case is not repeated
AT_LEAST = 0.5  # seconds of raw runs up to which it is repeated beyond what was asked, up to MOST times
MOST = 15


def _ignore(_: Progress) -> None:
    """Listen to nothing."""


def searched(program: Program, gap: float, seconds: float) -> tuple[float, float | None, bool]:
    """Return the seconds of our search, the value reached, and whether the gap was closed."""
    clock = time.perf_counter()
    hunt = Hunt(program, Limits(gap, seconds, 1, threads=1), Interrupt(), _ignore, time.monotonic())
    found = hunt.run()
    taken = time.perf_counter() - clock
    return taken, found.objective, found.ending.value == "optimal"


def raw(program: Program, gap: float, seconds: float) -> tuple[float, float | None, bool]:
    """Return the same of HiGHS alone."""
    clock = time.perf_counter()
    highs = load(program, {"mip_rel_gap": gap, "time_limit": seconds, "random_seed": 1, "threads": 1})
    highs.run()
    taken = time.perf_counter() - clock
    closed = highs.modelStatusToString(highs.getModelStatus()) == "Optimal"
    return taken, float(highs.getInfo().objective_function_value), closed


def measure(name: str, repeat: int, seconds: float) -> dict[str, Any]:
    """Return the record of one case, medians of alternating runs."""
    case, gap = case_of(name), proof_gap(name)
    model = build(case)
    program = compile_model(build(case, compact=True) if model.layout.shrinks else model)
    ours, alone, whole = [], [], []
    while len(alone) < repeat or (sum(a[0] for a in alone) < AT_LEAST and len(alone) < MOST):
        ours.append(searched(program, gap, seconds))
        alone.append(raw(program, gap, seconds))
        clock = time.perf_counter()
        report = fa.solve(case, fa.SolveOptions(gap=gap, time_limit=seconds, threads=1)).report
        whole.append(time.perf_counter() - clock)
        if sum(a[0] for a in alone) > ENOUGH:
            break
    return {
        "case": name,
        "columns": len(program.cost),
        "rows": len(program.row_lower),
        "repeats": len(alone),
        "search": median(run[0] for run in ours),
        "raw": median(run[0] for run in alone),
        "whole": median(whole),
        "search_ratio": median(mine[0] / other[0] for mine, other in zip(ours, alone, strict=True)),
        "whole_ratio": median(mine / other[0] for mine, other in zip(whole, alone, strict=True)),
        "value": ours[-1][1],
        "raw_value": alone[-1][1],
        "whole_value": report.objective,
        "proved": all(run[2] for run in ours),
        "raw_proved": all(run[2] for run in alone),
    }
