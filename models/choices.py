"""Choices: how many of a group of initiatives are funded.

    at_least ≤ Σ_{i in group} funded[i] ≤ at_most

`funded[i]` is the start of the first milestone by T. Rows of one choice add up their groups; counts of initiatives.
Source: model.md, rule 3.
"""

import pyomo.environ as pyo

from ..inputs.case import Case
from ..inputs.tables import ChoiceRow
from .algebra import Linear, row
from .decisions import funded


def choice_groups(case: Case) -> dict[str, tuple[frozenset[str], int, int | None]]:
    """Return {choice: (initiatives, at least, at most)}."""
    found: dict[str, tuple[frozenset[str], int, int | None]] = {}
    for rule in case.rows(ChoiceRow):
        members, low, high = found.get(rule.choice, (frozenset[str](), 0, None))
        highs = [bound for bound in (high, rule.at_most) if bound is not None]
        members |= case.select_initiatives(rule.initiatives)
        found[rule.choice] = members, max(low, rule.at_least or 0), min(highs, default=None)
    return found


def add_choices(model: pyo.ConcreteModel, case: Case) -> None:
    """Add one row per choice."""
    groups = choice_groups(case)

    def chosen(m: pyo.ConcreteModel, choice: str) -> object:
        members, low, high = groups[choice]
        body = Linear()
        for name in sorted(members):
            body.add(funded(m, name), 1.0)
        return row(m, float(low), body, None if high is None else float(high))

    model.choice = pyo.Constraint(list(groups), rule=chosen)
