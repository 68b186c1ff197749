"""The command `new`: a case to start from, as a folder or as a workbook; every refusal is said before any work."""

from __future__ import annotations

import shutil
from pathlib import Path

from ..inputs.faults import UsageError
from .console import Talk
from .exits import Exit
from .folders import case_path

DEFAULT = "tiny"


def new_case(talk: Talk, folder: Path | None, book: Path | None, example: str | None, force: bool) -> int:
    """Start a case in a `folder`, in a workbook `book`, or both, from an example: a shipped case or the path of one.

    Without one the folder gets the example `tiny`, and the workbook is the empty template.
    """
    from ..inputs.workbook_write import refuse_workbook

    if folder is None and book is None:
        raise UsageError("give the name of a new folder, or of a workbook with --xlsx FILE, or both")
    source = None if example is None and folder is None else case_path(example or DEFAULT)
    if source is not None and source.is_dir() and not (source / "case.toml").is_file():
        raise UsageError(f"{source} is no case: no case.toml in it")
    if folder is not None and folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} exists and is not an empty folder; choose another name")
    if book is not None:
        refuse_workbook(book, force=force)
    told: dict[str, object] = {"case": str(folder or book), "example": example or (DEFAULT if folder else None)}
    lines: list[str] = []
    if book is not None:
        _write_book(book, source if example is not None else None, force)
        filled = "the empty template" if example is None else f"the example '{example}'"
        lines.append(f"{book}: {filled}, a sheet per table, with notes and drop-downs; its sheet instructions says how")
    if folder is not None and source is not None:
        names = copy_case(source, folder)
        told["files"] = names
        lines.insert(0, f"{folder}: {len(names)} files of the example '{example or DEFAULT}': {', '.join(names)}")
    if book is not None:
        told["workbook"] = str(book)
    if talk.wants_json:
        talk.data(told)
    else:
        talk.show(*lines, f"next: fundalign check {folder or book}")
    return Exit.DONE


def _write_book(book: Path, source: Path | None, force: bool) -> None:
    """Write the workbook: the template, or the example with its grids."""
    from ..inputs.assemble import assemble
    from ..inputs.read import read_raw
    from ..inputs.workbook_write import write_workbook

    if source is None:
        write_workbook(None, book, force=force)
        return
    raw = read_raw(source)
    write_workbook(assemble(raw), book, scenarios=raw.scenarios, force=force)


def copy_case(source: Path, target: Path) -> list[str]:
    """Copy a case into a new (or empty) folder and return the names of the files written.

    The files of a folder stay as they are; a workbook becomes case.toml and tables, and `InputError` says what is wrong
    with it.
    """
    from ..inputs.assemble import assemble
    from ..inputs.read import read_raw, write_case
    from ..inputs.scenarios import FILE, scenarios_toml

    if source.is_dir():
        target.mkdir(parents=True, exist_ok=True)
        names = sorted(path.name for path in source.iterdir() if path.is_file() and not path.name.startswith("."))
        for name in names:
            shutil.copyfile(source / name, target / name)
        return names
    raw = read_raw(source)
    write_case(assemble(raw), target)
    if raw.scenarios:
        (target / FILE).write_text(scenarios_toml(raw.scenarios), encoding="utf-8", newline="\n")
    return sorted(path.name for path in target.iterdir())
