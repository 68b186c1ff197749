"""Benchmark: our search beside HiGHS, SCIP, CP-SAT and CBC on the same matrices, in the same run, one thread each.

    python tools/bench/bench.py [CASE …] [--seeds 1 2 3] [--seconds 60 hard-100=300] [--solvers ours highs …]
    python tools/bench/bench.py --resume          go on with a benchmark that was stopped
    python tools/bench/bench.py --report-only     write the report again from what is there

Cases: see bench_cases.py. Every step runs in a process of its own, one after the other. What is finished is kept in a
folder (--cache); the report (a README, plots, results.json) goes to docs/benchmarks unless --out says otherwise. A full
run takes about cases × seeds × solvers × seconds, and some minutes for the small cases.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import peers
from bench_cases import LARGE, SMALL, size_of
from bench_report import write_report
from bench_runs import Plan, Runs, changes, small_cases, told

ROOT = Path(__file__).resolve().parents[2]


def arguments() -> argparse.ArgumentParser:
    """Return the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("cases", nargs="*", default=[], help=f"default: {' '.join(LARGE)}")
    parser.add_argument("--seeds", nargs="+", type=int, default=[1], help="of generator and solvers")
    parser.add_argument("--seconds", nargs="+", default=["60"], help="time limit of a run; CASE=SECONDS for one case")
    parser.add_argument("--solvers", nargs="+", choices=list(peers.PEERS), default=list(peers.PEERS))
    parser.add_argument("--gap", type=float, default=0.001, help="relative gap at which every solver may stop")
    parser.add_argument("--small", choices=("yes", "no", "only"), default="yes", help="the small cases")
    parser.add_argument("--repeat", type=int, default=3, help="runs of a small case")
    parser.add_argument("--small-seconds", type=float, default=60.0, help="time limit of one run of a small case")
    parser.add_argument("--lines", type=int, default=400, help="largest generated case also built line by line")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "benchmarks", help="folder of the report")
    parser.add_argument("--cache", type=Path, default=ROOT / "bench-run", help="folder of what is finished")
    parser.add_argument("--resume", action="store_true", help="keep what is finished")
    parser.add_argument("--report-only", action="store_true", help="run nothing")
    return parser


def seconds_of(words: list[str], cases: list[str]) -> dict[str, float]:
    """Return the time limit of every case; the word without a case is for those that are not named."""
    common = [float(word) for word in words if "=" not in word]
    special = {case: float(text) for case, _, text in (word.partition("=") for word in words if "=" in word)}
    return {case: special.get(case, common[-1] if common else 60.0) for case in cases}


def plan_of(given: argparse.Namespace) -> Plan:
    """Return what to run; solvers that are not installed are left out, and said."""
    missing = [name for name in given.solvers if not peers.installed(name)]
    for name in missing:
        peer = peers.PEERS[name]
        print(f"{peer.label} is left out: {peer.needs} is not installed (pip install 'fundalign[bench]')", flush=True)
    cases = [] if given.small == "only" else (given.cases or LARGE)
    return Plan(
        cases=tuple(cases),
        seeds=tuple(given.seeds),
        seconds=seconds_of(given.seconds, cases),
        solvers=tuple(name for name in given.solvers if name not in missing),
        gap=given.gap,
        small=() if given.small == "no" else small_cases(SMALL),
        repeat=given.repeat,
        small_seconds=given.small_seconds,
        lines=given.lines,
    )


def run_cases(plan: Plan, runs: Runs) -> None:
    """Run every solver on every case."""
    total = len(plan.cases) * len(plan.seeds) * len(plan.solvers)
    done = 0
    for case in plan.cases:
        for seed in plan.seeds:
            program, path = runs.program(case, seed)
            if "failed" in program:
                print(f"{changes(case, seed)}: cannot be built ({program.get('error', program['failed'])})", flush=True)
                done += len(plan.solvers)
                continue
            for solver in plan.solvers:
                record, ran = runs.run(plan, case, seed, solver, path)
                done += 1
                kept = "" if ran else " (kept)"
                label = peers.PEERS[solver].label
                print(f"[{done}/{total}] {changes(case, seed)} {label}: {told(record)}{kept}", flush=True)


def run_scale(plan: Plan, runs: Runs) -> None:
    """Build the generated cases line by line too, up to a size."""
    for case in plan.cases:
        size = size_of(case)
        if size is not None and size[1] <= plan.lines:
            record = runs.lines(case, plan.seeds[0])
            if record.get("missing"):
                print("line by line: the recipe has no such form")
                return
            word = record.get("failed") or f"{record['columns']} columns, LP {record['lp_seconds']} s"
            print(f"{case} line by line: {word}", flush=True)


def run_small(plan: Plan, runs: Runs) -> None:
    """Run the small cases."""
    for case in plan.small:
        record = runs.small(case, plan.repeat, plan.small_seconds)
        if "failed" in record:
            print(f"{case}: {record.get('error', record['failed'])}", flush=True)
            continue
        print(
            f"{case}: search {record['search']:.3f} s, HiGHS {record['raw']:.3f} s, whole {record['whole']:.3f} s, "
            f"search/HiGHS {record['search_ratio']:.2f}",
            flush=True,
        )


def main() -> None:
    """Run what the command line asks for and write the report."""
    parser = arguments()
    given = parser.parse_args()
    if not given.report_only:
        plan = plan_of(given)
        runs = Runs(given.cache, given.resume)
        runs.machine(plan.solvers)
        run_cases(plan, runs)
        run_scale(plan, runs)
        run_small(plan, runs)
    results = Runs(given.cache, resume=True).collect() if given.cache.exists() else {}
    if not any(results.get(kind) for kind in ("runs", "small")):
        path = given.out / "results.json"
        if not path.exists():
            parser.error("nothing has been run yet")
        results = json.loads(path.read_text(encoding="utf-8"))
    write_report(results, given.out)
    print(f"report: {given.out / 'README.md'}")


if __name__ == "__main__":
    main()
