"""No column of a run is ignored by verify: one cell changed in each column of each table is found."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fundalign.inputs.read import case_from_tables
from fundalign.optimizer.replan import replan
from fundalign.optimizer.solve import SolveOptions, solve
from fundalign.results.plan import Plan, Run
from fundalign.results.verify import verify

from ..models.small import tables_of

CASE = """
funders
funder,kind,party,currency,min_ticket,max_change,risk_tolerance,contingency
FN,public,N,EUR,1,2,0.5,0.1
FS,public,S,EUR,,,,
PR,private,,EUR,,,,
ME,matching,,EUR,,,,

budgets
funder,cycle,first_period,last_period,payments,commitments,carry_over,reserved
FN,a,2027,2027,40,60,0.5,1
FN,b,2028,2029,40,60,,
FS,a,2027,2029,90,,,
PR,a,2027,2029,20,,,
ME,a,2027,2029,10,,,

currencies
currency,rate,volatility,hedge_cost
SEK,0.1,0.1,0.001

parties
party,currency,key
N,,2
S,SEK,1

initiatives
initiative,name,theme,currency,pot,call,rank
A,Atlas,maps,EUR,virtual,c,1
B,,,EUR,real,c,2
C,,,EUR,,,

milestones
initiative,milestone,order,stage,duration,cost,value,success,min_level
A,r,1,research,1,20,5,0.9,1
A,b,2,build,2,30,6,1,0.5
B,b,1,build,1,12,4,1,1
C,c,1,build,1,400,1,1,1

shares
initiative,party,share
A,N,0.6
A,S,0.4
B,N,0.5
B,S,0.5

groups
group,kind,member
pair,initiative,A
pair,initiative,B

eligibility
rule,funders,initiatives,allow
no,PR,C,false

precedence
predecessor,successor
A/r,B

choices
choice,initiatives,at_most
few,pair,2

cofunding
rule,funders,at_most
aid,public,0.9

matching
rule,funders,base,ratio,cap
m,ME,both,0.2,5

guarantees
guarantee,guarantor,funders,provisioning_rate,leverage
g,FN,PR,0.2,2

equity
rule,measure,parties,at_least
back,geo_return,each,0.1

earmarks
rule,funders,initiatives,at_least
e,FN,A,0.1

synergies
synergy,initiatives,value
both,pair,2
"""
SETTINGS = {"name": "all", "currency": "EUR", "first_period": "2027", "periods": 3, "buffer": {"method": "additive"}}
RUN_TABLES = {
    *("portfolio", "schedule", "funding", "budgets", "currency", "flows", "commitments", "guarantees"),
    *("equity", "matching", "cofunding", "rules", "differences"),
}


@pytest.fixture(scope="module")
def run() -> Run:
    """A re-plan of what is unchanged, so that there are differences, too."""
    options = SolveOptions(gap=0.0, threads=1)
    case = case_from_tables(SETTINGS, tables_of(CASE))
    return replan(case, solve(case, options), "2028", options=options)


def other(text: str) -> str:
    """What a cell does not say."""
    if text in ("true", "false"):
        return "false" if text == "true" else "true"
    try:
        return f"{float(text) + 1:g}"
    except ValueError:
        return f"{text}x"


def test_every_table_has_rows(run: Run) -> None:
    assert run.plan is not None
    assert verify(run).faults == ()
    assert {name for name, table in run.plan.tables.items() if len(table)} == RUN_TABLES


@pytest.mark.parametrize("table", sorted(RUN_TABLES))
def test_a_changed_cell_of_every_column_is_found(run: Run, table: str) -> None:
    assert run.plan is not None
    frame = run.plan.tables[table]
    missed = []
    for place, column in enumerate(frame.columns):
        spoilt = frame.copy()
        spoilt.iat[0, place] = other(str(frame.iat[0, place]))
        tampered = replace(run, plan=Plan({**run.plan.tables, table: spoilt}, run.plan.factors), audit=None)
        if not any(fault.startswith(table) for fault in verify(tampered).faults):
            missed.append(column)
    assert missed == []
