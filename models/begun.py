"""What falls due, from its begin to the end of its profile, when a milestone begins in some period.

    due of m begun in s = Σ_o cost(m)·profile(m,o)·(1+escalation)^((s+o−1)/periods per year)

in the initiative's currency, `unit`s, for a milestone at level 1: the escalated cost that a beginning binds.
Commitments are made of it, and its largest values bound what can be paid in some scope. Source: model.md, rules 4
and 8.
"""

from typing import Any

import pyomo.environ as pyo

from ..inputs.case import Case
from .algebra import Linear
from .decisions import begin
from .factors import escalation
from .lines import LEVEL, Schedule
from .windows import Milestone


def begun_due(case: Case, milestone: Milestone, start: int) -> dict[int, float]:
    """Return {t: amount} of what falls due when the milestone begins in `start`, at level 1."""
    cost = float(case.milestone[milestone].cost)
    parts = enumerate(case.profile(*milestone), start)
    return {t: cost * float(share) * escalation(case, milestone[0], t) for t, share in parts if share}


class Begun:
    """What falls due when milestones begin, each worked out once."""

    def __init__(self, case: Case) -> None:
        """Remember the case."""
        self._case = case
        self._due: dict[tuple[Milestone, int], dict[int, float]] = {}

    def due(self, milestone: Milestone, start: int) -> dict[int, float]:
        """Return `begun_due` of a milestone and start."""
        key = milestone, start
        found = self._due.get(key)
        if found is None:
            found = self._due[key] = begun_due(self._case, milestone, start)
        return found


def largest_due(schedule: Schedule, initiative: str, stage: str) -> float:
    """Return the most that can fall due for a stage of an initiative (empty: all of them) over its life."""
    case = schedule.case
    return sum(
        max(sum(begun_due(case, (initiative, step.milestone), s).values()) for s in window)
        for step in case.milestones[initiative]
        if stage in ("", step.stage) and (window := schedule.windows.get((initiative, step.milestone)))
    )


def begun(model: pyo.ConcreteModel, milestone: Milestone, start: int) -> Linear:
    """Return the level at which the milestone begins in `start`, 0 when it does not: `begin` where it has no level."""
    level: Any = model.layout.start_of.get((*milestone, start, LEVEL))
    return begin(model, *milestone, start) if level is None else Linear().add(level, 1.0)
