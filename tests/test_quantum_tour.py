"""What the tour of `quantum` says of its plan and of what that depends on, against the program of today."""

import re
from decimal import Decimal
from pathlib import Path

import pytest

from fundalign.inputs.levers import Lever, levers
from fundalign.inputs.shipped import shipped_path
from fundalign.optimizer.effects import KINDS, SHARES, first_look, moved_shares
from fundalign.optimizer.whatif import Base, Effect, base_of
from fundalign.results.store import read_run

TEXT = (shipped_path("quantum") / "README.md").read_text(encoding="utf-8")
NUMBER = r"(-?\d+(?:[.,]\d+)*)"
NEAR = 1.5  # points by which an interval may differ: another machine's tree ends elsewhere


def said(pattern: str) -> list[float]:
    """The numbers of the one sentence of the tour that a pattern fits; ♯ stands for a number."""
    found = re.findall(pattern.replace("♯", NUMBER), re.sub(r"\s+", " ", TEXT))
    assert len(found) == 1, f"the tour has no sentence (or several) like: {pattern}"
    numbers = found[0] if isinstance(found[0], tuple) else (found[0],)
    return [float(number.replace(",", "")) for number in numbers]


@pytest.fixture(scope="module")
def base(quantum_run: Path) -> Base:
    return base_of(read_run(quantum_run), 12.0)


def lever_of(base: Base, words: str) -> Lever:
    (lever,) = (each for each in levers(base.case, ("budget",)) if each.words == words)
    return lever


def looked(base: Base, lever: Lever, share: str) -> Effect:
    (found,) = first_look(base, lever, [Decimal(share)])
    assert found.effect is not None
    return found.effect


def test_the_plan_and_its_bound(base: Base) -> None:
    worth, bound = said(r"the plan is worth ♯, and none is worth more than ♯")
    assert base.incumbent == pytest.approx(worth, rel=1.1e-3)
    assert base.bound == pytest.approx(bound, rel=1.1e-3)
    assert worth <= bound


def test_as_many_what_ifs_as_there_are(base: Base) -> None:
    number, more, less, same, none = said(
        r"Of ♯ what-ifs ♯ certainly gain, ♯ certainly lose, ♯ are \*not distinguishable\* from nothing, "
        r"and for ♯ no plan"
    )
    assert number == sum(len(moved_shares(lever, SHARES)) for lever in levers(base.case, KINDS))
    assert more + less + same + none == number


def test_what_the_money_of_germany_does(base: Base) -> None:
    lever = lever_of(base, "budget of DE, cycle FY2028")
    up, was, *gain, down, least, most = said(
        r"at ♯ million EUR instead of ♯ the best plan gains between ♯ and ♯ points, "
        r"at ♯ million it loses between ♯ and ♯\."
    )
    assert (lever.at(Decimal("0.2")), lever.base, lever.at(Decimal("-0.2"))) == tuple(
        map(Decimal, map(str, (up, was, down)))
    )
    richer, poorer = looked(base, lever, "0.2"), looked(base, lever, "-0.2")
    assert (richer.least, richer.most) == pytest.approx(gain, abs=NEAR)
    assert (-poorer.most, -poorer.least) == pytest.approx((least, most), abs=NEAR)


def test_what_swings_most(base: Base) -> None:
    money, least, most = said(
        r"the accord fund's ♯ million EUR of 2029-30 come first \(a fifth less costs ♯ to ♯ points\)"
    )
    lever = lever_of(base, "budget of ACCORD, cycle 2029-30")
    assert float(lever.base) == money
    effect = looked(base, lever, "-0.2")
    assert (-effect.most, -effect.least) == pytest.approx((least, most), abs=NEAR)
