"""Levels, synergies, tickets, ceilings, guarantees, stability and risk: a plan made by hand keeps them, or is told."""

import copy
from pathlib import Path
from typing import Any

import pytest

from fundalign.results.folder import write_folder
from fundalign.results.plan import Plan
from fundalign.results.rule_tables import rule_tables
from fundalign.results.store import read_run
from fundalign.results.verify import verify

from .conftest import MANIFEST, HandPlan, make_case, tables_of
from .promises import CASE, FACTORS, PLAN, SETTINGS, SUMMARY

# One cell each: table, spreadsheet row, column, text, and words of the fault it must give.
CELLS = [
    ("schedule", 2, "level", "0.95", "cover: I / dev / 2027: paid 180, due 190 EUR"),
    ("schedule", 2, "level", "0.4", "milestones: level (I/m1): 0.4, at least 0.5 required"),
    ("schedule", 2, "level", "1.2", "level is 1.2, should be above 0, at most 1"),
    ("schedule", 2, "level", "0", "level is 0, should be above 0"),
    ("schedule", 2, "level", "0.9000000000001", "with at most 12 decimals"),
    ("schedule", 2, "level", "full", "level is not a number: 'full'"),
    ("schedule", 4, "level", "0.8", "milestones: level sequence (I/m3, after I/m2): 0.8, at most 0.75 allowed"),
    ("schedule", 5, "level", "0.9", "schedule.csv row 5: level is 0.9, should be 1"),
    ("schedule", 3, "cost", "299.99", "schedule.csv row 3: cost is 299.99, should be 300 EUR"),
    ("portfolio", 2, "value", "36", "portfolio.csv row 2: value is 36, should be 27"),
    ("portfolio", 2, "present_value", "27", "portfolio.csv row 2: present_value is 27, should be 21.36"),
    ("commitments", 2, "amount", "140.03", "committed 300.03, what begins costs 300 EUR"),
    ("commitments", 2, "amount", "139.99", "FA for I / build: commits 139.99 in all, pays 140 EUR"),
    ("commitments", 6, "amount", "150.00", "committed 290, what begins costs 300 EUR"),
    ("commitments", 6, "amount", "150.00", "PB for I / build: by 2029 10 EUR more is paid than committed"),
    ("commitments", 2, "period", "2029", "commitments: I / build / 2028: committed 160, what begins costs 300 EUR"),
    ("commitments", 2, "period", "2029", "FA for I / build: by 2028 50 EUR more is paid than committed"),
    ("commitments", 2, "amount_funder", "140.01", "amount_funder is 140.01, should be 140 EUR"),
    ("commitments", 2, "currency", "SEK", "commitments.csv row 2: currency is SEK, should be EUR"),
    ("commitments", 2, "funder", "FZ", "commitments.csv row 2: unknown funder 'FZ'"),
    ("commitments", 3, "stage", "build", "commitments: I / build / 2027: committed 120, what begins costs 0 EUR"),
    ("commitments", 7, "period", "2028", "commitments.csv row 7: this commitment is listed twice (first in row 6)"),
    ("commitments", 2, "amount", "0.00", "amount is 0; only commitments above 0 are listed"),
    ("commitments", 4, "initiative", "Z", "commitments: J / build / 2028: committed 0, what begins costs 100 EUR"),
    ("budgets", 2, "commitments", "400.01", "budgets.csv row 2: commitments is 400.01, should be 400 EUR"),
    ("budgets", 2, "committed", "359.99", "budgets.csv row 2: committed is 359.99, should be 360 EUR"),
    ("budgets", 3, "committed", "", "budgets.csv row 3: committed is not a number: ''"),
    ("budgets", 4, "committed", "", "budgets.csv row 4: committed is not a number: ''"),
    ("budgets", 5, "committed", "0.00", "budgets.csv row 5: committed is 0.00, should be empty"),
    ("budgets", 5, "commitments", "0.00", "budgets.csv row 5: commitments is 0.00, should be empty"),
    ("budgets", 5, "provision", "139.99", "budgets.csv row 5: provision is 139.99, should be 140 SEK"),
    ("guarantees", 2, "guaranteed", "69.00", "mobilises 210 EUR, 69 guaranteed allow 207"),
    ("guarantees", 2, "guaranteed", "101.00", "guarantees 101 EUR in all, its cap is 100"),
    ("guarantees", 2, "guaranteed", "135.00", "guarantees 135 EUR in cycle k, 116.666666666667 are needed at most"),
    ("guarantees", 2, "mobilised", "200.00", "guarantees mobilise 200.005 of the 210 EUR covered funders pay"),
    ("guarantees", 2, "mobilised", "211.00", "guarantees mobilise 211, covered funders pay 210 EUR"),
    ("guarantees", 2, "achieved", "3.1", "achieved is 3.1, should be 3"),
    ("guarantees", 2, "leverage", "4", "leverage is 4, should be 3"),
    ("guarantees", 2, "cap", "", "cap is empty, should be 100"),
    ("guarantees", 2, "provision", "139.99", "guarantees.csv row 2: provision is 139.99, should be 140 SEK"),
    ("guarantees", 2, "provision_currency", "EUR", "provision_currency is EUR, should be SEK"),
    ("guarantees", 2, "guarantor", "FA", "guarantor is FA, should be GU"),
    ("guarantees", 2, "cycle", "c1", "unknown cycle 'c1' of 'GU'"),
    ("guarantees", 2, "initiative", "Z", "no guarantee 'cover' for 'Z'"),
    ("guarantees", 2, "initiative", "J", "guarantees: cover: J: guarantees 70 EUR in cycle k, 33.3333333333333 are"),
    ("guarantees", 2, "guarantee", "other", "no guarantee 'other' for 'I'"),
    ("funding", 5, "amount", "99.99", "cover: J in all: paid 99.99"),
    ("funding", 6, "stage", "dev", "guarantees: I: no guarantee covers 100 EUR of PB for stage dev"),
]

# One change of the case each: table, column, where, new text, words of the fault ("" = the plan still holds).
RULES = [
    ("milestones", "min_level", {"milestone": "m2"}, "0.8", "milestones: level (I/m2): 0.75, at least 0.8 required"),
    ("milestones", "min_level", {"milestone": "m2"}, "0.75", ""),
    ("funders", "min_ticket", {"funder": "FA"}, "100.02", "tickets: minimum ticket (FA, J): 100 EUR, at least 100.02"),
    ("funders", "min_ticket", {"funder": "FA"}, "100.01", ""),  # to a cent per payment
    ("funders", "max_change", {"funder": "FA"}, "0.18", ""),  # 0.18·1000/2 = 90
    ("funders", "max_change", {"funder": "FA"}, "0.1799", "stability: change per period (FA, c1, c2): -90 EUR"),
    ("funders", "risk_tolerance", {"funder": "PB"}, "0.28", ""),
    ("funders", "risk_tolerance", {"funder": "PB"}, "0.2798", "risk_tolerance: PB: what it pays for fails with 0.28"),
    ("budgets", "commitments", {"cycle": "c1"}, "360", "budgets.csv row 2: commitments is 400, should be 360 EUR"),
    ("budgets", "commitments", {"cycle": "c1"}, "359.99", "commitments: FA, cycle c1: commits 360 of at most 359.99"),
    ("guarantees", "leverage", {}, "2.9", "guarantees: cover: I: mobilises 210 EUR, 70 guaranteed allow 203"),
    ("guarantees", "cap", {}, "69.99", "guarantees: cover: guarantees 70 EUR in all, its cap is 69.99"),
    ("guarantees", "provisioning_rate", {}, "0.21", "provision is 140, should be 147 SEK"),
    ("guarantees", "stage", {}, "dev", "no guarantee covers 210 EUR of PB for stage build"),
    ("guarantees", "initiatives", {}, "J", "no guarantee 'cover' for 'I'"),
    ("matching", "ratio", {}, "0.49", "matching: match: I: matched 60 EUR, at most 58.8 (0.49 per unit of 120 public)"),
    ("matching", "cap", {}, "59.99", "matching: match: I: matched 60 EUR, its cap is 59.99"),
    ("matching", "cap", {}, "60", ""),
    ("matching", "min_base", {}, "120.01", ""),  # to a cent per amount of base
    ("matching", "min_base", {}, "120.02", "matched on 120 EUR of base, at least 120.02 needed"),
    ("synergies", "value", {}, "-4", "term synergies is 2.0, should be -4"),
    ("synergies", "initiatives", {}, "J", "term synergies is 2.0, should be 4"),
    ("case", "objective.goal", {}, "public_money", "terms should hold the terms public_pay, hedge_costs, provisions"),
]


@pytest.fixture
def promises() -> HandPlan:
    case = make_case(CASE, SETTINGS)
    return HandPlan(case, tables_of(PLAN), copy.deepcopy(SUMMARY), copy.deepcopy(FACTORS))


def test_the_plan_holds_and_every_family_has_rows(promises: HandPlan) -> None:
    audit = promises.audit()
    assert audit.faults == ()
    assert audit.holds
    families = {row.family for row in audit.rows}
    assert families >= {"synergies", "tickets", "guarantees", "commitments", "stability", "risk_tolerance", "matching"}


@pytest.mark.parametrize(("table", "row", "column", "text", "words"), CELLS)
def test_one_cell_changed_is_named(
    promises: HandPlan, table: str, row: int, column: str, text: str, words: str
) -> None:
    promises.put(table, row, column, text)
    audit = promises.audit()
    assert not audit.holds
    assert any(words in fault for fault in audit.faults), audit.faults


@pytest.mark.parametrize(("table", "column", "where", "value", "words"), RULES)
def test_a_rule_that_the_plan_breaks_is_named(
    promises: HandPlan, table: str, column: str, where: dict[str, object], value: str, words: str
) -> None:
    promises.case = promises.case.change(table, column, where=where, set=value)
    audit = promises.audit()
    told = [fault for fault in audit.faults if not fault.startswith(f"{table}.csv")]
    assert told == [] if not words else any(words in fault for fault in audit.faults), audit.faults


@pytest.mark.parametrize("table", ["commitments", "guarantees"])
def test_tables_of_promises_are_needed_where_the_case_has_them(promises: HandPlan, table: str) -> None:
    whole = promises.tables.pop(table)
    assert f"{table}.csv: the table is missing" in promises.audit().faults
    promises.tables[table] = whole.drop(index=0)
    assert not promises.audit().holds
    promises.tables[table] = whole.rename(columns={whole.columns[-1]: "other"})
    assert f"{table}.csv: unknown column other" in promises.audit().faults


def test_rules_are_told_in_words(promises: HandPlan) -> None:
    tables = rule_tables(promises.case, promises.audit())
    rules = tables["rules"].to_csv(index=False).splitlines()
    for line in (
        "milestones,level,I/m2,,0.75,0.25,1,0.25,false",
        "milestones,level sequence,I/m3,after I/m2,0.5,,0.75,0.25,false",
        "synergies,together,,both,2,0,4,2,false",
        "tickets,minimum ticket,FA,J,100,100,,0,true",
        "stability,change per period,FA,c1;c2,-90,-250,250,160,false",
        "risk_tolerance,average probability of failure,PB,,58.8,,63,4.2,false",
        "commitments,ceiling,FA,c1,360,,400,40,false",
        "commitments,all of what begins,I,build;2028,300,300,300,0,true",
        "commitments,paid ahead,PB,I;build,0,,0,0,false",
        "commitments,committed and paid,PB,I;build,210,210,210,0,true",
        "guarantees,cover,I,leverage,210,,210,0,true",
        "guarantees,cover,I,guaranteed;k,70,,116.666666666667,46.6666666666667,false",
        "guarantees,cover,,cap,70,,100,30,false",
        "matching,match,I,dev;by 2027,60,,60,0,true",
        "matching,match,I,dev;cap,60,,70,10,false",
        "matching,match,I,dev;least base,120,100,,20,false",
    ):
        assert line in rules
    assert tables["matching"].to_dict("records") == [
        {"rule": "match", "initiative": "I", "currency": "EUR", "matched": "60.00", "base": "120.00"}
        | {"achieved": "0.5", "ratio": "0.5", "matched_reference": "60.00", "cap": "70"}
        | {"base_reference": "120.00", "min_base": "100"}
    ]


@pytest.mark.parametrize(
    ("goal", "terms", "objective"),
    [
        ({"goal": "public_money"}, {"public_pay": 360.0, "hedge_costs": 0.0, "provisions": 14.0}, 374.0),
        ({"goal": "public_money", "required_value": 28.36}, {"public_pay": 360.0, "hedge_costs": 0.0}, 374.0),
        ({"goal": "received", "group": "A"}, {"received": 126.0}, 126.0),  # a fifth of 630
        ({"goal": "key"}, {"key": 1.26}, 1.26),  # A 126/100, B 504/300 = 1.68
    ],
)
def test_other_goals(goal: dict[str, Any], terms: dict[str, float], objective: float) -> None:
    parties = "\nparties\nparty,key\nA,100\nB,300\n\nshares\ninitiative,party,share\n"
    parties += "".join(f"{i},{p},{share}\n" for i in "IJ" for p, share in (("A", "0.2"), ("B", "0.8")))
    text = CASE.replace("initiative,currency\nI,EUR\nJ,EUR", "initiative,currency,pot\nI,EUR,real\nJ,EUR,real")
    plan = tables_of(PLAN.replace(",,630.00", ",A,126.00\n,B,504.00"))
    if goal["goal"] == "public_money":
        terms = {"public_pay": 360.0, "hedge_costs": 0.0, "provisions": 14.0}
    summary = SUMMARY | {"goal": goal["goal"], "terms": terms, "objective": objective, "bound": objective}
    case = make_case(text + parties, SETTINGS | {"objective": goal})
    found = HandPlan(case, plan, summary | {"value": 28.36}, FACTORS)
    assert found.audit().faults == ()
    rows = [row for row in found.audit().rows if row.family == "required_value"]
    assert [float(row.value) for row in rows] == [28.36]
    found.summary |= {"value": 28.3}
    assert found.audit().faults == ("summary.json: value is 28.3, should be 28.36",)
    found.summary |= {"value": 28.36, "objective": objective + 1, "bound": objective + 1}
    assert f"summary.json: objective is {objective + 1}, should be" in found.audit().faults[0]
    found.summary |= {"objective": objective, "bound": objective - 1, "gap": 1 / objective}
    least = goal["goal"] == "public_money"
    assert any("is below the objective" in fault for fault in found.audit().faults) is not least
    found.case = case.change("case", "objective.required_value", set="28.37")
    assert "required_value: value required" in found.audit().faults[0]


def test_a_run_with_promises_is_written_and_read(promises: HandPlan, tmp_path: Path) -> None:
    tables = promises.tables | rule_tables(promises.case, promises.audit())
    documents = {"summary": promises.summary, "factors": promises.factors, "manifest": MANIFEST | {"case": "promises"}}
    folder = write_folder(tmp_path / "run", promises.case, documents, tables)
    assert verify(folder).faults == ()
    plan = read_run(folder).plan
    assert plan is not None
    assert plan.commitments["amount"].sum() == 630
    assert plan.guarantees.loc[0, "achieved"] == 3
    assert plan.schedule["level"].tolist() == [0.9, 0.75, 0.5, 1]
    assert plan.budgets["committed"].isna().tolist() == [False, False, False, True, False]
    assert isinstance(plan, Plan)
