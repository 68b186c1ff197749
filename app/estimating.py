"""What the command `fx` does: from a case and a history to the two tables, and to the terminal."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

from rich.table import Table

from ..inputs.faults import InputError
from ..inputs.fx_estimate import Estimates, stale
from ..inputs.fx_history import History
from ..inputs.fx_tables import CaseMoney, read_money, refuse_tables, tables_of, write_tables
from ..inputs.texts import to_text
from .console import Talk
from .errors import invalid_input
from .exits import Exit
from .folders import case_path
from .fx_request import Request, base_of, estimates_of, history_for
from .tables import fill, new_table

WHOLE_MATRIX = 8
SHOWN_PAIRS = 12


def estimate_tables(talk: Talk, request: Request, output: Path | None, *, force: bool) -> int:
    """Estimate, write (where a folder is given) and show; every refusal comes before anything is written."""
    if output is not None:
        refuse_tables(output, force=force)
    money = None if request.case is None else read_money(case_path(request.case))
    base = base_of(request, money)
    try:
        history = history_for(request, base)
        estimates = estimates_of(request, history, base, money)
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
