"""Mending: a unit too much travels from payer to payer until it reaches a cycle with room."""

from dataclasses import dataclass, field
from decimal import Decimal

import pytest

from fundalign.inputs.case import Cycle
from fundalign.results.accounts import Account
from fundalign.results.ledger import Due
from fundalign.results.mending import Cell, CycleKey, Mender, room, sources


@dataclass
class Book:
    """Cells by cycle; every funder has one cycle a period and pays one unit for one, or as `rates` say."""

    cells: list[Cell]
    rates: dict[str, float] = field(default_factory=dict)
    of_cycle: dict[CycleKey, list[Cell]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for cell in self.cells:
            for funder in cell.wanted:
                self.of_cycle.setdefault(self.cycle(funder, cell), []).append(cell)

    def cycle(self, funder: str, cell: Cell) -> CycleKey:
        return funder, f"c{cell.due.period}"

    def rate(self, funder: str, cell: Cell) -> float:
        return self.rates.get(funder, 1.0)


def cell(wanted: dict[str, float], paid: dict[str, int], period: int = 1) -> Cell:
    return Cell(Due(("I", "all", ""), period, "EUR", sum(paid.values())), wanted, paid)


def account(name: str, over: int, lapsed: int) -> Account:
    nothing = Decimal(0)
    return Account(
        Cycle("F", name, 1, 1, nothing, nothing, nothing, None),
        100,
        0,
        0,
        100 + over,
        hedge_cost=0,
        provision=0,
        buffer=0,
        carried_out=0,
        lapsed=lapsed,
    )


# F pays a unit too much; with G it pays one line, G pays another with H, who has room
def chain() -> list[Cell]:
    return [cell({"F": 4.5, "G": 5.5}, {"F": 5, "G": 5}), cell({"G": 2.5, "H": 2.5}, {"G": 3, "H": 2})]


def test_a_unit_travels_along_a_chain() -> None:
    cells = chain()
    mender = Mender(Book(cells), {("H", "c1"): 1})
    assert mender.relieve("F", ["c1"], 3, paying=True) == 1  # there is room for one
    assert [one.paid for one in cells] == [{"F": 4, "G": 6}, {"G": 2, "H": 3}]
    assert (mender.room, mender.touched) == ({("H", "c1"): 0}, {"F", "G", "H"})


def test_no_one_moves_further_than_a_unit_from_what_was_wanted() -> None:
    cells = chain()
    mender = Mender(Book(cells), {("H", "c1"): 9})
    assert mender.relieve("F", ["c1"], 9, paying=True) == 1
    assert all(abs(one.paid[f] - amount) <= 1 for one in cells for f, amount in one.wanted.items())


def test_a_unit_that_costs_more_is_not_passed_on_by_who_saves_less() -> None:
    """To H a unit costs 9 of its own: it needs room for 9, whatever the others save."""
    assert Mender(Book(chain(), {"H": 8.4}), {("H", "c1"): 8}).relieve("F", ["c1"], 1, paying=True) == 0
    assert Mender(Book(chain(), {"H": 8.4}), {("H", "c1"): 9}).relieve("F", ["c1"], 1, paying=True) == 1
    # where G gets 2 for a unit it takes over, and saves less than that on the one it gives
    assert Mender(Book(chain(), {"G": 1.4}), {("H", "c1"): 9}).relieve("F", ["c1"], 1, paying=True) == 0


@pytest.mark.parametrize(("paying", "moved"), [(True, 0), (False, 1)])
def test_who_does_not_pay_on_a_line_is_asked_last(paying: bool, moved: int) -> None:
    cells = [cell({"F": 5.0, "G": 0.0}, {"F": 5, "G": 0})]
    assert Mender(Book(cells), {("G", "c1"): 1}).relieve("F", ["c1"], 1, paying) == moved


def test_room_is_what_no_later_cycle_needs() -> None:
    """Carrying 3 into c3, where 2 lapse: c2 may spend 2 more of it; nothing that c1 holds is carried on, 5 lapse."""
    rows = [account("c1", -8, 5), account("c2", -4, 0), account("c3", -2, 2)]
    assert room({"F": rows}) == {("F", "c3"): 2, ("F", "c2"): 2, ("F", "c1"): 7}
    tight = [account("c1", -8, 0), account("c2", 1, 0)]
    assert room({"F": tight}) == {("F", "c2"): 0, ("F", "c1"): 0}


def test_an_earlier_cycle_relieves_a_later_one_unless_money_lapses_between() -> None:
    rows = [account("c1", -8, 0), account("c2", -4, 3), account("c3", -1, 0), account("c4", 1, 0)]
    assert sources(rows, rows[3]) == ["c4", "c3"]
    assert sources(rows, rows[1]) == ["c2", "c1"]
