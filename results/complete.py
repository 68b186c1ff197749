"""Folders that are there whole or not at all: written under a temporary name, renamed when complete."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ..inputs.faults import UsageError


def refuse_taken(path: Path, force: bool, kind: str, is_ours: Callable[[Path], bool]) -> None:
    """Raise UsageError when `path` is there already and may not be replaced.

    With `force` only what `is_ours`, called a `kind`, is replaced (or an empty folder), never anything else.
    """
    if not path.exists() and not path.is_symlink():
        return
    if not force:
        raise UsageError(f"{path} exists already; choose another name (-o) or replace it (--force, or force=True)")
    if path.is_symlink() or not path.is_dir() or (any(path.iterdir()) and not is_ours(path)):
        raise UsageError(f"{path} is not {kind} and is not replaced, not even with --force")


@contextmanager
def complete(path: Path) -> Iterator[Path]:
    """Give an empty folder that takes the place of `path` when the block ends, and leaves no trace where it fails.

    What stood there is put back should the last step fail.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.tmp{os.getpid()}")
    replaced = path.with_name(f"{path.name}.tmp{os.getpid()}-replaced")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir()
    try:
        yield temporary
        if path.exists():
            path.rename(replaced)
        temporary.rename(path)
        shutil.rmtree(replaced, ignore_errors=True)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        if replaced.exists() and not path.exists():
            replaced.rename(path)
