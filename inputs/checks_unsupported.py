"""Rules of the model that are not built yet: named as faults, never ignored."""

from __future__ import annotations

from typing import Final

from .draft import Draft
from .tables import TABLES, BudgetRow, FunderRow, MatchingRow, MilestoneRow, Row

NOT_YET: Final = "not supported yet"
LATER_TABLES: Final = ("guarantees", "synergies")
_LATER_COLUMNS: Final[dict[type[Row], tuple[str, ...]]] = {
    FunderRow: ("min_ticket", "max_change", "risk_tolerance"),
    BudgetRow: ("commitments",),
    MilestoneRow: ("min_level",),
    MatchingRow: ("cap", "min_base", "timing"),
}
_NAME_OF: Final = {model: name for name, model in TABLES.items()}
_HINT: Final = "this rule is not built yet; leave it empty"


def tables_are_supported(draft: Draft) -> None:
    """Tables of rules to come have no rows."""
    for table in LATER_TABLES:
        parsed = draft.parsed[table]
        if parsed.rows or parsed.broken:
            draft.fault(table, None, None, None, NOT_YET, "this table's rule is not built yet; remove the file")


def columns_are_supported(draft: Draft) -> None:
    """Columns of rules to come are empty or at their defaults."""
    for model, names in _LATER_COLUMNS.items():
        for name in names:
            info = model.model_fields[name]
            hint = _HINT if info.default is None else f"only {info.default} is built"
            for number, row in draft.knowing(model, name):
                value = getattr(row, name)
                if value != info.default:
                    draft.fault(_NAME_OF[model], number, name, value, NOT_YET, hint)


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
