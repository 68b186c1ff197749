"""Checks that see without a solver that rules leave no plan: circles, windows, payers, floors."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from itertools import pairwise

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
    links: dict[tuple[Node, Node], tuple[int, PrecedenceRow]] = {}
    edges = sequence(draft.facts)
    for number, row in draft.rows(PrecedenceRow):
        ends = _end(draft, row.predecessor, row.type == "finish-start"), _end(draft, row.successor, False)
        links.setdefault(ends, (number, row))
        edges.append(Edge(*ends, row.lag, True))
    for path in circle(edges):
        found = [links[step] for step in pairwise(path) if step in links]
        if not found:
            continue
        number, row = min(found, key=lambda each: each[0])
        told = " → ".join("/".join(part for part in node if part) for node in path)
        hint = f"circle: {told}; the milestones of one initiative follow each other by their order"
        draft.fault("precedence", number, "successor", row.successor, "no precedence in a circle", hint)


def _end(draft: Draft, text: str, last: bool) -> Node:
    """Return the milestone that one end of a precedence means; as written where its row could not be read."""
    initiative, _, milestone = text.partition("/")
    steps = draft.facts.milestones.get(initiative, ())
    if not milestone and steps:
        milestone = steps[-1 if last else 0].milestone
    return initiative, milestone


def dates_of_a_milestone_agree(draft: Draft) -> None:
    """A milestone's latest start and deadline leave room after its own earliest start."""
    if not draft.timed:
        return
    period = draft.facts.period
    for number, row in draft.rows(MilestoneRow):
        owner = draft.facts.initiatives.get(row.initiative)
        if owner is None or owner.status == "excluded":
            continue
        earliest = period(row.earliest_start) if row.earliest_start else 1
        since = (
            f"earliest_start {row.earliest_start}" if row.earliest_start else f"the plan starts {draft.facts.label(1)}"
        )
        if row.latest_start and period(row.latest_start) < earliest:
            draft.contradict("milestones", number, "latest_start", row.latest_start, f"{since} or later")
        if row.deadline and period(row.deadline) < earliest + row.duration - 1:
            finish = draft.facts.label(max(earliest, 1) + row.duration - 1)
            hint = f"{since}, duration {row.duration}"
            draft.contradict(
                "milestones",
                number,
                "deadline",
                row.deadline,
                f"its earliest finish, {finish}, or later",
                hint,
            )


def initiatives_can_be_done(draft: Draft) -> None:
    """Mandatory initiatives have a window and a payer for every line; candidates without are warnings."""
    reasons = hopeless(draft)
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


def hopeless(draft: Draft) -> dict[str, str]:
    """Return the initiatives that can never be funded (if mandatory or complete: done), each with why."""
    facts = draft.facts
    circles = circle([*sequence(facts), *precedence(facts)])
    dead = {} if circles or not draft.timed else never_done(facts)
    judged = draft.whole("funders", "shares", "matching", "eligibility", "groups", "parties")
    payers = Payers(facts, budgets_known=_budgets_known(draft)) if judged else None
    found: dict[str, str] = {}
    for i, row in facts.initiatives.items():
        steps = facts.milestones.get(i, ())
        wanted = steps if row.complete or row.status == "mandatory" else steps[:1]
        for step in wanted:
            if (i, step.milestone) in dead:
                found[i] = f"milestone {step.milestone}: {dead[i, step.milestone]}"
                break
        if i in found or payers is None or (row.pot == "virtual" and i not in facts.shares):
            continue
        unpaid = payers.unpaid(i, frozenset(step.stage for step in wanted if step.cost > 0))
        if unpaid:
            line = unpaid[0]
            part = f"the part of {line.party}" if line.party else "the common pot"
            more = f" (and {len(unpaid) - 1} more lines)" if len(unpaid) > 1 else ""
            found[i] = f"no funder with a budget is eligible to pay {part} in stage {line.stage}{more}"
    return found


def choices_can_be_made(draft: Draft) -> None:
    """Enough members of a choice can be funded, and not too many are mandatory."""
    facts = draft.facts
    reasons = hopeless(draft) if facts.tables["choices"] else {}
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
    rules: dict[str, list[tuple[frozenset[str], Floor]]] = {}
    rows = list(draft.rows(CofundingRow))
    for number, row in rows:
        payers, scope = facts.source_sets.get(row.funders), facts.initiative_sets.get(row.initiatives)
        if row.at_least and payers is not None and scope is not None:
            rules.setdefault(row.stage, []).append((scope, (payers, Fraction(row.at_least), number)))
    names = {number: row.rule for number, row in rows}
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
                _floors_exceed(draft, "cofunding", chosen, names, where)


def _floors_exceed(draft: Draft, table: str, chosen: list[Floor], names: dict[int, str], where: str) -> None:
    ordered = sorted(chosen, key=lambda floor: floor[2])
    listed = ", ".join(dict.fromkeys(names[number] for _, _, number in ordered))
    total = float(sum(floor[1] for floor in chosen))
    numbers = [number for _, _, number in ordered]
    value = next(
        getattr(row, "at_least")  # noqa: B009
        for number, row in zip(draft.parsed[table].numbers, draft.facts.tables[table], strict=True)
        if number == numbers[-1]
    )
    hint = f"the floors of {listed} sum to {total:g} ({where})"
    draft.contradict(table, numbers[-1], "at_least", value, "floors that sum to at most 1", hint)


def equity_floors_fit(draft: Draft) -> None:
    """The least shares that parties must receive or contribute (by one date) do not exceed 1 together."""
    if not draft.whole("parties", "groups", "equity"):
        return
    facts = draft.facts
    floors: dict[tuple[str, str | None], list[Floor]] = {}
    names: dict[int, str] = {}
    for number, row in draft.rows(EquityRow):
        if row.measure not in ("received", "contributed") or not row.at_least:
            continue
        names[number] = row.rule
        of = floors.setdefault((row.measure, row.by), [])
        if row.parties == "each":
            of += [(frozenset((p,)), Fraction(row.at_least), number) for p in facts.parties]
        elif row.parties and row.parties in facts.party_sets:
            of.append((facts.party_sets[row.parties], Fraction(row.at_least), number))
    for (measure, by), of in floors.items():
        chosen = heaviest(of)
        if sum((floor[1] for floor in chosen), Fraction(0)) > 1:
            where = f"{measure}{f' by {by}' if by else ''}, {len(facts.parties)} parties"
            _floors_exceed(draft, "equity", chosen, names, where)
