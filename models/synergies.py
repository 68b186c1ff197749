"""Synergies: what a group of initiatives is worth beyond its parts once every milestone of all of them is done.

    value > 0    0 ≤ bonus ≤ value·Σ_t level[m,t]                     for every milestone m of every member
    value < 0    value ≤ bonus ≤ 0,   bonus ≤ value·(Σ done − n + 1)  over all n milestones of all members

Levels never rise along an initiative and nothing is done before what comes before it, so that the last milestone of a
member stands for all of its milestones: with n members and their last milestones the rows are fewer, and the second is
tighter. A member with a milestone that can never start leaves no bonus, and a value of 0 is no rule. Values are
present values. Source: model.md, rule 3.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pyomo.environ as pyo

from ..inputs.case import Case
from ..inputs.tables import SynergyRow
from .algebra import Linear, row
from .decisions import level_of, started
from .windows import Milestone


@dataclass(frozen=True)
class Synergy:
    """The members of a synergy, in the order of initiatives.csv, and what it is worth."""

    members: tuple[str, ...]
    value: float


def synergies(case: Case) -> dict[str, Synergy]:
    """Return the synergies of the case by name."""
    found = {}
    for rule in case.rows(SynergyRow):
        chosen = case.select_initiatives(rule.initiatives)
        found[rule.synergy] = Synergy(tuple(i for i in case.initiatives if i in chosen), float(rule.value))
    return found


def synergy_indices(model: pyo.ConcreteModel, case: Case) -> dict[str, Synergy]:
    """Return the synergies with a value and members all of whose milestones can start."""
    windows = model.layout.schedule.windows
    return {
        name: synergy
        for name, synergy in synergies(case).items()
        if synergy.value
        and synergy.members
        and all((i, m.milestone) in windows for i in synergy.members for m in case.milestones[i])
    }


def bonuses(case: Case, levels: Mapping[Milestone, float]) -> dict[str, float]:
    """Return what each synergy is worth, given the level of every milestone that is done."""
    found = {}
    for name, synergy in synergies(case).items():
        each = [levels.get((i, m.milestone), 0.0) for i in synergy.members for m in case.milestones[i]]
        least = min(each, default=0.0)
        found[name] = synergy.value * (least if synergy.value > 0 else float(least > 0))
    return found


def add_synergies(model: pyo.ConcreteModel, case: Case) -> None:
    """Add `bonus` and the rows of the family."""
    found = synergy_indices(model, case)
    last = {i: case.milestones[i][-1].milestone for synergy in found.values() for i in synergy.members}

    def bounds(_: pyo.ConcreteModel, name: str) -> tuple[float, float]:
        return min(0.0, found[name].value), max(0.0, found[name].value)

    def gained(m: pyo.ConcreteModel, name: str, i: str) -> object:
        body = Linear().add(m.bonus[name], 1.0).plus(level_of(m, i, last[i]), -found[name].value)
        return row(m, None, body, 0.0)

    def lost(m: pyo.ConcreteModel, name: str) -> object:
        value, members = found[name].value, found[name].members
        body = Linear().add(m.bonus[name], 1.0)
        for i in members:
            body.add(started(m, i, last[i], case.T), -value)
        return row(m, None, body, value * (1 - len(members)))

    model.bonus = pyo.Var(list(found), bounds=bounds)
    gains = [(name, i) for name, synergy in found.items() if synergy.value > 0 for i in synergy.members]
    model.synergy_gain = pyo.Constraint(gains, rule=gained)
    model.synergy_loss = pyo.Constraint([name for name, s in found.items() if s.value < 0], rule=lost)
