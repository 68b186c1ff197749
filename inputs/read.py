"""Reading and writing a case: a folder of case.toml and CSV tables to a checked, frozen case, and back."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from .accessors import Facts
from .case import Case
from .check import run_checks
from .draft import Draft
from .faults import Fault, InputError, UsageError, did_you_mean
from .files import decode, input_files, load, read_csv, table_from_dicts, unknown_files
from .parsing import ParsedTable, RawTable, parse_table
from .scenario_faults import scenario_faults
from .scenarios import FILE as SCENARIOS
from .scenarios import parse_scenarios, scenarios_text
from .settings import FILE as CASE
from .tables import TABLES
from .texts import settings_text, table_text
from .toml import load_toml, parse_settings

__all__ = ["case_from_tables", "hash_inputs", "read_case", "write_case"]


def case_folder(path: str | Path) -> Path:
    """Return the folder of a case; ``UsageError`` if there is none, or it is a workbook."""
    folder = Path(path)
    if not folder.exists():
        raise UsageError(f"no such path: {folder}")
    if folder.suffix.lower() in (".xlsx", ".xlsm", ".xls", ".ods"):
        raise UsageError(f"not supported yet: {folder.name} is a workbook; give a folder with case.toml and CSV tables")
    if not folder.is_dir():
        raise UsageError(f"{folder} is not a folder with case.toml and CSV tables")
    return folder


UNREADABLE: Final[dict[str, Any]] = {}  # stands for a TOML file whose faults are told already


def read_case(path: str | Path) -> Case:
    """Read and check the case in a folder.

    ``InputError`` lists all faults, contradictions included; ``UsageError`` if there is no such folder.
    Warnings are kept on the case.
    """
    folder = case_folder(path)
    faults = unknown_files(folder)
    tomls: dict[str, dict[str, Any]] = {}
    raws: dict[str, RawTable] = {}
    for file, place in input_files(folder):
        data, wrong = load(place)
        text, badly = ("", []) if data is None else decode(data, file)
        faults += [*wrong, *badly]
        if file.endswith(".toml"):
            tomls[file], syntax = load_toml(text, file)
            faults += syntax
            if wrong or syntax:
                tomls[file] = UNREADABLE
            continue
        name = file.removesuffix(".csv")
        if data is None:
            raws[name] = RawTable(name, (), (), sound=False)
            continue
        raws[name], form = read_csv(name, text)
        faults += form
    name = folder.resolve().stem if folder.name in ("", ".", "..") else folder.stem
    return _build(tomls.get(CASE), tomls.get(SCENARIOS, {}), raws, name, faults)


def case_from_tables(
    settings: Mapping[str, Any],
    tables: Mapping[str, Sequence[Mapping[str, object]]],
    name: str = "case",
    scenarios: Sequence[Mapping[str, Any]] = (),
) -> Case:
    """Make a case from plain data: settings and scenarios as in TOML, tables as lists of rows.

    Values are turned to text and go through the same parser and checks as files; ``InputError`` as for
    :func:`read_case`.
    """
    faults: list[Fault] = []
    raws: dict[str, RawTable] = {}
    for table, rows in tables.items():
        if table not in TABLES:
            hint = did_you_mean(table, TABLES)
            faults.append(Fault(f"{table}.csv", None, None, f"{table}.csv", "the name of a table", hint))
            continue
        raws[table], form = table_from_dicts(table, rows)
        faults += form
    return _build(settings, {"scenario": list(scenarios)}, raws, name, faults)


def _build(
    case_toml: Mapping[str, Any] | None,
    scenarios_toml: Mapping[str, Any],
    raws: Mapping[str, RawTable],
    name: str,
    faults: list[Fault],
) -> Case:
    unreadable = case_toml is UNREADABLE
    settings, wrong, doubtful = parse_settings({} if case_toml is None or unreadable else case_toml)
    if case_toml is None:
        wrong = [Fault(CASE, None, None, None, "this file", "it is required")]
    faults += [] if unreadable else wrong
    frequency = None if "frequency" in doubtful or case_toml is None or unreadable else settings.frequency
    if frequency is None:
        doubtful |= {"frequency"}
    parsed: dict[str, ParsedTable] = {}
    for table, model in TABLES.items():
        if table in raws:
            parsed[table] = parse_table(raws[table], frequency)
            faults += parsed[table].faults
            continue
        parsed[table] = ParsedTable(sound=not model.NEEDED)
        if model.NEEDED:
            faults.append(Fault(f"{table}.csv", None, None, None, "this file", "it is required"))
    facts = Facts(settings, {table: tuple(each.rows) for table, each in parsed.items()})
    draft = Draft(facts, parsed, doubtful, faults)
    run_checks(draft)
    scenarios, badly = ((), []) if scenarios_toml is UNREADABLE else parse_scenarios(scenarios_toml)
    faults += badly
    judged = {table for table in TABLES if draft.whole(table)} | (set() if doubtful else {"case"})
    faults += scenario_faults(facts, scenarios, judged)
    if faults or draft.contradictions:
        raise InputError([*_ordered(faults), *_ordered(draft.contradictions)])
    numbers = {
        table: tuple(each.numbers) for table, each in parsed.items() if each.numbers[-1:] > [len(each.numbers) + 1]
    }
    return Case(settings, facts.tables, scenarios, name, tuple(draft.warnings), numbers=numbers)


def _ordered(faults: Sequence[Fault]) -> list[Fault]:
    """Order faults by file as a case is read, then by row."""
    order = {file: place for place, file in enumerate([CASE, *(f"{name}.csv" for name in TABLES)])}
    unique = dict.fromkeys(faults)
    return sorted(unique, key=lambda fault: (order.get(fault.file, len(order)), fault.file, fault.row or 0))


def write_case(case: Case, folder: str | Path, *, scenarios: bool = False) -> None:
    """Write settings and tables so that :func:`read_case` gives the same case; empty tables are left out.

    The scenarios are written only on demand: after a change they need no longer fit.
    """
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    (target / CASE).write_text(settings_text(case.settings), encoding="utf-8", newline="\n")
    for name, model in TABLES.items():
        rows = case.tables.get(name, ())
        if rows or model.NEEDED:
            (target / f"{name}.csv").write_text(table_text(model, rows), encoding="utf-8", newline="\n")
    if scenarios and case.scenarios:
        (target / SCENARIOS).write_text(scenarios_text(case.scenarios), encoding="utf-8", newline="\n")


def hash_inputs(path: str | Path) -> dict[str, str]:
    """Return the SHA-256 of every input file of a case folder, by file name."""
    return {file: hashlib.sha256(place.read_bytes()).hexdigest() for file, place in input_files(case_folder(path))}
