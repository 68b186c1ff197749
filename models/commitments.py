"""Commitments: all of a milestone is committed in the period in which it begins, and a cycle's ceiling limits that.

    Σ_f commit[f,ℓ,t] = Σ_{m of ℓ} (due of m on ℓ when begun in t)·level[m,t]         all eligible funders f
    Σ_{s≤t} pay[f,ℓ,s] ≤ Σ_{s≤t} commit[f,ℓ,s]                                       equal over the horizon
    Σ_ℓ Σ_{t in k} commit[f,ℓ,t]·R(κ(ℓ),t)/R(κ(f),t) ≤ commitments[f,k]              where there is a ceiling

on every line under commitment, one that a funder with a ceiling may pay (in a re-plan also one on which something was
committed before). In the exact form each of them is a pool by
itself; in the compact form ℓ stands for a pool of them, which is what the rows of its lines add up to. A funder with a
ceiling commits only in its cycles, any other in any period. `commit` is the escalated due that will follow, in the
line's currency, `unit`s; ceilings are in the funder's. Source: model.md, rule 8.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import pyomo.environ as pyo

from ..inputs.approved import LineKey
from ..inputs.case import Case, Cycle
from .algebra import Linear, row
from .begun import Begun, begun
from .claims import under_commitment, with_ceilings
from .pools import Pool
from .signed import lines_signed
from .windows import Milestone

Index = tuple[str, str]  # (funder, pool in which it pays)


@dataclass(frozen=True)
class Committed:
    """A pool under commitment: what is bound by a beginning, and the pools in which its funders pay."""

    begins: dict[int, dict[Milestone, float]]  # {t: {milestone: its due in the pool when begun in t}}
    pools: tuple[Pool, ...]


@dataclass
class Commitments:
    """The pools under commitment of a model, by name, and who may commit when."""

    model: pyo.ConcreteModel
    case: Case
    known: dict[str, Committed] = field(init=False)
    ceilings: frozenset[str] = field(init=False)
    signed: frozenset[LineKey] = field(init=False)  # lines of a re-plan on which something was committed
    begun: Begun = field(init=False)
    paying: dict[Index, dict[int, Any]] = field(init=False)  # {t: what the funder pays in the pool}

    def __post_init__(self) -> None:
        """Find the pools and the payments in them."""
        self.ceilings = with_ceilings(self.case)
        self.begun = Begun(self.case)
        self.signed = lines_signed(self.case)
        self.known = self._pools() if self.ceilings or self.signed else {}
        paying: dict[Index, dict[int, Any]] = defaultdict(dict)
        names = {pool.name for committed in self.known.values() for pool in committed.pools}
        for (funder, name, t), variable in self.model.layout.pay_of.items() if names else ():
            if name in names:
                paying[funder, name][t] = variable
        self.paying = dict(paying)

    def _pools(self) -> dict[str, Committed]:
        together: dict[str, list[Pool]] = defaultdict(list)
        for pool in self.model.layout.pools.pools.values():
            together[pool.parent or pool.name].append(pool)
        return {
            name: Committed(self._begins(members[0]), tuple(members))
            for name, members in together.items()
            if under_commitment(self.ceilings, [funder for pool in members for funder in pool.payers])
            or not self.signed.isdisjoint(line.key for line in members[0].lines)
        }

    def _begins(self, pool: Pool) -> dict[int, dict[Milestone, float]]:
        schedule, found = self.model.layout.schedule, dict[int, dict[Milestone, float]]()
        for line in pool.lines:
            for step in schedule.stages[line.initiative, line.stage]:
                key = line.initiative, step
                for t in schedule.windows[key]:
                    due = line.weight * sum(self.begun.due(key, t).values())
                    at = found.setdefault(t, {})
                    at[key] = at.get(key, 0.0) + due
        return found

    def cycle(self, funder: str, t: int) -> Cycle | None:
        """Return the funder's cycle in `t`."""
        found: Cycle | None = self.model.layout.cycle_at.get((funder, t))
        return found

    def indices(self) -> dict[tuple[str, str, int], float]:
        """Return {(funder, pool, t): most that can be committed} for all that pay in the pool in t or later."""
        found = {}
        for committed in self.known.values():
            for funder, name in ((f, pool.name) for pool in committed.pools for f in pool.payers):
                last = max(self.paying.get((funder, name), ()), default=0)
                for t, steps in sorted(committed.begins.items()):
                    if t <= last and (funder not in self.ceilings or self.cycle(funder, t)):
                        found[funder, name, t] = sum(steps.values())
        return found


def add_commitments(model: pyo.ConcreteModel, case: Case) -> None:
    """Add `commit` and the rows of the family."""
    known = Commitments(model, case)
    most = known.indices()
    model.commit = pyo.Var(list(most), bounds=lambda _, f, q, t: (0, most[f, q, t]))
    _add_sums(model, known)
    spent: dict[Index, Linear] = {
        (f, c.name): Linear() for f, cycles in case.cycles.items() for c in cycles if c.commitments is not None
    }
    for (funder, name, t), variable in model.commit.items():
        cycle = known.cycle(funder, t)
        if cycle is not None and (funder, cycle.name) in spent:
            rate = case.rate(model.layout.pools.pools[name].currency, t) / case.rate(case.funders[funder].currency, t)
            spent[funder, cycle.name].add(variable, float(rate))
    ceilings = {(f, c.name): float(c.commitments or 0) for f, cycles in case.cycles.items() for c in cycles}

    def ceiling(m: pyo.ConcreteModel, funder: str, label: str) -> object:
        return row(m, None, spent[funder, label], ceilings[funder, label])

    model.commitment = pyo.Constraint(list(spent), rule=ceiling)


def _add_sums(model: pyo.ConcreteModel, known: Commitments) -> None:
    """Add the rows that tie commitments to beginnings and to payments."""
    committed: dict[Index, dict[int, Any]] = defaultdict(dict)
    for (funder, name, t), variable in model.commit.items():
        committed[funder, name][t] = variable

    def ahead(index: Index, until: int) -> Linear:
        body = Linear().extend((variable, 1.0) for t, variable in known.paying[index].items() if t <= until)
        return body.extend((variable, -1.0) for t, variable in committed[index].items() if t <= until)

    def all_of(m: pyo.ConcreteModel, pool: str, t: int) -> object:
        body = Linear()
        for one in known.known[pool].pools:
            body.extend((committed[f, one.name][t], 1.0) for f in one.payers if t in committed[f, one.name])
        for milestone, due in known.known[pool].begins[t].items():
            body.plus(begun(m, milestone, t), -due)
        return row(m, 0.0, body, 0.0)

    def never_ahead(m: pyo.ConcreteModel, funder: str, pool: str, t: int) -> object:
        return row(m, None, ahead((funder, pool), t), 0.0)

    def total(m: pyo.ConcreteModel, funder: str, pool: str) -> object:
        return row(m, 0.0, ahead((funder, pool), m.layout.case.T), 0.0)

    before_last = [(*index, t) for index, pays in known.paying.items() for t in sorted(pays)[:-1]]
    model.commit_all = pyo.Constraint([(q, t) for q, one in known.known.items() for t in one.begins], rule=all_of)
    model.commit_ahead = pyo.Constraint(before_last, rule=never_ahead)
    model.commit_total = pyo.Constraint(list(known.paying), rule=total)
