"""What differs between two plans as a decision maker asks: what becomes of initiatives, and which limits bind."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ..inputs.case import Case
from ..inputs.periods import ordinal
from .compare_tables import decimal, total
from .compare_units import Record, Scales
from .movable import is_movable

CHANGES = ("added", "dropped", "moved", "resized", "kept")
STARTS, STOPS = "starts", "stops"
Tables = Mapping[str, Sequence[Record]]
LEVEL = Decimal("1e-6")  # levels that are nearer than that are the same
_NOTHING = Decimal(0)


@dataclass(frozen=True)
class InitiativeChange:
    """What becomes of an initiative that a run funds; costs in its currency, "" where a run does not fund it.

    `change` is `added` (only B funds it), `dropped` (only A does), `moved` (the same milestones, some in other
    periods), `resized` (other milestones, another level or another cost) or `kept`.
    """

    initiative: str
    change: str
    start_a: str
    start_b: str
    finish_a: str
    finish_b: str
    cost_a: str
    cost_b: str
    currency: str


@dataclass(frozen=True)
class LimitChange:
    """A limit that starts or stops binding; `at_least` and `at_most` are those of the run in which it binds."""

    change: str
    family: str
    rule: str
    owner: str
    index: str
    value_a: str
    value_b: str
    at_least: str
    at_most: str
    currency: str


@dataclass(frozen=True)
class _Shape:
    """What a plan does of an initiative: milestone → (start, level), first start, last finish, cost."""

    steps: Mapping[str, tuple[str, Decimal | None]]
    start: str
    finish: str
    cost: Decimal


def _shapes(case: Case, schedule: Sequence[Record]) -> dict[str, _Shape]:
    done: dict[str, list[Record]] = defaultdict(list)
    for row in schedule:
        if row.get("done") == "true":
            done[row.get("initiative", "")].append(row)

    def place(label: str) -> tuple[int, str]:
        try:
            return ordinal(label, case.settings.frequency), label
        except ValueError:
            return 0, label

    return {
        name: _Shape(
            {row.get("milestone", ""): (row.get("start", ""), decimal(row.get("level"))) for row in rows},
            min((row.get("start", "") for row in rows), key=place),
            max((row.get("finish", "") for row in rows), key=place),
            total([decimal(row.get("cost")) or _NOTHING for row in rows]),
        )
        for name, rows in done.items()
    }


def initiative_changes(scales: Scales, a: Tables, b: Tables) -> tuple[InitiativeChange, ...]:
    """Return what becomes of each initiative that one of the runs funds, in the order of the cases."""
    was, now = _shapes(scales.a, a.get("schedule", ())), _shapes(scales.b, b.get("schedule", ()))
    order = dict.fromkeys((*scales.a.initiatives, *scales.b.initiatives, *was, *now))
    found = []
    for name in order:
        before, after = was.get(name), now.get(name)
        if before is None and after is None:
            continue
        rows = [case.initiatives[name].currency for case in (scales.a, scales.b) if name in case.initiatives]
        same_money = len(set(rows)) == 1
        found.append(
            InitiativeChange(
                initiative=name,
                change=_change(before, after, scales.periods, same_money),
                start_a=before.start if before else "",
                start_b=after.start if after else "",
                finish_a=before.finish if before else "",
                finish_b=after.finish if after else "",
                cost_a=f"{before.cost:f}" if before else "",
                cost_b=f"{after.cost:f}" if after else "",
                currency=" / ".join(dict.fromkeys(rows)),
            )
        )
    return tuple(found)


def _change(before: _Shape | None, after: _Shape | None, same_periods: bool, same_money: bool) -> str:
    if before is None or after is None:
        return "added" if before is None else "dropped"
    levels = [{name: level or _NOTHING for name, (_, level) in each.steps.items()} for each in (before, after)]
    if levels[0].keys() != levels[1].keys() or any(abs(levels[1][m] - was) > LEVEL for m, was in levels[0].items()):
        return "resized"
    starts = [{name: start for name, (start, _) in each.steps.items()} for each in (before, after)]
    if same_periods and starts[0] != starts[1]:
        return "moved"
    return "resized" if same_money and before.cost != after.cost else "kept"


def limit_changes(scales: Scales, a: Tables, b: Tables) -> tuple[LimitChange, ...]:
    """Return the limits somebody set that bind in one run only; a bound of nothing is a prohibition, not a limit."""
    was, now = ({_rule_key(row): row for row in each.get("rules", ())} for each in (a, b))
    found = []
    for key in dict.fromkeys((*was, *now)):
        before, after = was.get(key, {}), now.get(key, {})
        binds = [_binds(row) for row in (before, after)]
        dated = not scales.periods and any(scales.is_dated(case, row) for case, row in _sides(scales, before, after))
        if binds[0] == binds[1] or dated:
            continue
        case, row = (scales.b, after) if binds[1] else (scales.a, before)
        bounds = row.get("at_least", ""), row.get("at_most", "")
        values = before.get("value", ""), after.get("value", "")
        change = STARTS if binds[1] else STOPS
        found.append(LimitChange(change, *key, *values, *bounds, _limit_currency(case, row)))
    return tuple(found)


def _sides(scales: Scales, a: Record, b: Record) -> tuple[tuple[Case, Record], ...]:
    return (scales.a, a), (scales.b, b)


def _rule_key(row: Record) -> tuple[str, str, str, str]:
    return row.get("family", ""), row.get("rule", ""), row.get("owner", ""), row.get("index", "")


def _binds(row: Record) -> bool:
    family, rule, _, index = _rule_key(row)
    if row.get("binding") != "true" or not is_movable(family, rule, index.split(";")):
        return False
    value, least, most = (decimal(row.get(name)) for name in ("value", "at_least", "at_most"))
    if value is None:
        return False
    near = [bound for bound in (least, most) if bound is not None]
    return bool(near) and min(near, key=lambda bound: abs(bound - value)) != 0


def _limit_currency(case: Case, row: Record) -> str:
    """Return the currency of a limit that is an amount of one funder, "" for others."""
    owner = case.funders.get(row.get("owner", ""))
    return owner.currency if owner and row.get("family") in ("budgets", "commitments", "tickets") else ""
