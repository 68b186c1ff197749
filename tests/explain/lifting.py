"""Rules lifted in the tables of a case, for checking conflicts by ordinary solves: nothing here knows the optimizer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from fundalign.inputs.case import Case
from fundalign.inputs.change import Change
from fundalign.inputs.faults import Infeasible
from fundalign.optimizer.solve import SolveOptions, solve
from fundalign.results.explanation import Rule

Place = tuple[str, int, str]  # table, row (0: a setting), column
FREE: dict[str, dict[str, object]] = {
    "funders": {"min_ticket": "", "max_change": "", "risk_tolerance": "", "contingency": 0},
    "budgets": {"payments": 1_000_000, "commitments": "", "carry_over": 1},
    "initiatives": {"status": "candidate", "complete": "false", "max_pause": "", "sunset": "", "rank": ""},
    "milestones": {"earliest_start": "", "latest_start": "", "deadline": ""},
    "choices": {"at_least": 0, "at_most": ""},
    "cofunding": {"at_least": 0, "at_most": 1},
    "equity": {"at_least": 0, "at_most": 1_000_000},
    "earmarks": {"at_least": 0, "at_most": 1},
    "matching": {"ratio": 1000, "cap": "", "min_base": ""},
    "guarantees": {"leverage": 1000, "cap": ""},
    "case": {"objective.required_value": -1000, "buffer.method": "none"},
}
DELETED = {"eligibility": "allow", "precedence": "predecessor"}


def places(case: Case) -> set[Place]:
    """Every cell in which a rule stands that can be lifted."""
    found: set[Place] = set()
    for table, columns in FREE.items():
        for n, row in enumerate(case.tables.get(table, ()), start=2):
            found |= {(table, n, column) for column in columns if getattr(row, column) not in (None, "", "candidate")}
    for table, column in DELETED.items():
        found |= {(table, n, column) for n, _ in enumerate(case.tables.get(table, ()), start=2)}
    return found | {("case", 0, column) for column in FREE["case"]}


def of(rule: Rule) -> set[Place]:
    """The cells of a rule."""
    return {(rule.table, row, rule.column) for row in rule.rows or (0,)}


def lifted(case: Case, gone: Iterable[Place]) -> Case:
    """The case without the rules of some cells."""
    changes, rows = [], set[tuple[str, int]]()
    for table, n, column in sorted(gone):
        if table in DELETED:
            rows.add((table, n))
            continue
        row = None if table == "case" else case.tables[table][n - 2]
        if column in ("carry_over",) and row is not None and not getattr(row, column):
            continue  # no rule: an empty cell allows nothing to be carried
        where = {} if row is None else {name: getattr(row, name) for name in type(row).KEY}
        goal = case.settings.objective.goal
        if column == "objective.required_value" and goal == "value":
            continue
        free = FREE[table][column]
        if (table, column) == ("equity", "at_most") and getattr(row, "measure", "") in ("received", "contributed"):
            free = 1
        changes.append(Change(table, column, "set", free, where))
        if column == "status" and row is not None and getattr(row, "rank", None) is not None:
            changes.append(Change(table, "rank", "set", "", where))
    tables = {
        name: tuple(row for n, row in enumerate(of_table, start=2) if (name, n) not in rows)
        for name, of_table in case.tables.items()
    }
    return replace(case, tables=tables).apply(changes)


def feasible(case: Case) -> bool:
    """Whether an ordinary solve finds a plan, rounded to minor units and verified; what `check` refuses has none."""
    if case.contradictions:
        return False
    try:
        return solve(case, SolveOptions(gap=0.5, time_limit=60, threads=1)).plan is not None
    except Infeasible:
        return False
