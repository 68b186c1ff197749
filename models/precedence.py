"""Precedence between milestones of different initiatives.

    finish-start  started[b,t] ≤ started[a,t−d(a)−lag]
    start-start   started[b,t] ≤ started[a,t−lag]

A predecessor with success 0 is a gate that is never passed: its finish-start successors have no window. Lags are in
planning periods. Source: model.md, rule 2.
"""

import pyomo.environ as pyo

from ..inputs.case import Case
from .algebra import Linear, row
from .decisions import started

Index = tuple[str, str, str, str, int, int]


def precedence_indices(model: pyo.ConcreteModel, case: Case) -> list[Index]:
    """Return (initiative a, milestone a, initiative b, milestone b, delay, t) over the window of b."""
    duration = {(i, m.milestone): m.duration for i, steps in case.milestones.items() for m in steps}
    found: dict[Index, None] = {}
    for rule in case.predecessors():
        a, b = (rule.pred_i, rule.pred_m), (rule.succ_i, rule.succ_m)
        delay = rule.lag + (duration[a] if rule.type == "finish-start" else 0)
        for t in model.layout.schedule.windows.get(b, ()):
            found[(*a, *b, delay, t)] = None
    return list(found)


def add_precedence(model: pyo.ConcreteModel, case: Case) -> None:
    """Add the rows of the family."""

    def follows(m: pyo.ConcreteModel, ai: str, am: str, bi: str, bm: str, delay: int, t: int) -> object:
        body = Linear().add(m.started[bi, bm, t], 1.0).add(started(m, ai, am, t - delay), -1.0)
        return row(m, None, body, 0.0)

    model.precedence = pyo.Constraint(precedence_indices(model, case), rule=follows)
