"""Joint scenarios of exchange rates: one draw per scenario for the whole horizon, the same for every funder.

    x[s,c] = σ_c·Σ_d L[c,d]·z[s,d]         L·Lᵀ = correlations, z standard normal; 0 for the base currency
    ℓ[s] (f,c,t) = R(c,t)/R(κ(f),t)·(exp((x[s,c] − x[s,κ(f)])·√years(t)) − 1)

is what one unit of c costs f more in t, in f's currency; below 0 it is a gain. Scenarios come in antithetic pairs: the
second of a pair is the first with its sign changed, so that x averages to nothing exactly (of an odd number the last is
alone). z is the normal quantile of (n + ½)/2⁵³ with n from 53 bits of the PCG64 stream of `seed`, a stream that numpy
never changes; pair after pair, in each the currencies in alphabetical order, so that the order of rows makes no
difference. z and x are fixed at 12 significant digits; x is stored in the run. The *tail* is the worst (1−β)·S of S
scenarios at confidence β. Source: model.md, rule 10; antithetic variates: Hammersley and Morton (1956).
"""

from collections.abc import Sequence
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import cache, cached_property
from math import ceil, sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from ..inputs.case import Case
from .factors import line_currencies, twelve_digits, years

Floats = NDArray[np.float64]
Matrix = tuple[tuple[Decimal, ...], ...]
SINGULAR = Decimal("1e-12")  # a variance left over below which currencies that come earlier explain all of one


def moving(case: Case) -> tuple[str, ...]:
    """Return the currencies of lines and funders that have a volatility, in alphabetical order."""
    used = line_currencies(case) | {row.currency for row in case.funders.values()}
    return tuple(sorted(c for c in used if case.volatility(c) > 0))


def tail_size(case: Case) -> Fraction:
    """Return how many scenarios are the worst ones: (1−β)·S, the last of them in part."""
    buffer = case.settings.buffer
    return (1 - Fraction(buffer.confidence)) * buffer.scenarios


def draws(case: Case) -> dict[str, tuple[str, ...]]:
    """Return {currency: x of every scenario, 12 significant digits as text}; currencies that do not move are absent."""
    names, buffer = moving(case), case.settings.buffer
    volatility = tuple(case.volatility(c) for c in names)
    correlation = tuple(tuple(case.correlation(a, b) for b in names) for a in names)
    rows = _draws(buffer.seed, buffer.scenarios, volatility, correlation)
    return {c: tuple(row[k] for row in rows) for k, c in enumerate(names)}


@cache
def _draws(seed: int, count: int, volatility: tuple[Decimal, ...], correlation: Matrix) -> tuple[tuple[str, ...], ...]:
    """Return x as text, one row per scenario."""
    rows: list[tuple[str, ...]] = []
    with localcontext() as context:
        context.prec = 40
        lines = list(zip(volatility, triangle(correlation), strict=True))
        for z in _normals(seed, (count + 1) // 2, len(volatility)):
            x = [sigma * sum(map(Decimal.__mul__, line, z), Decimal(0)) for sigma, line in lines]
            rows += [tuple(map(twelve_digits, x)), tuple(twelve_digits(-value) for value in x)]
    return tuple(rows[:count])


def _normals(seed: int, pairs: int, currencies: int) -> list[list[Decimal]]:
    """Return independent standard normal numbers, 12 significant digits."""
    raw = np.random.PCG64(seed).random_raw(pairs * currencies).tolist() if currencies else []
    standard = NormalDist()
    z = [Decimal(twelve_digits(standard.inv_cdf(((bits >> 11) + 0.5) / 2**53))) for bits in raw]
    return [z[k * currencies : (k + 1) * currencies] for k in range(pairs)]


def triangle(correlation: Matrix) -> Matrix:
    """Return the lower triangular L with L·Lᵀ = `correlation` (Cholesky).

    Where earlier currencies explain a later one wholly, its own column is zero, so singular matrices are no trouble.
    """
    lower: list[list[Decimal]] = []
    for i, line in enumerate(correlation):
        row = [Decimal(0)] * len(correlation)
        for j in range(i + 1):
            left = line[j] - sum((row[k] * (lower[j] if j < i else row)[k] for k in range(j)), Decimal(0))
            if j == i:
                row[j] = left.sqrt() if left > SINGULAR else Decimal(0)
            elif lower[j][j]:
                row[j] = left / lower[j][j]
        lower.append(row)
    return tuple(map(tuple, lower))


def tail_mean(values: Floats, size: Fraction) -> float:
    """Return the mean of the largest `size` values, the last of them counted in part: their CVaR."""
    whole = int(size)
    ordered = np.sort(values)[::-1]
    rest = float(size - whole) * float(ordered[whole]) if size > whole else 0.0
    return (float(ordered[:whole].sum()) + rest) / float(size)


def comonotone(moves: Sequence[Floats]) -> bool:
    """Tell whether all moves rank the scenarios alike: then CVaRs add up, whatever is unhedged (Dhaene et al. 2002)."""
    order = np.lexsort(tuple(moves))
    return all(bool(np.all(np.diff(move[order]) >= 0)) for move in moves)


def possible_tail(moves: Sequence[Floats], size: Fraction) -> list[int]:
    """Return the scenarios that may be among the worst `size` for some unhedged amounts.

    One with as many scenarios at least as bad in every currency as the tail is large is never needed there.
    """
    table, most = np.column_stack(moves), ceil(size)
    found = []
    for s, line in enumerate(table):
        above = np.all(table >= line, axis=1)
        equal = np.all(table[s:] == line, axis=1)  # of equal ones the earlier come first
        if int(above.sum()) - int(equal.sum()) < most:
            found.append(s)
    return found


class Scenarios:
    """The scenarios of a case as numbers; one funder's view of them."""

    def __init__(self, case: Case) -> None:
        """Remember the case; nothing is drawn before it is asked for."""
        self.case, self.size = case, tail_size(case)
        self._still = np.zeros(case.settings.buffer.scenarios)

    @cached_property
    def _x(self) -> dict[str, Floats]:
        return {c: np.array(texts, dtype=float) for c, texts in draws(self.case).items()}

    def moves(self, funder: str, currency: str) -> Floats:
        """Return x[s,c] − x[s,κ(f)] of every scenario: how c moves against the funder's currency, per √year."""
        own = self.case.funders[funder].currency
        found: Floats = self._x.get(currency, self._still) - self._x.get(own, self._still)
        return found

    def losses(self, funder: str, currency: str, t: int) -> Floats:
        """Return ℓ of every scenario."""
        ratio = float(self.case.rate(currency, t) / self.case.rate(self.case.funders[funder].currency, t))
        found: Floats = ratio * np.expm1(self.moves(funder, currency) * sqrt(years(self.case, funder, t)))
        return found

    def tail_loss(self, funder: str, currency: str, t: int) -> float:
        """Return the CVaR of one unit of `currency` paid in `t`, in the funder's currency."""
        return tail_mean(self.losses(funder, currency, t), self.size)
