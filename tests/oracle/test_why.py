"""Every claim of `why` on random small cases, against exact solves in which the initiative is forced by a choice."""

from __future__ import annotations

import math
import os
import random

import pytest

from fundalign.inputs.case import Case
from fundalign.inputs.change import Change
from fundalign.inputs.faults import Infeasible
from fundalign.inputs.read import case_from_tables
from fundalign.inputs.scenarios import parse_set
from fundalign.optimizer.solve import SolveOptions, solve
from fundalign.optimizer.trial import Verdict
from fundalign.optimizer.turning import Answer
from fundalign.optimizer.why import Why, why
from fundalign.results.plan import Run

from .generator import random_case

CASES = int(os.environ.get("WHY_CASES", "6"))  # `make oracle` looks at 30
NEAR = 2e-4  # of an optimum: what rounding to minor units may cost
ANSWERS = 3  # of each kind of answer, how many are looked at


def exact(case: Case) -> Run | None:
    """The optimum of a case; None where no plan satisfies every rule."""
    try:
        return solve(case, SolveOptions(gap=0.0, threads=1))
    except Infeasible:
        return None


def reached(case: Case, initiative: str, inside: bool) -> float:
    """The best plan with an initiative, or without it, more being better; −∞ where there is none."""
    bound: dict[str, object] = {"at_least": 1} if inside else {"at_most": 0}
    forced = case.adding("choices", {"choice": "forced", "initiatives": initiative, **bound})
    run = exact(forced)
    if run is None or run.report.objective is None:
        return -math.inf
    return sign(case) * run.report.objective


def sign(case: Case) -> float:
    return -1.0 if case.settings.objective.goal == "public_money" else 1.0


def close(*values: float) -> float:
    return NEAR * max([1.0, *(abs(value) for value in values if math.isfinite(value))])


def changes(text: str) -> list[Change]:
    return [parse_set(part) for part in text.split("; ")]


def check_loss(reply: Why, best: float) -> None:
    forced = reached(reply.case, reply.initiative, not reply.funded)
    least, most = reply.loss
    if least == math.inf:
        assert forced == -math.inf
    elif math.isfinite(forced):
        assert least - close(best) <= best - forced <= most + close(best)
    else:
        assert most == math.inf


def check_answer(reply: Why, answer: Answer, best: float) -> None:
    if answer.steps is not None:
        sides = at(reply, answer, answer.words)
        wanted, other = sides[not reply.funded], sides[reply.funded]
        margin = close(wanted, other)
        if answer.entered is Verdict.PROVED:
            assert wanted >= other - margin
        elif answer.entered is Verdict.NO_PLAN:
            assert wanted == other == -math.inf
        if answer.entered is not Verdict.NO_PLAN:
            moved = sorted((sign(reply.case) * answer.least, sign(reply.case) * answer.most))
            assert moved[0] - margin <= max(wanted, other) - best <= moved[1] + margin
    for steps, known in answer.looked[-1:] if answer.steps is None else ((answer.below, answer.smaller),):
        if known is Verdict.NEVER:
            text = "; ".join(str(change) for change in answer.way.changes(steps))
            sides = at(reply, answer, text if steps else "")
            wanted, other = sides[not reply.funded], sides[reply.funded]
            assert wanted <= other + close(wanted, other)


def at(reply: Why, answer: Answer, text: str) -> dict[bool, float]:
    """The best plan with the initiative and that without it, after changes as `--set` takes them."""
    case = reply.case.apply(changes(text)) if text else reply.case
    if case.contradictions:
        return {True: -math.inf, False: -math.inf}
    return {inside: reached(case, reply.initiative, inside) for inside in (True, False)}


@pytest.mark.parametrize("seed", range(CASES))
def test_every_claim_holds(seed: int) -> None:
    case = case_from_tables(*random_case(seed))
    run = exact(case)
    if run is None or run.plan is None or run.report.objective is None:
        return
    draw = random.Random(seed)
    reply = why(run, draw.choice(list(case.initiatives)), time_limit=60)
    best = sign(case) * run.report.objective
    check_loss(reply, best)
    turned = [answer for answer in reply.answers if answer.steps is not None]
    others = [answer for answer in reply.answers if answer.steps is None and answer.looked]
    for answers in (turned, others):
        for answer in draw.sample(answers, min(len(answers), ANSWERS)):
            check_answer(reply, answer, best)
