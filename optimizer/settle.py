"""Settling: with the schedule fixed, the payments are solved exactly, rounded to minor units and checked.

The continuous model decides the schedule; who joins what, which matching is unlocked and how much of a milestone is
funded follow from it. The payments are solved again with all that fixed (and as little hedging cost as possible, or
public outlay where that is the goal), then rounded.
Where a rounded cycle passes its limit and no single unit can be moved, the limit is tightened by the overshoot and the
payments are solved again; where a rule that holds to one minor unit per amount is missed by more, all such rules are
given room. No plan leaves that does not verify. The first payments are always solved, others only by the `deadline`.
Where no payments fit, what goes back to the search is
either a row that excludes this schedule or, when nothing can pay it, a cut that every payable schedule satisfies:
with v(x) the least total violation of the rules at schedule x and g its slope there (duals of the elastic LP), v(x̄) +
g·(x − x̄) ≤ 0 (Benders 1962). Source: model.md, "Money is exact"; solving.md, "Pool the payments".
"""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pyomo.environ as pyo
from pyomo.common.gc_manager import PauseGC

from ..inputs.case import Case
from ..inputs.faults import SolverFailure
from ..results.accounts import Books
from ..results.decisions import Decisions
from ..results.rounding import Rounded, round_plan
from .bill import Bill, Bills
from .clock import Clock, Deadline
from .compile import Floats, Program
from .elastic import elastic, with_columns
from .engine import Ending, Limits, Search
from .extract import Extractor, Factors, at_levels, fixed, levels_at, starts_at
from .goals import outlay_cost
from .keep import holds, keeping, moving_cost, nearby
from .linear import solved
from .reduce import Reduced, reduce
from .room import lowered, ratios_with_room, with_room
from .tails import Tails

MANY = 2000  # payments from which on room for rounding is left at once
# Minor units of every budget that are left free for rounding where they are not needed, and what a unit of them weighs
# against a unit hedged. Where many amounts are rounded, room is worth more: to free one unit in a buffer takes many
# hedged ones; and it comes in steps, so that it is spread over many budgets.
ROOM = {20: 1.0}
MUCH_ROOM = {3: 1000.0, 17: 100.0}
CROSSING = 1e-3  # what a payment across currencies weighs against hedging when payments are settled
PATIENCE = 4  # how often amounts are rounded before a payer may be given a cent of a line that is not its own
BESIDE = 1e-5  # what all that weighs against public outlay, where that is the goal
FOLLOWING = 1e-6  # gap to which what follows from a schedule is decided
LEVEL_ROOM = (0, 2, 20)  # minor units that levels leave free in every limit, tried one after the other
RATIO_ROOM = 4  # by what the minor units left free in such rules grow each time that one is missed
LEAST = 1.0  # seconds in which what follows from a schedule is decided however late it is
ROUNDS = 8  # how often limits are tightened for one schedule before it goes back to the search


Cut = tuple[dict[Any, float], float]


@dataclass(frozen=True)
class Settled:
    """A schedule's decisions in minor units; or else the cut that the search must respect from now on.

    `cut` is a row `Σ coefficient·started ≤ limit`; `proof` tells whether no plan is lost by it (the schedule cannot be
    paid), or only one that could not be rounded. `tighten` are overshoots of named budget rows, for another attempt;
    `unkept`: no limit is passed, but some rule is missed. `hurried`: the time was up before it was settled.
    """

    decisions: Decisions | None
    rounded: Rounded | None
    cut: Cut | None = None
    tighten: dict[str, float] = field(default_factory=dict)
    proof: bool = False
    unkept: bool = False
    hurried: bool = False


def passed(rounded: Rounded) -> bool:
    """Tell whether rounding passed a limit."""
    return bool(rounded.overshoot or rounded.commitment_overshoot or rounded.cap_overshoot)


class Settler:
    """Settles points of one model."""

    def __init__(self, model: pyo.ConcreteModel, program: Program, factors: Factors) -> None:
        """Remember the model, its program and the stored factors."""
        self.model, self.factors = model, factors
        self.case: Case = model.layout.case
        self.books = Books(self.case, factors)
        self.extractor = Extractor(model, program)
        self.tails = Tails.of(model, program)
        self.bills = Bills(model, program, factors, self.extractor)
        self.deadline, self.roomy = Deadline(Clock()), False
        goal = self.case.settings.objective
        self.frugal = goal.goal == "public_money" or goal.tie_break

    def settle(self, program: Program, x: Floats, decided: bool = False) -> Settled:
        """Return the whole-unit plan of the schedule in `x`, or why it cannot be had.

        `decided` says that `x` also holds what follows from the schedule, and that it is to stay.
        """
        with PauseGC():
            program = self.tails.whole(program)
            point, proof = (x, False) if decided else self._decided(program, x)
            if point is None:
                return self._refuse(program, x, proof)
            fits = False
            for room in LEVEL_ROOM if len(self.model.level) and not decided else (None,):
                at = with_room(self.model, program, point, room) if room else point
                tried, found = self._at(program, at, often=room is None or room == LEVEL_ROOM[-1])
                if found is not None:
                    return found
                fits = fits or tried
                if self.deadline:
                    return self._hurried(program, x)
            if not fits:
                return self._refuse(program, x)
        return Settled(None, None, self._exclude(program, x))

    def _at(self, program: Program, point: Floats, often: bool) -> tuple[bool, Settled | None]:
        """Settle a point whose decisions stand, `often` trying other corners; tell whether its payments fit at all."""
        starts = starts_at(self.model, program, point)
        levels = levels_at(self.model, program, point, starts)
        held = self._cheapest(at_levels(fixed(program, point), self.model, starts, levels))
        bill, weight = self.bills.bill(starts, levels), BESIDE if self.frugal else 1.0
        reduced = keeping(self.model, reduce(self.bills.whole(held, bill)), weight)
        many = len(reduced.kept) > MANY or self.roomy
        first = self._with_room(reduced.program) if many else reduced.program
        tried = self._attempt(bill, reduced, first)
        if tried is None and often and not self.deadline:  # it may be the rounding of the dues that does not fit
            reduced = keeping(self.model, reduce(held), weight)
            tried = self._attempt(bill, reduced, reduced.program)
        if tried is None:
            return False, None
        if tried.rounded is not None:
            return True, tried
        return True, self._again(bill, reduced, tried) if often else None

    def _decided(self, program: Program, x: Floats) -> tuple[Floats | None, bool]:
        """Return the best point with the schedule of `x`, and whether there is provably none.

        Where nothing but payments follows from a schedule, `x` is as good as any.
        """
        if not len(program.following) and not len(self.model.level):
            return x, False
        reduced, limits = (
            reduce(fixed(program, x, following=False)),
            Limits(FOLLOWING, max(LEAST, self.deadline.left())),
        )
        outcome = Search(reduced.program, limits, relax=not len(reduced.program.following)).run()
        if outcome.x is None:
            return None, outcome.ending is Ending.INFEASIBLE
        return reduced.expand(outcome.x), False

    def _again(self, bill: Bill, reduced: Reduced, first: Settled) -> Settled | None:
        """Solve the payments with other limits and costs until they round; None: they never did."""
        over, chance = dict(first.tighten), np.random.default_rng(1)
        room, plain = 0, reduced.program
        roomy, tried = self._with_room(plain), first
        for turn in range(2 * ROUNDS):
            if tried.rounded is not None:
                return tried
            if self.deadline:
                return None
            if tried.unkept:
                room = RATIO_ROOM * room or 1
                plain = ratios_with_room(self.model, reduced.program, room)
                roomy = self._with_room(plain)
            if turn % 2 == 0:  # lower the limits that were passed; else as far as the payments can go below them
                found = self._attempt(bill, reduced, roomy.tightened(over), turn >= PATIENCE)
                if found is None:
                    found = self._attempt(bill, reduced, lowered(plain, over), turn >= PATIENCE)
                for name, amount in found.tighten.items() if found is not None else ():
                    over[name] = over.get(name, 0.0) + amount
            else:  # another corner of the same payments may round better
                cost = plain.cost.copy()
                cost[: len(reduced.program.cost)] -= chance.random(len(reduced.program.cost)) * (
                    BESIDE if self.frugal else 1.0
                )
                found = self._attempt(bill, reduced, replace(plain, cost=cost), turn >= PATIENCE)
            tried = found if found is not None else Settled(None, None)
        return tried if tried.rounded is not None else None

    def _exclude(self, program: Program, x: Floats) -> Cut:
        """Return the row that excludes just the schedule of `x`: at least one start must be another."""
        at = {index: round(float(x[column])) for index, column in program.starts.items()}
        return {index: 1.0 if one else -1.0 for index, one in at.items()}, sum(at.values()) - 1.0

    def _attempt(self, bill: Bill, reduced: Reduced, program: Program, cents: bool = False) -> Settled | None:
        """Solve the payments in `program`, the reduced one with other limits or costs, and round them.

        None: the payments do not fit.
        """
        outcome = self.tails.solved(program, reduced, self.extractor.program.column_scale, self.deadline)
        if outcome.x is None:
            return None
        x = reduced.expand(outcome.x[: len(reduced.kept)])
        decisions = self.extractor.decisions(x, bill.starts, bill.levels, bill.split)
        near = [nearby(self.case, bill.rounded, decisions)] if self.case.approved is not None else []
        for wanted in (*near, decisions):  # in a re-plan those next to the approved ones come first
            rounded = round_plan(self.case, self.books, bill.rounded, wanted, cents)
            if not passed(rounded) and holds(self.case, self.factors, wanted, rounded):
                return Settled(wanted, rounded)
        return Settled(None, None, None, self._amounts(rounded), unkept=not passed(rounded))

    def _with_room(self, program: Program) -> Program:
        """Return the program with a few minor units of every budget left free for rounding, where that can be had."""
        rows, units = [], []
        for (funder, _), constraint in self.model.budget.items():
            row = program.row_of.get(constraint.name)
            if row is not None:
                rows.append(row)
                unit = self.books.units(self.case.funders[funder].currency) * self.case.unit
                units.append(program.row_scale[row] / unit)
        upper, each = program.row_upper.copy(), np.array(units)
        used, cost = program, program.cost
        for count, worth in (MUCH_ROOM if len(program.cost) > MANY else ROOM).items():
            upper[rows] -= count * each
            used = with_columns(used, np.array(rows, dtype=np.int64), -np.ones(len(rows)), count * each)
            cost = np.concatenate([cost, np.full(len(rows), -worth)])
        return replace(used, row_upper=upper, cost=cost)

    def _cheapest(self, held: Program) -> Program:
        """Return the program whose costs are hedging and, far behind, payments that cross a currency.

        In a re-plan what it moves of the approved money comes before both; where that has a price, which is part of the
        objective, before public outlay too.
        """
        cost = np.zeros_like(held.cost)
        for (funder, pool, _), variable in self.model.pay.items():
            column, currency = held.column_of.get(id(variable)), self.model.layout.pools.pools[pool].currency
            if column is not None and currency != self.case.funders[funder].currency:
                cost[column] = -CROSSING * float(self.case.reference_rate(currency)) * held.column_scale[column]
        cost /= max(1.0, float(np.abs(cost).max(initial=0.0)) / CROSSING)
        for variable in (*self.model.hedged.values(), *self.model.guaranteed.values()):
            column = held.column_of.get(id(variable))
            if column is not None:
                cost[column] = -1.0
        cost = moving_cost(self.model, held, cost, self.frugal)
        if self.frugal:
            outlay = outlay_cost(self.model, held)
            cost = BESIDE * cost - outlay / max(1.0, float(np.abs(outlay).max(initial=0.0)))
        if self.case.approved is not None and self.case.approved.price:
            cost = moving_cost(self.model, held, cost, frugal=False)
        return replace(held, cost=cost, offset=0.0)

    def _hurried(self, program: Program, x: Floats) -> Settled:
        """Return that the time was up before the schedule of `x` was settled."""
        return Settled(None, None, self._exclude(program, x), hurried=True)

    def _refuse(self, program: Program, x: Floats, proof: bool = False) -> Settled:
        """Return the cut that excludes a schedule which cannot be paid, and others for the same reason.

        `proof` says that it provably cannot, though it might if what follows from it could be decided by halves.
        """
        if self.deadline:
            return self._hurried(program, x)
        held = self.tails.whole(fixed(program, x, following=False))
        money = np.zeros(held.matrix.shape[0], dtype=bool)
        rows = np.repeat(np.arange(held.matrix.shape[0]), np.diff(held.matrix.indptr))
        money[rows[~held.integer[held.matrix.indices]]] = True
        outcome = solved(elastic(held, np.flatnonzero(money)))
        if outcome.x is None or outcome.reduced_costs is None or outcome.objective is None:
            raise SolverFailure("the payments of the best schedule cannot be settled (numerical trouble)")
        violation = -outcome.objective
        if violation < 1e-7:
            return Settled(None, None, self._exclude(held, held.lower), proof=proof)
        slope = -outcome.reduced_costs[: len(held.cost)]
        cut = {index: float(slope[k]) for index, k in held.starts.items() if abs(slope[k]) > 1e-12}
        limit = sum(value * float(held.lower[held.starts[index]]) for index, value in cut.items()) - violation
        return Settled(None, None, (cut, limit), proof=True)

    def _amounts(self, rounded: Rounded) -> dict[str, float]:
        """Return overshoots in minor units as amounts on the named rows, half a unit on top."""
        found = {}
        limits = (rounded.overshoot, self.model.budget), (rounded.commitment_overshoot, self.model.commitment)
        for overshoot, rows in limits:
            for (funder, cycle), over in overshoot.items():
                unit = self.books.units(self.case.funders[funder].currency) * self.case.unit
                if (funder, cycle) in rows:
                    found[rows[funder, cycle].name] = (over + 0.5) / unit
        unit = self.books.units(self.case.base) * self.case.unit
        for caps in (self.model.matching_cap, self.model.matching_unlocked):
            for (_, rule, name), constraint in caps.items():
                if (rule, name) in rounded.cap_overshoot:
                    found[constraint.name] = (rounded.cap_overshoot[rule, name] + 0.5) / unit
        return found
