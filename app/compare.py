"""The command `compare`: two runs side by side, on the terminal, as JSON or as a folder of difference sheets."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..inputs.faults import InputError, UsageError
from .compare_page import comparison_page
from .errors import invalid_input
from .exits import Exit
from .folders import LONGEST_NAME

if TYPE_CHECKING:
    from ..results.compare import Comparison
    from .console import Talk


def compare_runs(talk: Talk, paths: Sequence[Path], output: Path | None, force: bool) -> int:
    """Compare two run folders and show, print or write what differs."""
    for path in paths:
        if not path.is_dir():
            raise UsageError(f"no such run folder: {path}")
    from ..results.compare import compare, open_run
    from ..results.compare_files import document, refuse_existing, write_comparison

    if output is not None:
        refuse_existing(output, force)
        _check_place(output, paths)
    opened = []
    for path in paths:
        try:
            with talk.waiting(f"reading {path}"):
                opened.append(open_run(path))
        except InputError as error:
            return invalid_input(talk, error, f"the run {path}")
    found = compare(*opened)
    files = [] if output is None else write_comparison(found, output, force)
    _warn(talk, found)
    if talk.wants_json:
        talk.data(document(found))
    else:
        talk.show(*comparison_page(found))
        talk.show(*([f"\nwritten to {output}: {', '.join(files)}"] if files else []))
    return Exit.DONE


def _check_place(output: Path, runs: Sequence[Path]) -> None:
    """Raise UsageError where a comparison cannot go: into a run, which would hold foreign files, or nowhere at all."""
    target = output.resolve()
    for run in runs:
        if run.resolve() == target or run.resolve() in target.parents or target in run.resolve().parents:
            raise UsageError(f"{output} and the run {run} are one inside the other; choose another folder with -o")
    if len(os.fsencode(output.name)) > LONGEST_NAME:
        raise UsageError(f"{output} cannot be written: its name is too long")
    ancestor = next(parent for parent in target.parents if parent.exists())
    if not ancestor.is_dir() or not os.access(ancestor, os.W_OK | os.X_OK):
        raise UsageError(f"{output} cannot be written: {ancestor} is no folder that may be written to")


def _warn(talk: Talk, found: Comparison) -> None:
    """Say which run is not vouched for, and why."""
    for name, run in (("A", found.a), ("B", found.b)):
        if run.doubts:
            told = f"nobody vouches for {name} ({run.name}): {'; '.join(run.doubts)}"
            talk.log.warning(f"{told}; recompute it: fundalign verify {run.name}", "doubt", run=name)
