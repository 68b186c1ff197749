"""What `why` shows on the terminal: what forcing costs and displaces, and what would turn the decision."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING

from rich.text import Text

from ..optimizer.trial import Verdict
from ..optimizer.turning import LATE
from ..optimizer.why_rows import by_cycle, change, note, sure_not, told
from ..results.sensitivity_tables import exact
from .goal import NAMES, reached
from .money import Money
from .tables import fill, new_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from ..optimizer.moving import Moves
    from ..optimizer.turning import Answer
    from ..optimizer.why import Why

SHOWN = 6
SMALLER = (
    "'smaller' is what is known of the next smaller step (a thousandth, or one period); where it names a value, "
    "nothing is known between that and the one it needs."
)
SURE = {Verdict.PROVED: "proved", Verdict.SEEN: "seen in the best plan found", Verdict.NO_PLAN: "no plan at all"}


def why_page(found: Why) -> Iterator[RenderableType]:
    """Yield the parts of the page."""
    row = found.case.initiatives[found.initiative]
    name = f"{found.initiative} ({row.name})" if row.name else found.initiative
    yield Text(f"{name} is {'funded' if found.funded else 'not funded'}.", style="bold")
    yield Text("\n".join(_forced(found)))
    yield from (Text(_as_candidate(found, each)) for each in found.answers if each.way.op == "set" and each.looked)
    turned = [answer for answer in found.answers if answer.steps is not None and answer.way.op != "set"]
    if turned:
        yield _turned(found, turned)
        yield Text(SMALLER, style="dim")
    rest = [each for each in found.answers if each.steps is None and each.note != LATE and each.way.op != "set"]
    if rest:
        yield _rest(found, rest)
    late = [answer.way.words for answer in found.answers if answer.note == LATE]
    if late:
        shown = "; ".join(late[:SHOWN]) + (f"; and {len(late) - SHOWN} more in why.csv" if len(late) > SHOWN else "")
        yield Text(f"\n{LATE} (--time-limit): {shown}", style="bold yellow")


def _forced(found: Why) -> Iterator[str]:
    """Yield what is known of forcing it, line by line."""
    least, most = found.loss
    way = "out" if found.funded else "in"
    if note(found):
        yield f"{note(found)}{': it never leaves' if found.funded and found.barred else ''}."
    if least == math.inf:
        return
    ends = reached(found.case, least), reached(found.case, most) if math.isfinite(most) else "an amount nobody knows"
    lost = ends[0] if ends[0] == ends[1] else f"between {ends[0]} and {ends[1]}"
    yield f"Forced {way}, the best plan is worse by {lost} ({NAMES[found.case.settings.objective.goal]})."
    if found.steps:
        yield f"Then it does {', '.join(found.steps)}."
    yield from displaced(found, found.forced)


def _as_candidate(found: Why, answer: Answer) -> str:
    """Say what making it a candidate does: what being mandatory costs, or whether being excluded matters."""
    ends = [reached(found.case, end) if math.isfinite(end) else "?" for end in (answer.least, answer.most)]
    gain = ends[0] if ends[0] == ends[1] else f"between {ends[0]} and {ends[1]}"
    turned = answer.steps is not None
    sure = SURE[answer.entered] if answer.entered is not None else sure_not(answer.smaller)
    verb = (
        ("would leave it out" if turned else "would still fund it")
        if found.funded
        else ("would fund it" if turned else "would not fund it")
    )
    changed = "\n".join(displaced(found, answer.moves))
    told = f"Were it a candidate, the best plan {verb} ({sure}), and the goal would change by {gain}."
    return f"{told}\n{changed}" if changed else told


def displaced(found: Why, changed: Moves | None) -> Iterator[str]:
    """Yield in words what a plan changes: initiatives, and money by funder and cycle."""
    if changed is None:
        return
    for verb, names in (("adds", changed.added), ("drops", changed.dropped), ("moves in time", changed.moved)):
        if names:
            yield f"  {verb}: {', '.join(names)}"
    money, paid = Money(found.case.base, found.case.unit), by_cycle(found, changed)
    told = [f"{funder} {cycle} {Decimal(amount) / found.case.unit:+,.2f}" for funder, cycle, amount in paid[:SHOWN]]
    more = f" and {len(paid) - SHOWN} more in why.csv" if len(paid) > SHOWN else ""
    if told:
        yield f"  pays more or less, {money.label}: {', '.join(told)}{more}"


def _turned(found: Why, answers: list[Answer]) -> RenderableType:
    verb = "leaves" if found.funded else "enters"
    title = f"Smallest single change of each kind with which it {verb}, each made and solved"
    shown = new_table(title, ["change", "unit", verb, "smaller", "then"], ["from", "to", "by"])
    return fill(shown, [_cells(found, answer) for answer in answers], "why.csv")


def _cells(found: Why, answer: Answer) -> list[str]:
    """Return one line of the table."""
    way, steps = answer.way, answer.steps
    assert steps is not None
    _, percent = change(answer)
    by = "" if way.op == "set" else f"{way.sign * steps:+d}" if percent is None else f"{exact(percent)} %"
    smaller = "" if way.op == "set" else "does not" if answer.smaller is Verdict.NEVER else "not seen to"
    if way.op != "set" and steps - answer.below > 1:
        smaller = f"{smaller} at {_short(way.needed(found.case, answer.below)) if answer.below else _short(way.base)}"
    changed = answer.moves
    then = []
    if changed is not None:
        then = [f"+{name}" for name in changed.added if name != found.initiative]
        then += [f"−{name}" for name in changed.dropped if name != found.initiative]
    entered = "" if answer.entered is None else SURE[answer.entered]
    to = way.needed(found.case, steps)
    return [way.words, way.unit, entered, smaller, " ".join(then), _short(way.base), _short(to), by]


def _rest(found: Why, answers: list[Answer]) -> RenderableType:
    verb = "leave" if found.funded else "enter"
    shown = new_table(
        f"Single changes with which it does not {verb}, as far as they were tried", ["change", "unit", "why"], ["from"]
    )
    rows = [[each.way.words, each.way.unit, told(found, each), _short(each.way.base)] for each in answers]
    return fill(shown, rows, "why.csv")


def _short(value: Decimal | str) -> str:
    """Return a value in at most six digits."""
    return value if isinstance(value, str) else exact(Decimal(f"{value:.6g}"))
