"""Two runs side by side: what they seek and how sure it is, what was changed, what follows. Everything is B against A.

Source: results.md, sensitivity tables; the interval of the objective is that of a what-if.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from ..inputs.faults import UsageError
from .compare_asked import asked_tables
from .compare_goal import SAME, Effect, Side, effect, side
from .compare_inputs import InputChanges, input_changes
from .compare_money import Money, money
from .compare_plans import (
    CHANGES,
    InitiativeChange,
    LimitChange,
    Tables,
    initiative_changes,
    limit_changes,
)
from .compare_tables import TableDifference, compare_table, records
from .compare_trust import doubts
from .compare_units import Scales
from .plan import TABLES, Run
from .store import read_run

__all__ = ["Comparison", "compare"]


@dataclass(frozen=True)
class Comparison:
    """What differs between two runs; every difference is B − A.

    `effect` is about the objective, `inputs` about the two cases, `initiatives`, `money` and `limits` about what
    follows; `tables` holds every table side by side, by name, those of `sensitivity` where both runs have been asked.
    `notes` say what could not be compared and what does not tie.
    """

    a: Side
    b: Side
    effect: Effect
    inputs: InputChanges
    initiatives: tuple[InitiativeChange, ...]
    money: Money
    limits: tuple[LimitChange, ...]
    tables: dict[str, TableDifference] = field(repr=False)
    notes: tuple[str, ...]

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many initiatives are added, dropped, moved, resized and kept."""
        return {kind: sum(each.change == kind for each in self.initiatives) for kind in CHANGES}

    @property
    def same(self) -> bool:
        """Whether nothing that was compared differs."""
        tables = any(table.rows for table in self.tables.values())
        inputs = self.inputs.settings or self.inputs.cells or self.inputs.rows or self.inputs.approved
        return not tables and not inputs and self.a.objective == self.b.objective and self.a.bound == self.b.bound


@dataclass(frozen=True)
class Opened:
    """A run with the folder it was read from, None for one that was not."""

    run: Run
    folder: Path | None

    @property
    def name(self) -> str:
        """What the run is called: its folder, or its case."""
        return self.run.case.name if self.folder is None else str(self.folder)


def compare(run_a: Run | str | Path | Opened, run_b: Run | str | Path | Opened) -> Comparison:
    """Compare two runs, each a `Run` or the path of a run folder, and say what B has otherwise than A.

    Raises UsageError when a path is no run folder, InputError when a file of it cannot be read.
    """
    opened = [open_run(each) for each in (run_a, run_b)]
    runs = [each.run for each in opened]
    tables: list[Tables] = [
        {} if run.plan is None else {name: records(run.plan.tables.get(name)) for name in TABLES} for run in runs
    ]
    one, two = (
        side(each.name, each.run, doubts(each.run, each.folder, rows))
        for each, rows in zip(opened, tables, strict=True)
    )
    scales = Scales(runs[0].case, runs[1].case)
    inputs = input_changes(scales.a, scales.b)
    same_input = inputs.same and one.version == two.version and not one.doubts and not two.doubts
    found = effect(one, two, (scales.a, scales.b), same_input)
    asked, said = asked_tables([each.folder for each in opened], scales)
    return Comparison(
        a=one,
        b=two,
        effect=found,
        inputs=inputs,
        initiatives=initiative_changes(scales, *tables),
        money=money(scales, *tables),
        limits=limit_changes(scales, *tables) if one.has_plan and two.has_plan else (),
        tables=_tables(runs, scales) | asked,
        notes=(*_notes(one, two, found, inputs), *scales.notes(), *said),
    )


def open_run(run: Run | str | Path | Opened) -> Opened:
    """Return a run to compare, read where a path is given; raises as `compare` does."""
    if isinstance(run, Opened):
        return run
    if isinstance(run, Run):
        return Opened(run, None)
    folder = Path(run)
    if not folder.is_dir():
        raise UsageError(f"no such run folder: {folder}")
    return Opened(read_run(folder), folder)


def _tables(runs: Sequence[Run], scales: Scales) -> dict[str, TableDifference]:
    """Return every table that one of the runs has."""
    found: dict[str, TableDifference] = {}
    for name in TABLES:
        frames = [None if run.plan is None else run.plan.tables.get(name) for run in runs]
        if any(frame is not None for frame in frames):
            found[name] = compare_table(name, frames[0], frames[1], scales)
    return found


def _notes(a: Side, b: Side, found: Effect, inputs: InputChanges) -> list[str]:
    notes = [f"{name} has no plan ({one.status})" for name, one in (("A", a), ("B", b)) if not one.has_plan]
    if found.verdict != SAME and inputs.yardstick and not found.why:
        names = ", ".join(each.column for each in inputs.yardstick)
        notes.append(f"the runs count value differently ({names}): part of the difference is that of the yardstick")
    return notes
