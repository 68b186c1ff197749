"""The smallest sets of currencies whose correlations contradict each other."""

from __future__ import annotations

from decimal import Decimal
from itertools import combinations

from fundalign.inputs.correlations import is_possible, matrix_of, smallest_impossible

Pairs = dict[tuple[str, str], Decimal]


def pairs(text: str) -> Pairs:
    """Read `ab 0.9, ac -0.9` as pairs of currencies called a, b, c."""
    found = {}
    for part in text.split(", "):
        pair, value = part.split()
        found[pair[0], pair[1]] = Decimal(value)
    return found


def test_three_of_five() -> None:
    # a, b, c: det = 1 - 3·0.81 - 2·0.729 < 0; the strong links of a to d and e do not hide it
    found = smallest_impossible("abcde", pairs("ab 0.9, ac 0.9, bc -0.9, de 0.9, ad 0.1"))
    assert found == {"a", "b", "c"}


def test_of_two_sets_of_three_the_worse_one() -> None:
    # d, e, f: eigenvalues 1 - 2·0.9 = -0.8 and 1.9; a, b, c: 1 - 2·0.6 = -0.2 and 1.6
    mild = "ab -0.6, ac -0.6, bc -0.6"
    worse = "de -0.9, df -0.9, ef -0.9"
    assert smallest_impossible("abcdef", pairs(f"{mild}, {worse}")) == {"d", "e", "f"}


def test_four_of_which_any_three_are_possible() -> None:
    # all pairs of n at -0.4: smallest eigenvalue 1 - 0.4·(n-1), 0.2 for three and -0.2 for four
    four = {pair: Decimal("-0.4") for pair in combinations("bcde", 2)}
    assert smallest_impossible("abcdef", four | pairs("af 0.5")) == set("bcde")


def test_of_many_currencies_a_set_of_which_none_can_be_dropped() -> None:
    # more sets of three than are looked through
    codes = [f"c{number:02}" for number in range(80)]
    values = {("c07", "c31"): Decimal("0.9"), ("c07", "c55"): Decimal("0.9"), ("c31", "c55"): Decimal("-0.9")}
    assert smallest_impossible(codes, values) == {"c07", "c31", "c55"}


def test_what_can_be() -> None:
    assert smallest_impossible("", {}) == set()
    assert smallest_impossible("ab", pairs("ab -1")) == set()
    assert smallest_impossible("abc", pairs("ab 1, ac 1, bc 1")) == set()
    assert smallest_impossible("abc", pairs("ab -0.5, ac -0.5, bc -0.5")) == set()
    assert is_possible(matrix_of("abc", pairs("ab 0.5")))
    assert not is_possible(matrix_of("abc", pairs("ab 1, ac 1, bc 0.9")))
