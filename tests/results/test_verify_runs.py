"""Verifying whole runs, in memory and as folders, and the rule tables that an audit gives."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from fundalign.inputs.case import Case
from fundalign.results.rule_tables import rule_tables
from fundalign.results.verify import audit, verify

from .conftest import HandPlan, replace


@dataclass
class Plan:
    tables: dict[str, pd.DataFrame]
    factors: dict[str, Any]


@dataclass
class Run:
    case: Case
    plan: Plan | None
    summary: dict[str, Any]


def test_a_run_folder_verifies(folder: Path) -> None:
    found = verify(folder)
    assert found.faults == ()
    assert found.holds


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        (
            "funding.csv",
            "FA,Q,research,A,2027,EUR,500.00",
            "FA,Q,research,A,2027,EUR,500.01",
            "cover: Q in all",
        ),
        ("budgets.csv", "95.25", "95.24", "budgets.csv row 3: lapsed is 95.24, should be 95.25 EUR"),
        (
            "rules.csv",
            "matching,match,Q,research,150",
            "matching,match,Q,research,151",
            "rules.csv row 31: value is 151",
        ),
        ("equity.csv", "0.273255814", "0.3", "equity.csv row 3: value is 0.3, should be 0.273255814"),
        ("matching.csv", "850.00", "900.00", "matching.csv row 2: base is 900.00, should be 850.00"),
        ("cofunding.csv", "0.914285714", "0.9", "cofunding.csv row 2: value is 0.9, should be 0.914285714"),
        ("cofunding.csv", "at_most", "most", "cofunding.csv: columns should be rule, initiative, stage"),
        ("summary.json", '"phase"', "phase", "summary.json: cannot be read"),
        ("factors.json", '"discount"', '["discount"', "factors.json: cannot be read"),
        ("case/budgets.csv", "8000", "9000", "case/budgets.csv: was changed after the run was written"),
        ("case/budgets.csv", "8000", "9.000,0", "case: "),
        ("funding.csv", "FA,Q", '"FA,Q', "funding.csv: cannot be read"),
    ],
)
def test_a_tampered_file_is_named(folder: Path, file: str, old: str, new: str, words: str) -> None:
    replace(folder / file, old, new)
    found = verify(folder)
    assert not found.holds
    assert any(words in fault for fault in found.faults), found.faults


@pytest.mark.parametrize(
    "file",
    [
        *(
            "portfolio.csv",
            "schedule.csv",
            "funding.csv",
            "budgets.csv",
            "currency.csv",
            "flows.csv",
            "rules.csv",
        ),
        *("equity.csv", "matching.csv", "cofunding.csv", "summary.json", "factors.json", "manifest.json"),
        "case/funders.csv",
    ],
)
def test_a_missing_file_is_named(folder: Path, file: str) -> None:
    (folder / file).unlink()
    found = verify(folder)
    assert not found.holds
    assert any(fault.startswith((file, f"case: {Path(file).name}")) for fault in found.faults), found.faults


def test_a_folder_that_is_none_has_faults(tmp_path: Path) -> None:
    assert not verify(tmp_path / "nowhere").holds


def test_there_is_nothing_to_verify_without_a_plan(hand_plan: HandPlan, tmp_path: Path) -> None:
    summary = {"status": "infeasible"}
    words = ("there is no plan to verify (status infeasible)",)
    assert verify(Run(hand_plan.case, None, summary)).faults == words
    (tmp_path / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
    (tmp_path / "manifest.json").write_text("{}", encoding="utf-8")
    assert verify(tmp_path).faults == words


def test_a_run_in_memory_verifies(hand_plan: HandPlan) -> None:
    plan = Plan(hand_plan.tables, hand_plan.factors)
    assert verify(Run(hand_plan.case, plan, hand_plan.summary)).holds
    hand_plan.put("funding", 2, "amount_base", "500.01")
    assert not verify(Run(hand_plan.case, plan, hand_plan.summary)).holds


def test_rule_tables_show_what_was_achieved(hand_plan: HandPlan) -> None:
    tables = rule_tables(hand_plan.case, hand_plan.audit())
    equity = tables["equity"].set_index(["rule", "party"])
    assert equity.loc[("return", "B"), "value"] == "1"  # 475 received of 475 contributed by 2028
    assert equity.loc[("key", "A"), "value"] == "0.968992248"  # 1562.5/2150 / (300/400)
    assert equity.loc[("joins", ""), "value"] == "2"
    assert tables["matching"].to_dict("records") == [
        {"rule": "match", "initiative": "Q", "currency": "EUR", "matched": "150.00", "base": "850.00"}
        | {"achieved": "0.176470588", "ratio": "0.2", "matched_reference": "150.00", "cap": ""}
        | {"base_reference": "850.00", "min_base": ""}
    ]
    rules = tables["rules"].to_csv(index=False).splitlines()
    assert rules[0] == "family,rule,owner,index,value,at_least,at_most,slack,binding"
    assert "budgets,payments,FA,c1,550,,580,30,false" in rules
    assert "cofunding,aid,Q,,1600,875,1662.5,62.5,false" in rules
    assert "equity,return,B,geo_return;2028,475,427.5,,47.5,false" in rules


def test_a_return_on_nothing_contributed_is_empty_and_holds(hand_plan: HandPlan) -> None:
    case = hand_plan.case.change("funders", "kind", where={"funder": "FB"}, set="private")
    found = audit(case, hand_plan.tables, hand_plan.summary, hand_plan.factors)
    equity = rule_tables(case, found)["equity"].set_index(["rule", "party"])
    assert equity.loc[("return", "B"), "value"] == ""
    assert equity.loc[("return", "B"), "holds"] == "true"


def test_the_rule_tables_given_are_compared_whole(hand_plan: HandPlan) -> None:
    rules = rule_tables(hand_plan.case, hand_plan.audit())["rules"]
    hand_plan.tables["rules"] = rules.iloc[1:]
    faults = hand_plan.audit().faults
    assert f"rules.csv: has {len(rules) - 1} rows, should have {len(rules)}" in faults
    assert any("more cells differ from the recomputation" in fault for fault in faults)
