"""`fa.compare` on the shipped case `tiny`: what is the same, what is mirrored, and what ties.

`tiny` as it is: value 19. With half of SOUTH-MIN's money of 2030: 17 (both proved). So the best plan of the second is
exactly 2 worse. With a gap kept open artificially (bound 20 on the first): worse by 2 to 3.
"""

from __future__ import annotations

import dataclasses
import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import fundalign as fa
from fundalign.inputs.shipped import shipped_path
from fundalign.results.compare_files import sheets
from fundalign.results.compare_money import MoneyChange
from fundalign.results.compare_tables import compare_table
from fundalign.results.compare_units import Scales

CUT: dict[str, Any] = {"where": {"funder": "SOUTH-MIN", "cycle": "2030"}, "multiply": 0.5}


@pytest.fixture(scope="module")
def tiny() -> fa.Run:
    return fa.solve(fa.read_case(shipped_path("tiny")))


@pytest.fixture(scope="module")
def cut(tiny: fa.Run) -> fa.Run:
    return fa.solve(tiny.case.change("budgets", "payments", **CUT))


def stated(run: fa.Run, **report: Any) -> fa.Run:
    """Return a run whose report says something else."""
    return dataclasses.replace(run, report=dataclasses.replace(run.report, **report))


def negated(text: str) -> str:
    value = -Decimal(text)
    return f"{value if value else abs(value):f}"


def test_a_run_and_itself_have_no_differences(tiny: fa.Run, cut: fa.Run) -> None:
    for run in (tiny, cut):
        found = fa.compare(run, run)
        assert found.same
        assert found.effect.verdict == "same"
        assert (found.effect.difference, found.effect.least, found.effect.most) == (0, 0, 0)
        assert found.inputs.same
        assert found.limits == ()
        assert not any(each.difference for each in found.money.cells)
        assert {each.change for each in found.initiatives} == {"kept"}
        assert all(table.equal == table.rows_a == table.rows_b for table in found.tables.values())
        assert sheets(found) == {}


def test_what_is_certain_is_exact_where_both_are_proved(tiny: fa.Run, cut: fa.Run) -> None:
    effect = fa.compare(tiny, cut).effect
    assert (effect.difference, effect.least, effect.most, effect.verdict) == (-2, -2, -2, "falls")
    assert effect.certain
    assert effect.unit == "points"


@pytest.mark.parametrize(
    ("bound_a", "bound_b", "least", "most", "verdict"),
    [
        (20, 17, -3, -2, "falls"),
        (19, 18.5, -2, "-0.5", "falls"),
        (19, 19, -2, 0, "not distinguishable"),
        (19, 20, -2, 1, "not distinguishable"),
        (None, 17, None, -2, "falls"),
        (19, None, -2, None, "not known"),
    ],
)
def test_the_interval_is_that_of_the_two_gaps(
    tiny: fa.Run, cut: fa.Run, bound_a: float, bound_b: float, least: object, most: object, verdict: str
) -> None:
    effect = fa.compare(stated(tiny, bound=bound_a), stated(cut, bound=bound_b)).effect
    assert effect.least == (None if least is None else Decimal(str(least)))
    assert effect.most == (None if most is None else Decimal(str(most)))
    assert effect.verdict == verdict


def test_where_less_is_better_the_interval_is_the_other_way_round(tiny: fa.Run, cut: fa.Run) -> None:
    """A pays 24 and cannot pay less than 23, B pays 30 and cannot pay less than 28: 28 − 24 = 4 to 30 − 23 = 7."""
    goal = {"goal": "public_money", "required_value": 10}
    cases = [run.case for run in (tiny, cut)]
    for name, value in goal.items():
        cases = [case.change("case", f"objective.{name}", set=value) for case in cases]
    a = stated(dataclasses.replace(tiny, case=cases[0]), objective=24.0, bound=23.0)
    b = stated(dataclasses.replace(cut, case=cases[1]), objective=30.0, bound=28.0)
    effect = fa.compare(a, b).effect
    assert (effect.difference, effect.least, effect.most) == (6, 4, 7)
    assert (effect.verdict, effect.unit) == ("rises", "EUR")
    back = fa.compare(b, a).effect
    assert (back.difference, back.least, back.most, back.verdict) == (-6, -7, -4, "falls")


def test_other_goals_have_no_difference(tiny: fa.Run) -> None:
    case = tiny.case.change("case", "objective.goal", set="public_money")
    effect = fa.compare(tiny, dataclasses.replace(tiny, case=case)).effect
    assert (effect.verdict, effect.difference) == ("not compared", None)
    assert effect.why == "the goal is value in A and public_money in B"


def test_runs_of_the_same_input_that_contradict_each_other_are_told(tiny: fa.Run) -> None:
    effect = fa.compare(tiny, stated(tiny, objective=21.0, bound=21.0)).effect
    assert effect.why == "the runs contradict each other: the plan of B is beyond the bound of A"
    assert (effect.certain, effect.verdict, effect.least) == (False, "not known", None)
    beyond = fa.compare(tiny, stated(tiny, bound=18.0)).effect
    assert "B contradicts itself" in beyond.why


def test_the_last_digits_of_a_bound_are_no_difference(tiny: fa.Run, cut: fa.Run) -> None:
    effect = fa.compare(stated(tiny, bound=19.0 + 1e-11), stated(cut, objective=19.0 - 1e-11, bound=19.0)).effect
    assert (effect.least, effect.most, effect.verdict) == (0, 0, "same")


def test_the_mirror_is_the_negative(tiny: fa.Run, cut: fa.Run) -> None:
    one, two = fa.compare(tiny, cut), fa.compare(cut, tiny)
    turned = {"only A": "only B", "only B": "only A", "differs": "differs"}
    for name, table in one.tables.items():
        back = {row.key: row for row in two.tables[name].rows}
        assert len(back) == len(table.rows)
        for row in table.rows:
            other = back[row.key]
            assert (row.a, row.b, turned[row.kind]) == (other.b, other.a, other.kind)
            assert {column: negated(text) for column, text in row.difference.items()} == other.difference
    swap = {"added": "dropped", "dropped": "added", "starts": "stops", "stops": "starts"}
    assert {(e.initiative, swap.get(e.change, e.change)) for e in one.initiatives} == {
        (e.initiative, e.change) for e in two.initiatives
    }
    assert {(swap[e.change], e.rule, e.owner, e.index) for e in one.limits} == {
        (e.change, e.rule, e.owner, e.index) for e in two.limits
    }
    for cells, others in ((one.money.cells, two.money.cells), (one.money.kinds, two.money.kinds)):
        assert {e.names: e.difference for e in cells} == {e.names: -(e.difference or 0) for e in others}
    assert (one.money.more, one.money.less) == (two.money.less, two.money.more)


def total(rows: tuple[MoneyChange, ...]) -> Decimal:
    return sum((row.difference or Decimal(0) for row in rows), Decimal(0))


def test_the_differences_of_money_tie(tiny: fa.Run, cut: fa.Run) -> None:
    found = fa.compare(tiny, cut)
    paid = [Decimal(run.summary["totals"]["all"]) for run in (tiny, cut)]
    change = paid[1] - paid[0]
    assert change == Decimal("-4000000.00")
    money = found.money
    for rows in (money.kinds[:-1], money.kinds[-1:], money.funders, money.years, money.cells):
        assert total(rows) == change
    assert money.more - money.less == change
    for name, column in (("funding", "amount_base"), ("flows", "amount_base")):
        table = found.tables[name]
        assert sum((Decimal(row.difference.get(column, "0")) for row in table.rows), Decimal(0)) == change


@pytest.mark.parametrize("seed", range(20))
def test_random_tables_mirror_and_tie(tiny: fa.Run, cut: fa.Run, seed: int) -> None:
    """Rows of both runs, drawn and with other amounts: counts, sums and the mirror hold whatever the rows are."""
    draw = random.Random(seed)
    assert tiny.plan is not None
    assert cut.plan is not None
    pool = pd.concat([tiny.plan.tables["funding"], cut.plan.tables["funding"]])
    pool = pool.drop_duplicates(["funder", "initiative", "stage", "party", "period"])
    frames = []
    for _ in range(2):
        frame = pool[[draw.random() < 0.7 for _ in range(len(pool))]].copy()
        frame["amount_base"] = [f"{draw.randint(0, 3)}.{draw.randint(0, 99):02d}" for _ in range(len(frame))]
        frames.append(frame.sample(frac=1, random_state=seed))
    a, b = frames
    scales = Scales(tiny.case, cut.case)
    one, two = compare_table("funding", a, b, scales), compare_table("funding", b, a, scales)
    assert one.equal + one.count("differs") + one.count("only A") == len(a)
    assert one.equal + one.count("differs") + one.count("only B") == len(b)
    sums = [sum(map(Decimal, frame["amount_base"]), Decimal(0)) for frame in (a, b)]
    changes = {row.key: Decimal(row.difference.get("amount_base", "0")) for row in one.rows}
    assert sum(changes.values(), Decimal(0)) == sums[1] - sums[0]
    assert {row.key: -Decimal(row.difference.get("amount_base", "0")) for row in two.rows} == changes


def test_long_amounts_lose_no_digit(tiny: fa.Run) -> None:
    columns = ["payer_party", "receiving_party", "amount_base"]
    a = pd.DataFrame([("", "NORTH", "0.01")], columns=columns, dtype=object)
    b = pd.DataFrame([("", "NORTH", "9" * 40 + ".02")], columns=columns, dtype=object)
    table = compare_table("flows", a, b, Scales(tiny.case, tiny.case))
    assert table.rows[0].difference["amount_base"] == "9" * 40 + ".01"


def test_equal_numbers_written_differently_are_equal(tiny: fa.Run) -> None:
    columns = ["payer_party", "receiving_party", "amount_base"]
    frames = [pd.DataFrame([("", "NORTH", text)], columns=columns, dtype=object) for text in ("1.0", "1.00")]
    assert compare_table("flows", *frames, Scales(tiny.case, tiny.case)).equal == 1


def test_paths_and_runs_are_taken_alike(tiny: fa.Run, tmp_path: Path) -> None:
    tiny.write(tmp_path / "run")
    assert fa.compare(tmp_path / "run", str(tmp_path / "run")).same
    assert fa.compare(tiny, tmp_path / "run").effect.verdict == "same"
    for path in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(fa.UsageError):
            fa.compare(tiny, path)


def test_frames_are_exact_text(tiny: fa.Run, cut: fa.Run) -> None:
    frame = fa.compare(tiny, cut).tables["budgets"].frame
    assert list(frame.columns[:5]) == ["funder", "cycle", "row", "payments_a", "payments_b"]
    assert list(frame[frame["payments_difference"] != ""]["payments_difference"]) == ["-2000000.00"]
