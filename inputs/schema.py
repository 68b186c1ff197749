"""What each table's columns are, read off the row models: for reference page, template and checks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, get_args

from .cells import Kind
from .rules import rules_of
from .tables import TABLES, Row


@dataclass(frozen=True)
class Column:
    """A column: its kind of cell, one sentence, unit, default and example (text), bounds (such as ``>= 0``).

    ``feeds`` names the rules of the model in which it stands (keys of :data:`~fundalign.inputs.rules.RULES`).
    """

    name: str
    kind: str
    description: str
    unit: str
    required: bool
    default: str
    bounds: tuple[str, ...]
    choices: tuple[str, ...]
    refers: str
    example: str
    feeds: tuple[str, ...]


def _leaves(annotation: Any) -> Iterator[Any]:
    for part in get_args(annotation):
        if get_args(part):
            yield from _leaves(part)
        else:
            yield part
        yield from getattr(part, "metadata", ())


def _bounds(marks: list[Any]) -> tuple[str, ...]:
    signs = {"ge": ">=", "gt": ">", "le": "<=", "lt": "<"}
    return tuple(
        f"{sign} {getattr(mark, name)}"
        for mark in marks
        for name, sign in signs.items()
        if getattr(mark, name, None) is not None
    )


@cache
def columns(model: type[Row]) -> tuple[Column, ...]:
    """Return the columns of a row model in order."""
    found = []
    for name, info in model.model_fields.items():
        marks = [*info.metadata, *_leaves(info.annotation)]
        kind = next((mark.name for mark in marks if isinstance(mark, Kind)), "choice")
        extra = info.json_schema_extra
        assert isinstance(extra, dict)
        default = "" if info.is_required() or info.default is None else _plain(info.default)
        choices = tuple(mark for mark in marks if isinstance(mark, str)) if kind == "choice" else ()
        found.append(
            Column(
                name,
                kind,
                info.description or "",
                str(extra["unit"]),
                info.is_required(),
                default,
                _bounds(marks),
                choices,
                str(extra["refers"]),
                str(extra["example"]),
                rules_of(str(extra["feeds"])),
            )
        )
    return tuple(found)


def _plain(value: object) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def tables() -> dict[str, tuple[Column, ...]]:
    """Return every table of a case with its columns."""
    return {name: columns(model) for name, model in TABLES.items()}
