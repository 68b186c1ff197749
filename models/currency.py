"""Currency risk: hedging and the need for a buffer.

    unhedged     u[f,c,t] = Σ pay of f in c − hedged[f,c,t] ≥ 0            for c ≠ κ(f)
    additive     need[f,k] = Σ_{t in k} Σ_c δ(f,c,t)·u[f,c,t]              all currencies move against f together
    budgeted     at most Γ currencies move, see `buffers`;  cvar  mean loss of the worst scenarios, see `buffers`
    hedge costs  Σ_{t in k} Σ_c (hedge_cost(c) + hedge_cost(κ(f)))·years(t)·R(c,t)/R(κ(f),t)·hedged[f,c,t]

Need and costs are in the funder's currency, `unit`s; `hedged` is in c. The loss factor δ is in `factors`. A leg
without a hedge cost cannot be hedged, and hedging that costs as much as it can save is never worth a variable: a unit
more of c in t raises the need by at most δ (additive), min(1, Γ)·δ (budgeted) or, as CVaR is subadditive, the unit's
own CVaR (cvar). Source: model.md, rule 10.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import pyomo.environ as pyo

from ..inputs.case import Case
from .algebra import Linear, row
from .buffers import Cell, Index, add_budgeted, add_cvar
from .factors import hedge_cost, loss
from .scenarios import Scenarios
from .signed import hedges_then

Exposure = tuple[str, str, int]


def exposures(model: pyo.ConcreteModel, case: Case) -> dict[Exposure, list[Any]]:
    """Return the payments whose sum is the exposure of every (funder, foreign currency, t), in that currency."""
    found: dict[Exposure, list[Any]] = defaultdict(list)
    pools = model.layout.pools.pools
    for (funder, pool, t), variable in model.layout.pay_of.items():
        currency = pools[pool].currency
        if currency != case.funders[funder].currency:
            found[funder, currency, t].append(variable)
    return dict(found)


def most_saved(case: Case, exposed: Iterable[Exposure]) -> dict[Exposure, float]:
    """Return how much need a hedged unit of each exposure can save at most, in the funder's currency."""
    buffer = case.settings.buffer
    if buffer.method == "cvar":
        scenarios = Scenarios(case)
        return {key: scenarios.tail_loss(*key) for key in exposed}
    factor = min(1.0, float(buffer.gamma)) if buffer.method == "budgeted" else 1.0
    return {key: factor * loss(case, *key) for key in exposed}


def hedgeable(case: Case, exposed: Iterable[Exposure]) -> dict[Exposure, float]:
    """Return the hedge cost per unit of every exposure of which a hedge can save more."""
    found = {}
    for key, saved in most_saved(case, exposed).items():
        cost = hedge_cost(case, *key)
        if cost is not None and cost < saved:
            found[key] = cost
    return found


def add_hedging(model: pyo.ConcreteModel, case: Case, exposed: dict[Exposure, list[Any]]) -> None:
    """Add `hedged`, at most what is exposed."""
    costs = hedges_then(case, exposed, hedgeable(case, exposed))
    model.hedged = pyo.Var(costs, bounds=(0, None))

    def within(m: pyo.ConcreteModel, funder: str, currency: str, t: int) -> object:
        body = Linear().extend((variable, 1.0) for variable in exposed[funder, currency, t])
        return row(m, 0.0, body.add(m.hedged[funder, currency, t], -1.0), None)

    model.hedge = pyo.Constraint(costs, rule=within)


def buffer_need(model: pyo.ConcreteModel, case: Case, exposed: dict[Exposure, list[Any]]) -> dict[Index, Linear]:
    """Return the currency need of every (funder, cycle), in the funder's currency; adds what the method decides."""
    method, gamma = case.settings.buffer.method, float(case.settings.buffer.gamma)
    unhedged = {} if method == "none" else positions(model, exposed)
    lost = {} if method == "cvar" else currency_losses(case, unhedged)
    needs = {(f, c.name): Linear() for f, cycles in case.cycles.items() for c in cycles}
    needs |= add_budgeted(model, lost if method == "budgeted" else {}, gamma)
    needs |= add_cvar(model, unhedged if method == "cvar" else {}, Scenarios(case))
    for key, of in lost.items() if method == "additive" else ():
        for body in of.values():
            needs[key].plus(body)
    return needs


def positions(model: pyo.ConcreteModel, exposed: dict[Exposure, list[Any]]) -> dict[Index, dict[Cell, Linear]]:
    """Return what is unhedged in every (funder, cycle), by currency and period."""
    found: dict[Index, dict[Cell, Linear]] = defaultdict(dict)
    for (funder, currency, t), payments in exposed.items():
        body = Linear().extend((variable, 1.0) for variable in payments)
        if (funder, currency, t) in model.hedged:
            body.add(model.hedged[funder, currency, t], -1.0)
        found[funder, model.layout.cycle_at[funder, t].name][currency, t] = body
    return dict(found)


def currency_losses(case: Case, unhedged: dict[Index, dict[Cell, Linear]]) -> dict[Index, dict[str, Linear]]:
    """Return `Σ_t δ·u` of every (funder, cycle) by currency; currencies without risk are left out."""
    found: dict[Index, dict[str, Linear]] = {}
    for (funder, name), cells in unhedged.items():
        lost = found[funder, name] = {}
        for (currency, t), body in cells.items():
            delta = loss(case, funder, currency, t)
            if delta:
                lost.setdefault(currency, Linear()).plus(body, delta)
    return found


def hedge_costs(model: pyo.ConcreteModel, case: Case) -> dict[Index, Linear]:
    """Return what hedging costs in every (funder, cycle), in the funder's currency."""
    found = {(f, c.name): Linear() for f, cycles in case.cycles.items() for c in cycles}
    for (funder, currency, t), variable in model.hedged.items():
        cost = hedge_cost(case, funder, currency, t)
        found[funder, model.layout.cycle_at[funder, t].name].add(variable, cost or 0.0)
    return found
