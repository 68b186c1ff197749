"""Every way a solve can end has a status of its own."""

import os
import random
import signal
import threading

import pytest

from fundalign.inputs.case import Case
from fundalign.inputs.faults import Infeasible
from fundalign.inputs.read import case_from_tables
from fundalign.optimizer.engine import Ending, Limits, Progress, Relaxation, Search
from fundalign.optimizer.signals import Interrupt, listening
from fundalign.optimizer.solve import SolveOptions, solve
from fundalign.results.plan import Status
from fundalign.results.verify import verify

from ..models.programmes import programme
from ..models.small import small
from .programs import INFINITE, program, run

TEXT = """
funders
funder,kind,currency
F,public,EUR

budgets
funder,cycle,first_period,last_period,payments
F,c,2027,2028,10

initiatives
initiative,currency,status
A,EUR,{status}

milestones
initiative,milestone,order,duration,cost,value
A,a,1,1,{cost},5
"""


def knapsack(items: int = 80, dimensions: int = 10) -> Case:
    """Draw a 0-1 knapsack with a budget per party and values near the weights: not closed in minutes."""
    rng = random.Random(7)
    parties = [f"P{d}" for d in range(dimensions)]
    weights = {f"I{i}": [rng.randint(10, 1000) for _ in parties] for i in range(items)}
    shares = [
        {"initiative": i, "party": p, "share": f"{weight / sum(row):.15f}"}
        for i, row in weights.items()
        for p, weight in zip(parties, row, strict=True)
    ]
    half = {p: sum(row[d] for row in weights.values()) // 2 for d, p in enumerate(parties)}
    cycle = {"cycle": "c", "first_period": "2027", "last_period": "2027"}
    milestone = {"milestone": "m", "order": 1, "duration": 1}
    tables: dict[str, list[dict[str, object]]] = {
        "funders": [{"funder": f"F{p}", "kind": "public", "party": p, "currency": "EUR"} for p in parties],
        "budgets": [{"funder": f"F{p}", **cycle, "payments": limit} for p, limit in half.items()],
        "initiatives": [{"initiative": i, "currency": "EUR"} for i in weights],
        "milestones": [
            {"initiative": i, **milestone, "cost": sum(row), "value": sum(row) // dimensions + rng.randint(0, 200)}
            for i, row in weights.items()
        ],
        "shares": shares,
    }
    return case_from_tables({"name": "knapsack", "currency": "EUR", "first_period": "2027", "periods": 1}, tables)


def test_optimal() -> None:
    report = solve(small(TEXT.format(status="candidate", cost=10)), SolveOptions(gap=0.0, threads=1)).report
    assert (report.status, report.objective, report.bound, report.gap) == (Status.OPTIMAL, 5, 5, 0)
    assert report.limit is None
    assert report.signal is None


def test_optimal_within_the_gap_asked_for() -> None:
    """A gap of 100 % may stop at the first plan; what is reported is true all the same."""
    report = solve(programme(1), SolveOptions(gap=1.0, threads=1)).report
    exact = solve(programme(1), SolveOptions(gap=0.0, threads=1)).report
    assert report.status is Status.OPTIMAL
    assert exact.status is Status.OPTIMAL
    assert report.objective is not None
    assert report.bound is not None
    assert exact.objective is not None
    assert report.objective <= exact.objective + 1e-6 <= report.bound + 2e-6


@pytest.mark.parametrize("cost", ["10.01", "1000000"])
def test_infeasible(cost: str) -> None:
    """A must be done and costs more than there is."""
    with pytest.raises(Infeasible):
        solve(small(TEXT.format(status="mandatory", cost=cost)))


def test_a_what_if_that_contradicts_itself_is_infeasible_and_says_why() -> None:
    case = small(TEXT.format(status="mandatory", cost=10))
    broken = case.change("milestones", "deadline", set="2026")
    assert broken.contradictions
    with pytest.raises(Infeasible, match="milestones"):
        solve(broken)


@pytest.mark.parametrize(
    ("status", "cost"),
    [("candidate", "10.01"), ("excluded", "1")],  # too dear; nothing that could be decided at all
)
def test_nothing_can_be_funded(status: str, cost: str) -> None:
    """The empty plan is optimal: objective 0, bound 0, gap 0."""
    found = solve(small(TEXT.format(status=status, cost=cost)), SolveOptions(gap=0.0, threads=1))
    report = found.report
    assert (report.status, report.objective, report.bound, report.gap) == (Status.OPTIMAL, 0, 0, 0)
    assert found.plan is not None
    assert found.plan.funding.empty
    assert not found.plan.schedule["done"].any()
    assert verify(found).holds


@pytest.mark.parametrize("seed", [0, 1])
def test_no_time_at_all(seed: int) -> None:
    """Without time there is no plan, or the one that was there at once; never an error, and never an untrue bound."""
    found = solve(programme(seed), SolveOptions(gap=0.0, time_limit=0.0, threads=1))
    assert found.report.status in (Status.NO_PLAN, Status.FEASIBLE, Status.OPTIMAL)
    if found.plan is None:
        assert found.report.status is Status.NO_PLAN
        assert found.report.objective is None
        assert found.report.limit == "time_limit"
        assert found.summary["status"] == "no_plan"
    else:
        assert verify(found).holds


def test_time_limit_on_a_hard_case() -> None:
    """A tenth of a second is not enough to close it; whatever plan there is holds every rule."""
    found = solve(knapsack(), SolveOptions(gap=0.0, time_limit=0.1, threads=1))
    assert found.report.status in (Status.NO_PLAN, Status.FEASIBLE)
    assert found.report.limit == "time_limit"
    if found.plan is not None:
        assert found.report.bound is None or found.report.bound > (found.report.objective or 0)


def test_interrupted_before_the_search() -> None:
    """A signal while the model is built: no plan, and the report names the signal."""

    def stop(progress: Progress) -> None:
        if progress.phase == "building":
            os.kill(os.getpid(), signal.SIGTERM)

    found = solve(knapsack(), SolveOptions(gap=0.0, threads=1), stop)
    assert found.report.status is Status.INTERRUPTED
    assert found.report.signal == signal.SIGTERM
    assert found.plan is None


def test_interrupted_with_a_plan() -> None:
    """A signal from another thread once there is an incumbent: the plan found so far, verified."""
    sent = threading.Event()

    def stop(progress: Progress) -> None:
        if progress.incumbent and not sent.is_set():
            sent.set()
            os.kill(os.getpid(), signal.SIGINT)

    found = solve(knapsack(), SolveOptions(gap=0.0, threads=1), stop)
    assert sent.is_set()
    assert found.report.status is Status.INTERRUPTED
    assert found.report.signal == signal.SIGINT
    assert found.plan is not None
    assert (found.report.objective or 0) > 0
    assert verify(found).holds


def test_signals_are_ours_only_while_solving() -> None:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    with listening() as interrupt:
        assert not interrupt
        os.kill(os.getpid(), signal.SIGINT)
        assert interrupt.number == signal.SIGINT
    assert {number: signal.getsignal(number) for number in before} == before


def test_solving_in_another_thread_leaves_signals_alone() -> None:
    results: list[float | None] = []
    case = small(TEXT.format(status="candidate", cost=10))
    thread = threading.Thread(target=lambda: results.append(solve(case).report.objective))
    thread.start()
    thread.join()
    assert results == [5]


def test_engine_unbounded() -> None:
    """Maximise x with x - y <= 1: both may grow for ever."""
    outcome = run(program([1, 0], [(-INFINITE, [1, -1], 1)]))
    assert outcome.ending is Ending.UNBOUNDED
    assert outcome.bound is None


def test_engine_unbounded_in_whole_numbers_is_never_called_optimal() -> None:
    """HiGHS cannot tell unbounded from infeasible here; no point and no bound are claimed."""
    outcome = run(program([1, 0], [(-INFINITE, [1, -1], 1)], integer=[True, True]))
    assert outcome.ending in (Ending.UNBOUNDED, Ending.NUMERICAL)
    assert (outcome.x, outcome.objective, outcome.bound) == (None, None, None)


def test_engine_unbounded_without_rows() -> None:
    assert run(program([1])).ending is Ending.UNBOUNDED
    outcome = run(program([1, -1, 0], upper=[3, 3, 3]))
    assert (outcome.ending, outcome.objective) == (Ending.OPTIMAL, 3)


@pytest.mark.parametrize("integer", [False, True])
def test_engine_infeasible(integer: bool) -> None:
    outcome = run(program([1], [(2, [1], 2)], upper=[1], integer=[integer]))
    assert (outcome.ending, outcome.x, outcome.objective) == (Ending.INFEASIBLE, None, None)


def test_engine_lp_without_integer_columns() -> None:
    """max 3x + 2y, x + y <= 4, x + 3y <= 6, x <= 3: x = 3, y = 1, worth 11; the bound is the optimum."""
    made = program([3, 2], [(-INFINITE, [1, 1], 4), (-INFINITE, [1, 3], 6)], upper=[3, INFINITE])
    outcome = run(made)
    assert outcome.x is not None
    assert outcome.x.tolist() == pytest.approx([3, 1])
    assert (outcome.ending, outcome.objective, outcome.bound) == (Ending.OPTIMAL, pytest.approx(11), pytest.approx(11))


def test_engine_knows_an_interrupt_before_it_starts() -> None:
    interrupt = Interrupt(number=signal.SIGINT)
    made = program([1, 1], [(-INFINITE, [2, 2], 3)], upper=[1, 1], integer=[True, True])
    outcome = Search(made, Limits(threads=1)).run(interrupt)
    assert outcome.ending in (Ending.INTERRUPTED, Ending.OPTIMAL)  # it may be done before it can be stopped


def test_relaxations_with_other_numbers_of_threads_do_not_disturb_each_other() -> None:
    """HiGHS refuses a second number of threads in one thread: once every later relaxation of a dive failed so."""
    made = program([1.0, 1.0], [(-INFINITE, [1.0, 2.0], 4.0)], upper=[3.0, 3.0])
    for threads in (3, 1, 0, 2, 1):
        outcome = Relaxation(made, Limits(threads=threads)).solve(60.0, Interrupt(), brief=True)
        assert outcome.ending is Ending.OPTIMAL
        assert outcome.objective == pytest.approx(3.5)
