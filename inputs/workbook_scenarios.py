"""The sheet `scenarios`: the what-ifs of scenarios.toml as tidy rows, one for every change and value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from .change import OPS, REMOVE, Change
from .faults import Fault, did_you_mean
from .scenarios import FILE
from .texts import to_text, toml_value
from .toml import load_toml
from .workbook_cells import DIGITS, Trouble, text_of
from .workbook_open import Cell, Sheet
from .workbook_tables import header_of, hidden_warnings, letter_of, merged_faults, rows_of, spread_merged

COLUMNS: Final = {
    "scenario": "Name of the scenario or grid; its rows stand together by it.",
    "kind": "scenario, or grid: one scenario for every combination of the values of its changes; empty = scenario.",
    "change": "Number of the change within the scenario: 1, 2, ...; rows of a grid with one number are its values.",
    "table": "The sheet to change, or case for a setting.",
    "column": "The column, or the setting such as buffer.confidence; none with remove.",
    "where": "The rows concerned, such as: funder=DE, cycle=2027-28; text that a comma is in stands in double quotes; "
    "empty = all rows.",
    "operation": "set, add, multiply or remove, which takes the rows out.",
    "value": "The new value, or what to add or multiply by; empty with set empties the cell; with remove TRUE or "
    "empty, or FALSE where a grid has a combination that keeps the rows.",
}
KINDS: Final = ("scenario", "grid")
OPERATIONS: Final = (*OPS, REMOVE)
_REQUIRED: Final = ("scenario", "change", "table", "column", "operation")
_PAIR: Final = re.compile(r"""\s*([A-Za-z_]\w*)\s*=\s*("(?:[^"\\]|\\.)*"|[^,"]*?)\s*(,|$)""")
_PLAIN: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?", re.ASCII)


@dataclass
class TakenScenarios:
    """What the sheet says: scenarios and grids as in TOML, where each change stands, faults and warnings."""

    data: dict[str, Any] = field(default_factory=dict)
    changes: dict[str, int] = field(default_factory=dict)
    letters: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    sound: bool = True


def scenario_rows(data: Mapping[str, Any]) -> Iterator[dict[str, object]]:
    """Yield the rows of the sheet for the content of a scenarios.toml, values as they are in TOML."""
    for kind in KINDS:
        for entry in data.get(kind, ()):
            for number, change in enumerate(entry["change"], start=1):
                op = next(op for op in OPERATIONS if op in change)
                where = ", ".join(f"{key}={_where_text(value)}" for key, value in change.get("where", {}).items())
                values = change[op] if kind == "grid" else [change[op]]
                head = {"scenario": entry["name"], "kind": "grid" if kind == "grid" else "", "change": number}
                head |= {"table": change["table"], "column": change.get("column", ""), "where": where, "operation": op}
                for value in values:
                    yield {**head, "value": quoted(value)}


def quoted(value: object) -> object:
    """Return a value as its cell holds it: text that would be read as something else stands in double quotes."""
    if isinstance(value, str):
        return toml_value(value) if value.startswith('"') or _long(value) else value
    return value


def _long(text: str) -> bool:
    """Whether a text is a number of more digits than a cell keeps, which stands in it as text."""
    return _PLAIN.fullmatch(text) is not None and sum(sign.isdigit() for sign in text) > DIGITS


def _where_text(value: object) -> str:
    if not isinstance(value, str):
        return to_text(value)
    plain = value.strip() == value and value != "" and not any(sign in value for sign in ',"\\')
    return value if plain and not isinstance(_meant(value), int | Decimal) else toml_value(value)


def _meant(text: str) -> object:
    """Return what an unquoted text means: a number, true or false, or itself."""
    if text in ("true", "false"):
        return text == "true"
    if _PLAIN.fullmatch(text):
        return Decimal(text) if "." in text else int(text)
    return text


def _unquoted(text: str) -> str | None:
    """Return what a text in double quotes says, ``None`` where it cannot be read."""
    data, faults = load_toml(f"x = {text}", FILE)
    value = data.get("x")
    return value if not faults and isinstance(value, str) and len(data) == 1 else None


def take_scenarios(sheet: Sheet) -> TakenScenarios:
    """Return the scenarios and grids of the sheet as scenarios.toml would have them."""
    taken = TakenScenarios()
    spread_merged(sheet)
    titles = header_of(sheet)
    taken.letters = {title or f"column {place}": letter_of(place) for place, title in enumerate(titles, start=1)}
    taken.faults = [*_header_faults(titles), *merged_faults(sheet, FILE, taken.letters)]
    taken.warnings = hidden_warnings(sheet, {taken.letters[title] for title in titles if title in COLUMNS})
    if not set(_REQUIRED) <= set(titles):
        taken.sound = False
        return taken
    at = {title: titles.index(title) + 1 for title in COLUMNS if title in titles}
    entries: dict[tuple[str, str], dict[int, list[_Row]]] = {}
    for number, cells in rows_of(sheet, start=2):
        row = _Row(taken, number, {title: cells[place] for title, place in at.items() if place in cells})
        if row.read():
            entries.setdefault((row.kind, row.scenario), {}).setdefault(row.change, []).append(row)
    for (kind, name), changes in entries.items():
        made = [_change(kind, changes[number]) for number in sorted(changes)]
        taken.data.setdefault(kind, []).append({"name": name, "change": made})
        _name_places(taken, f"{kind} '{name}'", [changes[number] for number in sorted(changes)])
    taken.sound = not taken.faults
    return taken


def _change(kind: str, rows: Sequence[_Row]) -> dict[str, Any]:
    """Return the change that rows with one number stand for, in a grid with the list of their values."""
    first = rows[0]
    for row in rows[1:]:
        if kind == "scenario":
            hint = "only in a grid do several rows with one number stand for several values"
            row.fault("change", str(row.change), "a number of its own for every change of a scenario", hint)
        elif row.head != first.head or row.operation != first.operation:
            hint = "rows of a grid with one number are the values of one change"
            row.fault("change", str(row.change), "the same table, column, where and operation as the rows before", hint)
    values = [row.value for row in rows]
    return {**first.head, first.operation: values if kind == "grid" else values[0]}


def _name_places(taken: TakenScenarios, name: str, changes: Sequence[Sequence[_Row]]) -> None:
    """Keep in which rows the changes stand, by the words in which the checks of scenarios name them."""
    taken.changes.setdefault(name, min(row.number for rows in changes for row in rows))
    for place, rows in enumerate(changes, start=1):
        taken.changes[f"{name}, change {place}"] = rows[0].number
        for row in rows:
            words = str(Change(row.table, row.column, row.operation, row.value, row.where))
            taken.changes[f"{name}, {words}"] = row.number
            taken.changes.setdefault(f", {words}", row.number)


class _Row:
    """One row of the sheet as it is read; its faults go to what is taken."""

    def __init__(self, taken: TakenScenarios, number: int, cells: Mapping[str, Cell]) -> None:
        self.taken, self.number, self.cells = taken, number, cells
        self.where: dict[str, object] = {}
        self.value: object = ""
        self.change = 0
        self.scenario = self.kind = self.table = self.column = ""
        self.operation: Any = "set"

    @property
    def head(self) -> dict[str, Any]:
        """Table, column and where, as TOML has them."""
        column = {} if self.operation == REMOVE else {"column": self.column}
        return {"table": self.table} | column | ({"where": self.where} if self.where else {})

    def fault(self, column: str, value: str | None, expected: str, hint: str = "") -> None:
        self.taken.faults.append(Fault(FILE, self.number, column, value, expected, hint))

    def read(self) -> bool:
        """Read every cell; return whether all could be."""
        before = len(self.taken.faults)
        self.scenario, self.table, self.column = map(self._text, ("scenario", "table", "column"))
        self.kind = self._text("kind") or "scenario"
        self.operation = self._text("operation")
        number = self._text("change")
        for name, text in (("kind", self.kind), ("operation", self.operation)):
            known = KINDS if name == "kind" else OPERATIONS
            if text and text not in known:
                self.fault(name, text, f"one of {', '.join(known)}", did_you_mean(text, known))
        if number and not (number.isdecimal() and number.isascii() and 0 < int(number) < 10**6):
            self.fault("change", number, "a number: 1, 2, ...")
        else:
            self.change = int(number or 0)
        for name in _REQUIRED:
            if name not in self.cells and not (name == "column" and self.operation == REMOVE):
                self.fault(name, None, "a value")
        if self.column and self.operation == REMOVE:
            self.fault("column", self.column, "no column: rows are removed whole", "to empty a cell, set no value")
        self._read_where()
        self._read_value()
        return len(self.taken.faults) == before

    def _text(self, name: str) -> str:
        text = text_of(self.cells[name], "label", None) if name in self.cells else ""
        if isinstance(text, Trouble):
            self.fault(name, text.value, text.expected, text.hint)
            return ""
        return text

    def _read_where(self) -> None:
        text, position = self._text("where"), 0
        while position < len(text):
            pair = _PAIR.match(text, position)
            told = pair and (_unquoted(pair[2]) if pair[2].startswith('"') else _meant(pair[2]))
            if pair is None or told is None or pair[1] in self.where or (pair[3] == "," and pair.end() == len(text)):
                self.fault("where", text, "column=value, several separated by commas", "such as: funder=DE, cycle=c1")
                return
            self.where[pair[1]] = told
            position = pair.end()

    def _read_value(self) -> None:
        cell = self.cells.get("value")
        if cell is None:
            if self.operation in ("add", "multiply"):
                self.fault("value", None, f"a number to {self.operation}")
            self.value = self.operation == REMOVE or ""
            return
        text = text_of(cell, "number", None)
        if isinstance(text, Trouble):
            self.fault("value", text.value, "a number, text, true or false", text.hint)
        elif isinstance(cell.value, str):
            self.value = _meant(text) if _long(text) else _unquoted(text) if text.startswith('"') else text
            if self.value is None:
                self.fault("value", text, "text, or text in double quotes", "are all quotes closed?")
        else:
            self.value = _meant(text)
        if self.operation == REMOVE and not isinstance(self.value, bool):
            self.value = _meant(str(self.value))
            if not isinstance(self.value, bool):
                self.fault("value", text if isinstance(text, str) else text.value, "TRUE or FALSE, or nothing")


def _header_faults(titles: list[str]) -> list[Fault]:
    faults = []
    for place, title in enumerate(titles):
        if title and title not in COLUMNS:
            faults.append(Fault(FILE, 1, title, title, "a known column", did_you_mean(title, COLUMNS)))
        elif title and title in titles[:place]:
            faults.append(Fault(FILE, 1, title, title, "every column once", "this one stands twice in the header"))
    faults += [
        Fault(FILE, 1, title, None, "this column", "it is required") for title in _REQUIRED if title not in titles
    ]
    return faults
