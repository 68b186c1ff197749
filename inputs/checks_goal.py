"""Checks of what is sought and of the currency buffers: settings that need, or have no use for, others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import ceil
from typing import Final

from .checks_plan import hopeless
from .draft import Draft
from .gates import passing_probability
from .tables import CurrencyRow, SynergyRow
from .windows import Node

ZERO: Final = Fraction(0)
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
    keyed = {party for party, row in facts.parties.items() if row.key is not None}
    if not keyed:
        hint = "the least received per key is sought"
        draft.fault("case", None, "objective.goal", goal, "parties with a key in parties.csv", hint)
        return
    if idle := keyed - receiving:
        hint = f"{_listed(idle)}: no share in any initiative, so that the least is always 0"
        draft.warn("case", None, "objective.goal", goal, "a share for every party with a key", hint)
    if unkeyed := receiving - keyed:
        hint = (
            f"{_listed(unkeyed)}: no key in parties.csv, so that what they receive does not count in the least per key"
        )
        draft.warn("case", None, "objective.goal", goal, "a key for every party with a share", hint)


def _listed(parties: Iterable[str]) -> str:
    """Return the names of parties in order, the first of many."""
    names = sorted(parties)
    more = f" and {len(names) - _MOST_TOLD} more" if len(names) > _MOST_TOLD else ""
    return f"{', '.join(names[:_MOST_TOLD])}{more}"


def required_value_can_be_had(draft: Draft) -> None:
    """The required value is at most what all that can be done is worth together, discounting left out.

    Where values are expected ones each counts with the probability that its milestone is reached.
    """
    required = draft.settings.objective.required_value
    known = draft.whole("initiatives", "milestones", "criteria", "synergies")
    if required <= 0 or draft.settings.objective.goal == "value" or not known or draft.doubtful:
        return
    facts, expected = draft.facts, draft.settings.expected_value
    worth = _worth(draft, passing_probability(facts) if expected else {})
    bonuses = (Fraction(row.value) for row in facts.rows(SynergyRow))
    rate = float(facts.settings.discount_rate)
    growth = (1 + min(rate, 0)) ** (-(facts.T - 1) / facts.periods_per_year)
    most = float(worth) * growth
    most += float(sum((value for value in bonuses if value > 0), ZERO))
    if float(required) > most * _SLACK:
        told = f"at most {most:.12g}, the value of all that can be done"
        hint = "each value counts with the probability of reaching its milestone" if expected else ""
        draft.contradict("case", None, "objective.required_value", required, told, hint)


def _worth(draft: Draft, chances: Mapping[Node, Fraction]) -> Fraction:
    """Return the sum of the positive values of all initiatives that may be funded, each times its chance."""
    facts, never = draft.facts, hopeless(draft)
    able = {i for i, row in facts.initiatives.items() if i not in never and row.status != "excluded"}
    values = (
        Fraction(facts.value(i, step.milestone)) * chances.get((i, step.milestone), 1)
        for i, steps in facts.milestones.items()
        if i in able
        for step in steps
    )
    return sum((value for value in values if value > 0), ZERO)


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
