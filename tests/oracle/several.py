"""Whether several rules of one table, or several rows of one rule, matter together."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .book import NAMED

if TYPE_CHECKING:
    from .oracle import Oracle

HELPFUL = ("matching", "guarantees", "synergies", "eligibility")
"""Tables whose rules may allow something: without all of them the optimum is no bound of that without one."""
Rows = list[dict[str, Any]]


def matter(oracle: Oracle, part: str) -> bool:
    """`table:rows`: two of the table's rules, each left out alone, change the optimum. `table:union`: were each row of
    a rule a rule by itself, the optimum would be another.
    """
    table, _, what = part.partition(":")
    if what == "union":
        return differs(oracle, table, apart(table, oracle.data.rows(table)))
    if table not in HELPFUL and not oracle.binds(table):
        return False
    rules, felt = oracle.data.rules(table), 0
    for n, rule in enumerate(rules):
        felt += differs(oracle, table, [r for r in oracle.data.rows(table) if r not in rule])
        if felt == 2 or felt + len(rules) - n - 1 < 2:
            break
    return felt == 2


def apart(table: str, rows: Rows) -> Rows:
    """Every row under a name of its own."""
    return [r | {NAMED[table]: f"{r[NAMED[table]]} {n}"} for n, r in enumerate(rows)]


def differs(oracle: Oracle, table: str, rows: Rows) -> bool:
    """Whether the optimum is another with these rows in a table."""
    tables = {name: mine for name, mine in oracle.tables.items() if name != table} | ({table: rows} if rows else {})
    return not oracle.best.agrees(replace(oracle, tables=tables, cuts={}).best)
