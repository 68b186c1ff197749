"""Reads the files of a run folder strictly, so that nothing is overlooked, guessed or crashes: what is odd is a fault.

Tables are CSV in UTF-8 with every row as wide as the header; JSON names nothing twice.
Source: results.md, a run folder.
"""

import csv
import json
from collections import Counter
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd

_SHOWN = 5
_DEEPEST = 32


class UnreadableError(ValueError):
    """A file that is not what it should be; `reasons` says why, each with the spreadsheet row where there is one."""

    def __init__(self, *reasons: tuple[int | None, str]) -> None:
        """Keep the reasons in the order of the file."""
        self.reasons = reasons
        super().__init__("; ".join(words if row is None else f"row {row}: {words}" for row, words in reasons))


def read_table(path: Path) -> pd.DataFrame:
    """Return a CSV table as text; raises UnreadableError for anything but rows as wide as a header without repeats.

    A file that is not there is a FileNotFoundError.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            lines = list(csv.reader(file, strict=True))
    except FileNotFoundError:
        raise
    except OSError as error:
        raise UnreadableError((None, f"cannot be read ({error.strerror or 'unreadable'})")) from None
    except (ValueError, csv.Error) as error:
        raise UnreadableError((None, f"cannot be read ({error})")) from None
    if not lines or not lines[0]:
        raise UnreadableError((None, "has no header"))
    header, rows = lines[0], lines[1:]
    twice = [name for name, count in Counter(header).items() if count > 1]
    reasons: list[tuple[int | None, str]] = [(None, f"column {name or '(no name)'} appears twice") for name in twice]
    odd = [(number, row) for number, row in enumerate(rows, start=2) if len(row) != len(header)]
    reasons += [(number, _width(row, len(header))) for number, row in odd[:_SHOWN]]
    if len(odd) > _SHOWN:
        reasons.append((None, f"{len(odd) - _SHOWN} more rows are not as wide as the header"))
    if reasons:
        raise UnreadableError(*reasons)
    return pd.DataFrame(rows, columns=header, dtype=object)


def _width(row: list[str], width: int) -> str:
    return f"has {len(row)} cells, the header {width}" if row else "is blank"


def read_json(path: Path) -> dict[str, Any]:
    """Return a JSON file that is a table of names.

    Raises UnreadableError for anything else: a name given twice, NaN or an infinity, or nesting deeper than any file
    of a run has.
    """
    try:
        text = path.read_text(encoding="utf-8")
        content = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except OSError as error:
        raise UnreadableError((None, f"cannot be read ({error.strerror or 'unreadable'})")) from None
    except RecursionError:
        raise UnreadableError((None, "cannot be read (it is nested too deeply)")) from None
    except ValueError as error:
        raise UnreadableError((None, f"cannot be read ({error})")) from None
    if not isinstance(content, dict):
        raise UnreadableError((None, "is not a table of names"))
    if _depth(content) > _DEEPEST:
        raise UnreadableError((None, "cannot be read (it is nested too deeply)"))
    return content


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the pairs by name; ValueError when a name is there twice."""
    found = dict(pairs)
    if len(found) < len(pairs):
        twice, _ = Counter(name for name, _ in pairs).most_common(1)[0]
        raise ValueError(f"{twice!r} is given twice")
    return found


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _depth(content: object) -> int:
    """Return how deep JSON is nested, without recursion."""
    depth, level = 0, [content]
    while level:
        depth += 1
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
    return depth


def changed_files(folder: Path, hashes: Mapping[str, object], part: str = "case") -> list[str]:
    """Compare what is in case/ (or another part) of a run folder with the SHA-256 of each file when it was written."""
    found = {path.name: path for path in sorted((folder / part).glob("*"))}
    faults = [f"{part}/{printable(name)}: is missing" for name in hashes if name not in found]
    for name, path in found.items():
        place = f"{part}/{printable(name)}"
        if name not in hashes or not path.is_file():
            faults.append(f"{place}: is not part of the run")
            continue
        try:
            same = sha256(path.read_bytes()).hexdigest() == hashes[name]
        except OSError as error:
            faults.append(f"{place}: cannot be read ({error.strerror or 'unreadable'})")
            continue
        if not same:
            faults.append(f"{place}: was changed after the run was written")
    return faults


def printable(name: object) -> str:
    """Return a name as any terminal can show it."""
    text = str(name)
    return text if text.isprintable() else repr(text)
