"""What-ifs: changes, scenarios, grids and --set expressions."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fundalign.inputs.case import Case
from fundalign.inputs.change import Change
from fundalign.inputs.faults import InputError, UsageError
from fundalign.inputs.read import case_from_tables, read_case, write_case
from fundalign.inputs.scenarios import parse_set
from fundalign.inputs.tables import BudgetRow, MilestoneRow

Tables = dict[str, list[dict[str, object]]]


def payments(case: Case) -> list[str]:
    return [str(row.payments) for row in case.rows(BudgetRow)]


def test_multiply_is_exact_and_leaves_the_case_as_it_was(small: Case) -> None:
    changed = small.change("budgets", "payments", where={"funder": "NM"}, multiply=0.9)
    assert payments(changed) == ["90.0", "90.450", "50", "20"]
    assert payments(small) == ["100", "100.50", "50", "20"]


@pytest.mark.parametrize(
    "where",
    [
        {"payments": "100.5"},
        {"payments": 100.5},
        {"payments": Decimal("100.500")},
        {"cycle": "b"},
        {"funder": "NM", "first_period": "2029"},
    ],
)
def test_where_compares_numbers_as_values(where: dict[str, object], small: Case) -> None:
    assert payments(small.change("budgets", "payments", where=where, set=7)) == ["100", "7", "50", "20"]


def test_where_on_an_empty_cell(small: Case) -> None:
    changed = small.change("parties", "key", where={"currency": ""}, add="0.5")
    assert [row.key for row in changed.parties.values()] == [Decimal(10), Decimal("5.5")]


def test_set_empties_a_cell_and_empty_cells_stay_empty(small: Case) -> None:
    emptied = small.change("parties", "key", where={"party": "N"}, set="")
    assert emptied.parties["N"].key is None
    doubled = emptied.change("parties", "key", multiply=2)
    assert [row.key for row in doubled.parties.values()] == [None, Decimal(10)]


def test_add_moves_periods(small: Case) -> None:
    changed = small.change("milestones", "earliest_start", where={"milestone": "m2"}, set="2028")
    moved = changed.change("milestones", "earliest_start", add=1)
    assert [row.earliest_start for row in moved.rows(MilestoneRow)] == [None, "2029", None]


def test_typed_values(small: Case) -> None:
    changed = small.change("initiatives", "complete", where={"initiative": "A"}, set=True)
    assert changed.initiatives["A"].complete is True
    assert changed.change("initiatives", "complete", where={"complete": True}, set="false").initiatives == (
        small.initiatives
    )
    assert (
        small.change("milestones", "duration", where={"duration": 2}, multiply="1.5").milestones["A"][1].duration == 3
    )


WRONG: list[tuple[str, str, dict[str, Any], tuple[str | None, str | None], str]] = [
    ("budgtes", "payments", {"set": 1}, ("table", "budgtes"), "did you mean 'budgets'?"),
    ("budgets", "payment", {"set": 1}, ("column", "payment"), "did you mean 'payments'?"),
    (
        "budgets",
        "payments",
        {"set": 1, "where": {"fundr": "NM"}},
        ("where", "fundr"),
        "did you mean 'funder'?",
    ),
    ("budgets", "payments", {"set": 1, "where": {"funder": "MN"}}, ("where", "funder=MN"), "did you mean"),
    (
        "budgets",
        "payments",
        {"set": 1, "where": {"payments": "1,5"}},
        ("payments", "1,5"),
        "a number in where",
    ),
    ("budgets", "payments", {"set": "1_000"}, ("payments", "1_000"), "thousands separators"),
    ("budgets", "payments", {"multiply": "10%"}, ("payments", "10%"), "a number"),
    ("budgets", "payments", {"set": float("nan")}, ("payments", "NaN"), "a number"),
    ("budgets", "cycle", {"multiply": 2}, ("cycle", "a"), "only set fits"),
    ("milestones", "duration", {"multiply": "0.3"}, ("duration", "0.3"), "whole number"),
    ("milestones", "deadline", {"add": 1}, ("deadline", None), "the cells are empty"),
    ("rates", "rate", {"multiply": 2}, ("where", None), "a row that matches"),
    (
        "case",
        "buffer.confidense",
        {"set": 1},
        ("column", "buffer.confidense"),
        "did you mean 'buffer.confidence'?",
    ),
    ("case", "buffer.confidence", {"set": 2}, ("buffer.confidence", "2"), "at most 0.999999"),
    ("case", "name", {"multiply": 2}, ("name", "Small"), "a number to multiply"),
    ("case", "name", {"set": "x", "where": {"a": 1}}, ("where", "a"), "settings have no rows"),
    ("case", "periods", {"set": 3}, ("last_period", "2030"), "2027 to 2029"),
    ("case", "frequency", {"set": "Q"}, ("first_period", "2027"), "2027Q3"),
    ("funders", "min_ticket", {"set": -3}, ("min_ticket", "-3"), "at least 0"),
]


@pytest.mark.parametrize(("table", "column", "change", "place", "told"), WRONG)
def test_wrong_changes(
    table: str,
    column: str,
    change: dict[str, Any],
    place: tuple[str | None, str | None],
    told: str,
    small: Case,
) -> None:
    with pytest.raises(InputError) as caught:
        small.change(table, column, **change)
    fault = caught.value.faults[0]
    assert (fault.column, fault.value) == place
    assert told in f"{fault.expected} {fault.hint}"


def test_faults_after_a_change_name_it(small: Case) -> None:
    cases = {
        "budgets.carry_over[funder=NM]=2": "5 % is written 0.05; after budgets.carry_over[funder=NM]=2",
        "budgets.payments[funder=NX]=2": "after budgets.payments[funder=NX]=2",
        "matching.funders=NM": "NM: kind public; after matching.funders=NM",
        "case.periods=3": "; case.periods=3",
        "budgets.paiments=3": "did you mean 'payments'?; after budgets.paiments=3",
    }
    for text, hint in cases.items():
        with pytest.raises(InputError) as caught:
            small.apply([parse_set("case.solve.gap=0.01"), parse_set(text)])
        assert all(hint in fault.hint for fault in caught.value.faults), caught.value.faults


@pytest.mark.parametrize("ops", [{}, {"set": 1, "add": 1}])
def test_exactly_one_operation(ops: dict[str, Any], small: Case) -> None:
    with pytest.raises(UsageError, match="exactly one"):
        small.change("budgets", "payments", **ops)


def test_settings_change(small: Case) -> None:
    changed = small.change("case", "buffer.method", set="additive").change("case", "discount_rate", set="0.03")
    assert changed.settings.buffer.method == "additive"
    assert changed.settings.discount_rate == Decimal("0.03")
    assert changed.change("case", "unit", multiply=1000).unit == 1000
    assert changed.change("case", "expected_value", set="false").settings.expected_value is False
    assert changed.change("case", "periods", add=2).T == 6


SCENARIOS = """
[[scenario]]
name = "north cuts"
[[scenario.change]]
table = "budgets"
column = "payments"
where = { funder = "NM" }
multiply = 0.9
[[scenario.change]]
table = "case"
column = "buffer.method"
set = "additive"

[[grid]]
name = "sweep"
[[grid.change]]
table = "budgets"
column = "payments"
multiply = [0.9, 1.1]
[[grid.change]]
table = "currencies"
column = "volatility"
where = { currency = "SEK" }
set = [0, 0.1, 0.2]
"""


def test_scenarios_and_grids(folder: Path, tmp_path: Path) -> None:
    (folder / "scenarios.toml").write_text(SCENARIOS)
    case = read_case(folder)
    names = [scenario.name for scenario in case.scenarios]
    assert names[0] == "north cuts"
    assert names[1:] == [f"sweep: {a}, {b}" for a in ("0.9", "1.1") for b in ("0", "0.1", "0.2")]
    cut = case.scenario("north cuts")
    assert payments(cut) == ["90.0", "90.450", "50", "20"]
    assert cut.settings.buffer.method == "additive"
    assert case.scenario("sweep: 1.1, 0.2").volatility("SEK") == Decimal("0.2")
    write_case(case, tmp_path / "small", scenarios=True)
    assert read_case(tmp_path / "small") == case
    write_case(case, tmp_path / "run")
    assert read_case(tmp_path / "run").scenarios == ()


def test_unknown_scenario(small: Case, folder: Path) -> None:
    (folder / "scenarios.toml").write_text(SCENARIOS)
    with pytest.raises(UsageError, match="did you mean 'north cuts'"):
        read_case(folder).scenario("north cut")
    with pytest.raises(UsageError, match="the case has none"):
        small.scenario("x")


def test_a_scenario_may_break_what_it_needs_and_mend_it(settings: dict[str, Any], tables: Tables) -> None:
    changes = [
        {"table": "initiatives", "column": "status", "where": {"initiative": "B"}, "set": "excluded"},
        {"table": "initiatives", "column": "name", "where": {"status": "excluded"}, "set": "dropped"},
    ]
    case = case_from_tables(settings, tables, scenarios=[{"name": "drop", "change": changes}])
    assert case.scenario("drop").initiatives["B"].name == "dropped"


BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"table": "budgets", "column": "payments"}, "", "one of set, add, multiply"),
    ({"table": "budgets", "column": "payments", "set": 1, "add": 1}, "set, add", "one of set, add, multiply"),
    ({"table": "budgets", "column": "payments", "multipy": 1}, "multipy", "did you mean 'multiply'?"),
    ({"table": "bugdets", "column": "payments", "set": 1}, "bugdets", "did you mean 'budgets'?"),
    ({"table": "budgets", "column": "payments", "set": [1, 2]}, "[1, 2]", "lists belong in a [[grid]]"),
    (
        {"table": "budgets", "column": "payments", "set": 1, "where": {"funder": "X"}},
        "funder=X",
        "a row that matches",
    ),
    ({"table": "budgets", "column": "payments", "set": "x"}, "x", "a number"),
    ({"table": "budgets", "set": "x"}, "", "column = a text"),
    ({"table": "matching", "column": "ratio", "remove": True}, "ratio", "no column: rows are removed whole"),
    ({"table": "matching", "remove": 1}, "1", "true or false"),
    ({"table": "matching", "remove": True, "set": 1}, "set, remove", "one of set, add, multiply, remove"),
    ({"table": "case", "remove": True}, "case", "a table with rows"),
    ({"table": "matching", "where": {"rule": "X"}, "remove": False}, "rule=X", "a row that matches"),
    ({"table": "matching", "where": {"rul": "X"}, "remove": True}, "rul", "did you mean 'rule'?"),
    ({"table": "milestones", "remove": True}, "", "at least one row that stays"),
]


@pytest.mark.parametrize(("change", "value", "told"), BAD)
def test_faults_of_scenarios(
    change: dict[str, Any], value: str, told: str, settings: dict[str, Any], tables: Tables
) -> None:
    with pytest.raises(InputError) as caught:
        case_from_tables(settings, tables, scenarios=[{"name": "s", "change": [change]}])
    found = [fault for fault in caught.value.faults if told in f"{fault.expected} {fault.hint}"]
    assert [(fault.file, fault.value or "") for fault in found][:1] == [("scenarios.toml", value)]


def test_scenarios_need_names_of_their_own(settings: dict[str, Any], tables: Tables) -> None:
    scenario = {"name": "s", "change": [{"table": "budgets", "column": "payments", "set": 1}]}
    with pytest.raises(InputError, match="a name of its own"):
        case_from_tables(settings, tables, scenarios=[scenario, scenario])
    with pytest.raises(InputError, match="name = a text"):
        case_from_tables(settings, tables, scenarios=[{"change": scenario["change"]}])


SETS = [
    ("budgets.payments[funder=DE,cycle=c1]*=0.9",
     Change("budgets", "payments", "multiply", "0.9", {"funder": "DE", "cycle": "c1"})),
    ("budgets.payments=0", Change("budgets", "payments", "set", "0")),
    ("budgets.payments += -5", Change("budgets", "payments", "add", "-5")),
    ("""budgets.payments[cycle="2027, first ]", funder = 'D"E' ] = 1""",
     Change("budgets", "payments", "set", "1", {"cycle": "2027, first ]", "funder": 'D"E'})),
    ("case.buffer.confidence=0.99", Change("case", "buffer.confidence", "set", "0.99")),
    ('case.name="a = b, [c]"', Change("case", "name", "set", "a = b, [c]")),
    ("case.weights.social value*=2", Change("case", "weights.social value", "multiply", "2")),
    ("initiatives.name[initiative=A]=", Change("initiatives", "name", "set", "", {"initiative": "A"})),
    ("precedence.lag[predecessor=A/m1]+=1", Change("precedence", "lag", "add", "1", {"predecessor": "A/m1"})),
    ("parties.key[name=Côte d'Or]=1", None),
    ('eligibility[rule="no B",allow=false]=remove',
     Change("eligibility", "", "remove", True, {"rule": "no B", "allow": "false"})),
    ("precedence = remove", Change("precedence", "", "remove", True)),
    ("matching[rule=m]=keep", Change("matching", "", "remove", False, {"rule": "m"})),
    ("""parties.key[name="Côte d'Or"]=1""", Change("parties", "key", "set", "1", {"name": "Côte d'Or"})),
]  # fmt: skip


@pytest.mark.parametrize(("text", "change"), SETS)
def test_set_expressions(text: str, change: Change | None) -> None:
    if change is None:
        with pytest.raises(UsageError):
            parse_set(text)
    else:
        assert parse_set(text) == change


@pytest.mark.parametrize(
    "text",
    [
        "",
        "budgets",
        "budgets.payments",
        "payments=1",
        "budgets.payments[funder=DE",
        "budgets.payments[funder=DE]",
        "budgets.payments[=DE]=1",
        "budgets.payments[funder=DE]-=1",
        "budgets.payments[a=1,a=2]=1",
        "budgets.payments[]=1",
        "budgets.payments[a=1,]=1",
        "budgets[funder=DE]",
        "budgets[funder=DE]=0",
        "budgets[funder=DE]+=remove",
        "=remove",
    ],
)
def test_set_expressions_that_cannot_be_read(text: str) -> None:
    with pytest.raises(UsageError, match="cannot read --set"):
        parse_set(text)


def test_a_set_expression_applied(small: Case) -> None:
    changed = small.apply([parse_set("budgets.payments[funder=NM,cycle=b]*=2"), parse_set("case.solve.gap=0.01")])
    assert payments(changed) == ["100", "201.00", "50", "20"]
    assert changed.settings.solve.gap == Decimal("0.01")
    assert str(parse_set("budgets.payments[funder=NM]*=2")) == "budgets.payments[funder=NM]*=2"
