"""Pooling is exact: the optimum is that of the line-by-line model, on a smaller program."""

import pytest

from fundalign.inputs.case import Case
from fundalign.inputs.read import case_from_tables
from fundalign.models.build import build
from fundalign.optimizer.compile import compile_model
from fundalign.optimizer.engine import Ending, Limits, Search
from fundalign.optimizer.solve import SolveOptions, solve

from ..oracle.generator import random_oracle
from .money import MONEY, money_programme, relieved
from .programmes import programme
from .small import small

DRAWN = range(20)
SEEDS = DRAWN[:12]


def solved(case: Case, compact: bool = False, pooled: bool = True, relax: bool = False) -> tuple[float, int]:
    """Return the proven optimum of the model of a case (or of its LP relaxation), and its number of columns."""
    program = compile_model(build(case, compact=compact, pooled=pooled))
    outcome = Search(program, Limits(threads=1), relax=relax).run()
    assert outcome.ending is Ending.OPTIMAL
    assert outcome.objective is not None
    return outcome.objective, len(program.cost)


@pytest.mark.parametrize("relax", [False, True])
@pytest.mark.parametrize("seed", SEEDS)
def test_pooling_is_exact(seed: int, relax: bool) -> None:
    case = programme(seed)
    together, fewer = solved(case, relax=relax)
    by_line, more = solved(case, pooled=False, relax=relax)
    assert together == pytest.approx(by_line, abs=1e-6)
    assert fewer < more


@pytest.mark.parametrize("seed", MONEY)
def test_pooling_is_exact_under_the_money_rules(seed: int) -> None:
    """Tickets, ceilings, guarantees, stability, risk tolerance, caps, least bases, timing; the compact form relaxes."""
    case = money_programme(seed)
    for relax in (False, True):
        together, fewer = solved(case, relax=relax)
        by_line, more = solved(case, pooled=False, relax=relax)
        assert together == pytest.approx(by_line, abs=1e-6)
        assert fewer <= more
        assert solved(case, compact=True, relax=relax)[0] >= together - 1e-6


def test_every_money_rule_binds_somewhere() -> None:
    """Without it some programme is worth more, or its relaxation is."""
    missing = {"min_ticket", "max_change", "risk_tolerance", "commitments", "cap", "min_base", "timing", "guarantees"}
    for seed in MONEY:
        if not missing:
            break
        case = money_programme(seed)
        for relax in (True, False):
            held = solved(case, relax=relax)[0]
            missing -= {r for r in missing if solved(relieved(case, r), relax=relax)[0] > held + 1e-6}
    assert missing == set()


@pytest.mark.parametrize("seed", range(0, 60, 2))
def test_pooling_is_exact_where_every_rule_family_binds(seed: int) -> None:
    """The cases of the oracle; without a plan even in the relaxation, neither form may have one."""
    oracle = random_oracle(seed)
    case = case_from_tables(dict(oracle.settings), dict(oracle.tables))
    endings, bounds = [], []
    for pooled in (True, False):
        outcome = Search(compile_model(build(case, pooled=pooled)), Limits(threads=1), relax=True).run()
        endings.append(outcome.ending)
        bounds.append(outcome.objective)
    assert endings[0] is endings[1]
    assert endings[0] in (Ending.OPTIMAL, Ending.INFEASIBLE)
    assert bounds[0] == pytest.approx(bounds[1], abs=1e-6)


def test_line_by_line_every_line_is_a_pool() -> None:
    case = programme(3)
    layout = build(case, pooled=False).layout
    own = [pool for pool in layout.pools.pools.values() if pool.parent is None]
    assert sorted(pool.lines[0].key for pool in own) == sorted(line.key for line in layout.schedule.lines)
    assert all(len(pool.lines) == 1 for pool in layout.pools.pools.values())


@pytest.mark.parametrize("seed", SEEDS)
def test_the_compact_form_is_a_relaxation_and_the_solve_is_exact(seed: int) -> None:
    case = programme(seed)
    exact, _ = solved(case)
    relaxed, _ = solved(case, compact=True)
    assert relaxed >= exact - 1e-6
    run = solve(case, SolveOptions(gap=0.0, threads=1))
    assert run.report.objective == pytest.approx(exact, abs=1e-6)


def test_the_programmes_are_not_trivial() -> None:
    """Something can be funded in each, much is left out of most, and no two have the same optimum."""
    found = [solved(programme(seed))[0] for seed in DRAWN]
    cases = [programme(seed) for seed in DRAWN]
    totals = [sum(float(m.value or 0) for rows in case.milestones.values() for m in rows) for case in cases]
    assert min(found) > 0
    assert sum(value < 0.8 * total for value, total in zip(found, totals, strict=True)) >= len(DRAWN) // 2
    assert len({round(value, 6) for value in found}) == len(DRAWN)


TEXT = """
funders
funder,kind,party,currency
FN,public,N,EUR
FM,public,N,EUR
PR,private,,EUR
ME,matching,,EUR

budgets
funder,cycle,first_period,last_period,payments
FN,c,2027,2028,100
FM,c,2027,2028,100
PR,c,2027,2028,100
ME,c,2027,2028,100

currencies
currency,rate
SEK,0.1

initiatives
initiative,currency,theme
A,EUR,sea
B,EUR,sea
C,EUR,sky
D,EUR,sky
E,SEK,sky

milestones
initiative,milestone,order,stage,duration,cost,value
A,a,1,research,1,10,1
B,b,1,research,1,10,1
C,c,1,research,1,10,1
D,d,1,build,1,10,1
E,e,1,research,1,100,1

shares
initiative,party,share
A,N,1
B,N,1
C,N,1
D,N,1
E,N,1
"""


def pooled(rules: str = "") -> set[frozenset[str]]:
    """Return which initiatives are paid together, match pools left out."""
    found = build(small(TEXT + rules)).layout.pools.pools.values()
    return {frozenset(line.initiative for line in pool.lines) for pool in found if pool.parent is None}


def matched(rules: str) -> set[frozenset[str]]:
    found = build(small(TEXT + rules)).layout.pools.pools.values()
    return {frozenset(line.initiative for line in pool.lines) for pool in found if pool.parent is not None}


def sets(text: str) -> set[frozenset[str]]:
    return {frozenset(part) for part in text.split()}


@pytest.mark.parametrize(
    ("rules", "groups"),
    [
        ("", "ABCD E"),  # E falls due in another currency; a stage alone keeps nothing apart
        ("\neligibility\nrule,funders,initiatives,allow\nr,FM,sea,false\n", "AB CD E"),
        ("\nearmarks\nrule,funders,initiatives,stage,at_most\ne,FN,sea,,0.5\n", "AB CD E"),
        ("\nearmarks\nrule,funders,initiatives,stage,at_most\ne,FN,,build,0.5\n", "ABC D E"),
        # who of the three pays matters in sea: each initiative by itself
        ("\ncofunding\nrule,funders,initiatives,at_most\nf,FN,sea,0.5\n", "A B CD E"),
        ("\ncofunding\nrule,funders,initiatives,at_most\nf,private,sea,0.5\n", "A B CD E"),
        # public and private are told apart by a match on public money, not by one on both
        ("\nmatching\nrule,funders,base,ratio,initiatives\nm,ME,public,1,sea\n", "A B CD E"),
        ("\nmatching\nrule,funders,base,ratio,initiatives\nm,ME,both,1,sea\n", "ABCD E"),
        # only sea is covered: PR pays there alone, and how much in each initiative matters
        (
            "\nguarantees\nguarantee,guarantor,funders,provisioning_rate,leverage,initiatives\ng,FN,PR,0.1,2,sea\n",
            "A B CD E",
        ),
        # a bound on matching money alone needs no line: the match is kept by initiative anyway
        (
            "\nmatching\nrule,funders,base,ratio,initiatives\nm,ME,both,1,sea\n"
            "\ncofunding\nrule,funders,initiatives,at_most\nf,matching,,0.5\n",
            "ABCD E",
        ),
    ],
)
def test_lines_that_no_rule_tells_apart_are_one_pool(rules: str, groups: str) -> None:
    assert pooled(rules) == sets(groups)


def test_match_pools_are_kept_by_initiative() -> None:
    rules = "\nmatching\nrule,funders,base,ratio,initiatives\nm,ME,both,1,sea\n"
    assert matched(rules) == sets("A B")


def test_every_line_has_one_pool_and_names_differ() -> None:
    model = build(programme(3))
    layout = model.layout
    found = layout.pools
    assert set(found.pool_of) == {line.key for line in layout.schedule.lines}
    assert all(name == pool.name for name, pool in found.pools.items())
    for key, name in found.match_of.items():
        assert found.pools[name].parent == found.pool_of[key]


def test_what_nobody_can_pay_keeps_its_row() -> None:
    """The only payer of A has no money in 2028: A may not fall due there, though it may start."""
    text = TEXT.replace("2027,2028,100", "2027,2027,100")
    model = build(small(text))
    assert {t for _, _, t in model.layout.pay_keys} == {1}
    assert len([index for index in model.cover if index[1] == 2]) == 2
