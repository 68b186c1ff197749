"""`why` on cases small enough to be solved by hand, and against exact solves of the changed cases."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from fundalign.inputs.faults import UsageError
from fundalign.optimizer.bracket import Bracket
from fundalign.optimizer.trial import Span, Verdict, verdict
from fundalign.optimizer.why import Why, why
from fundalign.optimizer.why_rows import COLUMNS, document, table

from ..models.small import optimum, small

if TYPE_CHECKING:
    from fundalign.optimizer.turning import Answer

# One payer of 10 in 2027 and 4 in 2028, nothing carried. A costs 6 and is worth 9; B costs 5, worth 6; C costs 4, worth
# 5, not after 2027. Everything lasts a year. Best: A in 2027 and nothing else fits beside it but C (6 + 4 = 10): 14.
# With B (only 2027, 2028 has 4): B + C (9) = 11, A + B costs 11. So B forced in costs 14 − 11 = 3.
TEXT = """
funders
funder,kind,currency
STATE,public,EUR

budgets
funder,cycle,first_period,last_period,payments
STATE,c1,2027,2027,10
STATE,c2,2028,2028,4

initiatives
initiative,currency,status
A,EUR,
B,EUR,
C,EUR,
D,EUR,excluded

milestones
initiative,milestone,order,duration,cost,value,latest_start
A,do,1,1,6,9,
B,do,1,1,5,6,
C,do,1,1,4,5,2027
D,do,1,1,1,3,
"""


def asked(initiative: str, text: str = TEXT, **settings: Any) -> Why:
    return why(optimum(small(text, **settings)).run, initiative, time_limit=60)


def found(reply: Why, kind: str, owner: str = "", column: str = "") -> Answer:
    """The one answer of a kind."""
    (answer,) = (
        each
        for each in reply.answers
        if each.way.kind == kind and owner in each.way.words and each.way.cells[0][1].startswith(column)
    )
    return answer


def test_an_initiative_that_is_not_funded() -> None:
    reply = asked("B")
    assert not reply.funded
    assert reply.loss == pytest.approx((3.0, 3.0), abs=1e-4)
    assert reply.forced is not None
    assert (reply.forced.added, reply.forced.dropped) == (("B",), ("A",))
    # The plan with B and C is worth 5 + 6·λ; more than 14 from λ = 1.5 on, where it is a tie: the next thousandth.
    value = found(reply, "value")
    assert value.words == "milestones.value[initiative=B]*=1.501"
    assert (value.entered, value.below, value.smaller) == (Verdict.PROVED, 500, Verdict.NEVER)
    # A + C take 2027; 2028 has 4 for B, which needs a fifth less: 5·0.8 = 4.
    cost = found(reply, "cost")
    assert cost.words == "milestones.cost[initiative=B]*=0.8"
    assert (cost.entered, cost.smaller) == (Verdict.PROVED, Verdict.NEVER)
    assert (cost.least, cost.most) == pytest.approx((6.0, 6.0), abs=1e-4)
    assert cost.moves is not None
    assert (cost.moves.added, cost.moves.dropped) == (("B",), ())
    # 2028 needs 5 of its 4: a quarter more. 2027 needs 11 for A + B (15 instead of 14): a tenth more.
    assert found(reply, "budget", "cycle c2").words == "budgets.payments[funder=STATE,cycle=c2]*=1.25"
    assert found(reply, "budget", "cycle c1").words == "budgets.payments[funder=STATE,cycle=c1]*=1.1"
    assert all(each.entered is Verdict.PROVED for each in reply.answers if each.steps is not None)


def test_an_initiative_that_is_funded() -> None:
    # Without C the best is A + nothing (B: 11 of 10; in 2028 4 of 5): 9, so C is worth 5.
    reply = asked("C")
    assert reply.funded
    assert reply.loss == pytest.approx((5.0, 5.0), abs=1e-4)
    # Its value may fall to nothing: at 0 it is as good in as out, and it never has to leave.
    value = found(reply, "value")
    assert (value.steps, value.looked) == (None, ((1000, Verdict.NEVER),))
    # A + C pay 6 + 4·λ in 2027: more than 10 with any dearer C. A in 2028 does not fit 4. So C leaves at once, for 9;
    # B + C = 5 + 4·λ is worth 11 and fits until λ = 1.25, so that it leaves just after that: A alone, worth 9.
    cost = found(reply, "cost")
    assert cost.words == "milestones.cost[initiative=C]*=1.251"
    assert (cost.entered, cost.smaller) == (Verdict.PROVED, Verdict.NEVER)
    # Less than 9 in 2027 does not pay B + C; A alone (9) needs 6 and beats C alone.
    assert found(reply, "budget", "cycle c1").words == "budgets.payments[funder=STATE,cycle=c1]*=0.899"


def test_a_budget_may_fall_as_long_as_the_plan_is_paid() -> None:
    # Of 12 in 2027 A + C take 10: down to 10.008 (166 thousandths less) the plan stays as it is, which needs no search.
    # A itself needs 6, half of 12, and B is out of the question: a thousandth less and it leaves.
    text = TEXT.replace("STATE,c1,2027,2027,10", "STATE,c1,2027,2027,12").replace("B,EUR,", "B,EUR,excluded")
    answer = found(asked("A", text), "budget", "cycle c1")
    assert dict(answer.looked)[166] is Verdict.NEVER
    assert answer.words == "budgets.payments[funder=STATE,cycle=c1]*=0.499"
    assert (answer.entered, answer.below, answer.smaller) == (Verdict.PROVED, 500, Verdict.NEVER)


def test_dates_that_keep_an_initiative_out() -> None:
    # C not after 2027, 2028 has room for it: one year later and A (2027) is joined by C, which the 5 of 2027 keep out.
    text = TEXT.replace("STATE,c1,2027,2027,10", "STATE,c1,2027,2027,6")
    reply = asked("C", text)
    assert reply.loss == pytest.approx((4.0, 4.0), abs=1e-4)
    later = found(reply, "date", column="latest_start")
    assert later.words == "milestones.latest_start[initiative=C,milestone=do]+=1"
    assert later.way.needed(reply.case, 1) == "2028"
    assert (later.entered, later.below, later.smaller) == (Verdict.PROVED, 0, Verdict.NEVER)


def test_what_cannot_be_funded_says_which_row_forbids_it() -> None:
    reply = asked("D")
    assert reply.barred == "its status is excluded"
    assert reply.loss == (math.inf, math.inf)
    # As a candidate D (1) fits 2028 beside A + C.
    (answer,) = reply.answers
    assert (answer.words, answer.entered) == ("initiatives.status[initiative=D]=candidate", Verdict.PROVED)
    assert (answer.least, answer.most) == pytest.approx((3.0, 3.0), abs=1e-4)
    barred = TEXT + "\neligibility\nrule,funders,initiatives,allow,reason\nno B,STATE,B,false,a red line\n"
    told = asked("B", barred)
    assert told.barred == "nobody can pay the common pot in stage all (red line 'no B' for STATE)"
    assert told.loss == (math.inf, math.inf)
    late = asked("B", TEXT.replace("B,do,1,1,5,6,", "B,do,1,3,5,6,"))
    assert "milestone do" in late.barred
    # Two years instead of three: 2.5 a year beside the 6 of A, worth 15 instead of 14. In one year it is out again.
    shorter = found(late, "duration")
    assert (shorter.words, shorter.entered) == ("milestones.duration[initiative=B,milestone=do]+=-1", Verdict.PROVED)
    assert dict(shorter.looked)[2] is Verdict.NEVER


def test_what_being_mandatory_costs() -> None:
    # With B, the best is B + C = 11; without that rule it is A + C = 14.
    reply = asked("B", TEXT.replace("B,EUR,", "B,EUR,mandatory"))
    assert reply.funded
    assert reply.barred == "it is mandatory"
    (answer,) = reply.answers
    assert (answer.words, answer.entered) == ("initiatives.status[initiative=B]=candidate", Verdict.PROVED)
    assert (answer.least, answer.most) == pytest.approx((3.0, 3.0), abs=1e-4)


def test_a_choice_in_the_way_is_counted_in_initiatives() -> None:
    # Of A and C at most one: A alone is 9, B + C = 11 is best. A: with it 9 (+ nothing: B does not fit beside it).
    more = """
choices
choice,initiatives,at_most
one of two,AC,1

groups
group,kind,member
AC,initiative,A
AC,initiative,C
"""
    text = TEXT + more
    reply = asked("A", text)
    assert reply.loss == pytest.approx((2.0, 2.0), abs=1e-4)
    both = found(reply, "ceiling")
    assert (both.words, both.entered) == ("choices.at_most[choice=one of two]+=1", Verdict.PROVED)


def test_least_public_money_is_a_goal_too() -> None:
    # At least 9 is asked for: A alone costs 6, C + B 9, so A is done. B in (with C or A): 9 instead of 6.
    reply = asked("B", objective={"goal": "public_money", "required_value": 9})
    assert reply.loss == pytest.approx((3.0, 3.0), abs=1e-3)
    # B alone is worth 9 from λ = 1.5 on and costs 5: one less than A.
    value = found(reply, "value")
    assert value.words == "milestones.value[initiative=B]*=1.5"
    assert (value.least, value.most) == pytest.approx((-1.0, -1.0), abs=1e-3)
    # Cheaper by a little: B + C cost 5λ + 4 < 6 needs λ < 0.4.
    assert found(reply, "cost").words == "milestones.cost[initiative=B]*=0.399"


def test_the_table_says_everything_in_text() -> None:
    reply = asked("B")
    rows = table(reply)
    assert tuple(rows.columns) == COLUMNS
    assert rows["kind"].tolist()[:3] == ["forced in", "value", "cost"]
    cost = rows[rows["kind"] == "cost"].iloc[0]
    assert (cost["base"], cost["needed"], cost["change_absolute"], cost["change_percent"]) == ("5", "4", "-1", "-20")
    assert (cost["unit"], cost["entered"], cost["below_known"], cost["added"]) == ("EUR", "proved", "proved not", "B")
    told = document(reply)
    assert told["loss"] == {"least": pytest.approx(3.0, abs=1e-4), "most": pytest.approx(3.0, abs=1e-4)}
    assert (told["funded"], told["interrupted"]) == (False, False)


def test_without_time_nothing_is_claimed() -> None:
    reply = why(optimum(small(TEXT)).run, "B", time_limit=1e-9)
    assert [each.steps for each in reply.answers] == [None] * len(reply.answers)
    assert all(each.note.startswith("not looked at") for each in reply.answers)


def test_an_unknown_initiative() -> None:
    with pytest.raises(UsageError, match="no initiative 'BB'"):
        asked("BB")


def test_verdicts() -> None:
    least = -math.inf
    assert verdict(Span(5.0, 6.0), Span(4.0, 4.5)) is Verdict.PROVED
    assert verdict(Span(5.0, 6.0), Span(4.0, 5.5)) is Verdict.SEEN
    assert verdict(Span(4.0, 6.0), Span(4.0, 5.5)) is Verdict.OPEN
    assert verdict(Span(3.0, 4.0), Span(4.0, 5.5)) is Verdict.NEVER
    assert verdict(Span(least, least), Span(least, least)) is Verdict.NO_PLAN
    assert verdict(Span(least, least), Span(least, 3.0)) is Verdict.OPEN
    assert verdict(Span(1.0, 1.0), Span(least, least)) is Verdict.PROVED


@pytest.mark.parametrize("guess", [None, 1, 37, 617, 618, 1000])
def test_brackets_end_at_neighbours(guess: int | None) -> None:
    bracket, looks = Bracket(1000, guess, steady=True), 0
    while (steps := bracket.next()) is not None:
        bracket.note(steps, Verdict.PROVED if steps >= 618 else Verdict.NEVER, steps >= 618)
        looks += 1
    assert (bracket.low, bracket.high) == (617, 618)
    assert looks <= (2 if guess in (617, 618) else 17)


def test_a_guess_that_comes_later_is_looked_at_next() -> None:
    bracket, looked = Bracket(1000, None, steady=False), []
    while (steps := bracket.next()) is not None:
        first = bracket.high is None
        looked.append(steps)
        bracket.note(steps, Verdict.SEEN if steps >= 371 else Verdict.OPEN, steps >= 371)
        if first:
            bracket.suggest(371)
    assert looked == [1000, 371, 370]
    assert (bracket.low, bracket.high) == (370, 371)
    bracket = Bracket(1000, None, steady=False)
    bracket.note(1000, Verdict.SEEN, True)
    bracket.suggest(1000)  # no fewer are known to do: not looked at twice
    assert bracket.next() == 999
    bracket = Bracket(1000, None, steady=False)
    while (steps := bracket.next()) is not None:
        first = bracket.high is None
        bracket.note(steps, Verdict.SEEN if steps >= 298 else Verdict.OPEN, steps >= 298)
        if first:
            bracket.suggest(371)
    assert (bracket.low, bracket.high) == (297, 298)


def test_a_change_that_turns_it_only_for_a_while_is_found() -> None:
    bracket = Bracket(1000, None, steady=False)
    while (steps := bracket.next()) is not None:
        turned = 200 <= steps < 700
        bracket.note(steps, Verdict.SEEN if turned else Verdict.OPEN, turned)
    assert (bracket.low, bracket.high) == (199, 200)


def test_steps_are_exact() -> None:
    value = found(asked("B"), "value")
    assert value.way.needed(small(TEXT), 501) == Decimal("9.006")
