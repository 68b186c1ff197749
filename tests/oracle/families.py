"""Names of the rule families and their parts, and the cells without which each of them is not there."""

from __future__ import annotations

from .book import given
from .data import Data

Cells = tuple[tuple[str, str], ...]

MILESTONE_PARTS: dict[str, Cells] = {
    "milestones:windows": (
        ("milestones", "earliest_start"),
        ("milestones", "latest_start"),
        ("milestones", "deadline"),
    ),
    "milestones:sunset": (("initiatives", "sunset"),),
    "milestones:max_pause": (("initiatives", "max_pause"),),
    "milestones:complete": (("initiatives", "complete"),),
    "milestones:status": (("initiatives", "status"),),
    "milestones:escalation": (("initiatives", "escalation"),),
}
MEASURES = ("received", "contributed", "geo_return", "key", "initiatives")
METHODS = ("additive", "budgeted", "cvar")
FAMILIES: dict[str, Cells] = {
    "milestones": tuple(cell for cells in MILESTONE_PARTS.values() for cell in cells),
    "precedence": (("precedence", "successor"),),
    "choices": (("choices", "choice"),),
    "ranking": (("initiatives", "rank"),),
    "eligibility": (("eligibility", "allow"),),
    "cofunding": (("cofunding", "rule"),),
    "matching": (("matching", "rule"),),
    "matching:cap": (("matching", "cap"),),
    "matching:min_base": (("matching", "min_base"),),
    "matching:cumulative": (("matching", "timing"),),
    "budgets": (("budgets", "payments"),),
    "carry_over": (("budgets", "carry_over"),),
    "reserved": (("budgets", "reserved"),),
    "contingency": (("funders", "contingency"),),
    "buffer": (("currencies", "volatility"),),
    "buffer:additive": (("currencies", "volatility"),),
    "buffer:budgeted": (("currencies", "volatility"),),
    "buffer:cvar": (("currencies", "volatility"),),
    "hedging": (("currencies", "hedge_cost"),),
    "equity": (("equity", "measure"),),
    "earmarks": (("earmarks", "rule"),),
    "levels": (("milestones", "min_level"),),
    "synergies": (("synergies", "synergy"),),
    "tickets": (("funders", "min_ticket"),),
    "guarantees": (("guarantees", "guarantee"),),
    "commitments": (("budgets", "commitments"),),
    "stability": (("funders", "max_change"),),
    "risk_tolerance": (("funders", "risk_tolerance"),),
}
GOALS = ("public_money", "received", "key")
SETTINGS = ("required_value", "tie_break", *(f"goal:{goal}" for goal in GOALS))
"""Rules that stand in case.toml."""
EQUITY_PARTS = tuple(f"equity:{measure}" for measure in MEASURES)
PARTS = (*MILESTONE_PARTS, "precedence:gate", *EQUITY_PARTS)
SEVERAL = (
    "precedence",
    "choices",
    "eligibility",
    "cofunding",
    "matching",
    "guarantees",
    "equity",
    "earmarks",
    "synergies",
)
"""Tables of which a case may have several rules."""
ROWS = (*(f"{table}:rows" for table in SEVERAL), "choices:union", "earmarks:union")
"""Two rules of one table that matter at once; rows of one rule that are not what each would be by itself."""
ON_SCHEDULES = ("milestones", "precedence", "choices", "ranking", "equity:initiatives", "equity")
HELPFUL = ("carry_over", "hedging", "levels")
"""What can only help; to leave out anything else can only help, but for those in BOTH."""
BOTH = ("milestones", "milestones:escalation", "synergies")


def present(data: Data, family: str) -> bool:
    """Whether the case says anything that could make this family or part bind."""
    if family in EQUITY_PARTS:
        return any(f"equity:{r['measure']}" == family for r in data.rows("equity"))
    if family in ROWS:
        table, _, what = family.partition(":")
        rules = data.rules(table)
        return len(rules) > 1 if what == "rows" else len(rules) < len(data.rows(table))
    if family.startswith("buffer:") and family != f"buffer:{data.method}":
        return False
    if family in SETTINGS:
        objective = data.settings.get("objective", {})
        return family == f"goal:{data.goal}" or bool(objective.get(family))
    cells = MILESTONE_PARTS.get(family) or FAMILIES.get(family) or (("milestones", "success"),)
    return any(given(r, column) for table, column in cells for r in data.rows(table))
