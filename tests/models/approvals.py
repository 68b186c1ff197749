"""Approved plans in short: what is done when and at which level, and who pays what."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from fundalign.inputs.approved import Record, approve, line_currency
from fundalign.inputs.case import Case

Done = dict[str, tuple[int, str]]
Paid = dict[tuple[str, str, int], str]


def tables(case: Case, done: Done, paid: Paid) -> tuple[list[Record], list[Record]]:
    """Return schedule and funding as a run writes them.

    `done` holds start and level by `initiative/milestone`, `paid` amounts by funder, `initiative/stage[/party]` and
    period.
    """
    schedule: list[Record] = []
    for name, (start, level) in done.items():
        initiative, milestone = name.split("/")
        row = case.milestone[initiative, milestone]
        finish = case.label(start + row.duration - 1)
        record = {"initiative": initiative, "milestone": milestone, "done": "true", "start": case.label(start)}
        schedule.append({**record, "finish": finish, "level": level, "cost": f"{row.cost * Decimal(level):.2f}"})
    funding: list[Record] = []
    for (funder, place, t), amount in paid.items():
        initiative, stage, party = (*place.split("/"), "")[:3]
        record = {"funder": funder, "initiative": initiative, "stage": stage, "party": party, "period": case.label(t)}
        funding.append({**record, "currency": line_currency(case, (initiative, stage, party)) or "", "amount": amount})
    return schedule, funding


def approved(
    case: Case, done: Done, paid: Paid, frozen: str, max_change: str | None = None, price: str | None = None
) -> Case:
    """Return the case as a re-plan."""
    limits = (None if limit is None else Decimal(limit) for limit in (max_change, price))
    return replace(case, approved=approve(case, *tables(case, done, paid), frozen, *limits))
