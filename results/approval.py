"""Reads the approved plan of a re-plan from its run folder: the tables in approved/, and replan.json.

The tables (schedule, funding, currency, commitments, guarantees) are copies of those of the approved run, replan.json
holds what was asked: frozen_until (a period), max_change and price (exact text, or null). Source: results.md, a run
folder.
"""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import pandas as pd

from ..inputs.approved import SIGNED, TERMS, Record, approve
from ..inputs.case import Case
from ..inputs.faults import Fault, InputError
from .verify_files import UnreadableError, read_json, read_table

FOLDER = "approved"
COPIED = ("schedule", "funding", *SIGNED)
_NAMES = ("frozen_until", "max_change", "price")


def records(table: pd.DataFrame) -> list[Record]:
    """Return a table row by row, as text."""
    columns = [str(column) for column in table.columns]
    return [dict(zip(columns, map(str, row), strict=True)) for row in table.itertuples(index=False)]


def with_approved(case: Case, run: Path) -> Case:
    """Return the case of a run folder with its approved plan, where it has one.

    Raises InputError where the approved plan cannot be read or does not fit the case.
    """
    folder = run / FOLDER
    if not folder.exists():
        return case
    rows: dict[str, list[Record]] = {}
    faults: list[Fault] = []
    for name in COPIED:
        try:
            rows[name] = records(read_table(folder / f"{name}.csv"))
        except (FileNotFoundError, UnreadableError) as error:
            faults += _unreadable(f"{FOLDER}/{name}.csv", error)
    try:
        terms: Mapping[str, Any] = read_json(folder / "replan.json")
    except UnreadableError as error:
        faults += _unreadable(TERMS, error)
        terms = {}
    limits = {name: _limit(terms.get(name)) for name in _NAMES[1:]}
    wrong = [name for name in _NAMES if terms and name not in terms]
    wrong += [name for name, limit in limits.items() if limit is None and terms.get(name) is not None]
    if terms and not isinstance(terms.get("frozen_until"), str):
        wrong.append("frozen_until")
    faults += [Fault(TERMS, None, name, None, "an entry as a re-plan writes it") for name in dict.fromkeys(wrong)]
    if faults:
        raise InputError(faults)
    plan, signed = (rows["schedule"], rows["funding"]), {name: rows[name] for name in SIGNED}
    until, most, price = str(terms["frozen_until"]), limits["max_change"], limits["price"]
    return replace(case, approved=approve(case, *plan, until, most, price, signed=signed))


def _limit(value: object) -> Decimal | None:
    """Return a limit that is text of a number; None for anything else."""
    try:
        found = Decimal(value) if isinstance(value, str) else None
    except InvalidOperation:
        return None
    return found if found is not None and found.is_finite() else None


def _unreadable(file: str, error: FileNotFoundError | UnreadableError) -> list[Fault]:
    reasons = error.reasons if isinstance(error, UnreadableError) else ((None, "is missing"),)
    return [Fault(file, row, None, None, "a file as a re-plan writes it", words) for row, words in reasons]
