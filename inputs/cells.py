"""What a cell may hold: every kind of cell with its explicit pattern. Nothing is guessed or coerced.

A kind is an annotated type of which the row models are made; the text of a cell is parsed here and the bounds
are checked by pydantic. ``column`` adds the sentence, the unit and what the column refers to.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from .faults import did_you_mean
from .money import MINOR_DIGITS, REPLACED
from .periods import EXAMPLES, PERIODS_PER_YEAR, Frequency, converted, frequency_of

_CONTROLS = r"\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff"
_CONTROL = re.compile(f"[{_CONTROLS}]")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,30})?", re.ASCII)
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,8})", re.ASCII)
MOST_PERIODS: Final = 1200
"""More periods than any plan has: a hundred years of months."""
LONGEST_NAME: Final = 200
"""Characters of the longest name: longer ones are no names, and no table could show them."""
_LABEL = re.compile(rf"[^\s/{_CONTROLS}](?:[^/{_CONTROLS}]{{0,{LONGEST_NAME - 2}}}[^\s/{_CONTROLS}])?")

_BLANKS = "remove the blanks at its ends"
_FLAGS = {"true": True, "false": False, "TRUE": True, "FALSE": False}


@dataclass(frozen=True)
class Kind:
    """Marks an annotated type with the kind of cell it parses and how that kind is described."""

    name: str
    expected: str


def _wrong(expected: str, hint: str = "") -> PydanticCustomError:
    return PydanticCustomError("cell", "expected {expected}", {"expected": expected, "hint": hint})


def is_label(text: str) -> bool:
    """Return whether a text is fit for a name."""
    return _LABEL.fullmatch(text) is not None


def parse_name(text: object) -> object:
    """Return a name for reports as it is: one line of at most 200 characters without blanks at its ends."""
    if not isinstance(text, str):
        return text
    if text.strip() != text:
        raise _wrong("a name without blanks at its ends", _BLANKS)
    control = _CONTROL.search(text)
    if control:
        words = {"\n": "the line break", "\r": "the line break", "\t": "the tab"}
        word = words.get(control[0], f"the control character U+{ord(control[0]):04X}")
        raise _wrong("a name of one line, without control characters", f"remove {word} in it")
    if len(text) > LONGEST_NAME:
        raise _wrong(f"a name of at most {LONGEST_NAME} characters", f"this one has {len(text)}")
    return text


def unfit(name: str) -> tuple[str, str] | None:
    """Return what was expected of a name for reports and a hint where it is not fit."""
    try:
        parse_name(name)
    except PydanticCustomError as error:
        context = error.context or {}
        return str(context["expected"]), str(context["hint"])
    return None


def parse_label(text: object) -> object:
    """Return a name by which other tables know something: as :func:`parse_name`, and without ``/``."""
    if not isinstance(text, str) or is_label(text):
        return text
    parse_name(text)
    if "/" in text:
        raise _wrong("a name without '/'", "'/' separates an initiative from its milestone")
    raise _wrong("a name")


def parse_reference(text: object) -> object:
    """Return ``initiative`` or ``initiative/milestone`` as it is."""
    if not isinstance(text, str) or (text.count("/") <= 1 and all(map(is_label, text.split("/")))):
        return text
    expected = "'initiative/milestone' or 'initiative'"
    if text.strip() != text:
        raise _wrong(expected, _BLANKS)
    if text.count("/") > 1:
        raise _wrong(expected, "names hold no '/'")
    for part in text.split("/"):
        parse_name(part)
    raise _wrong(expected, "there is a name on either side of the '/'")


def parse_text(text: object) -> object:
    """Return free text as it is; blanks at its ends and control characters, save line breaks, are faults."""
    if isinstance(text, str):
        if text.strip() != text:
            raise _wrong("text without blanks at its ends", _BLANKS)
        if not text.replace("\n", "").isprintable():
            raise _wrong("printable text")
    return text


def _number_hint(text: str) -> str:
    tidy = text.strip()
    if tidy != text and _NUMBER.fullmatch(tidy):
        return _BLANKS
    if tidy.lstrip("+-").casefold() in {"nan", "inf", "infinity", "n/a", "na", "-", "none", "null"}:
        return "leave the cell empty where there is no value"
    if "%" in tidy:
        return "write 5 % as 0.05"
    if "," in tidy or "_" in tidy or "'" in tidy or " " in tidy or "\u00a0" in tidy:
        return "the decimal sign is a dot, and there are no thousands separators: 1234.5"
    if re.fullmatch(r"[+-]?[0-9.]+[eE][+-]?[0-9]+", tidy):
        return "write it out without an exponent"
    if re.fullmatch(r"-?\.[0-9]+|-?[0-9]+\.", tidy):
        return "write digits on both sides of the dot: 0.5"
    return "digits, and a dot before decimals: 1234.5"


def parse_number(text: object) -> object:
    """Return a decimal exactly as written: digits, a dot before decimals, no separators, no exponent."""
    if not isinstance(text, str):
        return text
    if _NUMBER.fullmatch(text):
        return Decimal(text)
    raise _wrong("a number", _number_hint(text))


def parse_integer(text: object) -> object:
    """Return a whole number: digits only."""
    if not isinstance(text, str):
        return text
    if _INTEGER.fullmatch(text):
        return int(text)
    hint = "write it without decimals" if _NUMBER.fullmatch(text) else _number_hint(text)
    raise _wrong("a whole number", hint)


def parse_flag(text: object) -> object:
    """Return ``true`` or ``false`` (or in capitals, as spreadsheets save them)."""
    if not isinstance(text, str):
        return text
    if text in _FLAGS:
        return _FLAGS[text]
    raise _wrong("true or false", _BLANKS if text.strip() in _FLAGS else "")


def parse_currency(text: object) -> object:
    """Return an ISO 4217 code as it is."""
    if not isinstance(text, str) or text in MINOR_DIGITS:
        return text
    if text.strip() in MINOR_DIGITS:
        raise _wrong("an ISO 4217 currency code", _BLANKS)
    if text in REPLACED:
        raise _wrong("a current ISO 4217 currency code", f"{text} was replaced by {REPLACED[text]}")
    raise _wrong("an ISO 4217 currency code", _meant_currency(text))


@lru_cache(maxsize=1000)
def _meant_currency(text: str) -> str:
    return did_you_mean(text, MINOR_DIGITS)


def parse_period(text: object, info: ValidationInfo) -> object:
    """Return the label of a period; the validation context tells the case's frequency, if it is known."""
    if not isinstance(text, str):
        return text
    found = frequency_of(text)
    wanted: Frequency | None = (info.context or {}).get("frequency")
    if found is not None and (wanted is None or found == wanted):
        return text
    example = EXAMPLES[wanted] if wanted else "2027, 2027H1, 2027Q3 or 2027-05"
    expected = f"a period such as {example}" + (f" (frequency {wanted})" if wanted else "")
    if text.strip() != text:
        raise _wrong(expected, _BLANKS)
    if found is not None:
        raise _wrong(expected, frequency_hint(text, found, wanted))
    raise _wrong(expected, "periods are labels, not dates")


def frequency_hint(text: str, found: Frequency, wanted: Frequency | None) -> str:
    """Say what to do about a period label of another frequency than the case's."""
    told = f"'{text}' is a label of frequency {found}"
    if wanted is None:
        return told
    finer = PERIODS_PER_YEAR[wanted] > PERIODS_PER_YEAR[found]
    write = f"{'such as ' if finer else ''}{converted(text, found, wanted)}"
    return f'{told}, the case has frequency {wanted}: write {write}, or set frequency = "{found}" in case.toml'


Label = Annotated[str, BeforeValidator(parse_label), Kind("label", "a name")]
Selector = Annotated[str, BeforeValidator(parse_label), Kind("selector", "a name, a group or a kind")]
Reference = Annotated[
    str, BeforeValidator(parse_reference), Kind("reference", "'initiative/milestone' or 'initiative'")
]
Name = Annotated[str, BeforeValidator(parse_name), Kind("text", "text")]
Text = Annotated[str, BeforeValidator(parse_text), Kind("text", "text")]
Currency = Annotated[str, BeforeValidator(parse_currency), Kind("currency", "an ISO 4217 currency code")]
Period = Annotated[str, BeforeValidator(parse_period), Kind("period", "a period")]
Flag = Annotated[bool, BeforeValidator(parse_flag), Kind("boolean", "true or false")]

_AS_NUMBER = BeforeValidator(parse_number)
_NUMBER_KIND = Kind("number", "a number")
Number = Annotated[Decimal, _AS_NUMBER, _NUMBER_KIND]
NonNegative = Annotated[Decimal, Field(ge=0), _AS_NUMBER, _NUMBER_KIND]
Positive = Annotated[Decimal, Field(gt=0), _AS_NUMBER, _NUMBER_KIND]
Share = Annotated[Decimal, Field(ge=0, le=1), _AS_NUMBER, _NUMBER_KIND]
PositiveShare = Annotated[Decimal, Field(gt=0, le=1), _AS_NUMBER, _NUMBER_KIND]
Correlation = Annotated[Decimal, Field(ge=-1, le=1), _AS_NUMBER, _NUMBER_KIND]
YearlyRate = Annotated[Decimal, Field(gt=-1, le=1), _AS_NUMBER, _NUMBER_KIND]
Volatility = Annotated[Decimal, Field(ge=0, le=5), _AS_NUMBER, _NUMBER_KIND]

_AS_INTEGER = BeforeValidator(parse_integer)
_INTEGER_KIND = Kind("integer", "a whole number")
Count = Annotated[int, Field(ge=0), _AS_INTEGER, _INTEGER_KIND]
Periods = Annotated[int, Field(ge=0, le=MOST_PERIODS), _AS_INTEGER, _INTEGER_KIND]
Duration = Annotated[int, Field(ge=1, le=MOST_PERIODS), _AS_INTEGER, _INTEGER_KIND]
Ordinal = Annotated[int, Field(ge=1), _AS_INTEGER, _INTEGER_KIND]


def column(
    description: str, default: Any = ..., *, example: str, feeds: str = "sets", unit: str = "", refers: str = ""
) -> Any:
    """Describe a column: one sentence, its default (``...`` = required), an example, unit, rules and references.

    ``feeds`` names the rules of the model in which the column stands, separated by commas, as in
    :data:`fundalign.inputs.rules.RULES`. ``refers`` is ``funder``, ``party``, ``initiative``, ``milestone``
    (with the row's initiative), ``stage``, or a selector: ``funders``, ``sources``, ``initiatives``,
    ``parties``, ``each`` (parties or the word each).
    """
    return Field(
        default,
        description=description,
        json_schema_extra={"unit": unit, "refers": refers, "example": example, "feeds": feeds},
    )
