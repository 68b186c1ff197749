"""Explanations of single cases: time that does not suffice, quantum, integers, and what a text says."""

from __future__ import annotations

from pathlib import Path

import pytest

import fundalign as fa
from fundalign.inputs.case import Case
from fundalign.inputs.read import write_case
from fundalign.inputs.scenarios import parse_set
from fundalign.inputs.shipped import shipped_path
from fundalign.optimizer.conflict import any_plan
from fundalign.optimizer.engine import Ending, Limits, Search
from fundalign.optimizer.explain import ExplainOptions, Inquiry
from fundalign.optimizer.guarded import guarded
from fundalign.optimizer.proving import ordinary
from fundalign.optimizer.signals import Interrupt
from fundalign.results.explanation import Conflict, Explanation, Repair

from ..models.small import optimum, small
from ..models.test_signed import EXACT, change, signed
from .lifting import feasible, lifted, of, places
from .planted import planted

THREE = (
    'equity.at_least[rule="widening countries in a dozen"]=40',
    "initiatives.status[initiative=K-PHD]=mandatory",
    "budgets.payments[funder=EE]*=0.02",
    "initiatives.status[initiative=N-SAT]=mandatory",
    "budgets.payments[funder=FR,cycle=FY2027]=2.2",
)
"""Three conflicts planted into quantum: more initiatives than there are, a school without Estonia's money, a satellite
that must begin by 2027Q2 without France's."""

TEXT = """
funders
funder,kind,currency
F,public,EUR

budgets
funder,cycle,first_period,last_period,payments
F,2027,2027,2027,10
F,2028,2028,2028,10

initiatives
initiative,currency
A,EUR
B,EUR
C,EUR

milestones
initiative,milestone,order,duration,cost,value
A,a,1,1,7,1
B,b,1,1,7,1
C,c,1,1,7,1

groups
group,kind,member
all,initiative,A
all,initiative,B
all,initiative,C

choices
choice,initiatives,at_least,at_most
three,all,3,
"""
# Three of cost 7 in two years of 10: 21 of 20, and the relaxation nearly has room: 2 and 6/7 of 3.  A year holds one.


def test_a_conflict_that_only_whole_milestones_have_by_hand() -> None:
    """With 21 in all a relaxation would fit; a year must hold two: 14, four more. Or the choice asks for 2 of 3."""
    case = small(TEXT.replace("2027,10", "2027,10.5").replace("2028,10", "2028,10.5"))
    found = fa.explain(case)
    (conflict,) = found.conflicts
    assert conflict.proved
    assert sorted(rule.words for rule in conflict.rules) == [
        "budget of F, cycle 2027",
        "budget of F, cycle 2028",
        "choice three: at least",
    ]
    sets = [sorted(str(change) for change in repair.changes) for repair in found.repairs]
    year = [["budgets.payments[funder=F,cycle=2027]+=3.5"], ["budgets.payments[funder=F,cycle=2028]+=3.5"]]
    assert sets[0] in ([["choices.at_least[choice=three]+=-1"], *year]) or sets[0] in year
    assert ["choices.at_least[choice=three]+=-1"] in sets
    assert any(each in year for each in sets)
    assert all(feasible(case.apply(repair.changes)) for repair in found.repairs)


def test_a_ratio_is_changed_no_more_than_it_must_by_hand() -> None:
    """Private money is 2 of 7: a floor of 0.4 must fall to 2/7 = 0.28571…, by 0.114286 rounded up at four digits."""
    text = TEXT.replace("F,public,EUR", "F,public,EUR\nX,private,EUR").replace(
        "choices\nchoice,initiatives,at_least,at_most\nthree,all,3,", ""
    )
    text = text.replace("F,2028,2028,2028,10", "X,2027,2027,2027,2").replace("A,EUR", "A,EUR,mandatory", 1)
    text = (
        text.replace("initiative,currency\nA", "initiative,currency,status\nA")
        .replace("B,EUR", "B,EUR,")
        .replace("C,EUR", "C,EUR,")
    )
    text += "cofunding\nrule,funders,initiatives,at_least\nfloor,private,A,0.4\n"
    found = fa.explain(small(text, 1))
    changes = [[str(change) for change in repair.changes] for repair in found.repairs]
    # the floor by 28.6 %, or private money by 0.8 of 2, 40 %
    assert changes == [["cofunding.at_least[rule=floor]+=-0.1143"], ["budgets.payments[funder=X,cycle=2027]+=0.8"]]


def test_quantum_with_three_planted_conflicts() -> None:
    """Each is found, and rechecked by the ordinary program; without one of its rules there is a plan."""
    case = fa.read_case(shipped_path("quantum")).apply([parse_set(text) for text in THREE])
    found, _ = Inquiry(case, ExplainOptions(seconds=3000.0)).conflicts()
    assert all(one.proved for one in found)
    told = [{rule.words for rule in one.rules} for one in found]
    assert {"equity floor widening countries in a dozen for widening"} in told
    assert any({"budget of FR, cycle FY2027", "status of N-SAT"} <= words for words in told)
    assert any({"budget of EE, cycle FY2027", "status of K-PHD"} <= words for words in told)
    for one in found:
        others = places(case) - set().union(*(of(rule) for rule in one.rules))
        assert Search(ordinary(lifted(case, others)), Limits(threads=1)).run().ending is Ending.INFEASIBLE
    (school,) = [one for one in found if "status of K-PHD" in {rule.words for rule in one.rules}]
    others = places(case) - set().union(*(of(rule) for rule in school.rules[:-1]))
    assert any_plan(ordinary(lifted(case, others)), 600.0, Interrupt())[1] is not None


def test_a_time_limit_keeps_the_best_known_conflict() -> None:
    case, _ = planted(3)
    inquiry = Inquiry(case, ExplainOptions(seconds=60.0))
    inquiry.narrow.deadline = inquiry.began  # nothing can be asked any more
    found, whole = inquiry.narrow.every, inquiry.narrow.least(inquiry.narrow.every)
    rules, proved = whole
    assert not proved
    assert rules == found  # what is left contains the conflict
    told = Conflict(tuple(inquiry.narrow.guarded.given[r].rule for r in rules), proved)
    assert next(told.lines()).endswith("rules contain a conflict, not proved minimal:")


def test_no_plan_in_time_is_not_called_infeasible() -> None:
    case, cells = planted(1)
    found = Inquiry(case).unknown()
    assert found.status == "no_plan"
    text = str(found)
    assert "that there is none is not proved" in text
    assert "No plan keeps" not in text
    assert "The search could not satisfy these rules" in text
    broken = {(each.rule.table, each.rule.column) for each in found.unsatisfied}
    assert broken & set(cells)


def test_a_run_without_a_plan_says_what_stands_in_the_way() -> None:
    """The search ends before it begins; what could not be satisfied is told all the same, and nothing is infeasible."""
    case, _ = planted(1)
    run = fa.solve(case, fa.SolveOptions(time_limit=1e-9))
    assert run.plan is None
    assert run.report.status.value in ("no_plan", "infeasible")
    assert isinstance(run.explanation, Explanation)
    assert run.explanation.status == "no_plan"


@pytest.mark.parametrize("seed", [1, 5, 9, 13, 17, 22, 29, 33])
def test_the_guarded_program_is_the_case(seed: int) -> None:
    """With every rule in place it has a plan where the ordinary program has; with all lifted there is always one."""
    case, _ = planted(seed)
    for lift in ("rows", "all"):
        g = guarded(case, lift)
        assert Search(g.program, Limits(threads=1)).run(Interrupt()).ending is Ending.INFEASIBLE
        free = g.program.with_bounds(g.program.lower, g.upper(range(len(g.keys))))
        assert Search(free, Limits(threads=1)).run(Interrupt()).x is not None
    repaired = _repaired(case)
    assert Search(ordinary(repaired), Limits(threads=1)).run().x is not None
    for lift in ("rows", "all"):
        assert Search(guarded(repaired, lift).program, Limits(threads=1)).run(Interrupt()).x is not None


def _repaired(case: Case) -> Case:
    relax = ("dates", "status", "eligibility", "precedence", "pauses", "completion", "ranking")
    repairs: tuple[Repair, ...] = fa.explain(case, relax=relax).repairs
    return case.apply(repairs[0].changes)


def test_rows_are_numbered_as_the_file_has_them(tmp_path: Path) -> None:
    """Blank lines count, as in a spreadsheet, also after a what-if."""
    write_case(small(TEXT), tmp_path / "case")
    file = tmp_path / "case" / "budgets.csv"
    header, *rows = file.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join([header, "", rows[0], "", rows[1], ""]), encoding="utf-8")
    case = fa.read_case(tmp_path / "case").change("milestones", "value", multiply=2)
    (conflict,) = fa.explain(case).conflicts
    places = {rule.words: rule.place for rule in conflict.rules}
    assert places["budget of F, cycle 2027"] == "budgets.csv, row 3, payments"
    assert places["budget of F, cycle 2028"] == "budgets.csv, row 5, payments"


def test_a_repair_of_a_re_plan_has_room_for_cents_by_hand() -> None:
    """G committed 5 that nobody else can pay: 4.99 would do for the model, which has room for cents; 5 are needed."""
    first = optimum(signed()).run
    moved = change(change(signed(), "budgets.payments[G,2028]", 0), "budgets.payments[F,2028]", 10)
    with pytest.raises(fa.Infeasible) as caught:
        fa.replan(moved, first, "2028", options=EXACT)
    found = caught.value.explanation
    assert isinstance(found, Explanation)
    assert [rule.words for rule in found.conflicts[0].rules] == ["budget of G, cycle 2028"]
    (repair, *_) = found.repairs
    assert repair.to_the_cent
    assert 5 <= float(repair.steps[0].amount) <= 5.06
    again = fa.replan(moved.apply(repair.changes), first, "2028", options=EXACT)
    assert again.plan is not None
