"""Checks of what is sought and of the currency buffers: settings that need, or have no use for, others."""

from __future__ import annotations

from decimal import Decimal
from math import ceil
from typing import Final

from .checks_plan import hopeless
from .draft import Draft
from .tables import CurrencyRow, SynergyRow

_MOST_TOLD: Final = 3
_SLACK: Final = 1 + 1e-9


def goals_have_what_they_need(draft: Draft) -> None:
    """The goal received has a group, key has keys; a group or a required value has a goal that uses it."""
    objective = draft.settings.objective
    if "objective" in draft.doubtful:
        return
    if objective.goal == "received" and not objective.group:
        hint = "the goal received asks who is to receive"
        draft.fault("case", None, "objective.group", "", "a party or a group of parties", hint)
    if objective.goal != "received" and objective.group:
        hint = f"only the goal received has a group; the goal is {objective.goal}"
        draft.fault("case", None, "objective.group", objective.group, "no group", hint)
    if objective.goal == "value" and objective.required_value != 0:
        hint = "with the goal value the most is sought anyway; it is for the other goals"
        draft.fault("case", None, "objective.required_value", objective.required_value, "0", hint)
    if objective.goal in ("received", "key"):
        _receivers(draft)


def _receivers(draft: Draft) -> None:
    """What a goal of receiving needs in the tables: shares, and for key parties that have one."""
    facts, goal = draft.facts, draft.settings.objective.goal
    if not facts.shares and draft.whole("shares"):
        draft.fault("case", None, "objective.goal", goal, "shares in shares.csv", "they say who receives")
        return
    if not draft.whole("parties", "shares", "groups") or not draft.sure("parties", "key"):
        return
    receiving = {party for parts in facts.shares.values() for party in parts}
    if goal == "received":
        group = draft.settings.objective.group
        if group in facts.party_sets and receiving.isdisjoint(facts.party_sets[group]):
            hint = "without a share it receives nothing, whatever is funded"
            draft.warn("case", None, "objective.group", group, "a party with a share in some initiative", hint)
        return
    keyed = [party for party, row in facts.parties.items() if row.key is not None]
    if not keyed:
        hint = "the least received per key is sought"
        draft.fault("case", None, "objective.goal", goal, "parties with a key in parties.csv", hint)
    idle = sorted(set(keyed) - receiving)
    if idle:
        more = f" and {len(idle) - _MOST_TOLD} more" if len(idle) > _MOST_TOLD else ""
        hint = f"{', '.join(idle[:_MOST_TOLD])}{more}: no share in any initiative, so that the least is always 0"
        draft.warn("case", None, "objective.goal", goal, "a share for every party with a key", hint)


def required_value_can_be_had(draft: Draft) -> None:
    """The required value is at most what all that can be done is worth together, gates and discounting left out."""
    required = draft.settings.objective.required_value
    known = draft.whole("initiatives", "milestones", "criteria", "synergies")
    if required <= 0 or draft.settings.objective.goal == "value" or not known or draft.doubtful:
        return
    facts = draft.facts
    never = hopeless(draft)
    values = (
        facts.value(i, step.milestone)
        for i, steps in facts.milestones.items()
        if i in facts.initiatives and i not in never and facts.initiatives[i].status != "excluded"
        for step in steps
    )
    bonuses = (row.value for row in facts.rows(SynergyRow))
    rate = float(facts.settings.discount_rate)
    growth = (1 + min(rate, 0)) ** (-(facts.T - 1) / facts.periods_per_year)
    most = float(sum((value for value in values if value > 0), Decimal(0))) * growth
    most += float(sum((value for value in bonuses if value > 0), Decimal(0)))
    if float(required) > most * _SLACK:
        expected = f"at most {most:.12g}, the value of all that can be done"
        draft.contradict("case", None, "objective.required_value", required, expected)


def buffers_have_an_effect(draft: Draft) -> None:
    """Warn of buffers that are always 0, and of too few scenarios for the confidence."""
    buffer = draft.settings.buffer
    if "buffer" in draft.doubtful or buffer.method == "none":
        return
    if buffer.method == "budgeted" and buffer.gamma == 0:
        hint = "no currency moves, and the buffer is 0 as with the method none"
        draft.warn("case", None, "buffer.gamma", buffer.gamma, "at least 1", hint)
    if buffer.method == "cvar" and buffer.scenarios * (1 - buffer.confidence) < 1:
        wanted = ceil(1 / (1 - buffer.confidence))
        hint = "with fewer the buffer covers the worst scenario and the confidence has no effect"
        draft.warn("case", None, "buffer.scenarios", buffer.scenarios, f"at least {wanted} scenarios", hint)
    rows = draft.facts.rows(CurrencyRow) if draft.sure("currencies", "volatility") else ()
    if rows and draft.whole("currencies") and all(row.volatility == 0 for row in rows):
        hint = "currencies that do not move need no buffer"
        draft.warn("case", None, "buffer.method", buffer.method, "a volatility in currencies.csv", hint)
