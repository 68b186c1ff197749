"""The report of the benchmark: README.md with tables, one plot per case, and results.json to make both again."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Sequence
from pathlib import Path

from bench_cases import LARGE, size_of
from bench_evaluate import Record, Row, evaluate, middle
from bench_scale import form_lines, scale_lines, small_lines
from bench_text import NEVER, number, ranged, table, timed
from peers import PEERS

INTRODUCTION = """# Benchmarks

This file is written by `tools/bench/bench.py`; a change by hand is lost. To measure again:

```
make bench                                  # every case, seed 1, 60 s for each solver
make bench BENCH="hard-100 --seeds 1 2 3 --seconds 300"
make bench BENCH=--resume                   # go on after a stop
make bench BENCH=--report-only              # this file and the plots again
```

Every solver gets the same matrix (the compact form of the case), one thread, the same time limit and the same
relative gap at which it may stop ({gap}), and otherwise its defaults; they run one after the other, each in a
process of its own. The clock starts when a solver has the matrix. Compare ratios within one table; seconds
are of one machine and one day.

- **first plan**: the first plan worth more than starting nothing.
- **5 %, 1 %, …**: when the *certified* gap |bound − plan| / |plan| was first that small, by the solver's own
  bound.
- **LP**: the same time as a multiple of one linear relaxation of the same matrix (HiGHS, interior point with
  crossover, one thread, same run).
- **primal integral**: the mean over the time limit of min(1, (best − plan) / best) against the best plan that
  any solver found; 0 is perfect, 1 is no plan.
- **memory**: peak of the process, with about {base} MB for Python and its libraries; CBC's is that of its own
  process or of Python, whichever is larger.
- Several seeds: the median, with [least–greatest].

Every plan is checked against the matrix independently of its solver: rows and bounds to 1e-6 (in the scale of
the row), integers to 1e-6. Where a solver's point has rounded payments (CP-SAT, CBC), or does not hold as it
is, its schedule is fixed and a linear program fills in the payments; the value shown is of that point. A
bound counts unless a checked plan lies above it. CP-SAT knows integers only: it gets the program on a fine
grid, with payments *at least* the dues and rows that give way by the rounding, so that its bound is one of
the program (see `tools/bench/peers_grid.py`); with equations it "proves" that nothing can be done.
"""


def write_report(results: Record, folder: Path) -> None:
    """Write everything into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    results = results | {
        kind: sorted(results[kind], key=lambda r: (_rank(r["case"]), r["case"], r.get("seed", 0)))
        for kind in ("programs", "runs", "lines", "small")
    }
    plotted = _plots(results, folder)
    lines = readme(results, plotted)
    (folder / "README.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    packed = [json.dumps(kind) + ": " + _packed(results[kind]) for kind in results]
    (folder / "results.json").write_text("{\n" + ",\n".join(packed) + "\n}\n", encoding="utf-8")


def _packed(part: object) -> str:
    """Return JSON with one record a line."""
    if isinstance(part, list):
        return "[\n" + ",\n".join(json.dumps(record) for record in part) + "\n]" if part else "[]"
    return json.dumps(part)


def _rank(case: str) -> int:
    """Return the place of a case in the report."""
    return LARGE.index(case) if case in LARGE else len(LARGE)


def _plots(results: Record, folder: Path) -> set[str]:
    """Write a plot per case, where matplotlib is installed; return the cases plotted."""
    if importlib.util.find_spec("matplotlib") is None:
        print("plots are left out: matplotlib is not installed (pip install 'fundalign[bench]')")
        return {path.stem for path in folder.glob("*.svg")}
    from bench_plot import plot_case

    cases = list(dict.fromkeys(run["case"] for run in results["runs"]))
    for case in cases:
        runs = [run for run in results["runs"] if run["case"] == case]
        seconds = middle([p for p in results["programs"] if p["case"] == case], "lp_seconds")
        plot_case(case, runs, seconds, folder / f"{case}.svg")
    return set(cases)


def readme(results: Record, plotted: set[str]) -> list[str]:
    """Return the lines of the README."""
    rows = evaluate(results, list(PEERS))
    programs = results["programs"]
    gaps = sorted({run["gap"] for run in results["runs"]})
    base = middle(results["runs"], "memory_before")
    told = INTRODUCTION.format(gap=", ".join(f"{100 * gap:g} %" for gap in gaps) or "–", base=number(base))
    lines = [*told.splitlines(), "", *machine_lines(results), "## At a glance", "", *glance(rows), "## Cases", ""]
    for case, found in rows.items():
        lines += case_lines(case, found, [p for p in programs if p["case"] == case], results, case in plotted)
    lines += ["## Scale", "", "Our search, compact form, medians over seeds; an exponent e means: grows like N^e.", ""]
    kinds = dict.fromkeys(s[0] for p in programs if (s := size_of(p["case"])))
    lines += [line for kind in kinds for line in scale_lines(kind, programs, rows)]
    lines += ["### The compact form beside one variable per funding line", "", *form_lines(results["lines"], programs)]
    lines += ["## Small cases", "", *_small_introduction(), *small_lines(results["small"])]
    return lines[:-1] if lines[-1] == "" else lines


def machine_lines(results: Record) -> list[str]:
    """Return the machine, the versions, and how busy it was."""
    cells = [[name, str(value)] for name, value in results["machine"].items()]
    load = middle(results["runs"], "load")
    if load is not None:
        cells.append(["load average when runs began (median)", f"{load:.1f}"])
    return ["## Machine", "", *table(("what", ""), cells, left=2), ""]


def glance(rows: dict[str, list[Row]]) -> list[str]:
    """Return the certified gap at the end, for each case and solver; where there is none, the plan."""
    solvers = list(dict.fromkeys(row.solver for found in rows.values() for row in found))
    cells = []
    for case, found in rows.items():
        by_solver = {row.solver: row for row in found}
        cells.append([case, *(_glance_cell(by_solver.get(solver)) for solver in solvers)])
    return [
        "Certified gap at the time limit, and the primal integral.",
        "",
        *table(("case", *(PEERS[s].label for s in solvers)), cells),
        "",
    ]


def _glance_cell(row: Row | None) -> str:
    if row is None:
        return ""
    gap, integral = row.values("gap"), row.values("integral")
    first = row.times("first")[0]
    shown = "no plan" if first.low is None else "–" if gap.count == 0 else f"{number(100 * (gap.median or 0.0))} %"
    return f"{shown} · {NEVER if integral.median is None else f'{integral.median:.3f}'}"


def case_lines(case: str, rows: Sequence[Row], programs: Sequence[Record], results: Record, plotted: bool) -> list[str]:
    """Return the section of a case."""
    here = [run for run in results["runs"] if run["case"] == case]
    counts = [f"{number(middle(programs, name), 9)} {name}" for name in ("columns", "integer", "rows", "nonzeros")]
    limits = ", ".join(number(seconds) for seconds in sorted({run["seconds"] for run in here}))
    seeds = ", ".join(str(seed) for seed in sorted({run["seed"] for run in here}))
    lp = number(middle(programs, "lp_seconds"))
    lines = [
        f"### {case}",
        "",
        f"{', '.join(counts)}; one LP {lp} s; limit {limits} s; seeds {seeds}.",
        "",
        *table(("solver", "first plan", "5 %", "1 %", "0.5 %", "0.1 %", "integral", *ENDS), map(solver_cells, rows)),
        "",
    ]
    if plotted:
        lines += [f"![Gap, plan and bound over time for {case}]({case}.svg)", ""]
    return lines


ENDS = ("plan", "of best", "bound", "gap", "memory MB", "notes")


def solver_cells(row: Row) -> list[str]:
    """Return the line of a solver."""
    gaps = [timed(*row.times(which)) for which in ("first", 0.05, 0.01, 0.005, 0.001)]
    gap, share = row.values("gap"), row.values("share")
    return [
        PEERS[row.solver].label,
        *gaps,
        ranged(row.values("integral")),
        ranged(row.values("plan"), 6),
        f"{ranged(share, 3, 100.0)} %" if share.count else NEVER,
        ranged(row.values("bound"), 6),
        f"{ranged(gap, 3, 100.0)} %" if gap.count else NEVER,
        ranged(row.values("memory")),
        "; ".join(row.notes),
    ]


def _small_introduction() -> list[str]:
    return [
        "Seconds to a proven optimum, medians of alternating runs in one process: our search, and HiGHS alone with its",
        "defaults on the very same matrix; *whole* adds building, compiling, rounding to minor units and verifying.",
        "Knapsacks are drawn as Chu and Beasley do; mknap1 (Petersen) and 5.100 (Chu and Beasley) are from OR-Library.",
        "",
    ]
