"""Risk tolerance: how much of what a funder pays may be lost to failure, on average.

    Σ_ℓ Σ_t (1 − P[i,g])·pay[f,ℓ,t] ≤ tolerance·Σ_ℓ Σ_t pay[f,ℓ,t]

in base currency at reference rates, `unit`s. P[i,g] is the probability that the last milestone of the line's stage is
passed, whether or not values are weighed by it (see `reach`). Source: model.md, rule 12.
"""

import pyomo.environ as pyo

from ..inputs.case import Case
from .algebra import Linear, row
from .reach import failure_probability


def add_risk(model: pyo.ConcreteModel, case: Case) -> None:
    """Add a row per funder with a tolerance; the lines of a pool that it pays in fail alike (see `pools`)."""
    tolerances = {f: float(r.risk_tolerance) for f, r in case.funders.items() if r.risk_tolerance is not None}
    failure = failure_probability(case) if tolerances else {}
    layout, bodies = model.layout, {funder: Linear() for funder in tolerances}
    for (funder, name, _), variable in layout.pay_of.items() if tolerances else ():
        if funder in tolerances:
            pool = layout.pools.pools[name]
            chance = float(failure[pool.lines[0].initiative, pool.lines[0].stage])
            bodies[funder].add(variable, float(case.reference_rate(pool.currency)) * (chance - tolerances[funder]))

    def tolerated(m: pyo.ConcreteModel, funder: str) -> object:
        return row(m, None, bodies[funder], 0.0)

    model.risk = pyo.Constraint(list(tolerances), rule=tolerated)
