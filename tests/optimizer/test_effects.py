"""What-ifs: every interval holds the difference that an independent exact solve finds, on random tiny cases.

The suite asks about part of the cases; `make oracle` about 200 (environment variable WHATIF_CASES).
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from decimal import Decimal

import pytest

from fundalign.inputs.case import Case
from fundalign.inputs.faults import Infeasible, InputError
from fundalign.inputs.levers import levers
from fundalign.inputs.read import case_from_tables
from fundalign.optimizer.between import between, linear
from fundalign.optimizer.effects import KINDS, WhatIf, closer_look, first_look, moved_shares
from fundalign.optimizer.form import form_of
from fundalign.optimizer.sensitivity import Sensitivity, SensitivityOptions
from fundalign.optimizer.sensitivity_rows import tables
from fundalign.optimizer.solve import SolveOptions, solve
from fundalign.optimizer.whatif import Effect, base_of
from fundalign.results.plan import Run

from ..models.small import small
from ..oracle.generator import random_oracle

CASES = int(os.environ.get("WHATIF_CASES", "20"))
CHUNKS = 4
EXACT = SolveOptions(gap=0, threads=1)
CENTS = 1e-5
"""How far an objective of money or of partly funded milestones may be off by rounding, relatively."""


def random_cases(chunk: int) -> Iterator[tuple[int, Run]]:
    """Solved random cases that have a plan."""
    for seed in range(chunk, CASES, CHUNKS):
        oracle = random_oracle(seed)
        try:
            yield seed, solve(case_from_tables(dict(oracle.settings), dict(oracle.tables)), EXACT)
        except (Infeasible, InputError):
            continue


def exactly(case: Case) -> float | None:
    """The optimum of a case, None where there is no plan."""
    try:
        return solve(case, EXACT).report.objective
    except Infeasible:
        return None


def wrong(asked: WhatIf, effect: Effect, before: float, after: float | None) -> str:
    """What an effect says that is not so; empty if all is well."""
    told = f"{asked.lever.words} {asked.share:+}: "
    if after is None:
        return "" if effect.incumbent is None else f"{told}a plan where there is none"
    if effect.infeasible:
        return f"{told}no plan, but there is one worth {after}"
    room = CENTS * max(1.0, abs(after))
    if effect.least - room <= after - before <= effect.most + room:
        return ""
    return f"{told}{after - before} is not in [{effect.least}, {effect.most}]"


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_every_interval_holds_the_difference_of_an_exact_solve(chunk: int) -> None:
    faults, asked, tight = [], 0, 0
    for seed, run in random_cases(chunk):
        chance, before = random.Random(seed), run.report.objective
        assert before is not None
        base = base_of(run, 10.0)
        for lever in chance.sample(found := levers(run.case, (*KINDS, "value", "reserve")), min(2, len(found))):
            shares = [Decimal(text) for text in ("-0.2", "-0.1", "0.1", "0.2")]
            for each in chance.sample(looked := first_look(base, lever, shares), min(1, len(looked))):
                if each.effect is None:
                    continue
                after = exactly(lever.moved(run.case, each.share))
                closer = closer_look(base, each, 5.0).effect
                assert closer is not None
                faults += [f"{seed}: {w}" for e in (each.effect, closer) if (w := wrong(each, e, before, after))]
                asked += 1
                tight += closer.infeasible or closer.most - closer.least <= 1e-3 * max(10.0, abs(before))
    assert not faults
    assert asked >= CASES // CHUNKS
    assert tight >= 0.8 * asked, "intervals that are wide hold anything"


LADDER = """
funders
funder,kind,currency
F,public,EUR

budgets
funder,cycle,first_period,last_period,payments
F,c1,2027,2028,10

initiatives
initiative,currency
A,EUR
B,EUR

milestones
initiative,milestone,order,duration,cost,value,earliest_start,latest_start
A,a1,1,1,6,10,,2027
B,b1,1,1,5,9,2028,
"""


@pytest.fixture(scope="module")
def ladder() -> Run:
    """Only one fits into 10: A (cost 6, value 10) rather than B (cost 5, value 9)."""
    return solve(small(LADDER), EXACT)


def effect_of(run: Run, kind: str, share: str, owner: str = "") -> Effect:
    """A closer look at one lever."""
    base = base_of(run, 10.0)
    (lever,) = [each for each in levers(run.case, (kind,)) if not owner or each.owner == owner]
    (found,) = first_look(base, lever, [Decimal(share)])
    effect = closer_look(base, found, 5.0).effect
    assert effect is not None
    return effect


def test_ten_per_cent_more_money_funds_both(ladder: Run) -> None:
    effect = effect_of(ladder, "budget", "0.1")  # 11 = 6 + 5: 19 instead of 10
    assert (effect.least, effect.most) == pytest.approx((9.0, 9.0), abs=2e-3)
    assert effect.distinguishable
    assert effect.needed
    assert effect.moves is not None
    assert effect.moves.added == ("B",)
    assert effect.moves.money == pytest.approx(5.0)  # what B is paid; A's 6 stay where they are


def test_half_the_money_swaps_a_for_b(ladder: Run) -> None:
    effect = effect_of(ladder, "budget", "-0.5")  # 5: B alone, 9 instead of 10
    assert (effect.least, effect.most) == pytest.approx((-1.0, -1.0), abs=2e-3)
    assert effect.kept is None, "A cannot be paid from 5"
    assert effect.moves is not None
    assert (effect.moves.added, effect.moves.dropped) == (("B",), ("A",))
    assert effect.moves.money == pytest.approx(6.0)  # 6 are paid no more, 5 elsewhere or at another time


def test_a_limit_with_room_changes_nothing(ladder: Run) -> None:
    effect = effect_of(ladder, "budget", "-0.2")  # 8 still pay for A, and not for both
    assert (effect.least, effect.most) == pytest.approx((0.0, 0.0), abs=2e-3)
    assert not effect.needed
    assert not effect.distinguishable


def test_whole_numbers_move_by_whole_numbers(ladder: Run) -> None:
    (lever, *_) = levers(ladder.case, ("duration",))
    shares = [Decimal(text) for text in ("-0.2", "-0.1", "-0.05", "0.05", "0.1", "0.2")]
    assert [lever.at(share) for share in moved_shares(lever, shares)] == [2]  # 1 period cannot become 0


def test_between_two_linear_ends_is_what_would_be_built(ladder: Run) -> None:
    (lever,) = levers(ladder.case, ("cost",))[:1]
    low, middle, high = (form_of(lever.moved(ladder.case, Decimal(s))) for s in ("-0.2", "0.1", "0.2"))
    assert linear(low, high, middle, 0.75)
    built, made = middle.program, between(low, high, 0.75).program
    at = (1.0 / built.row_scale, 1.0 / made.row_scale)
    assert built.row_upper * at[0] == pytest.approx(made.row_upper * at[1])
    other = form_of(lever.moved(ladder.case, Decimal("0.11")))
    assert not linear(low, high, other, 0.75)


@pytest.mark.parametrize(
    ("effects", "least", "most"),
    [
        ({"0.2": (-2.0, -2.0)}, 2.0, 2.0),  # moved one way only: against the base
        ({"-0.2": (-2.0, -1.5), "0.2": (-4.0, -3.5)}, 3.5, 4.0),  # both ways are a loss
        ({"-0.2": (-1.0, 0.5), "0.2": (1.0, 3.0)}, 1.0, 4.0),
    ],
)
def test_what_swings_is_counted_from_the_base_too(
    ladder: Run, effects: dict[str, tuple[float, float]], least: float, most: float
) -> None:
    base = base_of(ladder, 10.0)
    (lever,) = levers(ladder.case, ("budget",))
    asked = [
        WhatIf(lever, Decimal(share), lever.at(Decimal(share)), Effect(9.0, 9.0, None, *ends))
        for share, ends in effects.items()
    ]
    found = Sensitivity(ladder, base, SensitivityOptions(), whatifs=asked)
    (row,) = tables(found)["tornado"].to_dict("records")
    assert (float(row["swing_least"]), float(row["swing_most"])) == pytest.approx((least, most))
