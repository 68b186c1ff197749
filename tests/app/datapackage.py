"""A validator of tabular data packages, written from the specification (Data Package and Table Schema, version 1).

It knows nothing of what writes them. Source: specs.frictionlessdata.io, data-package, tabular-data-resource,
table-schema (2017), and of the Fiscal Data Package 1.0rc1 fiscal-data-package (2018) with its two taxonomies, of which
only what fundalign uses is listed; what a publisher need not use is not covered.
"""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

NAME = re.compile(r"[-a-z0-9._/]+")
NUMBER = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?|NaN|-?INF")
TYPES = {"string", "number", "integer", "boolean"}
LIMITS = {"required", "unique", "minimum", "maximum", "enum", "pattern", "minLength", "maxLength"}
BUDGETS = {
    **{"value": "number", "value-currency:code": "string", "date:fiscal-year": "integer", "date:generic": "date"},
    **{"activity:generic:program:code": "string", "activity:generic:project:code": "string"},
    **{"activity:generic:project:label": "string", "activity:generic:subproject:code": "string"},
}
SPENDING = {"administrator:generic:id": "string", "recipient:generic:id": "string"}
TAXONOMIES = {
    "https://specs.frictionlessdata.io/taxonomies/fiscal/budgets.json": BUDGETS,
    "https://specs.frictionlessdata.io/taxonomies/fiscal/spending.json": SPENDING,
}
"""ColumnTypes and the type that a column of each must have."""
Rows = list[dict[str, str]]


def problems(folder: Path) -> list[str]:
    """Return everything wrong with the package in a folder, in words."""
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    found = []
    if package.get("profile") != "tabular-data-package":
        found.append("profile")
    if not NAME.fullmatch(package.get("name", "")):
        found.append(f"name {package.get('name')!r}")
    for licence in package.get("licenses", []):
        if not {"name", "path"} & licence.keys():
            found.append("a licence needs a name or a path")
    resources = package.get("resources") or []
    if not resources:
        found.append("no resources")
    names = [resource.get("name") for resource in resources]
    found += [f"resource {name} twice" for name in set(names) if names.count(name) > 1]
    read = {resource["name"]: _rows(folder, resource) for resource in resources}
    for resource in resources:
        found += [f"{resource['name']}: {said}" for said in _resource(resource, read)]
    return found


def fiscal_problems(folder: Path) -> list[str]:
    """Return what is wrong with the concepts of a fiscal data package, and which columns have none that could."""
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    known: dict[str, str] = {}
    for each in package.get("columnTypes", ["https://specs.frictionlessdata.io/taxonomies/fiscal/budgets.json"]):
        known |= {each["name"]: each["dataType"]} if isinstance(each, dict) else TAXONOMIES[each]
    found = []
    for resource in package["resources"]:
        concepts = [field["columnType"] for field in resource["schema"]["fields"] if "columnType" in field]
        found += [f"{resource['name']}: {name} twice" for name in set(concepts) if concepts.count(name) > 1]
        if "value" in concepts and "value-currency:code" not in concepts:
            found.append(f"{resource['name']}: a value without its currency")
        for field in resource["schema"]["fields"]:
            concept = field.get("columnType")
            if concept is not None and known.get(concept) != field["type"]:
                found.append(f"{resource['name']}, {field['name']}: {concept} of type {field['type']}")
            label = (concept or "").removesuffix(":label")
            if label != (concept or "") and f"{label}:code" not in concepts:
                found.append(f"{resource['name']}: {concept} without its code")
    return found


def _rows(folder: Path, resource: dict[str, Any]) -> Rows:
    path = resource["path"]
    assert not path.startswith("/"), path
    assert ".." not in path, path
    dialect = resource.get("dialect", {})
    with (folder / path).open(encoding=resource.get("encoding", "utf-8"), newline="") as file:
        records = list(csv.reader(file, delimiter=dialect.get("delimiter", ",")))
    assert dialect.get("header", True)
    header = records[0]
    assert header == [field["name"] for field in resource["schema"]["fields"]], resource["name"]
    return [dict(zip(header, record, strict=True)) for record in records[1:]]


def _resource(resource: dict[str, Any], read: dict[str, Rows]) -> list[str]:
    found = []
    if resource.get("profile") != "tabular-data-resource" or not NAME.fullmatch(resource["name"]):
        found.append("profile or name")
    schema, rows = resource["schema"], read[resource["name"]]
    missing = set(schema.get("missingValues", [""]))
    fields = {field["name"]: field for field in schema["fields"]}
    for name, field in fields.items():
        if field.get("type", "string") not in TYPES or not field.get("constraints", {}).keys() <= LIMITS:
            found.append(f"field {name}")
        for number, row in enumerate(rows, start=2):
            said = _cell(field, row[name], missing)
            found += [f"row {number}, {name}: {said}"] if said else []
    key = schema.get("primaryKey", [])
    key = [key] if isinstance(key, str) else key
    if key:
        if not set(key) <= fields.keys():
            found.append(f"primaryKey {key}")
        values = [tuple(row[name] for name in key) for row in rows]
        found += ["primaryKey not unique"] if len(set(values)) < len(values) else []
        found += ["primaryKey with missing values"] if any(set(value) & missing for value in values) else []
    for reference in schema.get("foreignKeys", []):
        found += _foreign(reference, fields, rows, read, missing)
    return found


def _cell(field: dict[str, Any], text: str, missing: set[str]) -> str:
    limits = field.get("constraints", {})
    if text in missing:
        return "required" if limits.get("required") else ""
    kind = field.get("type", "string")
    if kind == "number" and not NUMBER.fullmatch(text):
        return f"{text!r} is no number"
    if kind == "integer" and not re.fullmatch(r"[-+]?[0-9]+", text):
        return f"{text!r} is no integer"
    if kind == "boolean":
        truths = field.get("trueValues", ["true", "True", "TRUE", "1"])
        return "" if text in truths + field.get("falseValues", ["false", "False", "FALSE", "0"]) else f"{text!r}"
    if "enum" in limits and text not in limits["enum"]:
        return f"{text!r} is not in the enum"
    if "minimum" in limits and float(text) < float(limits["minimum"]):
        return f"{text} is below the minimum"
    if "maximum" in limits and float(text) > float(limits["maximum"]):
        return f"{text} is above the maximum"
    return ""


def _foreign(
    key: dict[str, Any], fields: dict[str, Any], rows: Rows, read: dict[str, Rows], missing: set[str]
) -> list[str]:
    own = [key["fields"]] if isinstance(key["fields"], str) else key["fields"]
    target = key["reference"]
    other = [target["fields"]] if isinstance(target["fields"], str) else target["fields"]
    if len(own) != len(other) or not set(own) <= fields.keys() or target["resource"] not in read:
        return [f"foreignKey {key}"]
    there = {tuple(row[name] for name in other) for row in read[target["resource"]]}
    here = {tuple(row[name] for name in own) for row in rows}
    lost = [value for value in here - there if not set(value) <= missing]
    return [f"{value} of {own} is not in {target['resource']}" for value in lost]
