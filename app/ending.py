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


def limit_line(run: Run) -> Text | None:
    """Return which limit ended the search and how much better the best plan can be at most, if one did."""
    if run.report.status.value == "optimal":
        return None
    return Text(f"stopped by {stopper(run)}: {far_words(run)}", style="bold yellow", no_wrap=True)
