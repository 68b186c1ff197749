"""Ratios of two amounts that a plan decides, and floors on them: what each country gets back, and private per public.

    geo_return  received[p]/contributed[p] over the horizon, for every party of the measure (see `equity`)
    leverage    Σ pay of private funders / public outlay (payments, hedge costs and provisions of public funders)

A floor ρ on a ratio is `numerator ≥ ρ·denominator`. Written with the *part* s = ρ/(1 + ρ), from 0 (no floor) to 1 (the
denominator is nothing), it is `(1 − s)·numerator − s·denominator ≥ 0`, finite on both sides. Where both amounts are
nothing every floor holds. Amounts in base currency at reference rates, `unit`s. Source: model.md, rules 10 and 11;
results.md, "A run folder" (leverage).
"""

from dataclasses import dataclass

import pyomo.environ as pyo

from ..inputs.case import Case
from .algebra import Linear, row
from .equity import contributed_terms, received_terms, universe
from .objective import public_outlay

RATIOS = ("geo_return", "leverage")


@dataclass(frozen=True)
class Ratio:
    """One ratio: whose it is, and its two amounts, none of which is ever negative."""

    owner: str
    numerator: Linear
    denominator: Linear

    def above(self, part: float) -> Linear:
        """Return `(1 − part)·numerator − part·denominator`, which a floor wants to be 0 or more."""
        return Linear().plus(self.numerator, 1.0 - part).plus(self.denominator, -part)


def private_pay(model: pyo.ConcreteModel, case: Case) -> Linear:
    """Return what the private funders pay, in base currency."""
    private = {name for name, funder in case.funders.items() if funder.kind == "private"}
    pools = model.layout.pools.pools
    rates = {name: float(case.reference_rate(pool.currency)) for name, pool in pools.items()}
    return Linear().extend(
        (variable, rates[pool]) for (funder, pool, _), variable in model.layout.pay_of.items() if funder in private
    )


def ratios(model: pyo.ConcreteModel, case: Case, measure: str) -> list[Ratio]:
    """Return the ratios of a measure; the least of them is what the measure is worth."""
    if measure == "leverage":
        return [Ratio("", private_pay(model, case), public_outlay(model, case))]
    received, contributed = received_terms(model, case, case.T), contributed_terms(model, case, case.T)
    parties = universe(case, "geo_return")
    return [Ratio(p, received.get(p, Linear()), contributed.get(p, Linear())) for p in parties]


def add_floor(model: pyo.ConcreteModel, case: Case, measure: str, part: float) -> None:
    """Add a floor on every ratio of a measure to a model that is built (`model.ratio_floor`); not part of any table."""
    found = {ratio.owner: ratio for ratio in ratios(model, case, measure)}

    def floor(m: pyo.ConcreteModel, owner: str) -> object:
        return row(m, 0.0, found[owner].above(part), None)

    model.ratio_floor = pyo.Constraint(list(found), rule=floor)
