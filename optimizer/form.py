"""The exact program of a case without its model: what a question about the case needs, and what another process gets.

Columns and rows keep the names of their variables and constraints, so that those of a changed case are found again.
A column without an upper bound gets the one its rows imply (activity bounds, Savelsbergh 1994): the bound of a tree's
leaf adds up the columns' bounds and is none where one is missing.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyomo.environ as pyo
from numpy.typing import NDArray
from pyomo.common.gc_manager import PauseGC
from scipy.sparse import csr_array

from ..inputs.case import Case
from ..models.build import build
from .compile import Floats, Program, compile_model
from .diagnose import WORDS
from .engine import Limits, Search
from .extract import fixed
from .goals import scale
from .reduce import reduce
from .signals import Interrupt
from .tails import Tails
from .warm import bare

FOLLOWING = 1e-6  # gap to which what follows from a schedule is decided
ROUNDS = 6  # how often implied bounds are passed on
Key = tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class Form:
    """A program with its names; amounts in the case's `unit`.

    `columns` and `rows` name what stands there. `limits` maps rows that are limits in a ministry's words to those.
    `paid` (funder and period × columns, in the solver's scale) is what each funder pays in each period, in base
    currency at reference rates; `payers` names its rows. `scale` leads from the program's objective to the goal's.
    """

    program: Program
    columns: tuple[Key, ...]
    rows: tuple[Key, ...]
    tails: Tails
    limits: dict[int, str]
    paid: csr_array
    payers: tuple[tuple[str, int], ...]
    scale: float
    upper: Floats

    @property
    def starts(self) -> dict[Key, int]:
        """Return {(initiative, milestone, t): column of `started`}."""
        return {key[1]: k for k, key in enumerate(self.columns) if key[0] == "started"}

    def settled(self, x: Floats) -> tuple[Floats, float] | None:
        """Return the best plan with the whole columns of `x`, and its objective; None where there is none."""
        return self._paid(fixed(self.program, x))

    def scheduled(self, x: Floats, seconds: float = 3.0) -> tuple[Floats, float] | None:
        """Return a plan with the schedule of `x`, what follows from it decided anew, and its objective; or None."""
        if not len(self.program.following):
            return self.settled(x)
        found = self.settled(x)
        if found is not None and not self.open:
            return found
        reduced = reduce(fixed(self.whole(self.program), x, following=False))
        outcome = Search(reduced.program, Limits(FOLLOWING, seconds, threads=1)).run(Interrupt())
        other = None if outcome.x is None else self.settled(reduced.expand(outcome.x))
        return max((each for each in (found, other) if each is not None), key=lambda each: each[1], default=None)

    @property
    def open(self) -> bool:
        """Tell whether the objective hangs on more than the schedule."""
        return bool(np.abs(self.program.cost[self.program.chain < 0]).max(initial=0.0) > 0.0)

    def whole(self, program: Program) -> Program:
        """Return the program with the tail rows found so far; like the form itself it holds no constraints."""
        return replace(self.tails.whole(program), constraints=())

    def _paid(self, held: Program) -> tuple[Floats, float] | None:
        """Return the best point of a program whose whole columns are fixed."""
        reduced = reduce(self.whole(held))
        outcome = self.tails.solved(reduced.program, reduced, self.program.column_scale)
        if outcome.x is None or outcome.objective is None:
            return None
        return reduced.expand(outcome.x[: len(reduced.kept)]), outcome.objective

    def point(self, starts: dict[tuple[str, str], int]) -> Floats:
        """Return a schedule {milestone: start period} as a point; everything else is zero."""
        x = np.zeros(len(self.program.cost))
        for (initiative, milestone, t), column in self.starts.items():
            begun = starts.get((initiative, milestone))
            x[column] = begun is not None and begun <= t
        return x

    def begun(self, x: Floats) -> dict[tuple[str, str], int]:
        """Return {milestone: start period} of a point whose schedule is whole."""
        found: dict[tuple[str, str], int] = {}
        for (initiative, milestone, t), column in self.starts.items():
            if x[column] > 0.5:
                found[initiative, milestone] = min(t, found.get((initiative, milestone), t))
        return found

    def carried(self, x: Floats, source: "Form") -> Floats:
        """Return a point of another form as one of this, by the names of its columns."""
        if source.columns == self.columns:
            return x
        at = {key: k for k, key in enumerate(source.columns)}
        return np.array([x[at[key]] if key in at else 0.0 for key in self.columns])

    def binding(self, x: Floats) -> frozenset[str]:
        """Return the limits that a point reaches, to a millionth of them."""
        program, rows = self.program, np.array(list(self.limits), dtype=np.int64)
        if not len(rows):
            return frozenset()
        value = (program.matrix @ x)[rows]
        size = (abs(program.matrix) @ np.abs(x))[rows]
        near = 1e-6 * np.maximum(size, 1e-9)
        with np.errstate(invalid="ignore"):
            reached = (program.row_upper[rows] - value <= near) | (value - program.row_lower[rows] <= near)
        return frozenset(self.limits[int(k)] for k in rows[reached & (size > 1e-9)])


def form_of(case: Case, worth: Case | None = None) -> Form:
    """Build and compile a case; the model is let go. `paid` is at the reference rates of `worth`, or its own."""
    return closed(raw_form(case, worth))


def raw_form(case: Case, worth: Case | None = None) -> Form:
    """Return the form of a case whose program has no bounds but those that rules say."""
    with PauseGC():
        model = build(case)
        program = compile_model(model)
        tails = Tails.of(model, program)
        columns = tuple((v.parent_component().local_name, v.index()) for v in program.variables)
        rows, limits = _rows(program)
        payers, paid = _paid(worth or case, model, program)
    return Form(bare(program), columns, rows, tails, limits, paid, payers, scale(case), program.upper)


def closed(form: Form) -> Form:
    """Return the form with the upper bounds that the rows of its program imply."""
    return replace(form, program=replace(form.program, upper=_implied(form.program)))


def raw(form: Form) -> Form:
    """Return the form without implied bounds."""
    program = form.program
    return replace(form, program=replace(program, upper=np.where(np.isinf(form.upper), np.inf, program.upper)))


def _rows(program: Program) -> tuple[tuple[Key, ...], dict[int, str]]:
    """Name the rows, and say in words what those are that limit money or number."""
    seen: dict[Key, int] = {}
    rows, limits = [], {}
    for k, constraint in enumerate(program.constraints):
        family, index = constraint.parent_component().local_name, constraint.index()
        key = family, index
        seen[key] = seen.get(key, -1) + 1
        rows.append((*key, seen[key]))
        if family in WORDS:
            limits[k] = WORDS[family].format(*(index if isinstance(index, tuple) else (index,)))
    return tuple(rows), limits


def _paid(case: Case, model: pyo.ConcreteModel, program: Program) -> tuple[tuple[tuple[str, int], ...], csr_array]:
    """Return what each funder pays in each period as rows over the columns, in base currency at reference rates."""
    entries: dict[tuple[str, int], list[tuple[int, float]]] = {}
    pools = model.layout.pools.pools
    for (funder, pool, t), variable in model.pay.items():
        column = program.column_of.get(id(variable))
        if column is not None:
            worth = float(case.reference_rate(pools[pool].currency)) * program.column_scale[column]
            entries.setdefault((funder, t), []).append((column, worth))
    payers = tuple(sorted(entries))
    starts = np.cumsum([0, *(len(entries[payer]) for payer in payers)])
    pairs = [pair for payer in payers for pair in entries[payer]]
    data = np.array([worth for _, worth in pairs])
    at = np.array([k for k, _ in pairs], dtype=np.int64)
    return payers, csr_array((data, at, starts), (len(payers), len(program.cost)))


def _implied(program: Program) -> Floats:
    """Return the upper bounds of the columns, those without one from their rows, where they imply any."""
    upper = program.upper.copy()
    matrix = program.matrix
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    for _ in range(ROUNDS):
        if np.isfinite(upper).all():
            break
        tighter = _passed_on(program, upper, rows)
        upper = np.where(np.isfinite(upper), upper, tighter)
    return upper


def _passed_on(program: Program, upper: Floats, rows: NDArray[np.int64]) -> Floats:
    """Return the upper bound of every column that the other columns of its rows leave it."""
    matrix, found = program.matrix, np.full(len(upper), np.inf)
    columns, values = matrix.indices, matrix.data
    for sign, side in ((1.0, program.row_upper), (-1.0, -program.row_lower)):
        data = sign * values
        ends = np.where(data > 0, data * program.lower[columns], data * upper[columns])
        endless = ~np.isfinite(ends)
        count = np.bincount(rows[endless], minlength=matrix.shape[0])
        least = np.bincount(rows[~endless], weights=ends[~endless], minlength=matrix.shape[0])
        own = np.where(endless, 0.0, ends)
        alone = count[rows] - endless == 0
        usable = alone & (data > 0) & np.isfinite(side[rows])
        room = (side[rows] - (least[rows] - own))[usable] / data[usable]
        np.minimum.at(found, columns[usable], room * (1 + 1e-9) + 1e-9)
    return np.asarray(np.maximum(found, program.lower), dtype=float)
