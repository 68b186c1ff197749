"""Writing a run folder: under a temporary name, renamed when complete, so that half a run is never seen."""

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..inputs.case import Case
from ..inputs.faults import UsageError
from ..inputs.read import write_case

if TYPE_CHECKING:
    import pandas as pd


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


def write_folder(
    path: Path,
    case: Case,
    documents: Mapping[str, Mapping[str, Any]],
    tables: Mapping[str, "pd.DataFrame"],
    force: bool = False,
) -> Path:
    """Write a run folder and return it: the case, JSON `documents` and `tables` by name, as exact text."""
    refuse_existing(path, force)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.tmp{os.getpid()}")
    replaced = path.with_name(f"{path.name}.tmp{os.getpid()}-replaced")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir()
    try:
        write_case(case, temporary / "case")
        for name, content in documents.items():
            text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
            (temporary / f"{name}.json").write_text(text, encoding="utf-8")
        for name, table in tables.items():
            table.to_csv(temporary / f"{name}.csv", index=False, lineterminator="\n")
        if path.exists():
            path.rename(replaced)
        temporary.rename(path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        shutil.rmtree(replaced, ignore_errors=True)
    return path
