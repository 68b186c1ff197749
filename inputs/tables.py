"""One frozen row model per table of a case: the schema that drives reader, checker, reference page and template.

Field names are column names. Money, shares and ratios are exact decimals in the case's ``unit`` where money;
an empty cell is the default, ``None`` where there is none, ``""`` for a selector (any). ``KEY`` names the
columns that tell two rows apart, ``NEEDED`` the tables that every case has.
"""

from __future__ import annotations

from typing import Final

from .rows import Row
from .tables_payers import BudgetRow, CorrelationRow, CurrencyRow, FunderRow, RateRow
from .tables_rules import (
    ChoiceRow,
    CofundingRow,
    EarmarkRow,
    EligibilityRow,
    EquityRow,
    GuaranteeRow,
    MatchingRow,
    PrecedenceRow,
    SynergyRow,
)
from .tables_work import CostProfileRow, CriterionRow, GroupRow, InitiativeRow, MilestoneRow, PartyRow, ShareRow

__all__ = [
    "TABLES",
    "BudgetRow",
    "ChoiceRow",
    "CofundingRow",
    "CorrelationRow",
    "CostProfileRow",
    "CriterionRow",
    "CurrencyRow",
    "EarmarkRow",
    "EligibilityRow",
    "EquityRow",
    "FunderRow",
    "GroupRow",
    "GuaranteeRow",
    "InitiativeRow",
    "MatchingRow",
    "MilestoneRow",
    "PartyRow",
    "PrecedenceRow",
    "RateRow",
    "Row",
    "ShareRow",
    "SynergyRow",
]


TABLES: Final[dict[str, type[Row]]] = {
    "funders": FunderRow,
    "budgets": BudgetRow,
    "currencies": CurrencyRow,
    "rates": RateRow,
    "correlations": CorrelationRow,
    "parties": PartyRow,
    "initiatives": InitiativeRow,
    "milestones": MilestoneRow,
    "cost_profile": CostProfileRow,
    "criteria": CriterionRow,
    "shares": ShareRow,
    "groups": GroupRow,
    "eligibility": EligibilityRow,
    "precedence": PrecedenceRow,
    "choices": ChoiceRow,
    "cofunding": CofundingRow,
    "matching": MatchingRow,
    "guarantees": GuaranteeRow,
    "equity": EquityRow,
    "earmarks": EarmarkRow,
    "synergies": SynergyRow,
}
"""Every table of a case by its name without ``.csv``, in the order in which faults are told."""
