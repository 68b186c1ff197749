"""A run folder read back as a Run."""

import json
from pathlib import Path

import pandas as pd

from ..inputs.faults import UsageError
from ..inputs.read import read_case
from .plan import TABLES, Plan, Run, SolveReport, Status


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
        read_case(folder / "case"),
        plan,
        report,
        summary,
        options=manifest.get("options", {}),
        manifest=manifest,
    )
