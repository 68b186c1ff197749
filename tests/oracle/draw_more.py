"""More rules of one kind in a random tiny case, and rules of several rows: they overlap, as a ministry's do.

Drawn last of all, and only in cases of their own: other rules would bind less often beside them.
"""

from __future__ import annotations

from .book import text
from .draft import Draft, scope
from .draw_limits import draw_guarantees, draw_synergy
from .draw_payments import draw_cofunding, draw_earmark, draw_eligibility, draw_equity, draw_matching
from .families import MEASURES, SEVERAL

OFTEN = 0.4


def draw_more(d: Draft) -> None:
    """Another rule, or a further row of a rule, of tables the case is about; for sure where that is featured."""
    more = {
        "precedence": draw_edge,
        "choices": draw_choice,
        "eligibility": draw_eligibility,
        "cofunding": draw_cofunding,
        "matching": draw_matching,
        "guarantees": draw_guarantees,
        "equity": draw_measure,
        "earmarks": draw_earmark,
        "synergies": draw_synergy,
    }
    for table in SEVERAL:
        rows = len(d.rows(table))
        if table == "precedence" and d.hard("precedence:gate"):
            continue
        if (d.hard(f"{table}:rows") and rows < 2) or (rows == 1 and d.hard(table) and d.maybe(OFTEN)):
            more[table](d)
    part_ways(d)
    for table in ("choices", "earmarks"):
        if d.rows(table) and (d.hard(f"{table}:union") or (d.hard(table) and d.maybe(OFTEN / 2))):
            widen(d, table)


def part_ways(d: Draft) -> None:
    """Where several rules are featured, let each concern something else, so that one does not hide the other."""
    names = [r["initiative"] for r in d.rows("initiatives")]
    for table in ("cofunding", "earmarks"):
        if d.hard(f"{table}:rows"):
            for row, name in zip(d.rows(table), d.rng.sample(names, len(names)), strict=False):
                row |= {"initiatives": name, "stage": ""} | ({"at_most": ""} if row.get("at_least") else {})
    if d.hard("precedence:rows"):
        for row in d.rows("precedence"):
            row["lag"] = str(d.rng.choice([1, 1, 2]))
    if d.hard("choices:rows"):
        d.tables["groups"] = [r for r in d.rows("groups") if not r["group"].startswith("rivals")]
        middle = max(
            names, key=lambda i: sum(float(m.get("value", 0)) for m in d.rows("milestones") if m["initiative"] == i)
        )
        others = d.rng.sample([i for i in names if i != middle], 2)
        for row, other in zip(d.rows("choices"), others, strict=False):
            for i in (middle, other):
                d.add("groups", group=row["initiatives"], kind="initiative", member=i)
            row |= {"at_least": "", "at_most": "1"}


def draw_edge(d: Draft) -> None:
    """A precedence between two initiatives that have none yet; later names always wait for earlier ones."""
    tied = {(text(r["predecessor"])[:2], text(r["successor"])[:2]) for r in d.rows("precedence")}
    names = [r["initiative"] for r in d.rows("initiatives")]
    free = [(a, b) for a in names for b in names if a < b and (a, b) not in tied]
    a, b = d.rng.choice(free)
    kind = d.rng.choice(["finish-start", "start-start", ""])
    d.add("precedence", predecessor=a, successor=b, type=kind, lag=str(d.rng.choice([0, 0, 1])))


def draw_choice(d: Draft) -> None:
    """A choice of another, overlapping group: at most one or two, or all but one."""
    names = [r["initiative"] for r in d.rows("initiatives")]
    n = len(d.rows("choices")) + 1
    members = sorted(d.rng.sample(names, d.rng.choice([2, 2, 3])))
    for i in members:
        d.add("groups", group=f"rivals{n}", kind="initiative", member=i)
    forced = sum(r.get("status") == "mandatory" for r in d.rows("initiatives") if r["initiative"] in members)
    limits = {"at_most": str(max(forced, len(members) - 1))} if d.maybe(0.6) else {"at_least": str(len(members) - 1)}
    d.add("choices", choice=f"pick{n}", initiatives=f"rivals{n}", **limits)


def draw_measure(d: Draft) -> None:
    """Another equity rule, more often than not of a measure that the case has already."""
    measures = [r["measure"] for r in d.rows("equity")] if d.maybe(0.6) else []
    draw_equity(d, d.rng.choice(measures or list(MEASURES)))


def widen(d: Draft, table: str) -> None:
    """A further row of the first rule: other initiatives, for earmarks now and then of other funders."""
    first = d.rows(table)[0]
    if table == "earmarks":
        funders = d.rng.choice([first["funders"], *(r["funder"] for r in d.rows("funders") if r["kind"] == "public")])
        d.add(table, **(first | {"stage": ""} | scope(d) | {"funders": funders}))
        return
    names = [r["initiative"] for r in d.rows("initiatives")]
    for i in sorted(d.rng.sample(names, 2)):
        d.add("groups", group="further", kind="initiative", member=i)
    d.add(table, **(first | {"initiatives": "further"}))
