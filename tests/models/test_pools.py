"""Pooling is exact: the optimum is that of the line-by-line model, on a smaller program."""

from dataclasses import replace

import pytest

from fundalign.inputs.case import Case
from fundalign.models import pools
from fundalign.models.build import build
from fundalign.models.lines import Schedule
from fundalign.optimizer.compile import compile_model
from fundalign.optimizer.engine import Ending, Limits, Search
from fundalign.optimizer.solve import SolveOptions, solve

from .programmes import programme
from .small import small

SEEDS = range(20)


def optimum_of(case: Case, compact: bool = False) -> tuple[float, int]:
    """Return the proven optimum of the model of a case, and its number of columns."""
    program = compile_model(build(case, compact=compact))
    outcome = Search(program, Limits(threads=1)).run()
    assert outcome.ending is Ending.OPTIMAL
    assert outcome.objective is not None
    return outcome.objective, len(program.cost)


def keep_every_line_apart(patch: pytest.MonkeyPatch) -> None:
    """Give every line a pool of its own."""
    sort = pools._sort

    def apart(case: Case, schedule: Schedule) -> list[pools.Sorted]:
        found = []
        for item in sort(case, schedule):
            pool = item.pool._replace(own=("/".join(item.line.key), item.match.claims))
            found.append(replace(item, pool=pool, match=item.match._replace(pool=pool)))
        return found

    patch.setattr(pools, "_sort", apart)


@pytest.mark.parametrize("seed", SEEDS)
def test_pooling_is_exact(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    case = programme(seed)
    pooled, fewer = optimum_of(case)
    keep_every_line_apart(monkeypatch)
    by_line, more = optimum_of(case)
    assert pooled == pytest.approx(by_line, abs=1e-6)
    assert fewer < more


@pytest.mark.parametrize("seed", SEEDS)
def test_the_compact_form_is_a_relaxation_and_the_solve_is_exact(seed: int) -> None:
    case = programme(seed)
    exact, _ = optimum_of(case)
    relaxed, _ = optimum_of(case, compact=True)
    assert relaxed >= exact - 1e-6
    run = solve(case, SolveOptions(gap=0.0, threads=1))
    assert run.report.objective == pytest.approx(exact, abs=1e-6)


def test_the_programmes_are_not_trivial() -> None:
    """Something can be funded in each, much is left out of most, and no two have the same optimum."""
    found = [optimum_of(programme(seed))[0] for seed in SEEDS]
    cases = [programme(seed) for seed in SEEDS]
    totals = [sum(float(m.value or 0) for rows in case.milestones.values() for m in rows) for case in cases]
    assert min(found) > 0
    assert sum(value < 0.8 * total for value, total in zip(found, totals, strict=True)) >= len(SEEDS) // 2
    assert len({round(value, 6) for value in found}) == len(SEEDS)


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
