"""One program of a case in which every rule can be lifted by itself: an elastic column per rule, closed or open.

The model (see `build`, `lift`) has the rows of the case; where all rules can be lifted it also has a decision for
whatever some rule would bar. A rule's columns enter its rows; closed (upper side 0) the rule holds, open it says
nothing. What other models keep by leaving decisions out is put back as rows: dates and sunsets, one column for each
period of delay; exclusion; red lines; carry-over; precedence on a gate that is never passed. Cover, sequence, levels
and the horizon stay as they are, and what a re-plan keeps. A column of a number is measured as a share of it, so that a
repair is read off.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pyomo.environ as pyo
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array, hstack, vstack

from ..inputs.case import Case
from ..models.build import build
from ..models.windows import Lift
from . import put_back
from .compile import Floats, Named, Program, compile_model
from .ease import eased
from .giving_way import Builder, attach
from .rules_of import Given, Key, rules_of

Restrict = Callable[[pyo.ConcreteModel], None]
LIMITING = frozenset(  # rules that a plan keeps all the more when it does less
    {("budgets", "payments"), ("budgets", "commitments"), ("budgets", "carry_over"), ("case", "buffer")}
    | {("funders", "contingency"), ("funders", "min_ticket"), ("choices", "at_most"), ("precedence", "predecessor")}
    | {("cofunding", "at_least"), ("cofunding", "at_most"), ("eligibility", "bar"), ("eligibility", "allow")}
    | {("matching", "ratio"), ("matching", "cap"), ("matching", "min_base")}
    | {("guarantees", "cap"), ("guarantees", "leverage")}
    | {("initiatives", column) for column in ("status", "complete", "max_pause", "sunset")}
    | {("milestones", column) for column in ("earliest_start", "latest_start", "deadline")}
)


@dataclass(frozen=True, eq=False)
class Guarded:
    """The program with the columns of the rules at its end, all closed; `keys[r]` and `given[r]` are the rule.

    `columns[r]` are its columns, `open` the upper side of every column when its rule is lifted, and `first` the number
    of columns of the model itself. `rows_of[r]` are rows of the matrix in which a ratio's column stands. `partly` marks
    columns that, open, still do not free their row, as another row limits them. `model` is kept because variables and
    constraints know their names only as long as it is there.
    """

    case: Case
    model: pyo.ConcreteModel
    lift: Lift
    program: Program
    keys: tuple[Key, ...]
    given: tuple[Given, ...]
    columns: tuple[NDArray[np.int64], ...]
    rows_of: tuple[NDArray[np.int64], ...]
    open: Floats
    first: int
    partly: NDArray[np.bool_]

    def upper(self, lifted: Iterable[int]) -> Floats:
        """Return the upper sides of the columns with some rules lifted."""
        upper = self.program.upper.copy()
        for rule in lifted:
            upper[self.columns[rule]] = self.open[self.columns[rule]]
        return upper

    def idle(self, rules: Iterable[int]) -> NDArray[np.int64]:
        """Return columns of schedules that may be taken as not started when only `rules` hold.

        Where each of them only ever limits (`LIMITING`), a plan keeps them without whatever they do not force as well:
        all initiatives but the mandatory ones and what must precede those. Nothing in a re-plan, which keeps its past.
        """
        keys = [self.keys[rule] for rule in rules]
        if self.case.approved is not None or not LIMITING.issuperset(key[:2] for key in keys):
            return np.zeros(0, dtype=np.int64)
        forced = {key[2] for key in keys if key[1] == "status"}
        before = [(key[2][0], key[2][2]) for key in keys if key[0] == "precedence"]
        while more := {first for first, then in before if then in forced} - forced:
            forced |= more
        return np.array([k for name, columns in self.starts.items() if name not in forced for k in columns], dtype=int)

    @cached_property
    def starts(self) -> dict[str, list[int]]:
        """Return the columns of the schedule of each initiative."""
        found: dict[str, list[int]] = {}
        for index, column in self.program.starts.items():
            found.setdefault(index[0], []).append(column)
        return found

    def giving(self, rows: NDArray[np.int64]) -> frozenset[int]:
        """Return the rules whose columns stand in some rows of the matrix."""
        columns = np.unique(self.program.matrix[rows].indices)
        return frozenset(int(r) for r in self.rule_at[columns[columns >= self.first] - self.first])

    @cached_property
    def rule_at(self) -> NDArray[np.int64]:
        """Return the rule of every column that a rule has."""
        found = np.zeros(len(self.program.cost) - self.first, dtype=np.int64)
        for rule, columns in enumerate(self.columns):
            found[columns - self.first] = rule
        return found

    def lifted(self, rules: Iterable[int]) -> Program:
        """Return the program with some rules lifted, without the rows that then say nothing."""
        upper = self.upper(rules)
        program = self.program.with_bounds(self.program.lower, upper)
        free = np.isinf(upper) & ~self.partly
        free[: self.first] = False
        idle = np.asarray(abs(program.matrix) @ free.astype(float)) > 0.0
        kept = np.flatnonzero(~(idle & (np.isinf(program.row_lower) | np.isinf(program.row_upper))))
        return replace(
            program,
            matrix=program.matrix[kept],
            row_lower=program.row_lower[kept],
            row_upper=program.row_upper[kept],
            row_scale=program.row_scale[kept],
            variables=(),
            constraints=(),
        )


def guarded(case: Case, lift: Lift = "rows", restrict: Restrict | None = None) -> Guarded:
    """Return the program of a case whose rules can be lifted; `restrict` adds rows to the model that stay.

    With `lift` "rows" the rules that other models keep by leaving decisions out stay too, and are not among its rules.
    """
    model = liftable(case, lift)
    if restrict is not None:
        restrict(model)
    builder = Builder(case, model, eased(model, compile_model(model)), rules_of(case))
    attach(builder)
    put_back.gates(builder)
    if lift == "all":
        put_back.dates(builder)
        put_back.excluded(builder)
        put_back.bars(builder)
    put_back.carried(builder)
    put_back.buffers(builder)
    return _finished(builder, lift)


def liftable(case: Case, lift: Lift) -> pyo.ConcreteModel:
    """Return the model; with cvar buffers every line by itself, which writes all their rows out."""
    return build(case, pooled=case.settings.buffer.method != "cvar", lift=lift)


def _finished(b: Builder, lift: Lift) -> Guarded:
    program, more = b.program, len(b.owner)
    height, width = b.height, len(program.cost) + more
    rows, columns, values = zip(*b.entries, strict=True) if b.entries else ((), (), ())
    extra = csr_array(coo_array((np.array(values, dtype=float), (rows, columns)), shape=(height, width)))
    right = csr_array((len(program.row_lower), more))
    old = hstack([program.matrix, right])
    below = csr_array((len(b.lower), width))
    matrix = csr_array(csr_array(vstack([old, below])) + extra)
    zeros = np.zeros(more)
    whole = replace(
        program,
        matrix=matrix,
        cost=np.zeros(width),
        offset=0.0,
        row_lower=np.append(program.row_lower, b.lower),
        row_upper=np.append(program.row_upper, b.upper),
        lower=np.append(program.lower, zeros),
        upper=np.append(program.upper, zeros),
        integer=np.append(program.integer, np.array(b.integer, dtype=bool)),
        chain=np.append(program.chain, np.full(more, -1)),
        column_scale=np.append(program.column_scale, np.ones(more)),
        row_scale=np.append(program.row_scale, np.ones(len(b.lower))),
        constraints=(*program.constraints, *(Named(f"guard[{k}]") for k in range(len(b.lower)))),
    )
    of: dict[Key, list[int]] = defaultdict(list)
    for k, key in enumerate(b.owner):
        of[key].append(len(program.cost) + k)
    keys = tuple(key for key in b.given if key in of)
    return Guarded(
        b.case,
        b.model,
        lift,
        whole,
        keys,
        tuple(b.given[key] for key in keys),
        tuple(np.array(of[key], dtype=np.int64) for key in keys),
        tuple(np.array(sorted(set(b.rows[key])), dtype=np.int64) for key in keys),
        np.append(program.upper, b.open),
        len(program.cost),
        np.append(np.zeros(len(program.cost), dtype=bool), b.partly),
    )
