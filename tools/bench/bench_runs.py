"""The steps of a benchmark, one process after the other, each result kept as a file when it is finished.

A benchmark that is killed can so be resumed: a step whose result is there, with the same settings, is not repeated. A
solver that crashes or overruns leaves the trajectory up to then.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import peers
from bench_cases import orlib_names, seeded
from bench_machine import describe
from bench_metrics import gap_of, thin

Record = dict[str, Any]
WORKER = Path(__file__).with_name("bench_worker.py")
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
LOADING = 300.0  # seconds beyond twice its limit after which a step is given up
RELAXATION = 900.0  # seconds a relaxation may take


@dataclass(frozen=True)
class Plan:
    """What to run; `seconds` by case, `lines` the largest generated case also built line by line."""

    cases: tuple[str, ...]
    seeds: tuple[int, ...]
    seconds: dict[str, float]
    solvers: tuple[str, ...]
    gap: float
    small: tuple[str, ...]
    repeat: int
    small_seconds: float
    lines: int


class Runs:
    """The results of one benchmark in a folder."""

    def __init__(self, folder: Path, resume: bool) -> None:
        """Use a folder; without `resume` the results in it are forgotten."""
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        if not resume:
            for path in (*folder.glob("*.json"), *folder.glob("*.pickle")):
                path.unlink()

    def kept(self, key: str, settings: Record) -> Record | None:
        """Return a result that is there and was made with these settings."""
        path = self.folder / f"{key}.json"
        if not path.exists():
            return None
        record: Record = json.loads(path.read_text(encoding="utf-8"))
        return record if {name: record.get(name) for name in settings} == settings else None

    def keep(self, key: str, record: Record) -> Record:
        """Write a result, all of it or nothing."""
        path = self.folder / f"{key}.json"
        path.with_suffix(".part").write_text(json.dumps(record), encoding="utf-8")
        path.with_suffix(".part").replace(path)
        return record

    def step(self, name: str, limit: float, /, **arguments: Any) -> Record:
        """Do one step in a process; {"failed": why} where it does not end well."""
        with tempfile.TemporaryDirectory() as folder:
            result = Path(folder) / "result.json"
            words = [sys.executable, str(WORKER), name, json.dumps(arguments), str(result)]
            alone = os.environ | dict.fromkeys(ONE_THREAD, "1")
            try:
                done = subprocess.run(
                    words, env=alone, capture_output=True, text=True, timeout=2 * limit + LOADING, check=False
                )
            except subprocess.TimeoutExpired:
                return {"failed": "overran"}
            if done.returncode or not result.exists():
                lines = done.stderr.strip().splitlines() or [f"code {done.returncode}"]
                return {"failed": "crashed", "error": lines[-1][:200]}
            record: Record = json.loads(result.read_text(encoding="utf-8"))
            return record

    def machine(self, solvers: tuple[str, ...]) -> Record:
        """Describe the machine once per benchmark; solvers that are not installed are named so."""
        kept = self.kept("machine", {})
        told = kept["machine"] if kept else describe()
        for name in solvers:
            label = peers.PEERS[name].label
            if label not in told and peers.installed(name):
                told[label] = self.step("version", 10.0, solver=name).get("version", "unknown")
        return self.keep("machine", {"machine": told})

    def program(self, case: str, seed: int) -> tuple[Record, Path]:
        """Build, compile and relax a case; the program is kept as a file for the solvers."""
        key = f"program-{_safe(case)}.{seed}"
        path = self.folder / f"{key}.pickle"
        settings = {"case": case, "seed": seed}
        record = self.kept(key, settings)
        if record is None or not path.exists():
            record = settings | self.step("prepare", RELAXATION, case=case, seed=seed, program=str(path))
            if "failed" not in record:
                record |= self.step("relax", RELAXATION, program=str(path), limit=RELAXATION)
                self.keep(key, record)
        return record, path

    def run(self, plan: Plan, case: str, seed: int, solver: str, program: Path) -> tuple[Record, bool]:
        """Let one solver run and check its plan; tell whether it ran now."""
        key = f"run-{_safe(case)}.{seed}.{solver}"
        settings = {"case": case, "seed": seed, "solver": solver, "seconds": plan.seconds[case], "gap": plan.gap}
        record = self.kept(key, settings)
        if record is not None:
            return record, False
        with tempfile.TemporaryDirectory() as folder:
            events, answer = Path(folder) / "events.jsonl", Path(folder) / "answer.pickle"
            given = {name: settings[name] for name in ("solver", "seconds", "gap", "seed")}
            files = {"program": str(program), "answer": str(answer)}
            record = settings | self.step("solve", plan.seconds[case], **given, **files, events=str(events))
            if "failed" in record:
                lines = events.read_text(encoding="ascii").splitlines() if events.exists() else []
                record |= {"status": record["failed"], "events": [json.loads(line) for line in lines], "plan": None}
            else:
                record |= self.step("check", RELAXATION, **files, events=record["events"])
        record["events"] = thin([tuple(event) for event in record["events"]])
        return self.keep(key, record), True

    def lines(self, case: str, seed: int) -> Record:
        """Build a case line by line and relax it, where the recipe knows how."""
        key, settings = f"lines-{_safe(case)}.{seed}", {"case": case, "seed": seed}
        record = self.kept(key, settings)
        if record is None:
            record = settings | self.step("lines", RELAXATION, case=case, seed=seed, limit=RELAXATION)
            if not record.get("missing") and "failed" not in record:
                self.keep(key, record)
        return record

    def small(self, case: str, repeat: int, seconds: float) -> Record:
        """Measure a small case."""
        key, settings = f"small-{_safe(case)}", {"case": case, "limit": seconds}
        record = self.kept(key, settings)
        if record is None:
            record = settings | self.step("small", 20 * seconds, case=case, repeat=repeat, seconds=seconds)
            if "failed" not in record:
                self.keep(key, record)
        return record

    def collect(self) -> Record:
        """Return all results of the benchmark."""
        found: dict[str, list[Record]] = {"program": [], "run": [], "lines": [], "small": []}
        for path in sorted(self.folder.glob("*.json")):
            kind = path.name.partition("-")[0]
            if kind in found:
                record: Record = json.loads(path.read_text(encoding="utf-8"))
                found[kind].append(record | {"case": _safe(record["case"])})
        machine = (self.kept("machine", {}) or {"machine": {}})["machine"]
        return {"machine": machine, "programs": found["program"], "runs": found["run"]} | {
            "lines": found["lines"], "small": found["small"]
        }  # fmt: skip


def _safe(case: str) -> str:
    """Return a case's name as part of a file's name."""
    return Path(case).name


def small_cases(names: list[str]) -> tuple[str, ...]:
    """Return the small cases and OR-Library's problems."""
    return (*names, *orlib_names())


def told(record: Record) -> str:
    """Return one line on what a run reached."""
    if "failed" in record:
        return f"{record['failed']}: {record.get('error', '')}"
    plan = record.get("plan")
    if not plan:
        return f"{record['ended']:.1f} s, no plan, bound {_number(record['bound'])} ({record['status']})"
    gap = gap_of(plan["objective"], record["bound"])
    kept = "" if plan["holds"] else " that DOES NOT HOLD"
    shown = "no gap" if gap is None or math.isinf(gap) else f"gap {100 * gap:.3g} %"
    return (
        f"{record['ended']:.1f} s, plan {_number(plan['objective'])}{kept}, bound {_number(record['bound'])}, {shown}"
    )


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:.6g}"


def changes(case: str, seed: int) -> str:
    """Say what the seed is of."""
    return f"{case} seed {seed}" if seeded(case) else f"{case} (solver seed {seed})"
