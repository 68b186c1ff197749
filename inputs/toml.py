"""The reading of TOML: text with exact decimals, the content of case.toml, and pydantic's errors in our words."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from .cells import frequency_hint, parse_label
from .faults import Fault, did_you_mean
from .periods import EXAMPLES, frequency_of, ordinal
from .settings import FILE, SECTIONS, Settings

_FALLBACK: Final[dict[str, object]] = {"name": "?", "currency": "EUR", "first_period": "2000", "periods": 1}
_BOUND: Final = re.compile(r"Decimal\('([^']*)'\)")
_TOML_LINE: Final = re.compile(r"\(at line (\d+), column \d+\)$")


def load_toml(text: str, file: str) -> tuple[dict[str, Any], list[Fault]]:
    """Parse TOML text with exact decimals; a syntax error is one fault with its line."""
    try:
        return tomllib.loads(text, parse_float=Decimal), []
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        match = _TOML_LINE.search(message)
        line = int(match[1]) if match else len(text.splitlines()) or 1
        lines = text.splitlines()
        shown = lines[line - 1].strip() if 0 < line <= len(lines) else ""
        told = _TOML_LINE.sub("", message).strip()
        return {}, [Fault(file, line, None, shown, "TOML such as periods = 8", told)]
    except (ValueError, ArithmeticError, RecursionError):
        return {}, [Fault(file, None, None, None, "TOML such as periods = 8", "a number or a nesting is far too large")]


def _allowed(details: ErrorDetails) -> list[str]:
    return re.findall(r"'([^']*)'", str(details.get("ctx", {}).get("expected", "")))


def expectation(details: ErrorDetails) -> tuple[str, str]:
    """Put one pydantic error into our words: what was expected, and a hint."""
    context = details.get("ctx", {})
    kind = details["type"]
    bounds = {
        "greater_than_equal": ("ge", "at least"),
        "greater_than": ("gt", "more than"),
        "less_than_equal": ("le", "at most"),
        "less_than": ("lt", "less than"),
    }
    if kind == "cell":
        return str(context["expected"]), str(context["hint"])
    if kind in bounds:
        key, words = bounds[kind]
        bound = _BOUND.sub(r"\1", str(context[key]))
        share = key in ("le", "lt") and Decimal(bound) == 1 and Decimal(str(details["input"])) > 1
        return f"a number {words} {bound}", "5 % is written 0.05" if share else ""
    if kind == "literal_error":
        allowed = _allowed(details)
        return "one of " + ", ".join(allowed), did_you_mean(str(details["input"]), allowed)
    if kind == "missing":
        return "a value", ""
    if kind in ("string_too_short", "too_short"):
        return "some text", ""
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        return "a section", "write it as a table: [section]"
    return details["msg"], ""


def _show(value: object) -> str | None:
    if value is None or isinstance(value, dict):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _fault(details: ErrorDetails) -> Fault:
    path = [str(part) for part in details["loc"]]
    column = ".".join(path)
    if details["type"] == "missing":
        return Fault(FILE, None, column, None, "this setting", "it is required")
    if details["type"] == "extra_forbidden":
        section = SECTIONS.get(".".join(path[:-1]), Settings)
        hint = did_you_mean(path[-1], section.model_fields)
        return Fault(FILE, None, column, _show(details["input"]), "a known setting", hint)
    return Fault(FILE, None, column, _show(details["input"]), *expectation(details))


def _first_period_fault(settings: Settings) -> Fault | None:
    try:
        ordinal(settings.first_period, settings.frequency)
    except ValueError:
        expected = f"a period such as {EXAMPLES[settings.frequency]} (frequency {settings.frequency})"
        found = frequency_of(settings.first_period)
        hint = frequency_hint(settings.first_period, found, settings.frequency) if found else ""
        return Fault(FILE, None, "first_period", settings.first_period, expected, hint)
    return None


def _without(data: Mapping[str, Any], path: tuple[int | str, ...]) -> dict[str, Any]:
    head = str(path[0])
    kept = dict(data)
    if len(path) > 1 and isinstance(kept.get(head), Mapping):
        kept[head] = _without(kept[head], path[1:])
    else:
        kept.pop(head, None)
    return kept


def parse_settings(data: Mapping[str, Any]) -> tuple[Settings, list[Fault], frozenset[str]]:
    """Check the content of case.toml.

    Returns the settings, all faults, and the names of the top-level settings that stand in for faulty ones,
    so that nothing else is judged by them.
    """
    faults: list[Fault] = []
    doubtful: set[str] = set()
    current = dict(data)
    try:
        settings = Settings.model_validate(current)
    except ValidationError as error:
        for details in error.errors():
            faults.append(_fault(details))
            doubtful.add(str(details["loc"][0]))
            current = _without(current, details["loc"])
        settings = Settings.model_validate(_FALLBACK | current)
    for weight in settings.weights:
        try:
            parse_label(weight)
        except PydanticCustomError:
            faults.append(Fault(FILE, None, "weights", weight, "a name of a criterion"))
    if not {"first_period", "frequency"} & doubtful:
        fault = _first_period_fault(settings)
        if fault:
            faults.append(fault)
            doubtful.add("first_period")
    return settings, faults, frozenset(doubtful)
