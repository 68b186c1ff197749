"""Reading and writing a case: a folder of case.toml and CSV tables, or a workbook, to a checked case, and back."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .assemble import UNREADABLE, RawCase, assemble
from .case import Case
from .faults import Fault, UsageError, did_you_mean
from .files import decode, input_files, load, read_csv, table_from_dicts, unknown_files
from .parsing import RawTable
from .scenarios import FILE as SCENARIOS
from .scenarios import scenarios_text
from .settings import FILE as CASE
from .tables import TABLES
from .texts import settings_text, table_text
from .toml import load_toml
from .workbook_open import is_workbook
from .workbook_read import raw_workbook

__all__ = ["case_from_tables", "hash_inputs", "read_case", "read_raw", "write_case"]


def case_place(path: str | Path) -> Path:
    """Return the folder or workbook of a case; ``UsageError`` if there is none."""
    place = Path(path)
    if not place.exists():
        raise UsageError(f"no such path: {place}")
    if not place.is_dir() and not is_workbook(place):
        raise UsageError(f"{place} is not a folder with case.toml and CSV tables, nor an .xlsx workbook")
    return place


def read_case(path: str | Path) -> Case:
    """Read and check the case in a folder or a workbook.

    ``InputError`` lists all faults, contradictions included; ``UsageError`` if there is no such folder or workbook.
    Warnings are kept on the case.
    """
    return assemble(read_raw(path))


def read_raw(path: str | Path) -> RawCase:
    """Return what a folder or workbook says, as text, with the faults of its form."""
    place = case_place(path)
    return raw_folder(place) if place.is_dir() else raw_workbook(place)


def raw_folder(folder: Path) -> RawCase:
    """Return what the files of a case folder say."""
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
    return RawCase(name, tomls.get(CASE), tomls.get(SCENARIOS, {}), raws, faults)


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
    return assemble(RawCase(name, settings, {"scenario": list(scenarios)}, raws, faults))


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
    """Return the SHA-256 of every input file of a case as it lies there, by file name: of its tables, or its workbook.

    What does not depend on the file is :attr:`Case.hash`.
    """
    place = case_place(path)
    files = input_files(place) if place.is_dir() else [(place.name, place)]
    return {file: hashlib.sha256(each.read_bytes()).hexdigest() for file, each in files}
