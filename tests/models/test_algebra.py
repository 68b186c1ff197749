"""Linear expressions and rows."""

from pathlib import Path

import pyomo.environ as pyo
import pytest
from pyomo.core.expr.visitor import identify_variables

from fundalign.models.algebra import Linear, row
from fundalign.models.build import build

from .golden import FAMILIES, Row, differences, read_lp
from .small import small
from .test_choices import TEXT


@pytest.fixture
def model() -> pyo.ConcreteModel:
    made = pyo.ConcreteModel()
    made.nothing = pyo.Var(bounds=(0, 0))
    made.x = pyo.Var([1, 2])
    return made


def test_terms_of_one_variable_add_up(model: pyo.ConcreteModel) -> None:
    body = Linear(1.0).add(model.x[1], 2.0).add(None, 9.0).add(model.x[1], 3.0)
    body.plus(Linear(4.0).add(model.x[2], 1.0), -2.0)
    assert body.constant == -7
    assert [(v.name, c) for v, c in body] == [("x[1]", 5.0), ("x[2]", -2.0)]


def test_terms_that_cancel_leave_nothing(model: pyo.ConcreteModel) -> None:
    body = Linear().add(model.x[1], 1.0).add(model.x[1], -1.0)
    assert not body
    assert row(model, None, body, 0.0) is pyo.Constraint.Skip


@pytest.mark.parametrize(("lower", "upper"), [(0.0, None), (None, 0.0), (0.0, 0.0), (-1.0, 1.0)])
def test_a_row_without_variables_that_holds_is_skipped(
    model: pyo.ConcreteModel, lower: float | None, upper: float | None
) -> None:
    assert row(model, lower, Linear(), upper) is pyo.Constraint.Skip


@pytest.mark.parametrize(("lower", "upper"), [(1.0, None), (None, -1.0), (1.0, 1.0)])
def test_a_row_without_variables_that_fails_is_kept(
    model: pyo.ConcreteModel, lower: float | None, upper: float | None
) -> None:
    model.rule = pyo.Constraint(expr=row(model, lower, Linear(), upper))
    assert [v.name for v in identify_variables(model.rule.body)] == ["nothing"]


def test_golden_files_are_read_as_written(tmp_path: Path) -> None:
    path = tmp_path / "some.lp"
    path.write_text(
        "Subject To\n"
        "a[1]: x[A/all and 1 more,1] - 2.5 y <= 3   \\ a comment\n"
        "    \\ and another\n"
        "b: 1 <= x[2]\n   + 1e-3 y <= 2\n"
        "c: - y = -4\n"
        "Bounds\n0 <= y <= 7\n0 <= x[2]\nEnd\n",
        encoding="utf-8",
    )
    lp = read_lp(path)
    infinite = float("inf")
    assert lp.rows == {
        "a[1]": Row(-infinite, {"x[A/all and 1 more,1]": 1.0, "y": -2.5}, 3.0),
        "b": Row(1.0, {"x[2]": 1.0, "y": 0.001}, 2.0),
        "c": Row(-4.0, {"y": -1.0}, -4.0),
    }
    assert lp.bounds == {"y": Row(0.0, {"y": 1.0}, 7.0), "x[2]": Row(0.0, {"x[2]": 1.0}, infinite)}


@pytest.mark.parametrize("text", ["a: 2 x 3 y <= 1", "a: x + x <= 1", "a: x", "a: x <= 1\na: y <= 1", "a: x <= y"])
def test_golden_files_with_slips_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "some.lp"
    path.write_text(f"Subject To\n{text}\nEnd\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"."):
        read_lp(path)


def test_differences_are_told_in_words() -> None:
    hand = {"r": Row(0.0, {"x": 1.0}, 2.0), "s": Row(0.0, {"x": 1.0}, 2.0)}
    model = {"r": Row(0.0, {"x": 1.0 + 1e-6, "y": 1.0}, 2.0), "t": Row(0.0, {}, 0.0)}
    told = differences(model, hand)
    assert told[0] == "s: only in the golden file"
    assert told[1].startswith("t: only in the model")
    assert told[2:] == ["r: x has 1.000001 in the model, 1.0 by hand", "r: y has 1.0 in the model, 0.0 by hand"]
    assert differences(hand, hand) == []


def test_every_row_of_the_model_belongs_to_a_family_with_a_golden_file() -> None:
    model = build(small(TEXT))
    every = {component.local_name for component in model.component_objects((pyo.Constraint, pyo.Objective))}
    assert every == {name for rows, _ in FAMILIES.values() for name in rows}
