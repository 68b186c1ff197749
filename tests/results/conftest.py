"""A tiny case in which every rule family is at work, and a plan for it made by hand.

EUR is the base, 1 SEK = 0.1 EUR (0.125 EUR when paid in 2028). Discount 0.8 and growth of Q 1.5 per year.

Q (virtual pot, A 3/4, B 1/4; B's lines in SEK)  m1 in 2027: 1000             A 750.00   B 250 EUR = 2500 SEK
    m2 in 2028-2029: 400/2 each, grown 200·1.5 = 300, 200·2.25 = 450 A 225.00 and 337.50
                                                                    B 75 and 112.5 EUR = 750 and 1125 SEK
R (real pot, A and B 1/2)                        r1 in 2028: 300              300.00
S (virtual pot, A 1)                             s1 in 2027-2029: 100/3 each  33.33 + 33.33 + 33.34
X (ranked after R)                               not funded

FA pays 500 + 225 + 337.5 for Q, 100 for R. PA pays 150 for Q and all of S. ME matches m1: 100 EUR, 500 SEK.
FB pays 2000 + 750 + 1125 SEK for Q and 200 EUR for R, at 8 SEK per EUR: 1600 SEK, of which 50 EUR are hedged.

value  m1 10·0.5·1 + m2 20·0.5·0.8² + r1 5·0.5·0.8 + s1 4·1·0.8² = 5 + 6.4 + 2 + 2.56 = 15.96
"""

import copy
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from fundalign.inputs.case import Case
from fundalign.inputs.read import case_from_tables
from fundalign.results.folder import write_folder
from fundalign.results.rule_tables import rule_tables
from fundalign.results.verify import Audit, audit

SETTINGS: dict[str, Any] = {
    "name": "by hand",
    "currency": "EUR",
    "first_period": "2027",
    "periods": 4,
    "discount_rate": 0.25,
    "buffer": {"method": "additive", "confidence": 0.95},
}

# Base of ME's matching of m1: 500 + 150 + 200 = 850, at 0.2: 170 ≥ 100 + 50.
# Public source pays 1062.5 + 387.5 + 150 = 1600 of Q's 1750.
# Received: A 1312.5 + 150 + 100 = 1562.5, B 437.5 + 150 = 587.5 of 2150.
# Contributed: A 1162.5, B 587.5 of 1750.
# Geo-return of B by 2028: (250 + 75 + 150) / (200 + 75 + 200) = 1.
CASE = """
funders
funder,kind,party,currency,contingency
FA,public,A,EUR,0.1
FB,public,B,SEK,0
PA,private,A,EUR,0
ME,matching,,EUR,0

budgets
funder,cycle,first_period,last_period,payments,carry_over,reserved
FA,c1,2027,2027,600,0.04,20
FA,c2,2028,2030,800,0.5,0
FB,c,2027,2030,8000,0,0
PA,c,2027,2029,300,0,0
ME,c,2027,2028,200,0,0

currencies
currency,rate,volatility,hedge_cost
SEK,0.1,0.1,0.01

rates
currency,period,rate
SEK,2028,0.125

parties
party,currency,key
A,,300
B,SEK,100

initiatives
initiative,theme,currency,pot,call,rank,complete,max_pause,escalation
Q,T,EUR,virtual,,,true,1,0.5
R,,EUR,real,C,1,false,,0
S,,EUR,virtual,,,false,,0
X,,EUR,virtual,C,2,false,,0

milestones
initiative,milestone,order,stage,duration,cost,value,success
Q,m1,1,research,1,1000,10,0.5
Q,m2,2,build,2,400,20,1
R,r1,1,research,1,300,5,1
S,s1,1,research,3,100,4,1
X,x1,1,research,1,500,9,1

shares
initiative,party,share
Q,A,0.75
Q,B,0.25
R,A,0.5
R,B,0.5
S,A,1
X,A,1

groups
group,kind,member
G,initiative,R
G,initiative,X

eligibility
rule,funders,initiatives,stage,parties,allow,reason
no-R,PA,R,,B,false,statute
me-only,ME,Q,research,,true,

precedence
predecessor,successor,type,lag
Q/m1,R,finish-start,0
S,Q,start-start,0

choices
choice,initiatives,at_least,at_most
one-of-G,G,1,1

cofunding
rule,funders,initiatives,stage,at_least,at_most
aid,public,Q,,0.5,0.95

matching
rule,funders,base,ratio,initiatives,stage
match,ME,both,0.2,Q,research

equity
rule,measure,parties,at_least,at_most,by
floor,received,each,0.2,,
payers,contributed,A,,0.7,
return,geo_return,each,0.9,,2028
key,key,each,0.9,,
joins,initiatives,B,2,,

earmarks
rule,funders,initiatives,stage,at_least,at_most,by
theme,FA,T,,0.8,,
"""

# δ(ME, SEK, 2027) = 0.1·(exp(1.64485·0.1·√1) − 1); δ(FB, EUR, 2028) = 8·(exp(1.64485·0.1·√2) − 1)
# FA c1: 600 − 20 − 500 − 50 (a tenth of what it pays) = 30, of which 0.04·600 = 24 are carried over
# FA c2: 800 + 24 − 662.5 − 66.25 = 95.25
# FB: hedging 50 EUR·0.01·2 years·8 = 8 SEK; buffer 150·2.09518898673 = 314.2783 SEK
# FB: 8000 − 5475 − 8 − 314.28 = 2202.72
# ME: 500·0.0178786315171 = 8.9393; 200 − 150 − 8.94 = 41.06
PLAN = """
portfolio
initiative,name,theme,funded,complete,start,finish,milestones_done,milestones,cost,currency,value,present_value,public,private,matching
Q,,T,true,true,2027,2029,2,2,1750.00,EUR,30,11.4,1450.00,150.00,150.00
R,,,true,true,2028,2028,1,1,300.00,EUR,5,2,300.00,0.00,0.00
S,,,true,true,2027,2029,1,1,100.00,EUR,4,2.56,0.00,100.00,0.00
X,,,false,false,,,0,1,0.00,EUR,0,0,0.00,0.00,0.00

schedule
initiative,milestone,stage,done,start,finish,level,cost,success
Q,m1,research,true,2027,2027,1,1000.00,0.5
Q,m2,build,true,2028,2029,1,750.00,1
R,r1,research,true,2028,2028,1,300.00,1
S,s1,research,true,2027,2029,1,100.00,1
X,x1,research,false,,,0,0.00,1

funding
funder,initiative,stage,party,period,currency,amount,amount_funder,amount_base
FA,Q,research,A,2027,EUR,500.00,500.00,500.00
FA,Q,build,A,2028,EUR,225.00,225.00,225.00
FA,Q,build,A,2029,EUR,337.50,337.50,337.50
FA,R,research,,2028,EUR,100.00,100.00,100.00
FB,Q,research,B,2027,SEK,2000.00,2000.00,200.00
FB,Q,build,B,2028,SEK,750.00,750.00,75.00
FB,Q,build,B,2029,SEK,1125.00,1125.00,112.50
FB,R,research,,2028,EUR,200.00,1600.00,200.00
PA,Q,research,A,2027,EUR,150.00,150.00,150.00
PA,S,research,A,2027,EUR,33.33,33.33,33.33
PA,S,research,A,2028,EUR,33.33,33.33,33.33
PA,S,research,A,2029,EUR,33.34,33.34,33.34
ME,Q,research,A,2027,EUR,100.00,100.00,100.00
ME,Q,research,B,2027,SEK,500.00,50.00,50.00

budgets
funder,cycle,payments,reserved,carried_in,spent,hedge_cost,provision,buffer,carried_out,lapsed,execution_rate,commitments,committed
FA,c1,600.00,20.00,0.00,500.00,0.00,0.00,50.00,24.00,6.00,0.833333,,
FA,c2,800.00,0.00,24.00,662.50,0.00,0.00,66.25,0.00,95.25,0.804005,,
FB,c,8000.00,0.00,0.00,5475.00,8.00,0.00,314.28,0.00,2202.72,0.684375,,
PA,c,300.00,0.00,0.00,250.00,0.00,0.00,0.00,0.00,50.00,0.833333,,
ME,c,200.00,0.00,0.00,150.00,0.00,0.00,8.94,0.00,41.06,0.75,,

currency
funder,currency,period,exposure,hedged,unhedged,worst_case_loss
FB,EUR,2028,200.00,50.00,150.00,314.28
ME,SEK,2027,500.00,0.00,500.00,8.94

flows
payer_party,receiving_party,amount_base
,A,100.00
,B,50.00
A,A,1362.50
A,B,50.00
B,A,100.00
B,B,487.50
"""
SUMMARY: dict[str, Any] = {
    **{"case": "by hand", "status": "optimal", "objective": 15.96, "terms": {"value": 15.96}},
    **{"bound": 15.96, "gap": 0.0, "seconds": 0.1, "limit": None, "phase": "hand"},
    **{"currency": "EUR", "unit": 1},
    "counts": {
        **{"initiatives": 4, "funded": 3, "complete": 3, "milestones": 5, "milestones_done": 4},
        **{"funders": 4, "payments": 14},
    },
    "totals": {"public": "1750.00", "private": "250.00", "matching": "150.00", "all": "2150.00"},
    "leverage": 0.142792,  # 250 per 1750 paid and 8 SEK for hedging
}
FACTORS: dict[str, Any] = {
    "discount": {"2027": "1", "2028": "0.8", "2029": "0.64", "2030": "0.512"},
    "escalation": {"Q": {"2027": "1", "2028": "1.5", "2029": "2.25", "2030": "3.375"}},
    "loss": {"ME": {"SEK": {"2027": "0.0178786315171"}}, "FB": {"EUR": {"2028": "2.09518898673"}}},
}
MANIFEST: dict[str, Any] = {
    **{"case": "by hand", "seed": 1, "options": {"gap": 0.001, "seed": 1}},
    **{"versions": {"fundalign": "1.0", "python": "3.11"}, "replay": "fundalign solve case -o replay --gap 0.001"},
}


def tables_of(text: str) -> dict[str, pd.DataFrame]:
    """Read blocks of CSV, each under the name of its table."""
    blocks = (block.partition("\n") for block in text.strip().split("\n\n"))
    return {
        name: pd.read_csv(io.StringIO(csv), dtype=str, keep_default_na=False).astype(object) for name, _, csv in blocks
    }


def make_case(text: str, settings: Mapping[str, Any]) -> Case:
    """Make a case from blocks of CSV."""
    tables: dict[str, list[dict[str, object]]] = {
        name: [{str(k): v for k, v in row.items() if v != ""} for row in frame.to_dict("records")]
        for name, frame in tables_of(text).items()
    }
    return case_from_tables(settings, tables)


@dataclass
class HandPlan:
    """The hand-made plan, free to be tampered with."""

    case: Case
    tables: dict[str, pd.DataFrame]
    summary: dict[str, Any]
    factors: dict[str, Any]

    def put(self, table: str, row: int, column: str, text: str) -> None:
        """Change one cell; `row` as a spreadsheet numbers it."""
        self.tables[table].loc[row - 2, column] = text

    def audit(self) -> Audit:
        """Verify the plan as it is now."""
        return audit(self.case, self.tables, self.summary, self.factors)


@pytest.fixture(scope="session")
def hand_case() -> Case:
    return make_case(CASE, SETTINGS)


@pytest.fixture
def hand_plan(hand_case: Case) -> HandPlan:
    return HandPlan(hand_case, tables_of(PLAN), copy.deepcopy(SUMMARY), copy.deepcopy(FACTORS))


@pytest.fixture
def folder(hand_plan: HandPlan, tmp_path: Path) -> Path:
    """Write the hand-made plan as a run folder."""
    return write_plan(hand_plan, tmp_path / "run")


def write_plan(plan: HandPlan, path: Path) -> Path:
    """Write a hand-made plan as a run folder, with the tables of its rules."""
    tables = plan.tables | rule_tables(plan.case, plan.audit())
    documents = {"summary": plan.summary, "factors": plan.factors, "manifest": MANIFEST}
    return write_folder(path, plan.case, documents, tables)


def replace(path: Path, old: str, new: str) -> None:
    """Change the first occurrence of a text in a file."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def rewrite(path: Path, **entries: object) -> None:
    """Set entries of a JSON file; an entry set to ... is left out. The manifest vouches for the new summary.json."""
    content = json.loads(path.read_text(encoding="utf-8")) | entries
    kept = {name: value for name, value in content.items() if value is not ...}
    path.write_text(json.dumps(kept), encoding="utf-8")
    if path.name == "summary.json":
        rewrite(path.with_name("manifest.json"), summary=sha256(path.read_bytes()).hexdigest())
