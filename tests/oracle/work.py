"""What a start brings, as linear maps over slots (initiative, place in its chain, period of start).

A schedule is a 0-1 vector over the slots. Dues, commitments and values are linear in the *levels*: 1 where a full
milestone starts, a free number between its least level and 1 where a partial one does.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .book import number, text
from .data import Data

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Slot = tuple[str, int, int]


class Work:
    """`due` and `committed` by (line, period) and slot, in base currency at reference rates; `worth` by slot."""

    def __init__(self, data: Data) -> None:
        self.data = data
        self.slots: dict[Slot, int] = {}
        for i, chain in data.milestones.items():
            for k in range(len(chain)):
                for t in range(1, data.T + 1):
                    self.slots[i, k, t] = len(self.slots)
        self.size = len(self.slots)
        self.due = np.zeros((len(data.lines), data.T, self.size))
        self.committed = np.zeros_like(self.due)
        self.worth = np.zeros(self.size)
        self.least = np.ones(self.size)
        for slot, at in self.slots.items():
            self.fill(slot, at)
        self.partial: Bools = self.least < 1

    def fill(self, slot: Slot, at: int) -> None:
        """Cost falls due by the profile and grows with time; all of it is committed at the start."""
        data, (i, k, start) = self.data, slot
        m, row = data.milestones[i][k], data.initiatives[i]
        label, stage = text(m["milestone"]), text(m.get("stage"))
        years = (start + int(m["duration"]) - 2) / data.per_year
        factor = (1 + number(data.settings.get("discount_rate"))) ** -years
        self.worth[at] = data.value(i, m) * data.chance(i, label) * factor
        self.least[at] = number(m.get("min_level"), 1.0)
        cost = number(m["cost"]) * data.reference(text(row["currency"]))
        for n, line in enumerate(data.lines):
            if (line.initiative, line.stage) != (i, stage):
                continue
            for offset, share in data.profile(i, m).items():
                t = start + offset
                amount = cost * data.part(line) * share
                amount *= (1 + number(row.get("escalation"))) ** ((t - 1) / data.per_year)
                if t <= data.T:
                    self.due[n, t - 1, at] += amount
                    self.committed[n, start - 1, at] += amount

    def of(self, lines: list[int], by: int | None = None) -> Floats:
        """What falls due on these lines up to a period, by slot."""
        return np.asarray(self.due[lines, : by or self.data.T].sum(axis=(0, 1)))

    def milestone(self, initiative: str, place: int) -> Floats:
        """Σ over its starts: 1 on the slots of one milestone."""
        found = np.zeros(self.size)
        first = self.slots[initiative, place, 1]
        found[first : first + self.data.T] = 1.0
        return found

    def started(self, initiative: str, place: int, first: int, last: int) -> Floats:
        """1 on the slots of one milestone within these periods."""
        found = np.zeros(self.size)
        for t in range(first, last + 1):
            found[self.slots[initiative, place, t]] = 1.0
        return found
