"""How far two runs are apart in what they seek, and what of it is certain.

A run knows its plan's objective and a bound no plan passes: the best plan of case A lies in `[objective_A, bound_A]`
(the other way round where less is better). So the best plan of B is better than that of A by something in
`[objective_B − bound_A, bound_B − objective_A]`, and where 0 lies inside, the runs are not distinguishable.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ..inputs.case import Case
from .compare_tables import minus
from .plan import Run

NOISE = Decimal("1e-9")  # relative; what a solver's last digits are worth
RISES, FALLS, SAME = "rises", "falls", "same"
UNDISTINGUISHED, UNKNOWN, NOT_COMPARED = "not distinguishable", "not known", "not compared"


@dataclass(frozen=True)
class Side:
    """One of the two runs in its headline; amounts of money goals in whole base currency units."""

    name: str
    case: str
    scenario: str | None
    changes: tuple[str, ...]
    status: str
    goal: str
    minimised: bool
    objective: Decimal | None
    bound: Decimal | None
    gap: float | None
    currency: str
    unit: int
    horizon: tuple[str, str]
    has_plan: bool
    version: str
    doubts: tuple[str, ...]


def side(name: str, run: Run, doubts: tuple[str, ...]) -> Side:
    """Return the headline of a run."""
    report, settings = run.report, run.case.settings
    scenario, changes = (run.options.get(key, run.summary.get(key)) for key in ("scenario", "set"))
    versions = run.manifest.get("versions")
    return Side(
        name=name,
        case=settings.name,
        scenario=str(scenario) if scenario is not None else None,
        changes=tuple(map(str, changes)) if isinstance(changes, list | tuple) else (),
        status=report.status.value,
        goal=settings.objective.goal,
        minimised=settings.objective.goal == "public_money",
        objective=exact(report.objective),
        bound=exact(report.bound),
        gap=report.gap,
        currency=run.case.base,
        unit=run.case.unit,
        horizon=(run.case.label(1), run.case.label(run.case.T)),
        has_plan=run.plan is not None,
        version=str(versions.get("fundalign", "")) if isinstance(versions, Mapping) else "",
        doubts=doubts,
    )


def exact(value: Any) -> Decimal | None:
    """Return a number of summary.json as it is written."""
    if value is None:
        return None
    found = Decimal(repr(value)) if isinstance(value, int | float) else None
    return found if found is not None and found.is_finite() else None


@dataclass(frozen=True)
class Effect:
    """B against A in the goal they share; every number is B − A, in `unit`.

    `difference` is that of the two plans found. The difference of the two best plans is at least `least` and at most
    `most` (None where a run does not know). `certain` is False where a run is not vouched for. `verdict` says whether
    the best plan's objective `rises`, `falls`, is the `same`, or is `not distinguishable`, `not known`, `not compared`
    (`why` says why).
    """

    goal: str
    unit: str
    difference: Decimal | None
    least: Decimal | None
    most: Decimal | None
    verdict: str
    certain: bool
    same_input: bool
    why: str = ""


def effect(a: Side, b: Side, cases: tuple[Case, Case], same_input: bool) -> Effect:
    """Return what the runs say of each other's objective."""
    certain, unit = not a.doubts and not b.doubts, _unit(a, b)
    why = _incomparable(a, b, cases)
    if why:
        return Effect(a.goal, unit, None, None, None, NOT_COMPARED, certain, same_input, why)
    found = None if a.objective is None or b.objective is None else minus(b.objective, a.objective)
    if wrong := contradictions(a, b, same_input):
        return Effect(a.goal, unit, found, None, None, UNKNOWN, False, False, "; ".join(wrong))
    if same_input and a.objective is not None and b.objective is not None:
        nothing = Decimal(0)
        return Effect(a.goal, unit, found, nothing, nothing, SAME, certain, same_input, "the input is the same")
    (low_a, high_a), (low_b, high_b) = _range(a), _range(b)
    least = None if low_b is None or high_a is None else _settled(minus(low_b, high_a), a, b)
    most = None if high_b is None or low_a is None else _settled(minus(high_b, low_a), a, b)
    return Effect(a.goal, unit, found, least, most, _verdict(least, most), certain, same_input)


def contradictions(a: Side, b: Side, same_input: bool) -> list[str]:
    """Return where what the runs say cannot be: a bound that a plan passes."""
    found = []
    for name, one in (("A", a), ("B", b)):
        low, high = _range(one)
        if low is not None and high is not None and _settled(minus(low, high), one, one) > 0:
            found.append(f"{name} contradicts itself: its objective is beyond its bound")
    if same_input:
        for name, one, other, two in (("A", a, "B", b), ("B", b, "A", a)):
            low, high = (one.objective, two.bound) if not one.minimised else (two.bound, one.objective)
            if low is not None and high is not None and _settled(minus(low, high), one, two) > 0:
                found.append(f"the runs contradict each other: the plan of {name} is beyond the bound of {other}")
    return found


def _range(run: Side) -> tuple[Decimal | None, Decimal | None]:
    """Return the least and the most that the best plan's objective can be."""
    return (run.bound, run.objective) if run.minimised else (run.objective, run.bound)


def _settled(value: Decimal, a: Side, b: Side) -> Decimal:
    """Return a difference, nothing where it is only the last digits of the numbers it is of."""
    sizes = [abs(each) for each in (a.objective, a.bound, b.objective, b.bound) if each is not None]
    return Decimal(0) if abs(value) <= NOISE * max([*sizes, Decimal(1)]) else value


def _verdict(least: Decimal | None, most: Decimal | None) -> str:
    if least is not None and least > 0:
        return RISES
    if most is not None and most < 0:
        return FALLS
    if least is None or most is None:
        return UNKNOWN
    return SAME if least == most == 0 else UNDISTINGUISHED


def _unit(a: Side, b: Side) -> str:
    if a.goal == "value":
        return "points"
    money = " / ".join(dict.fromkeys((a.currency, b.currency)))
    return f"{money} per unit of key" if a.goal == "key" else money


def _incomparable(a: Side, b: Side, cases: tuple[Case, Case]) -> str:
    """Return why the objectives of two runs have no difference, "" when they have one."""
    if a.goal != b.goal:
        return f"the goal is {a.goal} in A and {b.goal} in B"
    groups = [case.settings.objective.group for case in cases]
    if groups[0] != groups[1]:
        return f"the goal counts what {groups[0]} receives in A, and {groups[1]} in B"
    if a.goal != "value" and a.currency != b.currency:
        return f"the goal is counted in {a.currency} in A and in {b.currency} in B"
    without = [f"{name} ({one.status})" for name, one in (("A", a), ("B", b)) if not one.has_plan]
    return f"there is no plan in {' and '.join(without)}" if without else ""
