"""An efficient frontier: its points, the table that says what each is, and the folder it is written to.

A point is a verified run. `frontier.csv` has one row per point, from the most value to the best of the goal; points/NN
is the run of row NN, so that each can be recomputed. Points that others dominate are left out. Source: results.md,
"Sensitivity tables say what they are"; Mavrotas (2009).
"""

import csv
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..inputs.case import Case
from .complete import complete, refuse_taken
from .plan import Run
from .undominated import Pair, knee, undominated

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    *("point", "end", "asked", "value", "goal", "status", "sought", "objective", "bound", "gap", "seconds"),
    *("dominance", "knee", "funded", "added", "dropped", "note"),
)
EXCLUDED = "excluded"
WITHIN_GAP = "possible within the gap"
NEXT_LEVEL = "possible up to the next level"
NO_LIMIT = "without limit: nothing stands below in the ratio"
KNEE = "the knee is the point farthest above the chord of the end points, both normalised to 1"


@dataclass(frozen=True)
class Point:
    """One point: its value, what it reaches of the goal, and how sure that is.

    `asked` is what the search had to keep: the least value, the least ratio or the confidence. `end` says which end
    point it is, if any. Without a `run` there is no plan: `status` and `note` say why.
    """

    asked: float | None
    value: float | None
    goal: float | None
    status: str
    run: Run | None = None
    end: str = ""
    dominance: str = WITHIN_GAP
    knee: bool = False
    seconds: float = 0.0
    note: str = ""

    @property
    def funded(self) -> frozenset[str]:
        """Return the initiatives that the plan funds."""
        if self.run is None or self.run.plan is None:
            return frozenset()
        portfolio = self.run.plan.tables["portfolio"]
        return frozenset(map(str, portfolio.loc[portfolio["funded"] == "true", "initiative"]))


@dataclass(frozen=True)
class Frontier:
    """Value against one goal of a case: undominated points from the most value to the best of the goal.

    `left_out` counts points that others dominated; `signal` is the one that ended it early.
    """

    case: Case
    against: str
    points: tuple[Point, ...]
    left_out: int = 0
    signal: int | None = None

    def __repr__(self) -> str:
        """Return case, goal and number of points in one line."""
        return f"Frontier({self.case.name!r}, value against {self.against}, {len(self.points)} points)"

    def rows(self) -> list[dict[str, Any]]:
        """Return one record per point, with numbers as numbers (None where there is none)."""
        found: list[dict[str, Any]] = []
        before = frozenset[str]()
        for number, point in enumerate(self.points, start=1):
            report, now = point.run.report if point.run is not None else None, point.funded
            record = {
                "point": number,
                "end": point.end,
                "asked": _finite(point.asked),
                "value": point.value,
                "goal": _finite(point.goal),
                "status": point.status,
                "sought": point.run.case.settings.objective.goal if point.run is not None else "",
                **{name: getattr(report, name, None) for name in ("objective", "bound", "gap")},
                "seconds": round(point.seconds, 3),
                "dominance": point.dominance if point.run is not None else "",
                "knee": point.knee,
                "funded": len(now) if point.run is not None else None,
                "added": sorted(now - before) if point.run is not None and found else [],
                "dropped": sorted(before - now) if point.run is not None and found else [],
                "note": NO_LIMIT if point.goal == math.inf else point.note,
            }
            before = now if point.run is not None else before
            found.append(record)
        return found

    def document(self) -> dict[str, Any]:
        """Return the content of frontier.json; money in whole units of the base currency."""
        about = {"case": self.case.settings.name, "against": self.against, "currency": self.case.base}
        return about | {"left_out": self.left_out, "knee": KNEE, "points": self.rows()}

    @property
    def table(self) -> "pd.DataFrame":
        """Return the points as a frame; money in whole units of the base currency."""
        import pandas as pd

        return pd.DataFrame(self.rows(), columns=list(COLUMNS))

    def write(self, path: str | Path, force: bool = False) -> Path:
        """Write frontier.csv, frontier.json and points/NN atomically; an existing folder only with `force`."""
        target = Path(path)
        refuse_frontier(target, force)
        with complete(target) as temporary:
            self._write(temporary)
        return target

    def _write(self, folder: Path) -> None:
        rows = self.rows()
        with (folder / "frontier.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows({name: _cell(row[name]) for name in COLUMNS} for row in rows)
        text = json.dumps(self.document(), indent=2, ensure_ascii=False) + "\n"
        (folder / "frontier.json").write_text(text, encoding="utf-8")
        for number, point in enumerate(self.points, start=1):
            if point.run is not None and point.run.plan is not None:
                point.run.write(folder / "points" / f"{number:02d}")


def assembled(case: Case, against: str, points: Sequence[Point], pairs: Sequence[Pair], near: float) -> Frontier:
    """Return the frontier of points: those with a plan that none dominates in order, knee marked, then those without.

    `pairs` are value and goal of each point with a plan, more of both is better; goals within `near` are the same.
    """
    planned = [point for point in points if point.run is not None]
    ends_first = sorted(range(len(pairs)), key=lambda n: not planned[n].end)
    kept = [ends_first[n] for n in undominated([pairs[n] for n in ends_first], near)]
    kept.sort(key=lambda n: (-pairs[n][0], pairs[n][1]))
    at = knee([pairs[n] for n in kept])
    shown = [replace(planned[n], knee=k == at) for k, n in enumerate(kept)]
    without = [point for point in points if point.run is None]
    return Frontier(case, against, (*shown, *without), len(planned) - len(kept))


def refuse_frontier(path: Path, force: bool) -> None:
    """Raise UsageError when `path` is there already and may not be replaced: only a frontier is, with `force`."""
    refuse_taken(path, force, "the folder of a frontier", _is_frontier)


def _is_frontier(path: Path) -> bool:
    """Tell whether a folder holds a frontier and nothing else."""
    ours = {"frontier.csv", "frontier.json"}
    return ours <= {file.name for file in path.iterdir()} <= ours | {"points"}


def _finite(value: float | None) -> float | None:
    """Return a number unless it is infinite, which JSON does not know."""
    return value if value is not None and math.isfinite(value) else None


def _cell(value: object) -> object:
    """Return a cell as text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return ";".join(map(str, value)) if isinstance(value, list) else "" if value is None else value
