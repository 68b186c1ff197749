"""Discount, escalation and loss factors, fixed at 12 significant digits so that a plan can be recomputed exactly.

    discount    (1+r)^(−(finish−1)/periods per year)      the first period is not discounted
    escalation  (1+e)^((t−1)/periods per year)
    loss        δ(f,c,t) = R(c,t)/R(κ(f),t)·(exp(z·σ·√years) − 1),  σ² = σc² + σf² − 2ρσcσf

z is the one-sided normal quantile of the confidence level; years run from the start of the plan (`since = plan`) or of
the funder's cycle (`since = cycle`) to the end of t. Source: model.md, rules 4 and 10, objective and "Money is exact".
"""

import math
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import cache
from statistics import NormalDist

from ..inputs.case import Case


def twelve_digits(value: float | Decimal) -> str:
    """Return `value` as plain decimal text with 12 significant digits."""
    text = format(Decimal(f"{value:.11e}"), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


@cache
def _growth(rate: Decimal, exponent: Fraction) -> float:
    """Return (1+rate)^exponent to 12 significant digits; decimals, because `1 + rate` may be tiny."""
    with localcontext() as context:
        context.prec = 40
        power = (1 + rate) ** (Decimal(exponent.numerator) / Decimal(exponent.denominator))
        return float(twelve_digits(power))


def discount(case: Case, finish: int) -> float:
    """Return the discount factor of a value that is reached at the end of period `finish`."""
    return _growth(case.settings.discount_rate, Fraction(1 - finish, case.periods_per_year))


def escalation(case: Case, initiative: str, t: int) -> float:
    """Return the factor by which the initiative's cost has grown in period `t`."""
    rate = case.initiatives[initiative].escalation
    return _growth(rate, Fraction(t - 1, case.periods_per_year)) if rate else 1.0


def years(case: Case, funder: str, t: int) -> float:
    """Return the years of currency risk up to the end of `t`: since the plan, or since the funder's cycle, began."""
    start = 1
    if case.settings.buffer.since == "cycle":
        start = next((c.first for c in case.cycles[funder] if c.first <= t <= c.last), 1)
    return (t - start + 1) / case.periods_per_year


def cross_volatility(case: Case, a: str, b: str) -> float:
    """Return the yearly volatility of the rate between two currencies; the base currency has none of its own."""
    one, two = case.volatility(a), case.volatility(b)
    variance = one * one + two * two - 2 * case.correlation(a, b) * one * two
    return math.sqrt(max(Decimal(0), variance))


def loss(case: Case, funder: str, currency: str, t: int) -> float:
    """Return δ: what one unit of `currency` may cost more, in the funder's currency, at the confidence level."""
    own = case.funders[funder].currency
    if currency == own or case.settings.buffer.method == "none":
        return 0.0
    sigma = cross_volatility(case, currency, own)
    z = NormalDist().inv_cdf(float(case.settings.buffer.confidence))
    ratio = float(case.rate(currency, t) / case.rate(own, t))
    return float(twelve_digits(ratio * math.expm1(z * sigma * math.sqrt(years(case, funder, t)))))


def hedge_cost(case: Case, funder: str, currency: str, t: int) -> float | None:
    """Return the cost of hedging one unit of `currency` in `t`, in the funder's currency; None: cannot be hedged."""
    own = case.funders[funder].currency
    legs = [case.hedge_cost(currency), case.hedge_cost(own)]
    if any(leg is None for leg in legs):
        return None
    per_year = sum(float(leg) for leg in legs if leg is not None)
    return per_year * years(case, funder, t) * float(case.rate(currency, t) / case.rate(own, t))


def line_currencies(case: Case) -> set[str]:
    """Return every currency in which a line can fall due."""
    found = set()
    for name, row in case.initiatives.items():
        if case.pot(name) == "real":
            found.add(row.currency)
        else:
            found |= {case.parties[p].currency or row.currency for p, share in case.shares[name].items() if share > 0}
    return found
