"""Buffers that do not add everything up: budgeted (at most Γ currencies move) and cvar (joint scenarios).

    budgeted   need[f,k] = Γ·common_loss[f,k] + Σ_c loss_above[f,k,c]
               common_loss[f,k] + loss_above[f,k,c] ≥ Σ_{t in k} δ(f,c,t)·u[f,c,t]

is, at its least, the sum of the Γ largest losses. If the funder's own currency moves, all of them move: Γ below their
number takes that for less likely than it is. Γ = 0 needs nothing, and where Γ is at least the number of currencies the
need is the additive one; neither takes a variable.

    cvar       need[f,k] ≥ Σ_{t in k} Σ_c mean_{s in W}(ℓ[s](f,c,t))·unhedged[f,c,t]   for every W,    need ≥ 0

where W holds (1−β)·S of the S scenarios, the last of them in part: at its least the need is the mean loss of the worst
scenarios. There are far too many W to write out. The model has those that are worst for a currency by itself, one row
each; the others are added where a point breaks them (`optimizer.tails`). With every line paid by itself (`build`
without `pooled`) the same is written out over scenarios,

               need[f,k] ≥ loss_threshold[f,k] + Σ_s loss_beyond[f,k,s] / ((1−β)·S)
               loss_threshold[f,k] + loss_beyond[f,k,s] ≥ Σ_{t in k} Σ_c ℓ[s](f,c,t)·unhedged[f,c,t]

without the scenarios that are not among the worst whatever is unhedged. At most half of the scenarios are a gain, so
the threshold is not negative where the tail is within the other half. Where all moves of a funder's currencies rank the
scenarios alike (always with one currency) CVaRs add up, and the need is Σ CVaR(f,c,t)·u without a variable.

Needs are in the funder's currency, `unit`s; `unhedged` is in c. Source: model.md, rule 10; Bertsimas and Sim (2004);
Rockafellar and Uryasev (2000); Künzi-Bay and Mayer (2006) for the rows by W.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import ceil

import numpy as np
import pyomo.environ as pyo

from .algebra import Linear, row
from .scenarios import Floats, Scenarios, comonotone, possible_tail

Index = tuple[str, str]  # funder, cycle
Cell = tuple[str, int]  # currency, t
Unhedged = Mapping[Cell, Linear]
Lost = Mapping[str, Linear]  # by currency


def add_budgeted(model: pyo.ConcreteModel, lost: Mapping[Index, Lost], gamma: float) -> dict[Index, Linear]:
    """Add the variables and rows of the budgeted buffer; return the needs.

    `lost` is what each currency costs a (funder, cycle) more, currencies without risk left out.
    """
    split = {key: of for key, of in lost.items() if 0 < gamma < len(of)}
    places = [(*key, currency) for key, of in split.items() for currency in of]
    model.common_loss = pyo.Var(list(split), bounds=(0, None))
    model.loss_above = pyo.Var(places, bounds=(0, None))

    def currency_loss(m: pyo.ConcreteModel, funder: str, cycle: str, currency: str) -> object:
        body = Linear().add(m.common_loss[funder, cycle], 1.0).add(m.loss_above[funder, cycle, currency], 1.0)
        return row(m, 0.0, body.plus(split[funder, cycle][currency], -1.0), None)

    model.currency_loss = pyo.Constraint(places, rule=currency_loss)
    found = {}
    for key, of in lost.items():
        found[key] = need = Linear()
        if key in split:
            need.add(model.common_loss[key], gamma).extend((model.loss_above[*key, c], 1.0) for c in of)
        elif gamma:
            for loss in of.values():
                need.plus(loss)
    return found


@dataclass(frozen=True)
class Joint:
    """A (funder, cycle) whose currencies may offset each other: its cells, and what each loses by scenario."""

    cells: tuple[Cell, ...]
    losses: Floats
    size: Fraction

    def mean_loss(self, unhedged: Floats) -> Floats:
        """Return each cell's mean loss per unit over the scenarios that are the worst for these amounts."""
        order = np.argsort(-(self.losses @ unhedged), kind="stable")[: ceil(self.size)]
        weights = np.ones(len(order))
        weights[-1] -= len(order) - float(self.size)
        found: Floats = weights @ self.losses[order] / float(self.size)
        return found


def add_cvar(model: pyo.ConcreteModel, unhedged: Mapping[Index, Unhedged], scenarios: Scenarios) -> dict[Index, Linear]:
    """Add the variables and rows of the cvar buffer; return the needs.

    What the rows by W follow from stays in `model.joint`.
    """
    found, joint = {}, {}
    alike = cache(lambda funder, currencies: comonotone([scenarios.moves(funder, c) for c in currencies]))
    for key, cells in unhedged.items():
        funder = key[0]
        moving = {cell: body for cell, body in cells.items() if scenarios.moves(funder, cell[0]).any()}
        worst = {cell: scenarios.tail_loss(funder, *cell) for cell in moving}
        if not moving or (alike(funder, _currencies(moving)) and min(worst.values()) >= 0):
            found[key] = Linear()
            for cell, mean in worst.items():
                found[key].plus(moving[cell], mean)
        else:
            table = np.column_stack([scenarios.losses(funder, *cell) for cell in moving])
            joint[key] = Joint(tuple(moving), table, scenarios.size)
    model.joint = joint
    _add_positions(model, unhedged, joint)
    pooled = model.layout.pooled
    _add_tails(model, joint if pooled else {})
    _add_scenarios(model, {} if pooled else joint, scenarios)
    return found | {key: Linear().add(model.currency_need[key], 1.0) for key in joint}


def _currencies(cells: Iterable[Cell]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(currency for currency, _ in cells))


def _add_positions(model: pyo.ConcreteModel, unhedged: Mapping[Index, Unhedged], joint: Mapping[Index, Joint]) -> None:
    """Add the need and what is unhedged as variables."""
    bodies = {(f, *cell): unhedged[f, k][cell] for (f, k), of in joint.items() for cell in of.cells}
    model.currency_need = pyo.Var(list(joint), bounds=(0, None))
    model.unhedged = pyo.Var(list(bodies), bounds=(0, None))

    def open_position(m: pyo.ConcreteModel, funder: str, currency: str, t: int) -> object:
        body = Linear().plus(bodies[funder, currency, t]).add(m.unhedged[funder, currency, t], -1.0)
        return row(m, 0.0, body, 0.0)

    model.open_position = pyo.Constraint(list(bodies), rule=open_position)


def _add_tails(model: pyo.ConcreteModel, joint: Mapping[Index, Joint]) -> None:
    """Add the rows of the scenarios that are the worst for each currency by itself."""

    def tail_loss(m: pyo.ConcreteModel, funder: str, cycle: str, currency: str) -> object:
        of = joint[funder, cycle]
        only = np.array([float(cell[0] == currency) for cell in of.cells])
        body = Linear().add(m.currency_need[funder, cycle], 1.0)
        for cell, mean in zip(of.cells, of.mean_loss(only).tolist(), strict=True):
            body.add(m.unhedged[funder, *cell], -mean)
        return row(m, 0.0, body, None)

    places = [(*key, currency) for key, of in joint.items() for currency in _currencies(of.cells)]
    model.tail_loss = pyo.Constraint(places, rule=tail_loss)


def _add_scenarios(model: pyo.ConcreteModel, joint: Mapping[Index, Joint], scenarios: Scenarios) -> None:
    """Add the mean of the worst scenarios as a linear program; `loss_threshold` is the least of their losses."""
    within = ceil(scenarios.size) <= scenarios.case.settings.buffer.scenarios // 2
    tail = cache(lambda funder, c: possible_tail([scenarios.moves(funder, currency) for currency in c], scenarios.size))
    kept = {key: tail(key[0], _currencies(of.cells)) for key, of in joint.items()}
    places = [(*key, s + 1) for key, those in kept.items() for s in those]
    model.loss_threshold = pyo.Var(list(joint), bounds=(0 if within else None, None))
    model.loss_beyond = pyo.Var(places, bounds=(0, None))

    def scenario_loss(m: pyo.ConcreteModel, funder: str, cycle: str, s: int) -> object:
        of = joint[funder, cycle]
        body = Linear().add(m.loss_threshold[funder, cycle], 1.0).add(m.loss_beyond[funder, cycle, s], 1.0)
        for cell, loss in zip(of.cells, of.losses[s - 1].tolist(), strict=True):
            body.add(m.unhedged[funder, *cell], -loss)
        return row(m, 0.0, body, None)

    def mean_loss(m: pyo.ConcreteModel, funder: str, cycle: str) -> object:
        key = funder, cycle
        body = Linear().add(m.currency_need[key], 1.0).add(m.loss_threshold[key], -1.0)
        weight = -1.0 / float(scenarios.size)
        return row(m, 0.0, body.extend((m.loss_beyond[*key, s + 1], weight) for s in kept[key]), None)

    model.scenario_loss = pyo.Constraint(places, rule=scenario_loss)
    model.mean_loss = pyo.Constraint(list(joint), rule=mean_loss)
