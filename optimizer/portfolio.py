"""The portfolio of a run as a program: the schedule and what follows from it fixed, payments and levels left free.

Who joins what and which matching is unlocked is read off the plan's payments. Three kinds of limits are written as
they bind then, so that the program follows each of them on a straight line:

    ticket_most        Σ pay ≤ bound·joins        says nothing where joins = 1: the bound is what dues and money allow
    guarantee_begun    guaranteed ≤ most·begun    says nothing where it has begun, as more than needed is never given
    matching_unlocked  matched ≤ min(cap, largest cost)·unlocked     is matched ≤ cap where unlocked = 1

The levels are the plan's where least outlay is sought; where as much of the goal is (`at_any_level`), they are free.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pyomo.environ as pyo

from ..inputs.case import Case
from ..inputs.faults import UsageError
from ..inputs.levers import Lever, levers
from ..inputs.tables import MatchingRow
from ..models.build import build
from ..results.decisions import Levels
from ..results.plan import Run
from .compile import Floats, Program, compile_model
from .earlier import begun
from .engine import Limits, Search
from .extract import Starts, at_levels, fixed
from .follow import Key, Slope, key_of
from .goals import outlay_cost
from .linear import solved
from .reduce import reduce
from .slopes import slopes, with_carrying
from .tiebreak import point_of

RELAXING = {
    **dict.fromkeys(("budget", "commitments", "carry_over", "stability", "risk"), "more"),
    **dict.fromkeys(("ceiling", "ratio", "cap", "leverage"), "more"),
    **dict.fromkeys(("reserve", "ticket", "contingency", "floor", "least_base", "provisioning"), "less"),
    "required_value": "less",
}
"""The kinds of levers that are limits, and the direction in which each of them leaves more room."""
WAYS = {"more": 1.0, "less": -1.0}


@dataclass(frozen=True, eq=False)
class Ground:
    """What prices and ceilings are read off: a run's exact program `with_carrying`, its limits and their slopes."""

    run: Run
    model: pyo.ConcreteModel
    program: Program
    limits: tuple[Lever, ...]
    slopes: dict[Key, Slope]

    @property
    def case(self) -> Case:
        """Return the case."""
        return self.run.case

    def slope(self, lever: Lever) -> Slope:
        """Return what follows a limit."""
        return self.slopes[key_of(lever)]


def ground(run: Run) -> Ground:
    """Build what prices and ceilings are read off; ``UsageError`` where the run has no plan."""
    if run.plan is None:
        raise UsageError("the run has no plan: there is no portfolio of which to give prices")
    model = build(run.case)
    program = with_carrying(run.case, model, compile_model(model))
    limits = levers(run.case, tuple(RELAXING))
    return Ground(run, model, program, limits, slopes(run.case, model, program, limits))


def begins(run: Run) -> Starts:
    """Return when each milestone of the plan begins."""
    return begun(run, run.case)


def decided(run: Run, model: pyo.ConcreteModel, program: Program) -> Floats:
    """Return the plan's decisions as a point of a program of the case, or of one that differs in a limit."""
    assert run.plan is not None
    x, tables = point_of(program, begins(run)), run.plan.tables
    pays = set(zip(tables["funding"]["initiative"], tables["funding"]["funder"], strict=True))
    matched = tables["matching"][["initiative", "rule", "matched"]].itertuples(index=False)
    open_ = {(str(i), str(rule)) for i, rule, amount in matched if float(amount) > 0}
    for variables, at in ((model.joins, pays), (model.unlocked, open_)):
        for index, variable in variables.items():
            column = program.column_of.get(id(variable))
            if column is not None:
                x[column] = index in at
    return x


def portfolio(run: Run, model: pyo.ConcreteModel, program: Program) -> Program:
    """Return the program of least public outlay with the portfolio fixed: its schedule, what follows, and its levels.

    Where rounding alone lets the plan's own joins and unlocked matching hold, those that cost least take their place.
    """
    held = as_planned(run, model, program, decided(run, model, program))
    if len(program.following) and solved(reduce(held).program).x is None:
        free = program.with_bounds(held.lower.copy(), held.upper.copy())
        free.lower[program.following], free.upper[program.following] = 0.0, 1.0
        reduced = reduce(replace(free, cost=held.cost, offset=0.0))
        outcome = Search(reduced.program, Limits(threads=1)).run()
        if outcome.x is not None:
            return as_planned(run, model, program, reduced.expand(outcome.x))
    return held


def as_planned(run: Run, model: pyo.ConcreteModel, program: Program, point: Floats) -> Program:
    """Return the program of least public outlay with the integer columns of a point, and the levels of the plan."""
    frugal = replace(program, cost=-outlay_cost(model, program), offset=0.0)
    return at_levels(fixed(frugal, point), model, begins(run), levels(run))


def levels(run: Run) -> Levels:
    """Return the level of each milestone that is done."""
    assert run.plan is not None
    rows = run.plan.tables["schedule"].to_dict("records")
    return {(row["initiative"], row["milestone"]): Fraction(row["level"]) for row in rows if row["done"] == "true"}


def at_any_level(held: Program, on: Ground) -> Program | None:
    """Return a fixed program with its levels free and the goal to be reached; None where the plan leaves none open."""
    partial = on.model.layout.schedule.partial
    if partial.isdisjoint(begins(on.run)) or on.case.settings.objective.goal == "public_money":
        return None
    lower, upper = held.lower.copy(), held.upper.copy()
    for variable in on.model.level.values():
        column = held.column_of.get(id(variable))
        if column is not None:
            lower[column], upper[column] = on.program.lower[column], on.program.upper[column]
    return replace(held, lower=lower, upper=upper, cost=on.program.cost, offset=on.program.offset)


def straight(run: Run, model: pyo.ConcreteModel, held: Program, found: dict[Key, Slope]) -> Program:
    """Return the fixed program with the limits named above as they bind, and let `found` follow them."""
    if run.case.approved is not None:
        return held
    lower, upper, most = held.row_lower.copy(), held.row_upper.copy(), held.upper.copy()
    freed = [
        held.row_of[constraint.name]
        for index, constraint in model.ticket_most.items()
        if constraint.name in held.row_of and held.lower[held.column_of[id(model.joins[index])]] > 0.5
    ]
    for (n, name, cycle), constraint in model.guarantee_begun.items():
        row = held.row_of[constraint.name]
        part = slice(held.matrix.indptr[row], held.matrix.indptr[row + 1])
        at, data = held.matrix.indices[part], held.matrix.data[part]
        schedule = held.integer[at]
        if float(data[schedule] @ held.lower[at[schedule]]) < -1e-12:
            freed.append(row)
        most[held.column_of[id(model.guaranteed[n, name, cycle])]] = np.inf
    lower[freed], upper[freed] = -np.inf, np.inf
    matrix = held.matrix.copy()
    rules = run.case.rows(MatchingRow)
    for (n, rule, name), constraint in model.matching_unlocked.items():
        row, column = held.row_of[constraint.name], held.column_of[id(model.unlocked[name, rule])]
        cap = rules[n].cap
        if cap is not None and cap > 0:
            scale = float(held.row_scale[row] * held.column_scale[column])
            matrix[row, column] = -float(cap) * scale
            slope = found["matching", n + 2, "cap"]
            slope.entries[row, column] = -scale
            slope.bent.discard(row)
    for slope in found.values():
        slope.bent -= {*freed, *(held.row_of[constraint.name] for constraint in model.guarantee_begun.values())}
    return replace(held, matrix=matrix, row_lower=lower, row_upper=upper, upper=most)


def room_of(case: Case, lever: Lever, direction: str) -> Decimal | None:
    """Return how far a limit can be moved in a direction; None: however far."""
    if lever.table == "budgets" and lever.column in ("payments", "reserved"):
        (cycle,) = (c for c in case.cycles[lever.owner] if c.name == lever.where["cycle"])
        if (lever.column == "payments") == (direction == "less"):
            return cycle.payments - cycle.reserved
    if direction == "less":
        return abs(lever.base) if lever.kind != "required_value" else None
    whole = lever.unit == "share" and lever.table != "equity" and lever.kind != "stability"
    return 1 - lever.base if whole else None
