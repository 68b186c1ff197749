"""Tiny cases from blocks of CSV, and what a solve of one says."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import Any

from fundalign.inputs.case import Case
from fundalign.inputs.faults import Infeasible
from fundalign.inputs.read import case_from_tables
from fundalign.models.build import build
from fundalign.optimizer.compile import compile_model
from fundalign.optimizer.engine import Ending, Limits, Search
from fundalign.optimizer.solve import SolveOptions, solve
from fundalign.results.plan import Run
from fundalign.results.verify import verify

Payment = tuple[str, str, str]


def tables_of(text: str) -> dict[str, list[dict[str, object]]]:
    """Read blocks of CSV, each under the name of its table, blank lines between them."""
    found: dict[str, list[dict[str, object]]] = {}
    for block in text.strip().split("\n\n"):
        name, *lines = [line.strip() for line in block.strip().splitlines()]
        found[name] = [dict(row) for row in csv.DictReader(lines)]
    return found


def small(text: str, periods: int = 2, **settings: Any) -> Case:
    """Make a case in EUR that starts in 2027; `settings` are further ones of case.toml."""
    given = {"name": "small", "currency": "EUR", "first_period": "2027", "periods": periods} | settings
    return case_from_tables(given, tables_of(text))


def without(text: str, *names: str) -> str:
    """Leave out some tables."""
    blocks = [block.strip() for block in text.strip().split("\n\n")]
    return "\n\n".join(block for block in blocks if block.splitlines()[0].strip() not in names)


@dataclass(frozen=True)
class Outcome:
    """The optimum of a case and its plan."""

    objective: float
    run: Run

    @property
    def funded(self) -> set[str]:
        assert self.run.plan is not None
        portfolio = self.run.plan.portfolio
        return set(portfolio.loc[portfolio["funded"], "initiative"])

    @property
    def done(self) -> dict[str, str]:
        """Start period of every milestone that is done, as `initiative/milestone`."""
        assert self.run.plan is not None
        rows = self.run.plan.schedule
        rows = rows[rows["done"]]
        return {f"{r.initiative}/{r.milestone}": str(r.start) for r in rows.itertuples()}

    @property
    def levels(self) -> dict[str, float]:
        """Level of every milestone that is done, as `initiative/milestone`."""
        assert self.run.plan is not None
        rows = self.run.plan.schedule
        rows = rows[rows["done"]]
        return {f"{r.initiative}/{r.milestone}": float(str(r.level)) for r in rows.itertuples()}

    @property
    def paid(self) -> dict[Payment, float]:
        """What each funder pays on an initiative in a period, in the currencies of its lines."""
        assert self.run.plan is not None
        rows = self.run.plan.funding
        sums = rows.groupby(["funder", "initiative", "period"])["amount"].sum()
        return {(str(f), str(i), str(t)): round(float(x), 4) for (f, i, t), x in sums.items()}


def optimum(case: Case) -> Outcome:
    """Solve a case to proven optimality, whatever its goal, and verify its plan."""
    run = solve(case, SolveOptions(gap=0.0, threads=1))
    assert run.report.status.value == "optimal"
    assert run.report.objective is not None
    assert run.report.bound is not None
    assert abs(run.report.bound - run.report.objective) <= 1e-6
    assert verify(run).holds
    return Outcome(run.report.objective, run)


def best(case: Case) -> float | None:
    """Return the optimal value, None where no plan satisfies every rule."""
    try:
        return optimum(case).objective
    except Infeasible:
        return None


def program_optimum(case: Case, compact: bool = False, pooled: bool = True) -> float:
    """Return the optimum of the program of a case as it is built, in the goal's natural sense; no plan is made."""
    program = compile_model(build(case, compact=compact, pooled=pooled))
    outcome = Search(program, Limits(threads=1)).run()
    assert outcome.ending is Ending.OPTIMAL
    assert outcome.objective is not None
    return -outcome.objective if program.minimised else outcome.objective
