"""Limits that prices prove not to matter: those that cannot, none of those that do, in any company and any process."""

from __future__ import annotations

import itertools
import pickle
from typing import TYPE_CHECKING

import pytest

from fundalign.optimizer.powerless import powerless
from fundalign.optimizer.signals import Interrupt
from fundalign.optimizer.trial import Ground, Verdict, span
from fundalign.optimizer.ways import entering
from fundalign.optimizer.whatif import base_of
from fundalign.optimizer.why import why

from ..models.small import optimum, small

if TYPE_CHECKING:
    from fundalign.inputs.case import Case
    from fundalign.optimizer.ways import Way

# N pays 3 and S 2 of each. S could pay for A (9 points) and B (6); N, which has 4, needs 6 for that, half as much more.
# That at most two of A, B and C are funded, and at most one of A and C, keeps B from nothing.
CASE = small(
    """
funders
funder,kind,party,currency
NORTH,public,N,EUR
SOUTH,public,S,EUR

budgets
funder,cycle,first_period,last_period,payments
NORTH,c,2027,2027,4
SOUTH,c,2027,2027,4

initiatives
initiative,currency
A,EUR
B,EUR
C,EUR

milestones
initiative,milestone,order,duration,cost,value
A,do,1,1,5,9
B,do,1,1,5,6
C,do,1,1,5,1

choices
choice,initiatives,at_most
two,ABC,2
one,AC,1

groups
group,kind,member
ABC,initiative,A
ABC,initiative,B
ABC,initiative,C
AC,initiative,A
AC,initiative,C

shares
initiative,party,share
A,N,0.6
A,S,0.4
B,N,0.6
B,S,0.4
C,N,0.6
C,S,0.4
""",
    1,
)
NEVER = {"choice two: at most", "choice one: at most", "budget of SOUTH, cycle c"}
MATTERS = "budget of NORTH, cycle c"


@pytest.fixture(scope="module")
def ground() -> Ground:
    found = Ground(base_of(optimum(CASE).run, 5.0), "B", Interrupt())
    found.search(5.0)
    return found


def limits(case: Case) -> dict[str, Way]:
    return {way.words: way for way in entering(case, "B") if not way.own}


def test_those_that_matter_are_not_ruled_out_and_the_others_are(ground: Ground) -> None:
    ways = limits(CASE)
    assert set(ways) == {*NEVER, MATTERS}
    for order in itertools.permutations(ways):
        assert powerless(ground, [ways[words] for words in order]) == [words in NEVER for words in order]


def test_another_process_knows_the_same(ground: Ground) -> None:
    ways = limits(CASE)
    sent: Ground = pickle.loads(pickle.dumps(ground))
    assert span(sent.now[True]) == span(ground.now[True])
    assert powerless(sent, list(ways.values())) == powerless(ground, list(ways.values()))


def test_nothing_is_ruled_out_for_one_that_is_to_leave() -> None:
    ground = Ground(base_of(optimum(CASE).run, 5.0), "A", Interrupt())
    assert powerless(ground, list(limits(CASE).values())) == [False] * 4


@pytest.mark.parametrize("jobs", [1, 2])
def test_why_says_the_same_in_one_process_and_in_two(jobs: int) -> None:
    reply = why(optimum(CASE).run, "B", jobs=jobs)
    answers = {each.way.words: each for each in reply.answers}
    for words in NEVER:
        assert answers[words].steps is None
        assert set(dict(answers[words].looked).values()) == {Verdict.NEVER}
    told = answers[MATTERS]
    assert told.words == "budgets.payments[funder=NORTH,cycle=c]*=1.5"
    assert (told.entered, told.smaller) == (Verdict.PROVED, Verdict.NEVER)
    assert told.moves is not None
    assert told.moves.added == ("B",)
