"""The solver against brute force on 300 random tiny cases, and proof that the cases test something.

Each chunk solves its cases both ways and writes down which families were binding; the chunk that completes
the set asserts the totals. Chunks interleave the seeds, so that each sees most features of the generator.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from fundalign.inputs.faults import Infeasible
from fundalign.inputs.read import case_from_tables
from fundalign.optimizer.solve import SolveOptions, solve
from fundalign.results.verify import verify

from .families import FAMILIES, PARTS
from .generator import random_oracle
from .oracle import Oracle

CASES, CHUNKS = 300, 10
FAMILY_SHARE, PART_SHARE, INFEASIBLE_SHARE = 0.1, 0.02, 0.05


@pytest.fixture(scope="session")
def tally_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of this test session share."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "oracle-tally"
    folder.mkdir(exist_ok=True)
    return folder


def disagreement(oracle: Oracle) -> str:
    """What the solver says differently, or that its plan does not verify; empty if all is well."""
    best = oracle.best
    case = case_from_tables(dict(oracle.settings), dict(oracle.tables))
    try:
        run = solve(case, SolveOptions(gap=0, threads=1))
    except Infeasible:
        return "" if best.status == "infeasible" else f"infeasible, but {best.objective} with {best.starts}"
    status, objective = run.report.status.value, run.report.objective
    if status != best.status or objective is None:
        return f"{status}, but the oracle says {best.status} with {best.objective}"
    if abs(objective - best.objective) > 1e-6 * max(1.0, abs(best.objective)):
        return f"objective {objective}, but the oracle finds {best.objective} with {best.starts}"
    faults = verify(run).faults
    return f"the plan does not verify: {faults[:3]}" if faults else ""


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_solver_agrees_with_brute_force(chunk: int, tally_folder: Path) -> None:
    bound: Counter[str] = Counter()
    wrong = {}
    for seed in range(chunk, CASES, CHUNKS):
        oracle = random_oracle(seed)
        assert not oracle.best.doubtful, f"seed {seed} hangs on a rounding: change the generator"
        bound.update(oracle.binding())
        bound["infeasible"] += oracle.best.status == "infeasible"
        said = disagreement(oracle)
        if said:
            wrong[seed] = said
    assert not wrong
    (tally_folder / f"{chunk}.json").write_text(json.dumps(bound), encoding="utf-8")
    written = [tally_folder / f"{n}.json" for n in range(CHUNKS)]
    if all(path.exists() for path in written):
        assert_every_family_binds([json.loads(path.read_text(encoding="utf-8")) for path in written])


def assert_every_family_binds(tallies: list[dict[str, int]]) -> None:
    total: Counter[str] = Counter()
    for tally in tallies:
        total.update(tally)
    least = dict.fromkeys(FAMILIES, FAMILY_SHARE) | dict.fromkeys(PARTS, PART_SHARE)
    least["infeasible"] = INFEASIBLE_SHARE
    short = {name: total[name] for name, share in least.items() if total[name] < share * CASES}
    assert not short
