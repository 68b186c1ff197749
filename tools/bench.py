"""Benchmark: the whole of `solve` beside a raw HiGHS run on the very same matrix, in the same process.

    python tools/bench.py [CASE …] [--repeat N] [--seconds S]

A case is a folder, the name of a shipped case, or `knapsack-N-M`: a 0-1 knapsack of N initiatives in
M dimensions, made as OR-Library's were. Runs alternate and the median counts, so that a noisy machine hits
both. "raw" is HiGHS with its defaults on the exact form's matrix, asked for the same gap, limit and seed;
"whole" adds building, compiling, rounding to minor units and verifying. The ratio is whole to raw.
"""

from __future__ import annotations

import argparse
import random
import time
from statistics import median

import highspy
import numpy as np

import fundalign as fa
from fundalign.inputs.read import case_from_tables
from fundalign.inputs.shipped import resolve_case
from fundalign.models.build import build
from fundalign.optimizer.compile import Program, compile_model

DEFAULT_CASES = ["tiny", "knapsack-30-5", "knapsack-100-5", "quantum"]
HEADINGS = ("case", "columns", "rows", "build", "search", "whole", "raw", "ratio", "value", "raw value")


def knapsack(items: int, dimensions: int, seed: int = 1) -> fa.Case:
    """Return a random knapsack as Chu and Beasley make them: half of all weights fit, values near weights."""
    number = random.Random(seed)
    weights = [[number.randint(1, 1000) for _ in range(dimensions)] for _ in range(items)]
    values = [sum(row) // dimensions + number.randint(0, 500) for row in weights]
    parties = [f"P{d}" for d in range(dimensions)]
    tables: dict[str, list[dict[str, object]]] = {
        "funders": [{"funder": f"F{p}", "kind": "public", "party": p, "currency": "EUR"} for p in parties],
        "budgets": [
            {
                "funder": f"F{party}",
                "cycle": "c",
                "first_period": "2027",
                "last_period": "2027",
                "payments": sum(row[d] for row in weights) // 2,
            }
            for d, party in enumerate(parties)
        ],
        "initiatives": [{"initiative": f"I{i}", "currency": "EUR", "pot": "virtual"} for i in range(items)],
        "milestones": [
            {
                "initiative": f"I{i}",
                "milestone": "m",
                "order": 1,
                "duration": 1,
                "cost": sum(row),
                "value": value,
            }
            for i, (row, value) in enumerate(zip(weights, values, strict=True))
        ],
        "shares": [
            {"initiative": f"I{i}", "party": party, "share": f"{weight / sum(row):.15f}"}
            for i, row in enumerate(weights)
            for party, weight in zip(parties, row, strict=True)
        ],
    }
    settings = {"name": "Knapsack", "currency": "EUR", "first_period": "2027", "periods": 1}
    return case_from_tables(settings, tables, name=f"knapsack-{items}-{dimensions}")


def case_of(text: str) -> fa.Case:
    """Return the case a word of the command line means."""
    if text.startswith("knapsack-"):
        items, dimensions = text.split("-")[1:]
        return knapsack(int(items), int(dimensions))
    return fa.read_case(resolve_case(text))


def raw_seconds(program: Program, gap: float, seconds: float) -> tuple[float, float]:
    """Return the seconds of a plain HiGHS run on a matrix, and the objective it reached."""
    clock = time.perf_counter()
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    for name, value in (("mip_rel_gap", gap), ("time_limit", seconds), ("random_seed", 1)):
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
    highs.run()
    return time.perf_counter() - clock, highs.getInfo().objective_function_value


def measure(text: str, repeat: int, seconds: float) -> list[str]:
    """Return the row of one case, medians of `repeat` alternating runs."""
    case = case_of(text)
    gap = float(case.settings.solve.gap)
    program = compile_model(build(case))
    whole, raw, building, search = [], [], [], []
    value, raw_value = None, 0.0
    for _ in range(repeat):
        clock = time.perf_counter()
        report = fa.solve(case, fa.SolveOptions(time_limit=seconds)).report
        whole.append(time.perf_counter() - clock)
        building.append(report.timings["build"] + report.timings["compile"])
        search.append(report.timings["search"])
        value = report.objective
        taken, raw_value = raw_seconds(program, gap, seconds)
        raw.append(taken)
    times = [median(building), median(search), median(whole), median(raw)]
    sizes = [str(len(program.cost)), str(len(program.row_lower))]
    told = ["none" if value is None else f"{value:.6g}", f"{raw_value:.6g}"]
    return [text, *sizes, *(f"{t:.2f}" for t in times), f"{median(whole) / median(raw):.2f}", *told]


def main() -> None:
    """Print one line per case."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("cases", nargs="*", default=DEFAULT_CASES)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=60.0, help="time limit of every run")
    given = parser.parse_args()
    print("  ".join(f"{name:>14}" if k == 0 else f"{name:>9}" for k, name in enumerate(HEADINGS)), flush=True)
    for text in given.cases:
        cells = measure(text, given.repeat, given.seconds)
        print("  ".join(f"{cell:>14}" if k == 0 else f"{cell:>9}" for k, cell in enumerate(cells)), flush=True)


if __name__ == "__main__":
    main()
