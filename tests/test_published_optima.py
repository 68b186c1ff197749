"""Published optima: the capital-budgeting problems that the model contains must come out as printed.

Sources: OR-Library (J. E. Beasley), `mknap1` (Petersen 1967) and `mknapcb1` (Chu and Beasley 1998); Lorie and
Savage 1955, with Weingartner's 1963 integer optimum. See tests/orlib.py for how a knapsack becomes a case.
"""

from decimal import Decimal
from fractions import Fraction
from itertools import product

import pytest

from fundalign.inputs.case import Case
from fundalign.inputs.read import case_from_tables
from fundalign.optimizer.solve import SolveOptions, solve

from .orlib import Knapsack, Rows, knapsack_case, read_knapsacks

KNAPSACKS = read_knapsacks()
SMALL = [name for name in KNAPSACKS if name.startswith("mknap1")]
LARGE = ["5.100-00", "5.100-01"]  # the benchmark solves all thirty


def funded(case: Case, options: SolveOptions) -> tuple[float, float, set[str], str]:
    """Solve, and return objective, bound, the funded initiatives and the status."""
    run = solve(case, options)
    assert run.plan is not None
    portfolio = run.plan.tables["portfolio"]
    chosen = set(portfolio.loc[portfolio["funded"] == "true", "initiative"])
    assert run.report.objective is not None
    assert run.report.bound is not None
    return run.report.objective, run.report.bound, chosen, run.report.status.value


def check_knapsack(problem: Knapsack, options: SolveOptions, near: Decimal = Decimal(0)) -> str:
    """The published optimum lies between objective and bound, and is met when proven; the chosen items fit."""
    objective, bound, chosen, status = funded(knapsack_case(problem), options)
    items = [int(name[1:]) for name in chosen]
    worth = sum((problem.profits[i] for i in items), Decimal(0))
    assert objective == pytest.approx(float(worth), rel=1e-9)
    assert near * problem.optimum <= worth <= problem.optimum
    assert bound >= float(problem.optimum) * (1 - 1e-9)
    assert worth == problem.optimum or status != "optimal"
    for row, capacity in zip(problem.coefficients, problem.capacities, strict=True):
        assert sum((row[i] for i in items), Decimal(0)) <= capacity
    return status


@pytest.mark.parametrize("name", SMALL)
def test_mknap1(name: str) -> None:
    assert check_knapsack(KNAPSACKS[name], SolveOptions(gap=0.0, time_limit=60, threads=1)) == "optimal"


@pytest.mark.parametrize("name", LARGE)
def test_mknapcb1(name: str) -> None:
    """Profits are whole numbers, so a gap of less than one of them proves the optimum.

    That takes these two 10 to 40 s; after some steps already the published value must lie between plan and bound,
    less than 1 % above the plan, and be met whenever the proof is complete.
    """
    problem = KNAPSACKS[name]
    gap = float(Fraction(9, 10) / Fraction(problem.optimum))
    options = SolveOptions(gap=gap, time_limit=600, steps=40, threads=1)
    assert check_knapsack(problem, options, near=Decimal("0.99")) in ("optimal", "feasible")


@pytest.mark.parametrize("name", sorted(KNAPSACKS))
def test_a_knapsack_case_is_exact(name: str) -> None:
    """Share times cost is the published coefficient, in rational numbers, and the shares sum to 1."""
    problem = KNAPSACKS[name]
    case = knapsack_case(problem)
    for i in range(len(problem.profits)):
        cost = Fraction(case.milestones[f"I{i}"][0].cost)
        shares = case.shares[f"I{i}"]
        assert sum(shares.values()) == 1
        for j, row in enumerate(problem.coefficients):
            assert shares.get(f"C{j}", Fraction(0)) * cost == Fraction(row[i])


LORIE_SAVAGE_VALUES = (14, 17, 17, 15, 40, 12, 14, 10, 12)
LORIE_SAVAGE_YEARS = ((12, 54, 6, 6, 30, 6, 48, 36, 18), (3, 7, 6, 2, 35, 6, 4, 3, 3))
LORIE_SAVAGE_BUDGETS = (50, 20)


def milestone(initiative: str, name: str, order: int, cost: int, value: int, **more: object) -> dict[str, object]:
    """Return a row of milestones.csv that lasts one period."""
    row = {
        "initiative": initiative,
        "milestone": name,
        "order": order,
        "duration": 1,
        "cost": cost,
        "value": value,
    }
    return row | more


def one_payer(name: str, periods: int, budgets: tuple[int, ...], rate: str, tables: dict[str, Rows]) -> Case:
    """Return a case with one public payer, real pots only, and one budget per year from 2027."""
    years = [str(2027 + n) for n in range(len(budgets))]
    payer: dict[str, Rows] = {
        "funders": [{"funder": "P", "kind": "public", "currency": "EUR"}],
        "budgets": [
            {"funder": "P", "cycle": y, "first_period": y, "last_period": y, "payments": b}
            for y, b in zip(years, budgets, strict=True)
        ],
    }
    settings: dict[str, object] = {
        "name": name,
        "currency": "EUR",
        "first_period": "2027",
        "periods": periods,
    }
    return case_from_tables(settings | {"discount_rate": float(rate)}, payer | tables, name=name)


def test_lorie_savage() -> None:
    """Nine investments with outlays in two years of 50 and 20: 70, by numbers 1, 3, 4, 6 and 9.

    Outlays 12+6+6+6+18 = 48 ≤ 50 and 3+6+2+6+3 = 20; values 14+17+15+12+12 = 70. Each investment has
    one milestone per year, the second right after the first, and all of it or nothing.
    """
    projects = range(9)
    first, second = LORIE_SAVAGE_YEARS
    tables: dict[str, Rows] = {
        "initiatives": [
            {"initiative": f"I{i + 1}", "currency": "EUR", "complete": "true", "max_pause": 0} for i in projects
        ],
        "milestones": [
            row
            for i in projects
            for row in (
                milestone(f"I{i + 1}", "year 1", 1, first[i], LORIE_SAVAGE_VALUES[i], latest_start="2027"),
                milestone(f"I{i + 1}", "year 2", 2, second[i], 0),
            )
        ],
    }
    case = one_payer("lorie-savage", 2, LORIE_SAVAGE_BUDGETS, "0", tables)
    objective, _, chosen, status = funded(case, SolveOptions(gap=0.0))
    assert status == "optimal"
    assert objective == pytest.approx(70)
    assert chosen == {"I1", "I3", "I4", "I6", "I9"}


def test_lorie_savage_by_enumeration() -> None:
    """No choice of the nine within both budgets is worth more than 70, and only one is worth that."""
    worth = [
        sum(v for v, x in zip(LORIE_SAVAGE_VALUES, choice, strict=True) if x)
        for choice in product((0, 1), repeat=9)
        if all(
            sum(c for c, x in zip(costs, choice, strict=True) if x) <= budget
            for costs, budget in zip(LORIE_SAVAGE_YEARS, LORIE_SAVAGE_BUDGETS, strict=True)
        )
    ]
    assert max(worth) == 70
    assert worth.count(70) == 1


def test_pit_scheduling_by_hand() -> None:
    """Precedence-constrained scheduling: blocks of a pit, two a year, ore under three blocks of waste.

    Waste A, B, C are worth −1 each, the ore below them 10, a loose block E 1; every year halves values
    (rate 100 %). A block may be dug in the year in which the ones above are (start-start, lag 0).
    - Ore in the second year: A, B, C and it fill the first two, −1 − 1 + (−1 + 10)/2 = 2.5, and E in the
      third adds 1/4: 2.75.
    - Ore in the third: 10/4 = 2.5, the waste as late as possible −1/4 − 1/2 − 1/2, and E at once 1: 2.25.
      E in the second instead moves a waste block to the first: 2.5 − 1/4 − 1/2 − 1 + 1/2 = 1.25.
    - No ore: E at once, 1.
    So 2.75 is the optimum.
    """
    values = {"A": -1, "B": -1, "C": -1, "ORE": 10, "E": 1}
    tables: dict[str, Rows] = {
        "initiatives": [{"initiative": block, "currency": "EUR"} for block in values],
        "milestones": [milestone(block, "dig", 1, 1, value) for block, value in values.items()],
        "precedence": [
            {"predecessor": above, "successor": "ORE", "type": "start-start", "lag": 0} for above in ("A", "B", "C")
        ],
    }
    objective, _, _, status = funded(one_payer("pit", 3, (2, 2, 2), "1", tables), SolveOptions(gap=0.0))
    assert status == "optimal"
    assert objective == pytest.approx(2.75)
