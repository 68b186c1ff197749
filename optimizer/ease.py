"""Room for the past of a re-plan: the model is exact, and what is frozen was rounded to minor units.

Budgets and ceilings on commitments count what is frozen as it was booked, each amount rounded in the funder's currency;
caps and what buffers must hold get no room. Other rows get what verification allows them, a minor unit per frozen
amount, and twice that where nothing but frozen amounts is left: dues of the past are exact, and several milestones may
be behind one. Whether they hold is for verification to say (`settle`). Source: model.md, rule 14, "Money is exact".
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pyomo.environ as pyo

from ..inputs.approved import Approved, line_currency
from ..inputs.case import Case
from ..models.signed import frozen_units
from ..results.accounts import Books
from ..results.decisions import PayKey
from .compile import Program
from .room import family

PAST = 2.0  # minor units of room per frozen amount in a row of the past
OTHER = 1.0  # and in the others, where the amount is not nothing
EXACT = frozenset(
    (
        *("budget", "commitment", "carry", "matching_cap", "guarantee_cap"),
        *("open_position", "hedge", "currency_loss", "mean_loss", "scenario_loss", "tail_loss"),
    )
)
"""Rows that hold exactly, with what they count: limits, and the buffers that count in them."""
HAIR = 2e-9  # room in each of those rows (in its scale), twice what the solver tells apart: presolve fails for less


def eased(model: pyo.ConcreteModel, program: Program) -> Program:
    """Return the program of a re-plan with that room; other programs as they are."""
    case: Case = model.layout.case
    approved = case.approved
    if approved is None:
        return program
    cents, free = np.zeros(len(program.cost)), program.lower < program.upper
    free[[program.starts[*key, t] for key, t in approved.begun.items() if (*key, t) in program.starts]] = False
    for variable, unit in frozen_units(model):
        column = program.column_of.get(id(variable))
        if column is not None:
            cents[column] = unit / program.column_scale[column]
    matrix, paid = abs(program.matrix), np.where(program.upper > 0.0, cents, 0.0)
    past = np.asarray(matrix @ free.astype(float)) == 0.0
    room = np.where(past, PAST * np.asarray(matrix @ cents), OTHER * np.asarray(matrix @ paid))
    hair = np.where(room > 0.0, HAIR, 0.0)
    room[[family(constraint) in EXACT for constraint in program.constraints]] = 0.0
    upper = program.row_upper.copy()
    for constraint, more in _booked(model, case, approved):
        row = program.row_of.get(constraint.name)
        if row is not None:
            room[row] = 0.0
            upper[row] -= more * program.row_scale[row]
    return replace(program, row_lower=program.row_lower - room - hair, row_upper=upper + room + hair)


def _booked(model: pyo.ConcreteModel, case: Case, approved: Approved) -> Iterator[tuple[Any, float]]:
    """Yield every row of a funder's money, with how much more is booked of what is frozen than it counts."""
    for rows, amounts in ((model.budget, approved.history), (model.commitment, approved.committed_before)):
        more = _rounding(case, amounts)
        for key, constraint in rows.items():
            yield constraint, more.get(key, 0.0)


def _rounding(case: Case, amounts: Mapping[PayKey, int]) -> dict[tuple[str, str], float]:
    """Return {(funder, cycle): what rounding in the funder's currency adds to the amounts}, in `unit`s."""
    books, found = Books(case, {}), defaultdict[tuple[str, str], float](float)
    for (funder, line, t), amount in amounts.items():
        cycle, own = books.cycle_at.get((funder, t)), case.funders[funder].currency
        if cycle is not None:
            currency = line_currency(case, line) or own
            exact = books.rate(currency, own, t) * amount
            booked = books.in_funder_currency(funder, currency, t, amount)
            found[funder, cycle.name] += float((booked - exact) / (books.units(own) * case.unit))
    return found
