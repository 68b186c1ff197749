"""What matching rules imply for match pools that span initiatives (compact form only).

A rule `match ≤ ratio·base` whose base is the whole rest of the cost says `match ≤ r·due` with r = ratio/(1+ratio).
Summed over the initiatives i of a match pool q (w(i): its part of i's cost) or of all match pools of the same matching
funders:

    one pool     Σ_t Σ_f pay[f,q,t] ≤ Σ_i min(w(i), r(i))·due(i)
    all of them  Σ_q Σ_t Σ_f pay[f,q,t]·R̄ ≤ Σ_i r(i)·due(i)·R̄

These are the singleton and the full-set inequalities of a transport polytope whose other subsets are left out: a
relaxation. Amounts in base currency at reference rates, `unit`s. Source: solving.md, "Per-initiative match ratios can
be projected onto pools".
"""

from collections import defaultdict

import pyomo.environ as pyo

from ..inputs.case import Case
from ..inputs.tables import MatchingRow
from .algebra import Linear, row
from .decisions import due
from .lines import Line
from .pools import Pool

Payers = tuple[str, ...]


def spanning(model: pyo.ConcreteModel) -> dict[Payers, list[Pool]]:
    """Return the match pools that span initiatives, by their matching funders."""
    found: dict[Payers, list[Pool]] = defaultdict(list)
    for pool in model.layout.pools.pools.values():
        if pool.parent is not None and pool.initiative is None:
            found[pool.payers].append(pool)
    return dict(found)


def limits(model: pyo.ConcreteModel, case: Case) -> dict[str, tuple[float, list[Line]]]:
    """Return {initiative: (r, lines in the rule's scope)} of the projected rules; one rule an initiative."""
    found: dict[str, tuple[float, list[Line]]] = {}
    for n, name in model.layout.pools.projected:
        rule = case.rows(MatchingRow)[n]
        ratio = float(rule.ratio)
        lines = [line for line in model.layout.lines_of[name] if rule.stage in ("", line.stage)]
        found[f"{name}, rule {n}"] = ratio / (1.0 + ratio), lines
    return found


def _paid(model: pyo.ConcreteModel, case: Case, pools: list[Pool]) -> Linear:
    body = Linear()
    for pool in pools:
        rate = float(case.reference_rate(pool.currency))
        for funder in pool.payers:
            for t in model.layout.pool_dues[pool.name]:
                if (funder, pool.name, t) in model.pay:
                    body.add(model.pay[funder, pool.name, t], rate)
    return body


def add_projection(model: pyo.ConcreteModel, case: Case) -> None:
    """Add a row per spanning match pool and one per group of matching funders."""
    groups = spanning(model)
    rules = limits(model, case)
    pools = {pool.name: pool for members in groups.values() for pool in members}

    names = {" and ".join(payers): members for payers, members in groups.items()}

    def base_due(m: pyo.ConcreteModel, lines: list[Line], factor: float) -> Linear:
        body = Linear()
        for line in lines:
            body.plus(due(m, line), factor * float(case.reference_rate(line.currency)))
        return body

    def implied(m: pyo.ConcreteModel, members: list[Pool]) -> Linear:
        body, inside = _paid(m, case, members), {line.key for pool in members for line in pool.lines}
        for ratio, lines in rules.values():
            within = [line for line in lines if line.key in inside]
            if within:
                part = sum(line.weight * float(case.reference_rate(line.currency)) for line in within)
                whole = sum(line.weight * float(case.reference_rate(line.currency)) for line in lines)
                small = part <= ratio * whole
                body.plus(base_due(m, within if small else lines, -1.0 if small else -ratio))
        return body

    def one(m: pyo.ConcreteModel, name: str) -> object:
        return row(m, None, implied(m, [pools[name]]), 0.0)

    def all_of(m: pyo.ConcreteModel, payers: str) -> object:
        return row(m, None, implied(m, names[payers]), 0.0)

    model.projected_pool = pyo.Constraint(list(pools), rule=one)
    model.projected_total = pyo.Constraint(list(names), rule=all_of)
