"""What a re-plan changes against the approved plan, and why, on a case to solve by hand."""

from decimal import Decimal
from fractions import Fraction

import pytest

from fundalign.inputs.case import Case
from fundalign.inputs.read import case_from_tables
from fundalign.optimizer.replan import replan
from fundalign.optimizer.solve import SolveOptions, solve
from fundalign.results.differences import Shape, change
from fundalign.results.plan import Run

SETTINGS = {"name": "by hand", "currency": "EUR", "first_period": "2027", "periods": 3}
EXACT = SolveOptions(gap=0.0, threads=1)
# X in 2027 (6 of 10), Y in 2028 (10 of 10), Z in 2029 (8 of 10): worth 15. W (15 in 2029) never fits.
STEPS = (("X", 6, 6, ""), ("Y", 10, 5, "2028"), ("Z", 8, 4, "2029"), ("W", 15, 1, "2029"))
TABLES: dict[str, list[dict[str, object]]] = {
    "funders": [{"funder": "F", "kind": "public", "currency": "EUR"}],
    "budgets": [
        {"funder": "F", "cycle": year, "first_period": year, "last_period": year, "payments": 10}
        for year in ("2027", "2028", "2029")
    ],
    "initiatives": [{"initiative": name, "currency": "EUR"} for name, *_ in STEPS],
    "milestones": [
        {
            **{"initiative": name, "milestone": "m", "order": 1, "duration": 1, "cost": cost, "value": value},
            **{"earliest_start": first, "latest_start": "2027" if name == "X" else ""},
        }
        for name, cost, value, first in STEPS
    ],
    "groups": [{"group": "pair", "kind": "initiative", "member": name} for name in ("Y", "Z")],
    "choices": [{"choice": "of the pair", "initiatives": "pair", "at_most": 2}],
}
Row = dict[str, str]


def by_hand() -> Case:
    return case_from_tables(SETTINGS, TABLES)


@pytest.fixture(scope="module")
def first() -> Run:
    run = solve(by_hand(), EXACT)
    assert run.report.objective == pytest.approx(15)
    return run


def differences(run: Run) -> dict[str, Row]:
    assert run.plan is not None
    rows = run.plan.tables["differences"].to_dict("records")
    return {str(row["initiative"]): {str(name): str(cell) for name, cell in row.items()} for row in rows}


def told(row: Row) -> tuple[str, ...]:
    return tuple(row[name] for name in ("change", "approved_start", "start", "approved_cost", "cost", "money_moved"))


def test_an_unchanged_case_is_kept_without_moving_a_cent(first: Run) -> None:
    again = replan(by_hand(), first, "2028", options=EXACT)
    found = differences(again)
    assert {row["change"] for row in found.values()} == {"kept"}
    assert {row["money_moved"] for row in found.values()} == {"0.00"}
    assert {row["because"] for row in found.values()} == {""}
    assert list(found) == ["X", "Y", "Z"]


def test_moved_and_dropped(first: Run) -> None:
    """With 6 in 2028, Y takes 2029 and Z goes: 6 + 5 = 11 (Z instead of Y: 10)."""
    cut = by_hand().change("budgets", "payments", where={"cycle": "2028"}, set=6)
    found = differences(replan(cut, first, "2028", options=EXACT))
    assert told(found["X"]) == ("kept", "2027", "2027", "6.00", "6.00", "0.00")
    assert told(found["Y"]) == ("moved", "2028", "2029", "10.00", "10.00", "10.00")
    assert told(found["Z"]) == ("dropped", "2029", "", "8.00", "", "8.00")
    assert found["Y"]["because"] == "budget of F, 2028: 4.00 EUR short"  # 6 of 10 are left
    assert found["Z"]["because"] == "budget of F, 2029: 8.00 EUR short"


def test_resized_by_its_cost(first: Run) -> None:
    dearer = by_hand().change("milestones", "cost", where={"initiative": "Z"}, set=9)
    found = differences(replan(dearer, first, "2028", options=EXACT))
    assert told(found["Z"]) == ("resized", "2029", "2029", "8.00", "9.00", "0.00")
    assert found["Z"]["because"] == "as approved it would cost 9.00 EUR now, not 8.00 EUR"


def test_added_where_there_is_room(first: Run) -> None:
    more = by_hand().change("budgets", "payments", where={"cycle": "2029"}, set=30)
    found = differences(replan(more, first, "2028", options=EXACT))
    assert told(found["W"]) == ("added", "", "2029", "", "15.00", "0.00")
    assert found["W"]["because"] == "there is room for it now"


def test_added_as_it_is_mandatory_now_or_new(first: Run) -> None:
    """W has room once 2029 has 15: mandatory, it pushes Z out. V is new and fits beside Z."""
    must = by_hand().change("budgets", "payments", where={"cycle": "2029"}, set=15)
    must = must.change("initiatives", "status", where={"initiative": "W"}, set="mandatory")
    found = differences(replan(must, first, "2028", options=EXACT))
    assert (found["W"]["because"], found["Z"]["change"]) == ("it is mandatory now", "dropped")
    tables = {
        **TABLES,
        "initiatives": [*TABLES["initiatives"], {"initiative": "V", "currency": "EUR"}],
        "milestones": [
            *TABLES["milestones"],
            {"initiative": "V", "milestone": "m", "order": 1, "duration": 1, "cost": 2, "value": 1},
        ],
    }
    newer = differences(replan(case_from_tables(SETTINGS, tables), first, "2028", options=EXACT))
    assert (newer["V"]["change"], newer["V"]["because"]) == ("added", "it is new")
    assert newer["Z"]["change"] == "kept"


def test_added_in_the_place_of_what_is_dropped(first: Run) -> None:
    """With 15 in 2029 and W worth 9, W takes the money of Z, worth 4."""
    dear = by_hand().change("budgets", "payments", where={"cycle": "2029"}, set=15)
    dear = dear.change("milestones", "value", where={"initiative": "W"}, set=9)
    found = differences(replan(dear, first, "2028", options=EXACT))
    assert (found["W"]["change"], found["Z"]["change"]) == ("added", "dropped")
    assert found["W"]["because"] == "there is room for it, as Z is dropped"


def test_dropped_as_it_is_excluded(first: Run) -> None:
    out = by_hand().change("initiatives", "status", where={"initiative": "Z"}, set="excluded")
    found = differences(replan(out, first, "2028", options=EXACT))
    assert told(found["Z"])[0] == "dropped"
    assert found["Z"]["because"] == "it is excluded now"
    assert told(found["Y"]) == ("kept", "2028", "2028", "10.00", "10.00", "0.00")  # not in 2029, though worth as much


def test_dropped_for_a_choice(first: Run) -> None:
    one = by_hand().change("choices", "at_most", set=1)
    found = differences(replan(one, first, "2028", options=EXACT))
    assert (found["Y"]["change"], found["Z"]["change"]) == ("kept", "dropped")
    assert found["Z"]["because"] == "choice of the pair is reached (1 funded)"


def test_what_has_begun_goes_on_even_when_excluded(first: Run) -> None:
    out = by_hand().change("initiatives", "status", where={"initiative": "X"}, set="excluded")
    assert told(differences(replan(out, first, "2028", options=EXACT))["X"])[0] == "kept"


def shape(start: str = "2027", level: str = "1", cost: int = 5, milestone: str = "m") -> Shape:
    return Shape({milestone: (start, Fraction(level))}, start, start, Decimal(cost))


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (shape(), shape(), "kept"),
        (shape(), shape("2028"), "moved"),
        (shape(), shape("2028", cost=6), "moved"),
        (shape(), shape(cost=6), "resized"),
        (shape(), shape(level="0.5"), "resized"),
        (shape(), shape(milestone="n"), "resized"),
        (shape(), None, "dropped"),
        (None, shape(), "added"),
    ],
)
def test_what_becomes_of_an_initiative(before: Shape | None, after: Shape | None, kind: str) -> None:
    assert change(before, after) == kind
