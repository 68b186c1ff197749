"""Cover: every line's cost is paid exactly, in the period in which it falls due.

    Σ_f pay[f,q,t] + Σ_{match pools r of q} Σ_f pay[f,r,t] = Σ_{ℓ in q} due[ℓ,t]     for every pool q and period t
    Σ_f pay[f,r,t] ≤ Σ_{ℓ in r} due[ℓ,t]                                             for every match pool r

In the pool's currency and `unit`s. A pool of one line is the line itself. Where nobody can pay in t, nothing may fall
due. Source: model.md, rule 4; pooling: solving.md.
"""

import pyomo.environ as pyo

from ..inputs.case import Case
from .algebra import Linear, row

Index = tuple[str, int]


def cover_indices(model: pyo.ConcreteModel) -> list[Index]:
    """Return (pool, t) for every pool and period in which something can fall due."""
    pools, dues = model.layout.pools.pools, model.layout.pool_dues
    return [(name, t) for name, pool in pools.items() if pool.parent is None for t in dues[name]]


def match_cap_indices(model: pyo.ConcreteModel) -> list[Index]:
    """Return (match pool, t) where the match pool is only a part of its parent, so that cover does not bound it."""
    layout = model.layout
    return [
        (name, t)
        for name, pool in layout.pools.pools.items()
        if pool.parent is not None and set(pool.lines) != set(layout.pools.pools[pool.parent].lines)
        for t in layout.pool_dues[name]
    ]


def _paid_in(model: pyo.ConcreteModel, pool: str, t: int) -> Linear:
    found = Linear()
    for funder in model.layout.pools.pools[pool].payers:
        if (funder, pool, t) in model.pay:
            found.add(model.pay[funder, pool, t], 1.0)
    return found


def _due_in(model: pyo.ConcreteModel, pool: str, t: int) -> Linear:
    found = Linear()
    for start, value in model.layout.pool_dues[pool][t].items():
        found.add(model.started[start], value)
    return found


def add_cover(model: pyo.ConcreteModel, case: Case) -> None:
    """Add the rows of the family."""
    matches: dict[str, list[str]] = {}
    for name, pool in model.layout.pools.pools.items():
        if pool.parent is not None:
            matches.setdefault(pool.parent, []).append(name)

    def covered(m: pyo.ConcreteModel, pool: str, t: int) -> object:
        body = _paid_in(m, pool, t)
        for match in matches.get(pool, ()):
            if t in m.layout.pool_dues[match]:
                body.plus(_paid_in(m, match, t))
        return row(m, 0.0, body.plus(_due_in(m, pool, t), -1.0), 0.0)

    def capped(m: pyo.ConcreteModel, pool: str, t: int) -> object:
        return row(m, None, _paid_in(m, pool, t).plus(_due_in(m, pool, t), -1.0), 0.0)

    model.cover = pyo.Constraint(cover_indices(model), rule=covered)
    model.match_cap = pyo.Constraint(match_cap_indices(model), rule=capped)
