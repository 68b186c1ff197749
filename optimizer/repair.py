"""The cheapest repairs: the smallest relative changes of limits after which a plan exists.

    minimise Σ |change| / limit     over the rules that may give, a rule given up counting 1, a period of a date 1/T

as one program with elastic columns. The rows of a ratio weigh two amounts that the plan decides, so that what a change
of the ratio gives is not known beforehand: it is taken from the last plan, and the program is solved again around the
ratio that this plan needs, until nothing is gained (Dinkelbach 1967). Rules of money and floors give first; ceilings,
ratios and tolerances only where those do not suffice. Rounding, and the proof that a repair suffices and that less does
not, are in `proving`.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from scipy.sparse import csr_array, diags_array

from .compile import Floats, Named, Program, compile_model
from .conflict import WHOLE, Probe, Rules
from .engine import Ending, Limits, Search
from .guarded import Guarded, liftable
from .ratios_of import perturbed
from .reduce import reduce
from .signals import Interrupt

ROUNDS = 6  # how often the program is solved again for its ratios
GAINED = 1e-6  # relative gain below which it is not
GAP = 1e-4  # relative gap to which the least change is sought
LEAST = 1e-7  # relative change that is none
SMALLEST = 1e-3  # least weight of a ratio's row, in its scale
ALWAYS, NEXT = frozenset(("money", "floor")), frozenset(("money", "floor", "ceiling"))
TRIES = 3  # programs solved for an alternative, on average, before no more are looked for
AGAIN = 0.3  # part of the time of a search that must be left for searching again around other ratios
PART = 0.3  # part of a search in which a nearly whole relaxation may be completed
LONG = 0.5  # part of the time left in which a first repair is looked for where a short look found none
STEP = 0.125  # by how much ratios are moved to see what their rows weigh; a power of two


@dataclass(frozen=True)
class Give:
    """How much each rule gives: a relative change, a whole number of a count or of periods, 1 for a rule given up.

    `started` are the schedules of the plan that it was read off; no repair of these rules has a total below `bound`.
    """

    amounts: dict[int, float]
    total: float
    started: frozenset[Any] = frozenset()
    bound: float = 0.0


@dataclass
class Elastic:
    """The elastic program of a probe's rules; `left` seconds are those of the probe."""

    probe: Probe
    may: Rules
    box: float = float("inf")  # most seconds of one search
    boxed: bool = False  # whether the last search was ended by it
    bound: float = 0.0  # no total is below it, by the last search
    never: bool = False  # whether the last search proved that what may give does not suffice
    shifted: dict[int, float] = field(default_factory=dict)  # relative change of a ratio around which it is written

    @property
    def guarded(self) -> Guarded:
        """Return the program with the columns of rules."""
        return self.probe.guarded

    @cached_property
    def weights(self) -> csr_array:
        """Return by columns what every row gives for a unit of its ratio: `weight·x`, in the solver's scale."""
        g = self.guarded
        model = liftable(perturbed(g.case, STEP), g.lift)
        return _difference(g.program, compile_model(model), STEP)

    def costs(self) -> Floats:
        """Return the cost of the columns: what a relative change of each rule counts."""
        g, cost = self.guarded, np.zeros(len(self.guarded.program.cost))
        for rule in self.may:
            given = g.given[rule]
            unit = 1.0 / g.case.T if given.kind == "dates" else 1.0 / max(given.size, 1.0) if given.whole else 1.0
            cost[g.columns[rule]] = -unit
        return cost

    def program(self, at: Floats, held: Rules) -> Program:
        """Return the program around the ratios of `shifted`, whose rows weigh what they do at the point `at`."""
        g, matrix = self.guarded, self.guarded.program.matrix
        lower, upper = g.program.lower.copy(), g.upper(self.may - held)
        rows, columns, values = [], [], []
        shift = np.zeros(matrix.shape[0])
        weigh = np.maximum(np.abs(self.weights @ at), SMALLEST) if self._ratios else np.zeros(0)
        for rule in self.may - held:
            given, own = g.given[rule], g.columns[rule]
            upper[own] = np.minimum(upper[own], given.size if given.whole and not given.up else given.most)
            if given.ratio:
                k, moved, sign = own[0], self.shifted.get(rule, 0.0), 1.0 if given.up else -1.0
                lower[k], upper[k] = -moved, given.most - moved
                for row in g.rows_of[rule]:
                    entry = matrix[row, k]
                    rows.append(row)
                    columns.append(k)
                    values.append(np.sign(entry) * given.size * weigh[row] - entry)
                    shift[row] = sign * moved * given.size
        if rows:
            matrix = matrix + csr_array((values, (rows, columns)), shape=matrix.shape)
            matrix = csr_array(matrix + diags_array(shift) @ self.weights)
        program = replace(g.program, matrix=matrix, lower=lower, upper=upper, cost=self.costs())
        return replace(program, variables=(), constraints=())

    @cached_property
    def _ratios(self) -> list[int]:
        return [rule for rule in self.may if self.guarded.given[rule].ratio]

    def solve(self, held: Rules = frozenset(), start: Floats | None = None) -> tuple[Give, Floats] | None:
        """Return the least that the rules give, those `held` nothing, with a point; None where nothing is found."""
        self.shifted = {}
        x = self._relaxed(held) if self._ratios or start is not None else None
        until = time.monotonic() + self.box
        at = np.zeros(len(self.guarded.program.cost)) if x is None else x
        best: tuple[Give, Floats] | None = None
        for _ in range(ROUNDS):
            left = until - time.monotonic()
            if best is not None and left < AGAIN * self.box:
                break
            outcome_x = self._search(self.program(at, held), left, best[1] if best else start)
            if outcome_x is None:
                break
            give = self.gives(outcome_x, held)
            better = give is not None and (best is None or give.total < best[0].total * (1.0 - GAINED))
            if give is None or not better:
                break
            best, at = (give, outcome_x), outcome_x
            self.shifted = {r: give.amounts.get(r, 0.0) for r in self._ratios}
            if not self._ratios or (self.boxed and not any(r in give.amounts for r in self._ratios)):
                break
        if best is None or held:
            return best
        return replace(best[0], bound=self._least() if self._ratios else self.bound), best[1]

    def _least(self) -> float:
        """Return what rules that are no ratios give at least, whatever the ratios give; 0 where that takes long."""
        if self.boxed or self.probe.left() <= self.box:
            return 0.0
        self.shifted = {}
        program = self.program(np.zeros(len(self.guarded.program.cost)), frozenset())
        upper, cost = program.upper.copy(), program.cost.copy()
        for rule in self._ratios:
            upper[self.guarded.columns[rule]], cost[self.guarded.columns[rule]] = np.inf, 0.0
        limits = Limits(gap=GAP, time_limit=min(self.box, self.probe.left()), threads=1)
        outcome = Search(replace(program, upper=upper, cost=cost), limits).run(self.probe.interrupt)
        return 0.0 if outcome.bound is None else max(0.0, -outcome.bound)

    def _relaxed(self, held: Rules) -> Floats | None:
        """Return a point of the relaxation, from which ratios weigh their rows for the first time."""
        at = np.zeros(len(self.guarded.program.cost))
        program = self.program(at, held)
        upper = program.upper.copy()
        for rule in self._ratios:
            if rule not in held:
                upper[self.guarded.columns[rule]] = np.inf
        limits = Limits(time_limit=max(0.0, self.probe.left()), threads=1)
        program = program.with_bounds(program.lower, upper)
        return Search(program, limits, relax=True, interior=False).run(self.probe.interrupt).x

    def _search(self, program: Program, seconds: float, start: Floats | None) -> Floats | None:
        """Return the best point found in some seconds: first near the relaxation, then by search from there."""
        deadline = time.monotonic() + min(seconds, self.probe.left())
        if deadline <= time.monotonic():
            return None
        near = nearby(program, deadline - time.monotonic(), self.probe.interrupt)
        start = near if near is not None else start
        search = Search(program, Limits(gap=GAP, time_limit=max(0.1, deadline - time.monotonic()), threads=1))
        if start is not None:
            search.start_from(start)
        outcome = search.run(self.probe.interrupt)
        self.boxed = outcome.ending is Ending.TIME_LIMIT
        self.never = outcome.ending is Ending.INFEASIBLE
        self.bound = 0.0 if outcome.bound is None else max(0.0, -outcome.bound)
        if outcome.x is None or outcome.ending is Ending.NUMERICAL:
            return near
        return outcome.x

    def attempt(self) -> Floats | None:
        """Return the point that breaks rules least, as far as the time allows: a search, or else the relaxation."""
        x = self._relaxed(frozenset()) if self._ratios else None
        at = np.zeros(len(self.guarded.program.cost)) if x is None else x
        found = self._search(self.program(at, frozenset()), self.box, None)
        return x if found is None else found

    def gives(self, x: Floats, held: Rules) -> Give | None:
        """Return what the rules give at a point; None where a ratio would have to give more than it can."""
        g, amounts = self.guarded, dict[int, float]()
        for rule in sorted(self.may - held):
            given = g.given[rule]
            if given.ratio:
                amount = self._needed(rule, x)
            else:
                used = float(x[g.columns[rule]].sum())
                amount = float(round(used)) if given.base is None or given.whole else used
            if amount > LEAST:
                amounts[rule] = amount
        if any(amount > g.given[rule].most * (1 + 1e-9) for rule, amount in amounts.items() if g.given[rule].ratio):
            return None
        costs = -self.costs()
        total = sum(amount * float(costs[g.columns[r][0]]) for r, amount in amounts.items())
        started = frozenset(index for index, column in g.program.starts.items() if x[column] > 0.5)
        return Give(amounts, total, started)

    def _needed(self, rule: int, x: Floats) -> float:
        """Return the relative change of a ratio that a point needs: the most that one of its rows needs."""
        g, p = self.guarded, self.guarded.program
        rows, bare = g.rows_of[rule], x.copy()
        bare[g.first :] = 0.0
        at = p.matrix[rows] @ bare
        short = np.maximum(at - p.row_upper[rows], p.row_lower[rows] - at)
        weigh = np.abs(self.weights[rows] @ bare) * g.given[rule].size
        broken = short > 1e-9
        if not broken.any():
            return 0.0
        return float(np.max(short[broken] / np.maximum(weigh[broken], 1e-12)))


def _difference(base: Program, other: Program, step: float) -> csr_array:
    """Return (A' − A)/step by the names of rows and columns, in the scale of `base`; 0 where a name is missing."""
    width, height = len(base.cost), len(base.row_lower)
    columns = {_place(v): k for k, v in enumerate(base.variables)}
    place = np.array([columns.get(_place(v), -1) for v in other.variables], dtype=np.int64)
    rows = _places(base)
    to = np.array([rows.get(name, -1) for name in _names(other)], dtype=np.int64)
    raw = other.matrix.tocoo()
    data = raw.data / other.row_scale[raw.row] / other.column_scale[raw.col]
    row, column = to[raw.row], place[raw.col]
    known = (row >= 0) & (column >= 0)
    row, column, data = row[known], column[known], data[known]
    moved = csr_array((data * base.row_scale[row] * base.column_scale[column], (row, column)), shape=(height, width))
    first = len(base.variables)
    mine = csr_array(base.matrix)[:, :first]
    both = np.zeros(height, dtype=bool)
    both[np.unique(row)] = True
    old = csr_array(diags_array(both.astype(float)) @ mine)
    old = csr_array((old.data, old.indices, old.indptr), shape=(height, width))
    found = csr_array((moved - old) / step)
    found.data[np.abs(found.data) < 1e-9] = 0.0
    found.eliminate_zeros()
    return found


def _place(thing: Any) -> tuple[str, Any]:
    """Return what tells a variable or constraint of a model from others: its family and index."""
    return ("", thing.name) if isinstance(thing, Named) else (thing.parent_component().local_name, thing.index())


def _names(program: Program) -> list[tuple[tuple[str, Any], int]]:
    """Return what tells every row from others, and which of its sides it is."""
    seen: dict[tuple[str, Any], int] = {}
    found = []
    for constraint in program.constraints:
        name = _place(constraint)
        seen[name] = seen.get(name, -1) + 1
        found.append((name, seen[name]))
    return found


def _places(program: Program) -> dict[tuple[tuple[str, Any], int], int]:
    return {name: k for k, name in enumerate(_names(program))}


def cheapest(probe: Probe, relax: Iterable[str], more: int, box: float, until: float) -> list[Give]:
    """Return what gives in the cheapest repair, and in at most `more` alternatives that do without one of its changes.

    One search takes at most `box` seconds; with less than that left before `until` no alternative is looked for.
    """
    families, found = frozenset(relax), list[Give]()
    for kinds in (ALWAYS | families, NEXT | families):
        may = frozenset(r for r, given in enumerate(probe.guarded.given) if given.kind in kinds)
        elastic = Elastic(probe, may, box)
        first = elastic.solve()
        if first is None and not elastic.never:  # too large a case for a short look
            elastic.box = LONG * probe.left()
            first = elastic.solve()
            elastic.box = box
        if first is None:
            continue
        give, _ = first
        found.append(give)
        found += _alternatives(elastic, give, more, until)
        break
    return found


def _alternatives(elastic: Elastic, first: Give, more: int, until: float) -> list[Give]:
    """Return other repairs: rules of those found are held, one of each, in the order of Reiter's (1987) tree."""
    found, seen = list[Give](), {frozenset(first.amounts)}
    waiting, held = [(first, frozenset[int]())], {frozenset[int]()}
    solves = 0
    while waiting and len(found) < more:
        give, without = waiting.pop(0)
        for rule in sorted(give.amounts, key=lambda r: -give.amounts[r]):
            child = without | {rule}
            left = min(until - time.monotonic(), elastic.probe.left())
            if child in held or solves >= TRIES * more or left <= (elastic.box if elastic.boxed else 0.0):
                continue
            held.add(child)
            solves += 1
            other = elastic.solve(child)
            if other is not None:
                waiting.append((other[0], child))
                if frozenset(other[0].amounts) not in seen:
                    seen.add(frozenset(other[0].amounts))
                    found.append(other[0])
    return sorted(found, key=lambda each: each.total)[:more]


def nearby(program: Program, seconds: float, interrupt: Interrupt) -> Floats | None:
    """Return a point with the whole columns of the relaxation that are whole already, the others searched; or None."""
    deadline = time.monotonic() + seconds
    limits = Limits(time_limit=seconds, threads=1)
    root = Search(program, limits, relax=True, interior=False).run(interrupt)
    if root.x is None:
        return None
    at = np.round(root.x)
    held = program.integer & (np.abs(root.x - at) <= WHOLE)
    part = reduce(program.with_bounds(np.where(held, at, program.lower), np.where(held, at, program.upper)))
    left = PART * max(0.0, deadline - time.monotonic())
    outcome = Search(part.program, Limits(gap=GAP, time_limit=left, threads=1)).run(interrupt)
    return None if outcome.x is None else part.expand(outcome.x)
