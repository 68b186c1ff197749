"""Checks of what is funded and by which rules: sums, bounds, values, rankings, kinds of funders."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from .accessors import KINDS
from .draft import Draft
from .tables import (
    ChoiceRow,
    CofundingRow,
    CostProfileRow,
    CriterionRow,
    EarmarkRow,
    EquityRow,
    FunderRow,
    GuaranteeRow,
    InitiativeRow,
    MatchingRow,
    MilestoneRow,
    Row,
    ShareRow,
)

TOLERANCE = Decimal("0.000001")


def shares_sum_to_one(draft: Draft) -> None:
    """The shares of an initiative sum to 1 within 1e-6, and so does the cost profile of a milestone."""
    incomplete = {i for (i,) in draft.broken("shares", "initiative")}
    totals: dict[str, tuple[Decimal, int]] = {}
    for number, share in draft.rows(ShareRow):
        total, first = totals.get(share.initiative, (Decimal(0), number))
        totals[share.initiative] = (total + share.share, first)
    for initiative, (total, first) in totals.items():
        if initiative not in incomplete and "" not in incomplete and abs(total - 1) > TOLERANCE:
            expected = f"the shares of {initiative} to sum to 1"
            draft.fault("shares", first, "share", total, expected, f"they sum to {total}")
    open_profiles = draft.broken("cost_profile", "initiative", "milestone")
    sums: dict[tuple[str, str], tuple[Decimal, int]] = {}
    for number, row in draft.rows(CostProfileRow):
        total, first = sums.get((row.initiative, row.milestone), (Decimal(0), number))
        sums[row.initiative, row.milestone] = (total + row.share, first)
    for key, (total, first) in sums.items():
        if key not in open_profiles and abs(total - 1) > TOLERANCE:
            expected = f"the shares of {'/'.join(key)} to sum to 1"
            draft.fault("cost_profile", first, "share", total, expected, f"they sum to {total}")


def pots_have_shares(draft: Draft) -> None:
    """A virtual pot needs shares, for it is the parties that pay."""
    if not draft.sound("shares"):
        return
    known = set(draft.facts.shares) | {i for (i,) in draft.broken("shares", "initiative")}
    for number, row in draft.rows(InitiativeRow):
        if row.pot == "virtual" and row.initiative not in known:
            hint = "without shares the pot is real"
            draft.fault("initiatives", number, "pot", row.pot, f"shares of {row.initiative} in shares.csv", hint)


def milestones_have_values(draft: Draft) -> None:
    """Values stand in milestones.csv, or, with criteria.csv, come from scores and weights; never both."""
    weights, scored = (
        draft.settings.weights,
        bool(draft.parsed["criteria"].rows or draft.parsed["criteria"].broken),
    )
    if not scored:
        told = {fault.row for fault in draft.faults if fault.file == "milestones.csv" and fault.column == "value"}
        for number, row in draft.rows(MilestoneRow):
            if row.value is None and number not in told:
                draft.fault("milestones", number, "value", "", "a number", "required unless there is criteria.csv")
        for name in weights:
            draft.fault("case", None, f"weights.{name}", weights[name], "weights only with criteria.csv")
        return
    hint = "with criteria.csv values come from scores and weights; remove the column"
    if "value" in draft.header("milestones"):
        draft.fault("milestones", 1, "value", "value", "no value column beside criteria.csv", hint)
    else:
        for number, row in draft.rows(MilestoneRow):
            if row.value is not None:
                draft.fault("milestones", number, "value", row.value, "no value beside criteria.csv", hint)
    _criteria_and_weights(draft)


def _criteria_and_weights(draft: Draft) -> None:
    weights = draft.settings.weights
    doubtful = "weights" in draft.doubtful
    scored = draft.broken("criteria", "initiative", "milestone")
    used = {criterion for (criterion,) in draft.broken("criteria", "criterion")}
    for number, row in draft.rows(CriterionRow):
        scored.add((row.initiative, row.milestone))
        used.add(row.criterion)
        if row.criterion not in weights and not doubtful:
            hint = draft.hint(row.criterion, lambda: weights)
            draft.fault("criteria", number, "criterion", row.criterion, "a criterion with a weight in case.toml", hint)
    for name in weights:
        if name not in used:
            hint = draft.hint(name, lambda: used)
            draft.fault("case", None, f"weights.{name}", weights[name], "a criterion of criteria.csv", hint)
    if not draft.sound("criteria"):
        return
    for number, milestone in draft.rows(MilestoneRow):
        if (milestone.initiative, milestone.milestone) not in scored:
            told = f"{milestone.initiative}/{milestone.milestone}"
            hint = "a score of 0 says that it has no value"
            draft.fault("milestones", number, "milestone", told, "at least one row in criteria.csv", hint)


def ranks_have_calls(draft: Draft) -> None:
    """A rank means nothing without a call."""
    for number, row in draft.rows(InitiativeRow):
        if row.rank is not None and row.call is None:
            draft.fault(
                "initiatives",
                number,
                "rank",
                row.rank,
                "no rank without a call",
                "name the call it competes in",
            )


Bounded = ChoiceRow | CofundingRow | EquityRow | EarmarkRow


def _bounded(draft: Draft) -> Iterator[tuple[str, int, Bounded]]:
    for number, choice in draft.rows(ChoiceRow):
        yield "choices", number, choice
    for number, cofunding in draft.rows(CofundingRow):
        yield "cofunding", number, cofunding
    for number, equity in draft.rows(EquityRow):
        yield "equity", number, equity
    for number, earmark in draft.rows(EarmarkRow):
        yield "earmarks", number, earmark


def bounds_are_in_order(draft: Draft) -> None:
    """at_least does not exceed at_most, shares do not exceed 1, and a rule has a bound."""
    for table, number, row in _bounded(draft):
        low, high = row.at_least, row.at_most
        if low is not None and high is not None and low > high:
            draft.fault(table, number, "at_least", low, f"at most the at_most beside it, {high}")
        if not low and high is None:
            draft.warn(table, number, "at_least", "", "at_least or at_most", "without a bound the rule does nothing")
        if isinstance(row, EquityRow) and row.measure in ("received", "contributed"):
            for column, bound in (("at_least", low), ("at_most", high)):
                if bound is not None and bound > 1:
                    draft.fault(table, number, column, bound, f"a share of what is {row.measure}, at most 1")
        if isinstance(row, EquityRow) and row.measure == "initiatives":
            for column, bound in (("at_least", low), ("at_most", high)):
                if bound is not None and bound != int(bound):
                    draft.fault(table, number, column, bound, "a whole number of initiatives")
    _review_dates(draft)


def _review_dates(draft: Draft) -> None:
    if not draft.timed:
        return
    for table, number, row in _bounded(draft):
        by = getattr(row, "by", None)
        if by is not None and not 1 <= draft.facts.period(by) <= draft.facts.T:
            horizon = f"{draft.facts.label(1)} to {draft.facts.label(draft.facts.T)}"
            draft.fault(table, number, "by", by, f"a period of the horizon, {horizon}")


def rows_of_a_rule_agree(draft: Draft) -> None:
    """The rows of one choice or earmark differ only in their scope; the bounds are the same in each."""
    first: dict[tuple[str, str], tuple[int, Row]] = {}
    wanted = {ChoiceRow: ("at_least", "at_most"), EarmarkRow: ("at_least", "at_most", "by")}
    for table, number, row in _bounded(draft):
        if not isinstance(row, ChoiceRow | EarmarkRow):
            continue
        name = row.choice if isinstance(row, ChoiceRow) else row.rule
        other_number, other = first.setdefault((table, name), (number, row))
        for column in wanted[type(row)]:
            mine: Any = getattr(row, column)
            theirs: Any = getattr(other, column)
            if mine != theirs:
                expected = f"the {column} of row {other_number}, '{'' if theirs is None else theirs}'"
                told = "" if mine is None else mine
                draft.fault(table, number, column, told, expected, f"the rows of {name} are one rule")


def matching_funders_match(draft: Draft) -> None:
    """Matching rules name matching funders; guarantees name a guarantor and covered private funders."""
    facts = draft.facts
    in_rule: set[str] = set()
    for number, row in draft.rows(MatchingRow):
        named = facts.funder_sets.get(row.funders, frozenset())
        in_rule |= named
        wrong = sorted(f for f in named if f in facts.funders and facts.funders[f].kind != "matching")
        if wrong or row.funders in KINDS[:2]:
            hint = f"{', '.join(wrong[:3])}: kind {facts.funders[wrong[0]].kind}" if wrong else ""
            draft.fault("matching", number, "funders", row.funders, "funders of kind matching", hint)
    for number, funder in draft.rows(FunderRow):
        if funder.kind == "matching" and funder.funder not in in_rule and draft.whole("matching"):
            hint = "a matching funder in no rule can pay nothing"
            draft.warn("funders", number, "funder", funder.funder, "a rule in matching.csv", hint)
    for number, guarantee in draft.rows(GuaranteeRow):
        covered = facts.funder_sets.get(guarantee.funders, frozenset())
        if guarantee.guarantor in covered:
            draft.fault("guarantees", number, "guarantor", guarantee.guarantor, "a funder that is not covered itself")
        wrong = sorted(f for f in covered if f in facts.funders and facts.funders[f].kind != "private")
        if wrong:
            hint = f"{', '.join(wrong[:3])}: kind {facts.funders[wrong[0]].kind}"
            draft.fault("guarantees", number, "funders", guarantee.funders, "private funders", hint)


def equity_has_its_measure(draft: Draft) -> None:
    """The measure key needs keys; received, geo_return and initiatives need shares."""
    facts = draft.facts
    for number, row in draft.rows(EquityRow):
        named = facts.parties if row.parties in ("", "each") else facts.party_sets.get(row.parties)
        if named is None:
            continue
        known = [facts.parties[p] for p in named if p in facts.parties]
        if row.measure == "key" and known and all(party.key is None for party in known):
            draft.fault("equity", number, "parties", row.parties, "parties with a key in parties.csv")
        elif row.measure == "key" and row.parties not in ("", "each") and any(party.key is None for party in known):
            lacking = sorted(party.party for party in known if party.key is None)
            hint = f"{', '.join(lacking[:3])}: no key in parties.csv"
            draft.fault("equity", number, "parties", row.parties, "parties with a key in parties.csv", hint)
        if row.measure != "contributed" and not facts.shares and draft.whole("shares"):
            draft.fault("equity", number, "measure", row.measure, "shares in shares.csv", "they say who receives")
