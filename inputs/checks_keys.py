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
    ShareRow,
)


def needed_tables_have_rows(draft: Draft) -> None:
    """A case has funders, initiatives with milestones, and budgets."""
    for table in ("funders", "initiatives", "milestones"):
        parsed = draft.parsed[table]
        if parsed.sound and not parsed.missing and not parsed.rows and not parsed.broken:
            draft.fault(table, None, None, None, "at least one row")
    listed = draft.names(MilestoneRow, "initiative")
    untold = ("",) in draft.lacking(MilestoneRow, ("initiative",))
    if not listed or untold or not draft.knows("milestones", "initiative"):
        return
    for number, row in draft.knowing(InitiativeRow, "initiative"):
        if row.initiative not in listed:
            draft.fault("initiatives", number, "initiative", row.initiative, "at least one row in milestones.csv")


def keys_are_unique(draft: Draft) -> None:
    """No two rows of a table have the same key."""
    for table, model in TABLES.items():
        first: dict[tuple[Any, ...], int] = {}
        pair = model is CorrelationRow
        for number, row in draft.knowing(model, *model.KEY):
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
    found: dict[str, dict[int, int]] = {}
    for number, row in draft.knowing(MilestoneRow, "initiative", "order"):
        orders = found.setdefault(row.initiative, {})
        if row.order in orders:
            hint = f"row {orders[row.order]} has it already"
            draft.fault("milestones", number, "order", row.order, f"every order of {row.initiative} once", hint)
        orders.setdefault(row.order, number)
    incomplete = {i for (i,) in draft.lacking(MilestoneRow, ("initiative",), "order")}
    initiatives = set() if "" in incomplete else draft.names(InitiativeRow, "initiative") - incomplete
    for initiative, orders in found.items():
        count = len(orders)
        if initiative not in initiatives or max(orders) == count:
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
    if not draft.facts.tables["parties"] and not draft.parsed["parties"].broken:
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
    for number, row in draft.knowing(model, column):
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
    for number, row in draft.knowing(GroupRow, "group", "kind"):
        if row.kind == kind and row.group in taken and row.group not in told:
            told.add(row.group)
            hint = f"'{row.group}' is already {taken[row.group]}"
            draft.fault("groups", number, "group", row.group, "a name of its own", hint)


def party_names(draft: Draft) -> set[str] | None:
    """Return the names of all parties, ``None`` where they cannot be known."""
    parsed = draft.parsed["parties"]
    if parsed.rows or parsed.broken or not parsed.sound:
        return draft.names(PartyRow, "party") if draft.knows("parties", "party") else None
    if not draft.knows("shares", "party") or not draft.knows("funders", "party"):
        return None
    return draft.names(ShareRow, "party") | draft.names(FunderRow, "party")


def _groups_of(draft: Draft, kind: str) -> set[str]:
    torn = draft.lacking(GroupRow, ("group", "kind"))
    groups = {row.group for _, row in draft.knowing(GroupRow, "group", "kind") if row.kind == kind}
    return groups | {group for group, of in torn if group and (of == kind or of not in _KINDS)}


_KINDS = ("party", "initiative", "funder")


def known_names(draft: Draft) -> dict[str, set[str] | None]:
    """Return what every kind of reference may name; ``None`` where it cannot be known."""
    grouped = draft.knows("groups", "group", "kind")
    groups = {kind: _groups_of(draft, kind) if grouped else None for kind in _KINDS}
    funders = draft.names(FunderRow, "funder") if draft.knows("funders", "funder") else None
    initiatives = draft.names(InitiativeRow, "initiative") if draft.knows("initiatives", "initiative") else None
    parties = party_names(draft)
    themes = {name for column in ("theme", "call") for name in draft.names(InitiativeRow, column)}
    selectable = initiatives if draft.knows("initiatives", "theme", "call") else None
    stages = draft.names(MilestoneRow, "stage") if draft.knows("milestones", "stage") else None

    def either(names: set[str] | None, kind: str, *more: str) -> set[str] | None:
        group = groups[kind]
        return None if names is None or group is None else names | group | set(more)

    return {
        "funder": funders,
        "initiative": initiatives,
        "party": parties,
        "stage": stages,
        "funders": either(funders, "funder", *KINDS),
        "sources": either(funders, "funder", *KINDS, *SOURCES),
        "initiatives": either(selectable, "initiative", *themes),
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
            for number, row in draft.knowing(model, column.name):
                name = getattr(row, column.name)
                if name and name not in names:
                    draft.fault(table, number, column.name, name, _WORDS[column.refers], draft.hint(name, _of(names)))
    _milestone_references(draft)
    _group_members(draft, known)
    _objective_group(draft, known)


def _of(names: set[str]) -> Callable[[], set[str]]:
    return lambda: names


def _milestone_references(draft: Draft) -> None:
    if not draft.knows("initiatives", "initiative") or not draft.knows("milestones", "initiative", "milestone"):
        return
    steps: dict[str, set[str]] = {}
    for _, row in draft.knowing(MilestoneRow, "initiative", "milestone"):
        steps.setdefault(row.initiative, set()).add(row.milestone)
    torn = draft.lacking(MilestoneRow, ("initiative", "milestone"))
    for initiative, milestone in torn:
        steps.setdefault(initiative, set()).add(milestone)
    initiatives = draft.names(InitiativeRow, "initiative")

    def stray(i: str, m: str) -> bool:
        """Whether the milestone is none of the initiative's, all of which are known."""
        own = steps.get(i, set())
        return i in initiatives and m not in own and "" not in own and "" not in steps

    profiles = draft.knowing(CostProfileRow, "initiative", "milestone")
    criteria = draft.knowing(CriterionRow, "initiative", "milestone")
    for table, rows in (("cost_profile", profiles), ("criteria", criteria)):
        for number, each in rows:
            if stray(each.initiative, each.milestone):
                hint = draft.hint(each.milestone, _of(steps.get(each.initiative, set())))
                draft.fault(table, number, "milestone", each.milestone, f"a milestone of {each.initiative}", hint)
    for column in ("predecessor", "successor"):
        for number, precedence in draft.knowing(PrecedenceRow, column):
            text = getattr(precedence, column)
            initiative, slash, milestone = text.partition("/")
            if initiative not in initiatives:
                hint = draft.hint(initiative, lambda: initiatives)
                draft.fault("precedence", number, column, text, "an initiative, or initiative/milestone", hint)
            elif slash and stray(initiative, milestone):
                hint = draft.hint(milestone, _of(steps.get(initiative, set())))
                draft.fault("precedence", number, column, text, f"a milestone of {initiative}", hint)


def _group_members(draft: Draft, known: Mapping[str, set[str] | None]) -> None:
    for number, row in draft.knowing(GroupRow, "kind", "member"):
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
