"""What-ifs: the named scenarios of scenarios.toml, its grids, and the expressions of ``--set``.

A ``[[scenario]]`` is a name with a list of ``[[scenario.change]]``; a ``[[grid]]`` looks the same, but gives
lists of values, and stands for one scenario per combination, named ``grid name: value, value``.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from .cells import unfit
from .change import KEEP, OPS, REMOVE, Change, Op, place_faults
from .faults import Fault, UsageError, did_you_mean
from .texts import to_text, toml_value

FILE: Final = "scenarios.toml"
MOST: Final = 10_000  # scenarios of one grid
KEYS: Final = {
    "table": "A table without `.csv`, or `case` for case.toml.",
    "column": "The column, or the setting such as `buffer.confidence`.",
    "where": "`{ column = value }`: the rows concerned; all without it. One that matches nothing is a fault.",
    "set": "The new value; an empty text empties a cell.",
    "add": "What is added to a number; a period is moved by so many periods.",
    "multiply": "What a number is multiplied by.",
    "remove": "true: the rows themselves are taken out, without a `column`; false leaves them, as in a grid of both.",
}
"""What a change in scenarios.toml is made of: exactly one of set, add, multiply and remove."""
_REMOVES: Final = re.compile(r"\s*([a-z_]+)\s*(?=[\[=])")
_SET: Final = re.compile(r"\s*([a-z_]+)\.([A-Za-z_]\w*(?:\.[^=\[\]+*]+?)?)\s*(?=[\[=+*])")
_OPERATOR: Final = re.compile(r"\s*(\+=|\*=|=)\s*")
_PAIR: Final = re.compile(r"""\s*([A-Za-z_]\w*)\s*=\s*("[^"]*"|'[^']*'|[^,\]"']*)\s*""")
_EXAMPLE: Final = "budgets.payments[funder=DE,cycle=c1]*=0.9"


@dataclass(frozen=True)
class Scenario:
    """A named list of changes, made one after the other."""

    name: str
    changes: tuple[Change, ...]


def _simple(value: object) -> bool:
    return isinstance(value, bool | int | str) or type(value).__name__ in ("Decimal", "float")


def _flag(value: object) -> bool:
    return isinstance(value, bool)


def _parse_change(data: object, place: str, many: bool) -> tuple[list[Change], list[Fault]]:
    """Return the changes that one entry stands for (several in a grid: one per value) and its faults."""
    if not isinstance(data, Mapping):
        return [], [
            Fault(
                FILE,
                None,
                place,
                to_text(data),
                "a change: table, column and set, add or multiply; or table and remove",
            )
        ]
    faults = [
        Fault(FILE, None, place, key, "one of " + ", ".join(KEYS), did_you_mean(key, KEYS))
        for key in data
        if key not in KEYS
    ]
    ops: list[Op] = [op for op in (*OPS, REMOVE) if op in data]
    for key in ("table", "column"):
        if not isinstance(data.get(key, "" if key == "column" and ops == [REMOVE] else None), str):
            faults.append(Fault(FILE, None, place, None, f"{key} = a text"))
    if len(ops) != 1:
        faults.append(Fault(FILE, None, place, ", ".join(ops) or None, "one of set, add, multiply, remove"))
    where = data.get("where", {})
    if not isinstance(where, Mapping) or not all(_simple(value) for value in where.values()):
        faults.append(Fault(FILE, None, place, None, 'where = { column = "value" }'))
    if faults:
        return [], faults
    values = data[ops[0]]
    if many != isinstance(values, list) or (many and not values):
        expected = "a list of values" if many else "one value"
        hint = "" if many else "lists belong in a [[grid]]"
        return [], [Fault(FILE, None, place, toml_value(values), expected, hint)]
    values = values if many else [values]
    fit, expected = (_flag, "true or false") if ops[0] == REMOVE else (_simple, "a number, text, true or false")
    bad = [value for value in values if not fit(value)]
    if bad:
        return [], [Fault(FILE, None, place, toml_value(bad[0]), expected)]
    changes = [Change(data["table"], data.get("column", ""), ops[0], value, dict(where)) for value in values]
    wrong = place_faults(changes[0])
    told = [Fault(FILE, None, f"{place}, {f.column}", f.value, f.expected, f.hint) for f in wrong]
    return ([] if told else changes), told


def parse_scenarios(data: Mapping[str, Any]) -> tuple[tuple[Scenario, ...], list[Fault]]:
    """Return the scenarios of a scenarios.toml, grids spelled out, and all faults."""
    faults = [
        Fault(FILE, None, key, None, "[[scenario]] or [[grid]]", did_you_mean(key, ("scenario", "grid")))
        for key in data
        if key not in ("scenario", "grid")
    ]
    found: list[Scenario] = []
    for kind in ("scenario", "grid"):
        entries = data.get(kind, [])
        if not isinstance(entries, list):
            faults.append(Fault(FILE, None, kind, None, f"a list: [[{kind}]]"))
            continue
        for number, entry in enumerate(entries, start=1):
            scenarios, wrong = _parse_entry(entry, kind, number)
            found += scenarios
            faults += wrong
    seen: set[str] = set()
    for scenario in found:
        if scenario.name in seen:
            faults.append(Fault(FILE, None, "name", scenario.name, "a name of its own for every scenario"))
        seen.add(scenario.name)
    return tuple(found), faults


def _parse_entry(entry: object, kind: str, number: int) -> tuple[list[Scenario], list[Fault]]:
    place = f"{kind} {number}"
    if not isinstance(entry, Mapping):
        return [], [Fault(FILE, None, place, to_text(entry), f"a table: [[{kind}]]")]
    faults = [
        Fault(FILE, None, place, key, "name or change", did_you_mean(key, ("name", "change")))
        for key in entry
        if key not in ("name", "change")
    ]
    name = entry.get("name")
    if not isinstance(name, str) or not name.strip():
        faults.append(Fault(FILE, None, place, None, "name = a text"))
    elif (wrong_name := unfit(name)) is not None:
        faults.append(Fault(FILE, None, place, name, *wrong_name))
    else:
        place = f"{kind} '{name}'"
    changes = entry.get("change", [])
    if not isinstance(changes, list) or not changes:
        faults.append(Fault(FILE, None, place, None, f"at least one [[{kind}.change]]"))
        changes = []
    lists: list[list[Change]] = []
    for index, data in enumerate(changes, start=1):
        options, wrong = _parse_change(data, f"{place}, change {index}", kind == "grid")
        faults += wrong
        lists.append(options)
    if faults:
        return [], faults
    size = math.prod(map(len, lists))
    if size > MOST:
        expected = f"at most {MOST:,} combinations; this grid has {size:,}"
        return [], [Fault(FILE, None, place, None, expected, "fewer values, or several grids")]
    combinations = itertools.product(*lists)
    if kind == "scenario":
        return [Scenario(str(name), each) for each in combinations], []
    return [Scenario(f"{name}: {', '.join(to_text(c.value) for c in each)}", each) for each in combinations], []


def scenarios_data(scenarios: Iterable[Scenario]) -> dict[str, Any]:
    """Return scenarios as the content of a scenarios.toml, grids spelled out."""
    found = []
    for scenario in scenarios:
        changes = [
            {"table": change.table}
            | ({"column": change.column} if change.op != REMOVE else {})
            | {"where": dict(change.where), change.op: change.value}
            for change in scenario.changes
        ]
        found.append({"name": scenario.name, "change": changes})
    return {"scenario": found}


def scenarios_text(scenarios: Iterable[Scenario]) -> str:
    """Return scenarios as TOML, grids spelled out."""
    return scenarios_toml(scenarios_data(scenarios))


def scenarios_toml(data: Mapping[str, Any]) -> str:
    """Return the content of a scenarios.toml as TOML."""
    lines: list[str] = []
    for kind in ("scenario", "grid"):
        for entry in data.get(kind, ()):
            lines += [f"[[{kind}]]", f"name = {toml_value(entry['name'])}"]
            for change in entry["change"]:
                lines += [f"[[{kind}.change]]"]
                lines += [f"{key} = {toml_value(change[key])}" for key in KEYS if change.get(key, {}) != {}]
            lines += [""]
    return "\n".join(lines)


def _unquoted(text: str) -> str:
    text = text.strip()
    return text[1:-1] if len(text) >= 2 and text[0] == text[-1] and text[0] in "\"'" else text


def parse_set(expression: str) -> Change:
    """Parse a ``--set`` expression such as ``budgets.payments[funder=DE,cycle="2027-28"]*=0.9``.

    ``=`` sets, ``+=`` adds, ``*=`` multiplies; values with commas, brackets or blanks at their ends stand in
    single or double quotes; ``case.KEY`` means a setting. ``TABLE[key=value,...]=remove`` takes rows out
    (``=keep`` leaves them, as one combination of a grid does). ``UsageError`` if it cannot be read; whether table,
    columns and rows exist shows when it is applied.
    """
    wrong = UsageError(
        f"cannot read --set {expression!r}: expected TABLE.COLUMN[key=value,...]=V, += or *=: {_EXAMPLE}; "
        "or, to take rows out, TABLE[key=value,...]=remove"
    )
    whole = _REMOVES.match(expression)
    head = _SET.match(expression) or whole
    if head is None:
        raise wrong
    where: dict[str, object] = {}
    position = head.end()
    if expression.startswith("[", position):
        while expression[position] in "[,":
            pair = _PAIR.match(expression, position + 1)
            if pair is None or pair.end() >= len(expression) or pair[1] in where:
                raise wrong
            where[pair[1]] = _unquoted(pair[2])
            position = pair.end()
        if expression[position] != "]":
            raise wrong
        position += 1
    operator = _OPERATOR.match(expression, position)
    if operator is None:
        raise wrong
    if whole is not None:
        word = _unquoted(expression[operator.end() :])
        if operator[1] != "=" or word not in (REMOVE, KEEP):
            raise wrong
        return Change(whole[1], "", REMOVE, word == REMOVE, where)
    op: Op = {"=": OPS[0], "+=": OPS[1], "*=": OPS[2]}[operator[1]]
    return Change(head[1], head[2].strip(), op, _unquoted(expression[operator.end() :]), where)
