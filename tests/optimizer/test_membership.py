"""Core, exterior, borderline and alternatives, held against every combination of initiatives solved by itself."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from decimal import Decimal

import pytest

from fundalign.inputs.case import Case
from fundalign.inputs.faults import Infeasible
from fundalign.optimizer.alternatives import Alternative, Further, alternatives
from fundalign.optimizer.membership import BORDERLINE, CORE, EXTERIOR, beside, membership, with_plan
from fundalign.optimizer.sensitivity import SensitivityOptions, sensitivity
from fundalign.optimizer.solve import SolveOptions, solve
from fundalign.optimizer.whatif import Base, base_of

from ..models.small import small
from .test_tree import PROGRAMME

EXACT = SolveOptions(gap=0, threads=1)


@pytest.fixture(scope="module")
def programme() -> Case:
    return small(PROGRAMME.replace("C,c2,2,1,4,5\n", ""), periods=4)  # funded is done: one milestone each


@pytest.fixture(scope="module")
def base(programme: Case) -> Base:
    return base_of(solve(programme, EXACT), 10.0)


@pytest.fixture(scope="module")
def worth(programme: Case) -> dict[frozenset[str], float]:
    """What every set of funded initiatives is worth, where it can be paid: all the others excluded, these mandatory."""
    found = {}
    for chosen in itertools.product((False, True), repeat=len(programme.initiatives)):
        case = programme
        for name, inside in zip(programme.initiatives, chosen, strict=True):
            status = "mandatory" if inside else "excluded"
            case = case.change("initiatives", "status", where={"initiative": name}, set=status)
        try:
            run = solve(case, EXACT)
        except Infeasible:
            continue
        assert run.report.objective is not None
        found[frozenset(n for n, inside in zip(programme.initiatives, chosen, strict=True) if inside)] = (
            run.report.objective
        )
    return found


def test_every_place_is_what_enumeration_says(base: Base, worth: dict[frozenset[str], float]) -> None:
    best = max(worth.values())
    for name in base.case.initiatives:
        found = membership(base, name, 10.0)
        other = max((v for s, v in worth.items() if (name in s) != found.funded), default=None)
        assert found.effect is not None
        if other is None:
            assert found.effect.infeasible
            assert found.place in (CORE, EXTERIOR)
            continue
        assert found.effect.least - 1e-6 <= other - best <= found.effect.most + 1e-6
        expected = (CORE if found.funded else EXTERIOR) if other < best - 1e-5 else BORDERLINE
        assert found.place == expected


def test_the_plan_on_the_other_side_is_looked_for(base: Base, worth: dict[frozenset[str], float]) -> None:
    for name in base.case.initiatives:
        known = membership(base, name, 10.0)
        assert known.effect is not None
        bare = replace(known, effect=replace(known.effect, incumbent=None, schedule={}))
        found = with_plan(base, bare, 10.0)
        other = max((v for s, v in worth.items() if (name in s) != found.funded), default=None)
        assert (found.place, found.funded) == (known.place, known.funded)
        assert found.effect is not None
        assert found.effect.incumbent == (None if other is None else pytest.approx(other, abs=1e-6))
        assert (
            found.effect.bound is None or known.effect.bound is None or found.effect.bound <= known.effect.bound + 1e-6
        )


def test_a_rule_that_decides_is_named(programme: Case) -> None:
    case = programme.change("initiatives", "status", where={"initiative": "D"}, set="excluded")
    case = case.change("initiatives", "status", where={"initiative": "B"}, set="mandatory")
    base = base_of(solve(case, EXACT), 10.0)
    found = {name: membership(base, name, 5.0) for name in ("B", "D")}
    assert (found["B"].place, found["B"].why) == (CORE, "mandatory")
    assert (found["D"].place, found["D"].why) == (EXTERIOR, "excluded")


@pytest.mark.parametrize("distance", [1, 2])
def test_alternatives_are_the_next_best_sets(base: Base, worth: dict[frozenset[str], float], distance: int) -> None:
    *found, last = list(alternatives(base, 3, 0.5, distance, 20.0))
    known = [frozenset(i for i, _ in base.schedule)]
    for each in found:
        assert isinstance(each, Alternative)
        open_to = [v for s, v in worth.items() if all(len(s ^ other) >= distance for other in known)]
        assert each.effect.incumbent == pytest.approx(max(open_to), abs=1e-3)
        assert all(len(each.funded ^ other) >= distance for other in known)
        assert worth[each.funded] == pytest.approx(each.effect.incumbent, abs=1e-6)
        known.append(each.funded)
    assert isinstance(last, Further)
    rest = [v for s, v in worth.items() if all(len(s ^ other) >= distance for other in known)]
    assert last.bound >= max(rest, default=float("-inf")) - 1e-6
    assert last.none == (max(rest, default=0.0) < 0.5 * max(worth.values())) or not last.none


def test_a_tolerance_of_nothing_leaves_no_alternative(base: Base, worth: dict[frozenset[str], float]) -> None:
    (last,) = list(alternatives(base, 3, 0.0, 1, 20.0))
    assert isinstance(last, Further)
    assert last.none
    assert last.bound < max(worth.values())


def test_other_plans_and_the_bound_of_alternatives_tell_of_initiatives(
    base: Base, worth: dict[frozenset[str], float]
) -> None:
    """An initiative of which nothing is known but that it may be forced: what alternatives know is known of it, too."""
    *listed, further = list(alternatives(base, 2, 0.5, 1, 20.0))
    assert isinstance(further, Further)
    first = listed[0]
    assert isinstance(first, Alternative)
    own = frozenset(i for i, _ in base.schedule)
    for name in base.case.initiatives:
        known = membership(base, name, 10.0)
        assert known.effect is not None
        if known.effect.infeasible:
            continue
        bare = replace(
            known.effect, incumbent=None, bound=None, least=-math.inf, most=math.inf, schedule={}, moves=None
        )
        plans = [each.effect for each in listed if isinstance(each, Alternative)]
        found = beside(base, replace(known, place=BORDERLINE, effect=bare), plans, first.effect.bound)
        assert found.effect is not None
        other = max(v for s, v in worth.items() if (name in s) != found.funded)
        assert found.effect.least - 1e-6 <= other - max(worth.values()) <= found.effect.most + 1e-6
        turned = [each for each in listed if isinstance(each, Alternative) and name in each.funded ^ own]
        assert (found.effect.incumbent is None) is not bool(turned)
        assert found.effect.most == pytest.approx((first.effect.bound or 0.0) - base.incumbent)
        assert found.place == ((CORE if found.funded else EXTERIOR) if found.effect.most < -1e-5 else BORDERLINE)


def test_time_that_is_left_closes_what_is_open(programme: Case, worth: dict[frozenset[str], float]) -> None:
    options = SensitivityOptions(kinds=("budget",), shares=(Decimal("0.1"),), time_limit=60)
    found = sensitivity(solve(programme, EXACT), options)
    assert len(found.members) == len(programme.initiatives)
    for each in found.members:
        assert each.effect is not None
        if not each.effect.infeasible:
            other = max(v for s, v in worth.items() if (each.initiative in s) != each.funded)
            assert each.effect.most - each.effect.least <= 1e-3 * max(worth.values())
            assert each.effect.least - 1e-6 <= other - max(worth.values()) <= each.effect.most + 1e-6
