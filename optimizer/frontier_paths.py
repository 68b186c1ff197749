"""The three ways along a frontier, from the plan of most value to the best of the goal: see `frontier`."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from ..inputs.case import Case
from ..results.frontier import EXCLUDED, NEXT_LEVEL, WITHIN_GAP, Point
from ..results.goals import total_value
from ..results.plan import Run
from .best_ratio import BestRatio
from .frontier_cases import confidences, confident_case, floored, goal_case, return_case, value_case
from .frontier_tracer import Tracer, tight_gap
from .second import MostValue

VALUE_END = "most value"
TINY = 1e-6  # part of the most value that a plan is worth at least to count as one with a ratio
BEYOND = 1e-7  # how much farther than the last point a level must be


def goal_path(tracer: Tracer, at: Sequence[float]) -> Iterator[Point]:
    """Yield the points of a goal that a case can have: the least value is asked for in equal steps, falling."""
    tracer.next_point()
    run = tracer.solved(value_case(tracer.case))
    if run.plan is None:
        yield tracer.reached_nothing(run, VALUE_END)
        return
    most = total_value(run.case, run.plan.tables)
    if tracer.stopped:
        yield tracer.reached(run, None, VALUE_END, WITHIN_GAP)
        return
    first = _goal_point(tracer, most, VALUE_END)
    yield first
    if tracer.stopped:
        return
    tracer.next_point()
    last = _goal_point(tracer, min(0.0, most), f"best {tracer.against}")
    yield last
    low, high = (point.value if point.value is not None else most for point in (last, first))
    between = [low + (high - low) * k / (tracer.count - 1) for k in range(tracer.count - 2, 0, -1)]
    tracer.latest = first.run or tracer.latest
    for level in sorted(at, reverse=True) or (between if high > low else []):
        if tracer.stopped:
            return
        tracer.next_point()
        yield _goal_point(tracer, level)


def _goal_point(tracer: Tracer, level: float, end: str = "") -> Point:
    """Return the best of the goal at a least value, and of those plans one of most value."""
    aim = MostValue()

    def tight(run: Run) -> Case:
        assert run.plan is not None
        return goal_case(tracer.case, tracer.goal, tracer.group, floored(total_value(run.case, run.plan.tables)))

    case = goal_case(tracer.case, tracer.goal, tracer.group, floored(level))
    return tracer.point(case, float(floored(level)), aim, end, tight, lambda run: aim.proved and tight_gap(run))


def ratio_path(tracer: Tracer, at: Sequence[float]) -> Iterator[Point]:
    """Yield the points of a ratio: a floor on it is asked for in equal steps, rising."""
    tracer.next_point()
    aim = BestRatio(tracer.goal)
    run = tracer.solved(_ratio_case(tracer, 0.0), aim)
    if run.plan is None:
        yield tracer.reached_nothing(run, VALUE_END)
        return
    first = tracer.finished(run, None, VALUE_END, aim.proved and tight_gap(run), _tight(tracer))
    yield first
    most = first.value or 0.0
    if tracer.stopped or most <= 0.0:
        return
    tracer.next_point()
    part, low = _best_part(tracer, TINY * most), part_of(first.goal)
    if tracer.stopped:
        return
    last = _ratio_point(tracer, part, f"best {tracer.against}")
    yield last
    tracer.latest = first.run or tracer.latest
    high = part_of(last.goal) if last.goal is not None else low
    between = [low + (high - low) * k / (tracer.count - 1) for k in range(1, tracer.count - 1)]
    for level in sorted(map(part_of, at)) or between:
        if tracer.stopped:
            return
        if at or low + BEYOND < level < high - BEYOND:
            tracer.next_point()
            point = _ratio_point(tracer, level)
            low = max(low, part_of(point.goal)) if point.goal is not None else low
            yield point


def _ratio_point(tracer: Tracer, part: float, end: str = "") -> Point:
    """Return the most value at a floor on the ratio, and of those plans the one with the best ratio."""
    own = tracer.goal == "leverage"
    aim = BestRatio(tracer.goal, floor=part if own else None)

    def sure(run: Run) -> bool:
        return aim.proved and tight_gap(run)

    return tracer.point(_ratio_case(tracer, part), ratio_of(part), aim, end, None if own else _tight(tracer), sure)


def _ratio_case(tracer: Tracer, part: float) -> Case:
    """Return the case with a floor on the ratio; that on leverage is the aim's."""
    return value_case(tracer.case) if tracer.goal == "leverage" else return_case(tracer.case, ratio_of(part))


def _tight(tracer: Tracer) -> Callable[[Run], Case] | None:
    """Return what makes the case that asks for the return that a plan reaches."""
    if tracer.goal == "leverage":
        return None
    return lambda run: return_case(tracer.case, tracer.measure(run))


def _best_part(tracer: Tracer, worth: float) -> float:
    """Return the largest ratio, as a part, of any plan that is worth something."""
    aim = BestRatio(tracer.goal, worth=worth)
    run = tracer.solved(_ratio_case(tracer, 0.0), aim)
    return part_of(tracer.measure(run)) if run.plan is not None else 0.0


def part_of(ratio: float | None) -> float:
    """Return a ratio as a part of the sum of both amounts."""
    return 0.0 if ratio is None else 1.0 if math.isinf(ratio) else ratio / (1.0 + ratio)


def ratio_of(part: float) -> float:
    """Return the ratio of a part."""
    return math.inf if part >= 1.0 else part / (1.0 - part)


def confidence_path(tracer: Tracer, at: Sequence[float]) -> Iterator[Point]:
    """Yield the most value at each level of confidence, rising."""
    levels = sorted(set(at)) or confidences(tracer.count)
    tracer.count = len(levels)
    for n, level in enumerate(levels):
        if tracer.stopped:
            return
        tracer.next_point()
        end = {0: "least confidence", len(levels) - 1: "most confidence"}.get(n, "")
        point = tracer.point(confident_case(tracer.case, level), level, end=end)
        if point.dominance == EXCLUDED and n < len(levels) - 1:
            point = replace(point, dominance=NEXT_LEVEL)
        yield point
