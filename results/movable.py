"""Which rule rows are limits that somebody set and could move, rather than bookkeeping or the course of milestones."""

from collections.abc import Collection

# Rules a decision maker can move, the most often moved first.
FAMILIES = (
    *("budgets", "commitments", "matching", "guarantees", "cofunding", "equity", "earmarks", "stability"),
    *("risk_tolerance", "tickets", "choices", "required_value", "replanning"),
)
# Of these families, only what is not bookkeeping: what begins is always committed, what is guaranteed always used.
LIMITS = {"commitments": "ceiling", "guarantees": "cap", "replanning": "money moved"}


def is_movable(family: str, rule: str, index: Collection[str]) -> bool:
    """Tell whether the rows of a family, rule and index are limits somebody set."""
    wanted = LIMITS.get(family)
    return family in FAMILIES and (wanted is None or wanted == rule or wanted in index)
