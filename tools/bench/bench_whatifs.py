"""Warm what-ifs beside cold ones: how long each takes to the gap at which the cold run ends, on the same machine.

    python tools/bench/bench_whatifs.py [CASE …] [--seconds 30] [--base-seconds 60] [--changes 20] [--out FILE]

Per case: one cold run, as long as the benchmark's, then changes of one budget row by 10 % up or down that has nothing
left in the plan, and of one currency's rate by 10 %. Each changed case is solved cold, then warm from the first run,
with the same time limit and the cold run's final gap as its goal. Times are the processor's, from the call of `solve`
(building included) until the gap is first that small, and until it is first as small as that of the run before (or the
cold run's, if larger). Some changes of rows with money to spare are reported apart: there the warm run stops by itself.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench_cases import case_of
from bench_machine import describe
from bench_text import NEVER, number, table

import fundalign as fa

CASES = ["hard-100", "soft-100", "hard-400", "horizon", "quantum"]
SPENT, SPARE = 0.01, 0.2  # of a cycle's payments: what is left at most, and at least
Pair = tuple[float, float | None]
LEAST = 1e-4  # gap at which every run may stop
TARGET = 0.2
INTRODUCTION = """# Warm what-ifs

This file is written by `tools/bench/bench_whatifs.py`; a change by hand is lost.

A run that was solved for as long as in [the benchmark](README.md) is changed and solved again, *cold* (from nothing)
and *warm* (`start=run`), one thread, the same time limit. **Binding**: one budget row that the plan uses up,
or one exchange rate, by ±10 %. Seconds are the processor's, from the call of `solve`, building included. **To the cold
gap**: until the gap is that at which the cold run ends; the ratio is warm/cold, *never* where the warm run did not get
there within the limit. Both searches depend on luck of some tenths of a per cent: where the cold run was lucky, the
warm one has to find as good a plan. **To the gap before**: the same until the answer is as sure as the run it is
compared with, that is, to the gap of that run, or to the cold run's where it stayed above it. **Spare**: one budget row
with money left over, by ±10 %; the warm run stops by itself (a tenth above the first gap); seconds are of the whole
call, settling and verifying included.
"""


@dataclass(frozen=True)
class Change:
    """One change of one row; `binding` where the plan uses up what is changed."""

    table: str
    column: str
    where: dict[str, object]
    factor: float
    binding: bool

    def __str__(self) -> str:
        """Return it in a few words."""
        return f"{self.table} {' '.join(map(str, self.where.values()))} ×{self.factor}"


@dataclass(frozen=True)
class Trial:
    """One change solved cold and warm; pairs of seconds are (cold, warm), None for never.

    `same` are to the cold run's `gap`, `before` to that of the run before, or the cold run's if that is larger.
    """

    change: Change
    gap: float
    same: Pair
    before: Pair
    whole: tuple[float, float]
    phase: str


def ratio(pair: Pair) -> float:
    """Return warm/cold, infinite for never."""
    return float("inf") if pair[1] is None else pair[1] / max(pair[0], 1e-3)


@dataclass
class Trace:
    """Hears a search and keeps when, in processor seconds, the gap became smaller."""

    points: list[tuple[float, float]] = field(default_factory=list)
    began: float = field(default_factory=time.process_time)

    def __call__(self, progress: object) -> None:
        """Note the gap."""
        gap = getattr(progress, "gap", None)
        if gap is not None and (not self.points or gap < self.points[-1][1]):
            self.points.append((self.seconds(), gap))

    def seconds(self) -> float:
        """Return how much the processor has worked since the beginning."""
        return time.process_time() - self.began

    def reached(self, gap: float) -> float | None:
        """Return when the gap was first that small."""
        return next((seconds for seconds, found in self.points if found <= gap * (1 + 1e-6) + 1e-12), None)


Solved = tuple[fa.Run, Trace, float]


def changes_of(run: fa.Run, count: int, spare: int, seed: int) -> list[Change]:
    """Draw `count` binding changes, two rates among them, and `spare` of rows with money to spare."""
    assert run.plan is not None
    chance = random.Random(seed)
    budgets = run.plan.budgets
    budgets = budgets[budgets["payments"] > 0]
    left = budgets["lapsed"] / budgets["payments"]
    found = []
    foreign = [row.currency for row in run.case.tables.get("currencies", ()) if getattr(row, "rate", None)]
    for factor in (0.9, 1.1) if foreign else ():
        found.append(Change("currencies", "rate", {"currency": chance.choice(foreign)}, factor, True))
    for binding, rows, wanted in ((True, left <= SPENT, count), (False, left >= SPARE, spare)):
        keys = budgets.loc[rows, ["funder", "cycle"]].to_dict("records")
        chance.shuffle(keys)
        wanted -= len(found) if binding else 0
        for n, key in enumerate(keys[:wanted]):
            where = {str(name): str(value) for name, value in key.items()}
            found.append(Change("budgets", "payments", where, (0.9, 1.1)[n % 2], binding))
    return found


def solve(case: fa.Case, options: fa.SolveOptions) -> Solved | None:
    """Solve and hear; return the run, what was heard and the processor seconds of it all; None without a plan."""
    trace = Trace()
    try:
        run = fa.solve(case, options, trace)
    except fa.Infeasible:
        return None
    if run.report.signal is not None:
        raise SystemExit(128 + run.report.signal)
    return (run, trace, trace.seconds()) if run.report.gap is not None else None


def trial(base: fa.Run, change: Change, seconds: float) -> Trial | None:
    """Solve one changed case cold, then warm; None where no plan keeps the rules."""
    case = base.case.change(change.table, change.column, where=change.where, multiply=change.factor)
    cold = solve(case, fa.SolveOptions(gap=LEAST, time_limit=seconds, threads=1))
    if cold is None:
        return None
    gap = cold[0].report.gap or 0.0
    goal = max(gap * (1 + 1e-6), LEAST) if change.binding else None
    warm = solve(case, fa.SolveOptions(gap=goal, time_limit=seconds, threads=1, start=base))
    same, before = (pair(max(g, LEAST), cold, warm) for g in (gap, max(gap, base.report.gap or 0.0)))
    whole = cold[2], seconds if warm is None else warm[2]
    return Trial(change, gap, same, before, whole, "no plan" if warm is None else warm[0].report.phase)


def pair(gap: float, cold: Solved, warm: Solved | None) -> Pair:
    """Return when the cold run, which gets there, and the warm one had a gap."""
    found = [None if run is None else run[1].reached(gap) for run in (cold, warm)]
    if warm is not None and found[1] is None and (warm[0].report.gap or 0.0) <= gap * (1 + 1e-6) + 1e-12:
        found[1] = warm[2]  # settled to the cent it is there
    return found[0] or cold[2], found[1]


def measured(name: str, given: argparse.Namespace) -> tuple[fa.Run, list[Trial]]:
    """Return the base run of a case and what its changes gave."""
    case = case_of(name, given.seed)
    base = fa.solve(case, fa.SolveOptions(gap=LEAST, time_limit=given.base_seconds, threads=1))
    print(f"{name}: {base.report.objective:,.2f}, gap {base.report.gap:.3%}, {base.report.seconds:.1f} s", flush=True)
    trials = []
    for change in changes_of(base, given.changes, given.spare, given.seed):
        found = trial(base, change, given.seconds)
        if found is None:
            print(f"  {change}: no plan", flush=True)
            continue
        trials.append(found)
        words = f"gap {found.gap:.3%}, to it {told(found.same)}, to that before {told(found.before)} ({found.phase})"
        print(f"  {change}: {words}, whole {found.whole[0]:.1f} and {found.whole[1]:.1f} s", flush=True)
    return base, trials


def told(times: Pair) -> str:
    """Return a pair of times in words."""
    warm = NEVER if times[1] is None else f"{times[1]:.1f}"
    return f"cold {times[0]:.1f} s, warm {warm} s, ratio {ratio(times):.2f}"


def middle(values: Sequence[float]) -> str:
    """Return the median as text."""
    if not values:
        return NEVER
    found = statistics.median(values)
    return "never" if found == float("inf") else number(found)


def line(name: str, base: fa.Run, trials: list[Trial]) -> list[str]:
    """Return the cells of a case."""
    binding = [t for t in trials if t.change.binding]
    spare = [t for t in trials if not t.change.binding]
    cells = [name, f"{number(100 * (base.report.gap or 0.0))} %", str(len(binding))]
    cells.append(f"{middle([100 * t.gap for t in binding])} %")
    for pairs in ([t.same for t in binding], [t.before for t in binding]):
        cells += [middle([cold for cold, _ in pairs])]
        cells += [middle([float("inf") if warm is None else warm for _, warm in pairs])]
        cells += [middle([ratio(each) for each in pairs]), str(sum(ratio(each) <= TARGET for each in pairs))]
        cells += [str(sum(warm is None for _, warm in pairs))]
    return [*cells, middle([t.whole[0] for t in spare]), middle([t.whole[1] for t in spare])]


HEADINGS = (
    *("case", "gap before", "binding", "cold gap"),
    *("to the cold gap: cold s", "warm s", "ratio", "≤ 1/5", "never"),
    *("to the gap before: cold s", "warm s", "ratio", "≤ 1/5", "never"),
    *("spare: cold s", "warm s"),
)


def main() -> None:
    """Run what the command line asks for; print the table and write the report."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("cases", nargs="*", default=CASES, help=f"default: {' '.join(CASES)}")
    parser.add_argument("--seconds", type=float, default=30.0, help="time limit of every what-if")
    parser.add_argument("--base-seconds", type=float, default=60.0, help="time limit of the run they start from")
    parser.add_argument("--changes", type=int, default=20, help="binding changes of a case")
    parser.add_argument("--spare", type=int, default=4, help="changes of rows with money to spare")
    parser.add_argument("--seed", type=int, default=1, help="of the generated case and of the changes")
    parser.add_argument("--out", type=Path, help="file of the report, such as docs/benchmarks/whatifs.md")
    given = parser.parse_args()
    rows = []
    for name in given.cases:
        rows.append(line(name, *measured(name, given)))
        machine = "; ".join(f"{what} {value}" for what, value in describe().items())
        limits = f"limit {given.seconds:g} s, of the run before {given.base_seconds:g} s"
        limit = f"Medians; {limits}; seed {given.seed}. Machine: {machine}."
        lines = [INTRODUCTION, *table(HEADINGS, rows), "", limit]
        if given.out is not None:
            given.out.parent.mkdir(parents=True, exist_ok=True)
            given.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(table(HEADINGS, rows)))


if __name__ == "__main__":
    main()
