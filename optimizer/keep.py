"""Keeping to an approved plan when payments are settled: as little money as possible moves, and line by line.

The model counts money moved per funder, initiative and period. With two payers that may pay any line of an initiative,
they could still change lines with each other for nothing; a column and a row per approved payment make that cost a
little: short ≥ approved − pay. The exact rules know no rounding and the approved amounts are rounded: they may miss a
ratio by a fraction of a cent, which the payments then make up for somewhere. Where the approved amounts themselves hold
to the precision of verification, they are taken.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pyomo.environ as pyo
from scipy.sparse import csr_array, vstack

from ..inputs.case import Case
from ..models.replanning import payment
from ..models.signed import minor_unit
from ..results.decisions import Decisions, LineKey
from ..results.ledger import Due
from ..results.rounding import Rounded
from ..results.tables import Tables
from ..results.verify import audit
from .compile import Floats, Named, Program
from .elastic import with_columns
from .reduce import Reduced

# What a unit moved weighs against a unit hedged: far more, but far less than public outlay where that is the goal.
MOVING, MOVING_FRUGAL = 1000.0, 10.0
SHORT = 0.1  # and a unit less on a line
NEAR = 1000  # minor units that a payment may be away from the approved one and still mean it


def moving_cost(model: pyo.ConcreteModel, program: Program, cost: Floats, frugal: bool) -> Floats:
    """Return the costs of settling with those of moving approved money."""
    found = cost.copy()
    for variable in model.away.values():
        column = program.column_of.get(id(variable))
        if column is not None:
            found[column] = -(MOVING_FRUGAL if frugal else MOVING)
    return found


def keeping(model: pyo.ConcreteModel, reduced: Reduced, weight: float) -> Reduced:
    """Return the payments' program with a cost on every approved payment that is not made in full on its line.

    `weight` is what a unit hedged costs there.
    """
    case, program = model.layout.case, reduced.program
    columns, least = [], []
    for (funder, line, t), amount in case.approved.ahead.items() if case.approved is not None else ():
        column = program.column_of.get(id(payment(model, funder, line, t)))
        if column is not None:
            currency = model.layout.pools.pools[model.layout.pools.pool_of[line]].currency
            columns.append(column)
            least.append(amount * minor_unit(case, currency) / program.column_scale[column])
    if not columns:
        return reduced
    first, count, width = program.matrix.shape[0], len(columns), program.matrix.shape[1]
    rows = csr_array((np.ones(count), (range(count), columns)), shape=(count, width))
    longer = replace(
        program,
        matrix=csr_array(vstack([program.matrix, rows])),
        row_lower=np.append(program.row_lower, least),
        row_upper=np.append(program.row_upper, np.full(count, np.inf)),
        row_scale=np.append(program.row_scale, np.ones(count)),
        constraints=(*program.constraints, *(Named(f"kept[{k}]") for k in range(count))),
    )
    short = with_columns(longer, np.arange(first, first + count), np.ones(count), np.full(count, np.inf))
    short.cost[width:] *= SHORT * weight
    return replace(reduced, program=short)


def nearby(case: Case, dues: list[Due], decisions: Decisions) -> Decisions:
    """Return the decisions with the approved payments wherever they add up to the due and are all but made."""
    approved: dict[tuple[LineKey, int], dict[str, int]] = defaultdict(dict)
    for (funder, line, t), amount in case.approved.ahead.items() if case.approved is not None else ():
        approved[line, t][funder] = amount
    paid: dict[tuple[LineKey, int], dict[str, float]] = defaultdict(dict)
    for (funder, line, t), value in decisions.payments.items():
        paid[line, t][funder] = value
    found = dict(decisions.payments)
    for due in dues:
        cell, unit = (due.line, due.period), minor_unit(case, due.currency)
        kept, made = approved.get(cell, {}), paid[cell]
        if sum(kept.values()) != due.amount or not kept.keys() <= made.keys():
            continue
        if all(abs(value / unit - kept.get(funder, 0)) <= NEAR for funder, value in made.items()):
            found |= {(funder, *cell): kept.get(funder, 0) * unit for funder in made}
    return replace(decisions, payments=found)


def holds(case: Case, factors: Mapping[str, Any], decisions: Decisions, rounded: Rounded) -> bool:
    """Tell whether a rounded plan keeps every rule exactly; what its summary says is not looked at."""
    tables = Tables(case, factors, decisions, rounded).all()
    return all(fault.startswith("summary.json") for fault in audit(case, tables, {}, factors).faults)
