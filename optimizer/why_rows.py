"""What is known of an initiative, as the rows of why.csv and in words.

Money is in the unit of its row (`unit`), what moves between funders in whole base currency at reference rates, effects
are in the goal's units. An empty cell is something that does not exist or that nobody knows; `note` says which.
"""

import math
from collections import defaultdict
from decimal import Decimal
from typing import Any

import pandas as pd

from ..results.sensitivity_tables import Cells, exact, moves_cells, text
from .moving import Moves
from .trial import Verdict
from .turning import Answer
from .why import Why

COLUMNS = (
    *("initiative", "kind", "table", "row", "column", "where", "owner", "words", "unit", "base", "needed"),
    *("change_absolute", "change_percent", "set", "entered", "below", "below_known", "effect_least", "effect_most"),
    *("added", "dropped", "moved", "money_moved", "payments", "note"),
)
FORCED = {True: "forced out", False: "forced in"}
MOVED = ("added", "dropped", "moved", "money_moved")


def table(found: Why) -> pd.DataFrame:
    """Return the rows of why.csv: what forcing does, then every kind of change."""
    rows = [_forced(found), *(_answer(found, answer) for answer in found.answers)]
    cells = [[row.get(column, "") for column in COLUMNS] for row in rows]
    return pd.DataFrame(cells, columns=list(COLUMNS), dtype=object)


def document(found: Why) -> dict[str, Any]:
    """Return what why.json says of an initiative."""
    base, scale = found.base, found.base.form.scale
    least, most = found.loss
    return {
        "initiative": found.initiative,
        "case": found.case.settings.name,
        "goal": found.case.settings.objective.goal,
        "funded": found.funded,
        "objective": scale * base.incumbent,
        "bound": scale * base.bound,
        "loss": None if least == math.inf else {"least": least, "most": most if math.isfinite(most) else None},
        "why_not_otherwise": found.barred,
        "milestones_when_forced_in": list(found.steps),
        "note": note(found),
        "seconds": round(found.seconds, 3),
        "interrupted": found.signal is not None,
    }


def note(found: Why) -> str:
    """Say what is to be known of the whole, where there is something."""
    parts = [found.barred, found.note]
    if found.loss[0] == math.inf and not found.barred:
        parts.append(f"no plan {'without' if found.funded else 'with'} it satisfies every rule")
    return "; ".join(part for part in parts if part)


def by_cycle(found: Why, changed: Moves) -> list[tuple[str, str, float]]:
    """Return (funder, budget cycle, amount paid more) in whole base currency, the largest first."""
    case, sums = found.case, defaultdict[tuple[str, str], float](float)
    for funder, t, amount in changed.paid:
        name = next((cycle.name for cycle in case.cycles[funder] if t in cycle.periods), case.label(t))
        sums[funder, name] += amount * case.unit
    largest = sorted(sums.items(), key=lambda each: (-abs(each[1]), each[0]))
    return [(funder, name, amount) for (funder, name), amount in largest if abs(amount) >= 1.0]


def _moves(found: Why, changed: Moves | None) -> Cells:
    if changed is None:
        return {}
    case = found.case
    cells = moves_cells(changed, case.unit, {t: case.label(t) for t in range(1, case.T + 1)})
    paid = "; ".join(f"{funder} {cycle}: {amount:+,.0f}" for funder, cycle, amount in by_cycle(found, changed))
    return {name: cells[name] for name in MOVED} | {"payments": paid}


def _forced(found: Why) -> Cells:
    """Return the row of what forcing it does to the goal."""
    sign = -1.0 if found.base.form.scale > 0 else 1.0
    ends = sorted(sign * end for end in found.loss)
    told = note(found)
    if found.steps:
        told = "; ".join(part for part in (told, f"does {', '.join(found.steps)}") if part)
    return {
        "initiative": found.initiative,
        "kind": FORCED[found.funded],
        "table": "initiatives",
        "where": f"initiative={found.initiative}",
        "owner": found.initiative,
        "words": f"{found.initiative} {FORCED[found.funded]}",
        "effect_least": text(ends[0]),
        "effect_most": text(ends[1]),
        **_moves(found, found.forced),
        "note": told,
    }


def _answer(found: Why, answer: Answer) -> Cells:
    """Return the row of one kind of change."""
    way, case, steps = answer.way, found.case, answer.steps
    tables = [cell[0] for cell in way.cells]
    where = way.cells[0][2]
    needed = "" if steps is None else _text(way.needed(case, steps))
    absolute, percent = change(answer)
    below = way.needed(case, answer.below) if answer.below else way.base
    return {
        "initiative": found.initiative,
        "kind": way.kind,
        "table": "; ".join(tables),
        "row": str(way.row or ""),
        "column": "; ".join(cell[1] for cell in way.cells),
        "where": ",".join(f"{key}={value}" for key, value in where.items()),
        "owner": way.owner,
        "words": way.words,
        "unit": way.unit,
        "base": _text(way.base),
        "needed": needed,
        "change_absolute": "" if absolute is None else exact(absolute),
        "change_percent": "" if percent is None else exact(percent),
        "set": answer.words,
        "entered": "" if answer.entered is None else answer.entered.value,
        "below": _text(below) if answer.looked else "",
        "below_known": "" if answer.smaller is None else answer.smaller.value,
        "effect_least": text(answer.least),
        "effect_most": text(answer.most),
        **_moves(found, answer.moves),
        "note": told(found, answer),
    }


def change(answer: Answer) -> tuple[Decimal | None, Decimal | None]:
    """Return the change in the unit of the row, and in percent; None where there is none, or no such number."""
    way, steps = answer.way, answer.steps
    if steps is None or way.op == "set":
        return None, None
    if way.op == "add":
        return Decimal(way.sign * steps), None
    assert isinstance(way.base, Decimal)
    share = way.changes(steps)[0].value
    assert isinstance(share, Decimal)
    return way.base * (share - 1), (share - 1) * 100


def told(found: Why, answer: Answer) -> str:
    """Say in words how far an answer goes."""
    way, case = answer.way, found.case
    verb = "leave" if found.funded else "enter"
    if answer.note:
        return answer.note
    if answer.steps is None:
        if way.op == "set":
            return f"it does not {verb}: {sure_not(answer.smaller)}"
        return f"it does not {verb} {_tried(found, answer)}"
    parts = [f"no plan at all from there on: {verb}s only with the plan"] if answer.entered is Verdict.NO_PLAN else []
    if way.op != "set" and answer.steps - answer.below > 1:
        at = _text(way.needed(case, answer.below)) if answer.below else "what it is"
        parts.append(f"not at {at} ({sure_not(answer.smaller)}); between nobody looked")
    return "; ".join(parts)


def _tried(found: Why, answer: Answer) -> str:
    """Return how far a change was tried that does not turn an initiative, and how sure that is."""
    way, parts = answer.way, []
    for verdict in dict.fromkeys(known for _, known in answer.looked):
        values = [_text(way.needed(found.case, steps)) for steps, known in answer.looked if known is verdict]
        last = f"{', '.join(values[:-1])} or {values[-1]}" if len(values) > 1 else values[0]
        whole = way.steady and verdict is Verdict.NEVER
        parts.append(f"{'all the way to' if whole else 'at'} {values[-1] if whole else last}: {sure_not(verdict)}")
    return "; ".join(parts)


def sure_not(known: Verdict | None) -> str:
    """Return how sure it is that a change does not turn an initiative."""
    return "proved" if known is Verdict.NEVER else "as far as plans were found"


def _text(value: Decimal | str) -> str:
    return exact(value) if isinstance(value, Decimal) else value
