"""A comparison as one JSON document, and as a folder: one CSV per table that differs, and comparison.json."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import Any

from ..inputs.texts import csv_text
from .compare import Comparison
from .compare_goal import Side
from .compare_money import MoneyChange
from .compare_tables import BOTH, A, B, TableDifference
from .complete import complete, refuse_taken

DOCUMENT = "comparison.json"
MARK = {"compares": ["A", "B"], "difference": "B - A"}  # by which a folder of ours is known


def document(comparison: Comparison, rows: bool = True) -> dict[str, Any]:
    """Return a comparison as plain data: amounts as exact text, objectives as numbers.

    With `rows` the rows of every table that differ are in it, too.
    """
    effect, inputs, money = asdict(comparison.effect), comparison.inputs, comparison.money
    return {
        **MARK,
        "same": comparison.same,
        "runs": {"A": _run(comparison.a), "B": _run(comparison.b)},
        "objective": {name: _number(value) for name, value in effect.items()},
        "notes": list(comparison.notes),
        "input": {
            "settings": [asdict(each) for each in inputs.settings],
            "cells": [asdict(each) for each in inputs.cells],
            "rows": [asdict(each) for each in inputs.rows],
            "approved": list(inputs.approved),
        },
        "money": {
            "kinds": [_amounts(each, "kind") for each in money.kinds],
            "funders": [_amounts(each, "funder") for each in money.funders],
            "funders_own_currency": [_amounts(each, "funder") for each in money.own],
            "years": [_amounts(each, "year") for each in money.years],
            "more": f"{money.more:f}",
            "less": f"{money.less:f}",
        },
        "initiatives": {
            "counts": comparison.counts,
            "changes": [asdict(each) for each in comparison.initiatives if each.change != "kept"],
        },
        "limits": [asdict(each) for each in comparison.limits],
        "tables": {name: _table(table, rows) for name, table in comparison.tables.items()},
    }


def _run(run: Side) -> dict[str, Any]:
    return {name: _number(value) for name, value in asdict(run).items()}


def _number(value: object) -> object:
    """Return an objective as a JSON number: without decimals where it has none."""
    if not isinstance(value, Decimal):
        return value
    return int(value) if value == value.to_integral_value() and abs(value) < 10**15 else float(value)


def _amounts(change: MoneyChange, *names: str) -> dict[str, str]:
    named = dict(zip(names, change.names, strict=True))
    difference = "" if change.difference is None else f"{change.difference:f}"
    return {**named, "currency": change.currency, "a": f"{change.a:f}", "b": f"{change.b:f}", "difference": difference}


def _table(table: TableDifference, rows: bool) -> dict[str, Any]:
    counts = {"equal": table.equal, "differ": table.count(BOTH), "only_a": table.count(A), "only_b": table.count(B)}
    found: dict[str, Any] = {"rows_a": table.rows_a, "rows_b": table.rows_b, **counts, "left_out": table.left_out}
    if rows:
        found["rows"] = [
            {
                **dict(zip(table.key, row.key, strict=True)),
                "row": row.kind,
                "a": None if row.a is None else {name: row.a.get(name, "") for name in row.columns},
                "b": None if row.b is None else {name: row.b.get(name, "") for name in row.columns},
                "difference": dict(row.difference),
            }
            for row in table.rows
        ]
    return found


def sheets(comparison: Comparison) -> dict[str, str]:
    """Return the CSV text of every table that differs, by file name: those of the runs, and what follows from them."""
    found = {
        f"{name}.csv": csv_text(table.header(), table.lines())
        for name, table in comparison.tables.items()
        if table.rows
    }
    changed = [each for each in comparison.initiatives if each.change != "kept"]
    cells = [each for each in comparison.money.cells if each.difference != 0]
    extra: dict[str, list[Mapping[str, object]]] = {
        "changed_inputs.csv": [*_input_lines(comparison)],
        "changed_initiatives.csv": [asdict(each) for each in changed],
        "changed_limits.csv": [asdict(each) for each in comparison.limits],
        "moved_money.csv": [_amounts(each, "funder", "year") for each in cells],
    }
    return found | {name: _csv(lines) for name, lines in extra.items() if lines}


def _input_lines(comparison: Comparison) -> Iterator[Mapping[str, object]]:
    """Yield one line per setting, cell and row of the input that differs."""
    inputs = comparison.inputs
    for cell in (*inputs.settings, *inputs.cells):
        where = "; ".join(f"{name}={text}" for name, text in cell.where.items())
        yield {**asdict(cell), "where": where, "row": BOTH}
    for row in inputs.rows:
        where = "; ".join(f"{name}={text}" for name, text in row.where.items())
        blank = dict.fromkeys(("column", "a", "b", "difference", "words"), "")
        yield {"table": row.table, "where": where, **blank, "row": f"only {row.only}"}


def _csv(lines: Sequence[Mapping[str, object]]) -> str:
    header = list(lines[0])
    return csv_text(header, ([str(line[name]) for name in header] for line in lines))


def refuse_existing(path: Path, force: bool) -> None:
    """Raise UsageError when `path` is there already and may not be replaced.

    With `force` only a comparison (or an empty folder) is replaced, never anything else.
    """
    refuse_taken(path, force, "a comparison", _is_ours)


def _is_ours(path: Path) -> bool:
    try:
        content = json.loads((path / DOCUMENT).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    ours = isinstance(content, dict) and all(content.get(name) == value for name, value in MARK.items())
    return ours and all(file.suffix == ".csv" or file.name == DOCUMENT for file in path.iterdir())


def write_comparison(comparison: Comparison, path: Path, force: bool = False) -> list[str]:
    """Write a comparison to a folder, complete or not at all, and return the names of its files."""
    refuse_existing(path, force)
    text = json.dumps(document(comparison, rows=False), indent=2, ensure_ascii=False) + "\n"
    files = {**sheets(comparison), DOCUMENT: text}
    with complete(path) as temporary:
        for name, content in files.items():
            (temporary / name).write_text(content, encoding="utf-8", newline="\n")
    return sorted(files)
