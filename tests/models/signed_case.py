"""A tiny case in which something is hedged, committed and guaranteed, each on an initiative of its own.

A costs 20 in 2027-28: F and G have 5 a year each, F under a ceiling: both commit 10 in 2027.
B costs 200 SEK, 20 EUR: K has 20.6 and must hedge most of it, as its buffer against 4.4 at risk would not fit.
C costs 20: R has 6 a year, so that P, which U guarantees, pays 4 a year: 8 in all, 4 guaranteed, 0.4 set aside.
"""

from __future__ import annotations

from fundalign.inputs.case import Case
from fundalign.inputs.read import case_from_tables

from .small import tables_of

SETTINGS = {"name": "signed", "currency": "EUR", "first_period": "2027", "periods": 3, "buffer": {"method": "additive"}}
TEXT = """
funders
funder,kind,currency
F,public,EUR
G,public,EUR
K,public,EUR
R,public,EUR
P,private,EUR
U,public,EUR

budgets
funder,cycle,first_period,last_period,payments,commitments
F,2027,2027,2027,5,100
F,2028,2028,2028,5,100
G,2027,2027,2027,5,
G,2028,2028,2028,5,
K,c,2027,2028,20.6,
R,2027,2027,2027,6,
R,2028,2028,2028,6,
P,2027,2027,2027,4,
P,2028,2028,2028,4,
U,c,2027,2029,10,

currencies
currency,rate,volatility,hedge_cost
SEK,0.1,0.1,0.001

initiatives
initiative,currency
A,EUR
B,SEK
C,EUR

milestones
initiative,milestone,order,stage,duration,cost,value,latest_start
A,a,1,s,2,20,5,2027
B,b,1,s,2,200,5,2027
C,c,1,s,2,20,5,2027

eligibility
rule,funders,initiatives,allow
A by F,F,A,true
A by G,G,A,true
B by K,K,B,true
C by R,R,C,true
C by P,P,C,true
none by U,U,,false

guarantees
guarantee,guarantor,funders,provisioning_rate,leverage,initiatives
cover,U,P,0.1,2,C
"""
KEYS = {"budgets": ("funder", "cycle"), "milestones": ("initiative",), "funders": ("funder",)}


def signed(more: dict[str, list[tuple[object, ...]]] | None = None) -> Case:
    """Return the case, with rows of cost_profile.csv where asked."""
    tables = tables_of(TEXT)
    for name, rows in (more or {}).items():
        columns = ("initiative", "milestone", "offset", "share")
        tables[name] = [dict(zip(columns, row, strict=True)) for row in rows]
    return case_from_tables(SETTINGS, tables)


def change(case: Case, place: str, value: object) -> Case:
    """Set a column, `table.column` or `table.column[key,…]`."""
    name, _, keys = place.rstrip("]").partition("[")
    table, _, column = name.partition(".")
    where = dict(zip(KEYS[table], keys.split(","), strict=True)) if keys else None
    return case.change(table, column, where=where, set=value)
