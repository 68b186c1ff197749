"""A datapackage.json for the tables of a run, or of a case: what each is, its columns, types, units and references.

The descriptor of a run is a Fiscal Data Package 1.0rc1: a Tabular Data Package (Frictionless, version 1) with a Table
Schema per table, whose columns say which fiscal concept they stand for (`columnType`), and the taxonomies of these
(`columnTypes`). Its `profile` is that of tabular packages, which it extends and stays compatible with: the profile
registered as `fiscal-data-package` is that of version 0.3, with a `model` that 1.0 gave up. Units are in the property
`unit` of a field, which the specification leaves to publishers. Source: frictionlessdata specs, fiscal-data-package.
"""

import csv
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from ..inputs.case import Case
from ..inputs.faults import Fault, InputError
from ..inputs.schema import Column
from ..inputs.schema import tables as case_tables
from ..inputs.tables import TABLES
from .export_columns import COLUMNS, OWN_CONCEPTS, TAXONOMIES, TITLES
from .plan import COUNTS, FLAGS, NUMBERS

FILE: Final = "datapackage.json"
KINDS: Final = {"number": "number", "integer": "integer", "boolean": "boolean"}
FLAGS_OF: Final = {**FLAGS, "equity": ("holds",)}
KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "portfolio": ("initiative",),
    "schedule": ("initiative", "milestone"),
    "budgets": ("funder", "cycle"),
    "currency": ("funder", "currency", "period"),
}
LICENCES: Final = {
    "CC0-1.0": ("https://creativecommons.org/publicdomain/zero/1.0/", "Creative Commons Zero 1.0"),
    "CC-BY-4.0": ("https://creativecommons.org/licenses/by/4.0/", "Creative Commons Attribution 4.0"),
    "CC-BY-SA-4.0": ("https://creativecommons.org/licenses/by-sa/4.0/", "Creative Commons Attribution Share-Alike 4.0"),
    "ODC-BY-1.0": ("https://opendatacommons.org/licenses/by/1-0/", "Open Data Commons Attribution 1.0"),
    "ODbL-1.0": ("https://opendatacommons.org/licenses/odbl/1-0/", "Open Data Commons Open Database 1.0"),
    "PDDL-1.0": ("https://opendatacommons.org/licenses/pddl/1-0/", "Open Data Commons Public Domain 1.0"),
}
"""Licences by their Open Definition (SPDX) identifier: address and title."""


@dataclass(frozen=True)
class Packed:
    """A descriptor, and the tables it describes by their path within the package."""

    descriptor: Mapping[str, Any]
    files: tuple[str, ...]


def describe_case(case: Case, folder: Path, licence: str | None) -> Packed:
    """Return the descriptor of a case folder."""
    resources = _case_resources(case, folder, "")
    return _packed(case, resources, licence, f"The case {case.settings.name}", "what an allocation decision needs")


def describe_run(case: Case, folder: Path, licence: str | None) -> Packed:
    """Return the descriptor of a run folder: its tables, and those of the case that was solved under `case/`.

    InputError names what was added to the run and cannot be read.
    """
    inside = folder / "case"
    known = {name for name in TABLES if (inside / f"{name}.csv").is_file()}
    resources = [
        _run_resource(case, folder / f"{name}.csv", name, known)
        for name in COLUMNS
        if (folder / f"{name}.csv").is_file()
    ]
    named = {f"{name}.csv" for name in COLUMNS}
    others = sorted(path for path in folder.glob("*.csv") if path.name not in named)
    faults = [fault for path in others for fault in _unreadable(path)]
    if faults:
        raise InputError(faults)
    resources += [_other_resource(path) for path in others]
    resources += _case_resources(case, inside, "case/")
    says = "who pays what for which initiative, when"
    packed = _packed(case, resources, licence, f"A plan of {case.settings.name}", says)
    return replace(packed, descriptor={**packed.descriptor, "columnTypes": [*TAXONOMIES, *OWN_CONCEPTS]})


def _packed(case: Case, resources: Sequence[Mapping[str, Any]], licence: str | None, title: str, says: str) -> Packed:
    money = f"Base currency {case.base}."
    descriptor: dict[str, Any] = {
        "profile": "tabular-data-package",
        "name": _slug(case.settings.name),
        "title": title,
        "description": f"{says[0].upper()}{says[1:]}. {money} Written by fundalign {version('fundalign')}.",
    }
    if licence is not None:
        path, words = LICENCES[licence]
        descriptor["licenses"] = [{"name": licence, "path": path, "title": words}]
    descriptor["resources"] = list(resources)
    return Packed(descriptor, tuple(str(resource["path"]) for resource in resources))


def _slug(text: str) -> str:
    """Return a name of small letters, digits, dots, dashes and underscores."""
    ascii_only = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii").lower()
    return re.sub(r"[^a-z0-9._]+", "-", ascii_only).strip("-.") or "case"


def _unreadable(path: Path) -> list[Fault]:
    """Return the fault of a table that was added to the run and is no text with a header."""
    try:
        if _header(path):
            return []
    except (UnicodeDecodeError, csv.Error):
        pass
    return [Fault(path.name, None, None, None, "a table as fundalign writes it", "it has no header of text in UTF-8")]


def _header(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file), [])


def _resource(name: str, path: str, title: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "profile": "tabular-data-resource",
        "name": name,
        "path": path,
        "title": title,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "lineTerminator": "\n", "quoteChar": '"', "doubleQuote": True, "header": True},
        "schema": schema,
    }


def _run_resource(case: Case, path: Path, name: str, known: set[str]) -> dict[str, Any]:
    header = _header(path)
    fields: list[dict[str, Any]] = []
    references: list[dict[str, Any]] = []
    for title in header:
        column = COLUMNS[name].get(title)
        field: dict[str, Any] = {"name": title, **_type(name, title)}
        if column is not None:
            unit = f"{column.unit} ({case.base})" if column.unit == "base currency" else column.unit
            extra = {"description": column.says, "unit": unit, "columnType": column.concept}
            field |= {key: text for key, text in extra.items() if text}
            references += _reference(title, column.refers, name, known)
        fields.append(field)
    schema: dict[str, Any] = {"fields": fields, "missingValues": [""]}
    key = KEYS.get(name)
    if key:
        schema["primaryKey"] = list(key)
        for field in fields:
            if field["name"] in key:
                field["constraints"] = {"required": True, **field.get("constraints", {})}
    return _resource(name, path.name, TITLES[name], schema | ({"foreignKeys": references} if references else {}))


def _type(table: str, title: str) -> dict[str, Any]:
    if title in FLAGS_OF.get(table, ()):
        return {"type": "boolean", "trueValues": ["true"], "falseValues": ["false"]}
    if title in COUNTS.get(table, ()):
        return {"type": "integer"}
    return {"type": "number"} if title in NUMBERS.get(table, ()) else {"type": "string"}


def _reference(title: str, refers: str, table: str, known: set[str]) -> Iterable[dict[str, Any]]:
    """Yield the reference of a column to the table in which what it names is listed."""
    if refers == "initiative" and table != "portfolio":
        yield _foreign(title, "portfolio", "initiative")
    elif refers in ("funder", "party") and f"{refers}s".replace("partys", "parties") in known:
        target = "parties" if refers == "party" else "funders"
        yield _foreign(title, f"case-{target}", refers)


def _foreign(title: str, resource: str, column: str) -> dict[str, Any]:
    return {"fields": title, "reference": {"resource": resource, "fields": column}}


def _other_resource(path: Path) -> dict[str, Any]:
    """Return a table that commands after `solve` added, its columns as text."""
    fields = [{"name": title, "type": "string"} for title in _header(path)]
    title = f"{path.stem}, added to the run; every cell is text"
    return _resource(_slug(path.stem), path.name, title, {"fields": fields, "missingValues": [""]})


def _case_resources(case: Case, folder: Path, prefix: str) -> list[dict[str, Any]]:
    known = [name for name in TABLES if (folder / f"{name}.csv").is_file()]
    mark = "case-" if prefix else ""
    found = []
    for name in known:
        path = folder / f"{name}.csv"
        columns = {column.name: column for column in case_tables()[name]}
        fields = [_case_field(case, columns[title]) for title in _header(path)]
        schema: dict[str, Any] = {"fields": fields, "missingValues": [""]}
        key = TABLES[name].KEY
        if key and all(columns[title].required for title in key):
            schema["primaryKey"] = list(key)
        references = [
            _foreign(title, f"{mark}{target}", columns[title].refers)
            for title in _header(path)
            if (target := _listed(columns[title].refers)) in known and target != name
        ]
        if references:
            schema["foreignKeys"] = references
        says = " ".join((TABLES[name].__doc__ or name).split())
        found.append(_resource(f"{mark}{name}", f"{prefix}{path.name}", says, schema))
    return found


def _listed(refers: str) -> str:
    """Return the table in which what a column refers to is listed; nothing for selectors, which mean several."""
    return {"funder": "funders", "party": "parties", "initiative": "initiatives"}.get(refers, "")


def _case_field(case: Case, column: Column) -> dict[str, Any]:
    field: dict[str, Any] = {
        "name": column.name,
        "type": KINDS.get(column.kind, "string"),
        "description": column.description,
    }
    if column.unit:
        field["unit"] = column.unit.replace("case unit", f"{case.unit}")
    if column.kind == "boolean":
        field |= {"trueValues": ["true", "TRUE"], "falseValues": ["false", "FALSE"]}
    limits: dict[str, Any] = {"required": True} if column.required else {}
    if column.choices:
        limits["enum"] = list(column.choices)
    for bound in column.bounds:
        sign, _, number = bound.partition(" ")
        if sign in (">=", "<="):
            limits["minimum" if sign == ">=" else "maximum"] = float(number) if "." in number else int(number)
    return field | ({"constraints": limits} if limits else {})
