"""The sheet `case`: the settings of case.toml as rows of setting, value and what they mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, get_args

from pydantic_core import PydanticCustomError

from .cells import parse_flag, parse_integer, parse_number
from .faults import Fault, did_you_mean
from .periods import PERIODS_PER_YEAR, Frequency
from .settings import FILE, SECTIONS, Settings
from .texts import settings_data, to_text
from .workbook_cells import Trouble, as_typed, text_of
from .workbook_open import Cell, Sheet
from .workbook_tables import Key, header_of, hidden_warnings, letter_of, merged_faults, rows_of, spread_merged

HEADER: Final = ("part", "setting", "value", "default", "unit", "meaning")
WEIGHTS: Final = "weights."
_PARTS: Final = {
    "": "Case",
    "objective": "Objective",
    "weights": "Weights",
    "buffer": "Currency buffer",
    "solve": "Search",
}
_BOUNDS: Final = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
_TOP: Final = 20


@dataclass(frozen=True)
class Setting:
    """A setting as the sheet lists it; ``kind`` is text, number, integer or boolean, ``default`` empty if required."""

    name: str
    part: str
    kind: str
    required: bool
    default: str
    unit: str
    meaning: str
    choices: tuple[str, ...]
    bounds: tuple[tuple[str, Decimal], ...]


def listed_settings() -> list[Setting]:
    """Return every setting of case.toml in order, without the weights, whose names are the case's own."""
    found = []
    for section, model in SECTIONS.items():
        for name, info in model.model_fields.items():
            extra = info.json_schema_extra
            if not isinstance(extra, dict):
                continue
            choices = tuple(part for part in get_args(info.annotation) if isinstance(part, str))
            plain = getattr(info.annotation, "__name__", "str")
            kind = {"Decimal": "number", "int": "integer", "bool": "boolean"}.get(plain, "text")
            bounds = tuple(
                (key, Decimal(str(getattr(mark, key))))
                for mark in info.metadata
                for key in _BOUNDS
                if getattr(mark, key, None) is not None
            )
            default = "" if info.is_required() else to_text(info.default)
            dotted = f"{section}.{name}" if section else name
            place = (dotted, _PARTS[section], "choice" if choices else kind, info.is_required(), default)
            found.append(Setting(*place, str(extra["unit"]), info.description or "", choices, bounds))
    return found


@dataclass
class TakenSettings:
    """What the sheet says: settings as in TOML, the row of each, the letter of its values, faults and warnings."""

    data: dict[str, Any] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    letters: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    own: dict[Key, Fault] = field(default_factory=dict)
    sound: bool = True


def take_settings(sheet: Sheet) -> TakenSettings:
    """Return the settings of the sheet `case`; above its header there may be titles.

    A value that is no fit is kept as text, so that the check of the settings refuses it; ``own`` says why.
    """
    taken = TakenSettings()
    above = next((row for row in range(1, _TOP) if "setting" in header_of(sheet, row)), None)
    if above is None:
        hint = "such as: setting, value"
        taken.faults.append(Fault(FILE, 1, None, None, "a header row with setting and value", hint))
        taken.sound = False
        return taken
    sheet.merged = [each for each in sheet.merged if each[1][0] >= above]
    spread_merged(sheet)
    titles = header_of(sheet, above)
    taken.letters = {title or f"column {place}": letter_of(place) for place, title in enumerate(titles, start=1)}
    taken.faults = [*_header_faults(titles, above), *merged_faults(sheet, FILE, taken.letters)]
    taken.warnings = hidden_warnings(sheet, {taken.letters[name] for name in titles if name in ("setting", "value")})
    if "value" not in titles:
        taken.sound = False
        return taken
    names, values = titles.index("setting") + 1, titles.index("value") + 1
    frequency = _frequency(sheet, names, values)
    for number, cells in rows_of(sheet, start=above + 1):
        if names in cells or values in cells:
            _take_row(taken, number, cells.get(names), cells.get(values), frequency)
    return taken


def _take_row(
    taken: TakenSettings, number: int, named: Cell | None, value: Cell | None, frequency: Frequency | None
) -> None:
    kinds = {each.name: each.kind for each in listed_settings()}
    name = "" if named is None else text_of(named, "text", None)
    if not isinstance(name, str) or not name:
        shown = name if named is not None else text_of(value or Cell(""), "text", None)
        told = shown.value if isinstance(shown, Trouble) else shown
        taken.faults.append(Fault(FILE, number, "setting", told, "the name of a setting beside its value"))
        return
    if name in taken.rows:
        taken.faults.append(Fault(FILE, number, "setting", name, "every setting once", f"see row {taken.rows[name]}"))
        return
    taken.rows[name] = number
    if name not in kinds and not name.startswith(WEIGHTS):
        hint = did_you_mean(name, kinds, f"or {WEIGHTS}NAME, the weight of a criterion")
        taken.faults.append(Fault(FILE, number, "setting", name, "a known setting", hint))
    elif value is not None:
        kind = kinds.get(name, "number")
        text = text_of(value, "period" if name == "first_period" else kind, frequency)
        if isinstance(value.value, str) and isinstance(text, str):
            text = as_typed(text, kind)
        if text != "":
            _put(taken, name, kind, text)


def _frequency(sheet: Sheet, names: int, values: int) -> Frequency | None:
    """Return the frequency that the sheet states, by which a date in it may be a month."""
    rows = [row for (row, column), cell in sheet.cells.items() if column == names and cell.value == "frequency"]
    stated = [sheet.cells[row, values].value for row in rows if (row, values) in sheet.cells]
    return next((each for each in PERIODS_PER_YEAR if stated and each == stated[0]), None)


def _put(taken: TakenSettings, name: str, kind: str, text: str | Trouble) -> None:
    """Enter a value into the settings as TOML would have it; where it is not fit keep the text and say why."""
    section, dot, key = name.partition(".")
    target, key = (taken.data.setdefault(section, {}), key) if dot else (taken.data, name)
    parsers = {"number": parse_number, "integer": parse_integer, "boolean": parse_flag}
    if isinstance(text, Trouble):
        taken.own[FILE, None, name] = Fault(FILE, None, name, text.value, text.expected, text.hint)
        target[key] = _Unfit(text.value)
        return
    try:
        target[key] = parsers[kind](text) if kind in parsers else text
    except PydanticCustomError as error:
        context = error.context or {}
        told = Fault(FILE, None, name, text, str(context["expected"]), str(context["hint"]))
        taken.own[FILE, None, name] = told
        target[key] = _Unfit(text)


class _Unfit:
    """A value that no setting takes."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        return self.text


def _header_faults(titles: list[str], row: int) -> list[Fault]:
    faults = []
    for place, title in enumerate(titles):
        if title and title not in HEADER:
            faults.append(Fault(FILE, row, title, title, "a known column", did_you_mean(title, HEADER)))
        elif title and title in titles[:place]:
            faults.append(Fault(FILE, row, title, title, "every column once", "this one stands twice in the header"))
    if "value" not in titles:
        faults.append(Fault(FILE, row, "value", None, "this column", "it is required"))
    return faults


def stated_settings(settings: Settings) -> dict[str, object]:
    """Return the settings that are required or not at their defaults, by their names in the sheet."""
    stated = dict(_flat(settings_data(settings)))
    plain = {each.name: each for each in listed_settings()}
    return {
        name: value
        for name, value in stated.items()
        if name not in plain or plain[name].required or to_text(value) != plain[name].default
    }


def _flat(data: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    for key, value in data.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value
