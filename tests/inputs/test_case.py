"""The accessors of a case, the schema, the shipped cases."""

from __future__ import annotations

import dataclasses
import pickle
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from fundalign.inputs.case import Case, Precedence
from fundalign.inputs.faults import Fault, InputError, UsageError
from fundalign.inputs.read import case_from_tables, read_case
from fundalign.inputs.schema import tables as schema
from fundalign.inputs.shipped import resolve_case, shipped_cases, shipped_path
from fundalign.inputs.tables import TABLES

Tables = dict[str, list[dict[str, object]]]


def test_every_table_is_there(small: Case) -> None:
    assert set(small.tables) == set(TABLES)
    assert small.tables["rates"] == ()
    assert [row.funder for row in small.funders.values()] == ["NM", "SM", "MF"]


def test_a_case_is_frozen(small: Case) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(small, *("name", "other"))
    with pytest.raises(ValueError, match="frozen"):
        setattr(small.funders["NM"], *("kind", "private"))


def test_a_case_can_be_sent_to_another_process(small: Case) -> None:
    assert small.shares
    assert pickle.loads(pickle.dumps(small)) == small
    error = InputError([Fault("a.csv", 2, "b", "c", "d")])
    assert pickle.loads(pickle.dumps(error)).faults == error.faults


def test_cycles_in_time(tables: Tables, settings: dict[str, Any]) -> None:
    tables["budgets"].reverse()
    tables["funders"].append({"funder": "late", "kind": "private", "currency": "EUR"})
    case = case_from_tables(settings, tables)
    assert [(cycle.name, list(cycle.periods)) for cycle in case.cycles["NM"]] == [
        ("a", [1, 2]),
        ("b", [3, 4]),
    ]
    assert case.cycles["late"] == ()


def test_milestones_in_order(tables: Tables, settings: dict[str, Any]) -> None:
    tables["milestones"].reverse()
    assert [row.milestone for row in case_from_tables(settings, tables).milestones["A"]] == ["m1", "m2"]


def test_shares_are_normalised(tables: Tables, settings: dict[str, Any]) -> None:
    tables["shares"][0]["share"] = "0.5000005"
    case = case_from_tables(settings, tables)
    assert sum(case.shares["A"].values()) == 1
    assert case.shares["A"]["N"] == Fraction(5000005, 10000005)


def test_pots(tables: Tables, settings: dict[str, Any]) -> None:
    tables["initiatives"][0]["pot"] = "real"
    tables["initiatives"].append({"initiative": "C", "currency": "EUR"})
    tables["milestones"].append({"initiative": "C", "milestone": "m", "order": 1, "duration": 1, "cost": 1, "value": 1})
    case = case_from_tables(settings, tables)
    assert [case.pot(i) for i in "ABC"] == ["real", "virtual", "real"]
    assert "C" not in case.shares


def test_profiles(tables: Tables, settings: dict[str, Any]) -> None:
    tables["cost_profile"] = [
        {"initiative": "A", "milestone": "m1", "offset": 2, "share": "0.75"},
        {"initiative": "A", "milestone": "m1", "offset": 0, "share": "0.25"},
    ]
    case = case_from_tables(settings, tables)
    assert case.profile("A", "m1") == (Fraction(1, 4), 0, Fraction(3, 4))
    assert case.profile("A", "m2") == (Fraction(1, 2), Fraction(1, 2))
    assert (case.paid_periods("A", "m1"), case.paid_periods("A", "m2")) == (3, 2)


def test_values_from_scores(tables: Tables, settings: dict[str, Any]) -> None:
    assert case_from_tables(settings, tables).value("A", "m2") == 9
    settings["weights"] = {"science": 2, "jobs": 0.5}
    tables["criteria"] = []
    for row in tables["milestones"]:
        del row["value"]
        for criterion, score in (("science", 3), ("jobs", -1)):
            key = {"initiative": row["initiative"], "milestone": row["milestone"]}
            tables["criteria"].append({**key, "criterion": criterion, "score": score})
    # 2 * 3 - 0.5 * 1
    assert case_from_tables(settings, tables).value("A", "m2") == Decimal("5.5")


def test_rates(tables: Tables, settings: dict[str, Any]) -> None:
    tables["rates"] = [{"currency": "SEK", "period": "2028", "rate": "0.11"}]
    tables["correlations"] = [{"currency_a": "SEK", "currency_b": "USD", "correlation": "0.2"}]
    tables["currencies"][0]["hedge_cost"] = "0.01"
    case = case_from_tables(settings, tables)
    assert [case.rate("SEK", t) for t in (1, 2, 3)] == [Decimal("0.1"), Decimal("0.11"), Decimal("0.1")]
    assert (case.reference_rate("SEK"), case.reference_rate("EUR"), case.rate("EUR", 2)) == (
        Decimal("0.1"),
        1,
        1,
    )
    assert (case.volatility("SEK"), case.volatility("EUR")) == (Decimal("0.08"), 0)
    assert [case.correlation(*pair) for pair in (("SEK", "USD"), ("USD", "SEK"), ("SEK", "JPY"), ("SEK", "SEK"))] == [
        Decimal("0.2"),
        Decimal("0.2"),
        0,
        1,
    ]
    assert [case.hedge_cost(c) for c in ("SEK", "USD", "EUR")] == [Decimal("0.01"), None, 0]
    assert (case.minor_digits("JPY"), case.base, case.unit) == (0, "EUR", 1)


def test_selectors(small: Case) -> None:
    assert small.select_funders("") == {"NM", "SM", "MF"}
    assert small.select_funders("public") == small.select_funders("ministries") == {"NM", "SM"}
    assert small.select_funders("private") == frozenset()
    assert small.select_source("public") == {"NM", "SM", "MF"}
    assert small.select_source("matching") == {"MF"}
    assert small.select_initiatives("maps") == {"A"}
    assert small.select_initiatives("C1") == small.select_initiatives("both") == {"A", "B"}
    assert small.select_parties("north") == {"N"}
    with pytest.raises(KeyError):
        small.select_parties("each")


def test_sources_may_differ_from_kinds(tables: Tables, settings: dict[str, Any]) -> None:
    tables["funders"][2]["source"] = "private"
    case = case_from_tables(settings, tables)
    assert [case.source(f) for f in case.funders] == ["public", "public", "private"]
    assert case.select_source("private") == {"MF"}


def test_parties_without_their_table(tables: Tables, settings: dict[str, Any]) -> None:
    del tables["parties"]
    case = case_from_tables(settings, tables)
    assert {p: (row.name, row.currency, row.key) for p, row in case.parties.items()} == {
        "N": (None, None, None),
        "S": (None, None, None),
    }


def test_precedence_with_initiatives(tables: Tables, settings: dict[str, Any]) -> None:
    tables["precedence"] = [
        {"predecessor": "A", "successor": "B", "lag": "1"},
        {"predecessor": "A", "successor": "B", "type": "start-start"},
    ]
    assert case_from_tables(settings, tables).predecessors() == (
        Precedence("A", "m2", "B", "m1", "finish-start", 1),
        Precedence("A", "m1", "B", "m1", "start-start", 0),
    )


def test_every_column_is_described() -> None:
    for table, columns in schema().items():
        assert TABLES[table].__doc__
        assert columns
        for column in columns:
            assert column.description.endswith("."), (table, column.name)
            assert column.kind != "choice" or column.choices, (table, column.name)
            assert column.kind not in ("label", "selector") or not column.bounds
    assert {name for name, model in TABLES.items() if model.NEEDED} == {
        "funders",
        "budgets",
        "initiatives",
        "milestones",
    }


def test_shipped_cases_are_sound() -> None:
    assert {"tiny", "quantum", "horizon"} <= set(shipped_cases())
    for name in shipped_cases():
        case = read_case(shipped_path(name))
        assert case.name == name
        for scenario in case.scenarios:
            assert case.scenario(scenario.name).contradictions == ()


def test_a_case_is_found_by_path_or_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert resolve_case("tiny") == shipped_path("tiny")
    Path("tiny").mkdir()
    assert resolve_case("tiny") == Path("tiny")
    with pytest.raises(UsageError, match="did you mean 'quantum'"):
        resolve_case("quantm")
    with pytest.raises(UsageError, match="no shipped case"):
        shipped_path("nothing")


def test_a_fault_in_one_line() -> None:
    fault = Fault("budgets.csv", 5, "payments", "1_000", "a number", "no separators")
    assert str(fault) == "budgets.csv, row 5, payments: '1_000' expected a number (no separators)"
    assert str(InputError([fault])).splitlines()[0] == "1 fault in the input:"
    assert fault.as_dict()["row"] == 5


def test_a_message_stays_readable() -> None:
    error = InputError([Fault("a.csv", row, "b", "c", "d") for row in range(2, 1002)])
    assert len(error.faults) == 1000
    assert str(error).splitlines()[0] == "1000 faults in the input:"
    assert str(error).splitlines()[-1] == "  ... and 800 more"
