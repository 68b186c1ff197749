"""The decisions: when each milestone has started, and who pays how much of what in which period.

    started[i,m,t] ∈ {0,1}   milestone m of initiative i has started by period t; only periods of its window
    level[i,m,t] ∈ [0,1]     which share of its cost it gets, level_of in t; only where min_level < 1
    pay[f,q,t] ≥ 0           what funder f pays on the pool q of funding lines in t, in the pool's currency, `unit`s
    hedged[f,c,t] ≥ 0        how much of what f pays in currency c is hedged (created by `currency`)
    carried[f,k] ≥ 0         what f carries from its cycle k into the next (created by `budgets`)

`begin[m,t] = started[m,t] − started[m,t−1]` is an expression, never a variable; a milestone that is done in full or not
at all has it for its level. What is barred, outside a window or
in no budget cycle has no variable. Source: model.md, "Decisions"; solving.md, "Formulation".
"""

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pyomo.environ as pyo

from ..inputs.case import Case, Cycle
from .algebra import Linear
from .lines import LEVEL, Line, Schedule, Start, StartKey, largest
from .merging import alike
from .pools import Pool, Pools, pools
from .windows import Lift

PayKey = tuple[str, str, int]
Terms = list[tuple[StartKey, float]]


@dataclass
class Layout:
    """What the families share: windows, lines, pools and the sparse indices of the payments.

    `lift` says of which rules it must not rely on (see `build`).

    Once there are variables, `start_of` and `pay_of` hold them by their indices (plain dictionaries: a model looks
    them up a million times), and `paid_in` the payments by (pool, t) and funder. `start_of` knows every term of a due:
    `started` by (i, m, t), `level` by (i, m, t, LEVEL).
    """

    case: Case
    compact: bool = False
    pooled: bool = True
    lift: Lift = ""
    schedule: Schedule = field(init=False)
    pools: Pools = field(init=False)
    start_of: dict[StartKey, Any] = field(init=False, default_factory=dict)
    pay_of: dict[PayKey, Any] = field(init=False, default_factory=dict)
    paid_in: dict[tuple[str, int], dict[str, Any]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Tighten the windows and pool the lines."""
        self.schedule = Schedule(self.case, self.lift)
        self.pools = pools(self.case, self.schedule, self.compact, self.pooled, self.lift == "all")

    @property
    def shrinks(self) -> bool:
        """Tell whether the compact form would be smaller than the exact one."""
        fewer = len(self.pools.projectable) > 1 or self.pools.alone > 1
        return not self.compact and self.case.approved is None and (fewer or bool(alike(self.case)))

    @cached_property
    def cycle_at(self) -> dict[tuple[str, int], Cycle]:
        """Return the cycle of each (funder, period) in which the funder has money."""
        found = {}
        for funder, cycles in self.case.cycles.items():
            for cycle in cycles:
                found.update({(funder, t): cycle for t in cycle.periods})
        return found

    @cached_property
    def pool_dues(self) -> dict[str, dict[int, Terms]]:
        """Return {pool: {t: [(start, coefficient)]}} of what falls due, in the pool's currency; each start once."""
        return {name: self._pool_due(pool) for name, pool in self.pools.pools.items()}

    def _pool_due(self, pool: Pool) -> dict[int, Terms]:
        weights: dict[tuple[str, str], float] = defaultdict(float)
        for line in pool.lines:
            weights[line.initiative, line.stage] += line.weight
        found: dict[int, Terms] = defaultdict(list)
        for (initiative, stage), weight in weights.items():
            for t, terms in self.schedule.due(initiative, stage).items():
                found[t] += [(start, weight * value) for start, value in terms.items()]
        return found

    @cached_property
    def pay_keys(self) -> list[PayKey]:
        """Return every (funder, pool, t) in which something can fall due and the funder has money."""
        return [
            (funder, name, t)
            for name, pool in self.pools.pools.items()
            for t in self.pool_dues[name]
            for funder in pool.payers
            if (funder, t) in self.cycle_at
        ]

    @cached_property
    def lines_of(self) -> dict[str, list[Line]]:
        """Return the funding lines of each initiative."""
        found: dict[str, list[Line]] = defaultdict(list)
        for line in self.schedule.lines:
            found[line.initiative].append(line)
        return found


def add_decisions(model: pyo.ConcreteModel, layout: Layout) -> None:
    """Add `started`, `level`, `pay`, and `nothing` (fixed at zero: it carries rows on which no decision is left)."""
    model.layout = layout
    model.nothing = pyo.Var(bounds=(0, 0))
    model.started = pyo.Var(layout.schedule.starts, domain=pyo.Binary)
    model.level = pyo.Var(level_indices(layout), bounds=(0, 1))
    most = {(name, t): largest(terms) for name, dues in layout.pool_dues.items() for t, terms in dues.items()}
    model.pay = pyo.Var(layout.pay_keys, bounds=lambda _, f, q, t: (0, most[q, t]))
    layout.start_of.update(model.started.items())
    layout.start_of.update({(*key, LEVEL): variable for key, variable in model.level.items()})
    for key, variable in model.pay.items():
        layout.pay_of[key] = variable
        layout.paid_in.setdefault(key[1:], {})[key[0]] = variable


def level_indices(layout: Layout) -> list[Start]:
    """Return (initiative, milestone, t) over the windows of the partial milestones."""
    partial = layout.schedule.partial
    return [start for start in layout.schedule.starts if start[:2] in partial]


def started(model: pyo.ConcreteModel, initiative: str, milestone: str, t: int) -> Any:
    """Return the variable that says whether the milestone has started by `t`; None when it cannot have."""
    window = model.layout.schedule.windows.get((initiative, milestone))
    if window is None or t < window[0]:
        return None
    return model.layout.start_of[initiative, milestone, min(t, window[-1])]


def begin(model: pyo.ConcreteModel, initiative: str, milestone: str, t: int) -> Linear:
    """Return `begin[m,t]`."""
    now, before = (started(model, initiative, milestone, s) for s in (t, t - 1))
    return Linear() if now is before else Linear().add(now, 1.0).add(before, -1.0)


def level_of(model: pyo.ConcreteModel, initiative: str, milestone: str) -> Linear:
    """Return `Σ_t level[m,t]`: 1 when the milestone is done in full, its level when in part, 0 when never."""
    layout = model.layout
    if (initiative, milestone) not in layout.schedule.partial:
        return Linear().add(started(model, initiative, milestone, layout.case.T), 1.0)
    window = layout.schedule.windows[initiative, milestone]
    return Linear().extend((model.level[initiative, milestone, t], 1.0) for t in window)


def funded(model: pyo.ConcreteModel, initiative: str) -> Any:
    """Return the variable that says whether the initiative is funded: its first milestone has started by T."""
    first = model.layout.case.milestones[initiative][0]
    return started(model, initiative, first.milestone, model.layout.case.T)


def add_due(model: pyo.ConcreteModel, found: Linear, line: Line, factor: float, until: int | None = None) -> None:
    """Add `factor·Σ_t due[line,t]` up to and including period `until` (None: ever), in the line's currency."""
    starts, terms = model.layout.start_of, model.layout.schedule.accrued(line.initiative, line.stage, until)
    found.extend(((starts[start], value) for start, value in terms.items()), factor * line.weight)


def paid(model: pyo.ConcreteModel, lines: list[Line], funders: frozenset[str], until: int | None = None) -> Linear:
    """Return what `funders` pay on `lines` of one initiative up to `until` (None: ever), in its currency.

    Uses the payments themselves where the pool is the initiative's own, and `due − matching pay` where the funders
    are all non-matching payers of a shared pool; see `pools`.
    """
    case, layout = model.layout.case, model.layout
    found, counted = Linear(), set()
    for line in lines:
        factor = float(
            case.reference_rate(line.currency) / case.reference_rate(case.initiatives[line.initiative].currency)
        )
        pool = layout.pools.pools[layout.pools.pool_of[line.key]]
        match = layout.pools.match_of.get(line.key)
        every = bool(pool.payers) and funders.issuperset(pool.payers)
        if every:
            add_due(model, found, line, factor, until)
        elif funders.intersection(pool.payers) and pool.name not in counted:
            counted.add(pool.name)
            _add_pay(model, found, pool.name, funders, factor, until)
        if match is not None and match not in counted:
            counted.add(match)
            _add_pay(model, found, match, funders, factor, until)
            if every:
                _add_pay(model, found, match, frozenset(layout.pools.pools[match].payers), -factor, until)
    return found


def _add_pay(
    model: pyo.ConcreteModel, found: Linear, pool: str, funders: frozenset[str], factor: float, until: int | None
) -> None:
    """Add `factor·Σ pay[f,pool,t]` over the funders and all periods up to `until`."""
    layout = model.layout
    for funder in layout.pools.pools[pool].payers:
        if funder in funders:
            for t in layout.pool_dues[pool]:
                variable = layout.pay_of.get((funder, pool, t))
                if variable is not None and (until is None or t <= until):
                    found.add(variable, factor)
