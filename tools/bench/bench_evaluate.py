"""From recorded runs to what the tables show: only plans and bounds that hold count.

A plan holds where the check of its point says so (bench_check.py). A bound holds where no solver found a checked plan
above it, in the same case with the same seed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from bench_metrics import GAPS, Event, Spread, first_plan, gap_of, primal_integral, spread, time_to_gap

Record = dict[str, Any]
ALLOWED = 2e-6  # relative; how far a bound may lie below a plan that holds to the tolerance of the check


@dataclass(frozen=True)
class Measures:
    """What one run gave; seconds and values, None for never or none."""

    first: float | None
    gaps: dict[float, float | None]
    integral: float | None
    plan: float | None
    share: float | None  # of the best plan that holds, of any solver
    bound: float | None
    gap: float | None
    memory: float | None
    notes: tuple[str, ...]
    lp_seconds: float | None


@dataclass(frozen=True)
class Row:
    """A solver on a case: its runs, one per seed."""

    case: str
    solver: str
    runs: tuple[Measures, ...] = field(default=())

    def times(self, which: str | float) -> tuple[Spread, Spread]:
        """Return the spread of a time (`first` or a gap), in seconds and in LP times."""
        found = [run.first if which == "first" else run.gaps[float(which)] for run in self.runs]
        ratios = [
            None if value is None or not run.lp_seconds else value / run.lp_seconds
            for value, run in zip(found, self.runs, strict=True)
        ]
        return spread(found), spread(ratios)

    def values(self, name: str) -> Spread:
        """Return the spread of a measure over the seeds that have it."""
        return spread([value for run in self.runs if (value := getattr(run, name)) is not None])

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what is to be said of any of the runs."""
        return tuple(dict.fromkeys(note for run in self.runs for note in run.notes))


def holds(run: Record) -> bool:
    """Tell whether a run has a plan that holds."""
    return bool(run.get("plan") and run["plan"]["holds"])


def best_plan(runs: Sequence[Record]) -> float | None:
    """Return the best plan that holds."""
    return max((run["plan"]["objective"] for run in runs if holds(run)), default=None)


def bound_holds(bound: float | None, best: float | None) -> bool:
    """Tell whether no plan that holds lies above a bound."""
    return bound is None or best is None or bound >= best - ALLOWED * max(1.0, abs(best))


def trusted(run: Record, best: float | None) -> list[Event]:
    """Return the trajectory without what does not hold: plans of a run whose plan fails, bounds below a plan."""
    plans = holds(run)
    return [
        (seconds, plan if plans else None, bound if bound_holds(bound, best) else None)
        for seconds, plan, bound in run["events"]
    ]


def notes_of(run: Record, best: float | None) -> tuple[str, ...]:
    """Say what is wrong with a run, if anything."""
    notes = []
    if "failed" in run:
        notes.append(f"{run['failed']}; what it found is not checked")
    elif run.get("plan") and not run["plan"]["holds"]:
        broken = ("rows", "bounds", "integrality")
        notes.append(f"plan does not hold (off by {max(run['plan'][name] for name in broken):.1g})")
    elif run.get("plan") and run["plan"]["how"] == "an earlier plan of the same run":
        notes.append("its last plan does not hold, an earlier one does")
    if not bound_holds(run.get("bound"), best):
        notes.append("bound does not hold: below a checked plan")
    if not run.get("plan") and "infeasible" in str(run["status"]).lower():
        notes.append('says "infeasible"')
    return tuple(notes)


def measures(run: Record, program: Record, best: float | None) -> Measures:
    """Return what one run gave."""
    events = trusted(run, best)
    plan = run["plan"]["objective"] if holds(run) else None
    bound = run.get("bound", events[-1][2] if events else None)
    bound = bound if bound_holds(bound, best) else None
    gap = gap_of(plan, bound)
    return Measures(
        first=first_plan(events, program.get("empty")),
        gaps={g: time_to_gap(events, g) for g in GAPS},
        integral=primal_integral(events, best, run["seconds"]),
        plan=plan,
        share=plan / best if plan is not None and best else None,
        bound=bound,
        gap=None if gap is None or math.isinf(gap) else gap,
        memory=run.get("memory"),
        notes=notes_of(run, best),
        lp_seconds=program.get("lp_seconds"),
    )


def evaluate(results: Record, order: Sequence[str]) -> dict[str, list[Row]]:
    """Return {case: rows in the order of the solvers}, cases as they come in the results."""
    programs = {(p["case"], p["seed"]): p for p in results["programs"]}
    table: dict[str, list[Row]] = {}
    for case in dict.fromkeys(run["case"] for run in results["runs"]):
        here = [run for run in results["runs"] if run["case"] == case]
        best = {seed: best_plan([r for r in here if r["seed"] == seed]) for seed in {r["seed"] for r in here}}
        table[case] = [
            Row(case, solver, tuple(measures(r, programs[case, r["seed"]], best[r["seed"]]) for r in mine))
            for solver in order
            if (mine := [run for run in here if run["solver"] == solver])
        ]
    return table


def geometric_mean(values: Sequence[float]) -> float:
    """Return the geometric mean."""
    return math.exp(math.fsum(map(math.log, values)) / len(values))


def middle(records: Sequence[Record], name: str) -> float | None:
    """Return the median of a number in records that have it."""
    found = [record[name] for record in records if record.get(name) is not None]
    return median(found) if found else None
