"""Re-planning: what has begun goes on, what was paid stays paid, and what was promised moves only so far.

    begun    started[m,T] = 1, level[m,s] as approved         for every m that begins before the first free period F;
                                                              its window is {s} alone, see `windows`
    frozen   pay[f,ℓ,t] = approved                            t < F
    away     away[f,i,t] ≥ approved[f,i,t] − Σ_{ℓ of i} R̄(κ(ℓ))·pay[f,ℓ,t]                t ≥ F
    moved    Σ away ≤ max_change·Σ_{t ≥ F} approved + a cent per approved amount

The model is exact, and what was approved is rounded: it keeps exact dues and ratios to some cents only, for which the
rows are given room once the program is compiled (see `ease` in the optimizer). A frozen amount whose payer can no
longer pay there is a row that nothing can satisfy. `away` is in `unit`s of the base currency at reference rates, also
for what was approved; the objective counts `−price·Σ away` as `money_moved`. Lines are paid one by one: a re-plan is
never pooled nor compact. What was signed besides payments is held by `signed`. Source: model.md, rule 14.
"""

from collections import defaultdict
from typing import Any

import pyomo.environ as pyo

from ..inputs.approved import Approved, LineKey, PayKey, line_currency
from ..inputs.case import Case
from .algebra import Linear, row
from .decisions import started
from .signed import add_unsigned, fix, hold_signed, minor_unit

Moved = tuple[str, str, int]  # funder, initiative, period
LEAST = 2e-9  # `unit`s, what a solver tells apart; verification knows the cents only


def approved_money(case: Case, approved: Approved) -> dict[Moved, float]:
    """Return what was approved per funder, initiative and free period, in `unit`s of the base currency."""
    found: dict[Moved, float] = defaultdict(float)
    for (funder, line, t), amount in approved.ahead.items():
        currency = line_currency(case, line) or case.base
        found[funder, line[0], t] += amount * minor_unit(case, currency) * float(case.reference_rate(currency))
    return dict(found)


def rounding(case: Case, approved: Approved) -> float:
    """Return what approved amounts may be above exact ones: a cent each, in `unit`s of the base currency."""
    currencies = (line_currency(case, line) or case.base for _, line, _ in approved.ahead)
    cents = sum(minor_unit(case, currency) * float(case.reference_rate(currency)) for currency in currencies)
    return max(cents, LEAST)


def payment(model: pyo.ConcreteModel, funder: str, line: LineKey, t: int) -> Any:
    """Return the variable of what a funder pays on a line in a period; None where it can pay nothing."""
    layout = model.layout
    for pool in (layout.pools.pool_of.get(line), layout.pools.match_of.get(line)):
        variable = None if pool is None else layout.pay_of.get((funder, pool, t))
        if variable is not None:
            return variable
    return None


def money_moved(model: pyo.ConcreteModel, case: Case) -> dict[str, Linear]:
    """Return the term of the objective that prices money moved; none without a price."""
    price = None if case.approved is None else case.approved.price
    if not price:
        return {}
    return {"money_moved": Linear().extend((away, -float(price)) for away in model.away.values())}


def hold(model: pyo.ConcreteModel, case: Case, approved: Approved) -> None:
    """Fix levels and payments of what has happened already."""
    history, pools = approved.history, model.layout.pools.pools
    for (funder, pool, t), variable in model.layout.pay_of.items():
        if t < approved.frozen:
            line = pools[pool].lines[0].key
            fix(variable, history.get((funder, line, t), 0) * minor_unit(case, pools[pool].currency))
    for (name, step), start in approved.begun.items():
        if (name, step) in model.layout.schedule.partial:
            fix(model.level[name, step, start], float(approved.levels[name, step]))


def unpayable(model: pyo.ConcreteModel, approved: Approved) -> list[PayKey]:
    """Return the payments before the first free period whose payer can no longer pay there."""
    return [key for key in approved.history if payment(model, *key) is None]


def paid_in_base(model: pyo.ConcreteModel, case: Case, key: Moved) -> Linear:
    """Return what a funder pays for an initiative in a period, in base currency."""
    funder, name, t = key
    body = Linear()
    for line in model.layout.lines_of.get(name, ()):
        body.add(payment(model, funder, line.key, t), float(case.reference_rate(line.currency)))
    return body


def add_replanning(model: pyo.ConcreteModel, case: Case) -> None:
    """Add the rows of the family; nothing where the case has no approved plan."""
    approved = case.approved
    if approved is not None:
        hold(model, case, approved)
    begun = {} if approved is None else approved.begun
    gone = {} if approved is None else {(f, *line, t): (f, line, t) for f, line, t in unpayable(model, approved)}
    promised = {} if approved is None else approved_money(case, approved)
    model.away = pyo.Var(list(promised), bounds=lambda _, f, i, t: (0, promised[f, i, t]))

    def begins(m: pyo.ConcreteModel, i: str, step: str) -> object:
        return row(m, 1.0, Linear().add(started(m, i, step, case.T), 1.0), 1.0)

    def lost(m: pyo.ConcreteModel, f: str, i: str, stage: str, party: str, t: int) -> object:
        units = approved.payments[gone[f, i, stage, party, t]] if approved is not None else 0
        return row(m, float(units), Linear(), None)

    def least(m: pyo.ConcreteModel, f: str, i: str, t: int) -> object:
        return row(m, promised[f, i, t], paid_in_base(m, case, (f, i, t)).add(m.away[f, i, t], 1.0), None)

    def within(m: pyo.ConcreteModel) -> object:
        if approved is None or approved.max_change is None or not promised:
            return pyo.Constraint.Skip
        most = float(approved.max_change) * sum(promised.values()) + rounding(case, approved)
        return row(m, None, Linear().extend((each, 1.0) for each in m.away.values()), most)

    if approved is not None:
        hold_signed(model, case, approved)
    add_unsigned(model, approved)
    model.begun = pyo.Constraint(list(begun), rule=begins)
    model.unpayable = pyo.Constraint(list(gone), rule=lost)
    model.away_least = pyo.Constraint(list(promised), rule=least)
    model.moved = pyo.Constraint(rule=within)
