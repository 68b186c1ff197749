"""Caps, least bases and timing of matching rules.

    cap          Σ matched[r,i] ≤ cap                                            base currency, per initiative
    least base   Σ matched[r,i] ≤ min(cap, largest cost of i in scope)·unlocked[i,r]
                 Σ used[r,i] ≥ min_base·unlocked[i,r]                            base currency
    cumulative   Σ_{s≤t} matched[r,i,s] ≤ ratio·Σ_{s≤t} used[r,i,s]              for every t, instead of over i's life

`unlocked` is binary; a rule without a least base has none. Amounts in base currency at reference rates, the last row
in the initiative's currency. Source: model.md, rule 6.
"""

import pyomo.environ as pyo

from .algebra import Linear, row
from .begun import largest_due
from .matching_cells import Matching

Index = tuple[int, str, str]  # (row, rule, initiative)


def add_thresholds(model: pyo.ConcreteModel, known: Matching) -> None:
    """Add `unlocked` and the rows."""
    rules, rows = known.rules, known.rows()
    gated = [index for index in rows if rules[index[0]].min_base]
    lift = known.model.layout.lift  # then the cap is a row of its own everywhere, which can be lifted
    caps = [index for index in rows if rules[index[0]].cap is not None]
    capped = [index for index in caps if lift or not rules[index[0]].min_base]
    model.unlocked = pyo.Var([(name, rule) for _, rule, name in gated], domain=pyo.Binary)

    def in_base(name: str) -> float:
        return float(known.case.reference_rate(known.case.initiatives[name].currency))

    def most(n: int, name: str) -> float:
        largest = largest_due(known.model.layout.schedule, name, rules[n].stage) * in_base(name)
        cap = rules[n].cap
        return largest if cap is None or lift else min(largest, float(cap))

    def cap(m: pyo.ConcreteModel, n: int, _: str, name: str) -> object:
        return row(m, None, Linear().plus(known.matched(n, name), in_base(name)), float(rules[n].cap or 0))

    def unlocked(m: pyo.ConcreteModel, n: int, rule: str, name: str) -> object:
        body = Linear().plus(known.matched(n, name), in_base(name))
        return row(m, None, body.add(m.unlocked[name, rule], -most(n, name)), 0.0)

    def least(m: pyo.ConcreteModel, n: int, rule: str, name: str) -> object:
        body = Linear().plus(known.used(n, name), in_base(name))
        return row(m, 0.0, body.add(m.unlocked[name, rule], -float(rules[n].min_base or 0)), None)

    def ahead(m: pyo.ConcreteModel, n: int, _: str, name: str, t: int) -> object:
        return row(m, None, known.matched(n, name, t).plus(known.used(n, name, t), -float(rules[n].ratio)), 0.0)

    model.matching_cap = pyo.Constraint(capped, rule=cap)
    model.matching_unlocked = pyo.Constraint(gated, rule=unlocked)
    model.matching_least_base = pyo.Constraint(gated, rule=least)
    model.matching_ahead = pyo.Constraint(
        [(*index, t) for index in rows if index[0] in known.cumulative for t in _periods(known, index)], rule=ahead
    )


def _periods(known: Matching, index: Index) -> list[int]:
    """Return the periods in which something in a row's scope can fall due."""
    n, _, name = index
    return sorted({t for cell in known.found[name].cells if n in cell for t in known.periods(name, cell)})
