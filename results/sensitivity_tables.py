"""The text tables of a sensitivity: what-ifs, tornado, initiatives and alternatives, each saying what it is.

Objectives and effects are in the goal's units, money in whole units of the base currency. An empty cell is something
that nobody looked at or that does not exist; `status` says which. Source: results.md, "Sensitivity tables".
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Protocol

import pandas as pd

CERTAIN_UP, CERTAIN_DOWN = "certainly more", "certainly less"
EVEN, NO_PLAN, NOTHING_FOUND, REFUSED = "not distinguishable", "no plan", "no plan found", "not a case"
SAME, EQUIVALENT, NEEDED = "same", "equivalent", "needed"
SHOWN = 6  # payments that are said in words
COLUMNS = {
    "whatifs": (
        *("change", "kind", "table", "row", "column", "owner", "limit", "unit", "base", "value", "share", "status"),
        *("effect_least", "effect_most", "objective", "bound", "portfolio", "added", "dropped", "moved"),
        *("money_moved", "payments", "starts_binding", "stops_binding", "note"),
    ),
    "tornado": (
        *("rank", "limit", "kind", "unit", "base", "low_value", "low_least", "low_most"),
        *("high_value", "high_least", "high_most", "swing_least", "swing_most"),
    ),
    "initiatives": (
        *("initiative", "place", "funded", "forced", "loss_least", "loss_most", "epsilon", "scenario_frequency"),
        *("scenarios", "instead_added", "instead_dropped", "why"),
    ),
    "alternatives": (
        *("number", "loss_least", "loss_most", "objective", "bound", "added", "dropped", "moved", "money_moved"),
        "note",
    ),
}
Cells = dict[str, str]


class Said(Protocol):
    """What moves: see `optimizer.whatif.Moves`."""

    @property
    def added(self) -> tuple[str, ...]:
        """Return initiatives that are funded now."""

    @property
    def dropped(self) -> tuple[str, ...]:
        """Return initiatives that are funded no more."""

    @property
    def moved(self) -> tuple[str, ...]:
        """Return initiatives with another schedule."""

    @property
    def money(self) -> float:
        """Return how much money moves, in base currency, `unit`s."""

    @property
    def paid(self) -> tuple[tuple[str, int, float], ...]:
        """Return what each funder pays more or less in a period."""

    @property
    def starts_binding(self) -> tuple[str, ...]:
        """Return limits that bind now."""

    @property
    def stops_binding(self) -> tuple[str, ...]:
        """Return limits that bind no more."""


def text(value: float | None, digits: int = 6) -> str:
    """Return a number with at most so many decimals; empty where it is unknown or has no bound."""
    if value is None or value != value or value in (float("inf"), float("-inf")):
        return ""
    found = f"{value:.{digits}f}"
    found = found.rstrip("0").rstrip(".") if "." in found else found
    return "0" if found in ("-0", "") else found


def exact(value: Decimal) -> str:
    """Return a decimal without exponent and without zeros at its end."""
    found = format(value, "f")
    return found.rstrip("0").rstrip(".") if "." in found else found


def names(found: Sequence[str]) -> str:
    """Return names as one cell."""
    return "; ".join(found)


def moves_cells(moves: Said | None, unit: int, label: Mapping[int, str]) -> Cells:
    """Return what moves; all empty where nobody looked."""
    keys = ("added", "dropped", "moved", "money_moved", "payments", "starts_binding", "stops_binding")
    if moves is None:
        return dict.fromkeys(keys, "")
    paid = [f"{funder} {label[t]}: {amount * unit:+,.0f}" for funder, t, amount in moves.paid[:SHOWN]]
    more = len(moves.paid) - SHOWN
    return {
        "added": names(moves.added),
        "dropped": names(moves.dropped),
        "moved": names(moves.moved),
        "money_moved": text(moves.money * unit, 0),
        "payments": names(paid) + (f"; and {more} more" if more > 0 else ""),
        "starts_binding": names(moves.starts_binding),
        "stops_binding": names(moves.stops_binding),
    }


def frame(name: str, rows: Iterable[Cells]) -> pd.DataFrame:
    """Return a table of text with the columns it has, whatever the rows leave out."""
    columns = COLUMNS[name]
    return pd.DataFrame([[row.get(c, "") for c in columns] for row in rows], columns=list(columns), dtype=object)
