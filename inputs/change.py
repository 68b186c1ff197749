"""One change as what-ifs make it: which rows, and set, add or multiply in one column or setting; or remove them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from typing import Any, Final, Literal

from pydantic_core import PydanticCustomError

from .accessors import Facts
from .cells import parse_flag, parse_integer, parse_number
from .faults import Fault, InputError, did_you_mean
from .parsing import Cells, ParsedTable, RawTable, parse_table
from .schema import columns
from .settings import SECTIONS, Settings
from .tables import TABLES, Row
from .texts import row_cells, settings_data, to_text
from .toml import parse_settings

Op = Literal["set", "add", "multiply", "remove"]
OPS: Final[tuple[Op, ...]] = ("set", "add", "multiply")
REMOVE: Final = "remove"
KEEP: Final = "keep"


@dataclass(frozen=True)
class Change:
    """``op`` with ``value`` on ``column`` of the rows of ``table`` that match ``where`` (all if empty).

    ``table`` is a table name without ``.csv``, or ``case`` with a setting such as ``objective.goal`` as
    column. ``remove`` takes the rows themselves out, and has no column; its value is true, or false where a
    grid has a combination that keeps them.
    """

    table: str
    column: str
    op: Op
    value: object
    where: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        """Return the change as ``--set`` takes it."""
        keys = ",".join(f"{key}={_quoted(to_text(value))}" for key, value in self.where.items())
        rows = f"[{keys}]" if keys else ""
        if self.op == REMOVE:
            return f"{self.table}{rows}={REMOVE if self.value else KEEP}"
        sign = {"set": "=", "add": "+=", "multiply": "*="}[self.op]
        return f"{self.table}.{self.column}{rows}{sign}{_quoted(to_text(self.value), last=True)}"


def _quoted(text: str, last: bool = False) -> str:
    """Return a text in quotes where ``--set`` needs them; the ``last`` one only when it begins with one or a blank."""
    special = text[:1] in ("'", '"') if last else any(sign in text for sign in ",]\"'")
    if text.strip() == text and not special:
        return text
    return f"'{text}'" if '"' in text else f'"{text}"'


def known_columns(table: str) -> list[str]:
    """Return the columns of a table, or the settings with their sections for ``case``."""
    if table != "case":
        return list(TABLES[table].model_fields)
    names = []
    for section, model in SECTIONS.items():
        prefix = f"{section}." if section else ""
        names += [prefix + name for name in model.model_fields if prefix + name not in SECTIONS]
    return [name for name in names if name != "weights"]


def place_faults(change: Change, file: str = "") -> list[Fault]:
    """Return what is wrong with the table and columns that a change names, whatever the rows are."""
    where = file or f"{change.table}.{'toml' if change.table == 'case' else 'csv'}"
    if change.table != "case" and change.table not in TABLES:
        hint = did_you_mean(change.table, [*TABLES, "case"])
        return [Fault(file or str(change), None, "table", change.table, "a table of the case", hint)]
    if change.op == REMOVE and (change.table == "case" or change.column):
        told = ("table", change.table) if change.table == "case" else ("column", change.column)
        expected = "a table with rows" if change.table == "case" else "no column: rows are removed whole"
        return [Fault(where, None, *told, expected, "to empty a cell, set it to an empty text")]
    known = known_columns(change.table)
    free = change.table == "case" and change.column.startswith("weights.")
    faults = []
    if change.column not in known and not free and change.op != REMOVE:
        faults.append(Fault(where, None, "column", change.column, "a known column", did_you_mean(change.column, known)))
    if change.table == "case":
        if change.where:
            faults.append(Fault(where, None, "where", ", ".join(change.where), "no where: settings have no rows"))
        return faults
    for name in change.where:
        if name not in known:
            faults.append(Fault(where, None, "where", name, "a known column", did_you_mean(name, known)))
    return faults


def changed_settings(settings: Settings, change: Change) -> Settings:
    """Return the settings after a change; ``InputError`` if the value is not fit for the setting."""
    data = settings_data(settings)
    data.setdefault("weights", {})
    section, dot, name = change.column.partition(".")
    section, name = (section, name) if dot else ("", section)
    target: Any = data[section] if section else data
    target[name] = _setting_value(target.get(name), change)
    new, faults, _ = parse_settings(data)
    if faults:
        raise InputError(faults)
    return new


def _setting_value(old: object, change: Change) -> object:
    value = change.value
    if change.op == "set" and isinstance(value, str) and not isinstance(old, str):
        for parse in (parse_flag, parse_integer, parse_number):
            try:
                return parse(value)
            except PydanticCustomError:
                continue
        return value
    if change.op == "set":
        return value
    if isinstance(old, bool) or not isinstance(old, int | Decimal):
        told = None if old is None else to_text(old)
        raise InputError([Fault("case.toml", None, change.column, told, f"a number to {change.op}")])
    result = _compute(Decimal(old), change, lambda told: Fault("case.toml", None, change.column, told, "a number"))
    return int(result) if isinstance(old, int) and result == int(result) else result


def _compute(old: Decimal, change: Change, fault: Callable[[str], Fault]) -> Decimal:
    told = to_text(change.value)
    try:
        operand = parse_number(told)
    except PydanticCustomError:
        raise InputError([fault(told)]) from None
    assert isinstance(operand, Decimal)
    with localcontext() as context:
        context.prec = 100
        return old + operand if change.op == "add" else old * operand


def matching_rows(facts: Facts, change: Change) -> list[int]:
    """Return the indices of the rows that a change's ``where`` matches; numbers are compared as values."""
    model = TABLES[change.table]
    wanted = [(name, _wanted(model, change, name, value)) for name, value in change.where.items()]
    return [
        index
        for index, row in enumerate(facts.tables.get(change.table, ()))
        if all(getattr(row, name) in values for name, values in wanted)
    ]


def _wanted(model: type[Row], change: Change, name: str, value: object) -> tuple[object, ...]:
    kind = next(column for column in columns(model) if column.name == name).kind
    text = to_text(value)
    if text == "":
        return (None, "")
    parsers = {"number": parse_number, "integer": parse_number, "boolean": parse_flag}
    try:
        return (parsers[kind](text) if kind in parsers else text,)
    except PydanticCustomError as error:
        context = error.context or {}
        file = f"{change.table}.csv"
        fault = Fault(file, None, name, text, f"{context['expected']} in where", str(context["hint"]))
        raise InputError([fault]) from None


def _new_cell(facts: Facts, row: Row, number: int, change: Change) -> str:
    if change.op == "set":
        return to_text(change.value)
    file = f"{change.table}.csv"
    kind = next(column for column in columns(type(row)) if column.name == change.column).kind
    old = getattr(row, change.column)
    if old is None:
        return ""
    if kind == "period" and change.op == "add":
        return _moved(facts, old, change, lambda told: Fault(file, number, change.column, told, "a whole number"))
    if kind not in ("number", "integer"):
        expected = f"a column of numbers to {change.op}"
        raise InputError([Fault(file, number, change.column, to_text(old), expected, "only set fits here")])
    result = _compute(Decimal(old), change, lambda told: Fault(file, number, change.column, told, "a number"))
    if kind == "integer" and result == int(result):
        return str(int(result))
    return to_text(result)


def _moved(facts: Facts, label: str, change: Change, fault: Callable[[str], Fault]) -> str:
    told = to_text(change.value)
    try:
        step = parse_integer(told)
    except PydanticCustomError:
        raise InputError([fault(told)]) from None
    assert isinstance(step, int)
    try:
        return facts.label(facts.period(label) + step)
    except ValueError:
        raise InputError([fault(told)]) from None


def rows_kept(facts: Facts, change: Change) -> list[int]:
    """Return the indices of the rows of its table that a change leaves there, in their order."""
    count = len(facts.tables.get(change.table, ()))
    if change.op != REMOVE or not change.value:
        return list(range(count))
    gone = set(matching_rows(facts, change))
    return [index for index in range(count) if index not in gone]


def _without(facts: Facts, change: Change) -> ParsedTable:
    """Return the table without the rows that a change removes."""
    kept, old = rows_kept(facts, change), facts.tables.get(change.table, ())
    if not kept and TABLES[change.table].NEEDED:
        told = "at least one row that stays: the table is required"
        raise InputError([Fault(f"{change.table}.csv", None, None, None, told)])
    return ParsedTable(
        tuple(TABLES[change.table].model_fields), [old[index] for index in kept], [index + 2 for index in kept]
    )


def changed_rows(facts: Facts, change: Change) -> ParsedTable:
    """Return the table after a change; ``InputError`` if nothing matches or a new value is not fit."""
    old = facts.tables.get(change.table, ())
    matched = matching_rows(facts, change)
    if change.op == REMOVE and matched:
        return _without(facts, change)
    empty = change.op not in ("set", REMOVE) and all(getattr(old[index], change.column) is None for index in matched)
    if not matched or empty:
        column = "where" if not matched else change.column
        told = ", ".join(f"{key}={to_text(value)}" for key, value in change.where.items()) or None
        expected = "a row that matches" if not matched else f"a number to {change.op}: the cells are empty"
        raise InputError([Fault(f"{change.table}.csv", None, column, told, expected, _where_hint(facts, change))])
    records: list[tuple[int, Cells]] = []
    for index in matched:
        cells = row_cells(old[index]) | {change.column: _new_cell(facts, old[index], index + 2, change)}
        records.append((index + 2, {name: text for name, text in cells.items() if text != ""}))
    header = tuple(TABLES[change.table].model_fields)
    parsed = parse_table(RawTable(change.table, header, records), facts.settings.frequency)
    if parsed.faults:
        raise InputError(parsed.faults)
    rows = list(old)
    for index, row in zip(matched, parsed.rows, strict=True):
        rows[index] = row
    return ParsedTable(header, rows, list(range(2, len(rows) + 2)))


def _where_hint(facts: Facts, change: Change) -> str:
    for name, value in change.where.items():
        known = {to_text(getattr(row, name)) for row in facts.tables.get(change.table, ())}
        if to_text(value) not in known:
            return did_you_mean(to_text(value), sorted(known)[:2000])
    return ""
