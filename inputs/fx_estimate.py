"""Volatilities and correlations of log rates from a history, as the tables of a case want them.

With x the rate in base currency on the days it is quoted, r = ln(x_k / x_{k−1}) the n returns over Y years (calendar
days between first and last quote / 365.25), and m = Σ r / n:

    sample      σ² = Σ (r − m)² / (n − 1) · n / Y
    ewma        σ² = Σ λ^(n−k) r_k² / Σ λ^(n−k) · n / Y            (RiskMetrics 1996: the mean is taken as 0)
    correlation likewise, from the returns between days on which both are quoted
    shrunk      ρ' = (1 − w)·ρ + w·target; target: no correlation, or the mean of all pairs (constant correlation)

Volatilities below the floor are set to it (a peg may break). What is written is rounded to four digits and positive
semidefinite: where rounding, or pairs quoted on different days, leave it otherwise, it is drawn towards no correlation
by the least tenths of a per cent that will do. Sources: J.P. Morgan/Reuters, RiskMetrics Technical Document (1996);
Ledoit and Wolf, Honey, I shrunk the sample covariance matrix (2004), for the constant correlation as target.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from .correlations import is_possible, matrix_of
from .faults import Fault, InputError
from .fx_history import History

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST: Final = 30
"""Fewer returns than these tell nothing."""
YEAR: Final = 365.25
STALE_DAYS: Final = 10
OLD_DAYS: Final = 60
GAP_DAYS: Final = 30
JUMP: Final = 0.25
MOST: Final = 5
"""The largest volatility per year that a case may have."""
_STILL: Final = 1e-9

Method = Literal["sample", "ewma"]
Target = Literal["constant", "identity"]


@dataclass(frozen=True)
class FxOptions:
    """How to estimate: ``decay`` is λ of ewma per quote, ``shrinkage`` the weight w of the target, ``floor`` per year.

    ``since`` and ``until`` bound the days; by default the ten years that end with the last day of the history.
    """

    method: Method = "sample"
    decay: float = 0.997
    shrinkage: float = 0.0
    target: Target = "constant"
    floor: Decimal = Decimal("0.01")
    since: date | None = None
    until: date | None = None

    def window(self, history: History) -> tuple[date, date]:
        """Return the first and the last day that count."""
        until = min(self.until or history.last, history.last)
        return self.since or until - timedelta(days=round(10 * YEAR)), until


@dataclass(frozen=True)
class Estimate:
    """One currency: the rate of its last day, its volatility as written and as estimated, and from what."""

    currency: str
    rate: Decimal
    volatility: Decimal
    estimated: float
    returns: int
    first: date
    last: date


@dataclass(frozen=True)
class Estimates:
    """What a history says: ``lacking`` names currencies with too few quotes, ``drawn`` is what made it possible."""

    base: str
    since: date
    until: date
    currencies: tuple[Estimate, ...]
    correlations: dict[tuple[str, str], Decimal]
    drawn: float
    lacking: tuple[str, ...]
    warnings: tuple[str, ...]


def quoted(history: History, base: str, code: str, options: FxOptions) -> list[date]:
    """Return the days of the window on which a currency can be told in the base."""
    since, until = options.window(history)
    return [day for day in history.days(code, base) if since <= day <= until] if history.knows(code) else []


def estimate(history: History, base: str, currencies: Sequence[str], options: FxOptions) -> Estimates:
    """Estimate volatilities and correlations of currencies other than the base, in the order given.

    ``InputError`` names every currency whose rates cannot be meant.
    """
    since, until = options.window(history)
    found: list[Estimate] = []
    series: dict[str, dict[date, float]] = {}
    warnings: list[str] = []
    lacking: list[str] = []
    for code in dict.fromkeys(currencies):
        days = quoted(history, base, code, options)
        if len(days) <= LEAST:
            lacking.append(code)
            continue
        logs = {day: float(np.log(float(history.rate(code, base, day)))) for day in days}
        series[code] = logs
        found.append(_single(code, history.rate(code, base, days[-1]), logs, options))
        warnings += [*_gaps(code, days, since, until), *_jumps(code, logs)]
    if wild := [_wild(history.source, each, series[each.currency]) for each in found if each.estimated > MOST]:
        raise InputError(wild)
    matrix, thin = _correlations(series, options)
    warnings += thin
    values, drawn = possible(list(series), matrix)
    if drawn:
        warnings.append(f"correlations drawn towards 0 by {drawn:.1%}, so that all can hold at once")
    return Estimates(base, since, until, tuple(found), values, drawn, tuple(lacking), tuple(warnings))


def _wild(source: str, each: Estimate, logs: dict[date, float]) -> Fault:
    """Return the fault of a currency that moves more than any can, with its largest step."""
    one, two = max(pairwise(logs), key=lambda pair: abs(logs[pair[1]] - logs[pair[0]]))
    hint = f"is some rate of it misplaced? It changes by a factor of {np.exp(logs[two] - logs[one]):.3g} on {two}"
    return Fault(source, None, each.currency, f"{each.estimated:.4g}", f"a volatility of at most {MOST} per year", hint)


def stale(history: History, today: date) -> str | None:
    """Return a warning when the history ends long before today."""
    days = (today - history.last).days
    return f"the history ends {history.last}, {days} days ago" if days > OLD_DAYS else None


def _gaps(code: str, days: Sequence[date], since: date, until: date) -> list[str]:
    """Return warnings of a currency whose quotes begin late, end early or have a long gap."""
    found = []
    if (days[0] - since).days > GAP_DAYS:
        found.append(f"{code}: quoted only from {days[0]}")
    found += [
        f"{code}: not quoted between {one} and {two}" for one, two in pairwise(days) if (two - one).days > GAP_DAYS
    ]
    if (until - days[-1]).days > STALE_DAYS:
        found.append(f"{code}: last quoted {days[-1]}; its rate is of that day")
    return found


def _jumps(code: str, logs: dict[date, float]) -> list[str]:
    """Return warnings of quotes that differ so much from the one before that they may be slips."""
    return [
        f"{code}: changes by a factor of {np.exp(logs[two] - logs[one]):.3g} from {one} to {two}"
        for one, two in pairwise(logs)
        if abs(logs[two] - logs[one]) > JUMP
    ]


def _single(code: str, rate: Decimal, logs: dict[date, float], options: FxOptions) -> Estimate:
    days = list(logs)
    returns = np.diff(np.array(list(logs.values())))
    estimated = float(np.sqrt(_moment(returns, returns, options) * _per_year(days)))
    volatility = max(options.floor, Decimal(f"{estimated:.4f}"))
    return Estimate(code, rate, volatility, estimated, len(returns), days[0], days[-1])


def _per_year(days: Sequence[date]) -> float:
    return (len(days) - 1) / ((days[-1] - days[0]).days / YEAR)


def _moment(a: NDArray[np.float64], b: NDArray[np.float64], options: FxOptions) -> float:
    """Return the covariance of two rows of returns, per return."""
    if options.method == "sample":
        return float(((a - a.mean()) * (b - b.mean())).sum() / (len(a) - 1))
    weights = options.decay ** np.arange(len(a) - 1, -1, -1)
    return float((weights * a * b).sum() / weights.sum())


def _correlations(series: dict[str, dict[date, float]], options: FxOptions) -> tuple[NDArray[np.float64], list[str]]:
    """Return the shrunk matrix, and warnings of pairs that are seldom quoted on the same days."""
    codes = list(series)
    matrix = np.eye(len(codes))
    thin = []
    moving: set[int] = set()
    for one, two in combinations(range(len(codes)), 2):
        a, b = series[codes[one]], series[codes[two]]
        days = [day for day in a if day in b]
        if len(days) <= LEAST:
            thin.append(f"{codes[one]}-{codes[two]}: too few days on which both are quoted; taken as uncorrelated")
            continue
        x, y = (np.diff(np.array([of[day] for day in days])) for of in (a, b))
        scale = np.sqrt(_moment(x, x, options) * _moment(y, y, options))
        if scale > _STILL**2:
            moving |= {one, two}
            matrix[one, two] = matrix[two, one] = min(1.0, max(-1.0, _moment(x, y, options) / scale))
    return _shrunk(matrix, sorted(moving), options), thin


def _shrunk(matrix: NDArray[np.float64], moving: list[int], options: FxOptions) -> NDArray[np.float64]:
    """Return the matrix drawn towards its target; currencies that do not move stay uncorrelated."""
    if not options.shrinkage or len(moving) < 2:
        return matrix
    block = np.ix_(moving, moving)
    count = len(moving)
    level = 0.0
    if options.target == "constant":
        level = max((matrix[block].sum() - count) / (count * (count - 1)), -1 / (count - 1))
    target = np.full((count, count), level)
    np.fill_diagonal(target, 1.0)
    drawn = matrix.copy()
    drawn[block] = (1 - options.shrinkage) * matrix[block] + options.shrinkage * target
    return drawn


def possible(codes: list[str], matrix: NDArray[np.float64]) -> tuple[dict[tuple[str, str], Decimal], float]:
    """Return correlations rounded to four digits that a case accepts, zeros left out, and how far they were drawn.

    The check is the case's own, on the values as written.
    """
    for step in range(1001):
        weight = step / 1000
        values = {
            (codes[a], codes[b]): Decimal(f"{(1 - weight) * matrix[a, b]:.4f}")
            for a, b in combinations(range(len(codes)), 2)
        }
        values = {pair: value for pair, value in values.items() if value}
        if is_possible(matrix_of(codes, values)):
            return values, weight
    return {}, 1.0
