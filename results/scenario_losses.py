"""Losses of unhedged amounts in the scenarios of a run, exactly.

    ℓ[s](f,c,t) = R(c,t)/R(κ(f),t)·(exp((x[s,c] − x[s,κ(f)])·√years(t)) − 1)          at 12 significant digits
    loss[s]     = Σ ℓ[s](f,c,t)·unhedged[c,t]                                          rational

with the stored x; currencies without one do not move. Scenarios that are far from the worst are told by floating-point
numbers, so that only those that matter are worked out exactly. Amounts are in whole currency units. Source: model.md,
rule 10, "Money is exact".
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Context, Decimal
from fractions import Fraction
from math import ceil

import numpy as np
from numpy.typing import NDArray

from ..inputs.case import Case

Cell = tuple[str, int]  # currency, t
PRECISE = Context(prec=30)
TWELVE = Context(prec=12)
DOUBT = 1e-9  # a difference below which floating-point numbers do not tell which scenario is worse


def largest(amounts: Iterable[Fraction], count: Fraction) -> Fraction:
    """Return the sum of the `count` largest amounts, the last of them counted in part."""
    ordered, whole = sorted(amounts, reverse=True), int(count)
    part = (count - whole) * ordered[whole] if whole < count and whole < len(ordered) else Fraction(0)
    return sum(ordered[:whole], part)


class ScenarioLosses:
    """What unhedged amounts lose in each scenario; `tail` is how many scenarios are the worst ones, (1−β)·S."""

    def __init__(self, case: Case, draws: Mapping[str, Sequence[str]]) -> None:
        """Read the stored `draws`: {currency: x of every scenario as text}."""
        self._case, buffer = case, case.settings.buffer
        self.tail = (1 - Fraction(buffer.confidence)) * buffer.scenarios
        self._exact = {c: tuple(map(Decimal, texts)) for c, texts in draws.items()}
        self._still = (Decimal(0),) * buffer.scenarios
        self._known: dict[tuple[str, str, int, Fraction, int], Fraction] = {}

    def worst(self, funder: str, unhedged: Mapping[Cell, Fraction]) -> list[Fraction]:
        """Return the losses of all scenarios that may be among the worst, in the funder's currency."""
        own = self._case.funders[funder].currency
        moving = {currency for currency, _ in unhedged if currency in self._exact or own in self._exact}
        amounts = {cell: amount for cell, amount in unhedged.items() if amount and cell[0] in moving}
        if not amounts:
            return [Fraction(0)]
        rough, scale = np.zeros(len(self._still)), 0.0
        for (currency, t), amount in amounts.items():
            losses = float(amount) * self._rough(funder, currency, t)
            rough += losses
            scale += float(np.abs(losses).max())
        least = np.sort(rough)[-ceil(self.tail)] - DOUBT * scale
        return [
            sum((self._loss(funder, *cell, s) * amount for cell, amount in amounts.items()), Fraction(0))
            for s in np.flatnonzero(rough >= least).tolist()
        ]

    def _moves(self, funder: str, currency: str) -> tuple[tuple[Decimal, ...], tuple[Decimal, ...]]:
        """Return x of a currency and of the funder's own."""
        own = self._case.funders[funder].currency
        return self._exact.get(currency, self._still), self._exact.get(own, self._still)

    def _years(self, funder: str, t: int) -> Fraction:
        first = 1
        if self._case.settings.buffer.since == "cycle":
            first = next((k.first for k in self._case.cycles[funder] if k.first <= t <= k.last), 1)
        return Fraction(t - first + 1, self._case.periods_per_year)

    def _ratio(self, funder: str, currency: str, t: int) -> Decimal:
        own = self._case.funders[funder].currency
        return PRECISE.divide(self._case.rate(currency, t), self._case.rate(own, t))

    def _rough(self, funder: str, currency: str, t: int) -> NDArray[np.float64]:
        one, two = (np.array(x, dtype=float) for x in self._moves(funder, currency))
        moved = (one - two) * float(self._years(funder, t)) ** 0.5
        return np.asarray(float(self._ratio(funder, currency, t)) * np.expm1(moved), dtype=float)

    def _loss(self, funder: str, currency: str, t: int, s: int) -> Fraction:
        """Return ℓ, 12 significant digits."""
        years = self._years(funder, t)
        key = (self._case.funders[funder].currency, currency, t, years, s)
        if key not in self._known:
            one, two = self._moves(funder, currency)
            root = PRECISE.sqrt(PRECISE.divide(Decimal(years.numerator), Decimal(years.denominator)))
            rise = PRECISE.exp(PRECISE.multiply(PRECISE.subtract(one[s], two[s]), root)) - 1
            value = PRECISE.multiply(self._ratio(funder, currency, t), rise)
            self._known[key] = Fraction(TWELVE.plus(value))
        return self._known[key]
