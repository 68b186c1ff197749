"""Prices, ranges and ceilings of random small cases, checked against programs that are built anew at each limit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import cache

import numpy as np
import pytest
from scipy.sparse import csr_array

from fundalign.inputs.faults import Infeasible
from fundalign.inputs.levers import Lever
from fundalign.inputs.read import case_from_tables
from fundalign.models.build import build
from fundalign.optimizer.ceilings import ceilings
from fundalign.optimizer.compile import Program, compile_model
from fundalign.optimizer.follow import shifted
from fundalign.optimizer.goals import scale
from fundalign.optimizer.linear import solved
from fundalign.optimizer.portfolio import RELAXING, WAYS, Ground, as_planned, at_any_level, decided, ground, room_of
from fundalign.optimizer.prices import EXACT, NONE, PUBLIC, Price, prices
from fundalign.optimizer.reduce import reduce
from fundalign.optimizer.slopes import with_carrying
from fundalign.optimizer.solve import SolveOptions, solve
from fundalign.results.plan import Run

from ..oracle.generator import random_case

SEEDS = (*range(0, 20, 2), 20, 33, 34, 35)
EXACTLY = SolveOptions(gap=0.0, threads=1)
TINY = Decimal("0.0002")  # of a limit


@cache
def run_of(seed: int) -> Run | None:
    """The optimum of a random case; None where there is no plan."""
    settings, tables = random_case(seed)
    case = case_from_tables(dict(settings), dict(tables))
    try:
        return solve(case, EXACTLY)
    except Infeasible:
        return None


@cache
def ground_of(seed: int) -> Ground | None:
    run = run_of(seed)
    return None if run is None or run.plan is None or not run.plan.tables["funding"].size else ground(run)


def at(on: Ground, lever: Lever, value: Decimal, measure: str) -> float | None:
    """The least outlay, or the most of the goal, of the portfolio when the case is built with another limit."""
    case = shifted(on.case, [(lever, value)])
    model = build(case, pooled=case.settings.buffer.method != "cvar")  # the scenarios are written out in full then
    program = compile_model(model)
    held = as_planned(on.run, model, program, decided(on.run, model, program))
    if measure != PUBLIC:
        free = at_any_level(held, Ground(on.run, model, program, (), {}))
        assert free is not None
        held = free
    found = solved(reduce(held).program).objective
    return None if found is None else (found if measure != PUBLIC else -found)


def rise(on: Ground, price: Price, moved: float) -> float | None:
    """By how much the measure is saved (or gained) after the limit is moved."""
    lever = price.lever
    then, now = (at(on, lever, lever.base + Decimal(repr(float(m))), price.measure) for m in (moved, 0.0))
    if then is None or now is None:
        return None
    factor = 1.0 if price.measure in (PUBLIC, "value") else scale(on.case) / on.case.unit
    return now - then if price.measure == PUBLIC else factor * (then - now)


def unit(price: Price) -> float:
    return 0.01 if price.lever.unit in ("share", "ratio") else 1.0


@pytest.mark.parametrize("seed", SEEDS)
def test_every_price_is_what_a_program_built_anew_says(seed: int) -> None:
    on = ground_of(seed)
    if on is None:
        return
    for price in prices(on.run, on):
        if price.status == NONE:
            step = float(TINY * abs(price.lever.base)) * WAYS[price.direction]
            assert rise(on, price, step) is None, price
        elif price.price:
            _check_price(on, price)


def _check_price(on: Ground, price: Price) -> None:
    base = float(price.lever.base)
    reach = (price.holds_to - base) if price.holds_to is not None else WAYS[price.direction] * base
    near = 1e-6 if price.status == EXACT else 1.1e-2
    assert price.price is not None
    for part in (0.3, 0.98):
        step = reach * part
        told, found = price.price / unit(price) * step, rise(on, price, step)
        assert found is not None, (price, step)
        assert found == pytest.approx(told, rel=near, abs=2e-7 * max(1.0, abs(price.least or 1.0))), (price, step)
    if price.beyond == "another price" and price.status == EXACT:
        step = reach * 1.2 + 1e-3 * reach
        told, found = price.price / unit(price) * step, rise(on, price, step)
        assert found is None or found < told + 1e-9


@pytest.mark.parametrize("seed", SEEDS[::2])
def test_what_costs_nothing_costs_nothing_to_the_end_of_its_range_and_something_beyond(seed: int) -> None:
    on = ground_of(seed)
    if on is None:
        return
    flat = [p for p in prices(on.run, on) if p.price == 0.0 and p.holds_to is not None and p.status == EXACT]
    for price in flat:
        assert price.holds_to is not None
        reach = price.holds_to - float(price.lever.base)
        assert abs(rise(on, price, reach * 0.99) or 0.0) <= 1e-6, price
        if price.beyond not in ("", "it goes no further"):
            found = rise(on, price, reach * 1.02 + 1e-6 * np.sign(reach))
            assert found is None or found < 0, price


@pytest.mark.parametrize("seed", SEEDS[1::2])
def test_the_program_follows_every_limit_as_its_slope_says(seed: int) -> None:
    on = ground_of(seed)
    for lever in on.limits if on is not None else ():
        assert on is not None
        slope = on.slope(lever)
        assert not slope.lost, lever
        if slope.bent or (lever.table == "choices"):
            continue
        step = Decimal("0.03") * lever.base * (1 if lever.kind != "reserve" else -1)
        case = shifted(on.case, [(lever, lever.base + step)])
        model = build(case)
        built = with_carrying(case, model, compile_model(model))
        told = moved(on.program, on, lever, float(step))
        assert built.matrix.shape == told.matrix.shape
        off = (plain(built) - plain(told)).tocoo()
        for row, amount in zip(off.row, off.data, strict=True):  # the bound of a ticket may be less than on the line
            lower = built.constraints[row].name.startswith("ticket_most") and amount > 0
            assert lower or abs(amount) <= 1e-9 * abs(plain(told)).max()
        for one, two, scales in (
            (built.row_lower, told.row_lower, (built.row_scale, told.row_scale)),
            (built.row_upper, told.row_upper, (built.row_scale, told.row_scale)),
        ):
            np.testing.assert_allclose(one / scales[0], two / scales[1], rtol=1e-9, atol=1e-9)


def moved(program: Program, on: Ground, lever: Lever, step: float) -> Program:
    slope = on.slope(lever)
    lower, upper, matrix = program.row_lower.copy(), program.row_upper.copy(), program.matrix.tolil()
    for sides, found in ((lower, slope.lower), (upper, slope.upper)):
        for row, amount in found.items():
            sides[row] += step * amount
    for (row, column), amount in slope.entries.items():
        matrix[row, column] += step * amount
    return replace(program, matrix=csr_array(matrix), row_lower=lower, row_upper=upper)


def plain(program: Program) -> csr_array:
    data = program.matrix.tocoo()
    scaled = data.data / program.row_scale[data.row] / program.column_scale[data.col]
    return csr_array((scaled, (data.row, data.col)), shape=data.shape)


def relaxed(on: Ground) -> Iterator[tuple[Lever, Decimal]]:
    """Some limits with more room."""
    for k, lever in enumerate(on.limits):
        room = room_of(on.case, lever, RELAXING[lever.kind])
        if k % 5 == 0 and (room is None or room > 0):
            size = abs(lever.base) if not lever.whole else Decimal(1)
            yield lever, min(size / 4 if not lever.whole else size, room if room is not None else size)


@pytest.mark.parametrize("seed", SEEDS[::4])
def test_no_plan_gains_more_than_the_ceiling(seed: int) -> None:
    on = ground_of(seed)
    if on is None:
        return
    found = {(c.lever.table, c.lever.row, c.lever.column): c for c in ceilings(on.run, on)}
    for lever, amount in relaxed(on):
        ceiling = found[lever.table, lever.row, lever.column]
        most = ceiling.most(float(amount))
        if most is None:
            assert ceiling.price is None
            continue
        way = Decimal(WAYS[ceiling.direction])
        best = solve(shifted(on.case, [(lever, lever.base + way * amount)]), EXACTLY).report.objective
        assert best is not None
        assert abs(best - ceiling.incumbent) <= most + 1e-6 * max(1.0, abs(best)), (lever.words, amount)
