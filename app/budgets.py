"""Budgets on a terminal: where every funder's appropriations go, in figures that add up as they are printed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal

from rich.table import Table

from ..inputs.case import Case
from .money import Money, share
from .tables import fill, new_table

PRINTED = Decimal("0.01")
GIVEN = ("payments", "reserved", "spent")
REST = ("hedge_cost", "provision", "buffer", "lapsed")
HEADINGS = {
    **{"payments": "payments", "reserved": "reserved", "spent": "spent", "hedge_cost": "hedging"},
    **{"provision": "set aside", "buffer": "buffers", "lapsed": "lapsed"},
}


def budgets_table(case: Case, rows: Iterable[Mapping[str, str]]) -> Table:
    """Return the rows of budgets.csv summed by funder, and the execution of each cycle.

    What is carried from cycle to cycle cancels out, so payments = reserved + spent + hedging + set aside + buffers +
    lapsed. The column of what is set aside is there where the case has guarantees. A released buffer is not in that
    sum: it lapses or is carried like any other money.
    """
    groups: dict[str, list[Mapping[str, str]]] = defaultdict(list)
    for row in rows:
        groups[row["funder"]].append(row)
    released = case.settings.buffer.released
    unit = Money("", case.unit).label
    buffers = "buffers with contingency" + (", released: counted in what lapses too" if released else "")
    title = f"Budgets ({f'{unit} ' if unit else ''}in the funder's currency; {buffers}; used: execution by cycle in %)"
    shown = [key for key in HEADINGS if key != "provision" or case.tables.get("guarantees")]
    table = new_table(title, ["funder", "in"], [HEADINGS[key] for key in shown])
    table.add_column("used", overflow="ellipsis")
    lines = []
    for name, cycles in groups.items():
        sums = {key: sum((Decimal(row[key] or 0) for row in cycles), Decimal(0)) / case.unit for key in (*GIVEN, *REST)}
        money = Money(case.funders[name].currency, case.unit)
        printed = sums if released else adding_up(sums)
        execution = " ".join(share(row["execution_rate"]).removesuffix("%") or "–" for row in cycles)
        lines.append([name, money.currency, *(money.text(printed[key]) for key in shown), execution])
    return fill(table, lines, "budgets.csv")


def adding_up(sums: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Return the sums as printed, each within one last digit, so that payments are the sum of the other columns."""
    rest = [key for key in REST if key in sums]
    printed = {key: sums[key].quantize(PRINTED, ROUND_HALF_EVEN) for key in GIVEN}
    printed |= {key: sums[key].quantize(PRINTED, ROUND_FLOOR) for key in rest}
    missing = printed["payments"] - sum((printed[key] for key in (*GIVEN[1:], *rest)), Decimal(0))
    for key in sorted(rest, key=lambda key: printed[key] - sums[key]):
        if missing >= PRINTED and sums[key] > printed[key]:
            printed[key] += PRINTED
            missing -= PRINTED
    return printed
