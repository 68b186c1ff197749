"""Amounts as a person reads them: in the case's `unit`, and saying so."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from ..inputs.money import counted_in


@dataclass(frozen=True)
class Money:
    """How amounts of one currency are printed: divided by `unit` where they come in whole currency units."""

    currency: str
    unit: int

    @property
    def label(self) -> str:
        """The unit as words, such as "EUR million"."""
        return counted_in(self.currency, self.unit)

    def text(self, amount: Decimal | float) -> str:
        """Return an amount that is in `unit`s already; a dash for nothing."""
        return f"{amount:,.2f}" if amount else "–"

    def whole(self, amount: Decimal | float | str) -> str:
        """Return an amount given in whole currency units, "" when there is none."""
        return self.text(Decimal(str(amount)) / self.unit) if amount != "" else ""


def share(value: Decimal | float | str, digits: int = 0) -> str:
    """Return a ratio as a percentage, "" when there is none."""
    return f"{Decimal(str(value)) * 100:.{digits}f}%" if value != "" else ""
