"""What moves between two plans: initiatives, the least money that has to, and the limits that bind.

The money is that of a linear program: with the schedule of the other plan fixed, its payments are to be as near to the
first ones as the rules allow, by funder and period. Source: results.md, "what-ifs".
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from scipy.sparse import csr_array, vstack

from ..results.plan import Run
from .compile import Floats, Program
from .elastic import with_columns
from .extract import fixed
from .form import Form
from .linear import solved
from .reduce import reduce

EQUAL = 1e-6  # by how much, relatively, two values may differ and be called the same

Schedule = dict[tuple[str, str], int]
Paid = Mapping[tuple[str, int], float]


class Before(Protocol):
    """The plan that another one is held against."""

    @property
    def form(self) -> Form:
        """Return its program."""

    @property
    def x(self) -> Floats:
        """Return its point."""

    @property
    def schedule(self) -> Schedule:
        """Return when its milestones begin."""

    @property
    def binding(self) -> frozenset[str]:
        """Return the limits it reaches."""

    @property
    def was(self) -> Paid:
        """Return what each funder pays in each period, in base currency, `unit`s."""


@dataclass(frozen=True)
class Moves:
    """What is different from the base: initiatives, money by funder and period (base currency, `unit`s), limits."""

    added: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    money: float = 0.0
    paid: tuple[tuple[str, int, float], ...] = ()
    starts_binding: tuple[str, ...] = ()
    stops_binding: tuple[str, ...] = ()


def moves(base: Before, form: Form, x: Floats) -> Moves:
    """Return what a plan with the schedule of `x` changes: its payments as near to the base's as the rules allow."""
    schedule = form.begun(x)
    before, after = ({i for i, _ in each} for each in (base.schedule, schedule))
    stay = before & after
    moved = {i for (i, m), t in schedule.items() if i in stay and base.schedule.get((i, m)) != t}
    moved |= {i for (i, m) in base.schedule if i in stay and (i, m) not in schedule}
    was, same = base.was, form.columns == base.form.columns and np.array_equal(x, base.x)
    near = x if same else nearest(form, x, was)
    paid = dict(zip(form.payers, form.paid @ near, strict=True))
    more = [(f, t, float(paid.get((f, t), 0.0) - was.get((f, t), 0.0))) for f, t in sorted({*paid, *was})]
    least = EQUAL * max(1.0, sum(was.values()))
    more = [each for each in more if abs(each[2]) > least]
    up, down = (sum(max(0.0, sign * amount) for _, _, amount in more) for sign in (1.0, -1.0))
    binding = form.binding(near)
    return Moves(
        added=tuple(sorted(after - before)),
        dropped=tuple(sorted(before - after)),
        moved=tuple(sorted(moved)),
        money=max(up, down),
        paid=tuple(sorted(more, key=lambda each: -abs(each[2]))),
        starts_binding=tuple(sorted(binding - base.binding)),
        stops_binding=tuple(sorted(base.binding - binding)),
    )


def nearest(form: Form, x: Floats, was: Mapping[tuple[str, int], float]) -> Floats:
    """Return a point with the whole columns of `x` that pays as nearly what was paid as the rules allow.

    minimise Σ_{f,t} |paid[f,t] − was[f,t]|, in base currency at the base's reference rates; where the objective hangs
    on more than the schedule, no less of it than `x` reaches.
    """
    reduced = reduce(near_program(form, x, was))
    outcome = solved(reduced.program)
    if outcome.x is None:
        return x
    near = reduced.expand(outcome.x)[: len(x)]
    again = form.settled(near) if form.tails.tails else (near, 0.0)
    return x if again is None else again[0]


def near_program(form: Form, x: Floats, was: Mapping[tuple[str, int], float]) -> Program:
    """Return the program of `nearest`: the columns of the form, then what is paid more and what is paid less."""
    held = fixed(form.program, x)
    if form.open:
        floor = float(held.cost @ x + held.offset)
        held = held.with_row(-held.cost, held.offset - floor + EQUAL * max(1.0, abs(floor)), "no less")
    count, first = len(form.payers), len(held.row_lower)
    target = np.array([was.get(payer, 0.0) for payer in form.payers])
    wide = replace(
        held,
        matrix=csr_array(vstack([held.matrix, form.paid])),
        row_lower=np.append(held.row_lower, target),
        row_upper=np.append(held.row_upper, target),
        row_scale=np.append(held.row_scale, np.ones(count)),
        constraints=(),
    )
    at = np.arange(first, first + count)
    for sign in (1.0, -1.0):
        wide = with_columns(wide, at, np.full(count, sign), np.full(count, np.inf))
    return replace(wide, cost=np.append(np.zeros(len(held.cost)), np.full(2 * count, -1.0)), offset=0.0)


def paid_by(run: Run) -> dict[tuple[str, int], float]:
    """Return what each funder pays in each period in a run, in base currency at reference rates, in `unit`s."""
    assert run.plan is not None
    found: dict[tuple[str, int], float] = {}
    for row in run.plan.tables["funding"].to_dict("records"):
        key = row["funder"], run.case.period(row["period"])
        worth = float(row["amount"]) * float(run.case.reference_rate(row["currency"])) / run.case.unit
        found[key] = found.get(key, 0.0) + worth
    return found
