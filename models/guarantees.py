"""Guarantees: covered private funders pay only what a guarantee backs, and its guarantor sets provisions aside.

    Σ pay of f in cell c ≤ Σ_{j of c} backed[j,f,i,c]                       where several guarantees cover f there
    Σ_c Σ_f backed[j,f,i,c] ≤ leverage·Σ_k guaranteed[j,i,k]                per guarantee j and initiative i
    guaranteed[j,i,k] ≤ (largest due in scope)/leverage·Σ_{t in k} begin[first milestone in scope, t]
    Σ_i Σ_k guaranteed[j,i,k]·R̄(κ(i)) ≤ cap                                base currency
    provision[G,k] = Σ_{j of G} Σ_i provisioning_rate·guaranteed[j,i,k]·R(κ(i),t0)/R(κ(G),t0)   t0 = first period of k

Every row of guarantees.csv is a guarantee of its own; k are the cycles of its guarantor G: a guarantee is given, and
provided for, in the cycle in which the first milestone in its scope begins. A cell is the set of stages of i to which
the same guarantees apply. Where only one of them covers a funder its pay there is what it backs, and needs no variable.
`guaranteed` and `backed` are in the initiative's currency (pay at reference rates), provisions in the guarantor's,
`unit`s. A covered funder has no payment outside the scopes that cover it (see `eligibility`). Source: model.md, rule 7.
"""

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyomo.environ as pyo

from ..inputs.case import Case, Cycle
from ..inputs.tables import GuaranteeRow
from .algebra import Linear, row
from .begun import largest_due
from .decisions import paid, started
from .eligibility import Scope, by_initiative
from .lines import Line
from .signed import given

Cell = tuple[int, ...]
Index = tuple[str, str]


def provisions(model: pyo.ConcreteModel, case: Case) -> dict[Index, Linear]:
    """Return what guarantees set aside in every (funder, cycle), in the funder's currency."""
    found = {(f, c.name): Linear() for f, cycles in case.cycles.items() for c in cycles}
    rules = case.rows(GuaranteeRow)
    first = {(f, c.name): c.first for f, cycles in case.cycles.items() for c in cycles}
    for (n, initiative, cycle), variable in model.guaranteed.items():
        guarantor = rules[n].guarantor
        t, own = first[guarantor, cycle], case.funders[guarantor].currency
        rate = case.rate(case.initiatives[initiative].currency, t) / case.rate(own, t)
        found[guarantor, cycle].add(variable, float(rules[n].provisioning_rate * rate))
    return found


def guarantee_scopes(case: Case) -> list[Scope]:
    """Return the scope of every row of guarantees.csv, in file order."""
    return [
        Scope(case.select_funders(rule.funders), case.select_initiatives(rule.initiatives), rule.stage)
        for rule in case.rows(GuaranteeRow)
    ]


@dataclass(frozen=True)
class Guarantees:
    """The guarantees of a model, resolved: scopes, cells, and who of the covered may pay in them."""

    model: pyo.ConcreteModel
    case: Case

    @cached_property
    def scopes(self) -> list[Scope]:
        """Return the scope of every row."""
        return guarantee_scopes(self.case)

    @cached_property
    def cells(self) -> dict[str, dict[Cell, list[Line]]]:
        """Return the lines of each initiative that a covered funder may pay, by the guarantees that apply there."""
        near, layout = by_initiative(self.scopes), self.model.layout
        found: dict[str, dict[Cell, list[Line]]] = defaultdict(lambda: defaultdict(list))
        for line in layout.schedule.lines:
            cell = tuple(n for n in near.get(line.initiative, ()) if self.scopes[n].stage in ("", line.stage))
            payers = layout.pools.pools[layout.pools.pool_of[line.key]].payers
            if any(not self.scopes[n].funders.isdisjoint(payers) for n in cell):
                found[line.initiative][cell].append(line)
        return found

    def label(self, initiative: str, cell: Cell) -> str:
        """Return the name of a cell: its stages."""
        return "+".join(dict.fromkeys(line.stage for line in self.cells[initiative][cell]))

    def payers(self, initiative: str, cell: Cell) -> dict[str, Cell]:
        """Return {covered funder that may pay in the cell: the guarantees that cover it there}."""
        pools = self.model.layout.pools
        able = {f for line in self.cells[initiative][cell] for f in pools.pools[pools.pool_of[line.key]].payers}
        covering = {f: tuple(n for n in cell if f in self.scopes[n].funders) for f in self.case.funders if f in able}
        return {f: rows for f, rows in covering.items() if rows}

    @cached_property
    def given(self) -> list[tuple[int, str]]:
        """Return (row, initiative) of every guarantee that someone could use, or that was given before."""
        used: dict[str, set[int]] = {
            name: {n for cell in cells for rows in self.payers(name, cell).values() for n in rows}
            for name, cells in self.cells.items()
        }
        found = {(n, name): None for n in range(len(self.scopes)) for name, rows in used.items() if n in rows}
        return list(found | {key: None for key, amount in self.signed.items() if amount})

    @cached_property
    def signed(self) -> dict[tuple[int, str], float]:
        """Return what a re-plan keeps of guarantees given before, in the initiative's currency."""
        return given(self.case)

    @cached_property
    def shared(self) -> dict[tuple[str, str, str], tuple[Cell, Cell]]:
        """Return {(funder, initiative, cell label): (guarantees that cover it there, cell)} where there are several."""
        return {
            (funder, name, self.label(name, cell)): (rows, cell)
            for name, cells in self.cells.items()
            for cell in cells
            for funder, rows in self.payers(name, cell).items()
            if len(rows) > 1
        }

    def first(self, n: int, initiative: str) -> str:
        """Return the first milestone in scope."""
        stage = self.scopes[n].stage
        return next(m.milestone for m in self.case.milestones[initiative] if stage in ("", m.stage))

    def cycles(self, n: int, initiative: str) -> list[Cycle]:
        """Return the guarantor's cycles in which the first milestone in scope can begin."""
        window = self.model.layout.schedule.windows.get((initiative, self.first(n, initiative)), range(0))
        cycles = self.case.cycles[self.case.rows(GuaranteeRow)[n].guarantor]
        return [cycle for cycle in cycles if any(t in window for t in cycle.periods)]

    def most(self, n: int, initiative: str) -> float:
        """Return the largest guarantee that anything could need, in the initiative's currency."""
        due = largest_due(self.model.layout.schedule, initiative, self.scopes[n].stage)
        return max(due / float(self.case.rows(GuaranteeRow)[n].leverage), self.signed.get((n, initiative), 0.0))


def add_guarantees(model: pyo.ConcreteModel, case: Case) -> None:
    """Add the variables and rows of the family."""
    known = Guarantees(model, case)
    rules = case.rows(GuaranteeRow)
    cycles = {(n, name, cycle.name): cycle for n, name in known.given for cycle in known.cycles(n, name)}
    most = {key: known.most(*key) for key in known.given}
    model.guaranteed = pyo.Var(list(cycles), bounds=lambda _, n, i, k: (0, most[n, i]))
    backed = [(n, f, name, label) for (f, name, label), (rows, _) in known.shared.items() for n in rows]
    model.backed = pyo.Var(backed, bounds=(0, None))
    capped = [n for n, rule in enumerate(rules) if rule.cap is not None]

    def covered(m: pyo.ConcreteModel, funder: str, name: str, label: str) -> object:
        rows, cell = known.shared[funder, name, label]
        body = paid(m, known.cells[name][cell], frozenset({funder}))
        return row(m, None, body.extend((m.backed[n, funder, name, label], -1.0) for n in rows), 0.0)

    def leverage(m: pyo.ConcreteModel, n: int, _: str, name: str) -> object:
        body = _backed(known, n, name)
        for cycle in known.cycles(n, name):
            body.add(m.guaranteed[n, name, cycle.name], -float(rules[n].leverage))
        return row(m, None, body, 0.0)

    def begins(m: pyo.ConcreteModel, n: int, name: str, label: str) -> object:
        cycle, first, bound = cycles[n, name, label], known.first(n, name), most[n, name]
        body = Linear().add(m.guaranteed[n, name, label], 1.0)
        body.add(started(m, name, first, cycle.last), -bound)
        return row(m, None, body.add(started(m, name, first, cycle.first - 1), bound), 0.0)

    def cap(m: pyo.ConcreteModel, n: int, _: str) -> object:
        mine: list[tuple[Any, float]] = [
            (variable, float(case.reference_rate(case.initiatives[key[1]].currency)))
            for key, variable in m.guaranteed.items()
            if key[0] == n
        ]
        return row(m, None, Linear().extend(mine), float(rules[n].cap or 0))

    model.guarantee_backed = pyo.Constraint(list(known.shared), rule=covered)
    uses = [(n, rules[n].guarantee, name) for n, name in known.given]
    model.guarantee_leverage = pyo.Constraint(uses, rule=leverage)
    model.guarantee_begun = pyo.Constraint(list(cycles), rule=begins)
    model.guarantee_cap = pyo.Constraint([(n, rules[n].guarantee) for n in capped], rule=cap)


def _backed(known: Guarantees, n: int, initiative: str) -> Linear:
    """Return what a guarantee backs in an initiative, in its currency."""
    body = Linear()
    for cell, lines in known.cells[initiative].items():
        if n not in cell:
            continue
        covering = known.payers(initiative, cell)
        alone = frozenset(f for f, rows in covering.items() if rows == (n,))
        if alone:
            body.plus(paid(known.model, lines, alone))
        for funder, rows in covering.items():
            if n in rows and len(rows) > 1:
                body.add(known.model.backed[n, funder, initiative, known.label(initiative, cell)], 1.0)
    return body
