"""What an explanation says of itself: what is proved, what only was found, and what there was no time for."""

from __future__ import annotations

import gc

import fundalign as fa
from fundalign.inputs.change import Change
from fundalign.optimizer.explain import ExplainOptions, Inquiry
from fundalign.optimizer.guarded import guarded
from fundalign.optimizer.repair import Elastic
from fundalign.results.explanation import LISTED, Conflict, Explanation, Repair, Rule, Step

from ..models.small import small
from .planted import planted

NEARLY = """
funders
funder,kind,currency
F,public,EUR

budgets
funder,cycle,first_period,last_period,payments
F,all,2027,2028,10

initiatives
initiative,currency,status
A,EUR,mandatory

milestones
initiative,milestone,order,duration,cost,value
A,a,1,1,12,1
"""
FLOOR = (
    NEARLY.replace("F,public,EUR\n", "F,public,EUR\nX,private,EUR\n").replace(
        "2028,10\n", "2028,10\nX,all,2027,2028,2\n"
    )
    + "\ncofunding\nrule,funders,initiatives,at_least\nfloor,private,A,0.4\n"
)


def test_the_cheapest_repair_is_proved_by_hand() -> None:
    """12 of 10: two more, a fifth, and nothing else can give: no repair costs less than 0.2."""
    found = fa.explain(small(NEARLY))
    assert found.cheapest
    assert abs(found.least - 0.2) < 1e-6
    assert "\nCheapest repair:\n" in str(found)
    told = found.as_dict()
    assert (told["cheapest_proved"], told["alternatives_not_sought"]) == (True, 0)
    assert abs(float(str(told["least_total_relative_change"])) - 0.2) < 1e-6


def test_where_a_ratio_gives_a_cheaper_repair_may_exist() -> None:
    """Private money is 2 of 12, the floor 0.4: it may fall for nothing in the proof, which then says nothing."""
    found = fa.explain(small(FLOOR))
    assert found.repairs
    assert not found.cheapest
    assert found.as_dict()["cheapest_proved"] is False
    assert "Cheapest repair found (a cheaper one may exist):" in str(found)


def test_without_time_all_rules_contain_the_conflict() -> None:
    case, _ = planted(3)
    inquiry = Inquiry(case, ExplainOptions(seconds=60.0))
    inquiry.narrow.deadline = inquiry.began
    found = inquiry.infeasible()
    assert [one.proved for one in found.conflicts] == [False]
    assert len(found.conflicts[0].rules) == len(inquiry.narrow.every)
    assert "contain a conflict, not proved minimal" in str(found)


def test_a_long_list_that_is_not_proved_is_cut_in_the_text_only() -> None:
    rules = tuple(Rule("budgets", f"budget {n}", "F", "budgets", (n,), "payments", "1") for n in range(2, 30))
    lines = list(Conflict(rules, False).lines())
    assert len(lines) == LISTED + 2
    assert lines[-1] == f"  and {28 - LISTED} more"
    assert len(list(Conflict(rules, True).lines())) == 29


def test_no_time_at_all_says_so() -> None:
    case, _ = planted(1)
    text = str(Explanation(case.settings.name, "no_plan", complete=False))
    assert "Nor was there time to see which rules stand in the way" in text
    assert "it may only need more time" in str(Explanation(case.settings.name, "no_plan"))


def test_rows_that_two_rules_share_are_removed_once() -> None:
    rule = Rule("eligibility", "what F is confined to", "F", "eligibility", (2,), "allow", "")
    gone = Change("eligibility", "", "remove", True, {"rule": "x"})
    repair = Repair((Step(rule, "one", (gone,)), Step(rule, "other", (gone,))), 2.0)
    assert repair.changes == (gone,)
    assert Explanation("c", "infeasible", repairs=(repair,)).scenario().count("remove = true") == 1


def test_the_weights_of_ratios_are_known_when_the_garbage_is_gone() -> None:
    """A model that nobody keeps loses the names of its rows; what a ratio weighs would silently be nothing."""
    inquiry = Inquiry(small(FLOOR))
    program = guarded(small(FLOOR), "rows")
    gc.collect()
    (floor,) = [r for r, given in enumerate(program.given) if given.rule.table == "cofunding"]
    inquiry.narrow.guarded = program
    weights = Elastic(inquiry.narrow, frozenset({floor})).weights
    assert weights[program.rows_of[floor]].nnz > 0
