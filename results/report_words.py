"""Leads and facts of a report's sections, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .explanation import listed as listed_rows
from .headline import listed
from .sheets_answers import FRONTIER, number_in
from .shown import Record, ShownRun, records
from .words import Money, share

if TYPE_CHECKING:
    from .report_material import Material

CHANGES = ("kept", "moved", "resized", "dropped", "added")
AGAINST = {
    "public_money": "public money",
    "received": "received",
    "key": "least received per key",
    "geo_return": "least return",
    "leverage": "private per public",
    "confidence": "confidence of the buffers",
}
MOST_RULES = 20
COUNTED = ("public_money", "received")  # goals that are amounts of money


def calendar_lead(run: ShownRun) -> tuple[str, ...]:
    """Return from when to when things happen."""
    done = [row for row in records(run.plan, "schedule") if row["done"] == "true"]
    if not done:
        return ()
    first = min(done, key=lambda row: run.case.period(row["start"]))["start"]
    last = max(done, key=lambda row: run.case.period(row["finish"]))["finish"]
    return (f"The first milestone starts in {first}, the last one ends in {last}.",)


def moved_lead(material: Material) -> tuple[str, ...]:
    """Return what a re-plan keeps and how much money it moves."""
    run = material.run
    if run.case.approved is None:
        return ()
    counts = Counter(row["change"] for row in records(run.plan, "differences"))
    parts = [f"{counts[change]} {change}" for change in CHANGES if counts[change]]
    lines = [f"Frozen until {run.case.approved.frozen_until}: {listed(parts)}."]
    for row in material.audit.rows if material.audit is not None else ():
        if row.family == "replanning" and row.rule == "money moved" and row.total:
            limit = "" if row.at_most is None else f", at most {share(float(row.at_most / row.total), 1)}"
            moved, total = (f"{float(amount / run.case.unit):,.2f}" for amount in (row.value, row.total))
            label, part = Money(run.case.base, run.case.unit).label, share(float(row.value / row.total), 1)
            lines.append(f"Moved: {moved} of the {total} {label} approved from then on ({part}{limit}).")
    return tuple(lines)


def sensitivity_lead(material: Material) -> tuple[str, ...]:
    """Return how the what-ifs came out, in counts."""
    rows = material.added.get("sensitivity", [])
    counts = Counter(row.get("status", "") for row in rows)
    places = Counter(row.get("place", "") for row in material.added.get("initiatives", []))
    lines = []
    if rows:
        lines.append(f"{len(rows):,} what-ifs: {listed([f'{n:,} {name}' for name, n in counts.most_common()])}.")
    if places:
        lines.append(f"Initiatives: {listed([f'{n} {name}' for name, n in places.most_common()])}.")
    return tuple(lines)


def frontier_words(material: Material) -> str:
    """Return the other goal of a frontier, with its unit."""
    document = material.documents.get(FRONTIER, {})
    against = str(document.get("against", "the other goal"))
    goal, _, group = against.partition(":")
    currency = str(document.get("currency", material.run.case.base))
    unit = f" ({Money(currency, material.run.case.unit).label})" if goal in COUNTED else ""
    unit = f" ({currency} per unit of key)" if goal == "key" else unit
    return f"{AGAINST.get(goal, goal)}{f' by {group}' if group else ''}{unit}"


def answers_shown(material: Material) -> dict[str, list[Record]]:
    """Return the tables that were added to a run as a report shows them: a frontier's money in the case's `unit`."""
    added = dict(material.added)
    against = str(material.documents.get(FRONTIER, {}).get("against", "")).partition(":")[0]
    if against in COUNTED and FRONTIER in added:
        added[FRONTIER] = [{**row, "goal": _in_unit(row["goal"], material.run.case.unit)} for row in added[FRONTIER]]
    return added


def _in_unit(text: str, unit: int) -> str:
    value = number_in(text)
    return text if value is None else f"{value / unit:f}"


def explained(material: Material) -> tuple[str, ...]:
    """Return why there is no plan: conflicts and repairs where they were looked for, else what the run says."""
    told = material.documents.get("explanation", {})
    found = (*_conflicts(told), *_repairs(told))
    if found:
        return found
    words = material.run.summary.get("explanation")
    return (str(words),) if words else ("Nothing more is known; `fundalign explain` looks for the rules in conflict.",)


def _conflicts(told: Mapping[str, Any]) -> Iterator[str]:
    for conflict in told.get("conflicts") or ():
        rules = conflict.get("rules") or ()
        sure = "These rules cannot hold together" if conflict.get("minimal") else "These rules contain a conflict"
        lines = [f"• {_rule(rule)}" for rule in rules[:MOST_RULES]]
        more = [f"… and {len(rules) - MOST_RULES} more"] if len(rules) > MOST_RULES else []
        yield "\n".join([f"{sure}:", *lines, *more])


def _rule(rule: Mapping[str, Any]) -> str:
    said = " ".join(str(rule.get(name) or "") for name in ("value", "unit")).strip()
    place = _place([cell for cell in rule.get("cells") or () if cell.get("file")])
    return f"{rule.get('rule', '')}{f': {said}' if said else ''}{f' ({place})' if place else ''}"


def _place(cells: Sequence[Mapping[str, Any]]) -> str:
    """Return where cells of one column stand: file or sheet, rows, column."""
    if not cells:
        return ""
    first = cells[0]
    rows = [cell["row"] for cell in cells if cell.get("row")]
    return ", ".join(
        [
            str(first["file"]),
            *([f"sheet {first['sheet']}"] if first.get("sheet") else []),
            *([f"row{'s' if len(rows) > 1 else ''} {listed_rows(rows)}"] if rows else []),
            *([str(first["column"])] if first.get("column") else []),
        ]
    )


def _repairs(told: Mapping[str, Any]) -> Iterator[str]:
    for number, repair in enumerate(told.get("repairs") or ()):
        title = "The cheapest repair" if not number else "Or"
        yield "\n".join([f"{title}:", *(f"• {step.get('words', '')}" for step in repair.get("steps") or ())])


def about_facts(material: Material) -> tuple[tuple[str, str], ...]:
    """Return how the run was made, so that anybody can make it again."""
    run, manifest = material.run, material.manifest
    facts = [("Case", run.case.settings.name)]
    if run.options.get("scenario"):
        facts.append(("Scenario", str(run.options["scenario"])))
    if run.options.get("set"):
        facts.append(("Changed for this run", "; ".join(map(str, run.options["set"]))))
    amounts = "Amounts on this page are in the unit named beside them, rounded; the workbook has them to the cent."
    if run.plan is not None:
        facts.append(("Amounts", amounts))
    method = run.case.settings.buffer
    if method.method != "none":
        facts.append(("Currency buffers", f"{method.method}, confidence {float(method.confidence):.1%}"))
    if material.audit is not None and run.plan is not None:
        facts.append(("Verified", f"{len(material.audit.rows):,} rule rows recomputed exactly from the tables"))
    versions = manifest.get("versions")
    if isinstance(versions, Mapping):
        facts.append(("Versions", ", ".join(f"{name} {number}" for name, number in versions.items())))
    if manifest.get("replay"):
        facts.append(("Make it again", f"{manifest['replay']} (in the run folder)"))
    if material.fingerprint:
        facts.append(("Fingerprint of the run", material.fingerprint))
    return tuple(facts)
