"""No column is ignored: each changes the best plan of a tiny case as reckoned by hand, and every plan verifies."""

from __future__ import annotations

from typing import Final

import pytest

from fundalign.inputs.case import Case
from fundalign.inputs.scenarios import parse_set
from fundalign.inputs.schema import columns
from fundalign.inputs.settings import SECTIONS
from fundalign.inputs.tables import TABLES

from .binding import BASE, MONEY, RULES, SETTINGS, SHARES, WHAT_IS_FUNDED, WHO_PAYS, Binding
from .small import best, small

ALL = (*WHO_PAYS, *MONEY, *WHAT_IS_FUNDED, *RULES, *SETTINGS)
NAMES: Final = {
    *(("funders", name) for name in ("funder", "name")),
    *(("budgets", name) for name in ("funder", "cycle")),
    *(
        ("currencies", "currency"),
        ("rates", "currency"),
        ("correlations", "currency_a"),
        ("correlations", "currency_b"),
    ),
    *(("parties", "party"), ("parties", "name"), ("initiatives", "initiative"), ("initiatives", "name")),
    *((table, name) for table in ("milestones", "cost_profile", "criteria") for name in ("initiative", "milestone")),
    *(
        ("shares", "initiative"),
        ("shares", "party"),
        ("groups", "group"),
        ("groups", "kind"),
        ("eligibility", "reason"),
    ),
    *((table, "rule") for table in ("eligibility", "cofunding", "matching", "equity", "earmarks")),
    *(("choices", "choice"), ("guarantees", "guarantee"), ("synergies", "synergy")),
}
"""Columns that say which row it is, or stand in reports only."""
ELSEWHERE: Final = {
    ("criteria", "criterion"): "test_objective.py",
    ("criteria", "score"): "test_objective.py",
}
SETTINGS_ELSEWHERE: Final = {
    *("name", "currency", "unit", "first_period", "periods", "frequency"),
    *("objective.tie_break", "buffer.scenarios", "buffer.seed", "buffer.released", "solve.gap", "solve.time_limit"),
}
"""Settings that no single optimum tells: horizon and units, ties, samples, carried buffers, and when to stop."""


def changed(case: Case, sets: str) -> Case:
    return case.apply([parse_set(text) for text in sets.split()])


def column_of(sets: str) -> tuple[str, str]:
    first = parse_set(sets.split()[0])
    return first.table, first.column


@pytest.mark.parametrize("binding", ALL, ids=lambda b: ".".join(column_of(next(iter(b.after)))))
def test_a_column_changes_the_optimum_by_hand(binding: Binding) -> None:
    case = changed(small(BASE + binding.more), binding.setup)
    found = {sets: best(changed(case, sets)) or 0.0 for sets in binding.after}
    assert (best(case) or 0.0, found) == (pytest.approx(binding.before), pytest.approx(binding.after))
    assert set(binding.after.values()) != {binding.before}


GROUPS = "\ngroups\ngroup,kind,member\n" + "".join(
    f"g{member},{kind},{member}\n"
    for kind, members in (("initiative", "AB"), ("funder", "FPM"), ("party", "NS"))
    for member in members
)
LABELS = " ".join(f"initiatives.{column}[initiative={i}]={column}{i}" for column in ("theme", "call") for i in "AB")
KINDS = {"F": "public", "P": "private", "M": "matching"}


def other_ways(sets: str, setup: str) -> dict[str, str]:
    """The changes with the same scope said otherwise: as a group, a theme, a call or a kind of funder."""
    (table, column), member = column_of(sets), str(parse_set(sets.split()[0]).value)
    ways = {"initiatives": [f"g{member}", f"theme{member}", f"call{member}"], "parties": [f"g{member}"]}
    kinds = [] if "funders.kind" in setup + sets else [KINDS.get(member, "")]
    names = {**ways, "funders": [f"g{member}", *kinds]}[column]
    said = f"{table}.{column}={member}"
    return {
        name: sets.replace(said, f"{table}.{column}={name}", 1) for name in names if name and member in (*"ABFPMNS",)
    }


SCOPES = [
    (binding, sets, optimum)
    for binding in RULES
    for sets, optimum in binding.after.items()
    if column_of(sets)[1] in ("funders", "initiatives", "parties") and other_ways(sets, binding.setup)
]


@pytest.mark.parametrize(("binding", "sets", "optimum"), SCOPES, ids=lambda x: x if isinstance(x, str) else "")
def test_a_scope_is_the_same_however_it_is_said(binding: Binding, sets: str, optimum: float) -> None:
    groups = GROUPS if binding.more.startswith(SHARES) else GROUPS.replace("gN,party,N\ngS,party,S\n", "")
    case = changed(small(BASE + binding.more + groups), f"{binding.setup} {LABELS}")
    found = {name: best(changed(case, way)) or 0.0 for name, way in other_ways(sets, binding.setup).items()}
    assert found == dict.fromkeys(found, pytest.approx(optimum))


def test_every_table_with_a_scope_is_among_them() -> None:
    scopes = {"funders", "initiatives", "parties"}
    selectors = {
        (t, c.name) for t, m in TABLES.items() for c in columns(m) if c.kind == "selector" and c.name in scopes
    }
    assert {column_of(sets) for _, sets, _ in SCOPES} == selectors


def test_every_column_is_tried() -> None:
    tried = {column_of(sets) for binding in ALL for sets in binding.after}
    columns = {(table, name) for table, model in TABLES.items() for name in model.model_fields}
    assert columns - tried == NAMES | ELSEWHERE.keys()
    settings = {
        f"{section}.{name}" if section else name
        for section, model in SECTIONS.items()
        for name, info in model.model_fields.items()
        if isinstance(info.json_schema_extra, dict)
    }
    assert settings - {column for table, column in tried if table == "case"} == SETTINGS_ELSEWHERE
