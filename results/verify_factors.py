"""Recomputes factors.json to its 12 significant digits, in decimal arithmetic of 40 digits.

    discount    (1+r)^(−(finish−1)/periods per year)
    escalation  (1+e)^((t−1)/periods per year)
    loss        R(c,t)/R(κ(f),t)·(exp(z·σ·√years) − 1),  σ² = σc² + σf² − 2ρσcσf

A stored factor may differ from its recomputation by one unit in the 12th digit; what is stored is then used,
so that every amount that follows from it is exact. Source: model.md, rules 4 and 10, "Money is exact".
"""

import re
from collections.abc import Callable, Mapping
from decimal import Context, Decimal
from fractions import Fraction
from functools import cache
from statistics import NormalDist

from ..inputs.case import Case
from ..inputs.tables import CurrencyRow
from .scenario_losses import ScenarioLosses
from .verify_rows import Findings
from .verify_scenarios import read_draws

_FILE = "factors.json"
_PRECISE = Context(prec=40)
_PLAIN = re.compile(r"[0-9]{1,40}(\.[0-9]{1,40})?([eE][-+]?[0-9]{1,2})?")


class Factors:
    """The factors of a run: those stored, each checked, else the recomputed ones."""

    def __init__(self, case: Case, stored: Mapping[str, object], findings: Findings) -> None:
        """Check every stored factor of the run."""
        self._case, self._findings = case, findings
        self._periods = {case.label(t): t for t in range(1, case.T + 1)}
        self.grown: dict[tuple[str, int], Fraction] = {}
        self.discounts: dict[int, Fraction] = {}
        self.losses: dict[tuple[str, str, int], Fraction] = {}
        self._power = cache(lambda base, exponent: _PRECISE.power(base, exponent))
        self._rise = cache(self._rise_of)  # the same for every funder of a currency
        self._exact = cache(Fraction)
        confidence = float(case.settings.buffer.confidence)
        self._quantile = Decimal(NormalDist().inv_cdf(confidence)) if 0 < confidence < 1 else Decimal(0)
        for name in stored:
            if name not in ("discount", "escalation", "loss", "scenarios"):
                findings.account(_FILE, f"unknown entry {name!r}")
        self._read_discounts(stored.get("discount", {}))
        self._read_escalations(stored.get("escalation", {}))
        self._read_losses(stored.get("loss", {}))
        self.scenario_losses = ScenarioLosses(case, read_draws(case, stored.get("scenarios", {}), findings))

    def discount(self, finish: int) -> Fraction:
        """Return the discount factor of an end with period `finish`; one not stored is a fault."""
        if finish not in self.discounts:
            label = self._case.label(finish) if 1 <= finish <= self._case.T else str(finish)
            self._findings.account(_FILE, f"the discount factor of {label} is missing")
            self.discounts[finish] = _twelve(self._discount(finish))
        return self.discounts[finish]

    def escalation(self, initiative: str, t: int) -> Fraction:
        """Return an initiative's cost growth factor in period t; one not stored is a fault unless it is 1."""
        if not self._case.initiatives[initiative].escalation:
            return Fraction(1)
        if (initiative, t) not in self.grown:
            if 1 < t <= self._case.T:
                label = self._case.label(t)
                self._findings.account(_FILE, f"the escalation factor of {initiative} in {label} is missing")
            self.grown[initiative, t] = _twelve(self._escalation(initiative, t))
        return self.grown[initiative, t]

    def loss(self, funder: str, currency: str, t: int) -> Fraction:
        """Return the loss per unit in the funder's currency, 0 without buffers; one not stored is a fault."""
        if self._case.settings.buffer.method == "none":
            return Fraction(0)
        key = (funder, currency, t)
        if key not in self.losses:
            words = f"the loss factor of {funder} for {currency} in {self._case.label(t)} is missing"
            self._findings.account(_FILE, words)
            self.losses[key] = _twelve(self._loss(*key))
        return self.losses[key]

    def years(self, funder: str, t: int) -> Fraction:
        """Return the years of currency risk to the end of t since the plan or the funder's cycle began."""
        first = 1
        if self._case.settings.buffer.since == "cycle":
            first = next((k.first for k in self._case.cycles[funder] if k.first <= t <= k.last), 1)
        return Fraction(t - first + 1, self._case.periods_per_year)

    def _discount(self, finish: int) -> Decimal:
        years = Decimal(1 - finish) / Decimal(self._case.periods_per_year)
        return self._grow(self._case.settings.discount_rate, years)

    def _escalation(self, initiative: str, t: int) -> Decimal:
        years = Decimal(t - 1) / Decimal(self._case.periods_per_year)
        return self._grow(self._case.initiatives[initiative].escalation, years)

    def _grow(self, rate: Decimal, years: Decimal) -> Decimal:
        value: Decimal = self._power(1 + Decimal(rate), years)
        return value

    def _loss(self, funder: str, currency: str, t: int) -> Decimal:
        case, own = self._case, self._case.funders[funder].currency
        one, two, rho = case.volatility(currency), case.volatility(own), case.correlation(currency, own)
        variance = max(Decimal(0), one * one + two * two - 2 * rho * one * two)
        rise = self._rise(variance, self.years(funder, t))
        return _PRECISE.multiply(_PRECISE.divide(case.rate(currency, t), case.rate(own, t)), rise)

    def _rise_of(self, variance: Decimal, years: Fraction) -> Decimal:
        """Return by what a rate of this yearly variance rises at the confidence level in so many years."""
        spread = _PRECISE.sqrt(variance * years.numerator / Decimal(years.denominator))
        return _PRECISE.exp(_PRECISE.multiply(self._quantile, spread)) - 1

    def _read_discounts(self, stored: object) -> None:
        for t, value in self._periods_of("discount", stored, self._discount):
            self.discounts[t] = value

    def _read_escalations(self, stored: object) -> None:
        for initiative, entries in self._named("escalation", stored, self._case.initiatives, "initiative"):

            def grown(t: int, initiative: str = initiative) -> Decimal:
                return self._escalation(initiative, t)

            for t, value in self._periods_of(f"escalation of {initiative}", entries, grown):
                self.grown[initiative, t] = value

    def _read_losses(self, stored: object) -> None:
        case = self._case
        currencies = {case.base: 0} | {row.currency: 0 for row in case.rows(CurrencyRow)}
        for funder, per_currency in self._named("loss", stored, case.funders, "funder"):
            own = case.funders[funder].currency
            foreign = {c: 0 for c in currencies if c != own}
            for currency, entries in self._named(f"loss of {funder}", per_currency, foreign, "foreign currency"):

                def loss(t: int, funder: str = funder, currency: str = currency) -> Decimal:
                    return self._loss(funder, currency, t)

                for t, value in self._periods_of(f"loss of {funder} for {currency}", entries, loss):
                    self.losses[funder, currency, t] = value

    def _named(self, what: str, stored: object, known: Mapping[str, object], kind: str) -> list[tuple[str, object]]:
        if not isinstance(stored, Mapping):
            self._findings.account(_FILE, f"{what} is not a table of names")
            return []
        for name in stored:
            if name not in known:
                self._findings.account(_FILE, f"{what}: unknown {kind} {name!r}")
        return [(str(name), entries) for name, entries in stored.items() if name in known]

    def _periods_of(self, what: str, stored: object, recompute: Callable[[int], Decimal]) -> list[tuple[int, Fraction]]:
        found = []
        for label, text in self._named(what, stored, self._periods, "period"):
            t = self._periods[label]
            expected = recompute(t)
            if not isinstance(text, str) or not _PLAIN.fullmatch(text):
                self._findings.account(_FILE, f"{what} in {label} is not a number in text: {text!r}")
                found.append((t, _twelve(expected)))
                continue
            if abs(Decimal(text) - expected) > _last_digit(expected):
                self._findings.account(_FILE, f"{what} in {label} is {text}, should be {_short(expected)}")
            found.append((t, self._exact(text)))
        return found


def _last_digit(value: Decimal) -> Decimal:
    return Decimal(1).scaleb(value.adjusted() - 11) if value else Decimal(0)


def _short(value: Decimal) -> str:
    return format(Context(prec=12).plus(value), "f")


def _twelve(value: Decimal) -> Fraction:
    return Fraction(_short(value))
