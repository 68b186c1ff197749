"""How an explanation is shown on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

if TYPE_CHECKING:
    from ..results.explanation import Explanation


def page(found: Explanation) -> list[Text]:
    """Return an explanation as it is shown: its headings stand out."""
    return [
        Text(line, style="" if line.startswith(" ") else "bold", no_wrap=line.startswith(" ")) for line in found.lines()
    ]
