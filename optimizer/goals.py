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

FINE = 4  # decimals beyond the minor unit to which a program's money is told: a solver's precision goes no further


def scale(case: Case) -> float:
    """Return what one unit of a program's objective is in the units of the goal; negative where it is minimised."""
    goal = case.settings.objective.goal
    if goal == "value":
        return 1.0
    if goal == "key":
        return case.unit / sum(keys(case).values())
    return -float(case.unit) if goal == "public_money" else float(case.unit)


def counted(case: Case, value: float) -> float:
    """Return an objective or bound of a program in the units of the goal; money to `FINE` of a minor unit."""
    found, goal = scale(case) * value, case.settings.objective.goal
    return round(found, case.minor_digits(case.base) + FINE) if goal in ("public_money", "received") else found


def grain(case: Case) -> float:
    """Return what is too little, in the units of the goal, to tell two amounts of money apart; 0 where it is value."""
    if case.settings.objective.goal == "value":
        return 0.0
    return 10.0 ** -(case.minor_digits(case.base) + FINE) * abs(scale(case)) / case.unit


def natural(case: Case, listener: Listener) -> Listener:
    """Return a listener that hears a program's objectives in the units of the goal."""
    if scale(case) == 1.0:
        return listener

    def told(value: float | None) -> float | None:
        return None if value is None else counted(case, value)

    return lambda heard: listener(replace(heard, incumbent=told(heard.incumbent), bound=told(heard.bound)))


def outlay_cost(model: pyo.ConcreteModel, program: Program) -> Floats:
    """Return what a unit of every column (in the solver's scale) adds to public outlay, base currency in `unit`s."""
    cost = np.zeros(len(program.cost))
    for variable, coefficient in public_outlay(model, model.layout.case):
        column = program.column_of.get(id(variable))
        if column is not None:
            cost[column] = coefficient * program.column_scale[column]
    return cost
