"""Earmarks: which part of what some funders pay goes to some initiatives or stages.

    a·Σ all pay of the funders ≤ Σ their pay in scope ≤ b·Σ all pay of the funders      up to and including `by`

in base currency at reference rates, `unit`s. Rows of one rule add up their scopes: pay in any of them counts once, and
"the funders" are those of all its rows. Source: model.md, rule 11.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

import pyomo.environ as pyo

from ..inputs.case import Case
from ..inputs.tables import EarmarkRow
from .algebra import Linear, row
from .eligibility import Scope


@dataclass
class Earmark:
    """One rule: its scopes and bounds."""

    scopes: list[Scope] = field(default_factory=list)
    at_least: Decimal | None = None
    at_most: Decimal | None = None
    by: int = 0

    @property
    def funders(self) -> frozenset[str]:
        """Return the funders of all scopes."""
        return frozenset().union(*(scope.funders for scope in self.scopes))


def earmark_rules(case: Case) -> dict[str, Earmark]:
    """Return the rules of earmarks.csv by name."""
    found: dict[str, Earmark] = defaultdict(Earmark)
    for rule in case.rows(EarmarkRow):
        earmark = found[rule.rule]
        initiatives = case.select_initiatives(rule.initiatives)
        earmark.scopes.append(Scope(case.select_funders(rule.funders), initiatives, rule.stage))
        earmark.at_least = rule.at_least if rule.at_least is not None else earmark.at_least
        earmark.at_most = rule.at_most if rule.at_most is not None else earmark.at_most
        earmark.by = min(case.T, case.period(rule.by)) if rule.by else earmark.by or case.T
    return dict(found)


def add_earmarks(model: pyo.ConcreteModel, case: Case) -> None:
    """Add a row per rule and bound."""
    rules = earmark_rules(case)
    layout = model.layout

    def share(rule: Earmark, bound: float) -> Linear:
        body, funders = Linear(), rule.funders
        weights: dict[tuple[str, str], float] = {}
        for (funder, pool, t), variable in layout.pay_of.items():
            if funder in funders and t <= rule.by:
                if (funder, pool) not in weights:
                    weights[funder, pool] = weight(rule, funder, pool, bound)
                body.add(variable, weights[funder, pool])
        return body

    def weight(rule: Earmark, funder: str, pool: str, bound: float) -> float:
        line = layout.pools.pools[pool].lines[0]
        scopes = (scope for scope in rule.scopes if funder in scope.funders)
        inside = any(scope.covers(line.initiative, line.stage) for scope in scopes)
        return float(case.reference_rate(line.currency)) * (inside - bound)

    def at_least(m: pyo.ConcreteModel, name: str) -> object:
        return row(m, 0.0, share(rules[name], float(rules[name].at_least or 0)), None)

    def at_most(m: pyo.ConcreteModel, name: str) -> object:
        return row(m, None, share(rules[name], float(rules[name].at_most or 0)), 0.0)

    floors = [name for name, rule in rules.items() if rule.at_least is not None]
    ceilings = [name for name, rule in rules.items() if rule.at_most is not None]
    model.earmark_at_least = pyo.Constraint(floors, rule=at_least)
    model.earmark_at_most = pyo.Constraint(ceilings, rule=at_most)
