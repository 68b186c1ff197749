"""For every column of every table: a tiny case in which what it says changes the best plan, by hand.

F has 10 a year, P 4 in all. A is research 10 (worth 5), then build 10 (worth 4), B research 6 (worth 3). Best is all
of A, worth 9: with B, 16 would be needed in a year in which there are 14. Next best is A's research and B, worth 8:
"A1 + B".
What makes A's build too dear, too late or barred leaves 8; what bars A leaves 3.
"""

from __future__ import annotations

from typing import NamedTuple

BASE = """
funders
funder,kind,currency
F,public,EUR
P,private,EUR
M,matching,EUR

budgets
funder,cycle,first_period,last_period,payments
F,a,2027,2027,10
F,b,2028,2028,10
P,c,2027,2028,4
M,c,2027,2028,3

initiatives
initiative,currency,theme
A,EUR,t
B,EUR,t

milestones
initiative,milestone,order,stage,duration,cost,value
A,r,1,research,1,10,5
A,b,2,build,1,10,4
B,r,1,research,1,6,3
"""


class Binding(NamedTuple):
    """Changes in the form of `--set`, blanks between them; the optimum of the set-up, and of each change to it.

    The first change names the column that is tried. `more` are further tables.
    """

    before: float
    after: dict[str, float]
    setup: str = ""
    more: str = ""


SHARES = "\nparties\nparty,key\nN,1\nS,1\n\nshares\ninitiative,party,share\nA,N,1\nB,S,1\n"
SPLIT = "\nparties\nparty\nN\nS\n\nshares\ninitiative,party,share\nA,N,0.5\nA,S,0.5\n"
SEK = "\ncurrencies\ncurrency,rate\nSEK,1\n"
SOME = "\nmatching\nrule,funders,base,ratio,initiatives,stage\nm,M,both,1,,\n"
BACKED = "\nguarantees\nguarantee,guarantor,funders,provisioning_rate,leverage,initiatives,stage\ng,F,P,0.1,4,,\n"
RISKY = "case.buffer.method=additive currencies.volatility=0.2 initiatives.currency[initiative=A]=SEK"
LESS_A, LESS_B = "budgets.payments[funder=F,cycle=a]=7", "budgets.payments[funder=F,cycle=b]=5"
ALONE = f"{LESS_A} budgets.payments[funder=P]=0"
SHORT = "budgets.payments[funder=F,cycle=a]=6.5"

WHO_PAYS = [
    # A's research is F 7 and P 3. With 5 as least ticket P joins nowhere: research in 2028, B in 2027
    Binding(9, {"funders.min_ticket[funder=P]=4": 9, "funders.min_ticket[funder=P]=5": 8}, LESS_A),
    # B alone is 6 in one year: P 4 and F at least 2, a fifth of its 10
    Binding(
        3,
        {"funders.max_change[funder=F]=0.1": 0, "funders.max_change[funder=F]=0.2": 3},
        "initiatives.status[initiative=A]=excluded",
    ),
    # worth is 2.5 + 2 for A, 2.5 + 3 for A1 + B, in which F pays 6 at 0.5 risk and 6 at none: 0.25
    Binding(
        5.5,
        {"funders.risk_tolerance[funder=F]=0.25": 5.5, "funders.risk_tolerance[funder=F]=0.24": 3},
        "milestones.success[initiative=A,milestone=r]=0.5",
    ),
    # F pays 10/1.25 = 8 a year, P twice 2; at 0.3 it is 7.69 and twice 2.31
    Binding(9, {"funders.contingency[funder=F]=0.25": 9, "funders.contingency[funder=F]=0.3": 8}),
    # a matching funder without a rule pays nothing
    Binding(9, {"funders.kind[funder=P]=matching": 8, "funders.kind[funder=P]=public": 9}, LESS_A),
    # at most 0.7 public: A needs 6 of P, A1 3, A1 + B 4.8
    Binding(
        5,
        {"funders.source[funder=P]=public": 0, "funders.source[funder=F]=private": 9},
        more="\ncofunding\nrule,funders,at_most\nc,public,0.7\n",
    ),
    # F at home in S pays no part of N; P has 4
    Binding(9, {"funders.party[funder=F]=S": 3, "funders.party[funder=F]=N": 9}, more=SHARES),
    # 10 SEK are 5 EUR: with P's 4 enough for B alone
    Binding(9, {"funders.currency[funder=F]=SEK": 3}, more=SEK.replace("SEK,1", "SEK,0.5")),
    Binding(9, {"budgets.payments[funder=F,cycle=b]=6": 9, "budgets.payments[funder=F,cycle=b]=5.9": 8}),
    # F commits 5 and P 4 of research's 10 in 2027; in 2028 F has no ceiling
    Binding(9, {"budgets.commitments[funder=F,cycle=a]=6": 9, "budgets.commitments[funder=F,cycle=a]=5": 8}),
    # 2 of 12 are left of 2027: build has 5 + 4 and up to 0.1·12 carried
    Binding(
        8,
        {"budgets.carry_over[funder=F,cycle=a]=0.1": 9, "budgets.carry_over[funder=F,cycle=a]=0.05": 8},
        f"budgets.payments[funder=F,cycle=a]=12 {LESS_B}",
    ),
    Binding(9, {"budgets.reserved[funder=F,cycle=a]=4": 9, "budgets.reserved[funder=F,cycle=a]=4.1": 8}),
    # P pays 3 of research in 2027, or of build in 2028
    Binding(9, {"budgets.first_period[funder=P]=2028": 8}, LESS_A),
    Binding(9, {"budgets.last_period[funder=P]=2027": 8}, "budgets.payments[funder=F,cycle=b]=7"),
]

MONEY = [
    # 20 SEK a year are 10 EUR, 8 with P's 2 and 2, or 6: A1 by all of P's 4 and B
    Binding(
        9,
        {"currencies.rate=0.4": 9, "currencies.rate=0.3": 8},
        "funders.currency[funder=F]=SEK budgets.payments[funder=F]*=2",
        SEK.replace("SEK,1", "SEK,0.5"),
    ),
    # exp(1.645·0.2) = 1.390 in 2027: F pays 7.20, P 2.88. In 2028 it is 1.592: F pays 6.28 of build's 10
    Binding(
        9,
        {"currencies.volatility=0.2": 8, "currencies.volatility=0.02": 9},
        "case.buffer.method=additive initiatives.currency[initiative=A]=SEK",
        SEK,
    ),
    # hedging at no cost needs no buffer; at 0.5 it costs more than the loss, empty means that it cannot be had
    Binding(8, {"currencies.hedge_cost=0": 9, "currencies.hedge_cost=0.5": 8}, RISKY, SEK),
    # build is 14 EUR in 2028, or more than there is
    Binding(
        9,
        {"rates.rate=1.4": 9, "rates.rate=1.41": 8},
        "initiatives.currency[initiative=A]=SEK",
        f"{SEK}\nrates\ncurrency,period,rate\nSEK,2028,1\n",
    ),
    # 15 EUR are there in 2027 only
    Binding(
        8,
        {"rates.period=2027": 9},
        "initiatives.currency[initiative=A]=SEK budgets.payments[funder=F,cycle=a]=15",
        f"{SEK}\nrates\ncurrency,period,rate\nSEK,2028,1.5\n",
    ),
    # F in SEK pays A in NOK: the cross rate has volatility 0.28, or 0 where both always move together
    Binding(
        3,
        {"correlations.correlation=1": 9},
        "case.buffer.method=additive funders.currency[funder=F]=SEK initiatives.currency[initiative=A]=NOK",
        "\ncurrencies\ncurrency,rate,volatility\nSEK,1,0.2\nNOK,1,0.2\n"
        "\ncorrelations\ncurrency_a,currency_b,correlation\nSEK,NOK,0\n",
    ),
    # N's lines fall due in SEK: as with A in SEK
    Binding(
        9,
        {"parties.currency[party=N]=SEK": 8},
        "case.buffer.method=additive currencies.volatility=0.2",
        SEK + SHARES,
    ),
    # all of A gives N all: 1 per 1/2 of the key, or per 2/3
    Binding(8, {"parties.key[party=N]=2": 9}, more=f"{SHARES}\nequity\nrule,measure,parties,at_most\nq,key,each,1.9\n"),
]

WHAT_IS_FUNDED = [
    Binding(
        0,
        {"initiatives.theme[initiative=A]=u": 9, "initiatives.theme[initiative=B]=u": 3},
        more="\nchoices\nchoice,initiatives,at_most\nc,t,0\n",
    ),
    # at half the cost everything is paid
    Binding(9, {"initiatives.currency[initiative=A]=SEK": 12}, more=SEK.replace("SEK,1", "SEK,0.5")),
    Binding(9, {"initiatives.status[initiative=A]=excluded": 3, "initiatives.status[initiative=B]=mandatory": 8}),
    Binding(
        3,
        {"initiatives.pot[initiative=A]=real": 9, "initiatives.pot[initiative=A]=virtual": 3},
        "funders.party[funder=F]=S",
        SHARES,
    ),
    # A only after B
    Binding(
        9,
        {"initiatives.rank[initiative=A]=2": 8, 'initiatives.rank[initiative=B]=""': 9},
        "initiatives.call=c initiatives.rank=1",
    ),
    Binding(
        8,
        {"initiatives.call[initiative=A]=d": 9},
        "initiatives.call=c initiatives.rank[initiative=A]=2 initiatives.rank[initiative=B]=1",
    ),
    Binding(8, {"initiatives.complete[initiative=A]=true": 3}, LESS_B),
    # research in 2027, build in 2029, when F has money again
    Binding(
        9,
        {"initiatives.max_pause[initiative=A]=1": 9, "initiatives.max_pause[initiative=A]=0": 8},
        "case.periods=3 budgets.last_period[funder=F,cycle=b]=2029 budgets.first_period[funder=F,cycle=b]=2029",
    ),
    Binding(9, {"initiatives.sunset[initiative=A]=2028": 9, "initiatives.sunset[initiative=A]=2027": 8}),
    # build costs 10·1.4 in 2028
    Binding(9, {"initiatives.escalation[initiative=A]=0.4": 9, "initiatives.escalation[initiative=A]=0.41": 8}),
    # build first, without money for research after it
    Binding(
        8, {"milestones.order[initiative=A,milestone=r]=2 milestones.order[initiative=A,milestone=b]=1": 7}, LESS_B
    ),
    Binding(
        8,
        {"milestones.stage[initiative=A,milestone=b]=research": 9},
        more="\neligibility\nrule,stage,allow\nr,build,false\n",
        setup="milestones.stage[initiative=B]=build milestones.value[initiative=B]=0 milestones.value[milestone=r]=8 "
        "milestones.value[initiative=A,milestone=b]=1",
    ),
    Binding(9, {"milestones.duration[initiative=A,milestone=b]=2": 8}),
    Binding(9, {"milestones.cost[initiative=A,milestone=b]=14": 9, "milestones.cost[initiative=A,milestone=b]=15": 8}),
    Binding(9, {"milestones.value[initiative=B]=5": 10, "milestones.value[initiative=A,milestone=b]=-1": 8}),
    Binding(9, {"milestones.success[initiative=A,milestone=r]=0.5": 5.5, "milestones.success[initiative=B]=0.1": 9}),
    Binding(9, {"milestones.earliest_start[initiative=A,milestone=r]=2028": 8}),
    Binding(9, {"milestones.latest_start[initiative=A,milestone=b]=2027": 8}),
    Binding(9, {"milestones.deadline[initiative=A,milestone=b]=2027": 8}),
    # 5 + 4 for build: 5 + 0.9·4
    Binding(
        8,
        {
            "milestones.min_level[initiative=A,milestone=b]=0.9": 8.6,
            "milestones.min_level[initiative=A,milestone=b]=0.91": 8,
        },
        LESS_B,
    ),
    # research falls due in 2028, when build does
    Binding(9, {"cost_profile.offset=1": 8}, more="\ncost_profile\ninitiative,milestone,offset,share\nA,r,0,1\n"),
    # 4 of research and all of build in 2028, or 4.1
    Binding(
        9,
        {"cost_profile.share[offset=0]=0.59 cost_profile.share[offset=1]=0.41": 8},
        more="\ncost_profile\ninitiative,milestone,offset,share\nA,r,0,0.6\nA,r,1,0.4\n",
    ),
    # P pays what is S's: 5 of research, or twice 2
    Binding(3, {"shares.share[party=N]=0.8 shares.share[party=S]=0.2": 9}, "funders.party[funder=F]=N", SPLIT),
    Binding(
        8,
        {"groups.member=A": 9},
        more="\ngroups\ngroup,kind,member\ng,initiative,B\n\nchoices\nchoice,initiatives,at_least\nc,g,1\n",
    ),
]

RED = "\neligibility\nrule,funders,initiatives,stage,parties,allow\n"
FIRST = "\nprecedence\npredecessor,successor,type,lag\n"
PICK = "\nchoices\nchoice,initiatives,at_least,at_most\n"
PART = "\ncofunding\nrule,funders,initiatives,stage,at_least,at_most\n"
FAIR = f"{SHARES}\nequity\nrule,measure,parties,at_least,at_most,by\n"
BACK = "\nequity\nrule,measure,parties,at_least,at_most\n"
POT = "funders.party[funder=F]=N initiatives.pot[initiative=A]=real"
MARK = "\nearmarks\nrule,funders,initiatives,stage,at_least,at_most,by\n"
BOTH = "\nsynergies\nsynergy,initiatives,value\n"
RICH = "budgets.payments[funder=F,cycle=a]=16"

RULES = [
    Binding(9, {"eligibility.initiatives=A": 3, 'eligibility.initiatives=""': 0}, more=f"{RED}r,,B,,,false\n"),
    Binding(9, {"eligibility.funders=F": 0, "eligibility.funders=public": 0}, more=f"{RED}r,P,,,,false\n"),
    Binding(0, {"eligibility.stage=build": 8}, more=f"{RED}r,,,research,,false\n"),
    Binding(9, {"eligibility.parties=N": 3}, more=f"{SHARES}{RED}r,,,,S,false\n"),
    Binding(9, {"eligibility.allow=true": 3}, more=f"{RED}r,F,B,,,false\n"),
    # B after all of A, for whose build there is no money, or after its research
    Binding(5, {"precedence.predecessor=A/r": 8}, LESS_B, f"{FIRST}A,B,,\n"),
    Binding(3, {"precedence.successor=A/b": 8}, LESS_B, f"{FIRST}B,A,,\n"),
    # 16 in 2027 pay B and research at once
    Binding(8, {"precedence.type=start-start": 12}, RICH, f"{FIRST}B,A,,\n"),
    Binding(12, {"precedence.lag=1": 8}, RICH, f"{FIRST}B,A,start-start,\n"),
    Binding(8, {"choices.initiatives=A": 9}, more=f"{PICK}c,B,1,\n"),
    Binding(9, {"choices.at_least=1": 8}, more=f"{PICK}c,B,,\n"),
    Binding(9, {"choices.at_most=0": 3}, more=f"{PICK}c,A,,\n"),
    # 0.8 of 20: P's 4. At 0.7 P pays 3 of research, but not 1.8 of B besides
    Binding(9, {"cofunding.at_most=0.8": 9, "cofunding.at_most=0.7": 5}, more=f"{PART}c,F,,,,\n"),
    Binding(9, {"cofunding.at_least=0.2": 9, "cofunding.at_least=0.3": 5}, more=f"{PART}c,P,,,,\n"),
    Binding(5, {"cofunding.funders=P": 9, "cofunding.funders=private": 9}, more=f"{PART}c,F,,,,0.7\n"),
    Binding(9, {"cofunding.initiatives=A": 8}, more=f"{PART}c,F,B,,,0.7\n"),
    Binding(8, {"cofunding.stage=research": 3}, more=f"{PART}c,F,,build,,0.5\n"),
    # F has 7 in 2027, M 3: with them research, and build in 2028
    Binding(9, {"matching.funders=P funders.kind[funder=P]=matching": 8}, ALONE, SOME),
    Binding(9, {"matching.base=public": 9, "matching.base=private": 8}, ALONE, SOME),
    Binding(9, {"matching.ratio=0.18": 9, "matching.ratio=0.17": 8}, ALONE, SOME),  # 3 to 17
    Binding(8, {"matching.initiatives=A": 9}, ALONE, SOME.replace("1,,", "1,B,")),
    Binding(8, {"matching.stage=research": 9}, ALONE, SOME.replace("1,,", "1,,build")),
    Binding(9, {"matching.cap=3": 9, "matching.cap=2.9": 8}, ALONE, SOME),
    Binding(9, {"matching.min_base=17": 9, "matching.min_base=17.1": 8}, ALONE, SOME),
    # M pays research in 2027, F build in 2028; never ahead of F it may not
    Binding(
        9,
        {"matching.timing=cumulative": 8},
        f"{ALONE} budgets.payments[funder=F,cycle=a]=0 budgets.payments[funder=M]=10",
        SOME,
    ),
    # research is F 6 and P 4 on a guarantee of 1, set aside from F's 6.5 in part or whole
    Binding(9, {"guarantees.provisioning_rate=1": 8}, SHORT, BACKED),
    Binding(8, {"guarantees.leverage=8": 9}, f"{SHORT} guarantees.provisioning_rate=1", BACKED),
    Binding(8, {"guarantees.guarantor=M": 9}, f"{SHORT} guarantees.provisioning_rate=1", BACKED),
    # P pays within the scope only
    Binding(8, {"guarantees.initiatives=A": 9}, SHORT, BACKED.replace("4,,", "4,B,")),
    Binding(8, {"guarantees.stage=research": 9}, SHORT, BACKED.replace("4,,", "4,,build")),
    # 0.9·4 of P and F's 6.4 with 0.09 set aside; 0.8·4 leave 6.8
    Binding(9, {"guarantees.cap=0.9": 9, "guarantees.cap=0.8": 8}, SHORT, BACKED),
    # research is F 6.5 and 3 of M, where P is confined to B, or P's where M is
    Binding(8, {"guarantees.funders=M": 9}, f"{SHORT} funders.kind[funder=M]=private", BACKED.replace("4,,", "4,B,")),
    # S receives 6 of 16 of A1 + B
    Binding(9, {"equity.at_least=0.375": 8, "equity.at_least=0.38": 3}, more=f"{FAIR}q,received,S,,,\n"),
    Binding(9, {"equity.at_most=0.625": 8, "equity.at_most=0.62": 3}, more=f"{FAIR}q,received,N,,,\n"),
    Binding(9, {"equity.parties=S": 8, "equity.parties=each": 8}, more=f"{FAIR}q,received,N,0.2,,\n"),
    Binding(3, {"equity.measure=initiatives equity.at_least=1": 8}, more=f"{FAIR}q,received,S,0.4,,\n"),
    # F alone contributes for a party: all of it, or nothing
    Binding(9, {"equity.at_most=1": 9, "equity.at_most=0.99": 0}, POT, f"{SPLIT}{BACK}q,contributed,N,,\n"),
    # N receives 10 for F's 16 for A, 5 for 12 for A1 + B, 5 for 6 for A1
    Binding(9, {"equity.at_least=0.625": 9, "equity.at_least=0.63": 5}, POT, f"{SPLIT}{BACK}q,geo_return,N,,\n"),
    # B in 2028 is too late: A1 in 2027 would be N's alone, and in 2028 there are 9
    Binding(8, {"equity.by=2028": 8, "equity.by=2027": 3}, LESS_B, f"{FAIR}q,received,S,0.2,,\n"),
    # A1 + B is 10 and 6 of F's 16, or 6 and 6 of 12
    Binding(9, {"earmarks.at_most=0.5": 8, "earmarks.at_most=0.49": 3}, more=f"{MARK}e,F,A,,,,\n"),
    Binding(9, {"earmarks.at_least=0.5": 8, "earmarks.at_least=0.51": 3}, more=f"{MARK}e,F,B,,,,\n"),
    Binding(9, {"earmarks.funders=F": 3, 'earmarks.funders=""': 3}, more=f"{MARK}e,P,B,,1,,\n"),
    Binding(9, {"earmarks.initiatives=B": 8}, more=f"{MARK}e,F,A,,0.5,,\n"),
    Binding(8, {"earmarks.stage=research": 0}, more=f"{MARK}e,F,,build,,0.3,\n"),
    # what F pays in 2027 is no build yet
    Binding(9, {"earmarks.by=2028": 9, "earmarks.by=2027": 5}, more=f"{MARK}e,F,,build,0.3,,\n"),
    Binding(9, {"synergies.value=2": 10, "synergies.value=0.5": 9}, more=f"{BOTH}s,B,0\n"),
    Binding(10, {"synergies.initiatives=A": 11}, more=f"{BOTH}s,B,2\n"),
]

GOAL = "case.objective.goal=public_money case.objective.required_value"
SETTINGS = [
    Binding(9, {"case.discount_rate=1": 7}),  # build counts half
    Binding(5.5, {"case.expected_value=false": 9}, "milestones.success[initiative=A,milestone=r]=0.5"),
    Binding(9, {f"{GOAL}=5": 6}),  # research: F 6 and P 4
    Binding(2, {"case.objective.required_value=5": 6, "case.objective.required_value=8": 12}, f"{GOAL}=3"),
    Binding(9, {"case.objective.goal=received case.objective.group=N": 20, "case.objective.goal=key": 6}, more=SHARES),
    Binding(20, {"case.objective.group=S": 6}, "case.objective.goal=received case.objective.group=N", SHARES),
    Binding(8, {"case.buffer.method=none": 9, "case.buffer.method=budgeted": 8}, RISKY, SEK),
    # exp(0.2533·0.2) = 1.052 in 2027 and 1.074 in 2028: P pays 0.52 and 0.74 with the buffers
    Binding(8, {"case.buffer.confidence=0.6": 9}, RISKY, SEK),
    Binding(8, {"case.buffer.gamma=0": 9}, RISKY.replace("additive", "budgeted") + " case.buffer.gamma=1", SEK),
    # P: 2.80·1.390 + 3.72·1.592 = 9.82; where F's risk begins anew in 2028, 2.80·1.390 + 2.80·1.592 = 8.36
    Binding(8, {"case.buffer.since=cycle": 9}, f"{RISKY} budgets.payments[funder=P]=9", SEK),
]
