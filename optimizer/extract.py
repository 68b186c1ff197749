"""From the solver's point to decisions: starts, payments per funding line, hedged shares.

A pool's payments are split over its lines in proportion to what each line still needs once its matching money is
counted; that gives back the lines exactly. Source: solving.md, "Pool the payments".
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyomo.environ as pyo

from ..inputs.case import Case
from ..models.factors import discount, escalation, loss, twelve_digits
from ..models.lines import Line
from ..models.objective import present_values
from .compile import Floats, Program

LineKey = tuple[str, str, str]
Starts = dict[tuple[str, str], int]
Dues = dict[str, dict[int, dict[LineKey, float]]]
Factors = dict[str, Any]


@dataclass(frozen=True)
class Decisions:
    """A plan in the model's units (`unit`s of each currency), not yet rounded."""

    starts: dict[tuple[str, str], int]
    payments: dict[tuple[str, LineKey, int], float]
    hedge_shares: dict[tuple[str, str, int], float]
    worth: dict[tuple[str, str], float]


def starts_at(model: pyo.ConcreteModel, program: Program, x: Floats) -> Starts:
    """Return {milestone: start period} of a point; milestones that are not done are absent."""
    found = {}
    for (name, step), window in model.layout.schedule.windows.items():
        for t in window:
            column = program.column_of.get(id(model.started[name, step, t]))
            if column is not None and x[column] > 0.5:
                found[name, step] = t
                break
    return found


def fixed(program: Program, x: Floats) -> Program:
    """Return the program with every integer column fixed at its rounded value in `x`."""
    lower, upper = program.lower.copy(), program.upper.copy()
    whole = np.round(x[program.integer])
    lower[program.integer] = upper[program.integer] = np.clip(
        whole, program.lower[program.integer], program.upper[program.integer]
    )
    return program.with_bounds(lower, upper)


class Extractor:
    """Reads decisions off points of one model."""

    def __init__(self, model: pyo.ConcreteModel, program: Program) -> None:
        """Remember the model and where its variables stand in the program."""
        self.model, self.program = model, program
        self.case: Case = model.layout.case
        self.worth = present_values(self.case, model.layout.schedule.windows)

    def decisions(self, x: Floats, starts: Starts, dues: Dues) -> Decisions:
        """Return the decisions of a point with the given schedule, each pool's payments split over `dues`."""
        values = self.program.values(x)
        payments = self._payments(values, dues)
        worth = {(i, m): self.worth[i, m, t] for (i, m), t in starts.items()}
        return Decisions(starts, payments, self._hedge_shares(values, payments), worth)

    def _value(self, values: Floats, variable: Any) -> float:
        column = self.program.column_of.get(id(variable))
        return 0.0 if column is None else max(0.0, float(values[column]))

    def rounded(self, amounts: Iterable[tuple[LineKey, int, float]]) -> Dues:
        """Return {pool or match pool: {t: {line: due}}} of dues that are rounded already."""
        pools = self.model.layout.pools
        found: Dues = defaultdict(lambda: defaultdict(dict))
        for line, t, amount in amounts:
            for name in (pools.pool_of[line], pools.match_of.get(line)):
                if name is not None:
                    found[name][t][line] = amount
        return found

    def exact(self, starts: Starts) -> dict[tuple[str, int], float]:
        """Return {(pool or match pool, t): due} of a schedule, in the model's units."""
        schedule, pools = self.model.layout.schedule, self.model.layout.pools
        begun = {initiative for initiative, _ in starts}
        found: dict[tuple[str, int], float] = defaultdict(float)
        for line in schedule.lines:
            if line.initiative in begun:
                for t, amount in self._line_due(line, starts).items():
                    for name in (pools.pool_of[line.key], pools.match_of.get(line.key)):
                        if name is not None:
                            found[name, t] += amount
        return found

    def _line_due(self, line: Line, starts: Starts) -> dict[int, float]:
        found: dict[int, float] = {}
        for t, terms in self.model.layout.schedule.due(line.initiative, line.stage).items():
            amount = 0.0
            for (name, step, s), value in terms.items():
                start = starts.get((name, step))
                if start is not None and start <= s:
                    amount += value
            if amount > 1e-12:
                found[t] = amount * line.weight
        return found

    def _payments(self, values: Floats, dues: Dues) -> dict[tuple[str, LineKey, int], float]:
        layout = self.model.layout
        found: dict[tuple[str, LineKey, int], float] = {}
        matched: dict[tuple[LineKey, int], float] = defaultdict(float)
        ordered = sorted(layout.pools.pools.values(), key=lambda pool: pool.parent is None)
        for pool in ordered:
            for t, lines in dues.get(pool.name, {}).items():
                need = {key: max(0.0, due - matched[key, t]) for key, due in lines.items()}
                total = sum(need.values())
                for funder, variable in layout.paid_in.get((pool.name, t), {}).items():
                    amount = self._value(values, variable)
                    if pool.parent is not None and amount <= 0:
                        continue
                    for key, part in need.items():
                        found[funder, key, t] = amount * part / total if total > 0 else 0.0
                        if pool.parent is not None:
                            matched[key, t] += found[funder, key, t]
        return found

    def _hedge_shares(
        self, values: Floats, payments: dict[tuple[str, LineKey, int], float]
    ) -> dict[tuple[str, str, int], float]:
        """Return the hedged part of every hedged exposure."""
        hedged = {
            key: amount
            for key, variable in self.model.hedged.items()
            if (amount := self._value(values, variable)) > 1e-9
        }
        exposed: dict[tuple[str, str, int], float] = defaultdict(float)
        currency = {line.key: line.currency for line in self.model.layout.schedule.lines}
        for (funder, line, t), amount in payments.items():
            exposed[funder, currency[line], t] += amount
        return {key: min(1.0, amount / exposed[key]) for key, amount in hedged.items() if exposed[key] > 0}


def factor_table(case: Case) -> Factors:
    """Return factors.json: every discount, escalation and loss factor the case can need, as 12-digit text."""
    periods = range(1, case.T + 1)
    escalating = [name for name, r in case.initiatives.items() if r.escalation]
    currencies = _line_currencies(case)
    losses: dict[str, dict[str, dict[str, str]]] = {}
    if case.settings.buffer.method != "none":
        for funder, row in case.funders.items():
            for currency in sorted(currencies - {row.currency}):
                losses.setdefault(funder, {})[currency] = {
                    case.label(t): twelve_digits(loss(case, funder, currency, t))
                    for cycle in case.cycles[funder]
                    for t in cycle.periods
                }
    return {
        "discount": {case.label(t): twelve_digits(discount(case, t)) for t in periods},
        "escalation": {
            name: {case.label(t): twelve_digits(escalation(case, name, t)) for t in periods} for name in escalating
        },
        "loss": losses,
    }


def _line_currencies(case: Case) -> set[str]:
    """Return every currency in which a line can fall due."""
    found = set()
    for name, row in case.initiatives.items():
        if case.pot(name) == "real":
            found.add(row.currency)
        else:
            found |= {case.parties[party].currency or row.currency for party in case.shares[name]}
    return found
