"""Which points of a frontier are worth showing: none that another beats, and where the knee is.

A point is dominated where another reaches as much of both value and the goal, and more of one of them. The knee is the
point farthest above the chord between the two end points, both normalised to 1: where giving up a little more of one
begins to buy little of the other.
"""

import math
from collections.abc import Sequence

SAME = 1e-7  # values and goals that are nearer than that, relative, are the same
Pair = tuple[float, float]  # value and goal, more of both is better


def beats(one: Pair, other: Pair, near: float = 0.0) -> bool:
    """Tell whether a point dominates another; goals within `near` are the same."""
    same = SAME * max(1.0, abs(one[0])), max(near, SAME * max(1.0, abs(one[1])))
    gains = [a - b if a != b else 0.0 for a, b in zip(one, other, strict=True)]
    as_good = all(gain >= -step for gain, step in zip(gains, same, strict=True))
    return as_good and any(gain > step for gain, step in zip(gains, same, strict=True))


def undominated(pairs: Sequence[Pair], near: float = 0.0) -> list[int]:
    """Return the numbers of the points that none beats, of equal ones the first."""
    kept: list[int] = []
    for n, pair in enumerate(pairs):
        if any(beats(other, pair, near) for other in pairs) or any(_equal(pairs[k], pair, near) for k in kept):
            continue
        kept.append(n)
    return kept


def _equal(one: Pair, other: Pair, near: float) -> bool:
    return not beats(one, other, near) and not beats(other, one, near) and _close(one, other, near)


def _close(one: Pair, other: Pair, near: float) -> bool:
    steps = SAME * max(1.0, abs(one[0])), max(near, SAME * max(1.0, abs(one[1])))
    return all(a == b or abs(a - b) <= step for a, b, step in zip(one, other, steps, strict=True))


def knee(pairs: Sequence[Pair]) -> int | None:
    """Return the number of the point farthest above the chord of the end points; None where none is above it."""
    if len(pairs) < 3:
        return None
    first, last = max(pairs), min(pairs)
    spans = first[0] - last[0], last[1] - first[1]
    if min(spans) <= 0 or not all(map(math.isfinite, spans)):
        return None
    heights = [(v - last[0]) / spans[0] + (g - first[1]) / spans[1] - 1.0 for v, g in pairs]
    best = max(range(len(pairs)), key=lambda n: heights[n])
    return best if heights[best] > SAME else None
