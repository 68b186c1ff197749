"""Budget accounts of a plan in exact arithmetic: spent, hedge costs, buffer, carry-over and lapse of every cycle.

    available A[k] = payments − reserved + carried_out[k−1],  used U[k] = spent + hedge costs + provisions
    buffer    B[k] = currency need + contingency·Σ pay           the least the rules need, rounded up
    need      Σ δ·unhedged (additive), its Γ largest by currency (budgeted), or the mean of the worst scenarios (cvar)
    carried_out    = min(carry_over·payments, payments − reserved, what is left), rounded down; 0 after the last cycle
    lapsed         = the rest

All in minor units of the funder's currency; `over` is by how much a cycle's `U + B` passes `A`. Source: model.md,
rules 9 and 10, "Money is exact".
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from ..inputs.case import Case, Cycle
from .ledger import ceiling, floor, half_up
from .scenario_losses import ScenarioLosses, largest

Exposure = tuple[str, int]


@dataclass(frozen=True)
class Account:
    """One funder's cycle, in minor units of its currency."""

    cycle: Cycle
    payments: int
    reserved: int
    carried_in: int
    spent: int
    hedge_cost: int
    provision: int
    buffer: int
    carried_out: int
    lapsed: int

    @property
    def over(self) -> int:
        """Return by how much what is used and the buffer pass what is available (0 or less: they fit)."""
        used = self.spent + self.hedge_cost + self.provision + self.buffer
        return used - (self.payments - self.reserved + self.carried_in)


class Books:
    """Converts amounts and keeps the accounts of one case."""

    def __init__(self, case: Case, factors: Mapping[str, Any]) -> None:
        """Remember the case and its stored factors."""
        self.case, self.factors = case, factors
        self._rates: dict[tuple[str, str, int], Fraction] = {}

    def units(self, currency: str) -> int:
        """Return the minor units in one currency unit."""
        return int(10 ** self.case.minor_digits(currency))

    def rate(self, currency: str, own: str, t: int) -> Fraction:
        """Return minor units of `own` per minor unit of `currency` at the planning rates of t."""
        key = (currency, own, t)
        if key not in self._rates:
            ratio = Fraction(self.case.rate(currency, t)) / Fraction(self.case.rate(own, t))
            self._rates[key] = ratio * self.units(own) / self.units(currency)
        return self._rates[key]

    def in_funder_currency(self, funder: str, currency: str, t: int, amount: int) -> int:
        """Return an amount converted into the funder's currency and rounded to its minor unit."""
        own = self.case.funders[funder].currency
        if own == currency:
            return amount
        rate = self.rate(currency, own, t)
        return (2 * amount * rate.numerator + rate.denominator) // (2 * rate.denominator)

    def in_base(self, currency: str, amount: int) -> int:
        """Return an amount in minor units of the base currency, at the reference rate."""
        if currency == self.case.base:
            return amount
        rate = Fraction(self.case.reference_rate(currency))
        return half_up(amount * rate * self.units(self.case.base) / self.units(currency))

    def loss(self, funder: str, currency: str, t: int) -> Fraction:
        """Return δ in minor units of the funder's currency per minor unit of `currency`."""
        table = self.factors["loss"].get(funder, {}).get(currency, {})
        delta = Fraction(table.get(self.case.label(t), "0"))
        return delta * self.units(self.case.funders[funder].currency) / self.units(currency)

    def hedge_rate(self, funder: str, cycle: Cycle, currency: str, t: int) -> Fraction:
        """Return the cost of hedging one minor unit of `currency` in t, in minor units of the funder's currency."""
        own = self.case.funders[funder].currency
        legs = [self.case.hedge_cost(leg) for leg in (currency, own)]
        start = cycle.first if self.case.settings.buffer.since == "cycle" else 1
        years = Fraction(t - start + 1, self.case.periods_per_year)
        return (
            sum((Fraction(leg) for leg in legs if leg is not None), Fraction(0)) * years * self.rate(currency, own, t)
        )

    @cached_property
    def cycle_at(self) -> dict[tuple[str, int], Cycle]:
        """Return the cycle of each (funder, period)."""
        return {(f, t): c for f, cycles in self.case.cycles.items() for c in cycles for t in c.periods}

    def accounts(
        self,
        funder: str,
        paid: Iterable[tuple[str, int, int]],
        hedged: Mapping[Exposure, int],
        provisions: Mapping[str, int],
    ) -> list[Account]:
        """Return the accounts of a funder's cycles.

        They follow from its (currency, t, amount) payments, its hedges, and its provisions by cycle.
        """
        row = self.case.funders[funder]
        spent: dict[str, int] = defaultdict(int)
        exact: dict[str, Fraction] = defaultdict(Fraction)
        paid_in: dict[Exposure, int] = defaultdict(int)
        for currency, t, amount in paid:
            name = self.cycle_at[funder, t].name
            spent[name] += self.in_funder_currency(funder, currency, t, amount)
            paid_in[currency, t] += amount
        unhedged: dict[str, dict[Exposure, int]] = defaultdict(dict)
        cost: dict[str, Fraction] = defaultdict(Fraction)
        for (currency, t), amount in paid_in.items():
            cycle = self.cycle_at[funder, t]
            exact[cycle.name] += amount * self.rate(currency, row.currency, t)
            if currency == row.currency:
                continue
            covered = hedged.get((currency, t), 0)
            unhedged[cycle.name][currency, t] = amount - covered
            cost[cycle.name] += self.hedge_rate(funder, cycle, currency, t) * covered
        found: list[Account] = []
        cycles = self.case.cycles[funder]
        for cycle in cycles:
            need = self.currency_need(funder, unhedged[cycle.name])
            buffer = ceiling(need + Fraction(row.contingency or 0) * exact[cycle.name])
            carried = found[-1].carried_out if found else 0
            used = (spent[cycle.name], ceiling(cost[cycle.name]), provisions.get(cycle.name, 0), buffer)
            found.append(self._close(cycle, row.currency, carried, used, cycle is cycles[-1]))
        return found

    @cached_property
    def _scenarios(self) -> ScenarioLosses:
        return ScenarioLosses(self.case, self.factors["scenarios"])

    def currency_need(self, funder: str, unhedged: Mapping[Exposure, int]) -> Fraction:
        """Return what must be held against the unhedged amounts of one cycle, in minor units of the funder's currency.

        `unhedged` is in minor units of each currency.
        """
        buffer = self.case.settings.buffer
        if buffer.method == "cvar":
            whole = {(c, t): Fraction(amount, self.units(c)) for (c, t), amount in unhedged.items()}
            mean = largest(self._scenarios.worst(funder, whole), self._scenarios.tail) / self._scenarios.tail
            return max(Fraction(0), mean) * self.units(self.case.funders[funder].currency)
        lost: dict[str, Fraction] = defaultdict(Fraction)
        for (currency, t), amount in unhedged.items():
            lost[currency] += self.loss(funder, currency, t) * amount
        if buffer.method == "budgeted":
            return largest(lost.values(), Fraction(buffer.gamma))
        return sum(lost.values(), Fraction(0))

    def _close(self, cycle: Cycle, currency: str, carried: int, used: tuple[int, int, int, int], last: bool) -> Account:
        """Close one cycle: what is left is carried as far as the limit allows, the rest lapses."""
        scale = self.case.unit * self.units(currency)
        payments, reserved = floor(Fraction(cycle.payments) * scale), ceiling(Fraction(cycle.reserved) * scale)
        spent, hedging, provision, buffer = used
        left = payments - reserved + carried - spent - hedging - provision
        if not self.case.settings.buffer.released:
            left -= buffer
        limit = min(floor(Fraction(cycle.carry_over) * Fraction(cycle.payments) * scale), payments - reserved)
        out = 0 if last else max(0, min(limit, left))
        return Account(cycle, payments, reserved, carried, spent, hedging, provision, buffer, out, left - out)
