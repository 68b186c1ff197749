"""The run folder: written to a temporary name and renamed when complete; read back as a Run."""

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from ..inputs.faults import UsageError
from ..inputs.read import read_case, write_case
from .plan import TABLES, Plan, Run, SolveReport, Status


def refuse_existing(path: Path, force: bool) -> None:
    """Raise UsageError when `path` is there already and may not be replaced.

    With `force` only a run folder (or an empty folder) is replaced, never anything else.
    """
    if not path.exists():
        return
    if not force:
        raise UsageError(f"{path} exists already; choose another name with -o or replace it with --force")
    if not path.is_dir() or (any(path.iterdir()) and not (path / "manifest.json").exists()):
        raise UsageError(f"{path} is not a run folder and is not replaced, not even with --force")


def _write_json(path: Path, data: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(data, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def write_run(run: Run, path: Path, force: bool = False) -> Path:
    """Write `run` to `path` atomically and return it; amounts as exact decimals."""
    refuse_existing(path, force)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.tmp{os.getpid()}")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir()
    try:
        write_case(run.case, temporary / "case")
        _write_json(temporary / "summary.json", run.summary)
        _write_json(temporary / "manifest.json", run.manifest)
        if run.plan is not None:
            _write_json(temporary / "factors.json", run.plan.factors)
            for name, table in run.plan.tables.items():
                table.to_csv(temporary / f"{name}.csv", index=False, lineterminator="\n")
        if path.exists():
            shutil.rmtree(path)
        temporary.rename(path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return path


def read_tables(path: Path) -> dict[str, pd.DataFrame]:
    """Return the tables of a run folder as text; those that are not there are absent."""
    return {
        name: pd.read_csv(path / f"{name}.csv", dtype=str, keep_default_na=False, encoding="utf-8")
        for name in TABLES
        if (path / f"{name}.csv").exists()
    }


def read_run(path: str | Path) -> Run:
    """Return a run that was written before; UsageError when the folder is no run."""
    folder = Path(path)
    if not (folder / "summary.json").exists() or not (folder / "case").is_dir():
        raise UsageError(f"{folder} is not a run folder: no summary.json and case/ in it")
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    tables = read_tables(folder)
    plan = None
    if tables:
        plan = Plan(tables, json.loads((folder / "factors.json").read_text(encoding="utf-8")))
    report = SolveReport(
        status=Status(summary["status"]),
        objective=summary["objective"],
        bound=summary["bound"],
        gap=summary["gap"],
        seconds=summary["seconds"],
        terms=summary["terms"],
        limit=summary["limit"],
        phase=summary["phase"],
    )
    return Run(
        read_case(folder / "case"), plan, report, summary, options=manifest.get("options", {}), manifest=manifest
    )
