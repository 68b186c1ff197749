"""Minimum tickets: a funder that joins an initiative at all puts at least so much into it.

    min_ticket·joins[i,f] ≤ Σ_{ℓ of i} Σ_t pay[f,ℓ,t]·R(κ(ℓ),t)/R(κ(f),t) ≤ bound·joins[i,f]

over the initiative's life, in the funder's currency at planning rates, `unit`s. The bound is the most that the funder's
money, and the dues of the lines it may pay, allow in the periods in which it has money. A minimum of 0 is no rule.
Source: model.md, rule 13.
"""

from dataclasses import dataclass
from functools import cached_property

import pyomo.environ as pyo

from ..inputs.case import Case
from .algebra import Linear, row
from .begun import Begun
from .lines import Line

Index = tuple[str, str]


@dataclass(frozen=True)
class Tickets:
    """The minimum tickets of a model: where they hold, what is put in, and how much it can be."""

    model: pyo.ConcreteModel
    case: Case

    @cached_property
    def begun(self) -> Begun:
        """Return what falls due when milestones begin."""
        return Begun(self.case)

    @cached_property
    def _rates(self) -> dict[Index, dict[int, float]]:
        return {}

    @cached_property
    def lines(self) -> dict[Index, list[Line]]:
        """Return the lines of each (initiative, funder with a minimum) that the funder may pay."""
        pools, found = self.model.layout.pools, dict[Index, list[Line]]()
        asking = {funder for funder, r in self.case.funders.items() if r.min_ticket}
        for line in self.model.layout.schedule.lines if asking else ():
            for name in (pools.pool_of[line.key], pools.match_of.get(line.key)):
                for funder in pools.pools[name].payers if name else ():
                    if funder in asking:
                        found.setdefault((line.initiative, funder), []).append(line)
        return found

    def rates(self, funder: str, currency: str) -> dict[int, float]:
        """Return {t: the funder's currency per unit of `currency`} for the periods in which the funder has money."""
        found = self._rates.get((funder, currency))
        if found is None:
            own = self.case.funders[funder].currency
            periods = (t for cycle in self.case.cycles[funder] for t in cycle.periods)
            found = {t: float(self.case.rate(currency, t) / self.case.rate(own, t)) for t in periods}
            self._rates[funder, currency] = found
        return found

    def put_in(self, initiative: str, funder: str) -> Linear:
        """Return what the funder puts into the initiative, in its currency.

        Its payments where pools are the initiative's; in a shared pool, whose only payer it is, `due − matching pay`.
        """
        layout, body = self.model.layout, Linear()
        counted = set()
        for line in self.lines[initiative, funder]:
            rates = self.rates(funder, line.currency)
            pool, match = layout.pools.pools[layout.pools.pool_of[line.key]], layout.pools.match_of.get(line.key)
            sole = funder in pool.payers and pool.initiative is None
            if sole:
                self._add_due(body, line, rates)
            if match is not None and match not in counted and (sole or funder in layout.pools.pools[match].payers):
                counted.add(match)
                self._add_pay(body, match, layout.pools.pools[match].payers if sole else (funder,), rates, sole)
            elif funder in pool.payers and not sole and pool.name not in counted:
                counted.add(pool.name)
                self._add_pay(body, pool.name, (funder,), rates)
        return body

    def _add_due(self, body: Linear, line: Line, rates: dict[int, float]) -> None:
        """Add what falls due on the line while the funder has money."""
        layout, sums = self.model.layout, dict[int, float]()
        variables = {}
        for t, terms in layout.schedule.due(line.initiative, line.stage).items():
            for start, value in terms.items():
                variable = variables[id(layout.start_of[start])] = layout.start_of[start]
                sums[id(variable)] = sums.get(id(variable), 0.0) + value * rates.get(t, 0.0)
        least = 1e-12 * max(map(abs, sums.values()), default=0.0)  # what telescoping leaves of a zero
        body.extend(((variables[key], value) for key, value in sums.items() if abs(value) > least), line.weight)

    def _add_pay(
        self, body: Linear, pool: str, payers: tuple[str, ...], rates: dict[int, float], less: bool = False
    ) -> None:
        """Add, or take off, what `payers` pay in a pool while the funder has money."""
        for t in self.model.layout.pool_dues[pool]:
            for payer, variable in self.model.layout.paid_in.get((pool, t), {}).items():
                if payer in payers:
                    body.add(variable, -rates.get(t, 0.0) if less else rates.get(t, 0.0))

    def bound(self, initiative: str, funder: str) -> float:
        """Return the most that the funder can put into the initiative, in its currency."""
        schedule, total = self.model.layout.schedule, 0.0
        for line in self.lines[initiative, funder]:
            rates = self.rates(funder, line.currency)
            for step in schedule.stages[initiative, line.stage]:
                key = initiative, step
                dues = (self.begun.due(key, s).items() for s in schedule.windows[key])
                total += line.weight * max(sum(due * rates.get(t, 0.0) for t, due in begun) for begun in dues)
        if self.model.layout.lift:
            return total
        return min(total, sum(float(cycle.payments - cycle.reserved) for cycle in self.case.cycles[funder]))


def add_tickets(model: pyo.ConcreteModel, case: Case) -> None:
    """Add `joins` and the rows of the family."""
    tickets = Tickets(model, case)
    model.joins = pyo.Var(list(tickets.lines), domain=pyo.Binary)
    amounts = {index: tickets.put_in(*index) for index in tickets.lines}

    def least(m: pyo.ConcreteModel, initiative: str, funder: str) -> object:
        body = Linear().plus(amounts[initiative, funder])
        minimum = float(case.funders[funder].min_ticket or 0)
        return row(m, 0.0, body.add(m.joins[initiative, funder], -minimum), None)

    def most(m: pyo.ConcreteModel, initiative: str, funder: str) -> object:
        body = Linear().plus(amounts[initiative, funder])
        return row(m, None, body.add(m.joins[initiative, funder], -tickets.bound(initiative, funder)), 0.0)

    model.ticket_least = pyo.Constraint(list(tickets.lines), rule=least)
    model.ticket_most = pyo.Constraint(list(tickets.lines), rule=most)
