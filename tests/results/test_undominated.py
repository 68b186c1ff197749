"""Which points are shown, and the knee, by hand."""

from __future__ import annotations

import math

from fundalign.results.undominated import knee, undominated


def test_points_that_another_beats_are_left_out_and_equal_ones_but_the_first() -> None:
    pairs = [(10.0, 1.0), (8.0, 1.0), (8.0, 3.0), (8.0, 3.0), (7.0, 2.9), (5.0, 4.0)]
    assert undominated(pairs) == [0, 2, 5]


def test_goals_that_are_as_near_as_rounding_are_the_same() -> None:
    assert undominated([(10.0, 1.0), (9.0, 1.005)], near=0.01) == [0]
    assert undominated([(10.0, 1.0), (9.0, 1.005)]) == [0, 1]


def test_a_ratio_without_limit_is_the_best() -> None:
    assert undominated([(1.0, math.inf), (1.0, 5.0), (2.0, 4.0)]) == [0, 2]


def test_the_knee_is_farthest_above_the_chord() -> None:
    """Normalised: (1, 0), (0.8, 0.5) is 0.3 above, (0.5, 0.75) 0.25, (0, 1)."""
    assert knee([(20.0, 4.0), (18.0, 6.0), (15.0, 7.0), (10.0, 8.0)]) == 1


def test_there_is_no_knee_on_or_below_the_chord() -> None:
    assert knee([(2.0, 0.0), (1.0, 1.0), (0.0, 2.0)]) is None
    assert knee([(2.0, 0.0), (0.9, 0.9), (0.0, 2.0)]) is None
    assert knee([(2.0, 0.0), (0.0, 2.0)]) is None
