"""From the continuous payments of the model to whole minor units that tie to the cent.

Every line's rounded due is split over its payers in proportion to the continuous payments; who gets the odd unit is
decided so that each funder's running rounding error in a cycle stays small. Where a cycle still passes its limit by a
few units, single units move to another payer of the same line and period. What no such move can mend is reported, so
that the limit can be tightened by the overshoot. Source: model.md, "Money is exact".
"""

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from ..inputs.case import Case
from ..inputs.tables import GuaranteeRow, MatchingRow
from .accounts import Account, Books
from .decisions import Decisions, GuaranteeKey, HedgeKey, LineKey, PayKey
from .guaranteeing import Guarantee, Guaranteeing, provisions
from .ledger import Due, ceiling
from .limits import Limits
from .mending import Cell, CycleKey, Mender, room, sources
from .relief import CapKey
from .signing import settle_signed

ROUNDS, PATIENCE = 20, 4  # how often units are moved between payers, and how often in vain
DUST = 1e-8  # a part of a due below which a continuous payment is the solver's tolerance, not a decision


@dataclass(frozen=True)
class Rounded:
    """Whole payments, hedges, commitments and guarantees in minor units, each cycle's account, and overshoots.

    An overshoot is by how many minor units of the funder's currency a cycle's budget, or its commitment ceiling, is
    passed where nothing could mend it; of the base currency for a cap of a matching rule in an initiative.
    """

    payments: dict[PayKey, int]
    currency: dict[LineKey, str]
    hedged: dict[HedgeKey, int]
    accounts: dict[str, list[Account]]
    overshoot: dict[CycleKey, int]
    commitments: dict[PayKey, int]
    commitment_overshoot: dict[CycleKey, int]
    cap_overshoot: dict[CapKey, int]
    guarantees: dict[GuaranteeKey, Guarantee]


def _wary(case: Case) -> frozenset[str]:
    """Return the funders whose first cent on a line changes more than the line.

    It may take a ticket, a guarantee or a least base, which the continuous plan decides.
    """
    covered = (case.select_funders(row.funders) for row in case.rows(GuaranteeRow))
    gated = (case.select_funders(row.funders) for row in case.rows(MatchingRow) if row.min_base)
    tickets = frozenset(name for name, row in case.funders.items() if row.min_ticket)
    return tickets.union(*covered, *gated)


def _cells(case: Case, dues: list[Due], payments: Mapping[PayKey, float]) -> list[Cell]:
    """Pair every due with its payers, the continuous payments scaled to the rounded due."""
    wary = _wary(case)
    payers: dict[tuple[LineKey, int], dict[str, float]] = defaultdict(dict)
    for (funder, line, t), amount in payments.items():
        payers[line, t][funder] = max(0.0, amount)
    cells = []
    for due in dues:
        wanted = payers[due.line, due.period]
        if not wanted:
            raise ArithmeticError(f"no payer for {due}")
        total = sum(wanted.values())
        least = DUST * total
        wanted = {f: a for f, a in wanted.items() if a > least or f not in wary} or wanted
        if total <= 0:
            wanted, total = dict.fromkeys(wanted, 1.0), float(len(wanted))
        split = {f: amount * due.amount / total for f, amount in wanted.items()}
        cells.append(Cell(due, {f: amount if amount > DUST * due.amount else 0.0 for f, amount in split.items()}))
    return cells


def _frozen(case: Case) -> dict[tuple[LineKey, int], dict[str, int]]:
    """Return who pays how much on each line and period that a re-plan may not touch, to the unit."""
    found: dict[tuple[LineKey, int], dict[str, int]] = defaultdict(dict)
    for (funder, line, t), amount in case.approved.history.items() if case.approved is not None else ():
        found[line, t][funder] = amount
    return found


class Rounding:
    """Rounds one plan; the state is the cells and each funder's running error per cycle."""

    def __init__(self, case: Case, books: Books, dues: list[Due], decisions: Decisions) -> None:
        """Pair dues and payments."""
        self.case, self.books, self.decisions = case, books, decisions
        self.cells = _cells(case, dues, decisions.payments)
        self.currency = {cell.due.line: cell.due.currency for cell in self.cells}
        self.guaranteeing = Guaranteeing(case, books)
        self.error: dict[CycleKey, float] = defaultdict(float)
        self.of_funder: dict[str, list[Cell]] = defaultdict(list)
        self.of_cycle: dict[CycleKey, list[Cell]] = defaultdict(list)
        self._rates: dict[tuple[str, str, int], float] = {}
        self.touched: set[str] = set(case.funders)
        frozen, signed = _frozen(case), case.approved.lines_signed if case.approved is not None else frozenset()
        for cell in self.cells:
            kept = frozen.get((cell.due.line, cell.due.period), {})
            if sum(kept.values()) == cell.due.amount:
                cell.wanted, cell.paid = {f: float(amount) for f, amount in kept.items()}, dict(kept)
            else:
                self._split(cell)
            for funder in cell.wanted:
                self.of_funder[funder].append(cell)
                if not kept and cell.due.line not in signed:
                    self.of_cycle[self.cycle(funder, cell)].append(cell)
        settle_signed(case, books, decisions, self)

    def cycle(self, funder: str, cell: Cell) -> CycleKey:
        """Return the cycle from which a funder pays a cell."""
        return funder, self.books.cycle_at[funder, cell.due.period].name

    def _split(self, cell: Cell) -> None:
        """Give every payer the whole part, and the odd units to those furthest behind so far."""
        cell.paid = {funder: int(amount + 1e-6) for funder, amount in cell.wanted.items()}
        odd = cell.due.amount - sum(cell.paid.values())
        behind = {
            funder: amount - cell.paid[funder] - self.error[self.cycle(funder, cell)]
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
            rate = self.rate(funder, cell)
            self.error[self.cycle(funder, cell)] += (cell.paid[funder] - amount) * min(rate, 1.0)

    def rate(self, funder: str, cell: Cell) -> float:
        """Return what a minor unit of the cell costs the funder, in its minor units, at planning rates."""
        key = self.case.funders[funder].currency, cell.due.currency, cell.due.period
        found = self._rates.get(key)
        if found is None:
            found = self._rates[key] = float(self.books.rate(key[1], key[0], key[2]))
        return found

    @property
    def payments(self) -> dict[PayKey, int]:
        """Return what is paid, as the cells stand."""
        return {(f, c.due.line, c.due.period): a for c in self.cells for f, a in c.paid.items() if a}

    def guarantees(self) -> dict[GuaranteeKey, Guarantee]:
        """Return the guarantees that the cells need as they stand; their guarantors' accounts change with them."""
        if not self.guaranteeing.rules:
            return {}
        self.touched |= {rule.guarantor for rule in self.guaranteeing.rules}
        return self.guaranteeing.guarantee(self.decisions, self.payments, self.currency)

    def accounts(
        self, funder: str, hedged: Mapping[HedgeKey, int], guarantees: Mapping[GuaranteeKey, Guarantee]
    ) -> list[Account]:
        """Return the accounts of one funder as the cells stand."""
        paid = (
            (cell.due.currency, cell.due.period, cell.paid[funder])
            for cell in self.of_funder[funder]
            if cell.paid[funder]
        )
        hedges = {(c, t): amount for (f, c, t), amount in hedged.items() if f == funder}
        return self.books.accounts(funder, paid, hedges, provisions(self.case, guarantees, funder))

    def mend(self, accounts: Mapping[str, list[Account]], paying: bool) -> int:
        """Move single units out of the cycles that pass their limits; return how many moved."""
        mender = Mender(self, room(accounts))
        moved = sum(
            mender.relieve(funder, sources(rows, account), account.over, paying)
            for funder, rows in accounts.items()
            for account in rows
            if account.over > 0
        )
        self.touched |= mender.touched
        return moved

    def exposures(self) -> dict[HedgeKey, int]:
        """Return what each funder pays in each foreign currency and period."""
        found: dict[HedgeKey, int] = defaultdict(int)
        for cell in self.cells:
            for funder, amount in cell.paid.items():
                if amount and cell.due.currency != self.case.funders[funder].currency:
                    found[funder, cell.due.currency, cell.due.period] += amount
        return dict(found)


def round_plan(case: Case, books: Books, dues: list[Due], decisions: Decisions, cents: bool = True) -> Rounded:
    """Return the plan in minor units.

    With `cents`, units may move to those who would not pay on the line otherwise, where nothing else helps.
    """
    rounding = Rounding(case, books, dues, decisions)
    accounts: dict[str, list[Account]] = {}
    limits = Limits(rounding)
    least, patience = math.inf, PATIENCE
    for turn in range(ROUNDS):
        hedged = _hedges(case, rounding.exposures(), decisions.hedge_shares)
        guarantees = rounding.guarantees()
        accounts |= {f: rounding.accounts(f, hedged, guarantees) for f in case.funders if f in rounding.touched}
        rounding.touched.clear()
        limits.measure()
        over = sum(max(0, account.over) for rows in accounts.values() for account in rows) + limits.over
        patience -= over >= least
        least = min(over, least)
        if not over or patience < 0 or turn == ROUNDS - 1:
            break
        paying = not cents or patience > 0
        moved = rounding.mend(accounts, paying) + limits.mend(accounts, paying)
        if not moved and not (cents and rounding.mend(accounts, False) + limits.mend(accounts, False)):
            break
    return Rounded(
        payments=rounding.payments,
        currency=rounding.currency,
        hedged={key: amount for key, amount in hedged.items() if amount},
        accounts=accounts,
        overshoot={(f, a.cycle.name): a.over for f, rows in accounts.items() for a in rows if a.over > 0},
        commitments=limits.committed.amounts,
        commitment_overshoot=limits.committed.overshoot,
        cap_overshoot={key: ceiling(strain.over) for key, strain in limits.caps.items()},
        guarantees=guarantees,
    )


def _hedges(case: Case, exposures: Mapping[HedgeKey, int], shares: Mapping[HedgeKey, float]) -> dict[HedgeKey, int]:
    """Return whole hedges: the wanted part of each exposure, rounded up, never more than the exposure.

    What a re-plan knows to have been hedged before its first free period stays as it was.
    """
    found, approved = {}, case.approved
    until = approved.frozen if approved is not None and "currency" in approved.signed else 0
    for key, amount in exposures.items():
        if approved is not None and key[2] < until:
            found[key] = min(amount, approved.hedged_before.get(key, 0))
            continue
        share = shares.get(key, 0.0)
        if share > 1e-9:
            found[key] = amount if share > 1 - 1e-7 else min(amount, int(amount * share) + 1)
    return found
