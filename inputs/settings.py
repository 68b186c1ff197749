"""case.toml: the settings of a case, with their types, bounds and defaults."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from .cells import MOST_PERIODS, parse_currency, parse_name
from .periods import Frequency

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


def setting(description: str, default: Any = ..., *, example: str, feeds: str, unit: str = "") -> Any:
    """Describe a setting: one sentence, its default (``...`` = required), an example in TOML, its rules and unit.

    ``feeds`` names the rules of the model in which it stands, as :func:`fundalign.inputs.cells.column` does.
    """
    return Field(default, description=description, json_schema_extra={"unit": unit, "example": example, "feeds": feeds})


class Section(BaseModel):
    """A part of case.toml; frozen, without unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Objective(Section):
    """What is sought."""

    goal: Literal["value", "public_money", "received", "key"] = setting(
        "Most value, least public money, most received by a group, or largest minimum of what is received per key.",
        "value",
        example='"public_money"',
        feeds="objective",
    )
    group: Name = setting(
        "For the goal received, and only for it: a party or a group of parties.",
        "",
        example='"nordics"',
        feeds="objective",
    )
    required_value: Exact = setting(
        "For the other goals than value: the least value they must keep; 0 with the goal value.",
        Decimal(0),
        example="250",
        feeds="objective",
    )
    tie_break: Switch = setting(
        "Second goal among equal plans: least public outlay.", False, example="true", feeds="objective"
    )


class Buffer(Section):
    """How large the buffers against currency risk are."""

    method: Literal["none", "additive", "budgeted", "cvar"] = setting(
        "How losses add up: not at all, all currencies against a funder at once, at most gamma of them, or joint "
        "scenarios.",
        "none",
        example='"additive"',
        feeds="currency",
    )
    confidence: Annotated[Exact, Field(gt=Decimal("0.5"), le=Decimal("0.999999"))] = setting(
        "One-sided probability with which the buffer is enough.",
        Decimal("0.95"),
        unit="probability",
        example="0.99",
        feeds="currency",
    )
    gamma: Annotated[Whole, Field(ge=0, le=1000)] = setting(
        "budgeted: how many currencies may move against a funder at once.",
        2,
        unit="currencies",
        example="2",
        feeds="currency",
    )
    scenarios: Annotated[Whole, Field(ge=1, le=100_000)] = setting(
        "cvar: number of joint scenarios.", 500, example="1000", feeds="currency"
    )
    seed: Annotated[Whole, Field(ge=0, le=2**32 - 1)] = setting(
        "cvar: seed of the scenarios.", 1, example="7", feeds="currency"
    )
    since: Literal["plan", "cycle"] = setting(
        "Whether risk grows from the start of the plan or of each cycle.", "plan", example='"cycle"', feeds="currency"
    )
    released: Switch = setting("Whether an unused buffer may be carried over.", False, example="true", feeds="budgets")


class Solve(Section):
    """When the search stops; command-line options win."""

    gap: Annotated[Exact, Field(ge=0, le=1)] = setting(
        "Relative optimality gap at which to stop.", Decimal("0.001"), unit="share", example="0.01", feeds="search"
    )
    time_limit: Annotated[Exact, Field(gt=0, le=10**9)] = setting(
        "Time after which the best plan found is taken.", Decimal(300), unit="seconds", example="60", feeds="search"
    )


class Settings(Section):
    """case.toml as a whole."""

    name: Annotated[Title, Field(min_length=1)] = setting(
        "Name of the case in reports.", example='"Quantum accord 2027-2034"', feeds="reports"
    )
    currency: Code = setting(
        "Base currency: terms in money, equity, caps and totals are in it.", example='"EUR"', feeds="rates"
    )
    unit: Annotated[Whole, Field(ge=1, le=10**12)] = setting(
        "Every money amount in the tables is in this many currency units (values are not money).",
        1,
        unit="currency units",
        example="1_000_000",
        feeds="cover, budgets",
    )
    first_period: Name = setting("Label of planning period 1.", example='"2027"', feeds="horizon")
    periods: Annotated[Whole, Field(ge=1, le=MOST_PERIODS)] = setting(
        "Number of planning periods.", unit="periods", example="8", feeds="horizon"
    )
    frequency: Frequency = setting(
        "Length of a period: year (2027), half-year (2027H1), quarter (2027Q3) or month (2027-05).",
        "Y",
        example='"Q"',
        feeds="horizon",
    )
    discount_rate: Annotated[Exact, Field(ge=Decimal("-0.99"), le=1)] = setting(
        "Discount rate of value; the first period is not discounted.",
        Decimal(0),
        unit="per year",
        example="0.03",
        feeds="objective",
    )
    expected_value: Switch = setting(
        "Whether a milestone's value is weighed by the probability of being reached.",
        True,
        example="false",
        feeds="objective",
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
"""The parts of case.toml by name; the weights are a part of any keys, each a number."""
