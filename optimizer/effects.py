"""What-ifs lever by lever: each number of a case up and down by some shares of itself.

A first look gives every what-if the bound of the base's tree and the base's portfolio paid anew; where a number enters
the program linearly, which is checked, the programs of all its shares are made from two. What that leaves open is
searched for longer, the widest first, while there is time. Source: results.md, "what-ifs".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from ..inputs.faults import InputError
from ..inputs.levers import Lever
from .between import between, linear
from .form import Form, form_of
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


def first_look(base: Base, lever: Lever, shares: Sequence[Decimal]) -> list[WhatIf]:
    """Return what each share does, as far as bounds and plans of the base tell."""
    asked = moved_shares(lever, shares)
    forms = _forms(base, lever, asked)
    found = []
    for share in asked:
        form = forms[share]
        effect = _looked(Question(base, form)) if isinstance(form, Form) else None
        found.append(WhatIf(lever, share, lever.at(share), effect, form if isinstance(form, str) else ""))
    return found


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


def open_to(base: Base, known: WhatIf) -> float:
    """Return how much wider the interval of an effect is than the base alone makes it; 0 where nothing is open."""
    if known.effect is None or known.effect.infeasible:
        return 0.0
    own = abs(base.form.scale) * (base.bound - base.incumbent)
    least = base.gap * abs(base.form.scale * base.incumbent)
    width = known.effect.most - known.effect.least - own
    return width if width > least else 0.0


def _form(base: Base, lever: Lever, share: Decimal) -> Form | str:
    """Return the program of a moved lever, or why no case has that value."""
    try:
        case = lever.moved(base.case, share)
    except InputError as error:
        return "; ".join(str(fault) for fault in error.faults)
    if case.contradictions:
        return "; ".join(str(fault) for fault in case.contradictions)
    return form_of(case, base.case)


def _forms(base: Base, lever: Lever, shares: Sequence[Decimal]) -> dict[Decimal, Form | str]:
    """Return the programs of all shares, those between the ends from the ends where that is exact."""
    if len(shares) < 4:
        return {share: _form(base, lever, share) for share in shares}
    low, high = _form(base, lever, shares[0]), _form(base, lever, shares[-1])
    found: dict[Decimal, Form | str] = {shares[0]: low, shares[-1]: high}
    span = shares[-1] - shares[0]
    if isinstance(low, Form) and isinstance(high, Form) and shares[0] < 0 < shares[-1]:
        at = [float((share - shares[0]) / span) for share in shares]
        if linear(low, high, base.form, float(-shares[0] / span)):
            return found | {s: between(low, high, k) for s, k in zip(shares[1:-1], at[1:-1], strict=True)}
    return found | {share: _form(base, lever, share) for share in shares[1:-1]}


def _looked(question: Question) -> Effect:
    """Return what is known of a question at once; what moves only where that is nothing."""
    stays = question.tree.x is not None and question.tree.x is question.at
    return question.effect(moved=stays)
