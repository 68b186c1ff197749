"""Starting from an earlier run: its plan, its bound and the columns its relaxation needed.

*Plan.* The schedule table names initiatives, milestones and periods by their labels; what the changed case still knows
of it becomes a point to start from. Payments are not carried over: they are solved anew, like those of any schedule.

*Bound.* The old bound is kept where the change can only restrict, which is read off the two exact programs, old and
new, column by column and row by row. Let D = A_new − A_old. Within the new bounds of the columns [l, u] every new point
has `a_old·x = a_new·x − D·x ≤ right_new − min_[l,u] D·x`, so it keeps the old row if that is at most `right_old`;
likewise for left sides and, with the costs, for the objective. If all of it holds, every plan of the new program is one
of the old program and worth no more there than the old bound. Carry-over, hedging, buffers and rates need no case of
their own: they are coefficients. Anything else (another number of rows or columns, a row that is not provably tighter)
gives no claim.

*Columns.* The plans of each initiative that the old relaxation used are in the new one's master program from the start;
an initiative whose windows moved keeps none. Where the new program has the same shape, its simplex starts from the old
basis.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, csr_array

from ..inputs.case import Case
from ..inputs.tables import CurrencyRow, RateRow
from ..models.build import build
from ..models.windows import windows
from ..results.plan import Run
from .columns import Root
from .compile import Floats, Program, compile_model
from .earlier import begun
from .engine import Basis
from .goals import scale
from .plans import Plans

Places = tuple[Any, ...]
WIDER = 1.1


@dataclass(frozen=True, eq=False)
class Memory:
    """What a run keeps, as long as the process lives: its exact program and its initiatives' plans in use.

    `used` maps the starts (initiative, milestone, period) an initiative's plans decide on to those plans, 0/1 per line;
    `basis` is the relaxation's, for a program whose initiatives have as many plans each (`first`) and as many rows.
    """

    exact: Program
    used: Mapping[Places, NDArray[np.bool_]]
    first: NDArray[np.int64] | None = None
    basis: Basis | None = None


def remember(exact: Program, found: tuple[Plans, Root] | None) -> Memory:
    """Return what later runs can use of this one; the exact program without the model it was made from."""
    if found is None:
        return Memory(bare(exact), {})
    plans, root = found
    places = _places(plans.source)
    used = {}
    for c in range(plans.chains):
        if len(plans.points[c]):
            active = root.active[plans.first[c] : plans.first[c + 1]]
            used[tuple(places[int(k)] for k in plans.columns[c])] = plans.points[c][active] > 0.5
    return Memory(bare(exact), used, plans.first, root.basis)


def bare(program: Program) -> Program:
    """Return a program without the model that it was made from."""
    return replace(program, variables=(), constraints=())


def _places(program: Program) -> dict[int, Any]:
    """Return {integer column: (initiative, milestone, period)}."""
    return {column: index for index, column in program.starts.items()}


def earlier_gap(run: Run) -> float:
    """Return the gap a what-if on a run may stop at: a tenth more than the run's; 0 where that says nothing.

    The bound of a changed case comes from its relaxation, a little above what a long search makes of it: at the very
    same gap, a change that does not matter would be searched for as long as the run was.
    """
    gap = run.report.gap
    return WIDER * gap if gap is not None and gap <= 1.0 else 0.0


class Warm:
    """An earlier run, one that is `startable`, as the start of a solve of `case`."""

    def __init__(self, run: Run, case: Case) -> None:
        """Read the earlier schedule in the periods of `case`."""
        self.run, self.case = run, case
        self.memory = run.memory if isinstance(run.memory, Memory) else None
        self.begun = begun(run, case)

    @property
    def name(self) -> dict[str, str]:
        """Return what the manifest says of the start: its case, and the SHA-256 of its schedule.csv."""
        return {"case": self.run.case.settings.name, "schedule": fingerprint(self.run)}

    def point(self, program: Program) -> Floats:
        """Return the earlier schedule as a point of a program; its money columns are zero."""
        x = np.zeros(len(program.cost))
        for (initiative, milestone, t), column in program.starts.items():
            begun = self.begun.get((initiative, milestone))
            x[column] = begun is not None and begun <= t
        return x

    def bound(self, exact: Program) -> float | None:
        """Return the earlier bound, in a program's units, where it holds for the exact one of this case, else None.

        The bound of a run that was read is believed only while its tables are as the run was written, by this version.
        """
        stated = self.run.report.bound
        bound = None if stated is None else stated / scale(self.run.case)
        if bound is None or (self.memory is None and not (self.run.genuine and _no_more(self.run.case, self.case))):
            return None
        if not _same_scenarios(self.run.case, self.case):
            return None
        if self.case.approved != self.run.case.approved:
            plain = _without_approval(self.run.case, self.case)
            if plain is None:
                return None
            exact = compile_model(build(plain))
        earlier = self.memory.exact if self.memory is not None else compile_model(build(self.run.case))
        return bound if restricts(exact, earlier) else None

    def handed_on(self, exact: Program) -> Memory:
        """Return the memory of a run that needed no search: the columns are those of its start."""
        return Memory(bare(exact), {}) if self.memory is None else replace(self.memory, exact=bare(exact))

    def basis(self, plans: Plans) -> Basis | None:
        """Return the earlier relaxation's basis where it fits."""
        memory = self.memory
        if memory is None or memory.basis is None or memory.first is None:
            return None
        same = np.array_equal(memory.first, plans.first) and len(memory.basis[1]) == len(plans.program.row_lower)
        return memory.basis if same else None

    def known(self, plans: Plans) -> NDArray[np.bool_]:
        """Mark the columns over whole plans that are likely to be needed: those used before, and the earlier plan."""
        found = plans.taken(self.point(plans.source)) > 0.5
        used = self.memory.used if self.memory is not None else {}
        places = _places(plans.source)
        for c in range(plans.chains):
            points = used.get(tuple(places[int(k)] for k in plans.columns[c]))
            if points is not None and len(plans.points[c]):
                known = {point.tobytes() for point in points}
                mine = (plans.points[c] > 0.5).astype(bool)
                found[plans.first[c] : plans.first[c + 1]] |= [point.tobytes() in known for point in mine]
        return found


def fingerprint(run: Run) -> str:
    """Return the SHA-256 of a run's schedule.csv, whether it was written or not."""
    assert run.plan is not None
    text = run.plan.tables["schedule"].to_csv(index=False, lineterminator="\n")
    return sha256(text.encode("utf-8")).hexdigest()


def _without_approval(old: Case, new: Case) -> Case | None:
    """Return a re-plan as the plain case that it restricts; None where it is not one, or `old` is a re-plan itself.

    A re-plan takes starts and payments away, unless what has begun outlives a window of today.
    """
    if old.approved is not None or new.approved is None:
        return None
    plain = replace(new, approved=None)
    open_to = windows(plain)
    within = all(start in open_to.get(key, ()) for key, start in new.approved.begun.items())
    return plain if within else None


def _no_more(old: Case, new: Case) -> bool:
    """Tell whether a change may restrict at all, so that building the old program again is worth it.

    That needs money that is no more than it was, at the same rates.
    """
    if old.T != new.T or old.funders.keys() != new.funders.keys() or old.rows(RateRow) != new.rows(RateRow):
        return False
    if {r.currency: r.rate for r in old.rows(CurrencyRow)} != {r.currency: r.rate for r in new.rows(CurrencyRow)}:
        return False
    for funder, cycles in new.cycles.items():
        before = {cycle.name: cycle for cycle in old.cycles[funder]}
        if any(c.name not in before or c.payments > before[c.name].payments for c in cycles):
            return False
    return True


def _same_scenarios(old: Case, new: Case) -> bool:
    """Tell whether a cvar buffer, whose rows are not all written out, loses the same in every scenario."""
    if new.settings.buffer.method != "cvar":
        return True

    def world(case: Case) -> object:
        spans = {funder: [(k.name, k.first, k.last) for k in cycles] for funder, cycles in case.cycles.items()}
        currencies = {funder: row.currency for funder, row in case.funders.items()}
        tables = [case.tables.get(name, ()) for name in ("currencies", "rates", "correlations")]
        return case.settings.buffer, case.base, tables, currencies, spans

    return world(old) == world(new)


def restricts(new: Program, old: Program) -> bool:
    """Tell whether every plan of `new` is provably one of `old`, worth at least as much there (see the module)."""
    same = new.matrix.shape == old.matrix.shape and np.array_equal(new.integer, old.integer)
    if not same:
        return False
    lower, upper = new.lower * new.column_scale, new.upper * new.column_scale
    if (lower < old.lower * old.column_scale).any() or (upper > old.upper * old.column_scale).any():
        return False
    gain = new.cost / new.column_scale - old.cost / old.column_scale
    most = np.where(gain > 0, upper, lower)
    more = gain[gain != 0] @ most[gain != 0] + new.offset - old.offset
    if not more <= 0.0:
        return False
    least, greatest = _range(csr_array(_unscaled(new) - _unscaled(old)), lower, upper)
    left, right = new.row_lower / new.row_scale, new.row_upper / new.row_scale
    before_left, before_right = old.row_lower / old.row_scale, old.row_upper / old.row_scale
    over = np.isfinite(before_right) & ~(_less(right, least) <= before_right)
    under = np.isfinite(before_left) & ~(_less(left, greatest) >= before_left)
    return not (over.any() or under.any())


def _less(side: Floats, change: Floats) -> Floats:
    """Return side − change; where that is undefined, a number that proves nothing."""
    with np.errstate(invalid="ignore"):
        return np.asarray(side - change, dtype=float)


def _unscaled(program: Program) -> csr_array:
    """Return the matrix in the model's units; scales are powers of two, so not a digit changes."""
    matrix = csc_array(program.matrix.multiply(1.0 / program.row_scale[:, None]))
    return csr_array(matrix.multiply(1.0 / program.column_scale[None, :]))


def _range(matrix: csr_array, lower: Floats, upper: Floats) -> tuple[Floats, Floats]:
    """Return the least and the greatest activity of every row within the columns' bounds."""
    matrix.eliminate_zeros()
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    values = matrix.data
    ends = values * lower[matrix.indices], values * upper[matrix.indices]
    least, greatest = np.zeros(matrix.shape[0]), np.zeros(matrix.shape[0])
    np.add.at(least, rows, np.minimum(*ends))
    np.add.at(greatest, rows, np.maximum(*ends))
    return least, greatest
