"""Whatever makes the past of a re-plan another one than was approved is named by its cell, with the remedy."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fundalign.inputs.case import Case
from fundalign.inputs.faults import Fault, InputError
from fundalign.inputs.read import case_from_tables
from fundalign.optimizer.replan import approved_case, replan
from fundalign.optimizer.solve import SolveOptions, solve
from fundalign.results.plan import Run

SETTINGS = {"name": "past", "currency": "EUR", "first_period": "2027", "periods": 4}
LATEST: tuple[dict[str, object], ...] = ({"latest_start": "2027"}, {"latest_start": "2028"})
# I costs 60 EUR, N pays its half in EUR and S in SEK (0.1): 10 and 100 in 2027, 5 and 50 in 2028, the rest in 2029.
TABLES: dict[str, list[dict[str, object]]] = {
    "funders": [{"funder": name, "kind": "public", "currency": "EUR", "party": name} for name in ("N", "S")],
    "budgets": [
        {"funder": name, "cycle": "c", "first_period": "2027", "last_period": "2030", "payments": 100}
        for name in ("N", "S")
    ],
    "currencies": [{"currency": "GBP", "rate": "1.2"}, {"currency": "SEK", "rate": "0.1"}],
    "parties": [{"party": "N", "currency": ""}, {"party": "S", "currency": "SEK"}],
    "initiatives": [{"initiative": "I", "currency": "EUR", "escalation": ""}],
    "shares": [{"initiative": "I", "party": "N", "share": "0.5"}, {"initiative": "I", "party": "S", "share": "0.5"}],
    "milestones": [
        {"initiative": "I", "milestone": "one", "order": 1, "duration": 1, "cost": 20, "value": 5, **LATEST[0]},
        {"initiative": "I", "milestone": "two", "order": 2, "duration": 2, "cost": 40, "value": 5, **LATEST[1]},
    ],
    "cost_profile": [
        {"initiative": "I", "milestone": "two", "offset": offset, "share": share}
        for offset, share in ((0, "0.25"), (1, "0.75"))
    ],
}


def case(**tables: list[dict[str, object]]) -> Case:
    return case_from_tables(SETTINGS, TABLES | tables)


@pytest.fixture(scope="module")
def first() -> Run:
    run = solve(case(), SolveOptions(gap=0.0, threads=1))
    assert run.plan is not None
    paid = run.plan.tables["funding"]
    assert paid["amount"].tolist() == ["10.00", "5.00", "15.00", "100.00", "50.00", "150.00"]
    return run


def changed(table: str, row: int, **cells: object) -> Case:
    rows = [dict(each) for each in TABLES[table]]
    rows[row] |= cells
    return case(**{table: rows})


def faults(now: Case, run: Run, known: bool) -> list[Fault]:
    """Return the faults of the re-plan, whether the approved case is known or only what its run folder tells."""
    again = approved_case(now, run, "2029")
    assert again.approved is not None
    if not known:
        again = replace(again, approved=replace(again.approved, before=None))
    with pytest.raises(InputError) as caught:
        solve(again)
    return list(caught.value.faults)


CHANGES = [
    (changed("milestones", 0, cost=22), "milestones.csv, row 2, cost", "22", "20", "new milestone"),
    (changed("milestones", 1, cost=44), "milestones.csv, row 3, cost", "44", "40", "new milestone"),
    (changed("currencies", 1, rate="0.08"), "currencies.csv, row 3, rate", "0.08", "0.1", "rates.csv"),
]


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(("now", "place", "value", "was", "remedy"), CHANGES)
def test_one_cell(first: Run, known: bool, now: Case, place: str, value: str, was: str, remedy: str) -> None:
    (fault,) = faults(now, first, known)
    assert (fault.place, fault.value) == (place, value)
    expected = f"{was}, as approved" if known else "what fell due before 2029 unchanged"
    assert fault.expected == expected
    assert remedy in fault.hint
    assert "approved and paid" in fault.hint


@pytest.mark.parametrize("known", [True, False])
def test_shares(first: Run, known: bool) -> None:
    rows: list[dict[str, object]] = [
        {"initiative": "I", "party": party, "share": share} for party, share in (("N", "0.4"), ("S", "0.6"))
    ]
    found = faults(case(shares=rows), first, known)
    assert [fault.place for fault in found] == ["shares.csv, row 2, share", "shares.csv, row 3, share"]
    assert all("new initiative" in fault.hint for fault in found)


@pytest.mark.parametrize("known", [True, False])
def test_profile(first: Run, known: bool) -> None:
    rows: list[dict[str, object]] = [
        {"initiative": "I", "milestone": "two", "offset": offset, "share": "0.5"} for offset in (0, 1)
    ]
    found = faults(case(cost_profile=rows), first, known)
    assert found[0].place == "cost_profile.csv, row 2, share"
    assert {fault.file for fault in found} == {"cost_profile.csv"}


def test_a_profile_that_is_gone(first: Run) -> None:
    (fault,) = faults(case(cost_profile=[]), first, True)
    assert (fault.place, fault.value) == ("cost_profile.csv, share", "I/two")


def test_escalation_and_the_unit(first: Run) -> None:
    (fault,) = faults(changed("initiatives", 0, escalation="0.05"), first, True)
    assert (fault.place, fault.value, fault.expected) == (
        "initiatives.csv, row 2, escalation",
        "0.05",
        "0, as approved",
    )
    thousands = case_from_tables(SETTINGS | {"unit": 1000}, TABLES)
    (fault,) = faults(thousands, first, True)
    assert (fault.place, fault.expected) == ("case.toml, unit", "1, as approved")


def test_a_duration(first: Run) -> None:
    """Of even profiles: the second milestone took two periods, and takes three now."""
    plain = case(cost_profile=[])
    run = solve(plain, SolveOptions(gap=0.0, threads=1))
    rows = [dict(each) for each in TABLES["milestones"]]
    rows[1]["duration"] = 3
    longer = case(cost_profile=[], milestones=rows)
    for known in (True, False):
        (fault,) = faults(longer, run, known)
        assert (fault.place, fault.value) == ("milestones.csv, row 3, duration", "3")


def test_what_is_still_to_come_may_change(first: Run) -> None:
    """From 2028 on: two has not begun, and may cost more."""
    again = replan(changed("milestones", 1, cost=44), first, "2028", options=SolveOptions(gap=0.0, threads=1))
    assert again.report.objective == pytest.approx(10)
