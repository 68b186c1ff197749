"""Checks that see without a solver that rules leave no plan: circles, windows, payers, floors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from .accessors import Facts
from .draft import Draft
from .payers import Payers
from .tables import (
    BudgetRow,
    ChoiceRow,
    CofundingRow,
    EquityRow,
    InitiativeRow,
    MilestoneRow,
    PrecedenceRow,
)
from .windows import Edge, Node, circle, never_done, precedence, sequence

Floor = tuple[frozenset[str], Fraction, int]


def precedence_has_no_circle(draft: Draft) -> None:
    """No milestone comes before itself, the sequence inside initiatives included."""
    placed: dict[str, list[tuple[int, str]]] = {}
    for _, step in draft.knowing(MilestoneRow, "initiative", "milestone", "order"):
        placed.setdefault(step.initiative, []).append((step.order, step.milestone))
    steps = {i: [name for _, name in sorted(of)] for i, of in placed.items()}
    links: dict[tuple[Node, Node], tuple[int, PrecedenceRow]] = {}
    edges = [Edge((i, a), (i, b), 1, True) for i, names in steps.items() for a, b in pairwise(names)]
    for number, row in draft.knowing(PrecedenceRow, "predecessor", "successor", "type"):
        ends = _end(steps, row.predecessor, row.type == "finish-start"), _end(steps, row.successor, False)
        links.setdefault(ends, (number, row))
        edges.append(Edge(*ends, 0, True))
    for path in circle(edges):
        found = [links[step] for step in pairwise(path) if step in links]
        if not found:
            continue
        number, row = min(found, key=lambda each: each[0])
        told = " → ".join("/".join(part for part in node if part) for node in path)
        hint = f"circle: {told}; the milestones of one initiative follow each other by their order"
        draft.fault("precedence", number, "successor", row.successor, "no precedence in a circle", hint)


def _end(steps: Mapping[str, Sequence[str]], text: str, last: bool) -> Node:
    """Return the milestone that one end of a precedence means; as written where its row could not be read."""
    initiative, _, milestone = text.partition("/")
    if not milestone and steps.get(initiative):
        milestone = steps[initiative][-1 if last else 0]
    return initiative, milestone


def dates_of_a_milestone_agree(draft: Draft) -> None:
    """A milestone's latest start and deadline leave room after its own earliest start."""
    if not draft.timed:
        return
    facts = draft.facts
    period = facts.period
    statuses = {row.initiative: row.status for _, row in draft.knowing(InitiativeRow, "initiative", "status")}

    def since(row: MilestoneRow) -> tuple[int, str]:
        if row.earliest_start:
            return period(row.earliest_start), f"earliest_start {row.earliest_start}"
        return 1, f"the plan starts {facts.label(1)}"

    for number, row in draft.knowing(MilestoneRow, "initiative", "earliest_start", "latest_start"):
        first, told = since(row)
        if statuses.get(row.initiative, "excluded") == "excluded":
            continue
        if row.latest_start and period(row.latest_start) < first:
            draft.contradict("milestones", number, "latest_start", row.latest_start, f"{told} or later")
    for number, row in draft.knowing(MilestoneRow, "initiative", "earliest_start", "deadline", "duration"):
        first, told = since(row)
        if statuses.get(row.initiative, "excluded") == "excluded":
            continue
        if row.deadline and period(row.deadline) < first + row.duration - 1:
            expected = f"its earliest finish, {facts.label(max(first, 1) + row.duration - 1)}, or later"
            hint = f"{told}, duration {row.duration}"
            draft.contradict("milestones", number, "deadline", row.deadline, expected, hint)


def initiatives_can_be_done(draft: Draft) -> None:
    """Mandatory initiatives have a window and a payer for every line; candidates without are warnings."""
    dead, payers = _prospects(draft)
    reasons = _hopeless(draft.facts, dead, payers)
    blocking = _blocked_calls(draft, reasons)
    for number, row in draft.rows(InitiativeRow):
        reason = reasons.get(row.initiative)
        if reason is None or row.status == "excluded":
            continue
        if row.status == "mandatory":
            draft.contradict("initiatives", number, "status", "mandatory", "an initiative that can be done", reason)
        else:
            reason += blocking.get(row.initiative, "")
            draft.warn("initiatives", number, "initiative", row.initiative, "a candidate that can be funded", reason)
    _later_milestones(draft, dead, payers, reasons)


def _later_milestones(
    draft: Draft, dead: Mapping[Node, str], payers: Payers | None, reasons: Mapping[str, str]
) -> None:
    """Warn of the first milestone of a candidate that can never be done, though some before it can."""
    numbers = {(row.initiative, row.milestone): number for number, row in draft.rows(MilestoneRow)}
    for i, row in draft.facts.initiatives.items():
        steps = draft.facts.milestones.get(i, ())
        if row.status != "candidate" or i in reasons:
            continue
        paid: set[str] = set()
        for place, step in enumerate(steps):
            reason = dead.get((i, step.milestone))
            if reason is None and payers is not None and step.cost > 0 and step.stage not in paid:
                paid.add(step.stage)
                reason = _unpaid(draft.facts, payers, row, frozenset((step.stage,)))
            if reason is not None and place > 0:
                after = len(steps) - place - 1
                more = f"; nor can the {after} after it" if after else ""
                expected = f"a milestone that can be done, as those before it in {i} can"
                number = numbers[i, step.milestone]
                draft.warn("milestones", number, "milestone", f"{i}/{step.milestone}", expected, reason + more)
            if reason is not None:
                break


def _blocked_calls(draft: Draft, reasons: dict[str, str]) -> dict[str, str]:
    ranked: dict[str, list[tuple[int, str]]] = {}
    for i, row in draft.facts.initiatives.items():
        if row.call and row.rank is not None and row.status == "candidate":
            ranked.setdefault(row.call, []).append((row.rank, i))
    found = {}
    for call, of in ranked.items():
        for rank, i in of:
            if i in reasons and any(other > rank for other, _ in of):
                found[i] = f"; being ranked, it bars all ranked behind it in call {call}"
    return found


def _budgets_known(draft: Draft) -> bool:
    named = {row.funder for row in draft.facts.rows(BudgetRow)}
    return draft.timed and draft.whole("budgets") and named <= set(draft.facts.funders)


def _prospects(draft: Draft) -> tuple[Mapping[Node, str], Payers | None]:
    """Return the milestones that can never be done, with why, and who can pay what if that can be told."""
    if draft.prospects is None:
        draft.prospects = _found_out(draft)
    return draft.prospects


def _found_out(draft: Draft) -> tuple[dict[Node, str], Payers | None]:
    facts = draft.facts
    circles = circle([*sequence(facts), *precedence(facts)])
    dead = {} if circles or not draft.timed else never_done(facts)
    judged = draft.whole("funders", "shares", "matching", "guarantees", "eligibility", "groups", "parties")
    judged = judged and draft.sure("initiatives", "theme", "call", "pot") and draft.sure("milestones", "stage")
    return dead, Payers(facts, budgets_known=_budgets_known(draft)) if judged else None


def hopeless(draft: Draft, *, to_the_end: bool = False) -> dict[str, str]:
    """Return the initiatives that can never be funded, or never be done ``to_the_end``, each with why."""
    return _hopeless(draft.facts, *_prospects(draft), to_the_end=to_the_end)


def _hopeless(
    facts: Facts, dead: Mapping[Node, str], payers: Payers | None, *, to_the_end: bool = False
) -> dict[str, str]:
    """Return the initiatives that can never be funded (if mandatory or complete: done), each with why."""
    found: dict[str, str] = {}
    for i, row in facts.initiatives.items():
        steps = facts.milestones.get(i, ())
        wanted = steps if to_the_end or row.complete or row.status == "mandatory" else steps[:1]
        for step in wanted:
            if (i, step.milestone) in dead:
                found[i] = f"milestone {step.milestone}: {dead[i, step.milestone]}"
                break
        if i not in found and payers is not None:
            reason = _unpaid(facts, payers, row, frozenset(step.stage for step in wanted if step.cost > 0))
            found |= {i: reason} if reason else {}
    return found


def _unpaid(facts: Facts, payers: Payers, row: InitiativeRow, stages: frozenset[str]) -> str | None:
    """Return why some line of an initiative in these stages can never be paid, if that is so."""
    if row.pot == "virtual" and row.initiative not in facts.shares:
        return None
    unpaid = payers.unpaid(row.initiative, stages)
    if not unpaid:
        return None
    part = f"the part of {unpaid[0].party}" if unpaid[0].party else "the common pot"
    more = f" (and {len(unpaid) - 1} more lines)" if len(unpaid) > 1 else ""
    return f"no funder with a budget is eligible to pay {part} in stage {unpaid[0].stage}{more}"


def choices_can_be_made(draft: Draft) -> None:
    """Enough members of a choice can be funded, and not too many are mandatory."""
    facts = draft.facts
    if not facts.tables["choices"] or not draft.whole("choices"):
        return
    reasons = hopeless(draft)
    scopes: dict[str, set[str]] = {}
    first: dict[str, tuple[int, ChoiceRow]] = {}
    for number, row in draft.rows(ChoiceRow):
        if row.initiatives in facts.initiative_sets:
            scopes.setdefault(row.choice, set()).update(facts.initiative_sets[row.initiatives])
            first.setdefault(row.choice, (number, row))
    for choice, members in scopes.items():
        number, row = first[choice]
        able = [i for i in members if i in facts.initiatives and i not in reasons]
        able = [i for i in able if facts.initiatives[i].status != "excluded"]
        if row.at_least > len(able) and draft.whole("initiatives", "groups"):
            hint = f"{len(members)} members, of which {len(able)} can be funded"
            draft.contradict("choices", number, "at_least", row.at_least, f"at most {len(able)}", hint)
        fixed = sorted(i for i in able if facts.initiatives[i].status == "mandatory")
        if row.at_most is not None and row.at_most < len(fixed):
            hint = f"mandatory: {', '.join(fixed)}"
            draft.contradict("choices", number, "at_most", row.at_most, f"at least {len(fixed)}", hint)


def heaviest(floors: Iterable[Floor]) -> list[Floor]:
    """Return floors on disjoint sets with a large sum: single members, then sets that ask for more."""
    chosen: list[Floor] = []
    for floor in sorted(floors, key=lambda each: (len(each[0]), -each[1])):
        members, amount, _ = floor
        touched = [other for other in chosen if not other[0].isdisjoint(members)]
        if amount > sum(other[1] for other in touched):
            chosen = [other for other in chosen if other not in touched] + [floor]
    return chosen


def cofunding_floors_fit(draft: Draft) -> None:
    """The least parts of an initiative's cost that different funders must bear do not exceed 1 together."""
    facts = draft.facts
    if not draft.whole("funders", "groups"):
        return
    rules: dict[str, list[tuple[frozenset[str], Floor]]] = {}
    rows = list(draft.knowing(CofundingRow, "rule", "funders", "initiatives", "stage", "at_least"))
    for number, row in rows:
        payers, scope = facts.source_sets.get(row.funders), facts.initiative_sets.get(row.initiatives)
        if row.at_least and payers is not None and scope is not None:
            rules.setdefault(row.stage, []).append((scope, (payers, Fraction(row.at_least), number)))
    rows_told = {number: (row.rule, row.at_least) for number, row in rows}
    told: set[tuple[int, ...]] = set()
    for stage, of in rules.items():
        combinations: dict[tuple[int, ...], str] = {}
        for i, initiative in facts.initiatives.items():
            if initiative.status != "excluded":
                places = tuple(place for place, (scope, _) in enumerate(of) if i in scope)
                combinations.setdefault(places, i)
        for places, i in combinations.items():
            chosen = heaviest(of[place][1] for place in places)
            total = sum((floor[1] for floor in chosen), Fraction(0))
            key = tuple(sorted(floor[2] for floor in chosen))
            if total > 1 and key not in told:
                told.add(key)
                where = f"{i}{f', stage {stage}' if stage else ''}"
                _floors_exceed(draft, "cofunding", chosen, rows_told, where)


def _floors_exceed(
    draft: Draft, table: str, chosen: list[Floor], rows: Mapping[int, tuple[str, Decimal | None]], where: str
) -> None:
    ordered = sorted(chosen, key=lambda floor: floor[2])
    listed = ", ".join(dict.fromkeys(rows[number][0] for _, _, number in ordered))
    total = float(sum(floor[1] for floor in chosen))
    last = ordered[-1][2]
    hint = f"the floors of {listed} sum to {total:g} ({where})"
    draft.contradict(table, last, "at_least", rows[last][1], "floors that sum to at most 1", hint)


def equity_floors_fit(draft: Draft) -> None:
    """The least shares that parties must receive or contribute (by one date) do not exceed 1 together."""
    if not draft.whole("parties", "groups"):
        return
    facts = draft.facts
    floors: dict[tuple[str, str | None], list[Floor]] = {}
    rows_told: dict[int, tuple[str, Decimal | None]] = {}
    for number, row in draft.knowing(EquityRow, "rule", "measure", "parties", "at_least", "by"):
        if row.measure not in ("received", "contributed") or not row.at_least:
            continue
        rows_told[number] = row.rule, row.at_least
        of = floors.setdefault((row.measure, row.by), [])
        if row.parties == "each":
            of += [(frozenset((p,)), Fraction(row.at_least), number) for p in facts.parties]
        elif row.parties and row.parties in facts.party_sets:
            of.append((facts.party_sets[row.parties], Fraction(row.at_least), number))
    for (measure, by), of in floors.items():
        chosen = heaviest(of)
        if sum((floor[1] for floor in chosen), Fraction(0)) > 1:
            where = f"{measure}{f' by {by}' if by else ''}, {len(facts.parties)} parties"
            _floors_exceed(draft, "equity", chosen, rows_told, where)
