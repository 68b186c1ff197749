"""Levers: which numbers of a case may be moved, what they are called, and that a move touches nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from fundalign.inputs.case import Case
from fundalign.inputs.change import changed_rows, changed_settings
from fundalign.inputs.faults import InputError, UsageError
from fundalign.inputs.levers import MOVABLE, Lever, levers
from fundalign.inputs.read import case_from_tables, read_case
from fundalign.inputs.scenarios import parse_set
from fundalign.inputs.settings import Settings
from fundalign.inputs.shipped import shipped_cases, shipped_path
from fundalign.inputs.tables import TABLES
from fundalign.inputs.texts import settings_data

Tables = dict[str, list[dict[str, object]]]
LESS = Decimal("-0.05")
SOME = 250  # levers of one shipped case that are tried; every one of a smaller case


def cells(case: Case) -> dict[tuple[str, int, str], object]:
    """Every cell and setting of a case."""
    found: dict[tuple[str, int, str], object] = {
        (table, row, name): getattr(cell, name)
        for table in TABLES
        for row, cell in enumerate(case.tables.get(table, ()), start=2)
        for name in type(cell).model_fields
    }
    return found | settings_cells(case.settings)


def settings_cells(settings: Settings) -> dict[tuple[str, int, str], object]:
    found: dict[tuple[str, int, str], object] = {}
    for name, value in settings_data(settings).items():
        parts = value.items() if isinstance(value, dict) else [("", value)]
        found |= {("case", 0, f"{name}.{key}" if key else name): each for key, each in parts}
    return found


def some(found: tuple[Lever, ...]) -> Iterator[Lever]:
    yield from found[:: max(1, len(found) // SOME)]


def of(case: Case, words: str) -> Lever:
    (found,) = [lever for lever in levers(case) if lever.words == words]
    return found


@pytest.mark.parametrize("name", shipped_cases())
def test_a_move_changes_its_cell_and_nothing_else(name: str) -> None:
    case = read_case(shipped_path(name))
    before, found = cells(case), levers(case)
    assert len({(lever.table, lever.row, lever.column) for lever in found}) == len(found)
    for lever in list(found)[:: max(1, len(found) // (SOME if len(found) < SOME else 12))]:
        assert before[lever.table, lever.row, lever.column] == lever.base
        after = cells(lever.moved(case, LESS))
        wanted = {(lever.table, lever.row, lever.column)} if lever.at(LESS) != lever.base else set()
        assert {key for key in before if before[key] != after[key]} == wanted, lever.words
        assert after[lever.table, lever.row, lever.column] == lever.at(LESS)


@pytest.mark.parametrize("name", shipped_cases())
def test_a_change_printed_for_the_command_line_is_read_as_the_same_change(name: str) -> None:
    case = read_case(shipped_path(name))
    for lever in some(levers(case)):
        change = lever.change(LESS)
        again = parse_set(str(change))
        if lever.table == "case":
            assert changed_settings(case.settings, again) == changed_settings(case.settings, change)
            continue
        rows, old = changed_rows(case, again).rows, case.tables[lever.table]
        assert rows == changed_rows(case, change).rows
        assert [k for k, row in enumerate(rows, start=2) if row != old[k - 2]] in ([lever.row], [])


def test_every_movable_column_exists() -> None:
    for each in MOVABLE:
        assert each.table == "case" or each.column in TABLES[each.table].model_fields


def test_words_units_and_exact_moves(small: Case) -> None:
    budget = of(small, "budget of NM, cycle b")
    assert (budget.kind, budget.owner, budget.row) == ("budget", "NM", 3)
    assert (budget.base, budget.unit) == (Decimal("100.5"), "SEK")
    assert str(budget.change(Decimal("0.1"))) == "budgets.payments[funder=NM,cycle=b]*=1.1"
    assert budget.at(Decimal("0.1")) == Decimal("110.55")
    rate = of(small, "rate of SEK")
    assert (rate.owner, rate.unit) == ("SEK", "EUR per SEK")
    assert of(small, "matching ratio half").unit == "ratio"


@pytest.mark.parametrize(("share", "after"), [("0.05", 3), ("-0.05", 1), ("0.6", 4), ("-2", 1), ("0", 2)])
def test_durations_move_by_whole_periods(share: str, after: int, small: Case) -> None:
    lever = of(small, "duration of A/m2")  # 2 periods
    moved = lever.moved(small, Decimal(share))
    assert moved.milestones["A"][1].duration == after == lever.at(Decimal(share))


def test_rows_of_one_rule_move_together(settings: dict[str, object], tables: Tables) -> None:
    tables["earmarks"] = [
        {"rule": "green, all", "funders": "ministries", "initiatives": name, "at_least": "0.2"} for name in "AB"
    ]
    tables["choices"] = [{"choice": "few", "initiatives": name, "at_most": "1"} for name in "AB"]
    case = case_from_tables(settings, tables)
    (floor,) = levers(case, ["floor"])
    moved = floor.moved(case, Decimal("0.5"))
    assert [str(getattr(row, "at_least", None)) for row in moved.tables["earmarks"]] == ["0.30", "0.30"]
    assert str(floor.change(Decimal("0.5"))) == 'earmarks.at_least[rule="green, all"]*=1.5'
    few = of(case, "choice few: at most")
    assert [getattr(row, "at_most", None) for row in few.moved(case, LESS).tables["choices"]] == [0, 0]


def test_empty_and_zero_cells_are_no_levers(settings: dict[str, object], tables: Tables) -> None:
    tables["budgets"][0]["carry_over"] = "0"
    tables["budgets"][1]["reserved"] = ""
    case = case_from_tables(settings, tables)
    assert levers(case, ["carry_over", "reserve", "success", "level", "ticket"]) == ()


def test_settings_are_levers_where_they_bear_on_the_plan(settings: dict[str, object], tables: Tables) -> None:
    assert levers(case_from_tables(settings, tables), ["confidence", "gamma", "discount"]) == ()
    settings |= {"discount_rate": 0.04, "buffer": {"method": "budgeted", "gamma": 2}}
    case = case_from_tables(settings, tables)
    rate, confidence, gamma = levers(case, ["confidence", "gamma", "discount"])
    assert rate.moved(case, Decimal("0.5")).settings.discount_rate == Decimal("0.06")
    assert gamma.moved(case, LESS).settings.buffer.gamma == 1
    with pytest.raises(InputError):
        confidence.moved(case, Decimal("0.2"))


def test_equity_counts_move_by_whole_initiatives(settings: dict[str, object], tables: Tables) -> None:
    tables["equity"] = [
        {"rule": "present", "measure": "initiatives", "parties": "each", "at_least": "1"},
        {"rule": "fair", "measure": "received", "parties": "", "at_most": "0.9"},
    ]
    case = case_from_tables(settings, tables)
    count, share = levers(case, ["floor", "ceiling"])
    assert (count.words, count.at(Decimal("0.05"))) == ("equity floor present for each party", Decimal(2))
    assert (share.words, share.unit) == ("equity ceiling fair for all parties", "share")


def test_an_unknown_kind_is_said(small: Case) -> None:
    with pytest.raises(UsageError, match="did you mean 'budget'"):
        levers(small, ["budgte"])
