"""Rules of the model that are not built yet: named as faults, never ignored."""

from __future__ import annotations

from typing import Final

from .draft import Draft
from .tables import BudgetRow, FunderRow, MatchingRow, MilestoneRow

NOT_YET: Final = "not supported yet"
LATER_TABLES: Final = ("guarantees", "synergies")
_HINT: Final = "this rule is not built yet; leave it empty"


def tables_are_supported(draft: Draft) -> None:
    """Tables of rules to come have no rows."""
    for table in LATER_TABLES:
        parsed = draft.parsed[table]
        if parsed.rows or parsed.broken:
            draft.fault(table, None, None, None, NOT_YET, "this table's rule is not built yet; remove the file")


def columns_are_supported(draft: Draft) -> None:
    """Columns of rules to come are empty or at their defaults."""
    for number, funder in draft.rows(FunderRow):
        for column in ("min_ticket", "max_change", "risk_tolerance"):
            value = getattr(funder, column)
            if value is not None:
                draft.fault("funders", number, column, value, NOT_YET, _HINT)
    for number, budget in draft.rows(BudgetRow):
        if budget.commitments is not None:
            draft.fault("budgets", number, "commitments", budget.commitments, NOT_YET, _HINT)
    for number, milestone in draft.rows(MilestoneRow):
        if milestone.min_level != 1:
            draft.fault(
                "milestones",
                number,
                "min_level",
                milestone.min_level,
                NOT_YET,
                "only 1, all or nothing, is built",
            )
    for number, matching in draft.rows(MatchingRow):
        for column in ("cap", "min_base"):
            value = getattr(matching, column)
            if value is not None:
                draft.fault("matching", number, column, value, NOT_YET, _HINT)
        if matching.timing != "total":
            draft.fault("matching", number, "timing", matching.timing, NOT_YET, "only total is built")


def settings_are_supported(draft: Draft) -> None:
    """Settings of rules to come are at their defaults."""
    settings = draft.settings
    goal = settings.objective
    if goal.goal != "value":
        draft.fault("case", None, "objective.goal", goal.goal, NOT_YET, "only value is built")
    if goal.group:
        draft.fault("case", None, "objective.group", goal.group, NOT_YET, _HINT)
    if goal.required_value:
        draft.fault("case", None, "objective.required_value", goal.required_value, NOT_YET, "only 0 is built")
    if goal.tie_break:
        draft.fault("case", None, "objective.tie_break", True, NOT_YET, "only false is built")
    if settings.buffer.method not in ("none", "additive"):
        method = settings.buffer.method
        draft.fault("case", None, "buffer.method", method, NOT_YET, "only none and additive are built")
