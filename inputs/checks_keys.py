"""Checks of names: rows told apart by keys, names that mean one thing, references that lead somewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .accessors import KINDS, SOURCES
from .draft import Draft
from .schema import columns
from .tables import (
    TABLES,
    CorrelationRow,
    CostProfileRow,
    CriterionRow,
    FunderRow,
    GroupRow,
    InitiativeRow,
    MilestoneRow,
    PartyRow,
    PrecedenceRow,
)

Known = Mapping[str, object] | set[str] | frozenset[str]


def needed_tables_have_rows(draft: Draft) -> None:
    """A case has funders, initiatives with milestones, and budgets."""
    for table in ("funders", "initiatives", "milestones"):
        parsed = draft.parsed[table]
        if parsed.sound and not parsed.rows and not parsed.broken:
            draft.fault(table, None, None, None, "at least one row")
    if not draft.sound("milestones") or not draft.parsed["milestones"].rows:
        return
    listed = set(draft.facts.milestones) - {i for i, rows in draft.facts.milestones.items() if not rows}
    listed |= {i for (i,) in draft.broken("milestones", "initiative")}
    for number, row in draft.rows(InitiativeRow):
        if row.initiative not in listed:
            draft.fault("initiatives", number, "initiative", row.initiative, "at least one row in milestones.csv")


def keys_are_unique(draft: Draft) -> None:
    """No two rows of a table have the same key."""
    for table, model in TABLES.items():
        first: dict[tuple[Any, ...], int] = {}
        pair = model is CorrelationRow
        for number, row in zip(draft.parsed[table].numbers, draft.facts.tables[table], strict=True):
            key = tuple(getattr(row, name) for name in model.KEY)
            key = tuple(sorted(key)) if pair else key
            if key in first:
                told = ", ".join("true" if part is True else str(part) for part in key if part not in ("", False))
                wanted = " and ".join(model.KEY)
                hint = f"it stands in row {first[key]} already"
                draft.fault(table, number, model.KEY[-1] if pair else model.KEY[0], told, f"{wanted} only once", hint)
            else:
                first[key] = number


def orders_run_from_one(draft: Draft) -> None:
    """The milestones of an initiative are numbered 1, 2, ... each number once and none left out."""
    incomplete = {i for (i,) in draft.broken("milestones", "initiative")}
    found: dict[str, dict[int, int]] = {}
    for number, row in draft.rows(MilestoneRow):
        orders = found.setdefault(row.initiative, {})
        if row.order in orders:
            hint = f"row {orders[row.order]} has it already"
            draft.fault("milestones", number, "order", row.order, f"every order of {row.initiative} once", hint)
        orders.setdefault(row.order, number)
    for initiative, orders in found.items():
        count = len(orders)
        if initiative in incomplete or not orders or max(orders) == count:
            continue
        missing = next(order for order in range(1, count + 1) if order not in orders)
        place = min(order for order in orders if order > missing)
        expected = f"the orders of {initiative} to run 1, 2, ... without gaps"
        draft.fault("milestones", orders[place], "order", place, expected, f"there is no {missing}")


def names_mean_one_thing(draft: Draft) -> None:
    """A name used as a selector means a funder or a group or a kind (and so on), never two of them."""
    reserved = dict.fromkeys(KINDS, "the kind of funder")
    taken = _claim(draft, reserved, FunderRow, "funder", "a funder", {})
    _claim_groups(draft, taken, "funder")
    names: dict[str, str] = {}
    seen = _claim(draft, names, InitiativeRow, "initiative", "an initiative", {})
    for column in ("theme", "call"):
        seen = _claim(draft, seen, InitiativeRow, column, f"a {column}", {})
    _claim_groups(draft, seen, "initiative")
    taken = _claim(draft, {"each": "the word for every party"}, PartyRow, "party", "a party", {})
    if not draft.facts.tables["parties"]:
        taken |= dict.fromkeys(draft.facts.parties, "a party")
    _claim_groups(draft, taken, "party")


def _claim(
    draft: Draft,
    taken: dict[str, str],
    model: type[FunderRow] | type[InitiativeRow] | type[PartyRow],
    column: str,
    meaning: str,
    told: dict[str, int],
) -> dict[str, str]:
    table = next(name for name, other in TABLES.items() if other is model)
    claimed: dict[str, str] = {}
    for number, row in draft.rows(model):
        name = getattr(row, column)
        if name is None:
            continue
        if name in taken and name not in told:
            told[name] = number
            draft.fault(table, number, column, name, "a name of its own", f"'{name}' is already {taken[name]}")
        claimed[name] = meaning
    return taken | claimed


def _claim_groups(draft: Draft, taken: dict[str, str], kind: str) -> None:
    told: set[str] = set()
    for number, row in draft.rows(GroupRow):
        if row.kind == kind and row.group in taken and row.group not in told:
            told.add(row.group)
            hint = f"'{row.group}' is already {taken[row.group]}"
            draft.fault("groups", number, "group", row.group, "a name of its own", hint)


def _with_broken(draft: Draft, known: Mapping[str, object], table: str, column: str) -> set[str]:
    return set(known) | {name for (name,) in draft.broken(table, column) if name}


def _party_names(draft: Draft) -> set[str] | None:
    if not draft.sound("parties") or (not draft.parsed["parties"].rows and not draft.sound("shares", "funders")):
        return None
    known = _with_broken(draft, draft.facts.parties, "parties", "party")
    if not draft.parsed["parties"].rows:
        known |= {name for (name,) in draft.broken("shares", "party")}
        known |= {name for (name,) in draft.broken("funders", "party")}
    return known


def _groups_of(draft: Draft, kind: str) -> set[str]:
    broken = {group for group, of in draft.broken("groups", "group", "kind") if of in (kind, "") or of not in _KINDS}
    return set(draft.facts.groups[kind]) | broken


_KINDS = ("party", "initiative", "funder")


def known_names(draft: Draft) -> dict[str, set[str] | None]:
    """Return what every kind of reference may name; ``None`` where it cannot be known."""
    facts = draft.facts
    groups = {kind: _groups_of(draft, kind) if draft.sound("groups") else None for kind in _KINDS}
    funders = _with_broken(draft, facts.funders, "funders", "funder") if draft.sound("funders") else None
    initiatives = (
        _with_broken(draft, facts.initiatives, "initiatives", "initiative") if draft.sound("initiatives") else None
    )
    parties = _party_names(draft)
    themes = {name for row in facts.initiatives.values() for name in (row.theme, row.call) if name}
    themes |= {name for pair in draft.broken("initiatives", "theme", "call") for name in pair if name}
    stages = facts.stages | {stage or "all" for (stage,) in draft.broken("milestones", "stage")}

    def either(names: set[str] | None, kind: str, *more: str) -> set[str] | None:
        group = groups[kind]
        return None if names is None or group is None else names | group | set(more)

    return {
        "funder": funders,
        "initiative": initiatives,
        "party": parties,
        "stage": set(stages) if draft.sound("milestones") else None,
        "funders": either(funders, "funder", *KINDS),
        "sources": either(funders, "funder", *KINDS, *SOURCES),
        "initiatives": either(initiatives, "initiative", *themes),
        "parties": either(parties, "party"),
        "each": either(parties, "party", "each"),
    }


_WORDS = {
    "funder": "a funder",
    "initiative": "an initiative",
    "party": "a party",
    "stage": "a stage of some milestone",
    "funders": "a funder, a group of funders or a kind",
    "sources": "a funder, a group of funders, matching, public or private",
    "initiatives": "an initiative, a group, a theme or a call",
    "parties": "a party or a group of parties",
    "each": "a party, a group of parties, or each",
}


def references_lead_somewhere(draft: Draft) -> None:
    """Every name of a funder, party, initiative, milestone or stage and every selector means something."""
    known = known_names(draft)
    for table, model in TABLES.items():
        referring = [column for column in columns(model) if column.refers in _WORDS]
        for column in referring:
            names = known[column.refers]
            if names is None:
                continue
            for number, row in zip(draft.parsed[table].numbers, draft.facts.tables[table], strict=True):
                name = getattr(row, column.name)
                if name and name not in names:
                    draft.fault(table, number, column.name, name, _WORDS[column.refers], draft.hint(name, _of(names)))
    _milestone_references(draft)
    _group_members(draft, known)
    _objective_group(draft, known)


def _of(names: set[str]) -> Callable[[], set[str]]:
    return lambda: names


def _milestones_by_initiative(draft: Draft) -> dict[str, set[str]]:
    found = {i: {row.milestone for row in rows} for i, rows in draft.facts.milestones.items()}
    for initiative, milestone in draft.broken("milestones", "initiative", "milestone"):
        found.setdefault(initiative, set()).add(milestone)
    return found


def _milestone_references(draft: Draft) -> None:
    if not draft.sound("milestones", "initiatives"):
        return
    steps = _milestones_by_initiative(draft)
    initiatives = _with_broken(draft, draft.facts.initiatives, "initiatives", "initiative")
    for table, rows in (("cost_profile", draft.rows(CostProfileRow)), ("criteria", draft.rows(CriterionRow))):
        for number, row in rows:
            initiative, milestone = row.initiative, row.milestone
            if initiative in initiatives and milestone not in steps.get(initiative, ()):
                hint = draft.hint(milestone, _of(steps.get(initiative, set())))
                draft.fault(table, number, "milestone", milestone, f"a milestone of {initiative}", hint)
    for number, precedence in draft.rows(PrecedenceRow):
        for column in ("predecessor", "successor"):
            text = getattr(precedence, column)
            initiative, slash, milestone = text.partition("/")
            if initiative not in initiatives:
                hint = draft.hint(initiative, lambda: initiatives)
                draft.fault("precedence", number, column, text, "an initiative, or initiative/milestone", hint)
            elif slash and milestone not in steps.get(initiative, ()):
                hint = draft.hint(milestone, _of(steps.get(initiative, set())))
                draft.fault("precedence", number, column, text, f"a milestone of {initiative}", hint)


def _group_members(draft: Draft, known: Mapping[str, set[str] | None]) -> None:
    for number, row in draft.rows(GroupRow):
        names = known[row.kind]
        if names is not None and row.member not in names:
            hint = draft.hint(row.member, _of(names))
            if row.member in draft.facts.groups[row.kind]:
                hint = "a group cannot hold another group"
            draft.fault("groups", number, "member", row.member, _WORDS[row.kind], hint)


def _objective_group(draft: Draft, known: Mapping[str, set[str] | None]) -> None:
    group, names = draft.settings.objective.group, known["parties"]
    if group and names is not None and group not in names:
        hint = draft.hint(group, _of(names))
        draft.fault("case", None, "objective.group", group, _WORDS["parties"], hint)
