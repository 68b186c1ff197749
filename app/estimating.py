"""What the command `fx` does: from a case and a history to the two tables, and to the terminal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Literal

from rich.table import Table

from ..inputs.faults import InputError, UsageError, did_you_mean
from ..inputs.fx_estimate import LEAST, STALE_DAYS, Estimates, FxOptions, estimate, stale
from ..inputs.fx_history import History, ecb_history, read_history
from ..inputs.fx_tables import CaseMoney, read_money, refuse_tables, tables_of, write_tables
from ..inputs.money import MINOR_DIGITS
from ..inputs.texts import to_text
from .console import Talk
from .errors import invalid_input
from .exits import Exit
from .folders import case_path
from .tables import fill, new_table

WHOLE_MATRIX = 8
SHOWN_PAIRS = 12


@dataclass(frozen=True)
class Request:
    """What was asked for on the command line."""

    case: str | None
    base: str | None
    currencies: tuple[str, ...] | None
    rates: Path | None
    inverse: bool
    quoted_in: str | None
    method: Literal["sample", "ewma"]
    decay: float
    shrinkage: float
    shrink_to: Literal["constant", "identity"]
    floor: float
    since: date | None
    until: date | None


def estimate_tables(talk: Talk, request: Request, output: Path | None, *, force: bool) -> int:
    """Estimate, write (where a folder is given) and show; every refusal comes before anything is written."""
    if output is not None:
        refuse_tables(output, force=force)
    money = None if request.case is None else read_money(case_path(request.case))
    base = _base(request, money)
    try:
        history = _history(request, base)
        estimates = _estimates(request, history, base, money)
    except InputError as error:
        return invalid_input(talk, error, "the history")
    old = None if request.until else stale(history, date.today())
    warnings = [*([old] if old else []), *estimates.warnings, *_kept(estimates, money)]
    for warning in warnings:
        talk.log.warning(warning)
    rows, pairs = tables_of(estimates, money)
    files = [] if output is None else [str(path) for path in write_tables(output, rows, pairs)]
    if talk.wants_json:
        talk.data(_as_json(history, estimates, money, warnings, files))
    else:
        talk.show(_currencies_table(history, estimates), *_correlations_table(estimates))
        talk.show(f"\nwritten: {', '.join(files)}" if files else "\nnothing is written without -o DIR")
    return Exit.DONE


def _base(request: Request, money: CaseMoney | None) -> str:
    """Return the base currency of the case or of --base, which must not differ."""
    if money is not None and request.base not in (None, money.base):
        raise UsageError(f"--base {request.base}: the base currency of the case is {money.base}")
    base = money.base if money is not None else request.base
    if base is None:
        raise UsageError("give a CASE or --base, such as --base EUR --currencies USD,JPY")
    for option, code in (("--base", base), ("--quoted-in", request.quoted_in)):
        if code is not None and code not in MINOR_DIGITS:
            raise UsageError(f"{option} {code}: no ISO 4217 currency code; {did_you_mean(code, MINOR_DIGITS)}")
    if request.rates is None and (request.inverse or request.quoted_in):
        raise UsageError("--quoted and --quoted-in say how the FILE of --rates is quoted; the ECB's is known")
    if request.since and request.until and request.since >= request.until:
        raise UsageError(f"--since {request.since} is not before --until {request.until}")
    return base


def _history(request: Request, base: str) -> History:
    """Return the history asked for, which must know the base."""
    if request.rates is None:
        history = ecb_history()
    else:
        history = read_history(request.rates, request.quoted_in or base, inverse=request.inverse)
    if not history.knows(base):
        raise UsageError(f"{history.source} has no rates of the base currency {base}")
    return history


def _estimates(request: Request, history: History, base: str, money: CaseMoney | None) -> Estimates:
    options = FxOptions(
        request.method,
        request.decay,
        request.shrinkage,
        request.shrink_to,
        Decimal(repr(request.floor)),
        request.since,
        request.until,
    )
    found = estimate(history, base, _wanted(request, history, base, money), options)
    lacking = [] if money is not None and request.currencies is None else found.lacking
    if lacking:
        window = f"from {found.since} to {found.until}"
        raise UsageError(f"{', '.join(lacking)}: fewer than {LEAST + 1} days with a rate in {base} {window}")
    if not found.currencies:
        raise UsageError(f"{history.source} has no rates of what was asked for: nothing to estimate")
    return found


def _wanted(request: Request, history: History, base: str, money: CaseMoney | None) -> list[str]:
    """Return the currencies to estimate: as listed, those of the case, or all still quoted."""
    if request.currencies is not None:
        for code in request.currencies:
            if code == base or not history.knows(code):
                known = [*history.quotes, history.pivot]
                hint = "it is the base currency" if code == base else did_you_mean(code, known)
                raise UsageError(f"--currencies {code}: {history.source} has no rates of it in {base}; {hint}")
        return list(request.currencies)
    if money is not None:
        if not money.currencies:
            raise UsageError(f"the case names no currency other than its base, {base}")
        return list(money.currencies)
    until = min(request.until or history.last, history.last)
    recent = until - timedelta(days=STALE_DAYS)
    codes = sorted({*history.quotes, history.pivot} - {base})
    return [code for code in codes if any(recent <= day <= until for day in history.days(code, base))]


def _kept(estimates: Estimates, money: CaseMoney | None) -> list[str]:
    """Return warnings of currencies of the case that are not estimated."""
    if money is None:
        return []
    done = {each.currency for each in estimates.currencies}
    left = [code for code in money.currencies if code not in done]
    kept = "its row of currencies.csv is kept, without correlations"
    missing = "it needs a row of its own in currencies.csv"
    return [
        f"{code}: {'too few rates in the history' if code in estimates.lacking else 'not asked for'}; "
        f"{kept if code in money.rows else missing}"
        for code in left
    ]


def _as_json(
    history: History, estimates: Estimates, money: CaseMoney | None, warnings: list[str], files: list[str]
) -> dict[str, object]:
    rows, pairs = tables_of(estimates, money)
    known = {each.currency: each for each in estimates.currencies}
    currencies: list[dict[str, object]] = []
    for row in rows:
        each = known.get(row.currency)
        currencies.append(
            {
                "currency": row.currency,
                "rate": to_text(row.rate),
                "volatility": to_text(row.volatility),
                "hedge_cost": None if row.hedge_cost is None else to_text(row.hedge_cost),
                "estimated": None if each is None else round(each.estimated, 6),
                "returns": None if each is None else each.returns,
                "first": None if each is None else str(each.first),
                "last": None if each is None else str(each.last),
            }
        )
    return {
        "source": history.source,
        "base": estimates.base,
        "since": str(estimates.since),
        "until": str(estimates.until),
        "currencies": currencies,
        "correlations": [
            {"currency_a": p.currency_a, "currency_b": p.currency_b, "correlation": to_text(p.correlation)}
            for p in pairs
        ],
        "drawn": estimates.drawn,
        "warnings": warnings,
        "files": files,
    }


def _currencies_table(history: History, estimates: Estimates) -> Table:
    title = f"{history.source}, {estimates.since} to {estimates.until}: {estimates.base} per unit"
    table = new_table(title, ["currency", "note"], ["rate", "volatility", "returns", "first", "last"])
    rows = [
        [
            each.currency,
            f"floor; {each.estimated:.4f} estimated" if each.volatility > Decimal(f"{each.estimated:.4f}") else "",
            to_text(each.rate),
            to_text(each.volatility),
            f"{each.returns:,}",
            str(each.first),
            str(each.last),
        ]
        for each in estimates.currencies
    ]
    return fill(table, rows, "currencies.csv")


def _correlations_table(estimates: Estimates) -> list[Table]:
    """Return the whole matrix of few currencies, the strongest pairs of many."""
    codes = [each.currency for each in estimates.currencies]
    values = estimates.correlations
    if not values:
        return []
    if len(codes) <= WHOLE_MATRIX:
        table = new_table("correlations", ["currency"], codes[:-1])
        for place, code in enumerate(codes[1:], start=1):
            cells = [to_text(values.get((other, code), Decimal(0))) for other in codes[:place]]
            table.add_row(code, *cells)
        return [table]
    table = new_table("strongest correlations", ["pair"], ["correlation"])
    strongest = sorted(values, key=lambda pair: -abs(values[pair]))
    rows = [["-".join(pair), to_text(values[pair])] for pair in strongest]
    return [fill(table, rows, "correlations.csv", SHOWN_PAIRS)]
