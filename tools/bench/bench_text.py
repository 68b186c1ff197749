"""Numbers and tables as markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bench_metrics import Spread

NEVER = "–"


def number(value: float | None, digits: int = 3) -> str:
    """Return a number with so many significant digits, without an exponent; a dash for none."""
    if value is None:
        return NEVER
    if abs(value) >= 10 ** (digits - 1):
        return f"{value:,.0f}"
    return f"{value:.{digits}g}" if abs(value) >= 1e-4 else f"{value:.1g}"


def ranged(found: Spread, digits: int = 3, factor: float = 1.0) -> str:
    """Return median and, of several seeds, [least–greatest]; "never" as the greatest where a seed never got there."""
    if found.count == 0:
        return NEVER

    def told(value: float | None) -> str:
        return "never" if value is None else number(value * factor, digits)

    centre = NEVER if found.median is None else told(found.median)
    if found.count == 1 or found.low is None or found.low == found.high:
        return centre
    return f"{centre} [{told(found.low)}–{told(found.high)}]"


def timed(seconds: Spread, ratios: Spread) -> str:
    """Return seconds with their range, and the median in LP times."""
    if seconds.median is None:
        return ranged(seconds)
    times = "" if ratios.median is None else f" · {number(ratios.median, 2)} LP"
    return f"{ranged(seconds)} s{times}"


def table(headings: Sequence[str], rows: Iterable[Sequence[str]], left: int = 1) -> list[str]:
    """Return the lines of a table; the first `left` columns are aligned left, the others right."""
    marks = ["---" if k < left else "---:" for k in range(len(headings))]
    return [f"| {' | '.join(cells)} |" for cells in (headings, marks, *rows)]
