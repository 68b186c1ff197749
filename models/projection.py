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
from typing import NamedTuple

import pyomo.environ as pyo

from ..inputs.case import Case
from ..inputs.tables import MatchingRow
from .algebra import Linear, row
from .decisions import add_due
from .lines import Line
from .pools import Pool

Payers = tuple[str, ...]


class Limit(NamedTuple):
    """A projected rule: match ≤ `ratio`·due of `whole`, (line, weight in base currency) of the initiative's stage."""

    ratio: float
    initiative: str
    stage: str
    whole: list[tuple[Line, float]]


def spanning(model: pyo.ConcreteModel) -> dict[Payers, list[Pool]]:
    """Return the match pools that span initiatives, by their matching funders."""
    found: dict[Payers, list[Pool]] = defaultdict(list)
    for pool in model.layout.pools.pools.values():
        if pool.parent is not None and pool.initiative is None:
            found[pool.payers].append(pool)
    return dict(found)


def limits(model: pyo.ConcreteModel, case: Case) -> list[Limit]:
    """Return the projected rules; one rule speaks of a line."""
    found = []
    for n, name in sorted(model.layout.pools.projected):
        rule = case.rows(MatchingRow)[n]
        ratio = float(rule.ratio)
        whole = [
            (line, line.weight * float(case.reference_rate(line.currency)))
            for line in model.layout.lines_of[name]
            if rule.stage in ("", line.stage)
        ]
        found.append(Limit(ratio / (1.0 + ratio), name, rule.stage, whole))
    return found


def _paid(model: pyo.ConcreteModel, case: Case, pools: list[Pool]) -> Linear:
    """Return what is paid in match pools, in base currency."""
    layout, body = model.layout, Linear()
    for pool in pools:
        rate = float(case.reference_rate(pool.currency))
        for funder in pool.payers:
            for t in layout.pool_dues[pool.name]:
                body.add(layout.pay_of.get((funder, pool.name, t)), rate)
    return body


def _implied(model: pyo.ConcreteModel, case: Case, rules: list[Limit], members: list[Pool]) -> Linear:
    """Return what is paid in match pools less what the rules let them have."""
    body = _paid(model, case, members)
    within: dict[str, list[Line]] = defaultdict(list)
    for pool in members:
        for line in pool.lines:
            within[line.initiative].append(line)
    rate = {currency: float(case.reference_rate(currency)) for currency in {pool.currency for pool in members}}
    for ratio, initiative, stage, whole in rules:
        inside = [line for line in within.get(initiative, ()) if stage in ("", line.stage)]
        if not inside:
            continue
        part = sum(line.weight * rate[line.currency] for line in inside)
        if part <= ratio * sum(weight for _, weight in whole):
            for line in inside:
                add_due(model, body, line, -rate[line.currency])
        else:
            for line, weight in whole:
                add_due(model, body, line, -ratio * weight / line.weight)
    return body


def add_projection(model: pyo.ConcreteModel, case: Case) -> None:
    """Add a row per spanning match pool and one per group of matching funders."""
    groups = spanning(model)
    rules = limits(model, case)
    pools = {pool.name: pool for members in groups.values() for pool in members}
    names = {" and ".join(payers): members for payers, members in groups.items()}

    def one(m: pyo.ConcreteModel, name: str) -> object:
        return row(m, None, _implied(m, case, rules, [pools[name]]), 0.0)

    def all_of(m: pyo.ConcreteModel, payers: str) -> object:
        return row(m, None, _implied(m, case, rules, names[payers]), 0.0)

    model.projected_pool = pyo.Constraint(list(pools), rule=one)
    model.projected_total = pyo.Constraint(list(names), rule=all_of)
