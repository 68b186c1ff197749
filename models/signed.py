"""What was signed before the first free period of a re-plan: hedges, commitments and guarantees stay as they are.

    hedged[f,c,t] = approved                t < F, and nothing else was hedged then
    commit[f,ℓ,t] = approved                t < F, on lines on which something was committed then
    guaranteed[j,i,k] = approved            where the first milestone in scope has begun
    unsigned    a row that nothing satisfies for each commitment whose funder can no longer commit there

A line on which something was committed stays under commitment, whatever ceilings there are now. A guarantee is given
when the first milestone in its scope begins: what was guaranteed then stays guaranteed and set aside, also when less is
paid under it, and where nothing was guaranteed nothing is given later. What the approved run does not tell is free.
Source: model.md, rule 14.
"""

from collections.abc import Collection, Mapping
from typing import Any

import pyomo.environ as pyo

from ..inputs.approved import Approved, LineKey, PayKey, given_before
from ..inputs.case import Case
from .algebra import Linear, row

Exposure = tuple[str, str, int]


def minor_unit(case: Case, currency: str) -> float:
    """Return a minor unit of a currency in `unit`s."""
    return 10.0 ** -case.minor_digits(currency) / case.unit


def hedges_then(case: Case, exposed: Collection[Exposure], worth: Mapping[Exposure, float]) -> list[Exposure]:
    """Return the exposures that can be hedged: those `worth` it, before the first free period those hedged then."""
    approved = case.approved
    if approved is None or "currency" not in approved.signed:
        return list(worth)
    later = [key for key in worth if key[2] >= approved.frozen]
    return [key for key in approved.hedged_before if key in exposed] + later


def lines_signed(case: Case) -> frozenset[LineKey]:
    """Return the lines that are under commitment because something was committed on them."""
    return frozenset() if case.approved is None else case.approved.lines_signed


def given(case: Case) -> dict[tuple[int, str], float]:
    """Return what was guaranteed by each row for each initiative that has begun, in the initiative's currency."""
    found = {} if case.approved is None else given_before(case, case.approved)
    return {key: amount * minor_unit(case, case.initiatives[key[1]].currency) for key, amount in found.items()}


def unsigned(model: pyo.ConcreteModel, approved: Approved) -> list[PayKey]:
    """Return the commitments of before whose funder can no longer commit there."""
    pools = model.layout.pools
    return [
        (funder, line, t)
        for funder, line, t in approved.committed_before
        if all((funder, pool, t) not in model.commit for pool in (pools.pool_of.get(line), pools.match_of.get(line)))
    ]


def fix(variable: Any, amount: float) -> None:
    """Leave a variable no other value."""
    variable.setlb(amount)
    variable.setub(amount)


def hold_signed(model: pyo.ConcreteModel, case: Case, approved: Approved) -> None:
    """Fix what was signed before the first free period."""
    for key in approved.hedged_before.keys() & set(model.hedged):
        fix(model.hedged[key], approved.hedged_before[key] * minor_unit(case, key[1]))
    pools, signed = model.layout.pools.pools, approved.lines_signed
    for (funder, pool, t), variable in model.commit.items():
        line = pools[pool].lines[0].key
        if t < approved.frozen and line in signed:
            amount = approved.committed_before.get((funder, line, t), 0)
            fix(variable, amount * minor_unit(case, pools[pool].currency))
    amounts = given(case)
    for (n, initiative, _), variable in model.guaranteed.items():
        if (n, initiative) in amounts:
            fix(variable, amounts[n, initiative])


def frozen_units(model: pyo.ConcreteModel) -> list[tuple[Any, float]]:
    """Return every amount of money that a re-plan fixes, with a minor unit of its currency in `unit`s."""
    case, layout = model.layout.case, model.layout
    if case.approved is None:
        return []
    pools, known = layout.pools.pools, given(case)
    found = [(v, pools[pool].currency) for (_, pool, t), v in layout.pay_of.items() if t < case.approved.frozen]
    found += [(v, pools[pool].currency) for (_, pool, _), v in model.commit.items() if v.lb == v.ub]
    found += [(v, key[1]) for key, v in model.hedged.items() if key in case.approved.hedged_before]
    found += [(v, case.initiatives[key[1]].currency) for key, v in model.guaranteed.items() if key[:2] in known]
    return [(variable, minor_unit(case, currency)) for variable, currency in found]


def add_unsigned(model: pyo.ConcreteModel, approved: Approved | None) -> None:
    """Add a row that nothing satisfies for each commitment of before whose funder can no longer commit there."""
    gone = {} if approved is None else {(f, *line, t): (f, line, t) for f, line, t in unsigned(model, approved)}

    def lost(m: pyo.ConcreteModel, f: str, i: str, stage: str, party: str, t: int) -> object:
        units = approved.committed_before[gone[f, i, stage, party, t]] if approved is not None else 0
        return row(m, float(units), Linear(), None)

    model.unsigned = pyo.Constraint(list(gone), rule=lost)
