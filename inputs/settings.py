"""case.toml: the settings of a case, with their defaults, and the reading of TOML text."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from .cells import MOST_PERIODS, frequency_hint, parse_currency, parse_label, parse_name
from .faults import Fault, did_you_mean
from .periods import EXAMPLES, Frequency, frequency_of, ordinal

FILE: Final = "case.toml"


def _exact(value: object) -> object:
    """Take a TOML number as an exact decimal; text, booleans, nan and inf are no numbers."""
    if isinstance(value, float):
        value = Decimal(repr(value))
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not Decimal(value).is_finite():
        hint = "numbers stand without quotes" if isinstance(value, str) else ""
        raise PydanticCustomError("cell", "expected {expected}", {"expected": "a number", "hint": hint})
    return Decimal(value)


def _whole(value: object) -> object:
    """Take a TOML integer; booleans, text and numbers with decimals are none."""
    if isinstance(value, bool) or not isinstance(value, int):
        hint = "numbers stand without quotes" if isinstance(value, str) else "write it without decimals"
        raise PydanticCustomError("cell", "expected {expected}", {"expected": "a whole number", "hint": hint})
    return value


def _flag(value: object) -> object:
    if not isinstance(value, bool):
        raise PydanticCustomError(
            "cell", "expected {expected}", {"expected": "true or false", "hint": "without quotes"}
        )
    return value


def _string(value: object) -> object:
    if not isinstance(value, str):
        details = {"expected": "text", "hint": f'write it in quotes: "{value}"'}
        raise PydanticCustomError("cell", "expected {expected}", details)
    return value


Exact = Annotated[Decimal, BeforeValidator(_exact)]
Whole = Annotated[int, BeforeValidator(_whole)]
Switch = Annotated[bool, BeforeValidator(_flag)]
Title = Annotated[str, BeforeValidator(parse_name), BeforeValidator(_string)]
Code = Annotated[str, BeforeValidator(parse_currency), BeforeValidator(_string)]
Name = Annotated[str, BeforeValidator(_string)]


class Section(BaseModel):
    """A part of case.toml; frozen, without unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Objective(Section):
    """What is sought."""

    goal: Literal["value", "public_money", "received", "key"] = Field(
        default="value",
        description="Most value, least public money, most received by a group, or largest minimum per key.",
    )
    group: Name = Field(default="", description="Group of parties, for the goal received.")
    required_value: Exact = Field(
        default=Decimal(0), description="For the other goals: the least value they must keep."
    )
    tie_break: Switch = Field(default=False, description="Second goal among equal plans: least public outlay.")


class Buffer(Section):
    """How large the buffers against currency risk are."""

    method: Literal["none", "additive", "budgeted", "cvar"] = Field(
        default="none", description="How losses are added up."
    )
    confidence: Annotated[Exact, Field(gt=Decimal("0.5"), le=Decimal("0.999999"))] = Field(
        default=Decimal("0.95"), description="One-sided probability with which the buffer is enough."
    )
    gamma: Annotated[Whole, Field(ge=0)] = Field(
        default=2, description="budgeted: how many currencies may move against a funder at once."
    )
    scenarios: Annotated[Whole, Field(ge=1)] = Field(default=500, description="cvar: number of joint scenarios.")
    seed: Annotated[Whole, Field(ge=0)] = Field(default=1, description="cvar: seed of the scenarios.")
    since: Literal["plan", "cycle"] = Field(
        default="plan", description="Whether risk grows from the start of the plan or of each cycle."
    )
    released: Switch = Field(default=False, description="Whether an unused buffer may be carried over.")


class Solve(Section):
    """When the search stops; command-line options win."""

    gap: Annotated[Exact, Field(ge=0, le=1)] = Field(default=Decimal("0.001"), description="Relative optimality gap.")
    time_limit: Annotated[Exact, Field(gt=0, le=10**9)] = Field(default=Decimal(300), description="Seconds.")


class Settings(Section):
    """case.toml as a whole."""

    name: Annotated[Title, Field(min_length=1)] = Field(description="Name of the case in reports.")
    currency: Code = Field(description="Base currency: terms in money, equity, caps and totals are in it.")
    unit: Annotated[Whole, Field(ge=1, le=10**12)] = Field(
        default=1, description="Every money amount in the tables is in this many units."
    )
    first_period: Name = Field(description="Label of planning period 1.")
    periods: Annotated[Whole, Field(ge=1, le=MOST_PERIODS)] = Field(description="Number of planning periods.")
    frequency: Frequency = Field(default="Y", description="Length of a period: year, half-year, quarter or month.")
    discount_rate: Annotated[Exact, Field(ge=Decimal("-0.99"), le=1)] = Field(
        default=Decimal(0), description="Discount rate per year."
    )
    expected_value: Switch = Field(
        default=True,
        description="Whether a milestone's value is weighed by the probability of being reached.",
    )
    objective: Objective = Field(default=Objective(), description="What is sought.")
    weights: dict[str, Exact] = Field(default_factory=dict, description="Weight of each criterion of criteria.csv.")
    buffer: Buffer = Field(default=Buffer(), description="Currency-risk buffers.")
    solve: Solve = Field(default=Solve(), description="When the search stops.")


SECTIONS: Final[dict[str, type[Section]]] = {
    "": Settings,
    "objective": Objective,
    "buffer": Buffer,
    "solve": Solve,
}

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
