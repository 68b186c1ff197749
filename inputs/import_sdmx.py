"""Exchange rates in SDMX-CSV, as the ECB's data portal and other statistical offices hand them out.

One row per observation: units of CURRENCY per one CURRENCY_DENOM, at TIME_PERIOD, of the series
FREQ.EXR_TYPE.EXR_SUFFIX (such as D.SP00.A: daily, spot, average or standardised measure). Columns beyond those read
here, such as DATAFLOW, KEY, OBS_STATUS and TITLE, are attributes and are left alone. Source: SDMX-CSV field guide,
dataflow EXR of the ECB.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal
from pathlib import Path
from typing import Final

from pydantic_core import PydanticCustomError

from .cells import parse_integer, parse_number
from .faults import Fault, InputError, UsageError, did_you_mean
from .files import as_header, count_of_cells, decode, read_records
from .money import MINOR_DIGITS, REPLACED

NEEDED: Final = ("FREQ", "CURRENCY", "CURRENCY_DENOM", "TIME_PERIOD", "OBS_VALUE")
SERIES: Final = ("FREQ", "EXR_TYPE", "EXR_SUFFIX")
MARKS: Final = ("CURRENCY_DENOM", "TIME_PERIOD", "OBS_VALUE")
"""Columns by which a file of rates is known to be SDMX-CSV."""
FREQUENCIES: Final = {"A": "Y", "H": "H", "S": "H", "Q": "Q", "M": "M"}
"""Frequencies of SDMX that planning periods can have, too."""
_TIMES: Final[Mapping[str, re.Pattern[str]]] = {
    "D": re.compile(r"([12][0-9]{3})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])", re.ASCII),
    "B": re.compile(r"([12][0-9]{3})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])", re.ASCII),
    "M": re.compile(r"([12][0-9]{3})-(0[1-9]|1[0-2])", re.ASCII),
    "Q": re.compile(r"([12][0-9]{3})-Q([1-4])", re.ASCII),
    "H": re.compile(r"([12][0-9]{3})-[HS]([12])", re.ASCII),
    "S": re.compile(r"([12][0-9]{3})-[HS]([12])", re.ASCII),
    "A": re.compile(r"([12][0-9]{3})", re.ASCII),
}
_EXAMPLES: Final = {
    "D": "2026-11-27",
    "B": "2026-11-27",
    "M": "2026-11",
    "Q": "2026-Q3",
    "H": "2026-H2",
    "S": "2026-S2",
}
_NONE: Final = ("", "NaN")


@dataclass(frozen=True)
class Observation:
    """Units of a currency per one of the file's denominator, at a time."""

    row: int
    time: str
    value: Decimal


@dataclass
class Sdmx:
    """The observations of a file by series and currency, in the order of time."""

    file: str
    denominator: str = ""
    series: dict[str, dict[str, dict[str, Observation]]] = field(default_factory=dict)

    def at(self, series: str, currency: str, time: str) -> Decimal | None:
        """Return the units per denominator of a currency at a time; 1 for the denominator itself."""
        if currency == self.denominator:
            return Decimal(1)
        found = self.series[series].get(currency, {}).get(time)
        return None if found is None else found.value


def inverted(value: Decimal, base: Decimal, digits: int) -> Decimal:
    """Return base / value to so many significant digits, half to even, without trailing zeros."""
    found = Context(prec=digits, rounding=ROUND_HALF_EVEN).divide(base, value).normalize()
    return found.quantize(Decimal(1)) if found == found.to_integral_value() else found


def read_sdmx(path: Path) -> Sdmx:
    """Return the rates of a file; ``InputError`` lists all its faults, ``UsageError`` if there is no such file."""
    if not path.is_file():
        raise UsageError(f"no such file: {path}")
    text, badly = decode(path.read_bytes(), path.name)
    return sdmx_of(text, path.name, badly)


def sdmx_of(text: str, file: str, badly: Sequence[Fault] = ()) -> Sdmx:
    """Return the rates that a text holds; ``badly`` are faults found in it before."""
    first = text.split("\n", 1)[0].strip("\r")
    separator = max(",;\t|", key=first.count)
    records, malformed = read_records(text, separator, file)
    page = _Page(Sdmx(file), [*badly, *malformed])
    if separator != ",":
        page.fault(
            1, None, separator, "a comma-separated file", "SDMX-CSV separates by commas: choose it when exporting"
        )
    page.read([cell.strip() for cell in records[0]] if records else [], records[1:])
    if not page.faults and not page.found.series:
        page.faults.append(Fault(file, None, "OBS_VALUE", None, "at least one observation", ""))
    if page.faults:
        raise InputError(page.faults)
    for currencies in page.found.series.values():
        for code, of in currencies.items():
            currencies[code] = dict(sorted(of.items()))
    return page.found


def _exists(time: str) -> bool:
    """Return whether a time that is a day is one that the calendar has."""
    try:
        if len(time) == len("2026-11-27"):
            date.fromisoformat(time)
    except ValueError:
        return False
    return True


def is_sdmx(header: Sequence[str]) -> bool:
    """Return whether a header is that of SDMX-CSV exchange rates."""
    return set(MARKS) <= {title.strip().upper() for title in header}


@dataclass
class _Page:
    """A file being read: what it holds, and everything found wrong so far."""

    found: Sdmx
    faults: list[Fault]

    def fault(self, row: int | None, column: str | None, value: str | None, expected: str, hint: str = "") -> None:
        self.faults.append(Fault(self.found.file, row, column, value, expected, hint))

    def read(self, header: Sequence[str], records: Sequence[Sequence[str]]) -> None:
        """Read the rows below a header."""
        missing = [name for name in NEEDED if name not in header]
        for name in missing:
            meant = did_you_mean(name, header, "export the series as SDMX-CSV (ECB data portal: csvdata)")
            self.fault(1, name, None, "this column", meant)
        if missing:
            return
        for number, record in enumerate(records, start=2):
            if not any(record):
                continue
            if len(record) != len(header):
                self.fault(number, None, count_of_cells(len(record)), as_header(len(header)))
                continue
            self._row(number, dict(zip(header, record, strict=True)))

    def _row(self, number: int, cells: Mapping[str, str]) -> None:
        sound = [self._currency(number, name, cells[name]) for name in ("CURRENCY", "CURRENCY_DENOM")]
        pattern = _TIMES.get(cells["FREQ"])
        if pattern is None:
            self.fault(number, "FREQ", cells["FREQ"], f"one of {', '.join(_TIMES)}", "daily, monthly, ..., annual")
        elif not pattern.fullmatch(cells["TIME_PERIOD"]) or not _exists(cells["TIME_PERIOD"]):
            such = f"a time such as {_EXAMPLES.get(cells['FREQ'], '2026')}"
            self.fault(number, "TIME_PERIOD", cells["TIME_PERIOD"], such, f"FREQ is {cells['FREQ']}")
        value = self._value(number, cells)
        if not all(sound) or pattern is None or value is None:
            return
        if not self.found.denominator:
            self.found.denominator = cells["CURRENCY_DENOM"]
        if cells["CURRENCY_DENOM"] != self.found.denominator:
            said = f"{self.found.denominator}, as in the rows above"
            self.fault(number, "CURRENCY_DENOM", cells["CURRENCY_DENOM"], said, "one file, one denominator")
        elif cells["CURRENCY"] == self.found.denominator:
            self.fault(number, "CURRENCY", cells["CURRENCY"], "a currency other than CURRENCY_DENOM", "remove the row")
        else:
            self._keep(number, cells, value)

    def _keep(self, number: int, cells: Mapping[str, str], value: Decimal) -> None:
        name = ".".join(cells[part] for part in SERIES if cells.get(part))
        of = self.found.series.setdefault(name, {}).setdefault(cells["CURRENCY"], {})
        time = cells["TIME_PERIOD"]
        if time in of:
            hint = f"row {of[time].row} says {of[time].value}; keep one of them"
            self.fault(number, "TIME_PERIOD", time, f"one observation of {cells['CURRENCY']} in {name} for it", hint)
        else:
            of[time] = Observation(number, time, value)

    def _currency(self, number: int, column: str, code: str) -> bool:
        if code in MINOR_DIGITS or code in REPLACED:
            return True
        hint = did_you_mean(code, MINOR_DIGITS, "leave indices and effective exchange rates out of the export")
        self.fault(number, column, code, "an ISO 4217 currency code", hint)
        return False

    def _value(self, number: int, cells: Mapping[str, str]) -> Decimal | None:
        """Return the observation, ``None`` where there is none or it is at fault."""
        cell = cells["OBS_VALUE"]
        if cell in _NONE:
            return None
        try:
            value, power = parse_number(cell), parse_integer(cells.get("UNIT_MULT") or "0")
        except PydanticCustomError as error:
            context = error.context or {}
            self.fault(number, "OBS_VALUE", cell, str(context["expected"]), str(context["hint"]))
            return None
        if not isinstance(value, Decimal) or not isinstance(power, int) or value <= 0:
            self.fault(number, "OBS_VALUE", cell, "a number more than 0", "leave it empty where there is no rate")
            return None
        return value.scaleb(power)
