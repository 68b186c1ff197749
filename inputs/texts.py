"""From typed values back to the exact text that is read as the same value."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from .settings import Settings
from .tables import Row


def to_text(value: object) -> str:
    """Return a value as a cell holds it: exact decimals without exponent, true/false, empty for nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        value = Decimal(repr(value))
    if isinstance(value, Decimal):
        return format(value, "f") if value.is_finite() else str(value)
    return str(value)


def row_cells(row: Row) -> dict[str, str]:
    """Return the cells of a row that differ from their defaults, required ones always."""
    cells: dict[str, str] = {}
    for name, info in type(row).model_fields.items():
        value = getattr(row, name)
        if info.is_required() or value != info.default:
            cells[name] = to_text(value)
    return cells


def table_text(model: type[Row], rows: Sequence[Row]) -> str:
    """Return a table as CSV: the required columns and those in which some cell is not the default."""
    records = [row_cells(row) for row in rows]
    used = {name for cells in records for name in cells}
    required = {name for name, info in model.model_fields.items() if info.is_required()}
    header = [name for name in model.model_fields if name in used | required]
    return csv_text(header, ([cells.get(name, "") for name in header] for cells in records))


def csv_text(header: Sequence[str], records: Iterable[Sequence[str]]) -> str:
    """Return a header and rows as comma-separated text with line feeds."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(records)
    return out.getvalue()


def toml_value(value: object) -> str:
    """Return a text, truth value, number, list or mapping in TOML."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{toml_value(k)} = {toml_value(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(toml_value(each) for each in value) + "]"
    return to_text(value)


def settings_data(settings: Settings) -> dict[str, object]:
    """Return all settings as nested plain values, defaults included."""
    data: dict[str, object] = settings.model_dump()
    if not data["weights"]:
        del data["weights"]
    return data


def settings_text(settings: Settings) -> str:
    """Return case.toml with every setting written out."""
    data = settings_data(settings)
    lines = [f"{key} = {toml_value(value)}" for key, value in data.items() if not isinstance(value, dict)]
    for section, values in data.items():
        if isinstance(values, dict):
            lines += ["", f"[{section}]"]
            keys = {key: toml_value(key) if section == "weights" else key for key in values}
            lines += [f"{keys[key]} = {toml_value(value)}" for key, value in values.items()]
    return "\n".join(lines) + "\n"


def canonical_text(settings: Settings, tables: Mapping[str, Sequence[Row]]) -> str:
    """Return settings and tables as one text that is the same however their values were written.

    Every setting stands in it and every cell that is not the default, numbers without trailing zeros.
    """
    lines = [f"{key} = {json.dumps(_plainest(value))}" for key, value in _flat(settings_data(settings))]
    for name, rows in sorted(tables.items()):
        for row in rows:
            cells = {column: _plainest(getattr(row, column)) for column in row_cells(row)}
            lines.append(f"{name} {json.dumps(cells)}")
    return "\n".join(lines)


def _flat(data: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    for key, value in data.items():
        if isinstance(value, Mapping):
            yield from _flat(dict(sorted(value.items())), f"{prefix}{key}.")
        else:
            yield prefix + key, value


def _plainest(value: object) -> str:
    """Return the shortest exact text of a value."""
    text = to_text(value)
    if not isinstance(value, Decimal):
        return text
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
