"""Stability: what a funder pays per period may not change by much from one of its cycles to the next.

    |paid[k]/n[k] − paid[k−1]/n[k−1]| ≤ max_change·payments[f,k−1]/n[k−1]          k−1, k consecutive listed cycles

paid = Σ pay in the cycle, in the funder's currency at planning rates, `unit`s, without hedge costs and provisions; n =
periods of the cycle. Source: model.md, rule 12.
"""

from itertools import pairwise

import pyomo.environ as pyo

from ..inputs.case import Case, Cycle
from .algebra import Linear, row
from .budgets import spending

Index = tuple[str, str]


def changes(case: Case) -> dict[Index, tuple[Cycle, Cycle]]:
    """Return {(funder, cycle): (cycle before, cycle)} wherever a change is limited."""
    return {
        (funder, two.name): (one, two)
        for funder, cycles in case.cycles.items()
        if case.funders[funder].max_change is not None
        for one, two in pairwise(cycles)
    }


def add_stability(model: pyo.ConcreteModel, case: Case) -> None:
    """Add a row for more and a row for less per pair of cycles."""
    pairs = changes(case)
    spent = spending(model, case) if pairs else {}

    def change(funder: str, label: str) -> tuple[Linear, float]:
        one, two = pairs[funder, label]
        body = Linear().extend(spent[funder, two.name], 1.0 / len(two.periods))
        body.extend(spent[funder, one.name], -1.0 / len(one.periods))
        return body, float((case.funders[funder].max_change or 0) * one.payments / len(one.periods))

    def more(m: pyo.ConcreteModel, funder: str, label: str) -> object:
        body, limit = change(funder, label)
        return row(m, None, body, limit)

    def less(m: pyo.ConcreteModel, funder: str, label: str) -> object:
        body, limit = change(funder, label)
        return row(m, -limit, body, None)

    model.stability_more = pyo.Constraint(list(pairs), rule=more)
    model.stability_less = pyo.Constraint(list(pairs), rule=less)
