"""How the exact program of a case moves with each limit: which sides and coefficients, and by how much per unit.

Most of it is read off (see `follow`). The numbers of budgets.csv stand together in the same rows and are written down:

    payments     budget and carry of the cycle +1, carried_share + carry_over, carried_left +1,
                 stability of the next cycle ± max_change/n, bound of tickets +1 where money is the least
    reserved     the same with −1, without carried_share and stability
    carry_over   carried_share + payments

where `with_carrying` has the limit on what is carried as two rows, carried ≤ carry_over·payments (carried_share) and
carried ≤ payments − reserved (carried_left), so that both are straight. Source: models.budgets, models.tickets.
"""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pyomo.environ as pyo
from scipy.sparse import csr_array, vstack

from ..inputs.case import Case, Cycle
from ..inputs.levers import Lever
from .compile import Named, Program
from .follow import Key, Slope, followed, key_of


def with_carrying(case: Case, model: pyo.ConcreteModel, program: Program) -> Program:
    """Return the program in which the limit on what is carried is two rows per cycle instead of a bound."""
    cycles = _cycles(case)
    at = [(key, program.column_of.get(id(variable))) for key, variable in model.carried.items()]
    known = [(cycles[key], column) for key, column in at if column is not None]
    columns = np.array([column for _, column in known], dtype=np.int64)
    limits = [(float(cycle.carry_over * cycle.payments), float(cycle.payments - cycle.reserved)) for cycle, _ in known]
    upper = program.upper.copy()
    upper[columns] = np.inf
    twice, count = np.repeat(columns, 2), 2 * len(columns)
    rows = csr_array((np.ones(count), (np.arange(count), twice)), shape=(count, len(program.cost)))
    names = [Named(f"{name}[{c.funder},{c.name}]") for c, _ in known for name in ("carried_share", "carried_left")]
    return replace(
        program,
        upper=upper,
        matrix=csr_array(vstack([program.matrix, rows])),
        row_lower=np.append(program.row_lower, np.full(count, -np.inf)),
        row_upper=np.append(program.row_upper, np.array(limits).reshape(-1) / program.column_scale[twice]),
        row_scale=np.append(program.row_scale, 1.0 / program.column_scale[twice]),
        constraints=(*program.constraints, *names),
    )


def _cycles(case: Case) -> dict[tuple[str, str], Cycle]:
    return {(f, cycle.name): cycle for f, cycles in case.cycles.items() for cycle in cycles}


def slopes(case: Case, model: pyo.ConcreteModel, program: Program, levers: Iterable[Lever]) -> dict[Key, Slope]:
    """Return the slopes of a program `with_carrying` by lever."""
    told = [lever for lever in levers if lever.table == "choices" or _written(lever)]
    rest = [lever for lever in levers if lever.table != "choices" and not _written(lever)]
    found = followed(case, program, rest)
    for lever in told:
        writer = _choice if lever.table == "choices" else _budget
        found[key_of(lever)] = writer(case, model, program, lever)
    return found


def _written(lever: Lever) -> bool:
    return lever.table == "budgets" and lever.column != "commitments"


def _choice(case: Case, model: pyo.ConcreteModel, program: Program, lever: Lever) -> Slope:
    """Return the slope of a bound of a choice, whose two bounds may be one row."""
    found, name = Slope(), model.choice[lever.owner].name if lever.owner in model.choice else ""
    sides, at = (program.row_upper, found.upper) if lever.column == "at_most" else (program.row_lower, found.lower)
    for row, constraint in enumerate(program.constraints):
        if constraint.name == name and np.isfinite(sides[row]):
            at[row] = float(program.row_scale[row])
    return found


def _budget(case: Case, model: pyo.ConcreteModel, program: Program, lever: Lever) -> Slope:
    """Return the slope of a number of budgets.csv."""
    found, cycles = Slope(), case.cycles[lever.owner]
    key = lever.owner, str(lever.where["cycle"])
    place = next(k for k, cycle in enumerate(cycles) if cycle.name == key[1])
    cycle, label = cycles[place], f"[{key[0]},{key[1]}]"
    sign = {"payments": 1.0, "reserved": -1.0}.get(lever.column, 0.0)
    amounts = {f"carried_left{label}": sign, f"carried_share{label}": 0.0}
    amounts |= {rows[key].name: sign for rows in (model.budget, model.carry) if key in rows}
    if lever.column == "carry_over":
        amounts[f"carried_share{label}"] = float(cycle.payments)
    if lever.column == "payments":
        amounts[f"carried_share{label}"] = float(cycle.carry_over)
        following = (key[0], cycles[place + 1].name) if place + 1 < len(cycles) else ("", "")
        most = float(case.funders[key[0]].max_change or 0) / len(cycle.periods)
        for rows, change in ((model.stability_more, most), (model.stability_less, -most)):
            amounts |= {rows[following].name: change} if following in rows else {}
    for name, amount in amounts.items():
        row = program.row_of.get(name)
        if row is not None and amount:
            found.side(program, row, amount)
    if sign:
        _tickets(case, model, program, key[0], sign, found)
    return found


def _tickets(case: Case, model: pyo.ConcreteModel, program: Program, funder: str, sign: float, found: Slope) -> None:
    """Let the largest that a funder can put in follow its money, where that and not the dues is the least."""
    money = sum(float(cycle.payments - cycle.reserved) for cycle in case.cycles[funder])
    for index, constraint in model.ticket_most.items():
        row, column = program.row_of.get(constraint.name), program.column_of.get(id(model.joins[index]))
        if index[1] == funder and row is not None and column is not None:
            scale = float(program.row_scale[row] * program.column_scale[column])
            if program.matrix[row, column] / scale <= -money * (1 - 1e-12):
                found.entries[row, column] = -sign * scale
