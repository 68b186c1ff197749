"""Budgets: what each funder may pay in each of its cycles, with carry-over, lapse, reserve and contingency.

    available   A[f,k] = payments − reserved + carried[f,k−1]
    used        U[f,k] = Σ_{t in k} Σ_q pay·R(κ(q),t)/R(κ(f),t) + hedge costs + provisions
    buffer      B[f,k] = currency need + contingency·Σ pay
    while it runs          U + B ≤ A
    at its end             U + carried ≤ A (released)    or    U + B + carried ≤ A
    carried[f,k] ≤ min(carry_over·payments, payments − reserved), nothing after the last cycle

in the funder's currency and `unit`s. The buffer is the least the rules need, so it is an expression; what lapses is the
slack of the row at the cycle's end. Without `released` that row implies the other. Source: model.md, rule 9.
"""

from itertools import pairwise
from typing import Any

import pyomo.environ as pyo

from ..inputs.case import Case, Cycle
from .algebra import Linear, row
from .currency import add_hedging, buffer_need, exposures, hedge_costs
from .guarantees import provisions

Index = tuple[str, str]


def carry_limits(case: Case) -> dict[Index, float]:
    """Return the most that may be carried out of each (funder, cycle); only where it is more than nothing."""
    found = {}
    for funder, cycles in case.cycles.items():
        for cycle in cycles[:-1]:
            limit = min(cycle.carry_over * cycle.payments, cycle.payments - cycle.reserved)
            if limit > 0:
                found[funder, cycle.name] = float(limit)
    return found


def spending(model: pyo.ConcreteModel, case: Case) -> dict[Index, list[tuple[Any, float]]]:
    """Return (payment, rate to the funder's currency) of every (funder, cycle), at planning rates."""
    found: dict[Index, list[tuple[Any, float]]] = {(f, c.name): [] for f, rows in case.cycles.items() for c in rows}
    layout = model.layout
    currency = {name: pool.currency for name, pool in layout.pools.pools.items()}
    rates: dict[tuple[str, str, int], float] = {}
    for (funder, pool, t), variable in layout.pay_of.items():
        pair = currency[pool], case.funders[funder].currency, t
        if pair not in rates:
            rates[pair] = float(case.rate(pair[0], t) / case.rate(pair[1], t))
        found[funder, layout.cycle_at[funder, t].name].append((variable, rates[pair]))
    return found


def add_budgets(model: pyo.ConcreteModel, case: Case) -> None:
    """Add the hedging decisions, `carried`, and the rows of every cycle."""
    exposed = exposures(model, case)
    add_hedging(model, case, exposed)
    limits = carry_limits(case)
    lift = model.layout.lift
    model.carried = pyo.Var(list(limits), bounds=lambda _, f, k: (0, None if lift else limits[f, k]))
    spent, hedging = spending(model, case), hedge_costs(model, case)
    need, set_aside = buffer_need(model, case, exposed), provisions(model, case)
    model.spent_in, model.needed_in = spent, need  # by (funder, cycle), for whoever asks what a budget is made of
    cycles = {(f, c.name): c for f, rows in case.cycles.items() for c in rows}
    before = {(f, two.name): one.name for f, rows in case.cycles.items() for one, two in pairwise(rows)}
    released = case.settings.buffer.released

    def used(key: Index, with_buffer: bool) -> Linear:
        contingency = float(case.funders[key[0]].contingency or 0)
        body = Linear().extend(spent[key], 1.0 + contingency * with_buffer).plus(hedging[key])
        body.plus(set_aside[key])
        if with_buffer:
            body.plus(need[key])
        if key in before and (key[0], before[key]) in limits:
            body.add(model.carried[key[0], before[key]], -1.0)
        return body

    def appropriation(cycle: Cycle) -> float:
        return float(cycle.payments - cycle.reserved)

    def budget(m: pyo.ConcreteModel, funder: str, name: str) -> object:
        key = (funder, name)
        body = used(key, with_buffer=True)
        if not released and key in limits:
            body.add(m.carried[key], 1.0)
        return row(m, None, body, appropriation(cycles[key]))

    def carry(m: pyo.ConcreteModel, funder: str, name: str) -> object:
        body = used((funder, name), with_buffer=False).add(m.carried[funder, name], 1.0)
        return row(m, None, body, appropriation(cycles[funder, name]))

    model.budget = pyo.Constraint(list(cycles), rule=budget)
    model.carry = pyo.Constraint(list(limits) if released else [], rule=carry)
