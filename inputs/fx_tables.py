"""Estimated rates as tables of a case: which currencies a case means, and currencies.csv and correlations.csv."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .assemble import UNREADABLE, RawCase
from .faults import Fault, InputError, UsageError
from .fx_estimate import Estimates
from .parsing import ParsedTable, parse_table
from .read import read_raw
from .rows import Row
from .settings import FILE as CASE
from .tables import CorrelationRow, CurrencyRow
from .texts import table_text
from .toml import parse_settings

FILES: Final = ("currencies.csv", "correlations.csv")
_NAMING: Final = ("funders", "parties", "initiatives")


@dataclass(frozen=True)
class CaseMoney:
    """The money of a case: its base currency, the others it names, and its rows of currencies.csv by currency."""

    base: str
    currencies: tuple[str, ...]
    rows: dict[str, CurrencyRow]


def read_money(path: str | Path) -> CaseMoney:
    """Read what a case says of currencies, though it may lack their rates; ``InputError`` where that is faulty.

    Of the tables that name currencies only these columns are judged, so that a case without currencies.csv will do.
    """
    raw = read_raw(path)
    if raw.settings is None:
        raise UsageError(f"{path} has no {CASE if raw.places is None else 'sheet case'}")
    parsed, wrong, doubtful = parse_settings(raw.settings)
    faults = [fault for fault in raw.faults if fault.file == CASE or fault.sheet is not None]
    if raw.settings is not UNREADABLE and "currency" in doubtful:
        faults += [fault for fault in wrong if fault.column == "currency"]
    named: dict[str, None] = {}
    rows: dict[str, CurrencyRow] = {}
    for name in ("currencies", *_NAMING):
        table, told = _table(raw, name)
        faults += told
        for row in (*table.rows, *(row for _, row in table.partial)):
            if isinstance(row, CurrencyRow) and not told:
                rows[row.currency] = row
            code = getattr(row, "currency", None)
            named |= {code: None} if code else {}
    if faults:
        raise InputError(faults if raw.places is None else raw.places.read(faults))
    named.pop(parsed.currency, None)
    return CaseMoney(parsed.currency, tuple(named), rows)


def _table(raw: RawCase, name: str) -> tuple[ParsedTable, list[Fault]]:
    """Return a table as far as it could be read, with the faults of its form and of what it says of currencies."""
    if name not in raw.tables:
        return ParsedTable(), []
    table = parse_table(raw.tables[name], None)
    judged = name == "currencies"
    form = [fault for fault in raw.faults if fault.file == f"{name}.csv"]
    form = [fault for fault in form if judged or fault.column in (None, "currency")]
    wrong = [fault for fault in table.faults if judged or fault.column == "currency"]
    return table, [*form, *wrong]


def tables_of(estimates: Estimates, money: CaseMoney | None) -> tuple[list[CurrencyRow], list[CorrelationRow]]:
    """Return the rows to write: hedge costs, and currencies that are not estimated, are kept as the case has them."""
    kept = {} if money is None else money.rows
    found = dict(kept)
    for each in estimates.currencies:
        old = kept.get(each.currency)
        found[each.currency] = CurrencyRow(
            currency=each.currency,
            rate=each.rate,
            volatility=each.volatility,
            hedge_cost=None if old is None else old.hedge_cost,
        )
    pairs = [
        CorrelationRow(currency_a=a, currency_b=b, correlation=value)
        for (a, b), value in estimates.correlations.items()
    ]
    return list(found.values()), pairs


def refuse_tables(folder: Path, *, force: bool) -> None:
    """Raise ``UsageError`` where the tables cannot be written or are there already (unless ``force``)."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is not a folder")
    there = [name for name in FILES if (folder / name).exists()]
    if there and not force:
        raise UsageError(f"{folder} has {' and '.join(there)} already; --force replaces them")


def write_tables(folder: Path, rows: list[CurrencyRow], pairs: list[CorrelationRow]) -> list[Path]:
    """Write both tables, each complete or not at all, and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    tables: list[tuple[str, type[Row], list[CurrencyRow] | list[CorrelationRow]]] = [
        (FILES[0], CurrencyRow, rows),
        (FILES[1], CorrelationRow, pairs),
    ]
    for name, model, of in tables:
        beside = folder / f".{name}.part"
        beside.write_text(table_text(model, of), encoding="utf-8", newline="\n")
        beside.replace(folder / name)
        written.append(folder / name)
    return written
