"""Currency risk: hedging and the additive buffer.

    unhedged     u[f,c,t] = Σ pay of f in c − hedged[f,c,t] ≥ 0            for c ≠ κ(f)
    additive     need[f,k] = Σ_{t in k} Σ_c δ(f,c,t)·u[f,c,t]              all currencies move against f together
    hedge costs  Σ_{t in k} Σ_c (hedge_cost(c) + hedge_cost(κ(f)))·years(t)·R(c,t)/R(κ(f),t)·hedged[f,c,t]

Need and costs are in the funder's currency, `unit`s; `hedged` is in c. The loss factor δ is in `factors`. A leg
without a hedge cost cannot be hedged, and hedging that costs as much as the loss it covers is never worth a variable.
Source: model.md, rule 10.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import pyomo.environ as pyo

from ..inputs.case import Case
from .algebra import Linear, row
from .factors import hedge_cost, loss

Exposure = tuple[str, str, int]
Index = tuple[str, str]


def exposures(model: pyo.ConcreteModel, case: Case) -> dict[Exposure, list[Any]]:
    """Return the payments whose sum is the exposure of every (funder, foreign currency, t), in that currency."""
    found: dict[Exposure, list[Any]] = defaultdict(list)
    pools = model.layout.pools.pools
    for (funder, pool, t), variable in model.layout.pay_of.items():
        currency = pools[pool].currency
        if currency != case.funders[funder].currency:
            found[funder, currency, t].append(variable)
    return dict(found)


def hedgeable(case: Case, exposed: Iterable[Exposure]) -> dict[Exposure, float]:
    """Return the hedge cost per unit of every exposure whose loss factor is larger."""
    found = {}
    for key in exposed:
        cost = hedge_cost(case, *key)
        if cost is not None and cost < loss(case, *key):
            found[key] = cost
    return found


def add_hedging(model: pyo.ConcreteModel, case: Case, exposed: dict[Exposure, list[Any]]) -> None:
    """Add `hedged`, at most what is exposed."""
    costs = hedgeable(case, exposed)
    model.hedged = pyo.Var(list(costs), bounds=(0, None))

    def within(m: pyo.ConcreteModel, funder: str, currency: str, t: int) -> object:
        body = Linear().extend((variable, 1.0) for variable in exposed[funder, currency, t])
        return row(m, 0.0, body.add(m.hedged[funder, currency, t], -1.0), None)

    model.hedge = pyo.Constraint(list(costs), rule=within)


def buffer_need(model: pyo.ConcreteModel, case: Case, exposed: dict[Exposure, list[Any]]) -> dict[Index, Linear]:
    """Return the additive currency need of every (funder, cycle), in the funder's currency."""
    found = {(f, c.name): Linear() for f, cycles in case.cycles.items() for c in cycles}
    if case.settings.buffer.method == "none":
        return found
    for (funder, currency, t), payments in exposed.items():
        delta = loss(case, funder, currency, t)
        need = found[funder, model.layout.cycle_at[funder, t].name].extend((variable, delta) for variable in payments)
        if (funder, currency, t) in model.hedged:
            need.add(model.hedged[funder, currency, t], -delta)
    return found


def hedge_costs(model: pyo.ConcreteModel, case: Case) -> dict[Index, Linear]:
    """Return what hedging costs in every (funder, cycle), in the funder's currency."""
    found = {(f, c.name): Linear() for f, cycles in case.cycles.items() for c in cycles}
    for (funder, currency, t), variable in model.hedged.items():
        cost = hedge_cost(case, funder, currency, t)
        found[funder, model.layout.cycle_at[funder, t].name].add(variable, cost or 0.0)
    return found
