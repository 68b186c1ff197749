"""A run with something in every section of a report: the hand-made plan with tables of answers added to it."""

from __future__ import annotations

import csv
from importlib.metadata import version
from pathlib import Path

from fundalign.results.sensitivity_tables import COLUMNS

from .conftest import rewrite

TORNADO = {
    "rank": "1", "limit": "budget of FA, cycle c1", "kind": "budget", "unit": "EUR", "base": "600",
    "low_value": "480", "low_least": "-4", "low_most": "-3.5", "high_value": "720", "high_least": "0",
    "high_most": "1.25", "swing_least": "3.5", "swing_most": "5.25",
}  # fmt: skip
WHATIF = {
    "change": "budgets.payments[funder=FA,cycle=c1]*=0.8", "kind": "budget", "status": "certainly less",
    "effect_least": "-4", "effect_most": "-3.5", "portfolio": "needed", "dropped": "R",
}  # fmt: skip
INITIATIVE = {"initiative": "Q", "place": "core", "funded": "true", "forced": "out", "loss_least": "11.4"}
ALTERNATIVE = {"number": "1", "loss_least": "0.5", "loss_most": "0.5", "added": "X", "dropped": "R"}
PRICE = {"limit": "budget of FA, cycle c1", "value": "600", "unit": "EUR", "direction": "more", "price": "0.25"}
WHY = {"initiative": "X", "words": "value of X", "unit": "points", "base": "9", "needed": "12", "entered": "proved"}


def add_answers(folder: Path) -> Path:
    """Add a table of each kind to a run folder, and let this version of the program vouch for it."""
    _write(folder / "tornado.csv", COLUMNS["tornado"], TORNADO)
    _write(folder / "sensitivity.csv", COLUMNS["whatifs"], WHATIF)
    _write(folder / "initiatives.csv", COLUMNS["initiatives"], INITIATIVE)
    _write(folder / "alternatives.csv", COLUMNS["alternatives"], ALTERNATIVE)
    _write(folder / "prices.csv", tuple(PRICE), PRICE)
    _write(folder / "ceilings.csv", tuple(PRICE), PRICE)
    _write(folder / "why.csv", tuple(WHY), WHY)
    rewrite(folder / "manifest.json", versions={"fundalign": version("fundalign"), "python": "3.11"})
    return folder


def _write(path: Path, columns: tuple[str, ...], row: dict[str, str]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerow(row)
