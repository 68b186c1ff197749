"""A part's relaxation that starts from the basis of its schedule ends where one from nothing does, in fewer pivots."""

import numpy as np
import pytest

from fundalign.optimizer.engine import Relaxation
from fundalign.optimizer.footing import Footing
from fundalign.optimizer.reduce import reduce
from fundalign.optimizer.signals import Interrupt
from fundalign.optimizer.walk import Walk

from .points import ONE, compiled, enumerated, relaxed
from .programs import INFINITE


def pivots(relaxation: Relaxation) -> int:
    return int(relaxation.highs.getInfo().simplex_iteration_count)


@pytest.mark.parametrize("name", ["hard-6", "soft-6", "call-8", "oracle-3", "oracle-16"])
def test_a_part_led_from_its_schedule_has_the_same_relaxation(name: str) -> None:
    plans = enumerated(compiled(name))
    walk = Walk(plans, relaxed(plans), ONE, Interrupt())
    assert walk.round(INFINITE) or walk.construct(INFINITE)
    assert walk.stand is not None
    footing, chance = Footing(walk.parts, ONE, Interrupt()), np.random.default_rng(1)
    cold_pivots = led_pivots = 0
    for size in (1, 2, 3, plans.chains):
        free = np.sort(chance.choice(plans.chains, min(size, plans.chains), replace=False)).astype(np.int64)
        part = walk.parts.part(walk.stand.x, free)
        reduced = reduce(part.program)
        cold, led = Relaxation(reduced.program, ONE), Relaxation(reduced.program, ONE)
        footing.lead(led, walk.stand.x, part, reduced)
        values = [each.solve(10.0, Interrupt(), brief=True).objective for each in (cold, led)]
        assert values[0] is not None
        assert values[1] == pytest.approx(values[0], rel=1e-9)
        cold_pivots, led_pivots = cold_pivots + pivots(cold), led_pivots + pivots(led)
    assert led_pivots <= cold_pivots or not name.startswith(("hard", "soft"))
    assert footing.known is not None
    assert footing.known.point is walk.stand.x


def test_a_schedule_without_payments_leads_nothing() -> None:
    """A schedule that breaks limits has no basis to start from; the relaxation is solved as if nothing were known."""
    plans = enumerated(compiled("hard-6"))
    walk = Walk(plans, relaxed(plans), ONE, Interrupt())
    point = np.zeros(len(plans.program.cost))
    for c, points in enumerate(plans.points):
        if len(points):
            point[plans.first[c] + int(np.argmax(points.sum(axis=1)))] = 1.0
    footing = Footing(walk.parts, ONE, Interrupt())
    part = walk.parts.part(point, np.arange(plans.chains, dtype=np.int64))
    reduced = reduce(part.program)
    led = Relaxation(reduced.program, ONE)
    footing.lead(led, point, part, reduced)
    assert footing.known is not None
    assert footing.known.columns is None
    assert led.solve(10.0, Interrupt(), brief=True).objective is not None
