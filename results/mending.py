"""Mending: single units move from a cycle that passes its limit to payers that have room, in a chain where need be.

A unit of one line and period moves from one payer to another; what the second then has too much, it passes on by
another line, until it reaches a cycle with room. Shortest chains first (breadth-first). Money spent earlier in a cycle
that could have carried it on counts too: room is what can be spent without taking from a later cycle, and a cycle is
relieved by earlier ones of the same funder as far as nothing lapses between them.
"""

import math
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from .accounts import Account
from .ledger import Due

CycleKey = tuple[str, str]


@dataclass
class Cell:
    """One line in one period: its due and what each payer pays; `wanted` is the continuous split."""

    due: Due
    wanted: dict[str, float]
    paid: dict[str, int] = field(default_factory=dict)


class Ledger(Protocol):
    """What mending asks of a plan that is being rounded."""

    of_cycle: dict[CycleKey, list[Cell]]

    def cycle(self, funder: str, cell: Cell) -> CycleKey:
        """Return the cycle from which a funder pays a cell."""

    def rate(self, funder: str, cell: Cell) -> float:
        """Return what a minor unit of the cell costs the funder, in its minor units."""


def room(accounts: Mapping[str, Sequence[Account]]) -> dict[CycleKey, int]:
    """Return what every cycle could still spend without taking from a later one."""
    found = {}
    for funder, rows in accounts.items():
        later = 0
        for account in reversed(rows):
            later = max(0, min(-account.over, account.lapsed + later))
            found[funder, account.cycle.name] = later
    return found


def sources(rows: Sequence[Account], account: Account) -> list[str]:
    """Return the cycles in which spending less relieves `account`: itself, and earlier ones that can carry it on."""
    found: list[str] = []
    for row in reversed(rows[: rows.index(account) + 1]):
        if row is not account and row.lapsed > 0:
            break
        found.append(row.cycle.name)
    return found


@dataclass
class Mender:
    """Moves units; `touched` are the funders whose accounts have changed."""

    ledger: Ledger
    room: dict[CycleKey, int]
    touched: set[str] = field(default_factory=set)

    def relieve(self, funder: str, cycles: Sequence[str], units: int, paying: bool) -> int:
        """Move up to `units` units out of the funder's cycles; return how many moved.

        With `paying` only to those who pay on a line anyway: a payment of one cent is nobody's wish.
        """
        for moved in range(units):
            if not self._move([(funder, name) for name in cycles], paying):
                return moved
        return units

    def _move(self, starts: list[CycleKey], paying: bool) -> bool:
        """Move one unit along the shortest chain from one of `starts` to a cycle with room."""
        came: dict[CycleKey, tuple[CycleKey, Cell] | None] = dict.fromkeys(starts)
        queue = deque((start, 0) for start in starts)  # what a cycle that passes units on must be rid of for each
        while queue:
            giver, burden = queue.popleft()
            for cell in self.ledger.of_cycle.get(giver, ()):
                for taker, worth in self._takers(giver[0], burden, cell, paying):
                    if taker in came:
                        continue
                    came[taker] = giver, cell
                    if self.room.get(taker, 0) >= worth:
                        self.room[taker] -= worth
                        self._along(came, taker)
                        return True
                    queue.append((taker, worth))
        return False

    def _takers(self, giver: str, burden: int, cell: Cell, paying: bool) -> list[tuple[CycleKey, int]]:
        """Return the cycles that may take a unit of the cell over, with what it costs them."""
        paid, wanted, ledger = cell.paid, cell.wanted, self.ledger
        if len(wanted) < 2 or paid[giver] <= max(0.0, wanted[giver] - 1) or ledger.rate(giver, cell) < burden:
            return []
        return [
            (ledger.cycle(other, cell), math.ceil(ledger.rate(other, cell)))
            for other, amount in wanted.items()
            if other != giver and paid[other] <= amount and (paid[other] > 0 or not paying)
        ]

    def _along(self, came: Mapping[CycleKey, tuple[CycleKey, Cell] | None], end: CycleKey) -> None:
        """Move one unit from cycle to cycle up to `end`."""
        taker, step = end, came[end]
        self.touched.add(taker[0])
        while step is not None:
            giver, cell = step
            cell.paid[giver[0]] -= 1
            cell.paid[taker[0]] += 1
            self.touched.add(giver[0])
            taker, step = giver, came[giver]
