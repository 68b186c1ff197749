"""The invariants of buffers on random small cases in many currencies."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fundalign.inputs.case import Case
from fundalign.inputs.read import case_from_tables
from fundalign.models.build import build
from fundalign.models.merging import alike
from fundalign.optimizer.compile import compile_model
from fundalign.optimizer.engine import Limits, Search
from fundalign.optimizer.extract import factor_table
from fundalign.optimizer.solve import SolveOptions, solve
from fundalign.results.plan import Run
from fundalign.results.rule_tables import RULE_COLUMNS
from fundalign.results.verify import Audit, audit

Rows = list[dict[str, object]]
SEEDS = st.integers(0, 10_000)
FOREIGN = ("GBP", "JPY", "SEK", "USD")
MANY = 99  # more currencies than there are


def few(count: int) -> settings:
    return settings(derandomize=True, deadline=None, max_examples=count, database=None)


def drawn(
    seed: int,
    method: str,
    *,
    calm: bool = False,
    turned: bool = False,
    twins: bool = False,
    unit: int = 100,
    **buffer: Any,
) -> Case:
    """A case of real pots in five currencies.

    `calm`: nothing moves; `turned`: with its rows the other way round; `twins`: two funders are alike but for money.
    """
    rng = random.Random(seed)
    own = [rng.choice(("EUR", "EUR", *FOREIGN)) for _ in range(3)]
    own[1] = own[0] if twins else own[1]
    rate = {"EUR": 1.0, "GBP": 1.2, "JPY": 0.006, "SEK": 0.09, "USD": 0.9}
    tables: dict[str, Rows] = {
        "currencies": [
            {"currency": c, "rate": rate[c], "volatility": round(rng.uniform(0.03, 0.3), 3) * (not calm)}
            | ({"hedge_cost": round(rng.uniform(0.002, 0.05), 4)} if rng.random() < 0.6 else {})
            for c in FOREIGN
        ],
        "correlations": [
            {"currency_a": a, "currency_b": b, "correlation": round(rng.uniform(-0.3, 0.5), 2)}
            for a, b in (("GBP", "USD"), ("SEK", "JPY"), ("USD", "JPY"))
        ],
        "funders": [
            {"funder": f"F{k}", "kind": "public" if k < 2 else "private", "currency": c} for k, c in enumerate(own)
        ],
        "budgets": [
            {"funder": f"F{k}", "cycle": f"c{n}", "first_period": first, "last_period": last, "carry_over": 0.2}
            | {"payments": round(rng.uniform(10, 40) / rate[c], 2)}
            for k, c in enumerate(own)
            for n, (first, last) in enumerate((("2027", "2028"), ("2029", "2029")))
        ],
        "initiatives": [{"initiative": f"I{k}", "currency": rng.choice(("EUR", *FOREIGN))} for k in range(5)],
    }
    tables["milestones"] = [
        {"initiative": i["initiative"], "milestone": m, "order": n, "duration": rng.choice((1, 2))}
        | {"cost": round(rng.uniform(8, 25) / rate[str(i["currency"])]), "value": rng.randint(1, 9)}
        for i in tables["initiatives"]
        for n, m in enumerate(("a", "b"), start=1)
    ]
    chosen = {"method": method, "confidence": 0.9, "scenarios": 30, "since": rng.choice(("plan", "cycle"))} | buffer
    plain = {"name": "drawn", "currency": "EUR", "first_period": "2027", "periods": 3, "unit": unit, "buffer": chosen}
    return case_from_tables(plain, {name: rows[::-1] if turned else rows for name, rows in tables.items()})


def solved(case: Case) -> Run:
    run = solve(case, SolveOptions(gap=0.0, threads=1))
    assert run.report.status.value == "optimal"
    return run


def worth(run: Run) -> float:
    assert run.report.objective is not None
    return round(run.report.objective, 6)


def audited(case: Case, run: Run) -> Audit:
    """The audit of a plan as if it had been made for another case."""
    assert run.plan is not None
    tables = {name: table for name, table in run.plan.tables.items() if name not in RULE_COLUMNS}
    return audit(case, tables, run.summary, factor_table(case))


def needs(case: Case, run: Run) -> dict[tuple[str, tuple[str, ...]], float]:
    """What each funder's cycle must hold for a plan under the buffer of a case."""
    rows = [row for row in audited(case, run).rows if (row.family, row.rule) == ("currency", "buffer")]
    return {(row.owner, row.index): float(row.at_least or 0) for row in rows}


@few(8)
@given(SEEDS, st.integers(1, 2))
def test_a_budgeted_buffer_is_between_none_and_the_additive_one(seed: int, gamma: int) -> None:
    """On the same plan each cycle needs at most what it needs additively, and all of that where all may move."""
    cases = {str(g): drawn(seed, "budgeted", gamma=g) for g in (0, gamma, MANY)}
    none, additive, some = solved(drawn(seed, "none")), solved(drawn(seed, "additive")), solved(cases[str(gamma)])
    assert worth(additive) <= worth(some) <= worth(none)
    assert worth(solved(cases["0"])) == worth(none)
    assert worth(solved(cases[str(MANY)])) == worth(additive)
    held, most = needs(cases[str(gamma)], some), needs(drawn(seed, "additive"), some)
    assert needs(cases[str(MANY)], some) == most
    assert all(held[key] <= most[key] for key in most)
    assert set(needs(cases["0"], some).values()) == {0.0}


@few(8)
@given(SEEDS, st.sampled_from([0.6, 0.75, 0.9]))
def test_more_confidence_never_lowers_a_cvar_buffer(seed: int, confidence: float) -> None:
    sure, surer = (drawn(seed, "cvar", confidence=c) for c in (confidence, confidence + 0.08))
    run = solved(sure)
    assert worth(solved(surer)) <= worth(run) <= worth(solved(drawn(seed, "none")))
    before, after = needs(sure, run), needs(surer, run)
    assert all(before[key] <= after[key] for key in before)


@few(8)
@given(SEEDS, st.booleans())
def test_rows_added_as_they_are_broken_reach_the_optimum_of_all_scenarios(seed: int, twins: bool) -> None:
    """Hedges included, against the program with every scenario written out that can be among the worst."""
    case = drawn(seed, "cvar", unit=100_000, twins=twins)
    assert not twins or alike(case)
    whole = Search(compile_model(build(case, pooled=False)), Limits(threads=1)).run()
    assert whole.objective == pytest.approx(worth(solved(case)), abs=1e-6)


@pytest.mark.parametrize("method", ["additive", "budgeted", "cvar"])
@few(4)
@given(SEEDS)
def test_nothing_moves_nothing_is_held(method: str, seed: int) -> None:
    run = solved(drawn(seed, method, calm=True))
    assert worth(run) == worth(solved(drawn(seed, "none")))
    assert run.plan is not None
    assert {float(cell) for cell in run.plan.tables["budgets"]["buffer"]} == {0.0}


@pytest.mark.parametrize("method", ["budgeted", "cvar"])
@few(4)
@given(SEEDS)
def test_the_order_of_rows_changes_nothing(method: str, seed: int) -> None:
    run, turned = solved(drawn(seed, method, gamma=1)), drawn(seed, method, gamma=1, turned=True)
    assert worth(solved(turned)) == worth(run)
    assert audited(turned, run).faults == ()
