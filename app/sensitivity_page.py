"""What `sensitivity` shows on the terminal: what swings the objective, who is settled, and what else there is."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from .goal import NAMES, minimised, reached
from .tables import fill, new_table

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import RenderableType

    from ..optimizer.sensitivity import Sensitivity

MOST = 12


def sensitivity_page(found: Sensitivity, made: dict[str, pd.DataFrame]) -> list[RenderableType]:
    """Return the parts of the page."""
    base, case, scale = found.base, found.run.case, found.base.form.scale
    parts: list[RenderableType] = [
        f"{NAMES[case.settings.objective.goal]} {reached(case, scale * base.incumbent)}, no plan is "
        f"{'below' if minimised(case) else 'above'} {reached(case, scale * base.bound)}. Effects and losses are in the "
        "same unit; each lies in its interval, which is as wide as what is open of both plans"
    ]
    parts += [_tornado(made["tornado"]), *_counts(made["sensitivity"]), _initiatives(made["initiatives"])]
    parts += [_alternatives(made["alternatives"])] if len(made["alternatives"]) else []
    if found.skipped:
        why = "interrupted" if found.signal is not None else "the time was up (--time-limit)"
        parts.append(f"{found.skipped} numbers were not asked about: {why}")
    return parts


def _interval(least: str, most: str) -> str:
    """Return an interval in few digits."""
    ends = [f"{float(end):+,.4g}" if end else "?" for end in (least, most)]
    return f"{ends[0]} … {ends[1]}"


def _tornado(table: pd.DataFrame) -> RenderableType:
    shown = new_table(
        "What the objective swings by (tornado.csv)", ["limit", "unit"], ["down to", "effect", "up to", "effect"]
    )
    rows = [
        (
            row["limit"],
            row["unit"],
            row["low_value"],
            _interval(row["low_least"], row["low_most"]) if row["low_value"] else "",
            row["high_value"],
            _interval(row["high_least"], row["high_most"]) if row["high_value"] else "",
        )
        for row in table.to_dict("records")
    ]
    return fill(shown, rows, "tornado.csv", MOST)


def _counts(table: pd.DataFrame) -> list[RenderableType]:
    counts = Counter(table["status"])
    told = ", ".join(f"{count} {status}" for status, count in counts.most_common())
    return [f"\n{len(table)} what-ifs: {told} (sensitivity.csv)"] if len(table) else []


def _initiatives(table: pd.DataFrame) -> RenderableType:
    shown = new_table(
        "Initiatives (initiatives.csv)", ["initiative", "place", "funded"], ["loss if forced", "funded in"]
    )
    rows = []
    for row in table.to_dict("records"):
        loss = _interval(row["loss_least"], row["loss_most"]) if row["loss_least"] or row["loss_most"] else row["why"]
        often = f"{float(row['scenario_frequency']):.0%}" if row["scenario_frequency"] else ""
        rows.append((row["initiative"], row["place"], row["funded"], f"{row['forced']} {loss}".strip(), often))
    return fill(shown, rows, "initiatives.csv")


def _alternatives(table: pd.DataFrame) -> RenderableType:
    shown = new_table("Other portfolios (alternatives.csv)", ["number", "added", "dropped", "note"], ["loss"])
    rows = [
        (row["number"], row["added"], row["dropped"], row["note"], _interval(row["loss_least"], row["loss_most"]))
        if row["number"]
        else ("–", "", "", row["note"], "")
        for row in table.to_dict("records")
    ]
    return fill(shown, rows, "alternatives.csv")
