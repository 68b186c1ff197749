"""The limits besides budgets that whole payments must keep: ceilings on commitments and caps on matching."""

from collections.abc import Mapping
from typing import Protocol

from ..inputs.case import Case
from .accounts import Account, Books
from .committing import Ceilings, Committed, whole_commitments
from .decisions import Decisions, LineKey, PayKey
from .ledger import ceiling
from .mending import Ledger, room
from .relief import CapKey, Caps, Strain, ceiling_strains, relieve


class Whole(Ledger, Protocol):
    """What the limits ask of a plan that is being rounded."""

    case: Case
    books: Books
    decisions: Decisions
    currency: dict[LineKey, str]
    touched: set[str]

    @property
    def payments(self) -> dict[PayKey, int]:
        """Return what is paid, as it stands."""


class Limits:
    """How far the payments of a plan that is being rounded pass those limits, and what moves them back."""

    def __init__(self, rounding: Whole) -> None:
        """Find which limits there are."""
        self.rounding = rounding
        self.cap_rules = Caps(rounding.case, rounding.books)
        self.bound = Ceilings(rounding.case, rounding.books).bound
        self.committed, self.caps = Committed(), dict[CapKey, Strain]()

    def measure(self) -> None:
        """Find the commitments that go with the payments as they stand, and every limit that is passed."""
        rounding = self.rounding
        if self.bound or rounding.decisions.commitments or self.cap_rules.any:
            payments, currency = rounding.payments, rounding.currency
            self.committed = whole_commitments(rounding.case, rounding.books, rounding.decisions, payments, currency)
            self.caps = self.cap_rules.strains(payments, currency)

    @property
    def over(self) -> int:
        """Return by how many minor units limits are passed in all."""
        caps = sum(ceiling(strain.over) for strain in self.caps.values())
        return sum(self.committed.overshoot.values()) + caps

    def mend(self, accounts: Mapping[str, list[Account]], paying: bool) -> int:
        """Move single units off the limits that are passed; return how many funders pay something else then."""
        strains = [*ceiling_strains(self.rounding.books, self.committed), *self.caps.values()]
        if not strains:
            return 0
        touched = relieve(self.rounding, room(accounts), strains, self.bound, paying)
        self.rounding.touched |= touched
        return len(touched)
