"""The solver against brute force on random tiny cases, and proof that the cases test something.

Each chunk solves its cases both ways and writes down which families were binding; the chunk that completes the set
asserts the totals. Chunks interleave the seeds, so that each sees most features of the generator. The suite runs a
part of the cases; `make oracle` runs all 500 (environment variable ORACLE_CASES).
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fundalign.inputs.case import Case
from fundalign.inputs.faults import Infeasible, InputError, SolverFailure
from fundalign.inputs.read import case_from_tables
from fundalign.optimizer.solve import SolveOptions, solve
from fundalign.results.plan import Run
from fundalign.results.verify import verify

from .families import FAMILIES, PARTS, ROWS, SETTINGS
from .generator import random_oracle, several_oracle
from .oracle import Oracle

ALL, CHUNKS = 500, 10
CASES = int(os.environ.get("ORACLE_CASES", "72"))
WHOLE = CASES >= ALL
FAMILY_SHARE, PART_SHARE = (0.1, 0.015) if WHOLE else (0.03, 0.0)
"""In which part of the cases a family has to bind, and a single option; in the suite each family in a few."""
SEVERAL = CASES // 5
"""Plainer cases on top, in which several rules of one table matter at once."""
INFEASIBLE_SHARE = (0.03, 0.1) if WHOLE else (0.01, 0.15)
EXACT, CENTS = 1e-6, 3e-6
"""How far an objective may be off: one of whole milestones, and one that hangs on cents."""


def disagreement(oracle: Oracle, solved: Callable[[Case, SolveOptions], Run] = solve) -> str:
    """What the solver says differently, or that its plan does not verify; empty if all is well."""
    best, exact = oracle.best, oracle.settled and oracle.goal == "value"
    try:
        case = case_from_tables(dict(oracle.settings), dict(oracle.tables))
        run = solved(case, SolveOptions(gap=0 if exact else EXACT, threads=1))
    except (Infeasible, InputError) as refusal:
        if isinstance(refusal, InputError) and {fault.severity for fault in refusal.faults} - {"contradiction"}:
            return f"the input is refused: {refusal.faults[:2]}"
        return "" if best.status == "infeasible" else f"infeasible, but {best.objective} with {best.starts}"
    except SolverFailure as failure:
        return f"{failure}, but the oracle says {best.status} with {best.objective}"
    status, objective = run.report.status.value, run.report.objective
    cents = best.status == "optimal" and not exact and run.report.gap is not None and run.report.gap <= CENTS
    if (status != best.status and not cents) or objective is None:
        return f"{status} with {objective}, but the oracle says {best.status} with {best.objective}"
    found = objective / (1 if oracle.goal == "value" else case.unit)
    if abs(found - best.objective) > (EXACT if exact else CENTS) * max(1.0, abs(best.objective)):
        return f"objective {found}, but the oracle finds {best.objective} with {best.starts} at {best.levels}"
    faults = verify(run).faults
    return f"the plan does not verify: {faults[:3]}" if faults else extravagance(run, oracle)


def extravagance(run: Run, oracle: Oracle) -> str:
    """Whether the tie-break left a plan as good for less public money."""
    if not run.case.settings.objective.tie_break:
        return ""
    paid, least = public_outlay(run) / run.case.unit, oracle.thrifty.objective
    if abs(paid - least) <= CENTS * 10 * max(1.0, least):
        return ""
    return f"public outlay {paid}, but the oracle finds {least} with {oracle.thrifty.starts}"


def public_outlay(run: Run) -> float:
    """What public funders pay, with hedges and provisions, in base currency at reference rates."""
    assert run.plan is not None
    case, tables = run.case, run.plan.tables
    total = 0.0
    for row in tables["funding"].to_dict("records"):
        total += float(row["amount_base"]) if case.funders[row["funder"]].kind == "public" else 0.0
    for row in tables["budgets"].to_dict("records"):
        funder = case.funders[row["funder"]]
        if funder.kind == "public":
            aside = float(row["hedge_cost"] or 0) + float(row["provision"] or 0)
            total += aside * float(case.reference_rate(funder.currency))
    return total


def cases(chunk: int) -> Iterator[tuple[int, Oracle]]:
    """Every tenth case with its number; those of several rules come last."""
    yield from ((seed, random_oracle(seed)) for seed in range(chunk, CASES, CHUNKS))
    yield from ((CASES + seed, several_oracle(seed)) for seed in range(chunk, SEVERAL, CHUNKS))


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_solver_agrees_with_brute_force(chunk: int, shared_folder: Path) -> None:
    bound: Counter[str] = Counter()
    wrong = {}
    for seed, oracle in cases(chunk):
        assert not oracle.best.doubtful, f"seed {seed} hangs on a rounding: change the generator"
        bound.update(oracle.binding() if seed < CASES else oracle.binding(ROWS))
        bound["infeasible"] += seed < CASES and oracle.best.status == "infeasible"
        said = disagreement(oracle)
        if said:
            wrong[seed] = said
    assert not wrong
    (shared_folder / f"oracle-{chunk}.json").write_text(json.dumps(bound), encoding="utf-8")
    written = [shared_folder / f"oracle-{n}.json" for n in range(CHUNKS)]
    if all(path.exists() for path in written):
        assert_every_family_binds([json.loads(path.read_text(encoding="utf-8")) for path in written])


def assert_every_family_binds(tallies: list[dict[str, int]]) -> None:
    total: Counter[str] = Counter()
    for tally in tallies:
        total.update(tally)
    least = dict.fromkeys((*FAMILIES, *SETTINGS), FAMILY_SHARE) | dict.fromkeys(PARTS, PART_SHARE)
    short = {name: total[name] for name, share in least.items() if total[name] < share * CASES}
    short |= {name: total[name] for name in ROWS if total[name] < PART_SHARE * (CASES + SEVERAL)}
    assert not short
    assert INFEASIBLE_SHARE[0] <= total["infeasible"] / CASES <= INFEASIBLE_SHARE[1]
