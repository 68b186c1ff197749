"""Checks of what is funded and by which rules: sums, bounds, values, rankings, kinds of funders."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from decimal import Decimal

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
    InitiativeRow,
    MatchingRow,
    MilestoneRow,
    PartyRow,
    ShareRow,
)

TOLERANCE = Decimal("0.000001")


def shares_sum_to_one(draft: Draft) -> None:
    """The shares of an initiative sum to 1 within 1e-6, and so does the cost profile of a milestone."""
    initiatives = {(i,) for i in draft.names(InitiativeRow, "initiative")}
    _sum_to_one(draft, ShareRow, ("initiative",), initiatives)
    if draft.facts.tables["cost_profile"] or draft.parsed["cost_profile"].broken:
        steps = {(row.initiative, row.milestone) for _, row in draft.knowing(MilestoneRow, "initiative", "milestone")}
        _sum_to_one(draft, CostProfileRow, ("initiative", "milestone"), steps)


def _sum_to_one(
    draft: Draft,
    model: type[ShareRow] | type[CostProfileRow],
    keys: tuple[str, ...],
    known: Container[tuple[str, ...]],
) -> None:
    table = "shares" if model is ShareRow else "cost_profile"
    sums: dict[tuple[str, ...], tuple[Decimal, int]] = {}
    for number, row in draft.knowing(model, *keys, "share"):
        key = tuple(getattr(row, name) for name in keys)
        total, first = sums.get(key, (Decimal(0), number))
        sums[key] = (total + row.share, first)
    torn = draft.lacking(model, keys, "share")
    if any("" in key for key in torn):
        return
    for key, (total, first) in sums.items():
        if key in known and key not in torn and abs(total - 1) > TOLERANCE:
            expected = f"the shares of {'/'.join(key)} to sum to 1"
            draft.fault(table, first, "share", total, expected, f"they sum to {total}")


def pots_have_shares(draft: Draft) -> None:
    """A virtual pot needs shares, for it is the parties that pay."""
    if not draft.knows("shares", "initiative") or ("",) in draft.lacking(ShareRow, ("initiative",)):
        return
    known = draft.names(ShareRow, "initiative")
    for number, row in draft.knowing(InitiativeRow, "initiative", "pot"):
        if row.pot == "virtual" and row.initiative not in known:
            hint = "without shares the pot is real"
            draft.fault("initiatives", number, "pot", row.pot, f"shares of {row.initiative} in shares.csv", hint)


def milestones_have_values(draft: Draft) -> None:
    """Values stand in milestones.csv, or, with criteria.csv, come from scores and weights; never both."""
    criteria = draft.parsed["criteria"]
    values = [(number, row.value) for number, row in draft.knowing(MilestoneRow, "value")]
    if not criteria.rows and not criteria.broken and criteria.sound:
        needed = "required unless there is criteria.csv"
        if values and "value" not in draft.parsed["milestones"].header and all(value is None for _, value in values):
            draft.fault("milestones", 1, "value", None, "this column", needed)
            values = []
        for number, value in values:
            if value is None:
                draft.fault("milestones", number, "value", "", "a number", needed)
        for name, weight in draft.settings.weights.items():
            draft.fault("case", None, f"weights.{name}", weight, "weights only with criteria.csv")
        return
    hint = "with criteria.csv values come from scores and weights; remove the column"
    if "value" in draft.parsed["milestones"].header:
        draft.fault("milestones", 1, "value", "value", "no value column beside criteria.csv", hint)
    else:
        for number, value in values:
            if value is not None:
                draft.fault("milestones", number, "value", value, "no value beside criteria.csv", hint)
    _criteria_and_weights(draft)


def _criteria_and_weights(draft: Draft) -> None:
    weights = draft.settings.weights
    if "weights" not in draft.doubtful:
        for number, row in draft.knowing(CriterionRow, "criterion"):
            if row.criterion not in weights:
                hint = draft.hint(row.criterion, lambda: weights)
                expected = "a criterion with a weight in case.toml"
                draft.fault("criteria", number, "criterion", row.criterion, expected, hint)
    if draft.knows("criteria", "criterion"):
        used = draft.names(CriterionRow, "criterion")
        for name in weights:
            if name not in used:
                hint = draft.hint(name, lambda: used)
                draft.fault("case", None, f"weights.{name}", weights[name], "a criterion of criteria.csv", hint)
    scored = draft.lacking(CriterionRow, ("initiative", "milestone"))
    if not draft.knows("criteria", "initiative", "milestone") or any("" in key for key in scored):
        return
    scored |= {(row.initiative, row.milestone) for _, row in draft.knowing(CriterionRow, "initiative", "milestone")}
    for number, milestone in draft.knowing(MilestoneRow, "initiative", "milestone"):
        if (milestone.initiative, milestone.milestone) not in scored:
            told = f"{milestone.initiative}/{milestone.milestone}"
            hint = "a score of 0 says that it has no value"
            draft.fault("milestones", number, "milestone", told, "at least one row in criteria.csv", hint)


def ranks_have_calls(draft: Draft) -> None:
    """A rank means nothing without a call."""
    for number, row in draft.knowing(InitiativeRow, "rank", "call"):
        if row.rank is not None and row.call is None:
            hint = "name the call it competes in"
            draft.fault("initiatives", number, "rank", row.rank, "no rank without a call", hint)


Bounded = ChoiceRow | CofundingRow | EquityRow | EarmarkRow
_BOUNDED: dict[str, type[Bounded]] = {
    "choices": ChoiceRow,
    "cofunding": CofundingRow,
    "equity": EquityRow,
    "earmarks": EarmarkRow,
}


def bounds_are_in_order(draft: Draft) -> None:
    """at_least does not exceed at_most, shares do not exceed 1, and a rule has a bound."""
    for table, model in _BOUNDED.items():
        for number, row in draft.knowing(model, "at_least", "at_most"):
            low, high = row.at_least, row.at_most
            if low is not None and high is not None and low > high:
                draft.fault(table, number, "at_least", low, f"at most the at_most beside it, {high}")
            if not low and high is None:
                hint = "without a bound the rule does nothing"
                draft.warn(table, number, "at_least", "", "at_least or at_most", hint)
    for column in ("at_least", "at_most"):
        for number, equity in draft.knowing(EquityRow, "measure", column):
            bound = getattr(equity, column)
            if bound is not None and bound > 1 and equity.measure in ("received", "contributed"):
                draft.fault("equity", number, column, bound, f"a share of what is {equity.measure}, at most 1")
            if bound is not None and bound != int(bound) and equity.measure == "initiatives":
                draft.fault("equity", number, column, bound, "a whole number of initiatives")
    _review_dates(draft)


def _review_dates(draft: Draft) -> None:
    if not draft.timed:
        return
    horizon = f"{draft.facts.label(1)} to {draft.facts.label(draft.facts.T)}"
    dated: dict[str, type[EquityRow] | type[EarmarkRow]] = {"equity": EquityRow, "earmarks": EarmarkRow}
    for table, model in dated.items():
        for number, row in draft.knowing(model, "by"):
            if row.by is not None and not 1 <= draft.facts.period(row.by) <= draft.facts.T:
                draft.fault(table, number, "by", row.by, f"a period of the horizon, {horizon}")


def rows_of_a_rule_agree(draft: Draft) -> None:
    """The rows of one choice or earmark differ only in their scope; the bounds are the same in each."""
    for column in ("at_least", "at_most"):
        choices = ((n, row.choice, getattr(row, column)) for n, row in draft.knowing(ChoiceRow, "choice", column))
        _agree(draft, "choices", column, choices)
    for column in ("at_least", "at_most", "by"):
        earmarks = ((n, row.rule, getattr(row, column)) for n, row in draft.knowing(EarmarkRow, "rule", column))
        _agree(draft, "earmarks", column, earmarks)


def _agree(draft: Draft, table: str, column: str, rows: Iterable[tuple[int, str, object]]) -> None:
    first: dict[str, tuple[int, object]] = {}
    for number, name, mine in rows:
        other_number, theirs = first.setdefault(name, (number, mine))
        if mine != theirs:
            expected = f"the {column} of row {other_number}, '{'' if theirs is None else theirs}'"
            told = "" if mine is None else mine
            draft.fault(table, number, column, told, expected, f"the rows of {name} are one rule")


def matching_funders_match(draft: Draft) -> None:
    """Matching rules name matching funders, and a matching funder in no rule pays nothing."""
    kinds: dict[str, str] = {row.funder: row.kind for _, row in draft.knowing(FunderRow, "funder", "kind")}
    in_rule: set[str] = set()
    for number, row in draft.knowing(MatchingRow, "funders"):
        named = funders_meant(draft, kinds, row.funders)
        in_rule |= named
        wrong = sorted(f for f in named if kinds.get(f, "matching") != "matching")
        if wrong or row.funders in KINDS[:2]:
            hint = f"{', '.join(wrong[:3])}: kind {kinds[wrong[0]]}" if wrong else ""
            draft.fault("matching", number, "funders", row.funders, "funders of kind matching", hint)
    for number, funder in draft.rows(FunderRow):
        if funder.kind == "matching" and funder.funder not in in_rule and draft.whole("matching"):
            hint = "a matching funder in no rule can pay nothing"
            draft.warn("funders", number, "funder", funder.funder, "a rule in matching.csv", hint)


def funders_meant(draft: Draft, kinds: Mapping[str, str], selector: str) -> frozenset[str]:
    """Return what a selector of funders means, funders with other faulty cells included."""
    if selector in KINDS:
        return frozenset(f for f, kind in kinds.items() if kind == selector)
    return draft.facts.groups["funder"].get(selector, frozenset((selector,)))


def equity_has_its_measure(draft: Draft) -> None:
    """The measure key needs keys; received, geo_return and initiatives need shares."""
    facts = draft.facts
    keyed = draft.sure("parties", "key") and (bool(facts.rows(PartyRow)) or not draft.parsed["parties"].broken)
    for number, row in draft.knowing(EquityRow, "measure", "parties"):
        named = facts.parties if row.parties in ("", "each") else facts.party_sets.get(row.parties)
        if named is None:
            continue
        known = [facts.parties[p] for p in named if p in facts.parties] if keyed else []
        if row.measure == "key" and known and all(party.key is None for party in known):
            draft.fault("equity", number, "parties", row.parties, "parties with a key in parties.csv")
        elif row.measure == "key" and row.parties not in ("", "each") and any(party.key is None for party in known):
            lacking = sorted(party.party for party in known if party.key is None)
            hint = f"{', '.join(lacking[:3])}: no key in parties.csv"
            draft.fault("equity", number, "parties", row.parties, "parties with a key in parties.csv", hint)
        if row.measure != "contributed" and not facts.shares and draft.whole("shares"):
            draft.fault("equity", number, "measure", row.measure, "shares in shares.csv", "they say who receives")
