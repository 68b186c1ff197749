"""Matching: a matching funder pays so much per unit of public and/or private money, and only where a rule applies.

    Σ_{f in rule} Σ_c matched[r,f,i,c] ≤ ratio·Σ_b Σ_c used[r,b,i,c]     per rule row r and initiative i, over its life
    Σ_r matched[r,f,i,c] = Σ pay of f in cell c                          where several rows let f pay
    Σ_r used[r,b,i,c] ≤ Σ pay of kind b in cell c                        where several rows claim the same base

A cell c is the set of stages of i to which the same rows apply. The base is public and/or private money by its source,
never matching money; each unit of it unlocks one row only. With one row per cell `matched` and `used` are the payments
themselves and no variable is needed. Where one of several rows has the timing `cumulative` they have a period index
(`matched_in`, `used_in`), and the second and third row hold for each period, the third for all periods up to it (base
money may be used later than it is paid, which gains nothing). Amounts in the initiative's currency at reference rates.
Caps, least bases and the timing are in `matching_thresholds`. Source: model.md, rule 6.
"""

from typing import Any

import pyomo.environ as pyo

from ..inputs.case import Case
from .algebra import Linear, row
from .decisions import paid
from .matching_cells import Key, Matching, up_to
from .matching_thresholds import add_thresholds


def add_matching(model: pyo.ConcreteModel, case: Case) -> None:
    """Add the variables and rows of the family."""
    known = Matching(model, case)
    known.used_at.update(_variables(model, known, "used", known.used_indices()))
    known.matched_at.update(_variables(model, known, "matched", known.matched_indices()))

    def ratio(m: pyo.ConcreteModel, n: int, _: str, name: str) -> object:
        return row(m, None, known.matched(n, name).plus(known.used(n, name), -float(known.rules[n].ratio)), 0.0)

    ratios = [key for key in known.rows() if key[0] not in known.cumulative]
    model.matching = pyo.Constraint(ratios, rule=ratio)
    _add_splits(model, known)
    add_thresholds(model, known)


def _variables(
    model: pyo.ConcreteModel, known: Matching, name: str, keys: list[tuple[Key, bool]]
) -> dict[Key, dict[int | None, Any]]:
    """Add the variables of what is split between rows, over life or by period, and return them."""
    labels = {key: known.label(key) for key, _ in keys}
    total = {key: labels[key] for key, by_period in keys if not by_period}
    timed = {(key, t): (*labels[key], t) for key, by_period in keys if by_period for t in known.periods(*key[2:])}
    over_life, by_t = pyo.Var(list(total.values()), bounds=(0, None)), pyo.Var(list(timed.values()), bounds=(0, None))
    model.add_component(name, over_life)
    model.add_component(f"{name}_in", by_t)
    found: dict[Key, dict[int | None, Any]] = {key: {None: over_life[label]} for key, label in total.items()}
    for (key, t), label in timed.items():
        found.setdefault(key, {})[t] = by_t[label]
    return found


def _add_splits(model: pyo.ConcreteModel, known: Matching) -> None:
    """Add the rows by which several rows share a funder's pay or a base."""
    payers = {known.label(key)[1:]: (key, set(at)) for key, at in known.matched_at.items()}
    claimed = {known.label(key)[1:]: (key, set(at)) for key, at in known.used_at.items()}

    def split(m: pyo.ConcreteModel, funder: str, name: str, label: str, t: int | None = None) -> object:
        cell = payers[funder, name, label][0][3]
        body, lines = Linear(), known.found[name].cells[cell]
        body.plus(paid(m, lines, frozenset({funder}), t))
        if t is not None:
            body.plus(paid(m, lines, frozenset({funder}), t - 1), -1.0)
        for n in cell:
            body.add(known.matched_at.get((n, funder, name, cell), {}).get(t), -1.0)
        return row(m, 0.0, body, 0.0)

    def unlocked(m: pyo.ConcreteModel, kind: str, name: str, label: str, t: int | None = None) -> object:
        cell = claimed[kind, name, label][0][3]
        body = paid(m, known.found[name].cells[cell], known.base[kind], t)
        for n in cell:
            body.extend(up_to(known.used_at.get((n, kind, name, cell), {}), t), -1.0)
        return row(m, 0.0, body, None)

    for component, rule, places in (("matching_split", split, payers), ("matching_base", unlocked, claimed)):
        total = [label for label, (_, periods) in places.items() if None in periods]
        timed = [
            (*label, t) for label, (_, periods) in places.items() for t in sorted(t for t in periods if t is not None)
        ]
        model.add_component(component, pyo.Constraint(total, rule=rule))
        model.add_component(f"{component}_in", pyo.Constraint(timed, rule=rule))
