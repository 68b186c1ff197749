"""Rules that a model keeps by leaving decisions out, put back as rows that can be lifted.

Dates and sunsets with one column for each period of delay (or of an earlier start), exclusion, red lines and what
funders are confined to; besides them limits on carry-over, precedence on a gate that is never passed, and what budgets
hold back: contingency and currency buffers.
"""

from collections import defaultdict

from ..inputs.tables import EligibilityRow, InitiativeRow, MilestoneRow, PrecedenceRow
from ..models.eligibility import Eligibility
from .giving_way import Builder
from .rules_of import Key, precedence_key


def _started(b: Builder, key: tuple[str, str], t: int) -> list[tuple[int, float]]:
    """Return `started[m,t]` as terms; none where it cannot have started by then."""
    window = b.model.layout.schedule.windows.get(key, range(0))
    if not window or t < window[0]:
        return []
    column = b.at(b.model.started[(*key, min(t, window[-1]))])
    return [] if column is None else [(column, 1.0)]


def dates(b: Builder) -> None:
    """Put back dates and sunsets: each period of delay (or of an earlier start) has a column."""
    case, T = b.case, b.case.T
    begun = case.approved.begun if case.approved is not None else {}
    for row in case.rows(MilestoneRow):
        key = row.initiative, row.milestone
        if key in begun:
            continue
        if row.earliest_start:
            first = case.period(row.earliest_start)
            for t in range(min(first - 1, T), 0, -1):
                _one_period(b, ("milestones", "earliest_start", key), first - t, _started(b, key, t))
        if row.latest_start:
            _no_later(b, ("milestones", "latest_start", key), key, case.period(row.latest_start))
        if row.deadline:
            _no_later(b, ("milestones", "deadline", key), key, case.period(row.deadline) - row.duration + 1)
    for initiative in case.rows(InitiativeRow):
        if initiative.sunset:
            for step in case.milestones[initiative.initiative]:
                place = (initiative.initiative, step.milestone)
                last = case.period(initiative.sunset) - case.paid_periods(*place) + 1
                _no_later(b, ("initiatives", "sunset", initiative.initiative), place, last)


def _no_later(b: Builder, key: Key, milestone: tuple[str, str], last: int) -> None:
    """Put back that a milestone starts in `last` at the latest."""
    window = b.model.layout.schedule.windows.get(milestone, range(0))
    if not window:
        return
    ever = _started(b, milestone, window[-1])
    for delay, t in enumerate(range(last, window[-1]), start=1):
        _one_period(b, key, delay, ever + [(column, -value) for column, value in _started(b, milestone, t)])


def _one_period(b: Builder, key: Key, number: int, terms: list[tuple[int, float]]) -> None:
    """Put back `terms ≤ 0`, unless the rule gives way by `number` periods."""
    if not terms or key not in b.given:
        return
    place = (*key, number)
    if place not in b.column_of:
        b.column_of[place] = b.column(key, 1.0, True)
    b.add([*terms, (b.column_of[place], -1.0)], 0.0)


def excluded(b: Builder) -> None:
    """Put back exclusion."""
    case = b.case
    begun = {i for i, _ in case.approved.begun} if case.approved is not None else set()
    for name, row in case.initiatives.items():
        key = ("initiatives", "status", name)
        if row.status == "excluded" and name not in begun:
            first = case.milestones[name][0].milestone
            terms = _started(b, (name, first), case.T)
            if terms:
                b.add([*terms, (b.shared(key), -1.0)], 0.0)


def gates(b: Builder) -> None:
    """Put back that nothing waits for the end of a gate that is never passed."""
    case = b.case
    for row in case.rows(PrecedenceRow):
        rule = case.resolve(row)
        if rule is not None and rule.type == "finish-start" and case.milestone[rule.pred_i, rule.pred_m].success == 0:
            place = ("precedence", "predecessor", precedence_key(case, row))
            terms = _started(b, (rule.succ_i, rule.succ_m), case.T)
            if terms and place in b.given:
                b.add([*terms, (b.shared(place), -1.0)], 0.0)


def bars(b: Builder) -> None:
    """Put back red lines, and what funders are confined to: what they would pay elsewhere is nothing."""
    case, rows = b.case, b.case.rows(EligibilityRow)
    if not rows:
        return
    known, pools = Eligibility(case), b.model.layout.pools.pools
    funders = [case.select_funders(row.funders) for row in rows]
    confined = {f for row, of in zip(rows, funders, strict=True) if row.allow for f in of}
    paid: dict[tuple[str, str], list[int]] = defaultdict(list)
    for (funder, pool, _), variable in b.model.layout.pay_of.items():
        column = b.at(variable)
        if column is not None:
            paid[funder, pool].append(column)
    met = {name: [n for n in known.met(*pool.lines[0].key) if n < len(rows)] for name, pool in pools.items()}
    for (funder, pool), columns in paid.items():
        spoken = [n for n in met[pool] if funder in funders[n]]
        keys: dict[Key, None] = {("eligibility", "bar", rows[n].rule): None for n in spoken if not rows[n].allow}
        if funder in confined and not any(rows[n].allow for n in spoken):
            keys["eligibility", "allow", funder] = None
        most = float(sum(b.program.upper[column] for column in columns))
        for key in keys:
            b.add([*((column, 1.0) for column in columns), (b.shared(key), -most)], 0.0)


def carried(b: Builder) -> None:
    """Put back the limits on what is carried over; they give way with the share and with the appropriation."""
    cycles = {(f, c.name): c for f, of in b.case.cycles.items() for c in of}
    for (funder, name), variable in b.model.carried.items():
        column, cycle = b.at(variable), cycles[funder, name]
        if column is None:
            continue
        scale, payments, share = b.program.column_scale[column], float(cycle.payments), float(cycle.carry_over)
        budget, carry = ("budgets", "payments", (funder, name)), ("budgets", "carry_over", (funder, name))
        size = b.given[budget].size
        by_share = [(b.shared(budget), -share * size / scale), (b.shared(carry), -share * payments / scale)]
        b.add([(column, 1.0), *by_share], share * payments / scale)
        b.add([(column, 1.0), (b.shared(budget), -size / scale)], (payments - float(cycle.reserved)) / scale)


def buffers(b: Builder) -> None:
    """Let budgets do without their contingency, and without their currency buffer, where those rules are lifted."""
    case, row_of = b.case, b.program.row_of
    for (funder, name), constraint in b.model.budget.items():
        row = row_of.get(constraint.name)
        share = float(case.funders[funder].contingency or 0)
        parts = [
            (("funders", "contingency", funder), [(v, share * c) for v, c in b.model.spent_in[funder, name]]),
            (("case", "buffer", ""), list(b.model.needed_in[funder, name])),
        ]
        for key, terms in parts:
            if row is None or key not in b.given:
                continue
            places = [(b.at(variable), value) for variable, value in terms]
            known = [(c, value * b.program.column_scale[c]) for c, value in places if c is not None and value]
            if known:
                relief = b.column(key, partly=True)
                b.entries.append((row, relief, -b.program.row_scale[row]))
                b.add([(relief, 1.0), *((c, -value) for c, value in known)], 0.0)
