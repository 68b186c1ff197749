"""The cases that come with the package, and the finding of a case by path or by name."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from .faults import UsageError, did_you_mean


def _root() -> Path:
    return Path(str(resources.files(__package__))) / "cases"


def shipped_cases() -> list[str]:
    """Return the names of the shipped cases in alphabetical order."""
    root = _root()
    if not root.is_dir():
        return []
    return sorted(folder.name for folder in root.iterdir() if (folder / "case.toml").is_file())


def shipped_path(name: str) -> Path:
    """Return the folder of a shipped case; ``UsageError`` if there is none of that name."""
    known = shipped_cases()
    if name not in known:
        hint = did_you_mean(name, known, f"there are: {', '.join(known)}")
        raise UsageError(f"no shipped case '{name}' ({hint})")
    return _root() / name


def resolve_case(text: str) -> Path:
    """Return the path of a case: an existing path, else a shipped case of that name, else ``UsageError``."""
    path = Path(text)
    if path.exists():
        return path
    known = shipped_cases()
    if text in known:
        return shipped_path(text)
    hint = did_you_mean(text, known, f"shipped cases: {', '.join(known)}")
    raise UsageError(f"no such path or shipped case: {text} ({hint})")
