"""Milestones: sequence, completion, pauses, mandatory initiatives and levels, on windows that are already tight.

    sticky     started[m,t−1] ≤ started[m,t]
    sequence   started[m+1,t] ≤ started[m,t−d(m)]
    pause      begin[m+1,t] ≤ Σ_{s=t−d−max_pause}^{t−d} begin[m,s]
    complete   started[last,T] ≥ funded
    mandatory  started[m,T] = 1
    levels     min_level·begin[m,t] ≤ level[m,t] ≤ begin[m,t]                 where min_level < 1
               Σ_t level[m+1,t] ≤ Σ_t level[m,t]

Windows, deadlines and sunset need no rows: `windows` leaves only starts that respect them. After a milestone that is
done in full the second row of levels says no more than `sequence` and the first, so it is only there after a partial
one; a full milestone follows that at level 1. Periods are planning periods; every row counts milestones. Source:
model.md, rule 1.
"""

from itertools import pairwise

import pyomo.environ as pyo

from ..inputs.case import Case
from .algebra import Linear, row
from .decisions import begin, level_indices, level_of, started


def sticky_indices(model: pyo.ConcreteModel) -> list[tuple[str, str, int]]:
    """Return (initiative, milestone, t) for every period of a window but its first."""
    return [(i, m, t) for (i, m), window in model.layout.schedule.windows.items() for t in window[1:]]


def sequence_indices(model: pyo.ConcreteModel, case: Case) -> list[tuple[str, str, str, int]]:
    """Return (initiative, milestone, next milestone, t) over the window of the next."""
    windows = model.layout.schedule.windows
    return [
        (i, one.milestone, two.milestone, t)
        for i, steps in case.milestones.items()
        for one, two in pairwise(steps)
        for t in windows.get((i, two.milestone), ())
    ]


def level_sequence_indices(model: pyo.ConcreteModel, case: Case) -> list[tuple[str, str, str]]:
    """Return (initiative, partial milestone, next milestone) where the next can start."""
    schedule = model.layout.schedule
    return [
        (i, one.milestone, two.milestone)
        for i, steps in case.milestones.items()
        for one, two in pairwise(steps)
        if (i, one.milestone) in schedule.partial and (i, two.milestone) in schedule.windows
    ]


def add_levels(model: pyo.ConcreteModel, case: Case) -> None:
    """Add the rows of the partial milestones."""

    def least(m: pyo.ConcreteModel, i: str, step: str, t: int) -> object:
        share = float(case.milestone[i, step].min_level)
        return row(m, 0.0, Linear().add(m.level[i, step, t], 1.0).plus(begin(m, i, step, t), -share), None)

    def most(m: pyo.ConcreteModel, i: str, step: str, t: int) -> object:
        return row(m, None, Linear().add(m.level[i, step, t], 1.0).plus(begin(m, i, step, t), -1.0), 0.0)

    def sequence(m: pyo.ConcreteModel, i: str, one: str, two: str) -> object:
        return row(m, None, level_of(m, i, two).plus(level_of(m, i, one), -1.0), 0.0)

    levels = level_indices(model.layout)
    model.level_least = pyo.Constraint(levels, rule=least)
    model.level_most = pyo.Constraint(levels, rule=most)
    model.level_sequence = pyo.Constraint(level_sequence_indices(model, case), rule=sequence)


def add_milestones(model: pyo.ConcreteModel, case: Case) -> None:
    """Add the rows of the family."""
    add_levels(model, case)
    duration = {(i, m.milestone): m.duration for i, steps in case.milestones.items() for m in steps}
    steps = sequence_indices(model, case)
    pauses = [index for index in steps if case.initiatives[index[0]].max_pause is not None]
    complete = [
        i for i, r in case.initiatives.items() if r.complete and r.status == "candidate" and len(case.milestones[i]) > 1
    ]
    mandatory = [
        (i, m.milestone) for i, r in case.initiatives.items() if r.status == "mandatory" for m in case.milestones[i]
    ]

    def sticky(m: pyo.ConcreteModel, i: str, step: str, t: int) -> object:
        return row(m, None, Linear().add(m.started[i, step, t - 1], 1.0).add(m.started[i, step, t], -1.0), 0.0)

    def sequence(m: pyo.ConcreteModel, i: str, one: str, two: str, t: int) -> object:
        body = Linear().add(m.started[i, two, t], 1.0).add(started(m, i, one, t - duration[i, one]), -1.0)
        return row(m, None, body, 0.0)

    def pause(m: pyo.ConcreteModel, i: str, one: str, two: str, t: int) -> object:
        latest = t - duration[i, one]
        earliest = latest - (case.initiatives[i].max_pause or 0)
        body = begin(m, i, two, t)
        body.add(started(m, i, one, latest), -1.0).add(started(m, i, one, earliest - 1), 1.0)
        return row(m, None, body, 0.0)

    def completed(m: pyo.ConcreteModel, i: str) -> object:
        chain = case.milestones[i]
        body = Linear().add(started(m, i, chain[-1].milestone, case.T), 1.0)
        return row(m, 0.0, body.add(started(m, i, chain[0].milestone, case.T), -1.0), None)

    def required(m: pyo.ConcreteModel, i: str, step: str) -> object:
        return row(m, 1.0, Linear().add(started(m, i, step, case.T), 1.0), 1.0)

    model.sticky = pyo.Constraint(sticky_indices(model), rule=sticky)
    model.sequence = pyo.Constraint(steps, rule=sequence)
    model.pause = pyo.Constraint(pauses, rule=pause)
    model.complete = pyo.Constraint(complete, rule=completed)
    model.mandatory = pyo.Constraint(mandatory, rule=required)
