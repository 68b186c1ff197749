"""Rates of an SDMX-CSV file as currencies.csv and rates.csv of a case: which observation becomes which rate.

The reference rate is the observation at a time asked for, or the last one before the plan begins. Where the file has
the case's own frequency, the observations within the plan become planning rates (rates.csv). Rates are base currency
per one unit, to a stated number of significant digits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Final, get_args

from .faults import Fault, InputError, UsageError, did_you_mean
from .files import decode, load, read_csv
from .fx_tables import read_money
from .import_sdmx import FREQUENCIES, Sdmx, inverted
from .money import MINOR_DIGITS
from .parsing import parse_table
from .periods import Frequency, label_of, ordinal
from .settings import FILE as CASE
from .settings import Settings
from .tables import CurrencyRow, RateRow
from .texts import table_text
from .toml import load_toml, parse_settings

FILES: Final = ("currencies.csv", "rates.csv")


@dataclass(frozen=True)
class Target:
    """The case that gets the rates: its base currency, the others it names, its horizon, the rows it has."""

    base: str
    currencies: tuple[str, ...] = ()
    frequency: Frequency | None = None
    first: int = 0
    periods: int = 0
    rows: Mapping[str, CurrencyRow] = field(default_factory=dict)
    rates: tuple[RateRow, ...] = ()


@dataclass(frozen=True)
class Wanted:
    """What is asked of a file: its series (``FREQ.EXR_TYPE.EXR_SUFFIX``), the time of the reference rate, digits."""

    series: str | None = None
    planning: str | None = None
    at: str | None = None
    digits: int = 12


@dataclass(frozen=True)
class Found:
    """The rows to write, with the series and the time each reference rate is of, and what is not in the file."""

    currencies: list[CurrencyRow]
    rates: list[RateRow]
    series: str
    planning: str | None
    times: Mapping[str, str]
    kept: tuple[str, ...]


def target_of(folder: Path, base: str | None) -> Target:
    """Return what a folder says of money, of a new one the base asked for; ``InputError`` where it is faulty."""
    if not (folder / CASE).is_file():
        if base is not None and base not in MINOR_DIGITS:
            raise UsageError(
                f"--base {base}: no ISO 4217 currency code; {did_you_mean(base, MINOR_DIGITS, 'such as EUR')}"
            )
        return Target(base or "EUR")
    money = read_money(folder)
    if base not in (None, money.base):
        raise UsageError(f"--base {base}: the base currency of {folder} is {money.base}")
    data, _ = load(folder / CASE)
    settings, faults, doubtful = _settings(data or b"")
    if doubtful & {"frequency", "first_period", "periods"}:
        raise InputError(faults)
    rates: tuple[RateRow, ...] = ()
    if (folder / FILES[1]).is_file():
        data, wrong = load(folder / FILES[1])
        text, badly = decode(data or b"", FILES[1])
        raw, form = read_csv("rates", text)
        table = parse_table(raw, settings.frequency)
        if faults := [*wrong, *badly, *form, *table.faults]:
            raise InputError(faults)
        rates = tuple(row for row in table.rows if isinstance(row, RateRow))
    first = ordinal(settings.first_period, settings.frequency)
    return Target(money.base, money.currencies, settings.frequency, first, settings.periods, money.rows, rates)


def _settings(data: bytes) -> tuple[Settings, list[Fault], set[str]]:
    text, badly = decode(data, CASE)
    raw, syntax = load_toml(text, CASE)
    parsed, wrong, doubtful = parse_settings(raw)
    return parsed, [*badly, *syntax, *wrong], set(doubtful)


def _series(sdmx: Sdmx, asked: str | None, option: str, of: Mapping[str, object]) -> str:
    """Return the series asked for, or the only one."""
    if asked is None and len(of) == 1:
        return next(iter(of))
    if asked in of:
        return asked or ""
    known = ", ".join(sorted(of))
    if asked is None:
        raise UsageError(f"{sdmx.file} has several series ({known}); say which with {option}")
    raise UsageError(f"{option} {asked}: {sdmx.file} has no such series; it has {known}")


def rates_of(sdmx: Sdmx, target: Target, wanted: Wanted) -> Found:
    """Return the rows that a file gives a case; ``InputError`` names every rate that it should have and lacks."""
    series = _series(sdmx, wanted.series, "--series", sdmx.series)
    wide = [frequency for frequency, own in FREQUENCIES.items() if own == target.frequency]
    fits = {name: of for name, of in sdmx.series.items() if name.split(".")[0] in wide}
    planning = None
    if wanted.planning is not None:
        planning = _series(sdmx, wanted.planning, "--planning", sdmx.series)
        if planning not in fits:
            raise UsageError(f"--planning {planning}: its frequency is not that of the case, {target.frequency}")
    elif series in fits:
        planning = series
    faults: list[Fault] = []
    if target.base != sdmx.denominator and target.base not in sdmx.series[series]:
        hint = f"export it, too, so that rates in {sdmx.denominator} can be told in {target.base}"
        raise InputError([Fault(sdmx.file, None, "CURRENCY", None, f"a series of {target.base}, the base", hint)])
    known = {*sdmx.series[series], sdmx.denominator} - {target.base}
    codes = [code for code in target.currencies if code in known] if target.currencies else sorted(known)
    times: dict[str, str] = {}
    rows = dict(target.rows)
    for code in codes:
        time = _reference_time(sdmx, series, code, target, wanted)
        if time is None:
            said = wanted.at or "before the plan begins"
            faults.append(
                Fault(sdmx.file, None, code, None, f"a rate of {code} in {target.base}, {said}", "or use --at")
            )
            continue
        times[code] = time
        rows[code] = _with_rate(rows.get(code), code, _rate(sdmx, series, code, target.base, time, wanted.digits))
    if faults:
        raise InputError(faults)
    if not times:
        raise InputError([Fault(sdmx.file, None, "CURRENCY", None, "a currency that the case names", "")])
    rates = [] if planning is None else _planning_rates(sdmx, planning, codes, target, wanted.digits)
    new = {(row.currency, row.period) for row in rates}
    rates = [*(row for row in target.rates if (row.currency, row.period) not in new), *rates]
    kept = tuple(code for code in target.currencies if code not in times)
    return Found(list(rows.values()), rates, series, planning, times, kept)


def _with_rate(row: CurrencyRow | None, code: str, rate: Decimal) -> CurrencyRow:
    """Return a row with the new rate and what else it said."""
    return CurrencyRow(currency=code, rate=rate) if row is None else row.model_copy(update={"rate": rate})


def _rate(sdmx: Sdmx, series: str, code: str, base: str, time: str, digits: int) -> Decimal:
    value, over = sdmx.at(series, code, time), sdmx.at(series, base, time)
    assert value is not None
    assert over is not None
    return inverted(value, over, digits)


def _times(sdmx: Sdmx, series: str, code: str, base: str) -> list[str]:
    """Return the times at which a currency can be told in the base, in order."""
    sides = [set(sdmx.series[series].get(each, ())) for each in (code, base) if each != sdmx.denominator]
    return sorted(set.intersection(*sides)) if sides else []


def _reference_time(sdmx: Sdmx, series: str, code: str, target: Target, wanted: Wanted) -> str | None:
    times = _times(sdmx, series, code, target.base)
    if wanted.at is not None:
        return wanted.at if wanted.at in times else None
    if target.frequency is None:
        return times[-1] if times else None
    start = int(label_of(target.first * _months(target.frequency), "M").replace("-", ""))
    before = [time for time in times if _month(time) < start]
    return before[-1] if before else None


def _months(frequency: Frequency) -> int:
    return {"Y": 12, "H": 6, "Q": 3, "M": 1}[frequency]


def _month(time: str) -> int:
    """Return the last month of a time as a number such as 202611."""
    year, _, rest = time.partition("-")
    if not rest:
        return int(year) * 100 + 12
    if rest[0] in "QHS":
        return int(year) * 100 + int(rest[1]) * (3 if rest[0] == "Q" else 6)
    return int(year) * 100 + int(rest[:2])


def _label(time: str, frequency: Frequency) -> str:
    """Return an SDMX time of the case's frequency as the label of a period."""
    assert frequency in get_args(Frequency)
    return time.replace("-", "").replace("S", "H") if frequency in ("H", "Q") else time


def _planning_rates(sdmx: Sdmx, series: str, codes: list[str], target: Target, digits: int) -> list[RateRow]:
    rows = []
    assert target.frequency is not None
    for code in codes:
        for time in _times(sdmx, series, code, target.base):
            label = _label(time, target.frequency)
            if 0 <= ordinal(label, target.frequency) - target.first < target.periods:
                rate = _rate(sdmx, series, code, target.base, time, digits)
                rows.append(RateRow(currency=code, period=label, rate=rate))
    return rows


def rate_files(found: Found) -> dict[str, str]:
    """Return the text of the tables to write, by file name; rates.csv only where there are planning rates."""
    files = {FILES[0]: table_text(CurrencyRow, found.currencies)}
    if found.rates:
        files[FILES[1]] = table_text(RateRow, found.rates)
    return files


def export_sdmx(
    base: str, reference: Mapping[str, Decimal], planning: Mapping[tuple[str, str], Decimal], at: str
) -> str:
    """Return rates as SDMX-CSV: reference rates of one day, planning rates by ``(currency, SDMX time)``.

    Values are units per one of the base, to 15 significant digits: a rate of up to 12 comes back as it was.
    """
    header = "KEY,FREQ,CURRENCY,CURRENCY_DENOM,EXR_TYPE,EXR_SUFFIX,TIME_PERIOD,OBS_VALUE,OBS_STATUS,UNIT_MULT,TITLE"
    lines = [header]
    for code, rate in reference.items():
        lines.append(_line("D", code, base, at, rate, "reference rate"))
    for (code, time), rate in planning.items():
        frequency = "A" if "-" not in time else {"Q": "Q", "H": "H"}.get(time.split("-")[1][0], "M")
        lines.append(_line(frequency, code, base, time, rate, "planning rate"))
    return "\n".join(lines) + "\n"


def _line(frequency: str, code: str, base: str, time: str, rate: Decimal, title: str) -> str:
    value = format(inverted(rate, Decimal(1), 15), "f")
    key = f"EXR.{frequency}.{code}.{base}.SP00.A"
    return f"{key},{frequency},{code},{base},SP00,A,{time},{value},A,0,{title}"
