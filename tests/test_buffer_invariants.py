"""The invariants of budgeted and cvar buffers on random tiny cases: what must hold between plans of different buffers."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fundalign.results.verify import verify

from .test_invariants import audited, needs, not_above, same
from .variations import Tiny, plan, restated, risky, scaled, shuffled, tiny, unhedged, worth

SEEDS = st.integers(0, 400)
MANY = 99  # more currencies than there are


def examples(count: int) -> settings:
    return settings(derandomize=True, deadline=None, max_examples=count, database=None)


def under(found: Tiny, method: str, **buffer: Any) -> Tiny:
    """The case with every currency moving, under a buffer; few scenarios keep it small."""
    given_ = {**risky(found).data.buffer, "confidence": 0.9, "scenarios": 30, "method": method} | buffer
    return risky(found).under(buffer=given_)


@examples(12)
@given(SEEDS, st.integers(1, 3))
def test_a_budgeted_buffer_is_between_none_and_the_additive_one(seed: int, gamma: int) -> None:
    """On the same plan each cycle needs at most what it needs additively, and all of that where all may move."""
    found = tiny(seed)
    none, all_, some = (under(found, "budgeted", gamma=g) for g in (0, MANY, gamma))
    additive, without = under(found, "additive"), under(found, "none")
    runs = {name: plan(each.case) for name, each in (("some", some), ("additive", additive), ("none", without))}
    assert not_above(worth(runs["additive"]), worth(runs["some"]))
    assert not_above(worth(runs["some"]), worth(runs["none"]))
    assert same(worth(plan(none.case)), worth(runs["none"]))
    assert same(worth(plan(all_.case)), worth(runs["additive"]))
    run = runs["some"]
    if run is not None:
        by = {name: needs(audited(each, run)) for name, each in (("some", some), ("all", all_), ("additive", additive))}
        assert by["all"] == by["additive"]
        assert all(by["some"][key] <= by["additive"][key] for key in by["some"])


@examples(8)
@given(SEEDS, st.decimals("0.6", "0.85", places=2))
def test_more_confidence_never_lowers_a_cvar_buffer(seed: int, confidence: Decimal) -> None:
    found = tiny(seed)
    sure, surer = (under(found, "cvar", confidence=float(c)) for c in (confidence, confidence + Decimal("0.1")))
    run = plan(sure.case)
    assert not_above(worth(plan(surer.case)), worth(run))
    if run is not None:
        assert verify(run).holds
        before, after = needs(audited(sure, run)), needs(audited(surer, run))
        assert all(before[key] <= after[key] for key in before)


@pytest.mark.parametrize("method", ["budgeted", "cvar"])
@examples(5)
@given(SEEDS)
def test_no_volatility_and_no_contingency_mean_no_buffer(method: str, seed: int) -> None:
    found = under(tiny(seed), method)
    calm = found.but(
        currencies=[r | {"volatility": "0"} for r in found.tables["currencies"]],
        funders=[r | {"contingency": ""} for r in found.tables["funders"]],
    )
    run = plan(calm.case)
    assert not_above(worth(plan(found.case)), worth(run))
    if run is not None and run.plan is not None:
        assert {Decimal(cell) for cell in run.plan.tables["budgets"]["buffer"]} <= {0}


@examples(6)
@given(SEEDS, st.integers(1, 3))
def test_the_base_currency_changes_nothing(seed: int, gamma: int) -> None:
    """Under a budgeted buffer; scenarios are drawn against the base currency."""
    found = unhedged(under(tiny(seed), "budgeted", gamma=gamma))
    other = restated(found, found.tables["currencies"][0]["currency"])
    run = plan(found.case)
    assert same(worth(run), worth(plan(other.case)))
    if run is not None:
        rows = [row for row in audited(other, run).rows if row.family != "accounts"]
        assert [row for row in rows if not row.holds] == []


@pytest.mark.parametrize("method", ["budgeted", "cvar"])
@examples(5)
@given(SEEDS, st.integers(0, 2**31))
def test_order_and_scale_change_nothing(method: str, seed: int, coin: int) -> None:
    """The order of rows, and all money doubled."""
    found = under(tiny(seed), method)
    run = plan(found.case)
    mixed = shuffled(found, random.Random(coin))
    assert same(worth(plan(mixed.case)), worth(run))
    if run is not None:
        assert audited(mixed, run).faults == ()
    if found.settings.get("objective", {}).get("goal", "value") == "value":
        assert same(worth(plan(found.but(**scaled(found, Decimal(2))).case)), worth(run))
