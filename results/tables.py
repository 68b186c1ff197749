"""The tables of a plan as exact text: portfolio, schedule, funding, budgets, currency, flows.

Money is in whole currency units with the currency's ISO decimals, flags are true/false, periods are labels, empty is
"". `rules`, `equity`, `matching` and `cofunding` come from the verifier's recomputation. Source: results.md.
"""

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pandas as pd

from ..inputs.case import Case
from .accounts import Books
from .ledger import LineKey, Starts, ceiling, half_up, largest_remainder, milestone_due, minor_text
from .rounding import Rounded

Row = dict[str, str]

COLUMNS = {
    "portfolio": "initiative name theme funded complete start finish milestones_done milestones cost currency value "
    "present_value public private matching",
    "schedule": "initiative milestone stage done start finish level cost success",
    "funding": "funder initiative stage party period currency amount amount_funder amount_base",
    "budgets": "funder cycle payments reserved carried_in spent hedge_cost provision buffer carried_out lapsed "
    "execution_rate commitments committed",
    "currency": "funder currency period exposure hedged unhedged worst_case_loss",
    "flows": "payer_party receiving_party amount_base",
}


def flag(value: bool) -> str:
    """Return true or false as text."""
    return "true" if value else "false"


def number(value: Fraction | float, digits: int = 12) -> str:
    """Return a plain decimal with at most `digits` significant digits."""
    text = format(Decimal(f"{float(value):.{digits - 1}e}"), "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text if text not in ("-0", "") else "0"


def frame(name: str, rows: list[Row]) -> pd.DataFrame:
    """Return the rows as a frame of text with the table's columns."""
    return pd.DataFrame(rows, columns=COLUMNS[name].split(), dtype=object)


class Tables:
    """Makes the text tables of one rounded plan."""

    def __init__(
        self,
        case: Case,
        factors: Mapping[str, Any],
        starts: Starts,
        worth: Mapping[tuple[str, str], float],
        plan: Rounded,
    ) -> None:
        """Remember the plan; `worth` is each done milestone's expected, discounted value."""
        self.case, self.factors, self.starts, self.worth, self.plan = case, factors, starts, worth, plan
        self.books = Books(case, factors)
        self._duration = {(i, m.milestone): m.duration for i, steps in case.milestones.items() for m in steps}

    def all(self) -> dict[str, pd.DataFrame]:
        """Return every table by name."""
        makers = {
            "portfolio": self.portfolio,
            "schedule": self.schedule,
            "funding": self.funding,
            "budgets": self.budgets,
            "currency": self.currency,
            "flows": self.flows,
        }
        return {name: frame(name, maker()) for name, maker in makers.items()}

    def cost(self, initiative: str, milestone: str) -> int:
        """Return a done milestone's escalated cost in minor units of the initiative's currency."""
        key = (initiative, milestone)
        if key not in self.starts:
            return 0
        total = sum(milestone_due(self.case, self.factors, *key, self.starts[key]).values(), Fraction(0))
        currency = self.case.initiatives[initiative].currency
        return half_up(total * self.case.unit * self.books.units(currency))

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
                        "level": "0" if start is None else "1",
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
            value = sum((Fraction(self.case.value(name, step.milestone)) for step in done), Fraction(0))
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
                    "value": number(value),
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
            currency, own = self.plan.currency[line], self.case.funders[funder].currency
            rows.append(
                {
                    "funder": funder,
                    "initiative": line[0],
                    "stage": line[1],
                    "party": line[2],
                    "period": self.case.label(t),
                    "currency": currency,
                    "amount": minor_text(amount, self.case.minor_digits(currency)),
                    "amount_funder": minor_text(
                        self.books.in_funder_currency(funder, currency, t, amount),
                        self.case.minor_digits(own),
                    ),
                    "amount_base": minor_text(
                        self.books.in_base(currency, amount), self.case.minor_digits(self.case.base)
                    ),
                }
            )
        return rows

    def budgets(self) -> list[Row]:
        """One row per funder and cycle."""
        rows = []
        for funder, accounts in self.plan.accounts.items():
            digits = self.case.minor_digits(self.case.funders[funder].currency)
            for account in accounts:
                available = account.payments + account.carried_in
                rows.append(
                    {
                        "funder": funder,
                        "cycle": account.cycle.name,
                        "payments": minor_text(account.payments, digits),
                        "reserved": minor_text(account.reserved, digits),
                        "carried_in": minor_text(account.carried_in, digits),
                        "spent": minor_text(account.spent, digits),
                        "hedge_cost": minor_text(account.hedge_cost, digits),
                        "provision": minor_text(0, digits),
                        "buffer": minor_text(account.buffer, digits),
                        "carried_out": minor_text(account.carried_out, digits),
                        "lapsed": minor_text(account.lapsed, digits),
                        "execution_rate": number(Fraction(account.spent, available), 6) if available else "",
                        "commitments": "",
                        "committed": "",
                    }
                )
        return rows

    def currency(self) -> list[Row]:
        """One row per funder, foreign currency and period with an exposure."""
        exposure: dict[tuple[str, str, int], int] = defaultdict(int)
        for (funder, line, t), amount in self.plan.payments.items():
            currency = self.plan.currency[line]
            if currency != self.case.funders[funder].currency:
                exposure[funder, currency, t] += amount
        rows = []
        for (funder, currency, t), amount in sorted(exposure.items()):
            hedged = self.plan.hedged.get((funder, currency, t), 0)
            loss = ceiling(self.books.loss(funder, currency, t) * (amount - hedged))
            digits = self.case.minor_digits(currency)
            own = self.case.minor_digits(self.case.funders[funder].currency)
            rows.append(
                {
                    "funder": funder,
                    "currency": currency,
                    "period": self.case.label(t),
                    "exposure": minor_text(amount, digits),
                    "hedged": minor_text(hedged, digits),
                    "unhedged": minor_text(amount - hedged, digits),
                    "worst_case_loss": minor_text(loss, own),
                }
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
