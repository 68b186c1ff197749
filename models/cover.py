"""Cover: every line's cost is paid exactly, in the period in which it falls due.

    Σ_f pay[f,q,t] + Σ_{match pools r of q} Σ_f pay[f,r,t] = Σ_{ℓ in q} due[ℓ,t]     for every pool q and period t
    Σ_f pay[f,r,t] ≤ Σ_{ℓ in r} due[ℓ,t]                                             for every match pool r

In the pool's currency and `unit`s. A pool of one line is the line itself. Where nobody can pay in t, nothing may fall
due. Source: model.md, rule 4; pooling: solving.md.
"""

from collections.abc import Iterable

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
        if pool.parent is not None and len(pool.lines) < len(layout.pools.pools[pool.parent].lines)
        for t in layout.pool_dues[name]
    ]


def _balance(model: pyo.ConcreteModel, pool: str, t: int, matches: Iterable[str] = ()) -> Linear:
    """Return what is paid in a pool, and in its match pools, less what falls due in it."""
    layout, found = model.layout, Linear()
    for name in (pool, *matches):
        found.extend((variable, 1.0) for variable in layout.paid_in.get((name, t), {}).values())
    starts = layout.start_of
    return found.extend(((starts[start], value) for start, value in layout.pool_dues[pool][t]), -1.0)


def add_cover(model: pyo.ConcreteModel, case: Case) -> None:
    """Add the rows of the family."""
    matches: dict[str, list[str]] = {}
    for name, pool in model.layout.pools.pools.items():
        if pool.parent is not None:
            matches.setdefault(pool.parent, []).append(name)

    def covered(m: pyo.ConcreteModel, pool: str, t: int) -> object:
        return row(m, 0.0, _balance(m, pool, t, matches.get(pool, ())), 0.0)

    def capped(m: pyo.ConcreteModel, pool: str, t: int) -> object:
        return row(m, None, _balance(m, pool, t), 0.0)

    model.cover = pyo.Constraint(cover_indices(model), rule=covered)
    model.match_cap = pyo.Constraint(match_cap_indices(model), rule=capped)
