"""The objective: a named sum of terms, each of which is reported.

    value = Σ_m value(m)·S(m)·(1+r)^(−years(first period → period in which m finishes))·begin[m,t]

S(m) is the product of `success` over m and all its distinct finish-start ancestors, earlier milestones of its own
initiative included (1 unless `expected_value`). Years = (finish − 1)/periods per year. Source: model.md, "Objective".
"""

from collections import defaultdict

import pyomo.environ as pyo

from ..inputs.case import Case
from .algebra import Linear
from .factors import discount
from .windows import Milestone, links


def reach_probability(case: Case) -> dict[Milestone, float]:
    """Return S(m) of every milestone."""
    success = {(i, m.milestone): float(m.success) for i, steps in case.milestones.items() for m in steps}
    if not case.settings.expected_value:
        return dict.fromkeys(success, 1.0)
    before: dict[Milestone, list[Milestone]] = defaultdict(list)
    for link in links(case):
        if link.gate:
            before[link.later].append(link.earlier)
    found = {}
    for milestone in success:
        reached, stack = {milestone}, [milestone]
        while stack:
            for earlier in before[stack.pop()]:
                if earlier not in reached:
                    reached.add(earlier)
                    stack.append(earlier)
        product = 1.0
        for one in reached:
            product *= success[one]
        found[milestone] = product
    return found


def present_values(case: Case, windows: dict[Milestone, range]) -> dict[tuple[str, str, int], float]:
    """Return the expected, discounted value of each milestone by the period in which it starts."""
    reach = reach_probability(case)
    found = {}
    for name, steps in case.milestones.items():
        for step in steps:
            worth = float(case.value(name, step.milestone)) * reach[name, step.milestone]
            for t in windows.get((name, step.milestone), ()):
                found[name, step.milestone, t] = worth * discount(case, t + step.duration - 1)
    return found


def add_objective(model: pyo.ConcreteModel, case: Case) -> None:
    """Add the terms as named expressions and maximise their sum."""
    body = Linear()
    layout = model.layout
    for (name, step, t), worth in present_values(case, layout.schedule.windows).items():
        body.add(layout.start_of[name, step, t], worth)
        body.add(layout.start_of.get((name, step, t - 1)), -worth)
    model.terms = pyo.Expression(["value"], initialize={"value": body.expression()})
    model.objective = pyo.Objective(expr=sum(model.terms.values()), sense=pyo.maximize)
