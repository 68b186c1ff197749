"""Between the units of a program's objective and those in which the case counts its goal.

A program maximises value, or money in the case's `unit`; one whose goal is least public money maximises its negative,
and one whose goal is the least received per key what all parties with a key would receive at that rate.
"""

from dataclasses import replace

import numpy as np
import pyomo.environ as pyo

from ..inputs.case import Case
from ..models.objective import keys, public_outlay
from .compile import Floats, Program
from .engine import Listener


def scale(case: Case) -> float:
    """Return what one unit of a program's objective is in the units of the goal; negative where it is minimised."""
    goal = case.settings.objective.goal
    if goal == "value":
        return 1.0
    if goal == "key":
        return case.unit / sum(keys(case).values())
    return -float(case.unit) if goal == "public_money" else float(case.unit)


def natural(case: Case, listener: Listener) -> Listener:
    """Return a listener that hears a program's objectives in the units of the goal."""
    factor = scale(case)
    if factor == 1.0:
        return listener

    def told(value: float | None) -> float | None:
        return None if value is None else factor * value

    return lambda heard: listener(replace(heard, incumbent=told(heard.incumbent), bound=told(heard.bound)))


def outlay_cost(model: pyo.ConcreteModel, program: Program) -> Floats:
    """Return what a unit of every column (in the solver's scale) adds to public outlay, base currency in `unit`s."""
    cost = np.zeros(len(program.cost))
    for variable, coefficient in public_outlay(model, model.layout.case):
        column = program.column_of.get(id(variable))
        if column is not None:
            cost[column] = coefficient * program.column_scale[column]
    return cost
