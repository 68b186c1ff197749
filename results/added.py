"""Adding tables to a run that is there: each written under a temporary name and renamed, the document last."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..inputs.faults import UsageError

if TYPE_CHECKING:
    import pandas as pd


def refuse_added(folder: Path, name: str, force: bool) -> None:
    """Raise UsageError where a run has such tables already and they may not be replaced."""
    if (folder / f"{name}.json").exists() and not force:
        raise UsageError(f"{folder} has {name} tables already; replace them with --force or copy the run (-o)")


def add_tables(folder: Path, name: str, tables: Mapping[str, "pd.DataFrame"], document: Mapping[str, Any]) -> list[str]:
    """Write tables and the document `name`.json into a run folder; return the names of the files."""
    texts = {f"{key}.csv": table.to_csv(index=False, lineterminator="\n") for key, table in tables.items()}
    texts[f"{name}.json"] = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    for file, text in texts.items():
        temporary = folder / f".{file}.tmp{os.getpid()}"
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(folder / file)
    return list(texts)


def add_files(contents: Mapping[Path, bytes]) -> None:
    """Write files, each under a temporary name and renamed; folders that are not there yet are made."""
    for path, content in contents.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.tmp{os.getpid()}")
        try:
            temporary.write_bytes(content)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
