"""The headline of a comparison in words: the two runs, and what is certain about the difference of their goals."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from rich.text import Text

from .ending import telling
from .goal import NAMES, number
from .money import Money

if TYPE_CHECKING:
    from ..results.compare import Comparison
    from ..results.compare_goal import Side

MOST_LISTED = 3


def amount(value: Decimal, unit: int, signed: bool = False) -> str:
    """Return whole currency units in `unit`s, with a sign where it is a difference; a dash for nothing."""
    if not value:
        return "–"
    return f"{value / unit:{'+' if signed else ''},.2f}".replace("-", "−")


def run_line(name: str, run: Side) -> Text:
    """Return a run in a line: folder, what was solved, how it ended, objective, bound and gap."""
    asked = [*([f"scenario '{run.scenario}'"] if run.scenario else []), *run.changes[:MOST_LISTED]]
    more = len(run.changes) - MOST_LISTED
    asked += [f"{more} more changes"] if more > 0 else []
    text = Text(f"{name}  {run.name}", style="bold")
    parts = [", ".join([run.case, *asked]), run.status.replace("_", " ")]
    if run.objective is not None:
        parts.append(f"{NAMES[run.goal]} {goal_amount(run, run.objective)}")
    if run.bound is not None:
        gap = run.gap
        told = f" (gap {gap:.2%})" if gap is not None and telling(gap, float(run.objective or 0)) else ""
        parts.append(f"no plan is {'below' if run.minimised else 'above'} {goal_amount(run, run.bound)}{told}")
    text.append(f" · {' · '.join(parts)}", style="not bold")
    return text


def goal_amount(run: Side, value: Decimal, signed: bool = False) -> str:
    """Return an amount of the goal with its unit: points, money in `unit`s, or money per unit of key."""
    if run.goal in ("value", "key"):
        plain = number(float(value)) if run.goal == "value" else f"{value:,.6g}"
        told = plain if value <= 0 or not signed else f"+{plain}"
        return told.replace("-", "−") + (f" {run.currency} per unit of key" if run.goal == "key" else "")
    return f"{amount(value, run.unit, signed)} {Money(run.currency, run.unit).label}"


def objective_text(found: Comparison) -> Text:
    """Return by how much the two plans differ in the goal."""
    effect = found.effect
    if effect.why and effect.difference is None:
        return Text(f"\nthe objectives are not compared: {effect.why}", style="bold")
    if effect.difference is None:
        return Text("\nthe difference of the objectives is not known", style="bold")
    told = "none" if not effect.difference else goal_amount(found.a, effect.difference, signed=True)
    return Text(f"\n{NAMES[effect.goal]}, B − A: {told} between the plans found", style="bold")


def certain_line(found: Comparison) -> Text:
    """Return what is certain about the difference between the best plans of the two cases."""
    effect = found.effect
    if effect.verdict == "not compared":
        return Text("")
    if effect.why and not effect.same_input:
        return Text(f"nothing is certain about the best plans: {effect.why}")
    if effect.same_input:
        tail = "; only how far the searches came differs" if effect.difference else ""
        return Text(f"the input is the same, so the best plan is worth the same{tail}")
    words = {
        "rises": "B has more",
        "falls": "B has less",
        "same": "the same",
        "not distinguishable": "not distinguishable: 0 lies inside the gaps",
        "not known": "not known",
    }[effect.verdict]
    ends = [None if end is None else goal_amount(found.a, end, signed=True) for end in (effect.least, effect.most)]
    sure = "certain" if effect.certain else "if what the runs say is true"
    if effect.least is not None and effect.least == effect.most:
        between = f"exactly {ends[0]}"
    else:
        between = f"between {ends[0] or 'unknown'} and {ends[1] or 'unknown'}"
    return Text(f"{sure}: from the best plan of A to that of B it is {between} – {words}")


def change_of(before: str, difference: str) -> str:
    """Return a change of a number as a percentage of what it was, as a difference where it was nothing."""
    if not difference:
        return ""
    was, change = Decimal(before), Decimal(difference)
    told = f"{change / abs(was):+.1%}" if was else f"{change:+f}"
    return told.replace("-", "−")
