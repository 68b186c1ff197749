"""The checks of a case as one flat list; each appends what it finds to the draft, and all is told at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from .draft import Draft

Check = Callable[[Draft], None]

CHECKS: Final[tuple[Check, ...]] = ()


def run_checks(draft: Draft) -> None:
    """Run every check."""
    for check in CHECKS:
        check(draft)
