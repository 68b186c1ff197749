"""From the solver's point to decisions: starts, levels, payments per funding line, hedged shares, commitments.

A pool's payments are split over its lines in proportion to what each line still needs once its matching money is
counted; that gives back the lines exactly. Source: solving.md, "Pool the payments".
"""

from collections import defaultdict
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import numpy as np
import pyomo.environ as pyo

from ..inputs.case import Case
from ..models.factors import discount, escalation, line_currencies, loss, twelve_digits
from ..models.lines import Line
from ..models.objective import present_values
from ..models.scenarios import draws
from ..models.synergies import bonuses
from ..results.decisions import Decisions, GuaranteeKey, Levels, LineKey, Milestone, PayKey, exact_levels
from .compile import Floats, Program

Starts = dict[Milestone, int]
Dues = dict[str, dict[int, dict[LineKey, float]]]
Factors = dict[str, Any]
FULL = 1e-8  # how near to 1 a level counts as full
DUST = 1e-9  # a share or an amount below which nothing was decided


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


def levels_at(model: pyo.ConcreteModel, program: Program, x: Floats, starts: Starts) -> dict[Milestone, Fraction]:
    """Return the levels of the partial milestones that are done, as exact decimals.

    One all but full is full, and so is one before a milestone that is done in full.
    """
    found, partial = {}, model.layout.schedule.partial
    for key, t in starts.items():
        if key in partial:
            column = program.column_of[id(model.level[*key, t])]
            level = float(x[column] * program.column_scale[column])
            found[key] = 1.0 if level > 1.0 - FULL else level
    for name, steps in model.layout.case.milestones.items():
        whole = [k for k, m in enumerate(steps) if (name, m.milestone) in starts.keys() - partial]
        found |= {(name, m.milestone): 1.0 for m in steps[: max(whole, default=0)] if (name, m.milestone) in found}
    return exact_levels(model.layout.case, found)


def fixed(program: Program, x: Floats, following: bool = True) -> Program:
    """Return the program with every integer column fixed at its rounded value in `x`.

    Without `following`, only those of the schedule are.
    """
    lower, upper = program.lower.copy(), program.upper.copy()
    held = program.integer if following else program.chain >= 0
    whole = np.round(x[held])
    lower[held] = upper[held] = np.clip(whole, program.lower[held], program.upper[held])
    return program.with_bounds(lower, upper)


def at_levels(program: Program, model: pyo.ConcreteModel, starts: Starts, levels: Levels) -> Program:
    """Return the program with the levels fixed."""
    lower, upper = program.lower.copy(), program.upper.copy()
    for (name, step, t), variable in model.level.items():
        column = program.column_of.get(id(variable))
        if column is not None:
            at = float(levels[name, step]) if starts.get((name, step)) == t else 0.0
            lower[column] = upper[column] = at / program.column_scale[column]
    return program.with_bounds(lower, upper)


class Extractor:
    """Reads decisions off points of one model."""

    def __init__(self, model: pyo.ConcreteModel, program: Program) -> None:
        """Remember the model and where its variables stand in the program."""
        self.model, self.program = model, program
        self.case: Case = model.layout.case
        self.worth = present_values(self.case, model.layout.schedule.windows)

    def decisions(self, x: Floats, starts: Starts, levels: Levels, dues: Dues) -> Decisions:
        """Return the decisions of a point with the given schedule, each pool's payments split over `dues`."""
        values = self.program.values(x)
        payments = self._payments(values, dues)
        done = {key: float(levels.get(key, 1)) for key in starts}
        return Decisions(
            starts,
            levels,
            payments,
            self._hedge_shares(values, payments),
            self._commitments(values),
            self._guaranteed(values),
            {(i, m): self.worth[i, m, t] * done[i, m] for (i, m), t in starts.items()},
            bonuses(self.case, done),
        )

    def _commitments(self, values: Floats) -> dict[PayKey, float]:
        """Return what is committed on the lines under commitment; each is a pool of its own."""
        pools, found = self.model.layout.pools.pools, {}
        for (funder, pool, t), variable in self.model.commit.items():
            amount = self._value(values, variable)
            if amount > DUST:
                found[funder, pools[pool].lines[0].key, t] = amount
        return found

    def _guaranteed(self, values: Floats) -> dict[GuaranteeKey, float]:
        """Return what is guaranteed by each row for each initiative in each cycle of the guarantor."""
        amounts = {key: self._value(values, variable) for key, variable in self.model.guaranteed.items()}
        return {key: amount for key, amount in amounts.items() if amount > DUST}

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

    def exact(self, starts: Starts, levels: Levels) -> dict[tuple[str, int], float]:
        """Return {(pool or match pool, t): due} of a schedule, in the model's units."""
        schedule, pools = self.model.layout.schedule, self.model.layout.pools
        begun = {initiative for initiative, _ in starts}
        found: dict[tuple[str, int], float] = defaultdict(float)
        for line in schedule.lines:
            if line.initiative in begun:
                for t, amount in self._line_due(line, starts, levels).items():
                    for name in (pools.pool_of[line.key], pools.match_of.get(line.key)):
                        if name is not None:
                            found[name, t] += amount
        return found

    def _line_due(self, line: Line, starts: Starts, levels: Levels) -> dict[int, float]:
        found: dict[int, float] = {}
        for t, terms in self.model.layout.schedule.due(line.initiative, line.stage).items():
            amount = 0.0
            for (name, step, s, *level), value in terms.items():
                start = starts.get((name, step))
                if level and start == s:
                    amount += value * float(levels[name, step])
                elif not level and start is not None and start <= s:
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
            if (amount := self._value(values, variable)) > DUST
        }
        exposed: dict[tuple[str, str, int], float] = defaultdict(float)
        currency = {line.key: line.currency for line in self.model.layout.schedule.lines}
        for (funder, line, t), amount in payments.items():
            exposed[funder, currency[line], t] += amount
        return {key: min(1.0, amount / exposed[key]) for key, amount in hedged.items() if exposed[key] > 0}


def factor_table(case: Case) -> Factors:
    """Return factors.json: every discount, escalation and loss factor and cvar scenario, as 12-digit text."""
    periods = range(1, case.T + 1)
    escalating = [name for name, r in case.initiatives.items() if r.escalation]
    currencies = line_currencies(case)
    losses: dict[str, dict[str, dict[str, str]]] = {}
    if case.settings.buffer.method != "none":
        for funder, row in case.funders.items():
            for currency in sorted(currencies - {row.currency}):
                losses.setdefault(funder, {})[currency] = {
                    case.label(t): twelve_digits(loss(case, funder, currency, t))
                    for cycle in case.cycles[funder]
                    for t in cycle.periods
                }
    cvar = case.settings.buffer.method == "cvar"
    return {
        "discount": {case.label(t): twelve_digits(discount(case, t)) for t in periods},
        "escalation": {
            name: {case.label(t): twelve_digits(escalation(case, name, t)) for t in periods} for name in escalating
        },
        "loss": losses,
        **({"scenarios": {currency: list(x) for currency, x in draws(case).items()}} if cvar else {}),
    }
