"""The sensitivity tables of two runs side by side, where both have been asked."""

from collections.abc import Sequence
from pathlib import Path

from .compare_tables import ASKED, TableDifference, compare_table
from .compare_units import Scales
from .store import read_named

DOCUMENT = "sensitivity.json"


def asked_tables(folders: Sequence[Path | None], scales: Scales) -> tuple[dict[str, TableDifference], tuple[str, ...]]:
    """Return every sensitivity table that both runs have, and notes on what could not be compared.

    Raises InputError when one of them cannot be read.
    """
    has = [folder is not None and (folder / DOCUMENT).is_file() for folder in folders]
    if not all(has):
        sides = [side for side, there in zip("AB", has, strict=True) if there]
        return {}, tuple(f"only {side} has sensitivity tables: they are not compared" for side in sides)
    apart = _apart(scales)
    if apart:
        return {}, (f"the sensitivity tables are not compared: {apart}",)
    a, b = (read_named(folder, ASKED) for folder in folders if folder is not None)
    return {name: compare_table(name, a[name], b[name], scales) for name in ASKED if name in a and name in b}, ()


def _apart(scales: Scales) -> str:
    """Say why effects, prices and losses of two runs are not on one scale; empty where they are."""
    a, b = scales.a.settings, scales.b.settings
    goals = [(each.objective.goal, each.objective.group) for each in (a, b)]
    if goals[0] != goals[1]:
        return f"the goal is {goals[0][0]} in A and {goals[1][0]} in B"
    if (a.currency, a.unit) != (b.currency, b.unit):
        return "the base currency or the unit of money differs"
    return ""
