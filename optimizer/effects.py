"""What-ifs lever by lever: each number of a case up and down by some shares of itself.

A first look gives every what-if the bound of the base's tree and the base's portfolio paid anew. Where a number enters
the program linearly, which is checked, no program is built for it (`lines`); else those of all its shares are made from
two or, for a rate, from three; what does not fit is built. What that leaves open is searched for longer, the widest
first, while there is time. Source: results.md, "what-ifs".
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ..inputs.case import Case
from ..inputs.faults import InputError
from ..inputs.levers import Lever
from .between import equal, mixed, rate_weights, same
from .form import Form, closed, form_of, raw, raw_form
from .lines import Line, lines, straight
from .whatif import Base, Effect, Question

KINDS = ("budget", "rate", "floor", "ceiling", "ratio", "cost", "duration")
SHARES = tuple(Decimal(text) for text in ("-0.2", "-0.1", "-0.05", "0.05", "0.1", "0.2"))


@dataclass(frozen=True)
class WhatIf:
    """One lever moved by a share of itself: the value it has then, and the effect; None where no case has it."""

    lever: Lever
    share: Decimal
    value: Decimal
    effect: Effect | None
    refused: str = ""


def moved_shares(lever: Lever, shares: Sequence[Decimal]) -> list[Decimal]:
    """Return the shares that lead to different values; whole numbers move by whole numbers."""
    found: dict[Decimal, Decimal] = {}
    for share in sorted(shares, key=abs):
        found.setdefault(lever.at(share), share)
    found.pop(lever.base, None)
    return sorted(found.values())


def first_looks(base: Base, levers: Sequence[Lever], shares: Sequence[Decimal]) -> list[list[WhatIf]]:
    """Return what each share of each lever does, as far as bounds and plans of the base tell."""
    asked = [moved_shares(lever, shares) for lever in levers]
    ends = [share for each in asked for share in each]
    known: dict[int, Line | None] = {}
    if ends and all(map(straight, levers)):
        known = dict(enumerate(lines(base.case, base.form, levers, min(ends), max(ends))))
    return [_looks(base, lever, each, known.get(k)) for k, (lever, each) in enumerate(zip(levers, asked, strict=True))]


def first_look(base: Base, lever: Lever, shares: Sequence[Decimal]) -> list[WhatIf]:
    """Return what each share of a lever does."""
    return first_looks(base, [lever], shares)[0]


def _looks(base: Base, lever: Lever, shares: Sequence[Decimal], line: Line | None) -> list[WhatIf]:
    """Look at the shares of a lever from the nearest on, each from what is known of its neighbour."""
    cases = _cases(base, lever, shares, line)
    forms = _forms(base, lever, cases, line)
    found: dict[Decimal, WhatIf] = {}
    near: dict[bool, Question] = {}
    for share in sorted(shares, key=abs):
        form, effect = forms[share], None
        if isinstance(form, Form):
            question = near[share > 0] = Question(base, form, near=near.get(share > 0))
            effect = _looked(question)
        found[share] = WhatIf(lever, share, lever.at(share), effect, form if isinstance(form, str) else "")
    return [found[share] for share in shares]


def closer_look(base: Base, known: WhatIf, seconds: float) -> WhatIf:
    """Return a what-if searched for some seconds, with the plan that is known for it."""
    form = _form(base, known.lever, known.share)
    if isinstance(form, str) or known.effect is None:
        return known
    question = Question(base, form)
    if known.effect.schedule:
        question.offer([known.effect.schedule])
    question.search(seconds)
    return WhatIf(known.lever, known.share, known.value, question.effect())


def open_to(base: Base, effect: Effect | None) -> float:
    """Return how much wider the interval of an effect is than the base alone makes it; 0 where nothing is open."""
    if effect is None or effect.infeasible:
        return 0.0
    own = abs(base.form.scale) * (base.bound - base.incumbent)
    least = base.gap * abs(base.form.scale * base.incumbent)
    width = effect.most - effect.least - own
    return width if width > least else 0.0


def _cases(base: Base, lever: Lever, shares: Sequence[Decimal], line: Line | None) -> dict[Decimal, Case | str]:
    """Return the cases of a moved lever; along a line those between two that are fit are fit, and need no check."""
    ends = {share: _case(base, lever, share) for share in {*shares[:1], *shares[-1:]}}
    if line is None or any(isinstance(case, str) for case in ends.values()):
        return {share: ends[share] if share in ends else _case(base, lever, share) for share in shares}
    return {share: ends.get(share, base.case) for share in shares}


def _form(base: Base, lever: Lever, share: Decimal) -> Form | str:
    """Return the program of a moved lever, or why no case has that value."""
    case = _case(base, lever, share)
    return case if isinstance(case, str) else form_of(case, base.case)


def _case(base: Base, lever: Lever, share: Decimal) -> Case | str:
    """Return the case of a moved lever, or why there is none."""
    try:
        case = lever.moved(base.case, share)
    except InputError as error:
        return "; ".join(str(fault) for fault in error.faults)
    return "; ".join(str(fault) for fault in case.contradictions) if case.contradictions else case


def _forms(base: Base, lever: Lever, cases: dict[Decimal, Case | str], line: Line | None) -> dict[Decimal, Form | str]:
    """Return the programs of all shares: along a line, from few that are built where that is exact, or built."""
    found: dict[Decimal, Form | str] = {share: case for share, case in cases.items() if isinstance(case, str)}
    whole = {share: case for share, case in cases.items() if not isinstance(case, str)}
    if line is not None:
        return found | {s: line.at(base.form, float(lever.at(s) - lever.base)) for s in whole}
    return found | dict(_made(base, lever, whole))


def _made(base: Base, lever: Lever, cases: dict[Decimal, Case]) -> Iterator[tuple[Decimal, Form]]:
    """Yield the programs of all shares, those between the ends from the ends and the base where that is exact.

    Another one that is built tells whether it is: for a rate (a + b·R + c/R) one between, else the base itself.
    """
    shares = sorted(cases)
    middle = raw(base.form)
    built = {}
    if len(shares) >= 4 and shares[0] < 0 < shares[-1]:
        built = {share: raw_form(cases[share], base.case) for share in (shares[0], shares[-1])}
        nodes = [(float(share), form) for share, form in built.items()]
        if lever.kind == "rate":
            nodes.insert(1, (0.0, middle))
            trial = max(share for share in shares if share < 0)
            built[trial] = check = raw_form(cases[trial], base.case)
        else:
            trial, check = Decimal(0), middle
        forms = [form for _, form in nodes]
        if same([*forms, check]) and equal(mixed(forms, _weights(nodes, float(trial))), check):
            for share in shares:
                known = built.get(share)
                yield share, closed(mixed(forms, _weights(nodes, float(share))) if known is None else known)
            return
    for share in shares:
        yield share, closed(built[share] if share in built else raw_form(cases[share], base.case))


def _weights(nodes: Sequence[tuple[float, Form]], share: float) -> Sequence[float]:
    """Return how the programs at some shares make the one at another."""
    at = [node for node, _ in nodes]
    if len(at) == 2:
        part = (share - at[0]) / (at[1] - at[0])
        return 1.0 - part, part
    return [float(weight) for weight in rate_weights([1.0 + node for node in at], 1.0 + share)]


def _looked(question: Question) -> Effect:
    """Return what is known of a question at once; what moves only where that is nothing."""
    stays = question.tree.x is not None and question.tree.x is question.at
    return question.effect(moved=stays)
