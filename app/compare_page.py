"""Two runs side by side as a person likes to read them: how sure the difference is, what was changed, what follows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from rich.text import Text

from .compare_words import amount, certain_line, change_of, objective_text, run_line
from .money import Money
from .tables import fill, new_table

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from ..results.compare import Comparison
    from ..results.compare_money import MoneyChange
    from ..results.compare_plans import LimitChange

MOST_CHANGES = 15
ARROW = " → "
SEEN = Decimal("0.005")  # of a `unit`


def comparison_page(found: Comparison) -> Iterator[RenderableType]:
    """Yield what differs, the most telling first; amounts in the `unit` of A."""
    yield run_line("A", found.a)
    yield run_line("B", found.b)
    for note in found.notes:
        yield Text(f"note: {note}", style="yellow")
    yield objective_text(found)
    yield certain_line(found)
    if found.same:
        yield Text("\nno difference: every table, every setting and every bound is the same", style="bold green")
        return
    yield from _inputs(found)
    if not (found.a.has_plan and found.b.has_plan):
        return
    yield from _initiatives(found)
    yield from _money(found)
    yield from _limits(found)
    yield _tables(found)


def _inputs(found: Comparison) -> Iterator[RenderableType]:
    """Yield what of the input differs, in the words of --set, with what it was."""
    inputs = found.inputs
    cells = [*inputs.settings, *inputs.cells]
    if not (cells or inputs.rows or inputs.approved):
        yield Text("\nthe input is the same", style="bold")
        return
    yield from (Text(f"\n{words}") for words in inputs.approved)
    if cells:
        table = new_table("Input changed from A to B", ["setting or cell, as --set takes it"], ["A", "B", "change"])
        rows = [[_place(each.words), each.a, each.b, change_of(each.a, each.difference)] for each in cells]
        yield fill(table, rows, "changed_inputs.csv (-o DIR)", MOST_CHANGES)
    if inputs.rows:
        table = new_table("Input rows that only one run has", ["table", "row", "only in"], [])
        rows = [[f"{r.table}.csv", ", ".join(f"{k} {v}" for k, v in r.where.items()), r.only] for r in inputs.rows]
        yield fill(table, rows, "changed_inputs.csv (-o DIR)", MOST_CHANGES)


def _place(words: str) -> str:
    """Return the words of a change without the new value, which has a column of its own."""
    head, bracket, _ = words.rpartition("]=")
    return f"{head}]" if bracket else words.partition("=")[0]


def _initiatives(found: Comparison) -> Iterator[RenderableType]:
    counts = ", ".join(f"{count} {kind}" for kind, count in found.counts.items() if count)
    yield Text(f"\nInitiatives from A to B: {counts or 'none is funded'}", style="bold")
    changed = [each for each in found.initiatives if each.change != "kept"]
    if not changed:
        return
    unit = Money("", found.a.unit).label
    title = f"Initiatives (cost{f' in {unit}' if unit else ''}, initiative's currency)"
    table = new_table(title, ["initiative", "change", "start", "finish"], ["cost"])
    order = list(found.counts)
    rows = [
        [
            *(each.initiative, each.change, _both(each.start_a, each.start_b), _both(each.finish_a, each.finish_b)),
            f"{_both(*(_whole(found, cost) for cost in (each.cost_a, each.cost_b)))} {each.currency}",
        ]
        for each in sorted(changed, key=lambda each: order.index(each.change))
    ]
    yield fill(table, rows, "changed_initiatives.csv (-o DIR)")


def _whole(found: Comparison, cost: str) -> str:
    return Money("", found.a.unit).whole(cost)


def _both(before: str, after: str) -> str:
    return before if before == after else f"{before or '–'}{ARROW}{after or '–'}"


def _money(found: Comparison) -> Iterator[RenderableType]:
    money, unit = found.money, found.a.unit
    label = Money(" / ".join(dict.fromkeys((found.a.currency, found.b.currency))), unit).label
    yield _money_table(f"Money by kind of funder ({label})", "kind", money.kinds, unit)
    if any(each.words.startswith(("currencies.rate", "rates.")) for each in found.inputs.cells):
        yield Text(
            "rates differ: each run's money is at its own rates, so that the same payment may count for more or less"
        )
    if money.more or money.less:
        more, less = amount(money.more, unit), amount(money.less, unit)
        yield Text(f"by funder and year: {more} {label} paid only in B, {less} paid only in A")
    apart = [each for each in money.own if _shows(each, unit)]
    if apart:
        named = Money("", unit).label
        heading = f"Funders that pay more or less ({f'{named} ' if named else ''}in the funder's currency)"
        yield _money_table(heading, "funder", apart, unit, own=True)
    years = [each for each in money.years if _shows(each, unit)]
    if years:
        yield _money_table(f"Years with more or less ({label})", "year", years, unit)


def _shows(each: MoneyChange, unit: int) -> bool:
    """Tell whether a difference is seen in what is printed of it."""
    return each.difference is not None and abs(each.difference) / unit >= SEEN


def _money_table(title: str, name: str, rows: Sequence[MoneyChange], unit: int, own: bool = False) -> Table:
    table = new_table(title, [name, *(["in"] if own else [])], ["A", "B", "B − A"])
    lines = [
        [
            *(each.names[0], *([each.currency] if own else [])),
            *(Money("", unit).whole(each.a), Money("", unit).whole(each.b)),
            "" if each.difference is None else amount(each.difference, unit, signed=True),
        ]
        for each in rows
        if each.a or each.b
    ]
    return fill(table, lines, "moved_money.csv (-o DIR)")


def _limits(found: Comparison) -> Iterator[RenderableType]:
    if not found.limits:
        yield Text("\nno limit starts or stops binding", style="bold")
        return
    unit = Money("", found.a.unit).label
    title = f"Limits that start or stop binding{f' (amounts in {unit})' if unit else ''}"
    table = new_table(title, ["family", "rule", "where", "in B it"], ["limit"])
    rows = [
        [
            *(each.family, each.rule, " ".join([each.owner, *each.index.split(";")]).strip()),
            f"{each.change} binding",
            _limit(each, found.a.unit if each.change == "stops" else found.b.unit),
        ]
        for each in sorted(found.limits, key=lambda each: each.change)
    ]
    yield fill(table, rows, "changed_limits.csv (-o DIR)")


def _limit(each: LimitChange, unit: int) -> str:
    """Return the bound of an amount of one funder; that of a ratio has no size that says anything alone."""
    bound, sign = (each.at_most, "≤") if each.at_most else (each.at_least, "≥")
    return f"{sign} {Money('', unit).whole(Decimal(bound))} {each.currency}" if each.currency and bound else ""


def _tables(found: Comparison) -> Table:
    table = new_table("Every table", ["table"], ["rows A", "rows B", "equal", "differ", "only A", "only B"])
    table.add_column("")
    rows = [
        [
            *(f"{name}.csv", str(each.rows_a), str(each.rows_b), str(each.equal)),
            *(str(each.count(kind) or "") for kind in ("differs", "only A", "only B")),
            each.left_out,
        ]
        for name, each in found.tables.items()
        if each.rows_a or each.rows_b
    ]
    return fill(table, rows, "comparison.json")
