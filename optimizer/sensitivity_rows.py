"""What a sensitivity found, as the tables of a run."""

from collections import defaultdict
from decimal import Decimal

import pandas as pd

from ..results.sensitivity_tables import (
    CERTAIN_DOWN,
    CERTAIN_UP,
    EQUIVALENT,
    EVEN,
    NEEDED,
    NO_PLAN,
    NOTHING_FOUND,
    REFUSED,
    SAME,
    Cells,
    exact,
    frame,
    moves_cells,
    names,
    text,
)
from .effects import WhatIf
from .follow import Key, key_of
from .price_tables import ceiling_rows, price_rows
from .sensitivity import Sensitivity
from .whatif import Effect


def tables(found: Sensitivity) -> dict[str, pd.DataFrame]:
    """Return {name: table} of a sensitivity, as exact text."""
    return {
        "prices": price_rows(found.prices),
        "ceilings": ceiling_rows(found.ceilings),
        "sensitivity": frame("whatifs", [_what_if(found, each) for each in found.whatifs]),
        "tornado": frame("tornado", _tornado(found)),
        "initiatives": frame("initiatives", _initiatives(found)),
        "alternatives": frame("alternatives", _alternatives(found)),
    }


def status_of(each: WhatIf) -> str:
    """Return what is certain about a what-if, in words."""
    effect = each.effect
    if effect is None:
        return REFUSED
    if effect.infeasible:
        return NO_PLAN
    if effect.least > 0.0:
        return CERTAIN_UP
    if effect.most < 0.0:
        return CERTAIN_DOWN
    return NOTHING_FOUND if effect.incumbent is None else EVEN


def _portfolio(effect: Effect) -> str:
    """Return whether another portfolio is needed."""
    if effect.infeasible or effect.incumbent is None:
        return ""
    if effect.needed:
        return NEEDED
    moves = effect.moves
    changed = moves is not None and (moves.added or moves.dropped or moves.moved)
    return EQUIVALENT if changed else SAME


def _effect_cells(effect: Effect) -> Cells:
    """Return the interval, the plan and the bound of a changed case."""
    bounds = {} if effect.infeasible else {"effect_least": text(effect.least), "effect_most": text(effect.most)}
    return {**bounds, "objective": text(effect.incumbent), "bound": text(effect.bound), "portfolio": _portfolio(effect)}


def _what_if(found: Sensitivity, each: WhatIf) -> Cells:
    lever, case = each.lever, found.run.case
    label = {t: case.label(t) for t in range(1, case.T + 1)}
    cells = {
        "change": str(lever.change(each.share)),
        "kind": lever.kind,
        "table": lever.table,
        "row": str(lever.row or ""),
        "column": lever.column,
        "owner": lever.owner,
        "limit": lever.words,
        "unit": lever.unit,
        "base": exact(lever.base),
        "value": exact(each.value),
        "share": exact(_share(each)),
        "status": status_of(each),
        "note": each.refused,
    }
    if each.effect is None:
        return cells
    return cells | _effect_cells(each.effect) | moves_cells(each.effect.moves, case.unit, label)


def _share(each: WhatIf) -> Decimal:
    """Return by what share of itself a number is moved; a whole one moves by more than was asked for."""
    base = each.lever.base
    return (each.value - base) / abs(base) if each.lever.whole and base else each.share


def _tornado(found: Sensitivity) -> list[Cells]:
    """Return one row per number that was moved both ways, the one that certainly swings most first."""
    by_lever: dict[Key, list[WhatIf]] = defaultdict(list)
    lever_of = {}
    for each in found.whatifs:
        if each.effect is not None and not each.effect.infeasible:
            by_lever[key_of(each.lever)].append(each)
            lever_of[key_of(each.lever)] = each.lever
    rows = []
    for key, asked in by_lever.items():
        low, high = min(asked, key=lambda a: a.value), max(asked, key=lambda a: a.value)
        effects = [a.effect for a in (low, high) if a.effect is not None]
        ends = [(e.least, e.most) for e in effects]
        ends.append((0.0, 0.0))  # the base
        sure = max(0.0, max(a for a, _ in ends) - min(b for _, b in ends))
        most = max(b for _, b in ends) - min(a for a, _ in ends)
        lever = lever_of[key]
        cells = {"limit": lever.words, "kind": lever.kind, "unit": lever.unit, "base": exact(lever.base)}
        for side, a in (("low", low), ("high", high)):
            if a.effect is not None and (a.value < lever.base) == (side == "low"):
                cells |= {f"{side}_value": exact(a.value), f"{side}_least": text(a.effect.least)}
                cells |= {f"{side}_most": text(a.effect.most)}
        rows.append((-sure, -most, cells | {"swing_least": text(sure), "swing_most": text(most)}))
    rows.sort(key=lambda row: row[:2])
    return [cells | {"rank": str(k)} for k, (_, _, cells) in enumerate(rows, start=1)]


def _initiatives(found: Sensitivity) -> list[Cells]:
    solved = [e.effect for e in found.whatifs if e.effect is not None and e.effect.incumbent is not None]
    counts: dict[str, int] = defaultdict(int)
    for plan in solved:
        for name in {i for i, _ in plan.schedule}:
            counts[name] += 1
    rows = []
    for each in found.members:
        effect, moves = each.effect, None if each.effect is None else each.effect.moves
        rows.append(
            {
                "initiative": each.initiative,
                "place": each.place,
                "funded": "true" if each.funded else "false",
                "forced": "" if effect is None else ("out" if each.funded else "in"),
                "loss_least": "" if effect is None or effect.infeasible else text(_loss(found, effect)[0]),
                "loss_most": "" if effect is None or effect.infeasible else text(_loss(found, effect)[1]),
                "epsilon": text(each.epsilon, 9),
                "scenario_frequency": text(counts[each.initiative] / len(solved), 4) if solved else "",
                "scenarios": str(len(solved)),
                "instead_added": "" if moves is None else names(moves.added),
                "instead_dropped": "" if moves is None else names(moves.dropped),
                "why": each.why or (NO_PLAN if effect is not None and effect.infeasible else ""),
            }
        )
    return rows


def _loss(found: Sensitivity, effect: Effect) -> tuple[float, float]:
    """Return the interval of what is lost, never below 0: forcing takes plans away."""
    least, most = (-effect.most, -effect.least) if found.base.form.scale > 0 else (effect.least, effect.most)
    return max(0.0, least), max(0.0, most)


def _alternatives(found: Sensitivity) -> list[Cells]:
    case = found.run.case
    label = {t: case.label(t) for t in range(1, case.T + 1)}
    rows: list[Cells] = []
    for each in found.alternatives:
        least, most = _loss(found, each.effect)
        own = {"number": str(each.number), "loss_least": text(least), "loss_most": text(most)}
        own |= {"objective": text(each.effect.incumbent), "bound": text(each.effect.bound)}
        rows.append(moves_cells(each.effect.moves, case.unit, label) | own)
    if found.further is not None:
        told = "no further portfolio is within the tolerance" if found.further.none else "there may be further ones"
        rows.append({"bound": text(found.further.bound), "note": f"{told} (proved)" if found.further.none else told})
    return rows
