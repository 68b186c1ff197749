"""Among plans that reach as much, a re-plan keeps the one that moves the least of the approved money.

The exact program is searched once more from the plan, for less money moved at no less than its objective. What is
found is settled like any other plan, and taken where it moves less. With a price, moving money is in the objective
already.
"""

import math
import time
from fractions import Fraction

import numpy as np

from ..inputs.case import Case
from ..results.differences import money_moved
from .compile import Floats, Program
from .engine import Progress
from .goals import scale
from .report import Terms
from .settle import Settled, Settler
from .tiebreak import EQUAL, PART, frugal
from .work import Tabled, Work, tabled


def moving(settler: Settler, program: Program) -> Floats:
    """Return what a unit of every column (in the solver's scale) adds to the money moved, base currency in `unit`s."""
    cost = np.zeros(len(program.cost))
    for variable in settler.model.away.values():
        column = program.column_of.get(id(variable))
        if column is not None:
            cost[column] = program.column_scale[column]
    return cost


def moved(case: Case, tables: Tabled) -> Fraction:
    """Return how much of the approved money a plan moves, in whole units of the base currency."""
    approved = case.approved
    return (
        Fraction(0) if approved is None else sum(money_moved(case, approved, tables["funding"]).values(), Fraction(0))
    )


def steady(
    work: Work, settler: Settler, exact: Program, settled: Settled, tables: Tabled, terms: Terms
) -> tuple[Tabled, Terms]:
    """Return the tables and terms of a plan that reaches as much and moves less money, where one is found."""
    case, decisions = work.case, settled.decisions
    if case.approved is None or case.approved.price or decisions is None or not moved(case, tables):
        return tables, terms
    if work.interrupt:
        work.clock.short("keeping")
        return tables, terms
    least, clock = math.fsum(terms.values()), time.monotonic()
    work.listener(Progress("keeping", clock - work.began, least))
    may, cost = work.second("keeping", PART, at_once=True), moving(settler, exact)
    other = frugal(settler, exact, decisions.starts, least / scale(case), may, cost)
    found, reaches = tabled(case, settler.factors, None if other is None else other.settled)
    work.took("keeping", clock)
    sense = 1.0 if scale(case) > 0 else -1.0
    if other is None or found is None:
        return tables, terms
    less = other.gives * abs(scale(case)) + EQUAL * max(1.0, abs(least))
    if sense * (math.fsum(reaches.values()) - least) < -less:
        return tables, terms
    return (found, reaches) if moved(case, found) < moved(case, tables) else (tables, terms)
