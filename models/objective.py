"""The objective: a named sum of terms, each of which is reported.

    value         most   Σ_m value(m)·S(m)·(1+r)^(−years(first period → period in which m finishes))·level[m,t]
                         + Σ bonus of synergies − price·money moved (a re-plan with a price)
    public_money  least  Σ pay + hedge costs + provisions of the public funders
    received      most   Σ_{p in group} received[p]
    key           most   least          with key[p]/Σ key·least ≤ received[p] for every party with a key
    required      value + synergies ≥ required_value       under the goals other than value

S(m) is the product of `success` over m and all its distinct finish-start ancestors, earlier milestones of its own
initiative included (1 unless `expected_value`). Years = (finish − 1)/periods per year. Amounts in base currency at
reference rates, `unit`s; `least` is what the parties with a key would receive together if each did at the smallest
rate per key. Source: model.md, "Objective".
"""

from collections import defaultdict

import pyomo.environ as pyo

from ..inputs.case import Case
from ..inputs.gates import passing_probability
from ..inputs.tables import SynergyRow
from .algebra import Linear, row
from .currency import hedge_costs
from .equity import received_terms
from .factors import discount
from .guarantees import provisions
from .lines import LEVEL
from .replanning import money_moved
from .windows import Milestone

Index = tuple[str, str]


def reach_probability(case: Case) -> dict[Milestone, float]:
    """Return S(m) of every milestone: 1 where values are not weighed by the probability of reaching them."""
    found = {milestone: float(chance) for milestone, chance in passing_probability(case).items()}
    return found if case.settings.expected_value else dict.fromkeys(found, 1.0)


def present_values(case: Case, windows: dict[Milestone, range]) -> dict[tuple[str, str, int], float]:
    """Return the expected, discounted value of each milestone at full level by the period in which it starts."""
    reach = reach_probability(case)
    found = {}
    for name, steps in case.milestones.items():
        for step in steps:
            worth = float(case.value(name, step.milestone)) * reach[name, step.milestone]
            for t in windows.get((name, step.milestone), ()):
                found[name, step.milestone, t] = worth * discount(case, t + step.duration - 1)
    return found


def value_terms(model: pyo.ConcreteModel, case: Case) -> Linear:
    """Return the present value of all milestones that are done."""
    body, layout = Linear(), model.layout
    for (name, step, t), worth in present_values(case, layout.schedule.windows).items():
        if (name, step) in layout.schedule.partial:
            body.add(layout.start_of[name, step, t, LEVEL], worth)
            continue
        body.add(layout.start_of[name, step, t], worth)
        body.add(layout.start_of.get((name, step, t - 1)), -worth)
    return body


def synergy_terms(model: pyo.ConcreteModel) -> Linear:
    """Return the value of all synergies."""
    return Linear().extend((bonus, 1.0) for bonus in model.bonus.values())


def total_value(model: pyo.ConcreteModel, case: Case) -> Linear:
    """Return the value of milestones and synergies together, whatever the goal."""
    return value_terms(model, case).plus(synergy_terms(model))


def outlay_terms(model: pyo.ConcreteModel, case: Case) -> dict[str, Linear]:
    """Return what the public funders pay, what hedging costs them and what they set aside, in base currency."""
    public = {f: float(case.reference_rate(r.currency)) for f, r in case.funders.items() if r.kind == "public"}
    pools = model.layout.pools.pools
    rates = {name: float(case.reference_rate(pool.currency)) for name, pool in pools.items()}
    pay = Linear().extend(
        (variable, rates[pool]) for (funder, pool, _), variable in model.layout.pay_of.items() if funder in public
    )

    def together(amounts: dict[Index, Linear]) -> Linear:
        body = Linear()
        for (funder, _), amount in amounts.items():
            if funder in public:
                body.plus(amount, public[funder])
        return body

    costs, set_aside = together(hedge_costs(model, case)), together(provisions(model, case))
    return {"public_pay": pay, "hedge_costs": costs, "provisions": set_aside}


def public_outlay(model: pyo.ConcreteModel, case: Case) -> Linear:
    """Return what the plan costs the public funders in all, in base currency."""
    body = Linear()
    for term in outlay_terms(model, case).values():
        body.plus(term)
    return body


def received_by(model: pyo.ConcreteModel, case: Case, parties: frozenset[str]) -> Linear:
    """Return what some parties receive over the horizon, in base currency."""
    body = Linear()
    for party, amount in received_terms(model, case, case.T).items():
        if party in parties:
            body.plus(amount)
    return body


def keys(case: Case) -> dict[str, float]:
    """Return the key of every party that has one."""
    return {party: float(r.key) for party, r in case.parties.items() if r.key}


def goal_terms(model: pyo.ConcreteModel, case: Case) -> dict[str, Linear]:
    """Return the terms of the case's goal by name."""
    goal = case.settings.objective
    if goal.goal == "public_money":
        return outlay_terms(model, case)
    if goal.goal == "received":
        return {"received": received_by(model, case, case.select_parties(goal.group))}
    if goal.goal == "key":
        return {"key": Linear().add(model.least, 1.0 / sum(keys(case).values()))}
    synergies = {"synergies": synergy_terms(model)} if case.rows(SynergyRow) else {}
    return {"value": value_terms(model, case)} | synergies | money_moved(model, case)


def least_value(model: pyo.ConcreteModel, case: Case) -> float:
    """Return a bound on the value of any plan from below."""
    worth: dict[Milestone, float] = defaultdict(float)
    for (name, step, _), value in present_values(case, model.layout.schedule.windows).items():
        worth[name, step] = min(worth[name, step], value)
    return sum(worth.values()) + sum(float(bonus.lb) for bonus in model.bonus.values())


def add_objective(model: pyo.ConcreteModel, case: Case) -> None:
    """Add the terms as named expressions, their sum as the objective, and the rows of the goals other than value."""
    goal = case.settings.objective
    required = float(goal.required_value)
    key = keys(case) if goal.goal == "key" else {}
    if goal.goal == "key":
        model.least = pyo.Var(bounds=(0, None))
    received = received_terms(model, case, case.T) if key else {}

    def enough(m: pyo.ConcreteModel) -> object:
        if goal.goal == "value" or least_value(m, case) >= required:
            return pyo.Constraint.Skip
        return row(m, required, total_value(m, case), None)

    def at_least(m: pyo.ConcreteModel, party: str) -> object:
        body = Linear().plus(received.get(party, Linear()))
        return row(m, 0.0, body.add(m.least, -key[party] / sum(key.values())), None)

    model.required_value = pyo.Constraint(rule=enough)
    model.key_least = pyo.Constraint(list(key), rule=at_least)
    terms = {name: term.expression() for name, term in goal_terms(model, case).items()}
    model.terms = pyo.Expression(list(terms), initialize=terms)
    sense = pyo.minimize if goal.goal == "public_money" else pyo.maximize
    body = model.least if key else sum(model.terms.values())
    model.objective = pyo.Objective(expr=body, sense=sense)
