"""Where results go and where a new case comes from; every refusal is said before any work."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from ..inputs.faults import UsageError
from ..inputs.shipped import resolve_case
from ..results.folder import refuse_existing

LONGEST_NAME = 200  # bytes; the run is first written beside it under a longer, temporary name


def stem_of(case: Path) -> str:
    """Return the name a case goes by: that of its folder or file without a suffix."""
    return case.resolve().stem


def case_path(text: str) -> Path:
    """Return the path of a case: an existing path, else a shipped case; UsageError for a run folder or neither."""
    path = resolve_case(text)
    if not (path / "case.toml").exists() and (path / "case" / "case.toml").exists():
        raise UsageError(f"{path} is a run folder; its case is {path / 'case'}")
    return path


def output_folder(
    case: Path,
    wanted: Path | None,
    force: bool,
    ending: str = "run",
    refuse: Callable[[Path, bool], None] = refuse_existing,
) -> Path:
    """Return the folder a run (or what `ending` says) is to be written to.

    Raises UsageError when it exists (unless `force`, and then only one of its kind or an empty folder may be replaced,
    which `refuse` sees to) or cannot be written.
    """
    folder = wanted if wanted is not None else Path(f"{stem_of(case)}-{ending}")
    target = folder.resolve()
    if target == case.resolve() or target in case.resolve().parents:
        raise UsageError(f"{folder} holds the case itself; choose another folder with -o")
    refuse(folder, force)
    if folder.is_symlink():
        raise UsageError(f"{folder} is a link; choose another name with -o")
    if len(os.fsencode(folder.name)) > LONGEST_NAME:
        raise UsageError(f"{folder} cannot be written: its name is too long")
    ancestor = next(parent for parent in target.parents if parent.exists())
    if not ancestor.is_dir():
        raise UsageError(f"{folder} cannot be written: {ancestor} is no folder")
    if not os.access(ancestor, os.W_OK | os.X_OK):
        raise UsageError(f"{folder} cannot be written: no permission in {ancestor}")
    return folder
