"""What a trajectory says: first plan, time to a certified gap, primal integral; medians and growth exponents.

A trajectory is a list of (seconds, best plan so far, tightest upper bound so far), in the order of time.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

Event = tuple[float, float | None, float | None]
GAPS = (0.05, 0.01, 0.005, 0.001)
KEPT = 80  # events of a trajectory that are written down


def gap_of(plan: float | None, bound: float | None) -> float | None:
    """Return the certified gap |bound − plan| / |plan|, None without both, infinite at a plan worth nothing."""
    if plan is None or bound is None:
        return None
    if abs(plan) < 1e-9:
        return 0.0 if abs(bound) < 1e-9 else math.inf
    return abs(bound - plan) / abs(plan)


def first_plan(events: Sequence[Event], empty: float | None) -> float | None:
    """Return the second of the first plan worth more than starting nothing (`empty`; None: not a plan, any counts)."""
    floor = -math.inf if empty is None else empty + 1e-6 * max(1.0, abs(empty))
    return next((seconds for seconds, plan, _ in events if plan is not None and plan > floor), None)


def time_to_gap(events: Sequence[Event], gap: float) -> float | None:
    """Return the second at which the certified gap first was at most `gap`, None for never."""
    for seconds, plan, bound in events:
        found = gap_of(plan, bound)
        if found is not None and found <= gap * (1 + 1e-9):
            return seconds
    return None


def primal_integral(events: Sequence[Event], best: float | None, limit: float) -> float | None:
    """Return the mean over the time limit of min(1, (best − plan)/|best|), 1 while there is no plan.

    0 is perfect: the best plan that any solver found, from the first moment. None where nobody found one.
    """
    if best is None or abs(best) < 1e-9 or limit <= 0:
        return None
    total, since, height = 0.0, 0.0, 1.0
    for seconds, plan, _ in events:
        until = min(max(seconds, since), limit)
        total += height * (until - since)
        since = until
        if plan is not None:
            height = min(height, min(1.0, max(0.0, (best - plan) / abs(best))))
    return (total + height * (limit - since)) / limit


def exponent(sizes: Sequence[float], values: Sequence[float | None]) -> float | None:
    """Return the least-squares slope of log(value) over log(size): value ~ size^slope; None below two points."""
    points = [(math.log(s), math.log(v)) for s, v in zip(sizes, values, strict=True) if v is not None and v > 0]
    if len({x for x, _ in points}) < 2:
        return None
    x, y = np.array(points).T
    x = x - x.mean()
    return float(x @ (y - y.mean()) / (x @ x))


def thin(events: Sequence[Event], kept: int = KEPT) -> list[Event]:
    """Return at most `kept` events: first and last, and those that moved plan or bound most."""
    if len(events) <= kept:
        return list(events)
    moves = [math.inf]
    for before, after in pairwise(events):
        steps = [
            math.inf if b is None else abs(a - b) / max(abs(a), abs(b), 1e-9)
            for b, a in zip(before[1:], after[1:], strict=True)
            if a is not None
        ]
        moves.append(max(steps, default=0.0))
    moves[-1] = math.inf
    chosen = sorted(sorted(range(len(events)), key=lambda k: -moves[k])[:kept])
    return [events[k] for k in chosen]


@dataclass(frozen=True)
class Spread:
    """The median of several seeds with least and greatest; None stands for never."""

    median: float | None
    low: float | None
    high: float | None
    count: int


def spread(values: Sequence[float | None]) -> Spread:
    """Return the spread; never counts as later than any second, so a median may be never."""
    if not values:
        return Spread(None, None, None, 0)
    ordered = sorted(math.inf if value is None else value for value in values)
    middle = float(np.median(ordered)) if all(map(math.isfinite, ordered)) else ordered[len(ordered) // 2]
    told = [value if math.isfinite(value) else None for value in (middle, ordered[0], ordered[-1])]
    return Spread(told[0], told[1], told[2], len(ordered))
