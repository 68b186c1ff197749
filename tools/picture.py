"""docs/quantum.svg: the README's picture, made from a real run of the shipped case `quantum`.

    python tools/picture.py [CASE] [FILE]

The SVG names no font on the network: whatever monospace font the reader has is stretched to fit.
"""

from __future__ import annotations

import re
import sys
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.text import Text

import fundalign as fa
from fundalign.app.money import Money
from fundalign.app.solution import (
    countries_table,
    headline,
    payers_table,
    portfolio_table,
    records,
    totals_line,
    unfunded_line,
)
from fundalign.inputs.shipped import resolve_case

WIDTH = 100
FONT_FACES = re.compile(r"@font-face\s*\{.*?\}", re.DOTALL)


def picture(case: str) -> str:
    """Return the upper half of what `fundalign solve CASE` shows, as SVG."""
    run = fa.solve(fa.read_case(resolve_case(case)))
    if run.plan is None:
        raise SystemExit(f"{case} has no plan: {run.report.status.value}")
    page = Console(record=True, width=WIDTH, file=StringIO(), force_terminal=True, highlight=False)
    page.print(Text(f"$ fundalign solve {case}", style="bold"))
    money, portfolio = Money(run.case.base, run.case.unit), records(run.plan, "portfolio")
    page.print(headline(run), totals_line(run, money), sep="\n")
    page.print(portfolio_table(portfolio, money), *unfunded_line(portfolio), sep="\n")
    page.print(payers_table(run, run.plan, money), countries_table(run, run.plan, money), sep="\n")
    page.print(Text("\n… budgets, equity and the limits that bind follow", style="dim"))
    svg = page.export_svg(title=f"fundalign solve {case}", unique_id="fundalign")
    return FONT_FACES.sub("", svg).replace("Fira Code, monospace", "monospace")


def main() -> None:
    """Write the picture."""
    case = sys.argv[1] if len(sys.argv) > 1 else "quantum"
    default = Path(__file__).resolve().parents[1] / "docs" / f"{case}.svg"
    file = Path(sys.argv[2]) if len(sys.argv) > 2 else default
    file.write_text(picture(case), encoding="utf-8")
    print(f"wrote {file}")


if __name__ == "__main__":
    main()
