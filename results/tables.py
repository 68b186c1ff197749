"""The tables of a plan as exact text: portfolio, schedule, funding and flows here, those of `tables_money` with them.

Money is in whole currency units with the currency's ISO decimals, flags are true/false, periods are labels, empty is
"". `rules`, `equity`, `matching` and `cofunding` come from the verifier's recomputation. Source: results.md.
"""

from collections import defaultdict
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pandas as pd

from ..inputs.case import Case
from .accounts import Books
from .decisions import Decisions, LineKey
from .ledger import half_up, largest_remainder, milestone_due, minor_text
from .rounding import Rounded
from .table_cells import Row, flag, frame, number
from .tables_money import MoneyTables
from .verify_rows import plain


class Tables:
    """Makes the text tables of one rounded plan."""

    def __init__(
        self,
        case: Case,
        factors: Mapping[str, Any],
        decisions: Decisions,
        plan: Rounded,
    ) -> None:
        """Remember the decisions and their whole amounts."""
        self.case, self.factors, self.starts, self.levels = case, factors, decisions.starts, decisions.levels
        self.worth, self.plan = decisions.worth, plan
        self.books = Books(case, factors)
        self.money = MoneyTables(case, self.books, plan)
        self._duration = {(i, m.milestone): m.duration for i, steps in case.milestones.items() for m in steps}

    def all(self) -> dict[str, pd.DataFrame]:
        """Return every table by name."""
        makers = {
            "portfolio": self.portfolio,
            "schedule": self.schedule,
            "funding": self.funding,
            "flows": self.flows,
            **self.money.makers(),
        }
        return {name: frame(name, maker()) for name, maker in makers.items()}

    def cost(self, initiative: str, milestone: str) -> int:
        """Return a done milestone's escalated cost in minor units of the initiative's currency."""
        key = (initiative, milestone)
        if key not in self.starts:
            return 0
        due = milestone_due(self.case, self.factors, *key, self.starts[key], self.level(*key))
        total = sum(due.values(), Fraction(0))
        currency = self.case.initiatives[initiative].currency
        return half_up(total * self.case.unit * self.books.units(currency))

    def level(self, initiative: str, milestone: str) -> Fraction:
        """Return the level at which a milestone is done: 1 in full, 0 not at all."""
        key = (initiative, milestone)
        return self.levels.get(key, Fraction(1)) if key in self.starts else Fraction(0)

    def schedule(self) -> list[Row]:
        """One row per milestone of every initiative."""
        rows = []
        for name, steps in self.case.milestones.items():
            digits = self.case.minor_digits(self.case.initiatives[name].currency)
            for step in steps:
                start = self.starts.get((name, step.milestone))
                rows.append(
                    {
                        "initiative": name,
                        "milestone": step.milestone,
                        "stage": step.stage,
                        "done": flag(start is not None),
                        "start": "" if start is None else self.case.label(start),
                        "finish": "" if start is None else self.case.label(start + step.duration - 1),
                        "level": plain(self.level(name, step.milestone)),
                        "cost": minor_text(self.cost(name, step.milestone), digits),
                        "success": str(step.success),
                    }
                )
        return rows

    def portfolio(self) -> list[Row]:
        """One row per initiative; cost and value count done milestones."""
        kinds: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for (funder, line, _), amount in self.plan.payments.items():
            kind = self.case.funders[funder].kind
            kinds[line[0]][kind] += self.books.in_base(self.plan.currency[line], amount)
        base = self.case.minor_digits(self.case.base)
        rows = []
        for name, initiative in self.case.initiatives.items():
            steps = self.case.milestones[name]
            done = [step for step in steps if (name, step.milestone) in self.starts]
            starts = [self.starts[name, step.milestone] for step in done]
            ends = [start + step.duration - 1 for start, step in zip(starts, done, strict=True)]
            cost = sum(self.cost(name, step.milestone) for step in done)
            values = (Fraction(self.case.value(name, m.milestone)) * self.level(name, m.milestone) for m in done)
            rows.append(
                {
                    "initiative": name,
                    "name": initiative.name or "",
                    "theme": initiative.theme or "",
                    "funded": flag(bool(done)),
                    "complete": flag(len(done) == len(steps)),
                    "start": self.case.label(min(starts)) if done else "",
                    "finish": self.case.label(max(ends)) if done else "",
                    "milestones_done": str(len(done)),
                    "milestones": str(len(steps)),
                    "cost": minor_text(cost, self.case.minor_digits(initiative.currency)),
                    "currency": initiative.currency,
                    "value": number(sum(values, Fraction(0))),
                    "present_value": number(sum(self.worth[name, step.milestone] for step in done)),
                    **{kind: minor_text(kinds[name][kind], base) for kind in ("public", "private", "matching")},
                }
            )
        return rows

    def funding(self) -> list[Row]:
        """One row per payment, in the order of funders, initiatives and periods."""
        order = {name: k for k, name in enumerate(self.case.funders)}
        place = {name: k for k, name in enumerate(self.case.initiatives)}
        entries = sorted(
            self.plan.payments.items(), key=lambda e: (order[e[0][0]], place[e[0][1][0]], e[0][1], e[0][2])
        )
        rows = []
        for (funder, line, t), amount in entries:
            in_base = self.books.in_base(self.plan.currency[line], amount)
            rows.append(
                self.money.on_line(funder, line, t, amount) | {"amount_base": self.money.text(in_base, self.case.base)}
            )
        return rows

    def flows(self) -> list[Row]:
        """Who pays for whom in base currency; a real pot's payments reach the parties by share.

        What a party pays for all sums to its funders' `amount_base` in funding.csv (largest remainder).
        """
        exact: dict[str, dict[str, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
        for (funder, line, _), amount in self.plan.payments.items():
            payer, paid = self.case.funders[funder].party or "", self.books.in_base(self.plan.currency[line], amount)
            for party, share in self._receivers(line).items():
                exact[payer][party] += paid * share
        digits = self.case.minor_digits(self.case.base)
        return [
            {"payer_party": payer, "receiving_party": party, "amount_base": minor_text(amount, digits)}
            for payer in sorted(exact)
            for party, amount in sorted(largest_remainder(exact[payer]).items())
        ]

    def _receivers(self, line: LineKey) -> Mapping[str, Fraction]:
        if line[2]:
            return {line[2]: Fraction(1)}
        return self.case.shares.get(line[0]) or {"": Fraction(1)}
