"""What a schedule costs at least, or by how much it cannot be paid, with the cuts that its LPs give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from .engine import Engine, Point
from .goals import Goal, Sought, settled, sought
from .payments import Payments
from .program import CLEAR, Cut, Either, Form
from .schedules import Bools, Floats

PAYABLE = 1e-6
TINY = 1e-9


@dataclass(frozen=True)
class View:
    """The program with some families left out: which rows hold, and which conditions; `known` has the rows of both."""

    drop: frozenset[str]
    rows: Bools
    conditions: list[Either]
    known: Bools

    def holds(self, cut: Cut) -> bool:
        return not (cut.needs & ~self.known).any()


@dataclass(frozen=True)
class Priced:
    """`cost` is None if the schedule cannot be paid, or costs too much; `cut` is what its LPs say of all others."""

    cost: float | None
    point: Point | None
    cut: Cut
    doubtful: bool


@dataclass
class Tree:
    """The conditions tried so far, the forms of its leaves and the best point that meets every condition."""

    ceiling: float
    best: Point | None = None
    forms: list[Form] = field(default_factory=list)
    needs: list[Bools] = field(default_factory=list)
    doubtful: bool = False

    def leaf(self, found: tuple[Form, Bools]) -> None:
        self.forms.append(found[0])
        self.needs.append(found[1])


class Pricing:
    """The LPs of one case: one for the least shortfall, one per goal."""

    def __init__(self, program: Payments) -> None:
        self.program = program
        self.engines: dict[Goal, Engine] = {}
        self.goals: dict[Goal, Sought] = {}
        self.payable = Engine(program.matrix, program.short.astype(float), np.full(len(program.columns), np.inf))

    def view(self, drop: frozenset[str]) -> View:
        rows, conditions = self.program.active(drop), self.program.conditions(drop)
        known = rows.copy()
        for either in conditions:
            known[[either.off, either.on]] = True
        return View(drop, rows, conditions, known)

    def sought(self, goal: Goal) -> Sought:
        if goal not in self.goals:
            self.goals[goal] = sought(self.program, goal)
        return self.goals[goal]

    def engine(self, goal: Goal) -> Engine:
        """The LP of a goal; it has no shortfalls."""
        if goal not in self.engines:
            most = np.where(self.program.short, 0.0, np.inf)
            self.engines[goal] = Engine(self.program.matrix, self.sought(goal).columns, most)
        return self.engines[goal]

    def solve(self, engine: Engine, begin: Floats, view: View, chosen: Mapping[int, bool]) -> Point | None:
        """One LP; `chosen` says of some conditions, by their number, which of the two rows holds."""
        p, rows = self.program, view.rows.copy()
        for n, on in chosen.items():
            rows[view.conditions[n].on if on else view.conditions[n].off] = True
        right = p.limits + p.right @ begin
        return engine.solve(np.where(rows & p.equalities, right, -np.inf), np.where(rows, right, np.inf))

    def branch(self, goal: Goal | None, begin: Floats, view: View, ceiling: float) -> Tree:
        """Try conditions both ways until they hold, or the cost (without a goal: the shortfall) is too high."""
        engine = self.payable if goal is None else self.engine(goal)
        cost = np.zeros_like(begin) if goal is None else self.sought(goal).begin
        tree = Tree(ceiling - float(cost @ begin))
        stack: list[dict[int, bool]] = [{}]
        while stack:
            chosen = stack.pop()
            point = self.solve(engine, begin, view, chosen)
            if point is None:
                self.refuse(begin, view, chosen, tree)
                continue
            n = self.broken(view, chosen, point) if point.cost <= tree.ceiling else None
            if n is not None:
                stack += [{**chosen, n: on} for on in (True, False)]
                continue
            tree.leaf(self.program.form(point.duals, cost, short=goal is None))
            if point.cost <= tree.ceiling:
                tree.best, tree.ceiling = point, point.cost - TINY
                if goal is None:
                    break
            elif goal is None:
                tree.doubtful |= not chosen and point.cost < CLEAR
        return tree

    def refuse(self, begin: Floats, view: View, chosen: Mapping[int, bool], tree: Tree) -> None:
        """A leaf that cannot be paid."""
        point = self.solve(self.payable, begin, view, chosen)
        if point is None:
            raise ArithmeticError("a rule without a shortfall cannot be met")
        tree.leaf(self.program.form(point.duals, np.zeros_like(begin), short=True))
        tree.doubtful |= point.cost < CLEAR

    def broken(self, view: View, chosen: Mapping[int, bool], point: Point) -> int | None:
        """A condition that does not hold: something, but less than the least."""
        for n, either in enumerate(view.conditions):
            much, enough = (self.program.amount(terms, point.x) for terms in (either.much, either.terms))
            if n not in chosen and much > PAYABLE and enough < either.least - PAYABLE:
                return n
        return None

    def price(self, begin: Floats, view: View, goal: Goal, ceiling: float = np.inf) -> Priced:
        """The least cost of a schedule, None if it is above the ceiling; 0 where it is `settled` beforehand."""
        fixed = settled(self.program, goal, view.drop)
        tree = self.branch(None, begin, view, PAYABLE) if fixed else self.branch(goal, begin, view, ceiling)
        cut = Cut(tuple(tree.forms), np.any(tree.needs, axis=0))
        if tree.best is None:
            return Priced(None, None, cut, tree.doubtful)
        cost = 0.0 if fixed else tree.best.cost + float(self.sought(goal).begin @ begin)
        return Priced(cost, tree.best, cut, doubtful=False)
