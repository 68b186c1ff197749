"""Start windows: every tightening on its own."""

import pytest

from fundalign.models.build import build
from fundalign.models.windows import windows

from .small import small

HEAD = """
funders
funder,kind,currency
F,public,EUR

budgets
funder,cycle,first_period,last_period,payments
F,c,2027,2032,100
"""


def found(initiatives: str, milestones: str, rest: str = "", periods: int = 6) -> dict[str, list[int]]:
    """Return {milestone: starts} of a case given by its rows; milestones without a start are absent."""
    text = f"""{HEAD}

initiatives
initiative,currency,status,complete,max_pause,sunset
{initiatives}

milestones
initiative,milestone,order,duration,cost,value,success,earliest_start,latest_start,deadline
{milestones}

{rest}
"""
    return {m: list(window) for (_, m), window in windows(small(text, periods)).items()}


FREE = "A,EUR,candidate,false,,"


def test_horizon() -> None:
    """A milestone of 4 periods out of 6 starts in 1..3: it is finished by the last."""
    assert found(FREE, "A,a,1,4,1,1,1,,,") == {"a": [1, 2, 3]}


def test_longer_than_the_horizon() -> None:
    assert found(FREE, "A,a,1,7,1,1,1,,,") == {}


@pytest.mark.parametrize(
    ("cells", "starts"),
    [
        ("2029,,", [3, 4, 5]),  # 2 periods long: from 3, finished by 6
        (",2028,", [1, 2]),
        (",,2030", [1, 2, 3]),  # it still runs in 4
        ("2028,2030,2030", [2, 3]),
    ],
)
def test_earliest_latest_deadline(cells: str, starts: list[int]) -> None:
    assert found(FREE, f"A,a,1,2,1,1,1,{cells}").get("a", []) == starts


@pytest.mark.parametrize(
    ("sunset", "starts"),
    [("", [1, 2, 3]), ("2032", [1, 2, 3]), ("2031", [1, 2]), ("2030", [1]), ("2029", [])],
)
def test_sunset_with_the_last_cost_offset(sunset: str, starts: list[int]) -> None:
    """1 period long, but the last cost falls due 3 periods after the start: start + 3 <= sunset, or the horizon."""
    profile = "cost_profile\ninitiative,milestone,offset,share\nA,a,0,0.5\nA,a,3,0.5"
    assert found(f"A,EUR,candidate,false,,{sunset}", "A,a,1,1,1,1,1,,,", profile).get("a", []) == starts


def test_sequence_goes_forward_only() -> None:
    """a2 waits for a1 (2 periods, from 2); a1 need not leave room for a2, which may be left out."""
    rows = "A,a1,1,2,1,1,1,2028,,\nA,a2,2,1,1,1,1,,2030,"
    assert found(FREE, rows) == {"a1": [2, 3, 4, 5], "a2": [4]}


@pytest.mark.parametrize("row", ["A,EUR,candidate,true,,", "A,EUR,mandatory,false,,"])
def test_complete_and_mandatory_go_backward(row: str) -> None:
    """a2 by 4 at the latest, so a1 (2 periods) by 2; a2 has no room for more."""
    rows = "A,a1,1,2,1,1,1,,,\nA,a2,2,1,1,1,1,,2030,"
    assert found(row, rows) == {"a1": [1, 2], "a2": [3, 4]}


def test_max_pause_forward() -> None:
    """a1 (2 periods) starts by 2, a2 at most 1 period after its end: by 2+2+1 = 5."""
    rows = "A,a1,1,2,1,1,1,,2028,\nA,a2,2,1,1,1,1,,,"
    assert found("A,EUR,candidate,false,1,", rows) == {"a1": [1, 2], "a2": [3, 4, 5]}


def test_max_pause_backward_where_the_next_must_follow() -> None:
    """a2 from 6 on; with at most 1 period of pause a1 (2 periods) ends in 4 or 5, so it starts in 3 or 4."""
    rows = "A,a1,1,2,1,1,1,,,\nA,a2,2,1,1,1,1,2032,,"
    assert found("A,EUR,candidate,true,1,", rows) == {"a1": [3, 4], "a2": [6]}
    assert found("A,EUR,candidate,false,1,", rows) == {"a1": [1, 2, 3, 4, 5], "a2": [6]}


def test_complete_without_a_last_start_starts_nothing() -> None:
    """a2 would finish after the horizon; a complete initiative cannot begin then, another can."""
    rows = "A,a1,1,5,1,1,1,,,\nA,a2,2,2,1,1,1,,,"
    assert found("A,EUR,candidate,true,,", rows) == {}
    assert found(FREE, rows) == {"a1": [1, 2]}


TWO = "A,EUR,candidate,false,,\nB,EUR,{status},false,,"
STEPS = "A,a,1,2,1,1,{success},,,\nB,b,1,1,1,1,1,,2031,"


def link(kind: str, lag: int, status: str = "candidate", success: str = "1") -> dict[str, list[int]]:
    precedence = f"precedence\npredecessor,successor,type,lag\nA,B,{kind},{lag}"
    return found(TWO.format(status=status), STEPS.format(success=success), precedence)


def test_finish_start_with_lag() -> None:
    """b waits for 2 periods and a lag of 1: 4 or 5."""
    assert link("finish-start", 1) == {"a": [1, 2, 3, 4, 5], "b": [4, 5]}


def test_start_start_with_lag() -> None:
    assert link("start-start", 1) == {"a": [1, 2, 3, 4, 5], "b": [2, 3, 4, 5]}


def test_precedence_goes_backward_from_a_mandatory_successor() -> None:
    """b must be done by 5, so a starts by 5-2-1 = 2, or by 5-1 = 4."""
    assert link("finish-start", 1, "mandatory") == {"a": [1, 2], "b": [4, 5]}
    assert link("start-start", 1, "mandatory") == {"a": [1, 2, 3, 4], "b": [2, 3, 4, 5]}


def test_a_gate_never_passed_stops_finish_start_only() -> None:
    assert link("finish-start", 0, success="0") == {"a": [1, 2, 3, 4, 5]}
    assert link("start-start", 0, success="0") == {"a": [1, 2, 3, 4, 5], "b": [1, 2, 3, 4, 5]}


def test_a_gate_never_passed_stops_the_next_milestone_and_all_after_it() -> None:
    rows = "A,a1,1,1,1,1,0,,,\nA,a2,2,1,1,1,1,,,\nA,a3,3,1,1,1,1,,,"
    assert found(FREE, rows) == {"a1": [1, 2, 3, 4, 5, 6]}


def test_what_has_no_start_stops_what_follows() -> None:
    """A is excluded: B, which starts with it, has no start, and C, which follows B, neither."""
    initiatives = "A,EUR,excluded,false,,\nB,EUR,candidate,false,,\nC,EUR,candidate,false,,"
    rows = "A,a,1,1,1,1,1,,,\nB,b,1,1,1,1,1,,,\nC,c,1,1,1,1,1,,,"
    precedence = "precedence\npredecessor,successor,type,lag\nA,B,start-start,0\nB,C,finish-start,0"
    assert found(initiatives, rows, precedence) == {}


def test_long_chains_are_tightened_to_the_end() -> None:
    """C before B before A, listed against their order: the passes go on until nothing moves."""
    initiatives = "A,EUR,candidate,false,,\nB,EUR,candidate,false,,\nC,EUR,candidate,false,,"
    rows = "A,a,1,1,1,1,1,,,\nB,b,1,2,1,1,1,,,\nC,c,1,2,1,1,1,,,"
    precedence = "precedence\npredecessor,successor,type,lag\nB,A,finish-start,0\nC,B,finish-start,0"
    assert found(initiatives, rows, precedence) == {"a": [5, 6], "b": [3, 4, 5], "c": [1, 2, 3, 4, 5]}


def test_only_starts_in_a_window_are_decisions() -> None:
    text = f"{HEAD}\n\ninitiatives\ninitiative,currency\nA,EUR\n\nmilestones\n" + (
        "initiative,milestone,order,duration,cost,value,latest_start\nA,a,1,1,1,1,2028"
    )
    assert list(build(small(text, 6)).started) == [("A", "a", 1), ("A", "a", 2)]
