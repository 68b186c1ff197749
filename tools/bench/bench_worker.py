"""One step of the benchmark in a process of its own: `bench_worker.py STEP ARGUMENTS-AS-JSON RESULT.json`.

A process per step keeps memory and crashes apart, and CP-SAT away from HiGHS: the two cannot be loaded together.
Solvers get a program from a file, without the Pyomo model it came from.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import os
import pickle
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

import bench_memory
import numpy as np

from fundalign.optimizer.compile import Program, compile_model

Record = dict[str, Any]
REPEAT_BELOW = 3.0  # seconds; a relaxation faster than this is measured three times


@dataclass(frozen=True)
class Name:
    """What the search may ask of a column or row, without the Pyomo model: name and index."""

    name: str
    place: Any

    def index(self) -> Any:
        """Return the index, as Pyomo's components do."""
        return self.place


def slim(program: Program) -> Program:
    """Return a program that does not hold on to the Pyomo model."""
    return replace(
        program,
        variables=tuple(Name(v.name, v.index()) for v in program.variables),
        constraints=tuple(Name(c.name, c.index()) for c in program.constraints),
    )


def fingerprint(program: Program) -> str:
    """Return a few digits that tell two matrices apart."""
    parts = (program.matrix.indptr, program.matrix.indices, program.matrix.data, program.cost, program.row_lower)
    parts += (program.row_upper, program.lower, program.upper, program.integer)
    return hashlib.sha256(b"".join(np.ascontiguousarray(part).tobytes() for part in parts)).hexdigest()[:12]


def sizes(program: Program) -> Record:
    """Return the counts of a program."""
    return {
        "columns": len(program.cost),
        "integer": int(program.integer.sum()),
        "rows": len(program.row_lower),
        "nonzeros": int(program.matrix.nnz),
    }


def load(path: str) -> Program:
    """Return a program from a file that `prepare` wrote."""
    program: Program = pickle.loads(Path(path).read_bytes())
    return program


def made(case: str, seed: int, **form: bool) -> tuple[Program, Record]:
    """Return the program of a case in some form, and what making it took."""
    from bench_cases import case_of

    from fundalign.models.build import build

    clock = time.perf_counter()
    given = case_of(case, seed)
    read = time.perf_counter() - clock
    clock = time.perf_counter()
    model = build(given, **form)
    building = time.perf_counter() - clock
    clock = time.perf_counter()
    program = compile_model(model)
    compiling = time.perf_counter() - clock
    took = {"read": read, "build": building, "compile": compiling, "memory": bench_memory.peak()}
    return program, {"case": case, "seed": seed} | took | sizes(program)


def relaxation(program: Program, limit: float) -> Record:
    """Return seconds and bound of the linear relaxation by interior point with crossover, on one thread."""
    from fundalign.optimizer.engine import Ending, Limits, Relaxation
    from fundalign.optimizer.signals import Interrupt

    times: list[float] = []
    while len(times) < (3 if sum(times) < REPEAT_BELOW else 1):
        outcome = Relaxation(program, Limits(threads=1), interior=True).solve(limit, Interrupt())
        times.append(outcome.seconds)
        if outcome.ending is not Ending.OPTIMAL:
            return {"lp_seconds": None, "lp_bound": None}
    return {"lp_seconds": median(times), "lp_bound": outcome.bound}


def prepare(case: str, seed: int, program: str) -> Record:
    """Build and compile the compact form, and write it to the file `program`."""
    compact, record = made(case, seed, compact=True)
    Path(program).write_bytes(pickle.dumps(slim(compact)))
    return record | {"fingerprint": fingerprint(compact)}


def relax(program: str, limit: float) -> Record:
    """Measure the relaxation, and what the plan is worth that starts nothing it need not (None: not a plan)."""
    from bench_check import completed, residuals

    given = load(program)
    before = bench_memory.now()
    record = relaxation(given, limit)
    peak = bench_memory.peak()
    nothing = completed(given, np.where(np.isfinite(given.lower), given.lower, 0.0))
    empty = None if nothing is None else residuals(given, nothing).objective
    return record | {"empty": empty, "lp_memory": peak, "lp_memory_before": before}


def lines(case: str, seed: int, limit: float) -> Record:
    """Build the line-by-line form, where the recipe knows it, and measure its relaxation."""
    from fundalign.models.build import build

    if "pooled" not in inspect.signature(build).parameters:
        return {"case": case, "seed": seed, "missing": True}
    program, record = made(case, seed, pooled=False)
    return record | relaxation(program, limit)


def solve(program: str, solver: str, seconds: float, gap: float, seed: int, events: str, answer: str) -> Record:
    """Let one solver run; `events` is written as it goes, `answer` is its point for `check`."""
    import peers

    given = load(program)
    load_average = os.getloadavg()[0]
    before = bench_memory.now()
    with Path(events).open("w", encoding="ascii") as stream:
        recorder = peers.Recorder(stream)
        found = peers.run(solver, peers.Task(given, seconds, gap, seed), recorder)
        ended = recorder.seconds()
    Path(answer).write_bytes(pickle.dumps(found))
    told = {"status": found.status, "claimed": found.objective, "bound": found.bound, "ended": ended}
    return told | {"events": recorder.events, "memory": bench_memory.peak(), "memory_before": before} | {
        "load": load_average, "fingerprint": fingerprint(given)
    }  # fmt: skip


def check(program: str, answer: str, events: list[Any]) -> Record:
    """Check the point a solver left, and replace what it claimed on the way where its points count only in part."""
    import bench_check

    given, found = load(program), pickle.loads(Path(answer).read_bytes())
    if found.x is None:
        return {"plan": None}
    plan = bench_check.check(given, found.x, found.exact)
    if not found.points:
        return {"plan": plan}
    held = bench_check.recheck(given, list(found.points))
    if held and not plan["holds"]:
        plan |= {"holds": True, "objective": max(value for _, value in held), "how": "an earlier plan of the same run"}
    return {"plan": plan, "events": bench_check.verified([tuple(event) for event in events], held)}


def version(solver: str) -> Record:
    """Return a solver's version."""
    import peers

    return {"version": peers.version(solver)}


def small(case: str, repeat: int, seconds: float) -> Record:
    """Measure a small case; see bench_small.py."""
    from bench_small import measure

    return measure(case, repeat, seconds)


STEPS: dict[str, Callable[..., Record]] = {
    step.__name__: step for step in (prepare, relax, lines, solve, check, version, small)
}


def main() -> None:
    """Do one step and write its record."""
    name, arguments, path = sys.argv[1:]
    record = STEPS[name](**json.loads(arguments))
    Path(path).write_text(json.dumps(record), encoding="utf-8")


if __name__ == "__main__":
    import bench_worker  # programs are pickled under the module's name, not as __main__

    bench_worker.main()
