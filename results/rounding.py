"""From the continuous payments of the model to whole minor units that tie to the cent.

Every line's rounded due is split over its payers in proportion to the continuous payments; who gets the odd unit is
decided so that each funder's running rounding error in a cycle stays small. Where a cycle still passes its limit by a
few units, single units move to another payer of the same line and period. What no such move can mend is reported, so
that the limit can be tightened by the overshoot. Source: model.md, "Money is exact".
"""

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..inputs.case import Case
from .accounts import Account, Books
from .ledger import Due, LineKey

PayKey = tuple[str, LineKey, int]
HedgeKey = tuple[str, str, int]
CycleKey = tuple[str, str]


DUST = 1e-8  # a part of a due below which a continuous payment is the solver's tolerance, not a decision


@dataclass
class Cell:
    """One line in one period: its due and what each payer pays; `wanted` is the continuous split."""

    due: Due
    wanted: dict[str, float]
    paid: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Rounded:
    """Whole payments and hedges in minor units, each cycle's account, and overshoots nothing could mend."""

    payments: dict[PayKey, int]
    currency: dict[LineKey, str]
    hedged: dict[HedgeKey, int]
    accounts: dict[str, list[Account]]
    overshoot: dict[CycleKey, int]


def _cells(dues: list[Due], payments: Mapping[PayKey, float]) -> list[Cell]:
    """Pair every due with its payers, the continuous payments scaled to the rounded due."""
    payers: dict[tuple[LineKey, int], dict[str, float]] = defaultdict(dict)
    for (funder, line, t), amount in payments.items():
        payers[line, t][funder] = max(0.0, amount)
    cells = []
    for due in dues:
        wanted = payers[due.line, due.period]
        if not wanted:
            raise ArithmeticError(f"no payer for {due}")
        total = sum(wanted.values())
        if total <= 0:
            wanted, total = dict.fromkeys(wanted, 1.0), float(len(wanted))
        split = {f: amount * due.amount / total for f, amount in wanted.items()}
        cells.append(Cell(due, {f: amount if amount > DUST * due.amount else 0.0 for f, amount in split.items()}))
    return cells


class Rounding:
    """Rounds one plan; the state is the cells and each funder's running error per cycle."""

    def __init__(self, case: Case, books: Books, dues: list[Due], payments: Mapping[PayKey, float]) -> None:
        """Pair dues and payments."""
        self.case, self.books = case, books
        self.cells = _cells(dues, payments)
        self.error: dict[CycleKey, float] = defaultdict(float)
        self.of_funder: dict[str, list[Cell]] = defaultdict(list)
        self.touched: set[str] = set(case.funders)
        for cell in self.cells:
            self._split(cell)
            for funder in cell.wanted:
                self.of_funder[funder].append(cell)

    def _cycle(self, funder: str, cell: Cell) -> CycleKey:
        return funder, self.books.cycle_at[funder, cell.due.period].name

    def _split(self, cell: Cell) -> None:
        """Give every payer the whole part, and the odd units to those furthest behind so far."""
        cell.paid = {funder: int(amount + 1e-6) for funder, amount in cell.wanted.items()}
        odd = cell.due.amount - sum(cell.paid.values())
        behind = {
            funder: amount - cell.paid[funder] - self.error[self._cycle(funder, cell)]
            for funder, amount in cell.wanted.items()
        }
        open_to = [f for f, amount in cell.wanted.items() if amount > 1e-6] or list(cell.wanted)
        for _ in range(abs(odd)):
            step = 1 if odd > 0 else -1
            able = open_to if step > 0 else [f for f in open_to if cell.paid[f] > 0]
            funder = max(able, key=lambda f: (step * behind[f], f))
            cell.paid[funder] += step
            behind[funder] -= step
        for funder, amount in cell.wanted.items():
            rate = self._rate(funder, cell)
            self.error[self._cycle(funder, cell)] += (cell.paid[funder] - amount) * min(rate, 1.0)

    def _rate(self, funder: str, cell: Cell) -> float:
        own = self.case.funders[funder].currency
        return float(self.books.rate(cell.due.currency, own, cell.due.period))

    def accounts(self, funder: str, hedged: Mapping[HedgeKey, int]) -> list[Account]:
        """Return the accounts of one funder as the cells stand."""
        paid = (
            (cell.due.currency, cell.due.period, cell.paid[funder])
            for cell in self.of_funder[funder]
            if cell.paid[funder]
        )
        hedges = {(c, t): amount for (f, c, t), amount in hedged.items() if f == funder}
        return self.books.accounts(funder, paid, hedges)

    def mend(self, funder: str, account: Account, room: Mapping[CycleKey, int], paying: bool) -> int:
        """Move up to `account.over` units of the cycle to payers with room; return how many moved.

        With `paying` only to those who pay on the line anyway: a payment of one cent is nobody's wish.
        """
        moved, left = 0, dict(room)
        self.touched.add(funder)
        for cell in self.of_funder[funder]:
            if moved >= account.over:
                break
            if cell.due.period > account.cycle.last or cell.paid[funder] <= max(0.0, cell.wanted[funder] - 1):
                continue
            for other in cell.wanted:
                key = self._cycle(other, cell)
                worth = math.ceil(self._rate(other, cell))
                raised = cell.paid[other] + 1 <= cell.wanted[other] + 1
                welcome = other != funder and raised and (cell.paid[other] > 0 or not paying)
                if welcome and left.get(key, 0) >= worth:
                    cell.paid[funder] -= 1
                    cell.paid[other] += 1
                    left[key] -= worth
                    self.touched.add(other)
                    moved += 1
                    break
        return moved

    def exposures(self) -> dict[HedgeKey, int]:
        """Return what each funder pays in each foreign currency and period."""
        found: dict[HedgeKey, int] = defaultdict(int)
        for cell in self.cells:
            for funder, amount in cell.paid.items():
                if amount and cell.due.currency != self.case.funders[funder].currency:
                    found[funder, cell.due.currency, cell.due.period] += amount
        return dict(found)


def round_plan(
    case: Case,
    books: Books,
    dues: list[Due],
    payments: Mapping[PayKey, float],
    hedge_shares: Mapping[HedgeKey, float],
) -> Rounded:
    """Return the plan in minor units; `hedge_shares` is the hedged part of each exposure in [0, 1]."""
    rounding = Rounding(case, books, dues, payments)
    accounts: dict[str, list[Account]] = {}
    hedged: dict[HedgeKey, int] = {}
    for _ in range(12):
        hedged = _hedges(rounding.exposures(), hedge_shares)
        accounts |= {f: rounding.accounts(f, hedged) for f in case.funders if f in rounding.touched}
        rounding.touched.clear()
        over = [(f, account) for f, rows in accounts.items() for account in rows if account.over > 0]
        room = {(f, a.cycle.name): max(0, -a.over) for f, rows in accounts.items() for a in rows}
        moved = sum(rounding.mend(f, account, room, paying=True) for f, account in over)
        if over and not moved:
            moved = sum(rounding.mend(f, account, room, paying=False) for f, account in over)
        if not moved:
            break
    return Rounded(
        payments={(f, c.due.line, c.due.period): a for c in rounding.cells for f, a in c.paid.items() if a},
        currency={cell.due.line: cell.due.currency for cell in rounding.cells},
        hedged={key: amount for key, amount in hedged.items() if amount},
        accounts=accounts,
        overshoot={(f, a.cycle.name): a.over for f, rows in accounts.items() for a in rows if a.over > 0},
    )


def _hedges(exposures: Mapping[HedgeKey, int], shares: Mapping[HedgeKey, float]) -> dict[HedgeKey, int]:
    """Return whole hedges: the wanted part of each exposure, rounded up, never more than the exposure."""
    found = {}
    for key, amount in exposures.items():
        share = shares.get(key, 0.0)
        if share > 1e-9:
            found[key] = amount if share > 1 - 1e-7 else min(amount, int(amount * share) + 1)
    return found
