"""The exact verifier: recomputes every rule and every account of a plan from its case and its text tables.

Decisions are read from schedule.csv (starts and levels), funding.csv and commitments.csv (amounts), currency.csv
(hedged) and guarantees.csv (guaranteed). Everything else is recomputed in rational arithmetic and compared. Nothing
here knows the model, the solver or how the plan was made.
Source: model.md, results.md.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from ..inputs.case import Case
from ..inputs.faults import FundalignError, InputError
from ..inputs.read import read_case
from .approval import with_approved
from .differences import differences
from .rule_tables import RULE_COLUMNS, rule_tables
from .verify_accounts import check_flows, check_funding_table, check_portfolio, check_schedule_table
from .verify_budgets import Position, check_budgets
from .verify_cells import COLUMNS, Row
from .verify_commitments import check_commitments, read_commitments
from .verify_cover import check_cover, check_eligibility
from .verify_equity import check_equity
from .verify_factors import Factors
from .verify_facts import Facts
from .verify_files import UnreadableError, printable, read_json, read_table
from .verify_funders import check_funders
from .verify_goals import check_required
from .verify_guarantees import Guarantees
from .verify_levels import check_levels, check_synergies
from .verify_manifest import check_case_files, check_manifest
from .verify_matching import check_matching
from .verify_ratios import Amounts, check_cofunding, check_earmarks
from .verify_reading import read_currency, read_funding, read_schedule
from .verify_replanning import check_replanning
from .verify_rows import ZERO, Audit, Findings, RuleRow
from .verify_schedule import check_schedule
from .verify_summary import Summary
from .verify_value import Values

__all__ = ["Audit", "RuleRow", "audit", "verify"]

_SHOWN = 5
_DIFFERENCES = "differences"
_WITH_PLAN = ("optimal", "feasible")
_JSON_FILES = ("summary", "factors", "manifest")


class PlanLike(Protocol):
    """The tables and factors of a plan, as text."""

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Return the tables by name, cells as written to the files."""

    @property
    def factors(self) -> Mapping[str, Any]:
        """Return the content of factors.json."""


class RunLike(Protocol):
    """What is verified of a run in memory."""

    @property
    def case(self) -> Case:
        """Return the case as solved."""

    @property
    def plan(self) -> PlanLike | None:
        """Return the plan, None where there is none."""

    @property
    def summary(self) -> Mapping[str, Any]:
        """Return the content of summary.json."""


def audit(
    case: Case,
    tables: Mapping[str, pd.DataFrame],
    summary: Mapping[str, object],
    factors: Mapping[str, object],
) -> Audit:
    """Recompute everything from the case and the text tables of a plan.

    `tables` holds portfolio, schedule, funding, budgets, currency and flows, and where the case has such rules
    commitments and guarantees; rules, equity, matching and cofunding are compared with the recomputation where they are
    there. Whatever the tables hold is a fault of the audit, never an error.
    """
    findings = Findings()
    facts = Facts(case, Factors(case, factors, findings), findings)
    schedule = read_schedule(facts, tables)
    funding = read_funding(facts, tables)
    positions = read_currency(facts, tables)
    read_commitments(facts, tables)
    guarantees = Guarantees(facts, tables)
    facts.fall_due()
    _rules(facts, tables, positions, guarantees)
    values = Values(facts, check_synergies(facts))
    check_required(facts, values)
    costs = check_schedule_table(facts, schedule)
    check_funding_table(facts, funding)
    check_portfolio(facts, tables, costs, values)
    check_flows(facts, tables)
    Summary(facts, summary, values).check()
    _account_rows(findings)
    _compare_rule_tables(case, tables, factors, findings)
    return Audit(tuple(findings.rows), tuple(dict.fromkeys(findings.faults)))


def _rules(
    facts: Facts,
    tables: Mapping[str, pd.DataFrame],
    positions: Mapping[Position, Row],
    guarantees: Guarantees,
) -> None:
    """Check every rule on schedule and money."""
    check_schedule(facts)
    check_levels(facts)
    check_cover(facts)
    check_eligibility(facts)
    amounts = Amounts(facts)
    check_cofunding(facts, amounts)
    check_matching(facts, amounts)
    guarantees.check(amounts)
    check_commitments(facts)
    check_budgets(facts, tables, positions)
    check_equity(facts)
    check_earmarks(facts)
    check_funders(facts)
    check_replanning(facts)


def _account_rows(findings: Findings) -> None:
    """Add one row per file: the number of its cells and entries that do not tie, 0 allowed."""
    files = [f"{name}.csv" for name in COLUMNS] + ["summary.json", "factors.json"]
    for file in files:
        count = findings.ties[file]
        findings.rows.append(RuleRow("accounts", "ties", file, (), ZERO + count, at_most=ZERO))


def _compare_rule_tables(
    case: Case, tables: Mapping[str, pd.DataFrame], factors: Mapping[str, object], findings: Findings
) -> None:
    """Compare rules.csv, equity.csv, matching.csv and cofunding.csv, where given, with the recomputation.

    So is differences.csv of a re-plan whose other tables hold.
    """
    if not any(name in tables for name in RULE_COLUMNS):
        return
    recomputed = rule_tables(case, Audit(tuple(findings.rows), ()))
    if case.approved is not None and not findings.faults:
        recomputed[_DIFFERENCES] = differences(case, tables, findings.rows, factors)
    for name, expected in recomputed.items():
        if name not in tables:
            continue
        columns, stated = list(expected.columns), tables[name]
        if list(stated.columns) != columns:
            findings.account(f"{name}.csv", f"columns should be {', '.join(columns)}")
            continue
        pairs = list(zip(stated.itertuples(index=False), expected.itertuples(index=False), strict=False))
        wrong = [
            (number, column, is_, should)
            for number, (line, other) in enumerate(pairs, start=2)
            for column, is_, should in zip(columns, line, other, strict=True)
            if is_ != should
        ]
        for number, column, is_, should in wrong[:_SHOWN]:
            words = f"{column} is {is_ or 'empty'}, should be {should or 'empty'}"
            findings.account(f"{name}.csv", words, number)
        if len(wrong) > _SHOWN:
            findings.account(f"{name}.csv", f"{len(wrong) - _SHOWN} more cells differ from the recomputation")
        if len(stated) != len(expected):
            findings.account(f"{name}.csv", f"has {len(stated)} rows, should have {len(expected)}")


def verify(run: Path | str | RunLike) -> Audit:
    """Verify a run folder or a run in memory; what cannot be read is a fault of the audit, not an error."""
    if isinstance(run, str | Path):
        return _verify_folder(Path(run))
    if run.plan is None:
        return _nothing(run.summary)
    return audit(run.case, run.plan.tables, run.summary, run.plan.factors)


def _nothing(summary: Mapping[str, Any]) -> Audit:
    return Audit((), (f"there is no plan to verify (status {printable(summary.get('status', 'unknown'))})",))


def _verify_folder(folder: Path) -> Audit:
    faults: list[str] = []
    contents = {name: _read_json(folder / f"{name}.json", faults) for name in _JSON_FILES if name != "factors"}
    summary, manifest = contents["summary"], contents["manifest"]
    if not (folder / "funding.csv").exists() and summary.get("status") not in _WITH_PLAN:
        return _nothing(summary)
    factors = _read_json(folder / "factors.json", faults)
    tables, unreadable = _read_tables(folder, faults)
    faults += check_case_files(folder, manifest)
    try:
        case = with_approved(read_case(folder / "case"), folder)
    except InputError as error:
        faults += [f"case: {fault}" for fault in error.faults]
        return Audit((), tuple(faults))
    except FundalignError as error:
        return Audit((), (*faults, f"case: {error}"))
    faults += check_manifest(case, manifest, summary)
    if (case.approved is not None) != (_DIFFERENCES in tables) and f"{_DIFFERENCES}.csv" not in unreadable:
        faults.append(f"{_DIFFERENCES}.csv: the table {'is missing' if case.approved else 'is only of a re-plan'}")
    found = audit(case, tables, summary, factors)
    named = {f"{file}: the table is missing" for file in unreadable}
    return Audit(found.rows, (*faults, *(fault for fault in found.faults if fault not in named)))


def _read_json(path: Path, faults: list[str]) -> dict[str, Any]:
    """Return the content of a JSON file, nothing after a fault was named."""
    try:
        return read_json(path)
    except UnreadableError as error:
        faults += _places(path.name, error)
        return {}


def _read_tables(folder: Path, faults: list[str]) -> tuple[dict[str, pd.DataFrame], list[str]]:
    """Return the tables that can be read, and the files that are there but cannot."""
    tables, unreadable = {}, []
    for name in (*COLUMNS, *RULE_COLUMNS, _DIFFERENCES):
        file = f"{name}.csv"
        try:
            tables[name] = read_table(folder / file)
        except FileNotFoundError:
            if name in RULE_COLUMNS:
                faults.append(f"{file}: the table is missing")
        except UnreadableError as error:
            faults += _places(file, error)
            unreadable.append(file)
    return tables, unreadable


def _places(file: str, error: UnreadableError) -> list[str]:
    return [f"{file}: {words}" if row is None else f"{file} row {row}: {words}" for row, words in error.reasons]
