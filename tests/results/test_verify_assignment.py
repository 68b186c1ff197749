"""Which matching rule uses which base, decided exactly: least base, caps, and matching that never runs ahead."""

from fractions import Fraction

import pytest

from fundalign.results.verify_assignment import Assigned, Group, Money, Terms, assign


def pool(money: dict[Group, int], base: dict[Group, int], unit: str = "0") -> Money:
    """Money by (rules it fits, period); every amount may be `unit` off."""
    found = Money()
    for target, groups in ((found.money, money), (found.base, base)):
        for group, amount in groups.items():
            target[group] = Fraction(amount)
            for r in group[0]:
                found.units[r].append((group[1], Fraction(unit)))
                if target is found.base:
                    found.base_units[r] += Fraction(unit)
    return found


def holds(rules: dict[int, Terms], found: Assigned, money: Money) -> bool:
    """Tell whether an assignment keeps every rule exactly."""
    for r, terms in rules.items():
        matched, used = found.total(found.matched, r), found.total(found.used, r)
        periods = money.periods(r) if terms.cumulative else [None]
        for t in periods:
            if found.total(found.matched, r, t) > terms.ratio * found.total(found.used, r, t):
                return False
        if (terms.cap is not None and matched > terms.cap) or (matched and used < terms.least):
            return False
    return True


def check(rules: dict[int, Terms], money: Money) -> bool:
    found = assign(rules, money)
    assert sum(found.matched.values()) == sum(money.money.values())
    assert sum(found.used.values()) == sum(money.base.values())
    return holds(rules, found, money)


ONE = Fraction(1)


def test_alone_nothing_is_to_be_decided() -> None:
    money = pool({((0,), 0): 30, ((1,), 0): 5}, {((0,), 0): 40, ((1,), 0): 4})
    found = assign({0: Terms(ONE), 1: Terms(ONE)}, money)
    assert found == Assigned({(0, 0): Fraction(30), (1, 0): Fraction(5)}, {(0, 0): Fraction(40), (1, 0): Fraction(4)})


@pytest.mark.parametrize(("least", "fits"), [(60, True), (61, False)])
def test_a_least_base_is_shared_out(least: int, fits: bool) -> None:
    """100 of base for both rules; rule 0 matches 40 of its own, which needs 40; rule 1 needs its least base."""
    money = pool({((0,), 0): 40, ((1,), 0): 10}, {((0, 1), 0): 100})
    assert check({0: Terms(ONE), 1: Terms(ONE, least=Fraction(least))}, money) is fits


@pytest.mark.parametrize(("cap", "fits"), [(20, True), (19, False)])
def test_a_rule_whose_base_is_too_small_stays_locked(cap: int, fits: bool) -> None:
    """20 of matching money fit both; rule 1 needs 90 of the 80 there are, so rule 0 takes all, up to its cap."""
    money = pool({((0, 1), 0): 20}, {((0, 1), 0): 80})
    assert check({0: Terms(ONE, cap=Fraction(cap)), 1: Terms(ONE, least=Fraction(90))}, money) is fits


def test_unlocking_one_rule_may_lock_the_other() -> None:
    """Each needs 60 of 100: only one can match, and both could take all 20."""
    rules = {0: Terms(ONE, least=Fraction(60)), 1: Terms(ONE, least=Fraction(60))}
    money = pool({((0, 1), 0): 20}, {((0, 1), 0): 100})
    found = assign(rules, money)
    assert holds(rules, found, money)
    assert len([r for r in rules if found.total(found.matched, r)]) == 1
    assert not check(rules, pool({((0,), 0): 10, ((1,), 0): 10}, {((0, 1), 0): 100}))


@pytest.mark.parametrize(("second", "fits"), [(30, True), (31, False)])
def test_a_cap_leaves_the_rest_to_the_other(second: int, fits: bool) -> None:
    """Rule 0 matches 1:1 up to 50, rule 1 at a half: of 60 base in all 50 + x need 50 + 2x, without a cap 60 + 0."""
    rules = {0: Terms(ONE, cap=Fraction(50)), 1: Terms(Fraction(1, 2))}
    assert check(rules, pool({((0, 1), 0): 50 + second}, {((0, 1), 0): 110})) is fits


@pytest.mark.parametrize(("early", "fits"), [(10, True), (11, False)])
def test_matching_never_runs_ahead_of_the_base(early: int, fits: bool) -> None:
    """In period 1 rule 0 has a base of 10, in period 2 of 30 more; rule 1 is not cumulative and has 5 of its own.

    Of the base of period 1, nothing is left for rule 1 when rule 0 matches 10 of it.
    """
    rules = {0: Terms(ONE, cumulative=True), 1: Terms(ONE)}
    money = pool(
        {((0,), 1): early, ((0,), 2): 40 - early, ((1,), 0): 5}, {((0, 1), 1): 10, ((0, 1), 2): 30, ((1,), 0): 5}
    )
    assert check(rules, money) is fits


def test_the_tolerance_is_used_only_where_nothing_else_helps() -> None:
    """50 against 49 of base: two amounts of rule 0 and two of rule 1, each half a unit off."""
    rules = {0: Terms(ONE), 1: Terms(ONE)}
    money = pool({((0, 1), 0): 50}, {((0, 1), 0): 49}, unit="0.5")
    found = assign(rules, money)
    over = [found.total(found.matched, r) - found.total(found.used, r) for r in rules]
    assert sum(over) == 1
    assert all(most <= money.tolerance(r) for r, most in enumerate(over))
