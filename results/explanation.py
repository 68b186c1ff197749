"""Why there is no plan, and what would restore one: conflicts of rules, repairs, and the files they are written to.

A rule is named as the ministry wrote it: in words, with its owner and the cells in which it stands (file, row as a
spreadsheet numbers it, column). A conflict is a set of rules that no plan keeps together; where it is proved minimal,
without any one of them a plan keeps the others. A repair is a set of changes after which a plan exists. Source:
results.md, "Sensitivity tables say what they are".
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..inputs.change import Change
from ..inputs.faults import Fault, UsageError
from ..inputs.scenarios import Scenario, scenarios_text
from .complete import complete, refuse_taken

JSON, TEXT, SCENARIO = "explanation.json", "explanation.txt", "repair.toml"
FILES = frozenset((JSON, TEXT, SCENARIO))
INFEASIBLE, FEASIBLE, NO_PLAN = "infeasible", "feasible", "no_plan"
PROVED = 0.99  # part of a repair's total below which there may be none for it to be called the cheapest
LISTED = 12  # rules of one list that are shown as text


@dataclass(frozen=True)
class Rule:
    """A rule of the case: its family, what it is called, whose it is, and the cells in which it stands.

    `rows` are numbered as a spreadsheet does (the header is row 1), `value` is what the cells say, in `unit`; `book` is
    the workbook in which the table is a sheet, empty where the case is a folder.
    """

    family: str
    words: str
    owner: str
    table: str
    rows: tuple[int, ...]
    column: str
    value: str
    unit: str = ""
    book: str = ""

    @property
    def file(self) -> str:
        """Return the file, or the workbook with its sheet; empty for what a re-plan was asked for."""
        if self.book and self.table:
            return f"{self.book}, sheet {self.table}"
        return f"{self.table}.{'toml' if self.table == 'case' else 'csv'}" if self.table else ""

    @property
    def place(self) -> str:
        """Return file, rows and column in words, as faults name them."""
        if not self.table:
            return "asked of the re-plan"
        rows = f", row{'s' if len(self.rows) > 1 else ''} {listed(self.rows)}" if self.rows else ""
        return f"{self.file}{rows}, {self.column}"

    def __str__(self) -> str:
        """Return the rule in one line."""
        said = " ".join(part for part in (self.value, self.unit) if part)
        return f"{self.words}{f': {said}' if said else ''} ({self.place})"

    def as_dict(self) -> dict[str, object]:
        """Return it for JSON; `cells` are the cells to change."""
        place = {"file": self.book, "sheet": self.table} if self.book else {"file": self.file}
        cells = [{**place, "row": row, "column": self.column} for row in self.rows or (None,)]
        told = {"family": self.family, "rule": self.words, "owner": self.owner, "table": self.table}
        return {**told, "value": self.value, "unit": self.unit, "cells": cells if self.table else []}


def listed(rows: Sequence[object]) -> str:
    """Return some row numbers in words."""
    shown = [str(row) for row in rows[:LISTED]]
    if len(rows) > LISTED:
        return f"{', '.join(shown)} and {len(rows) - LISTED} more"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


@dataclass(frozen=True)
class Conflict:
    """Rules that no plan keeps together; `proved` when without any one of them a plan keeps the others."""

    rules: tuple[Rule, ...]
    proved: bool = True

    def lines(self) -> Iterator[str]:
        """Yield it as text."""
        if not self.rules:
            yield "no rule of the tables can be blamed: what is fixed already leaves no plan"
            return
        many = len(self.rules) > 1
        if self.proved:
            yield "these rules cannot hold together:" if many else "this rule cannot hold, whatever the others say:"
        else:
            yield f"these {len(self.rules)} rules contain a conflict, not proved minimal:"
        shown = self.rules if self.proved else self.rules[:LISTED]
        yield from (f"  - {rule}" for rule in shown)
        if len(shown) < len(self.rules):
            yield f"  and {len(self.rules) - len(shown)} more"

    def as_dict(self) -> dict[str, object]:
        """Return it for JSON."""
        return {"minimal": self.proved, "rules": [rule.as_dict() for rule in self.rules]}


@dataclass(frozen=True)
class Step:
    """One rule that gives, and how: the changes of a scenario.

    `words` say it as an instruction, with the cells. `share` is the change relative to what stands there (None: the
    rule is given up), `amount` the change in the rule's unit.
    """

    rule: Rule
    words: str
    changes: tuple[Change, ...] = ()
    amount: str = ""
    share: float | None = None

    def as_dict(self) -> dict[str, object]:
        """Return it for JSON; `set` has the changes as `--set` takes them."""
        sets = [str(change) for change in self.changes]
        told = {"words": self.words, "set": sets}
        return {**self.rule.as_dict(), **told, "change": self.amount, "relative_change": self.share}


def changes_of(steps: Iterable[Step]) -> tuple[Change, ...]:
    """Return the changes of some steps, each once: rows of two rules that give way are removed once."""
    changes = (change for step in steps for change in step.changes)
    return tuple({str(change): change for change in changes}.values())


@dataclass(frozen=True)
class Repair:
    """Changes after which a plan exists: proved by a plan of the changed case.

    `total` is the sum of the relative changes that was minimised, a rule given up counting 1. `to_the_cent` tells
    whether the plan was also rounded to minor units and verified. `least` is proved: a hundredth less of its amounts
    does not suffice.
    """

    steps: tuple[Step, ...]
    total: float
    to_the_cent: bool = False
    least: bool = True

    @property
    def changes(self) -> tuple[Change, ...]:
        """Return the changes of all steps."""
        return changes_of(self.steps)

    def as_dict(self) -> dict[str, object]:
        """Return it for JSON."""
        told = {"total_relative_change": self.total, "verified_to_the_cent": self.to_the_cent, "least": self.least}
        return {"steps": [step.as_dict() for step in self.steps], **told}


@dataclass(frozen=True)
class Shortfall:
    """A rule that the best attempt broke, and by how much, as a share of what it says (None: it is no number)."""

    rule: Rule
    share: float | None

    def __str__(self) -> str:
        """Return it in one line."""
        return str(self.rule) if self.share is None else f"{self.rule}: broken by {self.share:.2%}"

    def as_dict(self) -> dict[str, object]:
        """Return it for JSON."""
        return {**self.rule.as_dict(), "broken_by": self.share}


@dataclass(frozen=True)
class Explanation:
    """Why a case has no plan: `status` infeasible (proved), feasible (there is one) or no_plan (nobody knows).

    `conflicts` share no rule. `repairs`: the cheapest, then alternatives to it. `unsatisfied`: with no_plan, what the
    best attempt broke. `contradictions` are what `check` tells, `note` what a re-plan keeps that may be the reason.
    `complete` tells that the time sufficed, so that without the rules of the conflicts a plan exists; with no_plan, to
    see what stands in the way.
    `relaxable` names the families that `--relax` could add where limits and floors alone give no repair. No repair of
    what may give has a total below `least`; `unsought` alternatives were not looked for, as time did not allow.
    """

    case: str
    status: str
    conflicts: tuple[Conflict, ...] = ()
    repairs: tuple[Repair, ...] = ()
    unsatisfied: tuple[Shortfall, ...] = ()
    contradictions: tuple[Fault, ...] = ()
    note: str = ""
    complete: bool = True
    relaxable: tuple[str, ...] = ()
    seconds: float = 0.0
    least: float = 0.0
    unsought: int = 0

    @property
    def cheapest(self) -> bool:
        """Tell whether no repair is cheaper than the first by more than a hundredth, as far as is proved."""
        return bool(self.repairs) and self.least >= PROVED * self.repairs[0].total

    def lines(self) -> Iterator[str]:
        """Yield the explanation as text."""
        if self.status == FEASIBLE:
            yield f"A plan keeps every rule of {self.case}; there is nothing to explain."
            return
        if self.status == NO_PLAN:
            yield from self._unknown()
            return
        yield f"No plan keeps every rule of {self.case}."
        yield from ([self.note] if self.note else [])
        yield from (str(fault) for fault in self.contradictions)
        for number, conflict in enumerate(self.conflicts, start=1):
            first, *others = conflict.lines()
            yield f"Conflict {number}: {first}" if len(self.conflicts) > 1 else f"{first[0].upper()}{first[1:]}"
            yield from others
        if self.conflicts and not self.complete:
            yield "The search for further conflicts was cut short."
        yield from self._repairs()

    def _unknown(self) -> Iterator[str]:
        yield f"No plan of {self.case} was found in the time given; that there is none is not proved."
        if self.unsatisfied:
            yield "The search could not satisfy these rules:"
            yield from (f"  - {shortfall}" for shortfall in self.unsatisfied[:LISTED])
            more = len(self.unsatisfied) - LISTED
            yield from ([f"  and {more} more"] if more > 0 else [])
        elif self.complete:
            yield "No rule was seen that cannot be satisfied: it may only need more time (--time-limit)."
        else:
            yield "Nor was there time to see which rules stand in the way: give it more (--time-limit)."

    def _repairs(self) -> Iterator[str]:
        for number, repair in enumerate(self.repairs):
            first = "Cheapest repair:" if self.cheapest else "Cheapest repair found (a cheaper one may exist):"
            yield "Or instead:" if number else first
            yield from (f"  - {step.words}" for step in repair.steps)
            if not repair.least:
                yield "  (it suffices; whether less would is not proved)"
        if self.unsought and self.repairs:
            yield f"Other repairs were not looked for, to answer soon; to do so: --alternatives {self.unsought}"
        if not self.repairs and self.conflicts:
            tried = "No change of limits and floors alone was found that restores a plan."
            if not self.complete:
                tried = "In the time given no change of limits and floors was found that restores a plan."
            more = "".join(f" --relax {name}" for name in self.relaxable)
            yield f"{tried} What else may give:{more}" if more else tried

    def __str__(self) -> str:
        """Return the explanation as text."""
        return "\n".join(self.lines())

    def as_dict(self) -> dict[str, object]:
        """Return the explanation for JSON."""
        return {
            "case": self.case,
            "status": self.status,
            "text": str(self),
            "conflicts": [conflict.as_dict() for conflict in self.conflicts],
            "repairs": [repair.as_dict() for repair in self.repairs],
            "cheapest_proved": self.cheapest,
            "least_total_relative_change": self.least,
            "alternatives_not_sought": self.unsought,
            "unsatisfied": [shortfall.as_dict() for shortfall in self.unsatisfied],
            "contradictions": [fault.as_dict() for fault in self.contradictions],
            "complete": self.complete,
            "relaxable": list(self.relaxable),
            "seconds": self.seconds,
        }

    def renamed(self, case: str) -> "Explanation":
        """Return the explanation under another name of the case."""
        return replace(self, case=case)

    def scenario(self, number: int = 0, name: str = "repair", before: Sequence[Change] = ()) -> str:
        """Return a repair as the text of a scenarios.toml, after the changes of a what-if; 0 is the cheapest.

        UsageError where there is none.
        """
        if number >= len(self.repairs):
            raise UsageError("there is no repair to write")
        return scenarios_text([Scenario(name, (*before, *self.repairs[number].changes))])

    def write(self, path: str | Path, force: bool = False, before: Sequence[Change] = ()) -> Path:
        """Write explanation.json, explanation.txt and, where there is a repair, repair.toml into a folder.

        The scenario begins with the changes made `before`, those of a what-if.
        """
        folder = Path(path)
        refuse_explanation(folder, force)
        with complete(folder) as temporary:
            text = json.dumps(self.as_dict(), indent=2, ensure_ascii=False) + "\n"
            (temporary / JSON).write_text(text, encoding="utf-8")
            (temporary / TEXT).write_text(f"{self}\n", encoding="utf-8")
            if self.repairs:
                (temporary / SCENARIO).write_text(self.scenario(before=before), encoding="utf-8", newline="\n")
        return folder


def refuse_explanation(path: Path, force: bool) -> None:
    """Raise UsageError when `path` is there already and may not be replaced (see `refuse_taken`)."""
    refuse_taken(path, force, "a folder of an explanation", lambda folder: _ours(folder))


def _ours(folder: Path) -> bool:
    names = {file.name for file in folder.iterdir()}
    return JSON in names and names <= FILES
