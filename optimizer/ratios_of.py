"""The ratios of a case moved by a step: what a row weighs for each unit of its ratio shows in the difference."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Final

from ..inputs.case import Case
from ..inputs.rows import Row

RATIOS: Final[Mapping[str, tuple[str, ...]]] = {
    "cofunding": ("at_least", "at_most"),
    "equity": ("at_least", "at_most"),
    "earmarks": ("at_least", "at_most"),
    "matching": ("ratio",),
    "guarantees": ("leverage",),
    "funders": ("risk_tolerance",),
}
"""The columns of numbers that weigh two amounts which a plan decides."""


def perturbed(case: Case, step: float) -> Case:
    """Return a case with every ratio above 0 moved by a step; it is only to be built, and may be no sound case."""
    tables = dict(case.tables)
    for table, columns in RATIOS.items():
        tables[table] = tuple(_moved(row, columns, Decimal(step)) for row in case.tables.get(table, ()))
    return replace(case, tables=tables)


def _moved(row: Row, columns: tuple[str, ...], step: Decimal) -> Row:
    if getattr(row, "measure", "") == "initiatives":
        return row
    update = {name: getattr(row, name) + step for name in columns if getattr(row, name) is not None}
    return row.model_copy(update=update)
