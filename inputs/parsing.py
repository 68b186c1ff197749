"""From the text of a table to typed rows: a bad cell costs that cell, not what else its row says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from pydantic import ValidationError

from .faults import Fault
from .periods import EXAMPLES, Frequency
from .schema import Column, columns
from .tables import TABLES, Row
from .toml import expectation

Cells = dict[str, str]
_STAND_INS: Final = {
    **dict.fromkeys(("label", "selector", "reference", "text"), "x"),
    **dict.fromkeys(("number", "integer"), "1"),
    "currency": "EUR",
    "boolean": "true",
}


@dataclass(frozen=True)
class RawTable:
    """A table as text: its known columns, its rows with their numbers, and rows that do not fit the header.

    Empty cells are left out of the rows. ``sound`` is false where the file is missing or cannot be taken
    apart; ``missing`` names the columns that should be there, required ones and those that are misspelled.
    """

    name: str
    header: tuple[str, ...]
    records: Sequence[tuple[int, Cells]]
    misfits: Sequence[Cells] = ()
    sound: bool = True
    missing: frozenset[str] = frozenset()


@dataclass
class ParsedTable:
    """The typed rows of a table with their numbers, what is left of the others, and the faults found.

    ``rows`` are complete; an optional cell that could not be read and whose absence is harmless is at its
    default there. ``partial`` rows lack cells that matter: they are of the row model, but only some of their
    columns mean anything. ``unknown`` tells for both, by row number, which columns could not be read;
    ``torn`` keeps the text of all these rows with the columns in question, ``None`` where it is the whole row.
    """

    header: tuple[str, ...] = ()
    rows: list[Row] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    partial: list[tuple[int, Row]] = field(default_factory=list)
    unknown: dict[int, frozenset[str]] = field(default_factory=dict)
    torn: list[tuple[frozenset[str] | None, Cells]] = field(default_factory=list)
    vague: set[str] = field(default_factory=set)
    """Columns in which some of the ``rows`` stand at a default because the cell could not be read."""
    broken: bool = False
    """Whether some row is not among ``rows``."""
    faults: list[Fault] = field(default_factory=list)
    sound: bool = True
    missing: frozenset[str] = frozenset()


def parse_table(raw: RawTable, frequency: Frequency | None) -> ParsedTable:
    """Turn text into typed rows; of a row with faulty cells everything else is kept."""
    model = TABLES[raw.name]
    parsed = ParsedTable(raw.header, sound=raw.sound, missing=raw.missing, broken=bool(raw.misfits))
    parsed.torn += [(None, cells) for cells in raw.misfits]
    validate = model.__pydantic_validator__.validate_python
    context = {"frequency": frequency}
    for number, cells in raw.records:
        try:
            row = validate(cells, context=context)
        except ValidationError as error:
            unknown = _faulty_cells(raw, number, cells, error, parsed)
            row = _mended(model, number, cells, unknown, parsed, context)
            if row is None:
                continue
        parsed.rows.append(row)
        parsed.numbers.append(number)
    return parsed


def _faulty_cells(
    raw: RawTable, number: int, cells: Cells, error: ValidationError, parsed: ParsedTable
) -> frozenset[str]:
    unknown = set()
    for details in error.errors(include_url=False):
        column = str(details["loc"][0])
        unknown.add(column)
        if details["type"] != "missing" or column in raw.header:
            told = cells.get(column, "")
            parsed.faults.append(Fault(f"{raw.name}.csv", number, column, told, *expectation(details)))
    return frozenset(unknown)


def _mended(
    model: type[Row],
    number: int,
    cells: Cells,
    unknown: frozenset[str],
    parsed: ParsedTable,
    context: Mapping[str, Frequency | None],
) -> Row | None:
    """Return the row without its faulty cells, or ``None`` if it is only a partial one."""
    texts = {name: text for name, text in cells.items() if name not in unknown}
    faulty = [column for column in columns(model) if column.name in unknown]
    for column in faulty:
        if column.required:
            texts[column.name] = _stand_in(column, context["frequency"])
    row = model.model_validate(texts, context=dict(context))
    parsed.unknown[number] = unknown
    parsed.torn.append((unknown, cells))
    if not any(_matters(column) for column in faulty):
        parsed.vague |= unknown
        return row
    known = {name: value for name, value in row if name not in unknown}
    parsed.partial.append((number, model.model_construct(**known)))
    parsed.broken = True
    return None


def _stand_in(column: Column, frequency: Frequency | None) -> str:
    if column.kind == "period":
        return EXAMPLES[frequency or "Y"]
    return column.choices[0] if column.kind == "choice" else _STAND_INS[column.kind]


def _matters(column: Column) -> bool:
    """Whether a row without this cell would say something else than was meant: no value, or one that acts."""
    return column.required or column.kind in ("choice", "selector") or (column.kind == "label" and column.default != "")
