"""The single changes that may bring an initiative in, or make it leave: what `why` tries, each counted in steps.

A step is a thousandth of what stands there, or one period, or one of what is counted. A way says how far it is tried:

    to bring it in   its value to ten times, its cost to nothing, its dates to the ends of the horizon, its durations
                     to one period; budgets that may pay it to twice what they are, other limits to twice or nothing
    to make it leave its value to nothing, its cost to ten times, the budgets that pay it to what is reserved in them
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from ..inputs.case import Case
from ..inputs.change import Change, Op
from ..inputs.levers import Lever, levers, money_unit
from ..inputs.payers import Payers
from ..inputs.tables import CriterionRow, EligibilityRow, MilestoneRow
from ..inputs.windows import never_done
from ..models.eligibility import Eligibility
from ..models.windows import windows
from ..results.plan import Run
from ..results.sensitivity_tables import exact
from .portfolio import RELAXING, room_of

STEP = Decimal("0.001")  # of what stands there
TIMES = 9  # how often its own value or cost may be added to itself
DATES = {
    "earliest_start": "earliest start of {}/{}",
    "latest_start": "latest start of {}/{}",
    "deadline": "deadline of {}/{}",
}
Cell = tuple[str, str, Mapping[str, object]]  # table, column, where


@dataclass(frozen=True)
class Way:
    """One kind of single change: steps 1 to `most`, each a bit more of it in the direction of `sign`.

    `cells` are what changes together, `row` as a spreadsheet shows it where it is one (0: none). `base` is what stands
    there in `unit`, or the label of a period. `op` tells whether a step is a share (multiply), a whole number (add) or
    another word (set, to `word`). `own`: plans without the initiative do not depend on it. `steady`: where so many
    steps do not turn it, fewer do not either (windows only widen; the best value with it is a convex function of its
    value, and falls with it where no value is negative).
    """

    kind: str
    cells: tuple[Cell, ...]
    row: int
    owner: str
    words: str
    unit: str
    base: Decimal | str
    op: Op
    sign: int
    most: int
    own: bool
    word: str = ""
    steady: bool = False

    def changes(self, steps: int) -> tuple[Change, ...]:
        """Return the changes of a number of steps, as `--set` takes them."""
        number = 1 + self.sign * steps * STEP if self.op == "multiply" else Decimal(self.sign * steps)
        value: object = self.word if self.op == "set" else Decimal(exact(number))
        return tuple(Change(table, column, self.op, value, where) for table, column, where in self.cells)

    def needed(self, case: Case, steps: int) -> Decimal | str:
        """Return what stands there after so many steps."""
        if self.op == "set":
            return self.word
        if isinstance(self.base, str):
            return case.label(case.period(self.base) + self.sign * steps)
        return self.base * (1 + self.sign * steps * STEP) if self.op == "multiply" else self.base + self.sign * steps


def entering(case: Case, initiative: str) -> list[Way]:
    """Return the ways that may bring an initiative in, its own first."""
    if case.initiatives[initiative].status == "excluded":
        return [_status(initiative, "excluded", own=True)]
    own = [*_worth(case, initiative, 1), *_cost(case, initiative, -1), *_dates(case, initiative)]
    payers = paying(case, initiative)
    limits = levers(case, tuple(RELAXING))
    budgets = [lever for lever in limits if lever.kind == "budget" and (lever.owner, lever.where["cycle"]) in payers]
    names = {funder for funder, _ in payers}
    rules = [v for v in limits if v.kind != "budget" and (v.table not in ("funders", "budgets") or v.owner in names)]
    found = (_limit(case, lever, RELAXING[lever.kind]) for lever in (*budgets, *rules))
    return [*own, *(way for way in found if way is not None)]


def leaving(case: Case, run: Run, initiative: str) -> list[Way]:
    """Return the ways that may make a funded initiative leave, its own first; none where the past keeps it in."""
    status = case.initiatives[initiative].status
    if status == "mandatory":
        return [_status(initiative, status, own=False)]
    if kept_in(case, initiative):
        return []
    assert run.plan is not None
    rows = run.plan.tables["funding"]
    rows = rows[rows["initiative"] == initiative]
    pays = {(str(f), case.period(str(t))) for f, t in zip(rows["funder"], rows["period"], strict=True)}
    cycles = {(f, cycle.name) for f, t in pays for cycle in case.cycles[f] if t in cycle.periods}
    found = [
        _limit(case, lever, "less")
        for lever in levers(case, ("budget",))
        if (lever.owner, lever.where["cycle"]) in cycles
    ]
    own = [*_worth(case, initiative, -1), *_cost(case, initiative, 1)]
    return [*own, *(way for way in found if way is not None)]


def _status(initiative: str, now: str, own: bool) -> Way:
    """Return the way of making it a candidate."""
    cell = "initiatives", "status", {"initiative": initiative}
    words = f"status of {initiative}"
    return Way("status", (cell,), 0, initiative, words, "", now, "set", 1, 1, own, "candidate")


def _worth(case: Case, initiative: str, sign: int) -> Iterator[Way]:
    """Yield the way of its value, that of all its milestones together, where the goal or a rule counts it."""
    objective = case.settings.objective
    if objective.goal != "value" and not objective.required_value:
        return
    where: dict[str, object] = {"initiative": initiative}
    steps = case.milestones[initiative]
    cells: list[Cell] = []
    if any(step.value for step in steps):
        cells.append(("milestones", "value", where))
    scored = {step.milestone for step in steps if step.value is None}
    rows = [row for row in case.rows(CriterionRow) if row.initiative == initiative and row.milestone in scored]
    if any(row.score for row in rows):
        cells.append(("criteria", "score", where))
    base = sum((case.value(initiative, step.milestone) for step in steps), Decimal(0))
    if cells:
        most = round((TIMES if sign > 0 else 1) / STEP)
        steady = sign > 0 or all(
            number >= 0 for number in (*(step.value or 0 for step in steps), *(r.score for r in rows))
        )
        words = f"value of {initiative}"
        yield Way(
            "value", tuple(cells), 0, initiative, words, "points", base, "multiply", sign, most, True, steady=steady
        )


def _cost(case: Case, initiative: str, sign: int) -> Iterator[Way]:
    """Yield the way of its cost, that of all its milestones together."""
    base = sum((step.cost for step in case.milestones[initiative]), Decimal(0))
    cell = "milestones", "cost", {"initiative": initiative}
    if base:
        most = round((TIMES if sign > 0 else 1) / STEP)
        unit, words = money_unit(case, case.initiatives[initiative].currency), f"cost of {initiative}"
        yield Way("cost", (cell,), 0, initiative, words, unit, base, "multiply", sign, most, True)


def _dates(case: Case, initiative: str) -> Iterator[Way]:
    """Yield the ways of its dates and durations, one cell each."""
    rows = {(row.initiative, row.milestone): n for n, row in enumerate(case.rows(MilestoneRow), start=2)}
    for step in case.milestones[initiative]:
        names = initiative, step.milestone
        where = {"initiative": initiative, "milestone": step.milestone}
        for column, words in DATES.items():
            label = getattr(step, column)
            sign = -1 if column == "earliest_start" else 1
            most = 0 if label is None else case.period(label) - 1 if sign < 0 else case.T - case.period(label)
            if most > 0:
                cell = "milestones", column, where
                told = words.format(*names)
                given = rows[names], initiative, told, "periods", label
                yield Way("date", (cell,), *given, "add", sign, most, True, steady=True)
        if step.duration > 1:
            cell, told = ("milestones", "duration", where), f"duration of {initiative}/{step.milestone}"
            base, most = Decimal(step.duration), step.duration - 1
            yield Way("duration", (cell,), rows[names], initiative, told, "periods", base, "add", -1, most, True)
    sunset = case.initiatives[initiative].sunset
    if sunset is not None and case.period(sunset) < case.T:
        cell, most = ("initiatives", "sunset", {"initiative": initiative}), case.T - case.period(sunset)
        told = f"sunset of {initiative}"
        yield Way("date", (cell,), 0, initiative, told, "periods", sunset, "add", 1, most, True, steady=True)


def _limit(case: Case, lever: Lever, direction: str) -> Way | None:
    """Return the way of a limit that gives more room (or less), None where it cannot go that way."""
    sign = 1 if direction == "more" else -1
    room = room_of(case, lever, direction)
    room = abs(lever.base) if room is None else min(room, abs(lever.base))
    op: Op = "add" if lever.whole else "multiply"
    if lever.whole:
        most = int(room) if sign < 0 else max(len(case.initiatives) - int(lever.base), 0)
    else:
        most = int((room / abs(lever.base) / STEP).to_integral_value(ROUND_FLOOR))
    sign = sign if lever.base > 0 or op == "add" else -sign
    cell = lever.table, lever.column, lever.where
    given = lever.row, lever.owner, lever.words, lever.unit, lever.base, op, sign, most, False
    return Way(lever.kind, (cell,), *given) if most > 0 else None


def paying(case: Case, initiative: str) -> frozenset[tuple[str, str]]:
    """Return the (funder, cycle) that may pay an initiative when it can be under way."""
    rules, at = Eligibility(case), windows(case)
    first, last = case.T, 1
    for step in case.milestones[initiative]:
        window = at.get((initiative, step.milestone), range(1, case.T + 1))
        first, last = min(first, window[0]), max(last, window[-1] + len(case.profile(initiative, step.milestone)) - 1)
    funders = {f for line in Payers(case).lines(initiative) for f in rules.payers(*line)}
    return frozenset(
        (funder, cycle.name)
        for funder in funders
        for cycle in case.cycles[funder]
        if cycle.first <= last and cycle.last >= first
    )


def kept_in(case: Case, initiative: str) -> str:
    """Return why no plan can ever leave an initiative out, as far as its status or the past tells; else empty."""
    if case.initiatives[initiative].status == "mandatory":
        return "it is mandatory"
    approved = case.approved
    if approved is not None and any(name == initiative for name, _ in approved.begun):
        return f"it has begun before {approved.frozen_until}"
    return ""


def unfundable(case: Case, initiative: str) -> str:
    """Return why no plan can ever fund an initiative, as far as its own rows and its payers tell; else empty."""
    row, steps = case.initiatives[initiative], case.milestones[initiative]
    if row.status == "excluded":
        return "its status is excluded"
    wanted = steps if row.complete or row.status == "mandatory" else steps[:1]
    dead = never_done(case)
    for step in wanted:
        if (initiative, step.milestone) in dead:
            return f"milestone {step.milestone}: {dead[initiative, step.milestone]}"
    unpaid = Payers(case).unpaid(initiative, frozenset(step.stage for step in wanted if step.cost > 0))
    return "; ".join(_nobody(case, *line) for line in unpaid)


def _nobody(case: Case, initiative: str, stage: str, party: str) -> str:
    """Say of a line that nobody can pay which rules keep those from it who would."""
    part = f"the part of {party}" if party else "the common pot"
    able = [
        f for f, row in case.funders.items() if row.kind != "matching" and (not party or row.party in (None, "", party))
    ]
    barred = sorted({name for funder in able for name in _bars(case, funder, initiative, stage, party)})
    why = f" ({'; '.join(barred)})" if barred else " (no funder of its own with a budget)"
    return f"nobody can pay {part} in stage {stage}{why}"


def _bars(case: Case, funder: str, initiative: str, stage: str, party: str) -> Iterator[str]:
    """Yield the rules that keep a funder from a line: red lines that cover it, and what it is confined to."""
    owners = {party} if party else set(case.shares.get(initiative, {}))
    for rule in case.rows(EligibilityRow):
        if funder not in case.select_funders(rule.funders):
            continue
        meant = initiative in case.select_initiatives(rule.initiatives) and rule.stage in ("", stage)
        meant = meant and (not rule.parties or bool(case.select_parties(rule.parties) & owners))
        if not rule.allow and meant:
            yield f"red line '{rule.rule}' for {funder}"
        elif rule.allow and not meant:
            yield f"{funder} pays only what '{rule.rule}' allows"
