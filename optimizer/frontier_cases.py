"""The cases behind the points of a frontier: the case with another goal, a least value, a floor or a confidence.

Each is the case with changes that its tables and settings can hold, so that a point can be solved again from its run
folder. The floor on leverage has no table: it is a row of the model alone, which the point's manifest names.
"""

import math
from collections.abc import Mapping
from decimal import ROUND_FLOOR, Decimal
from statistics import NormalDist
from typing import Any

from ..inputs.case import Case
from ..inputs.change import Change
from ..inputs.tables import EquityRow
from ..results.manifest import make_manifest
from ..results.plan import Plan, Run
from ..results.rule_tables import RULE_COLUMNS, rule_tables
from ..results.summary import summarise
from ..results.verify import audit

FLOOR_NAME = "frontier: return"
DIGITS = 9  # significant digits of a least value
RATIO_DIGITS = Decimal("0.000001")
LEAST_CONFIDENCE, MOST_CONFIDENCE = 0.500001, 0.999


def floored(value: float, digits: int = DIGITS) -> Decimal:
    """Return a number rounded down to so many significant digits, but for dust above it."""
    if not value:
        return Decimal(0)
    exponent = math.floor(math.log10(abs(value))) - digits + 1
    step = Decimal(1).scaleb(exponent)
    found = (Decimal(repr(value)) / step).to_integral_value(ROUND_FLOOR) * step
    return Decimal(f"{found.normalize():f}")


def goal_case(case: Case, goal: str, group: str = "", required: Decimal = Decimal(0)) -> Case:
    """Return the case with a goal, its group and a least value, and without a tie-break."""
    made = {"goal": goal, "group": group, "required_value": required, "tie_break": False}
    return case.apply([Change("case", f"objective.{name}", "set", value) for name, value in made.items()])


def value_case(case: Case) -> Case:
    """Return the case with the goal value."""
    return goal_case(case, "value")


def return_case(case: Case, ratio: float) -> Case:
    """Return the case with the goal value and a floor on every party's return; infinite: none of them contributes.

    The floor is one more row of equity.csv, rounded down to six decimals.
    """
    taken, name = {row.rule for row in case.rows(EquityRow)}, FLOOR_NAME
    while name in taken:
        name += "'"
    cells: dict[str, object] = {"rule": name, "parties": "each"}
    if math.isinf(ratio):
        cells |= {"measure": "contributed", "at_most": Decimal(0)}
    else:
        least = Decimal(repr(ratio)).quantize(RATIO_DIGITS, ROUND_FLOOR)
        cells |= {"measure": "geo_return", "at_least": Decimal(f"{least:f}")}
    return value_case(case).adding("equity", cells)


def confident_case(case: Case, confidence: float) -> Case:
    """Return the case with the goal value and another confidence of the buffers."""
    level = Decimal(f"{confidence:.6f}")
    return value_case(case).apply([Change("case", "buffer.confidence", "set", level)])


def confidences(count: int) -> list[float]:
    """Return levels of confidence from next to none to 0.999, in equal steps of the normal quantile."""
    normal = NormalDist()
    low, high = normal.inv_cdf(LEAST_CONFIDENCE), normal.inv_cdf(MOST_CONFIDENCE)
    return [round(normal.cdf(low + (high - low) * k / (count - 1)), 6) for k in range(count)]


def restated(run: Run, case: Case, asked: Mapping[str, Any]) -> Run:
    """Return a run as one of a case that asks for what its plan reaches, where the plan holds there; else as it is.

    `case` only restricts that of the run, so that its bound stays. `asked` goes to the manifest's options.
    """
    options = {**run.options, "frontier": dict(asked)}
    if run.plan is None:
        return run
    tables = {name: table for name, table in run.plan.tables.items() if name not in RULE_COLUMNS}
    for each in (case, run.case):
        summary = summarise(each, run.report, tables)
        checked = audit(each, tables, summary, run.plan.factors)
        if checked.holds:
            break
    tables |= rule_tables(each, checked)
    manifest = make_manifest(each, options, {})
    return Run(each, Plan(tables, run.plan.factors), run.report, summary, checked, options, manifest, run.memory)
