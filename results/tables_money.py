"""The money tables of a plan as exact text: budgets, currency, commitments and guarantees. Source: results.md."""

from collections import defaultdict
from collections.abc import Callable
from fractions import Fraction

from ..inputs.case import Case
from ..inputs.tables import GuaranteeRow
from .accounts import Account, Books
from .committing import Ceilings, committed
from .decisions import LineKey
from .ledger import ceiling, minor_text
from .rounding import Rounded
from .table_cells import Row, number
from .verify_rows import nine_decimals, plain


class MoneyTables:
    """Makes the tables of what funders use, risk, commit and guarantee."""

    def __init__(self, case: Case, books: Books, plan: Rounded) -> None:
        """Remember the plan in minor units."""
        self.case, self.books, self.plan = case, books, plan

    def makers(self) -> dict[str, Callable[[], list[Row]]]:
        """Return what makes each table."""
        return {
            "budgets": self.budgets,
            "currency": self.currency,
            "commitments": self.commitments,
            "guarantees": self.guarantees,
        }

    def text(self, amount: int, currency: str) -> str:
        """Return an amount of minor units in whole units of its currency."""
        return minor_text(amount, self.case.minor_digits(currency))

    def on_line(self, funder: str, line: LineKey, t: int, amount: int) -> Row:
        """Return the cells of an amount that a funder pays or commits on a line in period t."""
        currency, own = self.plan.currency[line], self.case.funders[funder].currency
        return {
            "funder": funder,
            "initiative": line[0],
            "stage": line[1],
            "party": line[2],
            "period": self.case.label(t),
            "currency": currency,
            "amount": self.text(amount, currency),
            "amount_funder": self.text(self.books.in_funder_currency(funder, currency, t, amount), own),
        }

    def budgets(self) -> list[Row]:
        """One row per funder and cycle."""
        most = Ceilings(self.case, self.books).most
        sums = committed(self.books, self.plan.commitments, self.plan.currency)
        committing = {funder for funder, _, _ in self.plan.commitments}
        rows = []
        for funder, accounts in self.plan.accounts.items():
            own = self.case.funders[funder].currency
            for account in accounts:
                key = funder, account.cycle.name
                told = key in most or funder in committing
                row = self._account(funder, own, account)
                row["commitments"] = self.text(most[key], own) if key in most else ""
                row["committed"] = self.text(sums.get(key, 0), own) if told else ""
                rows.append(row)
        return rows

    def _account(self, funder: str, own: str, account: Account) -> Row:
        available = account.payments + account.carried_in
        return {
            "funder": funder,
            "cycle": account.cycle.name,
            "payments": self.text(account.payments, own),
            "reserved": self.text(account.reserved, own),
            "carried_in": self.text(account.carried_in, own),
            "spent": self.text(account.spent, own),
            "hedge_cost": self.text(account.hedge_cost, own),
            "provision": self.text(account.provision, own),
            "buffer": self.text(account.buffer, own),
            "carried_out": self.text(account.carried_out, own),
            "lapsed": self.text(account.lapsed, own),
            "execution_rate": number(Fraction(account.spent, available), 6) if available else "",
        }

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
            rows.append(
                {
                    "funder": funder,
                    "currency": currency,
                    "period": self.case.label(t),
                    "exposure": self.text(amount, currency),
                    "hedged": self.text(hedged, currency),
                    "unhedged": self.text(amount - hedged, currency),
                    "worst_case_loss": self.text(loss, self.case.funders[funder].currency),
                }
            )
        return rows

    def commitments(self) -> list[Row]:
        """One row per funder, line under commitment and period in which something is committed."""
        return [self.on_line(*key, amount) for key, amount in sorted(self.plan.commitments.items())]

    def guarantees(self) -> list[Row]:
        """One row per guarantee and initiative for which it is given."""
        rules, rows = self.case.rows(GuaranteeRow), []
        for (n, initiative, cycle), row in sorted(self.plan.guarantees.items()):
            rule, currency = rules[n], self.case.initiatives[initiative].currency
            own = self.case.funders[rule.guarantor].currency
            achieved = Fraction(row.mobilised, row.guaranteed) if row.guaranteed else None
            rows.append(
                {
                    "guarantee": rule.guarantee,
                    "guarantor": rule.guarantor,
                    "initiative": initiative,
                    "cycle": cycle,
                    "currency": currency,
                    "guaranteed": self.text(row.guaranteed, currency),
                    "mobilised": self.text(row.mobilised, currency),
                    "achieved": nine_decimals(achieved),
                    "leverage": plain(Fraction(rule.leverage)),
                    "provision": self.text(row.provision, own),
                    "provision_currency": own,
                    "cap": "" if rule.cap is None else plain(Fraction(rule.cap) * self.case.unit),
                }
            )
        return rows
