"""A second tiny case, with levels, synergies, tickets, ceilings, guarantees and limits on single funders, and its plan.

EUR is the base, 1 SEK = 0.1 EUR. No discount. Both initiatives are real pots without shares.

I  m1 dev   2027       0.9 of 200   180            FA 120, ME 60
   m2 build 2028-2029  0.75 of 400  150 and 150    FA 50 and 90, PB 100 and 60
   m3 build 2030       0.5 of 100   50             PB 50
J  j1 build 2028       all of 100   100            FA 100

value      m1 10·0.8·0.9 + m2 20·0.8·0.75 + m3 6·0.8·0.9·0.5 + j1 5 = 7.2 + 12 + 2.16 + 5 = 26.36
synergy    4·min(0.9, 0.75, 0.5, 1) = 2
guarantee  PB pays 210 for build: 210/3 = 70 guaranteed, 0.2·70 = 14 EUR = 140 SEK set aside by GU
matching   60 ≤ 0.5·120, at most 70 (cap), on 120 ≥ 100 of base
tickets    FA puts 120 + 50 + 90 = 260 into I and 100 into J, at least 100
stability  FA pays 270/2 = 135 a year in c1 and 90/2 = 45 in c2: 90 less, at most 0.5·1000/2 = 250
risk       PB pays for I/build only, which fails with 1 − 0.8·1·0.9 = 0.28, at most 0.3
committed  FA 120 + 140 + 100 = 360 of 400 in c1 and nothing in c2; what PB pays: 160 in 2028, 50 in 2030
outlay     360 paid by FA and 14 set aside by GU; leverage 210/374 = 0.561497
"""

from typing import Any

SETTINGS: dict[str, Any] = {"name": "promises", "currency": "EUR", "first_period": "2027", "periods": 4}
CASE = """
funders
funder,kind,currency,min_ticket,max_change,risk_tolerance
FA,public,EUR,100,0.5,
PB,private,EUR,,,0.3
GU,public,SEK,,,
ME,matching,EUR,,,

budgets
funder,cycle,first_period,last_period,payments,commitments
FA,c1,2027,2028,1000,400
FA,c2,2029,2030,800,300
PB,p,2028,2030,300,
GU,k,2027,2030,1000,
ME,m,2027,2028,100,

currencies
currency,rate
SEK,0.1

initiatives
initiative,currency
I,EUR
J,EUR

milestones
initiative,milestone,order,stage,duration,cost,value,success,min_level
I,m1,1,dev,1,200,10,0.8,0.5
I,m2,2,build,2,400,20,1,0.25
I,m3,3,build,1,100,6,0.9,0.5
J,j1,1,build,1,100,5,1,1

groups
group,kind,member
both,initiative,I
both,initiative,J

matching
rule,funders,base,ratio,initiatives,stage,cap,min_base,timing
match,ME,public,0.5,I,dev,70,100,cumulative

guarantees
guarantee,guarantor,funders,provisioning_rate,leverage,stage,cap
cover,GU,PB,0.2,3,build,100

synergies
synergy,initiatives,value
together,both,4
"""
PLAN = """
portfolio
initiative,name,theme,funded,complete,start,finish,milestones_done,milestones,cost,currency,value,present_value,public,private,matching
I,,,true,true,2027,2030,3,3,530.00,EUR,27,21.36,260.00,210.00,60.00
J,,,true,true,2028,2028,1,1,100.00,EUR,5,5,100.00,0.00,0.00

schedule
initiative,milestone,stage,done,start,finish,level,cost,success
I,m1,dev,true,2027,2027,0.9,180.00,0.8
I,m2,build,true,2028,2029,0.75,300.00,1
I,m3,build,true,2030,2030,0.5,50.00,0.9
J,j1,build,true,2028,2028,1,100.00,1

funding
funder,initiative,stage,party,period,currency,amount,amount_funder,amount_base
FA,I,dev,,2027,EUR,120.00,120.00,120.00
FA,I,build,,2028,EUR,50.00,50.00,50.00
FA,I,build,,2029,EUR,90.00,90.00,90.00
FA,J,build,,2028,EUR,100.00,100.00,100.00
PB,I,build,,2028,EUR,100.00,100.00,100.00
PB,I,build,,2029,EUR,60.00,60.00,60.00
PB,I,build,,2030,EUR,50.00,50.00,50.00
ME,I,dev,,2027,EUR,60.00,60.00,60.00

budgets
funder,cycle,payments,reserved,carried_in,spent,hedge_cost,provision,buffer,carried_out,lapsed,execution_rate,commitments,committed
FA,c1,1000.00,0.00,0.00,270.00,0.00,0.00,0.00,0.00,730.00,0.27,400.00,360.00
FA,c2,800.00,0.00,0.00,90.00,0.00,0.00,0.00,0.00,710.00,0.1125,300.00,0.00
PB,p,300.00,0.00,0.00,210.00,0.00,0.00,0.00,0.00,90.00,0.7,,210.00
GU,k,1000.00,0.00,0.00,0.00,0.00,140.00,0.00,0.00,860.00,0,,
ME,m,100.00,0.00,0.00,60.00,0.00,0.00,0.00,0.00,40.00,0.6,,60.00

currency
funder,currency,period,exposure,hedged,unhedged,worst_case_loss

flows
payer_party,receiving_party,amount_base
,,630.00

commitments
funder,initiative,stage,party,period,currency,amount,amount_funder
FA,I,build,,2028,EUR,140.00,140.00
FA,I,dev,,2027,EUR,120.00,120.00
FA,J,build,,2028,EUR,100.00,100.00
ME,I,dev,,2027,EUR,60.00,60.00
PB,I,build,,2028,EUR,160.00,160.00
PB,I,build,,2030,EUR,50.00,50.00

guarantees
guarantee,guarantor,initiative,cycle,currency,guaranteed,mobilised,achieved,leverage,provision,provision_currency,cap
cover,GU,I,k,EUR,70.00,210.00,3,3,140.00,SEK,100
"""
SUMMARY: dict[str, Any] = {
    **{"case": "promises", "goal": "value", "status": "optimal", "objective": 28.36},
    **{"terms": {"value": 26.36, "synergies": 2.0}, "bound": 28.36, "gap": 0.0, "seconds": 0.1, "limit": None},
    **{"phase": "hand", "currency": "EUR", "unit": 1},
    "counts": {
        **{"initiatives": 2, "funded": 2, "complete": 2, "milestones": 4, "milestones_done": 4},
        **{"funders": 4, "payments": 8},
    },
    "totals": {"public": "360.00", "private": "210.00", "matching": "60.00", "all": "630.00"},
    "public_outlay": "374.00",
    "leverage": 0.561497,
}
FACTORS: dict[str, Any] = {
    "discount": dict.fromkeys(("2027", "2028", "2029", "2030"), "1"),
    "escalation": {},
    "loss": {},
}
