"""The checks of a case as one flat list; each appends what it finds to the draft, and all is told at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from . import checks_backing, checks_goal, checks_keys, checks_money, checks_plan, checks_rules
from .draft import Draft

Check = Callable[[Draft], None]

CHECKS: Final[tuple[Check, ...]] = (
    checks_keys.needed_tables_have_rows,
    checks_keys.keys_are_unique,
    checks_keys.orders_run_from_one,
    checks_keys.names_mean_one_thing,
    checks_keys.references_lead_somewhere,
    checks_money.currencies_have_rates,
    checks_money.base_currency_is_the_measure,
    checks_money.rates_are_used,
    checks_money.correlations_can_be,
    checks_money.cycles_are_sound,
    checks_money.funders_have_budgets,
    checks_rules.shares_sum_to_one,
    checks_rules.pots_have_shares,
    checks_rules.milestones_have_values,
    checks_rules.ranks_have_calls,
    checks_rules.bounds_are_in_order,
    checks_rules.rows_of_a_rule_agree,
    checks_rules.matching_funders_match,
    checks_rules.equity_has_its_measure,
    checks_backing.guarantees_cover_private_funders,
    checks_goal.goals_have_what_they_need,
    checks_goal.buffers_have_an_effect,
    checks_plan.precedence_has_no_circle,
    checks_plan.dates_of_a_milestone_agree,
    checks_plan.initiatives_can_be_done,
    checks_plan.choices_can_be_made,
    checks_plan.cofunding_floors_fit,
    checks_plan.equity_floors_fit,
    checks_goal.required_value_can_be_had,
    checks_backing.covered_funders_can_pay,
    checks_backing.funders_can_pay,
    checks_backing.synergies_can_be_had,
)


def run_checks(draft: Draft) -> None:
    """Run every check; faults, warnings and contradictions gather in the draft."""
    for check in CHECKS:
        check(draft)
