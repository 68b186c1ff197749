"""What a plan reaches of its goal, as a reader reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .money import Money

if TYPE_CHECKING:
    from ..inputs.case import Case

NAMES = {"value": "value", "public_money": "public money", "received": "received", "key": "least received per key"}


def number(value: float | None) -> str:
    """Return an objective value with as many digits as a reader needs."""
    if value is None:
        return "none"
    text = f"{value:,.{2 if abs(value) >= 10 else 4}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def reached(case: Case, value: float | None) -> str:
    """Return a value of the case's goal with its unit: points, money in `unit`s, or money per unit of key."""
    goal = case.settings.objective.goal
    if value is None or goal == "value":
        return number(value)
    if goal == "key":
        return f"{value:,.6g} {case.base} per unit of key"
    money = Money(case.base, case.unit)
    return f"{money.whole(value) if value else '0'} {money.label}"


def minimised(case: Case) -> bool:
    """Tell whether less is better."""
    return bool(case.settings.objective.goal == "public_money")
