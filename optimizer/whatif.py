"""What a change does, and how much of that is certain: the plan of the changed case, its bound, and what moves.

The base is a solved run with the tree of its search. A changed program takes over the tree's leaves, whose prices bound
it at once (`tree`), and the base's plans with their payments solved anew. Where that leaves more open than the base
itself does, the leaves are branched on further for some time. With the incumbents and bounds of both, in the goal's
units and maximised, the effect of the change lies in

    [incumbent₁ − bound₀, bound₁ − incumbent₀],

which is as wide as the two gaps together and no wider. An effect is "not distinguishable" from none where 0 is in that
interval. Another portfolio is *needed* where the base's own, paid anew, is impossible or worth less than the incumbent;
else it stays. The money that moves is the least that has to: payments next to the base's by a linear program over
funders and periods. Values are those before amounts are rounded to minor units. Source: results.md.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..inputs.case import Case
from ..results.plan import Run
from .compile import Floats, Program
from .engine import Basis, Ending, Limits, Relaxation, Search
from .extract import fixed
from .form import Form, form_of
from .moving import EQUAL, Moves, Schedule, moves, nearest, paid_by
from .reduce import reduce
from .signals import Interrupt
from .tree import WHOLE, Leaf, Tree, carried
from .warm import Warm

GAP = 1e-4  # relative gap at which nothing is left open
KEEPING = 1.5  # seconds for what follows from the base's schedule in a changed case
HOT = 5.0  # seconds that a linear program may take from a basis that is near
LONG = 5.0  # seconds from which on a search also looks near the plan
LOOK, NEAR, NODES = 2, 0.6, 200  # relaxations before, part of the time, and nodes of a search near the plan
APART, AROUND, OWN, LEAVES = 0.1, 0.35, 0.3, 24  # of a search afresh: see `Question.afresh`
HOLDS = 1e-7  # by how much a point may break a row, in the row's scale


@dataclass(frozen=True, eq=False)
class Base:
    """What is asked about: a case, its best plan and bound (of the program's maximisation), and the search's tree.

    `paying` is a basis of its payments, `was` what each funder pays in each period (base currency, `unit`s).
    """

    case: Case
    form: Form
    x: Floats
    incumbent: float
    bound: float
    leaves: tuple[Leaf, ...]
    schedule: Schedule
    binding: frozenset[str]
    paying: Basis
    was: Mapping[tuple[str, int], float]
    seed: int = 1

    @property
    def gap(self) -> float:
        """Return the relative gap that the base leaves open, at least `GAP`."""
        return max(GAP, (self.bound - self.incumbent) / max(abs(self.incumbent), 1e-9))


@dataclass(frozen=True)
class Effect:
    """What a change does, in the goal's units: `least` ≤ effect ≤ `most`; infinite where nothing bounds it.

    `incumbent` and `bound` are those of the changed case (None: no plan found; `proved` that there is none), `kept`
    what the base's own portfolio reaches in it (None: it cannot be paid), `moves` None where nobody looked.
    """

    incumbent: float | None
    bound: float | None
    kept: float | None
    least: float
    most: float
    infeasible: bool = False
    moves: Moves | None = None
    seconds: float = 0.0
    nodes: int = 0
    schedule: Schedule = field(default_factory=dict)

    @property
    def distinguishable(self) -> bool:
        """Tell whether the effect is certainly not zero."""
        return self.infeasible or self.least > 0.0 or self.most < 0.0

    @property
    def needed(self) -> bool:
        """Tell whether another portfolio than the base's is certainly or, as far as known, better or necessary."""
        if self.kept is None or self.incumbent is None:
            return True
        return abs(self.incumbent - self.kept) > EQUAL * max(1.0, abs(self.incumbent))


def base_of(run: Run, seconds: float, seed: int = 1, interrupt: Interrupt | None = None) -> Base:
    """Return the base of a run that has a plan: its plan as a point, and a tree that proves as much as time allows."""
    case, form = run.case, form_of(run.case)
    found = form.scheduled(form.point(Warm(run, case).begun), max(seconds, 10.0))
    if found is None or run.report.objective is None:
        raise ValueError("the run's plan is none of its case")
    x, reached = found
    tree = Tree(form.program, Limits(seed=seed, threads=1), form.settled, interrupt)
    tree.offer(x, reached)
    stated = np.inf if run.report.bound is None or not run.genuine else run.report.bound / form.scale
    gap = (stated - reached) / max(abs(reached), 1e-9)
    tree.grow(max(GAP, min(gap, 1.0)), seconds, sharp=True)
    x, incumbent = (x, reached) if tree.x is None or tree.objective is None else (tree.x, tree.objective)
    x = x if incumbent <= reached + EQUAL * max(1.0, abs(reached)) else found[0]
    objective = run.report.objective / form.scale
    bound = max(min(stated, tree.bound), objective, reached)
    was = paid_by(run)
    near = nearest(form, x, was)
    schedule, leaves, paying = form.begun(x), tuple(tree.leaves), basis_of(fixed(form.program, x))
    return Base(
        case, form, near, min(objective, reached), bound, leaves, schedule, form.binding(near), paying, was, seed
    )


def basis_of(program: Program) -> Basis:
    """Return an optimal basis of a linear program; that of nothing but slacks where it has none."""
    relaxation = Relaxation(program, Limits(threads=1))
    outcome = relaxation.solve(LONG * HOT, Interrupt())
    if outcome.ending is Ending.OPTIMAL:
        return relaxation.basis()
    return np.zeros(len(program.cost), dtype=np.int8), np.ones(len(program.row_lower), dtype=np.int8)


class Question:
    """One changed program, asked about: it has bounds from the base's tree, and plans from the base's schedules."""

    def __init__(
        self, base: Base, form: Form, interrupt: Interrupt | None = None, near: "Question | None" = None
    ) -> None:
        """Take over the base's leaves and plan; `near` is a like question whose payments are tried first."""
        self.base, self.form, self.near, self.began = base, form, near, time.monotonic()
        self.paying: Basis | None = None
        limits = Limits(seed=base.seed, threads=1)
        leaves = carried(base.leaves, base.form, form)
        self.tree = Tree(form.program, limits, form.settled, interrupt, leaves)
        self.at = at = form.carried(base.x, base.form)
        same = form.columns == base.form.columns
        self.kept: float | None = None
        if same and holds(form, at):
            self.tree.offer(at, float(form.program.cost @ at + form.program.offset))
            self.kept = self.tree.objective
        if self.kept is None or (form.open and not self.closed):
            self._keep(at)
        self.near = None

    @property
    def closed(self) -> bool:
        """Tell whether no more is open than in the base."""
        reached = self.tree.objective
        return reached is not None and self.tree.bound <= reached + self.base.gap * max(abs(reached), 1e-9)

    def _keep(self, at: Floats) -> None:
        """Pay the base's portfolio anew."""
        if set(self.form.begun(at)) != set(self.base.schedule):
            return
        found = self._as_near(at) or self._hot(at) or self.form.settled(at) or self.form.scheduled(at, KEEPING)
        if found is not None:
            self.tree.offer(*found)
            self.kept = found[1]

    def _as_near(self, at: Floats) -> tuple[Floats, float] | None:
        """Return the payments of a like question, where they hold here and reach all that its schedule can give."""
        form, like = self.form, None if self.near is None else self.near.tree.x
        if like is None or form.columns != self.base.form.columns or not holds(form, like):
            return None
        most, reached = self._most(at), float(form.program.cost @ like + form.program.offset)
        alike = form.begun(like) == form.begun(at)
        return (like, reached) if alike and reached >= most - EQUAL * GAP * max(1.0, abs(most)) else None

    def _most(self, point: Floats, following: bool = True) -> float:
        """Return what plans with the schedule of a point (and what follows from it there) are worth at most."""
        held = fixed(self.form.program, point, following)
        with np.errstate(invalid="ignore"):
            ends = np.where(held.cost > 0.0, held.cost * held.upper, held.cost * held.lower)
        return float(np.where(held.cost == 0.0, 0.0, ends).sum()) + held.offset

    def _hot(self, at: Floats) -> tuple[Floats, float] | None:
        """Pay the base's portfolio from payments that are known, where the programs are alike."""
        form, base = self.form, self.base
        if form.tails.tails or form.columns != base.form.columns or form.rows != base.form.rows:
            return None
        relaxation = Relaxation(fixed(form.program, at), Limits(threads=1))
        known = None if self.near is None else self.near.paying
        relaxation.start_from(*(base.paying if known is None else known))
        outcome = relaxation.solve(HOT, Interrupt(), brief=True)
        self.paying = relaxation.basis() if outcome.x is not None else known
        return None if outcome.x is None or outcome.objective is None else (outcome.x, outcome.objective)

    def offer(self, schedules: Sequence[Schedule]) -> None:
        """Try schedules of other plans, where they may be worth more than the plan that is known."""
        for schedule in schedules:
            point, reached = self.form.point(schedule), self.tree.objective
            if reached is not None and self._most(point, False) <= reached + EQUAL * GAP * max(1.0, abs(reached)):
                continue
            found = self.form.scheduled(point, 2.0)
            if found is not None and set(self.form.begun(found[0])) == set(schedule):
                self.tree.offer(*found)

    def search(self, seconds: float, gap: float | None = None) -> bool:
        """Search until no more is open than in the base; tell whether that was reached.

        After a look at the best leaf, branch and bound tries what it and the plan disagree on (RINS, Danna et al.
        2005); then the tree is branched on.
        """
        gap, end = self.base.gap if gap is None else gap, time.monotonic() + seconds
        done = self.tree.grow(gap, seconds, nodes=LOOK)
        if not done:
            done = self._longer(gap, seconds, end)
        self._steady()
        return done

    def _longer(self, gap: float, seconds: float, end: float) -> bool:
        """Search on, near the plan and in the tree."""
        if self.tree.x is None or seconds >= LONG:
            self._between(NEAR * (end - time.monotonic()))
        return self.tree.grow(gap, end - time.monotonic())

    def _steady(self) -> None:
        """Leave what the base funds too when the base begins it, where that is worth as much."""
        x, reached = self.tree.x, self.tree.objective
        if x is None or reached is None:
            return
        found = self.form.begun(x)
        wanted = found | {key: t for key, t in self.base.schedule.items() if key in found}
        if wanted == found:
            return
        other = self.form.settled(self._following(x, wanted))
        same = EQUAL * max(1.0, abs(reached))
        if other is not None and other[1] >= reached - same and self.form.begun(other[0]) == wanted:
            self.tree.x = other[0]

    def _following(self, x: Floats, schedule: Schedule) -> Floats:
        """Return a point with another schedule, and all else that is whole as it was."""
        point = self.form.point(schedule)
        rest = self.form.program.chain < -1
        point[rest] = x[rest]
        return point

    def _between(self, seconds: float) -> None:
        """Let branch and bound decide the integer columns on which the best leaf and the plan differ."""
        leaf = self.best
        if leaf is None or leaf.x is None or seconds <= 0.0:
            return
        self._free(np.abs(leaf.x - self._at) >= WHOLE, seconds)

    def around(self, seconds: float) -> None:
        """Let branch and bound decide all of the initiatives of which the best leaf and the plan think differently."""
        leaf, program = self.best, self.form.program
        if leaf is None or leaf.x is None or seconds <= 0.0:
            return
        apart = np.unique(program.chain[program.integer & (np.abs(leaf.x - self._at) > APART)])
        self._free(np.isin(program.chain, apart[apart >= 0]) | (program.chain < 0), seconds, None)

    @property
    def best(self) -> Leaf | None:
        """Return the leaf with the highest bound that has a point."""
        return max(self.tree.leaves, key=lambda leaf: leaf.value if leaf.x is not None else -np.inf, default=None)

    @property
    def _at(self) -> Floats:
        """Return the plan, or the base's where there is none yet."""
        return self.form.carried(self.base.x, self.base.form) if self.tree.x is None else self.tree.x

    def _free(self, free: NDArray[np.bool_], seconds: float, nodes: int | None = NODES) -> None:
        """Let branch and bound decide some columns, with the other integer ones as the plan has them."""
        program, at = self.form.whole(self.form.program), self._at
        held = program.integer & ~free
        lower, upper = program.lower.copy(), program.upper.copy()
        lower[held] = upper[held] = np.clip(np.round(at[held]), lower[held], upper[held])
        reduced = reduce(program.with_bounds(lower, upper))
        search = Search(reduced.program, Limits(GAP, seconds, self.base.seed, threads=1, steps=nodes))
        if self.tree.x is not None:
            search.start_from(self.tree.x[reduced.kept])
        outcome = search.run(self.tree.interrupt)
        if outcome.x is not None:
            self._take(reduced.expand(outcome.x))

    def _take(self, x: Floats) -> None:
        """Keep what a search found, paid anew."""
        found = self.form.settled(x)
        if found is not None:
            self.tree.offer(*found)

    def afresh(self, seconds: float, whole: bool = True, plans: bool = True) -> None:
        """Search a program that the base's tree says little of: a tree of its own, near the plan, then by cuts.

        `plans`: look near the plan; `whole`: let branch and bound with cutting planes bound it, too.
        """
        end = time.monotonic() + seconds
        tree, limits = self.tree, self.tree.limits
        tree.ceiling = min(tree.ceiling, tree.bound)
        tree.leaves = Tree(self.form.program, limits, self.form.settled).leaves
        tree.grow(GAP, seconds, nodes=1, sharp=True)
        if plans:
            self.around((AROUND if whole else 1.0) * (end - time.monotonic()))
        if tree.grow(GAP, (OWN if whole else 1.0) * (end - time.monotonic()), nodes=LEAVES, sharp=True) or not whole:
            return
        seconds = end - time.monotonic()
        if tree.interrupt or seconds <= 0.0:
            return
        search = Search(self.form.whole(self.form.program), Limits(GAP, seconds, self.base.seed, threads=1))
        if tree.x is not None:
            search.start_from(tree.x)
        outcome = search.run(tree.interrupt)
        if outcome.x is not None:
            self._take(outcome.x)
        if outcome.bound is not None:
            tree.ceiling = min(tree.ceiling, outcome.bound + EQUAL * max(1.0, abs(outcome.bound)))

    def effect(self, moved: bool = True) -> Effect:
        """Return what the change does, as far as is known by now, with what moves if that is asked for."""
        base, tree, scale = self.base, self.tree, self.form.scale
        bound, incumbent = tree.bound, tree.objective
        infeasible = bound == -np.inf
        ends = (
            -np.inf if incumbent is None else abs(scale) * incumbent - abs(base.form.scale) * base.bound,
            abs(scale) * bound - abs(base.form.scale) * base.incumbent,
        )
        least, most = ends if scale > 0 else (-ends[1], -ends[0])
        return Effect(
            incumbent=None if incumbent is None else scale * incumbent,
            bound=None if not np.isfinite(bound) else scale * bound,
            kept=None if self.kept is None else scale * self.kept,
            least=least,
            most=most,
            infeasible=infeasible,
            moves=moves(base, self.form, tree.x) if moved and tree.x is not None else None,
            seconds=time.monotonic() - self.began,
            nodes=tree.nodes,
            schedule={} if tree.x is None else self.form.begun(tree.x),
        )


def holds(form: Form, x: Floats) -> bool:
    """Tell whether a point keeps every row and bound of a program (not the tail rows that are not written out)."""
    p = form.program
    value = p.matrix @ x
    rows = (value <= p.row_upper + HOLDS).all() and (value >= p.row_lower - HOLDS).all()
    columns = (x <= p.upper + HOLDS).all() and (x >= p.lower - HOLDS).all()
    return bool(rows and columns and not form.tails.tails)
