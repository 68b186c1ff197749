"""The exact verifier: recomputes every rule and every account of a plan from its case and its text tables.

Decisions are read from schedule.csv (starts), funding.csv (amounts) and currency.csv (hedged). Everything
else is recomputed in rational arithmetic and compared. Nothing here knows the model, the solver or how the
plan was made.
Source: model.md, results.md.
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from ..inputs.case import Case
from ..inputs.faults import FundalignError, InputError
from ..inputs.read import read_case
from .rule_tables import RULE_COLUMNS, rule_tables
from .verify_accounts import check_flows, check_funding_table, check_portfolio, check_schedule_table
from .verify_budgets import check_budgets
from .verify_cells import COLUMNS
from .verify_cover import check_cover, check_eligibility
from .verify_equity import check_equity
from .verify_factors import Factors
from .verify_facts import Facts, read_currency, read_funding, read_schedule
from .verify_matching import check_matching
from .verify_ratios import Amounts, check_cofunding, check_earmarks
from .verify_rows import ZERO, Audit, Findings, RuleRow
from .verify_schedule import check_schedule
from .verify_value import Summary, Values

__all__ = ["Audit", "RuleRow", "audit", "verify"]

_SHOWN = 5
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

    `tables` holds portfolio, schedule, funding, budgets, currency and flows; rules, equity, matching and
    cofunding are compared with the recomputation where they are there. Whatever the tables hold is a fault of
    the audit, never an error.
    """
    findings = Findings()
    facts = Facts(case, Factors(case, factors, findings), findings)
    schedule = read_schedule(facts, tables)
    funding = read_funding(facts, tables)
    positions = read_currency(facts, tables)
    facts.fall_due()
    check_schedule(facts)
    check_cover(facts)
    check_eligibility(facts)
    amounts = Amounts(facts)
    check_cofunding(facts, amounts)
    check_matching(facts, amounts)
    check_budgets(facts, tables, positions)
    check_equity(facts)
    check_earmarks(facts)
    values = Values(facts)
    costs = check_schedule_table(facts, schedule)
    check_funding_table(facts, funding)
    check_portfolio(facts, tables, costs, values)
    check_flows(facts, tables)
    Summary(facts, summary, values).check()
    _account_rows(findings)
    _compare_rule_tables(case, tables, findings)
    return Audit(tuple(findings.rows), tuple(dict.fromkeys(findings.faults)))


def _account_rows(findings: Findings) -> None:
    """Add one row per file: the number of its cells and entries that do not tie, 0 allowed."""
    files = [f"{name}.csv" for name in COLUMNS] + ["summary.json", "factors.json"]
    for file in files:
        count = findings.ties[file]
        findings.rows.append(RuleRow("accounts", "ties", file, (), ZERO + count, at_most=ZERO))


def _compare_rule_tables(case: Case, tables: Mapping[str, pd.DataFrame], findings: Findings) -> None:
    """Compare rules.csv, equity.csv, matching.csv and cofunding.csv, where given, with the recomputation."""
    if not any(name in tables for name in RULE_COLUMNS):
        return
    for name, expected in rule_tables(case, Audit(tuple(findings.rows), ())).items():
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
    return Audit((), (f"there is no plan to verify (status {summary.get('status', 'unknown')})",))


def _verify_folder(folder: Path) -> Audit:
    faults: list[str] = []
    contents = {name: _read_json(folder / f"{name}.json", faults) for name in _JSON_FILES if name != "factors"}
    if not (folder / "funding.csv").exists() and contents["summary"].get("status") not in _WITH_PLAN:
        return _nothing(contents["summary"])
    contents["factors"] = _read_json(folder / "factors.json", faults)
    tables = {}
    for name in (*COLUMNS, *RULE_COLUMNS):
        table = _read_table(folder / f"{name}.csv", faults)
        if table is not None:
            tables[name] = table
    faults += _changed_files(folder, contents["manifest"])
    try:
        case = read_case(folder / "case")
    except InputError as error:
        faults += [f"case: {fault}" for fault in error.faults]
        return Audit((), tuple(faults))
    except FundalignError as error:
        return Audit((), (*faults, f"case: {error}"))
    found = audit(case, tables, contents["summary"], contents["factors"])
    return Audit(found.rows, (*faults, *found.faults))


def _read_json(path: Path, faults: list[str]) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        faults.append(f"{path.name}: cannot be read ({_reason(error)})")
        return {}
    if not isinstance(content, dict):
        faults.append(f"{path.name}: is not a table of names")
        return {}
    return content


def _read_table(path: Path, faults: list[str]) -> pd.DataFrame | None:
    try:
        return pd.read_csv(path, dtype=str, keep_default_na=False, na_filter=False, encoding="utf-8")
    except FileNotFoundError:
        if path.stem in RULE_COLUMNS:
            faults.append(f"{path.name}: the table is missing")
    except (OSError, ValueError) as error:
        faults.append(f"{path.name}: cannot be read ({_reason(error)})")
    return None


def _reason(error: Exception) -> str:
    return error.strerror or "unreadable" if isinstance(error, OSError) else str(error)


def _changed_files(folder: Path, manifest: Mapping[str, Any]) -> list[str]:
    """Compare the files of case/ with their hashes in the manifest under `case_files`, if there are any."""
    hashes = manifest.get("case_files")
    if not isinstance(hashes, Mapping):
        return []
    found = {path.name: path for path in sorted((folder / "case").glob("*")) if path.is_file()}
    faults = [f"case/{name}: is missing" for name in hashes if name not in found]
    for name, path in found.items():
        if name not in hashes:
            faults.append(f"case/{name}: is not part of the run")
        elif sha256(path.read_bytes()).hexdigest() != hashes[name]:
            faults.append(f"case/{name}: was changed after the run was written")
    return faults
