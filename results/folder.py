"""Writing a run folder: under a temporary name, renamed when complete, so that half a run is never seen."""

import csv
import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..inputs.approved import Approved, Record
from ..inputs.case import Case
from ..inputs.read import write_case
from .complete import complete, refuse_taken

if TYPE_CHECKING:
    import pandas as pd


OTHERS = ("case", "approved", "report.html", "report.xlsx")  # what a run folder holds besides tables and documents


def refuse_existing(path: Path, force: bool) -> None:
    """Raise UsageError when `path` is there already and may not be replaced.

    With `force` only a run folder (or an empty folder) is replaced, never anything else: one with a manifest of ours, a
    case and no foreign files.
    """
    refuse_taken(path, force, "a run folder", is_run)


def is_run(path: Path) -> bool:
    """Tell whether a folder holds a run of ours and nothing else."""
    try:
        manifest = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    ours = isinstance(manifest, dict) and {"case", "inputs", "versions"} <= manifest.keys()
    known = all(file.suffix in (".csv", ".json") or file.name in OTHERS for file in path.iterdir())
    return ours and known and (path / "summary.json").is_file() and (path / "case" / "case.toml").is_file()


def write_folder(
    path: Path,
    case: Case,
    documents: Mapping[str, Mapping[str, Any]],
    tables: Mapping[str, "pd.DataFrame"],
    force: bool = False,
) -> Path:
    """Write a run folder and return it: the case, JSON `documents` and `tables` by name, as exact text.

    The manifest gets the hashes of `case/`, the tables as solved, and of `approved/`, the plan that a re-plan starts
    from, and of summary.json, whose bound nothing else can vouch for; where it has none of the inputs, those of
    `case/` stand for them.
    """
    refuse_existing(path, force)
    with complete(path) as temporary:
        write_case(case, temporary / "case")
        files, approved = _hashes(temporary / "case"), {}
        if case.approved is not None:
            _write_approved(case.approved, temporary / "approved")
            approved = {"approved_files": _hashes(temporary / "approved")}
        for name, content in sorted(documents.items(), key=lambda document: document[0] == "manifest"):
            if name == "manifest":
                content = {**content, "inputs": content.get("inputs") or files, "case_files": files, **approved}
                content |= {"summary": _hashes(temporary).get("summary.json")}
            text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
            (temporary / f"{name}.json").write_text(text, encoding="utf-8")
        for name, table in tables.items():
            table.to_csv(temporary / f"{name}.csv", index=False, lineterminator="\n")
    return path


def _hashes(folder: Path) -> dict[str, str]:
    files = (file for file in sorted(folder.iterdir()) if file.is_file())
    return {file.name: sha256(file.read_bytes()).hexdigest() for file in files}


def _write_approved(approved: Approved, folder: Path) -> None:
    """Write the approved plan and what was asked of the re-plan into a new folder."""
    from .verify_cells import COLUMNS  # loads pandas, which whoever has a plan to write has loaded

    folder.mkdir()
    for name, rows in approved.tables.items():
        _write_rows(folder / f"{name}.csv", rows, COLUMNS[name])
    text = json.dumps(approved.terms, indent=2, ensure_ascii=False) + "\n"
    (folder / "replan.json").write_text(text, encoding="utf-8")


def _write_rows(path: Path, rows: Sequence[Record], columns: Sequence[str]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]) if rows else columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
