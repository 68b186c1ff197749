"""A run folder read back as a Run."""

from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from ..inputs.faults import Fault, InputError, UsageError
from ..inputs.read import read_case
from .approval import with_approved
from .plan import TABLES, Plan, Run, SolveReport, Status
from .verify_files import UnreadableError, read_json, read_table
from .verify_manifest import check_case_files

ENTRIES = ("status", "objective", "bound", "gap", "seconds", "terms", "limit", "phase")
NUMBERS = ("objective", "bound", "gap")


def read_tables(path: Path) -> dict[str, pd.DataFrame]:
    """Return the tables of a run folder as text; those that are not there are absent.

    Raises InputError with all faults of tables that are not rows as wide as their header.
    """
    return read_named(path, TABLES)


def read_named(path: Path, names: Iterable[str]) -> dict[str, pd.DataFrame]:
    """Return the named tables of a run folder, as `read_tables` does."""
    tables: dict[str, pd.DataFrame] = {}
    faults: list[Fault] = []
    for name in names:
        file = f"{name}.csv"
        try:
            tables[name] = read_table(path / file)
        except FileNotFoundError:
            continue
        except UnreadableError as error:
            faults += _faults(file, error)
    if faults:
        raise InputError(faults)
    return tables


def _read_json(path: Path) -> dict[str, Any]:
    try:
        return read_json(path)
    except UnreadableError as error:
        raise InputError(_faults(path.name, error)) from None


def _faults(file: str, error: UnreadableError) -> list[Fault]:
    return [Fault(file, row, None, None, "a file as a run writes it", words) for row, words in error.reasons]


def read_run(path: str | Path) -> Run:
    """Return a run that was written before.

    Raises UsageError when the folder is no run, InputError when a file of it is not as a run writes it.
    """
    folder = Path(path)
    if not (folder / "summary.json").exists() or not (folder / "case").is_dir():
        raise UsageError(f"{folder} is not a run folder: no summary.json and case/ in it")
    summary = _read_json(folder / "summary.json")
    manifest = _read_json(folder / "manifest.json")
    tables = read_tables(folder)
    plan = None
    if tables:
        plan = Plan(tables, _read_json(folder / "factors.json"))
    return Run(
        with_approved(read_case(folder / "case"), folder),
        plan,
        _report(summary),
        summary,
        options=manifest.get("options", {}),
        manifest=manifest,
        genuine=_genuine(folder, manifest),
    )


def _report(summary: Mapping[str, Any]) -> SolveReport:
    """Return the report that a summary holds; InputError where an entry is missing or of no use."""
    wrong = [name for name in ENTRIES if name not in summary]
    wrong += [name for name in NUMBERS if name not in wrong and not _number(summary[name])]
    if "status" not in wrong and summary["status"] not in list(Status):
        wrong.append("status")
    if wrong:
        expected, hint = "a summary as a run writes it", "missing, or changed since"
        raise InputError([Fault("summary.json", None, name, None, expected, hint) for name in wrong])
    return SolveReport(
        status=Status(summary["status"]),
        objective=summary["objective"],
        bound=summary["bound"],
        gap=summary["gap"],
        seconds=summary["seconds"],
        terms=summary["terms"],
        limit=summary["limit"],
        phase=summary["phase"],
        cut_short=tuple(str(part) for part in summary.get("cut_short", ())),
    )


def _number(value: object) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))


def _genuine(folder: Path, manifest: Mapping[str, Any]) -> bool:
    """Tell whether case/ is as it was when the run was written, by the version of the program that reads it."""
    versions = manifest.get("versions")
    ours = isinstance(versions, Mapping) and versions.get("fundalign") == version("fundalign")
    return ours and not check_case_files(folder, manifest)
