"""The rows of cvar buffers that are too many to write out: added where a point breaks them.

    need[f,k] ≥ Σ mean_{s in W}(ℓ[s])·unhedged      W: the worst scenarios of the point's own unhedged amounts

is the one row among all W that a point breaks most, if it breaks any: the need at the point itself. Before the search
rows are added until the relaxation breaks none by much; the search then runs on a relaxation that is nearly exact,
and every schedule it proposes is settled with further rows until its payments break none. Source: models.buffers;
Künzi-Bay and Mayer (2006).
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np
import pyomo.environ as pyo
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack, vstack

from ..models.buffers import Joint
from .compile import Floats, Named, Program
from .engine import Limits, Outcome, Relaxation
from .linear import solved
from .reduce import Reduced
from .signals import Interrupt

LARGE = 2000  # columns from which on a relaxation starts by interior point
NEARLY, FULLY = 1e-4, 1e-9  # by how much of a need a row may be broken: while searching, and when payments are settled
ROUNDS = 60  # how often rows are added at the most
PART = 0.1  # part of the time limit that may go by before the search


@dataclass(frozen=True, eq=False)
class Tail:
    """One need: its column, the columns of what is unhedged, and their losses."""

    name: str
    need: int
    cells: NDArray[np.int64]
    of: Joint


@dataclass(frozen=True, eq=False)
class Row:
    """`need ≥ Σ means·unhedged`, in the model's units."""

    tail: Tail
    means: Floats

    @property
    def key(self) -> tuple[str, bytes]:
        """Return what tells it from other rows."""
        return self.tail.name, self.means.tobytes()


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows `matrix·x ≥ lower` in the solver's scale; `scale` is what each was multiplied by."""

    names: tuple[str, ...]
    matrix: csr_array
    lower: Floats
    scale: Floats

    @classmethod
    def of(cls, rows: list[Row], column_scale: Floats) -> "Rows":
        """Write `need − Σ means·unhedged ≥ 0` over the columns of a program."""
        starts = np.cumsum([0] + [len(row.means) + 1 for row in rows])
        columns = np.concatenate([np.append(row.tail.cells, row.tail.need) for row in rows])
        data = np.concatenate([np.append(-row.means, 1.0) for row in rows]) * column_scale[columns]
        scale = np.exp2(-np.round(np.log2(np.maximum.reduceat(np.abs(data), starts[:-1]))))
        matrix = csr_array((data * np.repeat(scale, np.diff(starts)), columns, starts), (len(rows), len(column_scale)))
        return cls(tuple(row.tail.name for row in rows), matrix, np.zeros(len(rows)), scale)

    def added_to(self, program: Program) -> Program:
        """Return the program with the rows at its end."""
        first = len(program.row_lower)
        return replace(
            program,
            matrix=csr_array(vstack([program.matrix, self.matrix])),
            row_lower=np.append(program.row_lower, self.lower),
            row_upper=np.append(program.row_upper, np.full(len(self.names), np.inf)),
            row_scale=np.append(program.row_scale, self.scale),
            constraints=(
                *program.constraints,
                *(Named(f"tail_loss[{name},{first + k}]") for k, name in enumerate(self.names)),
            ),
        )


@dataclass(frozen=True, eq=False)
class Form:
    """A program, whole or reduced with further columns at its end; `column_scale` is that of the whole one."""

    program: Program
    column_scale: Floats
    reduced: Reduced | None = None

    def values(self, x: Floats) -> Floats:
        """Return a point of the program as one of the whole program, in the model's units."""
        whole = x if self.reduced is None else self.reduced.expand(x[: len(self.reduced.kept)])
        found: Floats = whole * self.column_scale
        return found

    def rows(self, rows: list[Row]) -> Rows:
        """Return rows of the program."""
        found = Rows.of(rows, self.column_scale)
        if self.reduced is None:
            return found
        more = csr_array((len(rows), len(self.program.cost) - len(self.reduced.kept)))
        matrix = csr_array(hstack([found.matrix[:, self.reduced.kept], more]))
        return replace(found, matrix=matrix, lower=found.lower - found.matrix @ self.reduced.fixed_at)


@dataclass
class Tails:
    """The needs of one model, and the rows that settling has found so far."""

    tails: tuple[Tail, ...]
    rows: list[Row] = field(default_factory=list)

    @classmethod
    def of(cls, model: pyo.ConcreteModel, program: Program) -> "Tails":
        """Find the columns of a model's needs."""
        column, found = program.column_of, []
        for (funder, cycle), joint in model.joint.items():
            cells = [column[id(model.unhedged[funder, *cell])] for cell in joint.cells]
            need = column[id(model.currency_need[funder, cycle])]
            found.append(Tail(f"{funder},{cycle}", need, np.array(cells, dtype=np.int64), joint))
        return cls(tuple(found))

    def broken(self, values: Floats, slack: float, among: Iterable[Row] = ()) -> list[Row]:
        """Return the row of each need that a point (in the model's units) breaks by more than `slack` of it.

        Rows `among` those that are there already are broken by no more than the solver's tolerance, and left out.
        """
        found, known = [], {row.key for row in among}
        for tail in self.tails:
            unhedged = np.maximum(values[tail.cells], 0.0)
            means = tail.of.mean_loss(unhedged)
            wanted = float(means @ unhedged)
            if wanted - values[tail.need] > slack * wanted:
                found.append(Row(tail, means))
        return [row for row in found if row.key not in known]

    def rooted(self, program: Program, limits: Limits, interrupt: Interrupt) -> Program:
        """Return the program with the rows that its relaxation breaks."""
        if not self.tails:
            return program
        seconds = PART * limits.time_limit
        rows = self._relaxed(
            Form(program, program.column_scale), replace(limits, time_limit=seconds), interrupt, NEARLY
        )
        return Rows.of(rows, program.column_scale).added_to(program) if rows else program

    def whole(self, program: Program) -> Program:
        """Return the program with all rows that settling has found so far."""
        return Rows.of(self.rows, program.column_scale).added_to(program) if self.rows else program

    def solved(self, program: Program, reduced: Reduced, column_scale: Floats, stop: object | None = None) -> Outcome:
        """Solve the payments in a reduced program, which may have further columns at its end, until they break no row.

        `column_scale` is that of the whole program. `stop` ends the search for rows; the payments may break some then.
        """
        form, stop = Form(program, column_scale, reduced), stop or Interrupt()
        new = self._relaxed(form, Limits(), stop, FULLY) if self.tails else []
        while True:
            if new:
                self.rows += new
                program = form.rows(new).added_to(program)
            outcome = solved(program, stop)
            if stop:
                return outcome
            new = [] if outcome.x is None else self.broken(form.values(outcome.x), FULLY, self.rows)
            if not new:
                return outcome

    def _relaxed(self, form: Form, limits: Limits, interrupt: object, slack: float) -> list[Row]:
        """Return the rows that relaxation after relaxation of a program breaks."""
        found: list[Row] = []
        relaxation = Relaxation(form.program, limits, interior=len(form.program.cost) > LARGE)
        deadline = time.monotonic() + limits.time_limit
        for _ in range(ROUNDS):
            outcome = relaxation.solve(deadline - time.monotonic(), interrupt)
            new = [] if outcome.x is None else self.broken(form.values(outcome.x), slack, found)
            if not new:
                break
            found += new
            rows = form.rows(new)
            relaxation.add_rows(rows.lower, rows.matrix)
        return found
