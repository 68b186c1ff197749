"""A small program in whole steps, by the mixed-integer solver of SciPy: rounding that must respect several sums.

Every number is a whole amount plus a whole step; the step 0 or 1 next to the amount aimed at is cheapest, others cost
more the further they are. All in steps, so that large amounts lose no digits.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Any

SECONDS = 30.0  # after which the best that was found is taken


@dataclass
class Steps:
    """Collects numbers and the rows that bind them, and finds the steps."""

    cost: list[float] = field(default_factory=list)
    most: list[float] = field(default_factory=list)
    place: dict[Hashable, int] = field(default_factory=dict)
    rows: list[tuple[dict[int, float], float, float]] = field(default_factory=list)

    def number(self, key: Hashable, amount: int, odd: float, far: float) -> None:
        """Add a number that is `amount` ≥ 0 so far and should be `odd` (0 to 1) more; a unit beyond costs `far`."""
        self.place[key] = len(self.cost)
        self.cost += [1.0 - 2.0 * odd, far, far]
        self.most += [1.0, inf, float(amount)]

    def row(self, terms: Mapping[Any, float], least: float, most: float = inf, slack: float | None = None) -> None:
        """Add `least ≤ Σ coefficient·step ≤ most`; with `slack` it may be missed from below at that cost per unit."""
        found: dict[int, float] = {}
        for key, factor in terms.items():
            first = self.place[key]
            found |= {first: factor, first + 1: factor, first + 2: -factor}
        if slack is not None:
            found[len(self.cost)] = 1.0
            self.cost.append(slack)
            self.most.append(inf)
        self.rows.append((found, least, most))

    def solve(self) -> dict[Hashable, int] | None:
        """Return the cheapest steps; None where the rows contradict each other."""
        import numpy as np
        from scipy.optimize import Bounds, LinearConstraint, milp
        from scipy.sparse import csr_array

        if not self.cost:
            return {} if all(least <= 0 <= most for _, least, most in self.rows) else None
        entries = [(k, column, factor) for k, (terms, _, _) in enumerate(self.rows) for column, factor in terms.items()]
        at, columns, factors = zip(*entries, strict=True) if entries else ((), (), ())
        matrix = csr_array((factors, (at, columns)), shape=(len(self.rows), len(self.cost)))
        found = milp(
            np.array(self.cost),
            integrality=np.array(self._whole()),
            bounds=Bounds(0.0, np.array(self.most)),
            constraints=LinearConstraint(matrix, [row[1] for row in self.rows], [row[2] for row in self.rows]),
            options={"time_limit": SECONDS, "mip_rel_gap": 0.0},
        )
        if found.x is None:
            return None
        x = [round(float(value)) for value in found.x]
        return {key: x[k] + x[k + 1] - x[k + 2] for key, k in self.place.items()}

    def _whole(self) -> list[int]:
        """Return 1 for each column of a number, 0 for each slack."""
        numbers = {first + k for first in self.place.values() for k in range(3)}
        return [int(column in numbers) for column in range(len(self.cost))]
