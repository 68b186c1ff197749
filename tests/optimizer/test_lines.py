"""Programs that nobody built: along lines and between a few, each against the one that is built, on random cases."""

from __future__ import annotations

import os
import random
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

import numpy as np

from fundalign.inputs.case import Case
from fundalign.inputs.faults import InputError
from fundalign.inputs.levers import KINDS, Lever, levers
from fundalign.inputs.read import case_from_tables
from fundalign.optimizer.between import ARRAYS, alike
from fundalign.optimizer.effects import SHARES, _case, _forms, moved_shares
from fundalign.optimizer.form import Form, raw, raw_form
from fundalign.optimizer.lines import DUE, GROUP, lines, straight, together
from fundalign.optimizer.whatif import Base

from ..models.small import small
from ..oracle.generator import random_oracle

SEEDS = int(os.environ.get("LINE_CASES", "5"))
ENOUGH = {"budget", "cost", "rate", "floor", "ceiling", "ratio", "duration", "value"}


def cases() -> list[Case]:
    """Random tiny cases without faults."""
    found = []
    for seed in range(SEEDS):
        oracle = random_oracle(seed)
        try:
            found.append(case_from_tables(dict(oracle.settings), dict(oracle.tables)))
        except InputError:
            continue
    return found


def base_with(case: Case, form: Form) -> Base:
    """What programs are made from; no plan is needed for that."""
    return cast(Base, SimpleNamespace(case=case, form=form))


def wrong(made: Form, built: Form, base: Form) -> list[str]:
    """In which parts a program is not the one that was built; upper bounds of payments may be looser, and then only."""
    if (made.columns, made.rows) != (built.columns, built.rows):
        return ["names"]
    a, b = raw(made).program, alike(raw(built).program, made.program)
    near: dict[str, Any] = {"rtol": 1e-8, "atol": 1e-8}
    faults = [name for name in ARRAYS[:-1] if not np.allclose(getattr(a, name), getattr(b, name), **near)]
    faults += [] if np.allclose(a.matrix.toarray(), b.matrix.toarray(), **near) else ["matrix"]
    faults += [] if np.isclose(a.offset, b.offset, **near) else ["offset"]
    exact = np.isclose(a.upper, b.upper, **near)
    looser = (a.upper > b.upper) & ~a.integer & np.array([column[0] in DUE for column in made.columns])
    return faults + ([] if (exact | looser).all() else ["upper"])


def test_every_program_of_every_kind_is_the_one_that_would_be_built() -> None:
    faults: list[str] = []
    asked: dict[str, int] = {}
    lined: dict[str, int] = {}
    for number, case in enumerate(cases()):
        form, chance = raw_form(case), random.Random(number)
        base, all_levers = base_with(case, form), levers(case, KINDS)
        for group in together(all_levers):
            some = [all_levers[k] for k in group]
            if not straight(some[0]) and asked.get(some[0].kind, 0) >= SEEDS:
                continue  # several builds for every one of them: a few of each kind will do
            known = lines(case, form, some, SHARES[0], SHARES[-1]) if straight(some[0]) else [None] * len(some)
            for lever, line in chance.sample(list(zip(some, known, strict=True)), min(2, len(some))):
                cells = {share: _case(base, lever, share) for share in moved_shares(lever, SHARES)}
                made = _forms(base, lever, cells, line)
                for share in chance.sample(list(made), min(1, len(made))):
                    case_there, there = cells[share], made[share]
                    if isinstance(case_there, str) or isinstance(there, str):
                        assert case_there == there
                        continue
                    bad = wrong(there, raw_form(case_there, case), form)
                    faults += [f"{number}: {lever.words} {share:+}: {part}" for part in bad]
                    asked[lever.kind] = asked.get(lever.kind, 0) + 1
                    lined[lever.kind] = lined.get(lever.kind, 0) + (line is not None)
    assert not faults
    assert asked.keys() >= ENOUGH
    for kind in ("budget", "floor", "ceiling", "value"):
        assert lined[kind] >= 0.5 * asked[kind], f"most of {kind} should need no build of their own"


SHARED = """
funders
funder,kind,currency
F,public,EUR

budgets
funder,cycle,first_period,last_period,payments,carry_over
F,c1,2027,2027,10,0.5
F,c2,2028,2028,8,0

initiatives
initiative,currency
A,EUR
B,EUR

milestones
initiative,milestone,order,duration,cost,value
A,a1,1,1,6,10
B,b1,1,1,5,9
"""


def line_of(case: Case, kind: str, owner: str, cycle: str = "", high: str = "0.2") -> tuple[Lever, bool]:
    """A lever, and whether it has a line up to `high` of itself."""
    form = raw_form(case)
    (lever,) = [v for v in levers(case, (kind,)) if v.owner == owner and v.where.get("cycle", "") == cycle]
    return lever, lines(case, form, [lever], Decimal("-0.2"), Decimal(high))[0] is not None


def test_a_kink_within_reach_is_no_line() -> None:
    free = small(SHARED)
    tied = small(
        SHARED.replace("carry_over\n", "carry_over,reserved\n")
        .replace("10,0.5\n", "10,0.5,4.5\n")
        .replace("8,0\n", "8,0,0\n")
    )
    assert line_of(free, "budget", "F", "c1")[1]
    # payments p: min(0.5·p, p − 4.5) turns at p = 9, 10 % below the 10 that stand there
    assert not line_of(tied, "budget", "F", "c1")[1]


def test_groups_have_owners_of_their_own() -> None:
    found = levers(small(SHARED), KINDS)
    groups = together(found)
    assert sorted(k for group in groups for k in group) == list(range(len(found)))
    for group in groups:
        assert len({found[k].owner for k in group}) == len(group) <= GROUP
        assert len({found[k].kind for k in group}) == 1
