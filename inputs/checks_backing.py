"""Checks of guarantees and synergies, and of what keeps a funder from ever paying anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from .checks_plan import hopeless
from .checks_rules import funders_meant
from .draft import Draft
from .payers import can_guarantee, may_commit, purse
from .tables import BudgetRow, FunderRow, GuaranteeRow, SynergyRow


def guarantees_cover_private_funders(draft: Draft) -> None:
    """A guarantee covers private funders, and its guarantor is none of them."""
    kinds: dict[str, str] = {row.funder: row.kind for _, row in draft.knowing(FunderRow, "funder", "kind")}
    for number, row in draft.knowing(GuaranteeRow, "funders"):
        covered = funders_meant(draft, kinds, row.funders)
        wrong = sorted(f for f in covered if kinds.get(f, "private") != "private")
        if wrong or row.funders in ("public", "matching"):
            hint = f"{', '.join(wrong[:3])}: kind {kinds[wrong[0]]}" if wrong else ""
            draft.fault("guarantees", number, "funders", row.funders, "funders of kind private", hint)
    for number, row in draft.knowing(GuaranteeRow, "guarantor", "funders"):
        if row.guarantor in funders_meant(draft, kinds, row.funders):
            hint = f"'{row.funders}' covers it too; nobody guarantees for itself"
            draft.fault("guarantees", number, "guarantor", row.guarantor, "a funder that is not covered", hint)


def covered_funders_can_pay(draft: Draft) -> None:
    """Warn of a guarantee that can never be given, and of covered funders left without any."""
    if not draft.timed or not draft.whole("guarantees", "budgets", "funders", "groups"):
        return
    facts = draft.facts
    without: dict[str, str] = {}
    backed: set[str] = set()
    for number, row in draft.rows(GuaranteeRow):
        covered = facts.funder_sets.get(row.funders, frozenset())
        if can_guarantee(row, facts.cycles.get(row.guarantor, ())) and _in_scope(draft, row):
            backed |= covered
            continue
        reason = _why_never(draft, row)
        draft.warn("guarantees", number, "guarantee", row.guarantee, "a guarantee that can be given", reason)
        without |= dict.fromkeys(covered, row.guarantee)
    for number, funder in draft.rows(FunderRow):
        if funder.funder in without and funder.funder not in backed:
            hint = f"covered by {without[funder.funder]}, it can pay only where a guarantee is given: nothing"
            draft.warn("funders", number, "funder", funder.funder, "a guarantee that can be given", hint)


def _in_scope(draft: Draft, row: GuaranteeRow) -> bool:
    facts = draft.facts
    scope = facts.initiative_sets.get(row.initiatives, frozenset(facts.initiatives))
    steps = (step for i in scope for step in facts.milestones.get(i, ()))
    return any(step.cost > 0 and row.stage in ("", step.stage) for step in steps)


def _why_never(draft: Draft, row: GuaranteeRow) -> str:
    cycles = draft.facts.cycles.get(row.guarantor, ())
    if not cycles:
        return f"its guarantor {row.guarantor} has no budget"
    if row.cap == 0:
        return "its cap is 0"
    if not _in_scope(draft, row):
        return "no milestone in its scope costs anything"
    return f"its guarantor {row.guarantor} has no money for the provision"


def funders_can_pay(draft: Draft) -> None:
    """Warn of a ticket larger than all a funder has, of ceilings that let it commit nothing, of idle limits."""
    if not draft.timed or not draft.whole("funders", "budgets"):
        return
    numbers = {row.funder: number for number, row in draft.rows(BudgetRow)}
    for number, row in draft.rows(FunderRow):
        cycles = draft.facts.cycles[row.funder]
        money = purse(cycles)
        if row.min_ticket and cycles and row.min_ticket > money:
            hint = "with this ticket it can join nothing"
            draft.warn("funders", number, "min_ticket", row.min_ticket, f"at most all it may pay, {money}", hint)
        if money > 0 and not may_commit(cycles):
            hint = "what cannot be committed cannot be paid: it can pay nothing"
            expected = f"room for {row.funder} to commit before its last payments"
            draft.warn("budgets", numbers[row.funder], "commitments", cycles[-1].commitments, expected, hint)
        if row.max_change is not None and len(cycles) == 1:
            hint = "from cycle to cycle: with a single one the rule does nothing"
            draft.warn("funders", number, "max_change", row.max_change, "at least two cycles in budgets.csv", hint)


def synergies_can_be_had(draft: Draft) -> None:
    """Warn of a synergy that is worth nothing, or of which a member can never be done to the end."""
    if not draft.facts.tables["synergies"]:
        return
    never = dict(_never_complete(draft))
    for number, row in draft.rows(SynergyRow):
        if row.value == 0:
            draft.warn("synergies", number, "value", row.value, "a value", "with 0 the synergy does nothing")
        stuck = sorted(draft.facts.initiative_sets.get(row.initiatives, frozenset()) & set(never))
        if stuck:
            hint = f"{stuck[0]} can never be done to the end: {never[stuck[0]]}"
            draft.warn("synergies", number, "initiatives", row.initiatives, "members that can all be done", hint)


def _never_complete(draft: Draft) -> Iterator[tuple[str, str]]:
    reasons: Mapping[str, str] = hopeless(draft, to_the_end=True)
    for i, row in draft.facts.initiatives.items():
        if row.status == "excluded":
            yield i, "it is excluded"
        elif i in reasons:
            yield i, reasons[i]
