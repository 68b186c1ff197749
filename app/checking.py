"""The commands that look without solving: `check` a case, `verify` a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from ..inputs.faults import Fault, InputError, UsageError
from ..inputs.read import read_case
from ..inputs.scenarios import FILE as SCENARIOS
from ..inputs.tables import CurrencyRow
from .console import Talk
from .ending import RECOMPUTED
from .exits import Exit
from .faultlist import as_json, fault_tables
from .folders import case_path, stem_of
from .money import Money

if TYPE_CHECKING:
    from rich.table import Table

    from ..inputs.case import Case
    from ..results.verify import Audit

SHOWN_FAULTS = 40
TRIED_SCENARIOS = 500  # by `check`, as a whole; every single change is tried whenever a case is read
# Families whose rows are equalities, or meet a bound of nothing as a matter of course: that they bind says nothing.
NEVER_BINDING = ("milestones", "cover", "eligibility", "currency", "accounts")
NO_PLAN = "there is no plan to verify"


def check_case(talk: Talk, text: str, copy: Path | None = None, force: bool = False) -> int:
    """Report all faults and warnings of a case, and what it contains when it has no fault.

    Those of a workbook are also marked in a `copy` of it.
    """
    path = case_path(text)
    if copy is not None:
        _refuse_copy(path, copy, force)
    try:
        with talk.waiting(f"reading {stem_of(path)}"):
            case = read_case(path)
            faults = scenarios_that_fail(case)
        if faults:
            raise InputError([*faults, *case.warnings])
    except InputError as error:
        _show_faults(talk, error)
        _write_copy(talk, path, error.faults, copy, force)
        return Exit.INVALID_INPUT
    _write_copy(talk, path, case.warnings, copy, force)
    if talk.wants_json:
        talk.data(as_json(case.warnings))
    else:
        talk.show(*fault_tables(case.warnings), summary_table(case))
        talk.show(f"no faults{_and_warnings(len(case.warnings))}")
    return Exit.DONE


def _refuse_copy(path: Path, copy: Path, force: bool) -> None:
    from ..inputs.workbook_annotate import refuse_copy

    if path.is_dir():
        raise UsageError(f"--annotate marks the faults of a workbook; {path} is a folder")
    refuse_copy(path, copy, force=force)


def _write_copy(talk: Talk, path: Path, faults: Sequence[Fault], copy: Path | None, force: bool) -> None:
    """Write the copy of a workbook with its faults marked; without faults, or of what is no workbook, there is none."""
    from ..inputs.workbook_annotate import annotate

    if copy is None:
        return
    if not faults:
        talk.log.info(f"nothing to mark; {copy} was not written", "copy")
        return
    try:
        lost = annotate(path, faults, copy, force=force)
    except InputError:
        talk.log.warning(f"{path} cannot be opened, so there is no copy to mark its faults in", "copy")
        return
    talk.log.info(f"marked in a copy: {copy}", "copy")
    if lost:
        talk.log.warning(f"the copy lacks the {', '.join(lost)} of the workbook", "copy", lost=lost)


def scenarios_that_fail(case: Case) -> list[Fault]:
    """Return the faults that scenarios bring to a case that has none, as many scenarios as are read in a while."""
    faults: list[Fault] = []
    for scenario in case.scenarios[:TRIED_SCENARIOS]:
        try:
            case.apply(scenario.changes)
        except InputError as error:
            place = f"scenario '{scenario.name}'"
            told = (f"{each.expected}, in {each.source}" for each in error.faults)
            faults += [
                Fault(SCENARIOS, None, place, each.value, words, each.hint)
                for each, words in zip(error.faults, told, strict=True)
            ]
    return case.told(faults)


def _show_faults(talk: Talk, error: InputError) -> None:
    if talk.wants_json:
        talk.data(as_json(error.faults))
        return
    count = sum(fault.severity != "warning" for fault in error.faults)
    talk.show(*fault_tables(error.faults))
    talk.show(f"{count} fault{'s' if count != 1 else ''}{_and_warnings(len(error.faults) - count)}")


def _and_warnings(count: int) -> str:
    return f", {count} warning{'s' if count != 1 else ''}" if count else ""


def summary_table(case: Case) -> Table:
    """Return what a case contains: counts, horizon, and money by kind of funder in the base currency."""
    from rich.table import Table

    money = Money(case.base, case.unit)
    table = Table(show_header=False, box=None, title=case.settings.name, title_justify="left", title_style="bold")
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for label, text in _contents(case, money):
        table.add_row(label, text)
    return table


def _contents(case: Case, money: Money) -> list[tuple[str, str]]:
    statuses = Counter(row.status for row in case.initiatives.values())
    detail = ", ".join(f"{count} {status}" for status, count in sorted(statuses.items()))
    kinds = Counter(row.kind for row in case.funders.values())
    named = {funder.currency for funder in case.funders.values()}
    named |= {initiative.currency for initiative in case.initiatives.values()}
    named |= {row.currency for row in case.rows(CurrencyRow)}
    currencies = [case.base, *sorted(named - {case.base})]
    kind_text = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    own = appropriations(case)
    present = [f"{name} {len(rows)}" for name, rows in case.tables.items() if rows]
    return [
        ("initiatives", f"{len(case.initiatives)} ({detail})"),
        ("milestones", str(sum(len(rows) for rows in case.milestones.values()))),
        ("funders", f"{len(case.funders)} ({kind_text})"),
        ("parties", str(len(case.parties))),
        ("currencies", f"{len(currencies)} ({', '.join(currencies)})"),
        ("periods", f"{case.T}, {case.label(1)} to {case.label(case.T)}"),
        *((f"{kind} money", f"{money.text(amount)} {money.label} (after reserved)") for kind, amount in own.items()),
        ("cost of all", f"{money.text(total_cost(case))} {money.label} (before escalation)"),
        ("rows by table", ", ".join(present)),
    ]


def appropriations(case: Case) -> dict[str, Decimal]:
    """Return payments less what is reserved, by kind of funder, in `unit`s of the base currency."""
    totals: dict[str, Decimal] = {}
    for name, funder in case.funders.items():
        own = sum((cycle.payments - cycle.reserved for cycle in case.cycles[name]), Decimal(0))
        rate = case.reference_rate(funder.currency)
        totals[funder.kind] = totals.get(funder.kind, Decimal(0)) + own * rate
    return totals


def total_cost(case: Case) -> Decimal:
    """Return the cost of every milestone, in `unit`s of the base currency at reference rates."""
    return sum(
        (
            row.cost * case.reference_rate(case.initiatives[initiative].currency)
            for initiative, rows in case.milestones.items()
            for row in rows
        ),
        Decimal(0),
    )


def verify_run(talk: Talk, folder: Path) -> int:
    """Recompute every rule of a run folder and say which do not hold."""
    from ..results.verify import verify

    if not folder.is_dir():
        raise UsageError(f"no such run folder: {folder}")
    if not any((folder / mark).exists() for mark in ("summary.json", "manifest.json")):
        raise UsageError(f"{folder} is not a run folder: it has neither summary.json nor manifest.json")
    with talk.waiting(f"verifying {folder}"):
        result = verify(folder)
    if talk.wants_json:
        talk.data({"holds": result.holds, "faults": list(result.faults), "rows": len(result.rows)})
    else:
        _show_audit(talk, folder, result)
    return Exit.DONE if result.holds else Exit.NOT_VERIFIED


def _show_audit(talk: Talk, folder: Path, result: Audit) -> None:
    from rich import box
    from rich.table import Table

    if not result.rows and len(result.faults) == 1 and result.faults[0].startswith(NO_PLAN):
        talk.show(f"{folder}: {result.faults[0].removeprefix('there is ')}")
        return
    table = Table(box=box.SIMPLE_HEAD, title=f"{folder}, recomputed exactly", title_justify="left", show_edge=False)
    table.add_column("family")
    for heading in ("rows", "binding", "broken"):
        table.add_column(heading, justify="right")
    families = dict.fromkeys(row.family for row in result.rows)
    for family in families:
        rows = [row for row in result.rows if row.family == family]
        broken = sum(not row.holds for row in rows)
        limits = [row for row in rows if row.at_least is None or row.at_least != row.at_most]
        binding = "–" if family in NEVER_BINDING or not limits else str(sum(row.binding for row in limits))
        table.add_row(family, str(len(rows)), binding, str(broken or ""))
    talk.show(table)
    if result.holds:
        talk.show(f"holds: {len(result.rows):,} rule rows recomputed; {RECOMPUTED}")
        return
    talk.show(*result.faults[:SHOWN_FAULTS])
    more = len(result.faults) - SHOWN_FAULTS
    talk.show(*([f"… and {more} more"] if more > 0 else []))
    count = len(result.faults)
    talk.show(f"does not hold: {count} fault{'s' if count != 1 else ''}")
