"""What a re-plan changes against the approved plan, for the terminal and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from rich.text import Text

from .money import Money, share
from .solution import records
from .tables import MOST_ROWS, fill, new_table

if TYPE_CHECKING:
    from rich.console import RenderableType

    from ..results.plan import Plan, Run

CHANGES = ("kept", "moved", "resized", "dropped", "added")
Record = dict[str, str]


def with_differences(run: Run, plan: Plan) -> dict[str, object]:
    """Return the summary, with the differences where the run is a re-plan."""
    if run.case.approved is None:
        return dict(run.summary)
    return {**run.summary, "differences": records(plan, "differences")}


def differences_page(run: Run, plan: Plan) -> Iterator[RenderableType]:
    """Yield what a re-plan keeps and changes; nothing for another run."""
    if run.case.approved is None:
        return
    rows = records(plan, "differences")
    money = Money(run.case.base, run.case.unit)
    counts = Counter(row["change"] for row in rows)
    parts = [f"{counts[change]} {change}" for change in CHANGES if counts[change]]
    until = run.case.approved.frozen_until
    text = Text(f"\nAgainst the approved plan, frozen until {until}: {', '.join(parts) or 'nothing'}", style="bold")
    text.append(moved_words(run, money), style="not bold")
    yield text
    same = [row for row in rows if row["change"] == "kept" and not Decimal(row["money_moved"])]
    if same:
        names = [row["initiative"] for row in same]
        more = f" and {len(names) - MOST_ROWS} more" if len(names) > MOST_ROWS else ""
        yield Text(f"kept with the same payers ({len(names)}): {', '.join(names[:MOST_ROWS])}{more}", style="dim")
    other = [row for row in rows if row not in same]
    if other:
        left, right = ["initiative", "change", "start", "finish", "because"], ["cost", "moved"]
        table = new_table(f"Differences (cost in the initiative's currency, money moved in {money.label})", left, right)
        other.sort(key=lambda row: -CHANGES.index(row["change"]))
        yield fill(table, [_cells(row, run.case.unit) for row in other], "differences.csv")


def moved_words(run: Run, money: Money) -> str:
    """Return how much of the money approved for the free periods moves, and how much may."""
    rows = run.audit.rows if run.audit is not None else ()
    for row in rows:
        if row.family == "replanning" and row.rule == "money moved" and row.total:
            limit = "" if row.at_most is None else f", at most {share(float(row.at_most / row.total), 1)}"
            moved, total = (f"{float(amount / run.case.unit):,.2f}" for amount in (row.value, row.total))
            part = share(float(row.value / row.total), 1)
            return f"\nmoved: {moved} of the {total} {money.label} approved from then on ({part}{limit})"
    return ""


def _cells(row: Record, unit: int) -> list[str]:
    """Return one line of the table; what differs is shown as before → after."""
    purse = Money(row["currency"], unit)
    return [
        *(row["initiative"], row["change"]),
        *(_both(row[f"approved_{name}"], row[name]) for name in ("start", "finish")),
        row["because"],
        f"{_both(purse.whole(row['approved_cost']), purse.whole(row['cost']))} {row['currency']}",
        purse.whole(row["money_moved"]),
    ]


def _both(before: str, after: str) -> str:
    return before if before == after else f"{before or '–'} → {after or '–'}"
