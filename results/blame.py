"""Which cell of a case makes the past of a re-plan another one than was approved, and what to do instead.

Where the case that was approved is known, it is compared cell by cell. Else the amounts tell: another cost of a
milestone, another duration, another spread over periods (cost profile), over parties (shares), or between currencies
(reference rates). Source: model.md, rules 4 and 14.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ..inputs.accessors import Facts
from ..inputs.approved import Approved
from ..inputs.approved_rules import milestone_rows
from ..inputs.case import Case
from ..inputs.tables import CostProfileRow, InitiativeRow, ShareRow
from .decisions import LineKey, Milestone
from .ledger import half_up, line_currency, milestone_due

Cells = Mapping[tuple[LineKey, int], tuple[int, int]]  # what was approved and what would be now, in minor units
NEW_STEP = "leave it as it was, and add what changes as a new milestone"
NEW_WORK = "leave it as it was, and put what is still to come into a new initiative"
NEW_RATE = "leave the reference rate as it was, and put today's rates into rates.csv"
CLOSE = Fraction(1, 10**4)  # ratios of rounded amounts that are nearer than that are the same


@dataclass(frozen=True)
class Blame:
    """A cell that changed: what it says now, what it said (empty: not known), and the remedy."""

    file: str
    row: int | None
    column: str
    value: str
    was: str
    remedy: str


def blamed(case: Case, approved: Approved, factors: Mapping[str, Any], name: str, cells: Cells) -> list[Blame]:
    """Return the cells of the case that account for the `cells` of an initiative that are not as approved."""
    steps = [key for key in approved.begun if key[0] == name]
    found = [] if approved.before is None else list(_compared(case, approved.before, name, steps, cells))
    return found or _inferred(case, approved, factors, steps, cells)


def _compared(case: Case, before: Facts, name: str, steps: list[Milestone], cells: Cells) -> Iterator[Blame]:
    """Yield what differs from the approved case where it decides what an initiative costs whom and when."""
    for column in ("unit", "currency"):
        now, was = (str(getattr(facts.settings, column)) for facts in (case, before))
        if now != was:
            yield Blame("case.toml", None, column, now, was, "leave it as it was")
    now_row, was_row = case.initiatives[name], before.initiatives.get(name)
    if was_row is None:
        return
    if now_row.currency != was_row.currency:
        place = "initiatives.csv", _initiative_row(case, name), "currency"
        yield Blame(*place, now_row.currency, was_row.currency, NEW_WORK)
    if now_row.escalation != was_row.escalation:
        place = "initiatives.csv", _initiative_row(case, name), "escalation"
        yield Blame(*place, f"{now_row.escalation:f}", f"{was_row.escalation:f}", NEW_WORK)
    elif now_row.escalation and case.label(1) != before.label(1):
        yield Blame("case.toml", None, "first_period", case.label(1), before.label(1), "leave it as it was")
    for key in steps:
        yield from _step(case, before, key)
    if case.pot(name) == "virtual":
        yield from _shares(case, before, name)
        for currency in dict.fromkeys([now_row.currency, *(line_currency(case, name, line[2]) for line, _ in cells)]):
            known = currency == before.base or currency in before.currencies
            if known and case.reference_rate(currency) != before.reference_rate(currency):
                yield _rate(case, currency, f"{before.reference_rate(currency):f}")


def _step(case: Case, before: Facts, key: Milestone) -> Iterator[Blame]:
    """Yield what differs of a milestone: its cost, how long it takes, when its cost falls due."""
    now, was = case.milestone[key], before.milestone.get(key)
    if was is None:
        return
    row = milestone_rows(case)[key]
    if now.cost != was.cost:
        yield Blame("milestones.csv", row, "cost", f"{now.cost:f}", f"{was.cost:f}", NEW_STEP)
    if case.profile(*key) != before.profile(*key):
        mine, theirs = _profile(case, key), _profile(before, key)
        if not mine and not theirs:
            yield Blame("milestones.csv", row, "duration", str(now.duration), str(was.duration), NEW_STEP)
            return
        changed = [offset for offset in mine if mine[offset][1] != theirs.get(offset, (0, None))[1]]
        for offset in changed or list(mine)[:1]:
            was_text = theirs[offset][1] if offset in theirs else ""
            yield Blame("cost_profile.csv", mine[offset][0], "share", mine[offset][1], was_text, NEW_STEP)
        if not mine:
            yield Blame("cost_profile.csv", None, "share", "/".join(key), "", NEW_STEP)


def _profile(facts: Facts, key: Milestone) -> dict[int, tuple[int, str]]:
    """Return {offset: (row, share)} of a milestone in cost_profile.csv."""
    rows = enumerate(facts.rows(CostProfileRow), start=2)
    return {r.offset: (n, f"{r.share:f}") for n, r in rows if (r.initiative, r.milestone) == key}


def _shares(case: Case, before: Facts, name: str) -> Iterator[Blame]:
    """Yield the shares of an initiative that differ."""
    mine, theirs = (
        {r.party: (n, r.share) for n, r in enumerate(facts.rows(ShareRow), start=2) if r.initiative == name}
        for facts in (case, before)
    )
    for party, (row, share) in mine.items():
        was = theirs[party][1] if party in theirs else None
        if was is None or was != share:
            yield Blame("shares.csv", row, "share", f"{share:f}", "" if was is None else f"{was:f}", NEW_WORK)
    for party in theirs.keys() - mine.keys():
        yield Blame("shares.csv", None, "party", party, f"{theirs[party][1]:f}", NEW_WORK)


def _rate(case: Case, currency: str, was: str = "") -> Blame:
    row = next((n for n, name in enumerate(case.currencies, start=2) if name == currency), None)
    return Blame("currencies.csv", row, "rate", f"{case.reference_rate(currency):f}", was, NEW_RATE)


def _initiative_row(case: Case, name: str) -> int:
    return next(n for n, row in enumerate(case.rows(InitiativeRow), start=2) if row.initiative == name)


def _inferred(
    case: Case, approved: Approved, factors: Mapping[str, Any], steps: list[Milestone], cells: Cells
) -> list[Blame]:
    """Return what the amounts themselves tell about the cell that changed."""
    rows, written = milestone_rows(case), {(r["initiative"], r["milestone"]): r for r in approved.schedule}
    dearer, longer = [], []
    for key in steps:
        due = milestone_due(case, factors, *key, approved.starts[key], approved.levels[key])
        unit = 10 ** case.minor_digits(case.initiatives[key[0]].currency)
        if half_up(sum(due.values(), Fraction(0)) * case.unit * unit) != Fraction(written[key]["cost"]) * unit:
            dearer.append(Blame("milestones.csv", rows[key], "cost", f"{case.milestone[key].cost:f}", "", NEW_STEP))
        finish = case.label(approved.starts[key] + case.milestone[key].duration - 1)
        if finish != written[key]["finish"] and not _profile(case, key):
            duration = str(case.milestone[key].duration)
            longer.append(Blame("milestones.csv", rows[key], "duration", duration, "", NEW_STEP))
    if dearer or longer:
        return dearer or longer
    return _spread(case, approved, steps, cells)


def _spread(case: Case, approved: Approved, steps: list[Milestone], cells: Cells) -> list[Blame]:
    """Return what spreads the same cost otherwise: over periods, between currencies, or over parties."""
    name = steps[0][0] if steps else next(iter(cells))[0][0]
    by_period: dict[object, list[Fraction]] = {}
    by_currency: dict[object, list[Fraction]] = {}
    for (line, t), (was, now) in cells.items():
        ratio = Fraction(now, was) if was else Fraction(0)
        by_period.setdefault(t, []).append(ratio)
        by_currency.setdefault(line_currency(case, name, line[2]), []).append(ratio)
    own = case.initiatives[name].currency
    if own not in by_currency and all(max(r) - min(r) <= CLOSE for r in by_currency.values()):
        return [_rate(case, str(c) if c != case.base else own) for c in by_currency]
    rows = [(n, r) for n, r in enumerate(case.rows(ShareRow), start=2) if r.initiative == name]
    parties = {line[2] for line, _ in cells}
    if any(max(r) - min(r) > CLOSE for r in by_period.values()):
        return [Blame("shares.csv", n, "share", f"{r.share:f}", "", NEW_WORK) for n, r in rows if r.party in parties]
    for key in steps:
        for offset, (row, share) in _profile(case, key).items():
            if approved.starts[key] + offset in by_period:
                return [Blame("cost_profile.csv", row, "share", share, "", NEW_STEP)]
    return [Blame("cost_profile.csv", None, "share", "/".join(steps[0] if steps else (name,)), "", NEW_STEP)]
