"""How a search ended, in words: what was asked, how good the plan is, and how far from the best it can be at most."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from ..results.words import (
    RECOMPUTED,
    empty_words,
    far_words,
    is_empty,
    limit_name,
    stopper,
    telling,
    title,
    what_if,
)

if TYPE_CHECKING:
    from ..results.plan import Run

__all__ = [
    "RECOMPUTED",
    "empty_words",
    "is_empty",
    "limit_line",
    "limit_name",
    "stopper",
    "telling",
    "title",
    "what_if",
]


CUT = {
    "settling": "the amounts of the best plan found could not be settled in time, so a lesser one stands in for it",
    "tie-break": "the tie-break was cut short, so a plan as good may take less public money",
    "keeping": "a plan as good may move less of the approved money, as the search for it was cut short",
    "second goal": "the search for a second goal was cut short",
}
"""What it means that something after the search was cut short."""


def cut_words(run: Run) -> str:
    """Return what was cut short, and what that means for the plan; empty where nothing was."""
    return "; ".join(CUT[part] for part in run.report.cut_short)


def limit_line(run: Run) -> Text | None:
    """Return which limit ended the search and how much better the best plan can be at most, if one did.

    Also what came after the search and was cut short.
    """
    cut = cut_words(run)
    if run.report.status.value == "optimal":
        return Text(cut, style="bold yellow") if cut else None
    words = f"stopped by {stopper(run)}: {far_words(run)}{f'; {cut}' if cut else ''}"
    return Text(words, style="bold yellow", no_wrap=True)
