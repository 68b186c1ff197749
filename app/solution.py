"""A plan as a person likes to read it: how good, what is funded, who pays, what binds; amounts in `unit`s."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from .binding import binding_table
from .budgets import budgets_table
from .ending import RECOMPUTED, empty_words, is_empty, telling, title
from .equity import equity_table
from .goal import NAMES, minimised, reached
from .money import Money, share
from .tables import MOST_ROWS, fill, new_table

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from ..results.plan import Plan, Run

KINDS = ("public", "private", "matching")

Record = dict[str, str]


def records(plan: Plan, name: str) -> list[Record]:
    """Return one table of the plan as its exact text, row by row."""
    frame = plan.tables[name]
    columns = [str(column) for column in frame.columns]
    return [dict(zip(columns, map(str, row), strict=True)) for row in frame.itertuples(index=False)]


def solution_page(run: Run, plan: Plan) -> Iterator[RenderableType]:
    """Yield the tables of a plan, top to bottom."""
    money = Money(run.case.base, run.case.unit)
    portfolio = records(plan, "portfolio")
    yield headline(run)
    if is_empty(run):
        yield Text(empty_words(run))
        yield from unfunded_line(portfolio)
        return
    yield totals_line(run, money)
    yield portfolio_table(portfolio, money)
    yield from unfunded_line(portfolio)
    yield payers_table(run, plan, money)
    yield countries_table(run, plan, money)
    yield budgets_table(run.case, records(plan, "budgets"))
    equity = records(plan, "equity")
    if equity:
        yield equity_table(equity)
    if run.audit is not None:
        yield from binding_table(run.audit, run.case.unit)


def headline(run: Run) -> Text:
    """Return status, objective, bound, gap and seconds, and what was verified."""
    report = run.report
    words = {
        "optimal": "optimal within the gap",
        "feasible": "feasible, stopped early",
        "interrupted": "interrupted",
    }
    good = report.status.value == "optimal"
    text = Text(f"{title(run)}\n", style="bold")
    text.append(words.get(report.status.value, report.status.value), style="bold green" if good else "bold yellow")
    parts = [f"{NAMES[run.case.settings.objective.goal]} {reached(run.case, report.objective)}"]
    if report.bound is not None and report.gap is not None:
        gap = f" (gap {report.gap:.2%})" if telling(report.gap, report.objective) else ""
        side = "below" if minimised(run.case) else "above"
        parts.append(f"no plan is {side} {reached(run.case, report.bound)}{gap}")
    parts.append(f"{report.seconds:.1f} s")
    text.append(" · " + " · ".join(parts), style="not bold")
    if len(report.terms) > 1:
        terms = ", ".join(f"{name.replace('_', ' ')} {reached(run.case, term)}" for name, term in report.terms.items())
        text.append(f"\n{NAMES[run.case.settings.objective.goal]} is the sum of {terms}", style="not bold")
    if run.audit is not None:
        text.append(f"\nverified: {len(run.audit.rows):,} rule rows recomputed; {RECOMPUTED}", style="not bold")
    return text


def totals_line(run: Run, money: Money) -> Text:
    """Return how much is funded and by which kind of money."""
    counts, totals = run.summary["counts"], run.summary["totals"]
    kinds = ", ".join(f"{kind} {money.whole(totals[kind])}" for kind in KINDS if Decimal(totals[kind]))
    kinds = f": {kinds}" if kinds else ""
    leverage = run.summary["leverage"]
    tail = f"; {Decimal(str(leverage)):.2f} private per public" if leverage else ""
    return Text(
        f"{counts['funded']} of {counts['initiatives']} initiatives, "
        f"{counts['milestones_done']} of {counts['milestones']} milestones; "
        f"{money.whole(totals['all'])} {money.label}{kinds}{tail}"
    )


def portfolio_table(portfolio: list[Record], money: Money) -> Table:
    """Return the funded initiatives, the most valuable first."""
    funded = [row for row in portfolio if row["funded"] == "true"]
    funded.sort(key=lambda row: -Decimal(row["present_value"] or 0))
    left, right = ["initiative", "theme", "start", "finish"], ["done", *KINDS, "value"]
    table = new_table(f"Portfolio ({money.label}; value present and expected)", left, right)
    rows = [
        [
            *(row[column] for column in left),
            f"{row['milestones_done']}/{row['milestones']}",
            *(money.whole(row[kind]) for kind in KINDS),
            f"{float(row['present_value'] or 0):,.2f}",
        ]
        for row in funded
    ]
    return fill(table, rows, "portfolio.csv")


def unfunded_line(portfolio: list[Record]) -> Iterator[Text]:
    """Yield the names of what is not funded, as far as they fit."""
    names = [row["initiative"] for row in portfolio if row["funded"] != "true"]
    if names:
        more = f" and {len(names) - MOST_ROWS} more" if len(names) > MOST_ROWS else ""
        yield Text(f"not funded ({len(names)}): {', '.join(names[:MOST_ROWS])}{more}", style="dim")


def payers_table(run: Run, plan: Plan, money: Money) -> Table:
    """Return what every funder pays, in its own currency and in the base currency."""
    own: dict[str, Decimal] = defaultdict(Decimal)
    base: dict[str, Decimal] = defaultdict(Decimal)
    for row in records(plan, "funding"):
        own[row["funder"]] += Decimal(row["amount_funder"])
        base[row["funder"]] += Decimal(row["amount_base"])
    heading = f"Who pays ({money.label}, and in the funder's currency)"
    table = new_table(heading, ["funder", "kind", "home"], ["pays", "own currency", "share"])
    total = sum(base.values(), Decimal(0))
    ranked = sorted(base, key=lambda name: -base[name])
    rows = []
    for name in ranked:
        funder = run.case.funders[name]
        purse = Money(funder.currency, run.case.unit)
        part = share(base[name] / total, 1) if total else ""
        own_text = f"{purse.whole(own[name])} {funder.currency}"
        rows.append([name, funder.kind, funder.party or "", money.whole(base[name]), own_text, part])
    return fill(table, rows, "funding.csv")


def countries_table(run: Run, plan: Plan, money: Money) -> Table:
    """Return what comes from and goes to every party, and what it receives per public money of its own."""
    paid: dict[str, dict[str, Decimal]] = {kind: defaultdict(Decimal) for kind in KINDS}
    received: dict[str, Decimal] = defaultdict(Decimal)
    for row in records(plan, "funding"):
        funder = run.case.funders[row["funder"]]
        paid[funder.kind][funder.party or ""] += Decimal(row["amount_base"])
    for row in records(plan, "flows"):
        received[row["receiving_party"]] += Decimal(row["amount_base"])
    homes = {party for by_party in paid.values() for party in by_party}
    parties = sorted((homes | set(received)) - {""}, key=lambda party: -received[party])
    columns = [*(f"pays\n{kind}" for kind in KINDS), "receives", "received\nper public"]
    table = new_table(f"Countries and other parties ({money.label})", ["party"], columns)
    rows = []
    for party in parties:
        public = paid["public"][party]
        ratio = f"{received[party] / public:.2f}" if public else ""
        pays = (money.whole(paid[kind][party]) for kind in KINDS)
        rows.append([party, *pays, money.whole(received[party]), ratio])
    if any(by_party[""] for by_party in paid.values()):
        rows.append(["no home", *(money.whole(paid[kind][""]) for kind in KINDS), money.whole(received[""]), ""])
    return fill(table, rows, "flows.csv")


def files_line(folder: Path) -> Text:
    """Return where the files are and what can be done with them."""
    return Text(f"\nwritten to {folder} (recompute every rule: fundalign verify {folder})", no_wrap=True)
