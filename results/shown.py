"""What a face needs of a run to show it, and the cells of the tables it shows.

Money cells are whole currency units with their currency, so that a page can print them in the case's `unit` and a
workbook in full; shares are parts of 1.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from ..inputs.case import Case

if TYPE_CHECKING:
    import pandas as pd

Record = dict[str, str]


class ShownPlan(Protocol):
    """The tables of a plan, as text."""

    @property
    def tables(self) -> Mapping[str, "pd.DataFrame"]:
        """Return the tables by name, cells as written to the files."""


class ShownReport(Protocol):
    """How good the plan is."""

    @property
    def status(self) -> str:
        """Return how the search ended."""

    @property
    def objective(self) -> float | None:
        """Return what the plan reaches."""

    @property
    def bound(self) -> float | None:
        """Return what no plan passes."""

    @property
    def gap(self) -> float | None:
        """Return the relative distance of the two."""

    @property
    def limit(self) -> str | None:
        """Return which limit ended the search early."""

    @property
    def signal(self) -> int | None:
        """Return the signal that did."""

    @property
    def terms(self) -> Mapping[str, float]:
        """Return the named parts of the objective."""


class ShownRun(Protocol):
    """A solved case."""

    @property
    def case(self) -> Case:
        """Return the case as solved."""

    @property
    def plan(self) -> ShownPlan | None:
        """Return the plan, None where there is none."""

    @property
    def report(self) -> ShownReport:
        """Return how good it is."""

    @property
    def summary(self) -> Mapping[str, Any]:
        """Return the content of summary.json."""

    @property
    def options(self) -> Mapping[str, Any]:
        """Return what was asked for."""


class Amount(NamedTuple):
    """Money in whole units of a currency."""

    value: Decimal
    currency: str


class Part(NamedTuple):
    """A share, 1 for all."""

    value: Decimal
    digits: int = 1


Cell = Amount | Part | Decimal | int | str | None
TEXT, NUMBER = "text", "number"


@dataclass(frozen=True)
class Column:
    """A column: its heading and whether it holds numbers, which stand right."""

    heading: str
    kind: str = NUMBER


@dataclass(frozen=True)
class Sheet:
    """One table of the page or the workbook: a short name without blanks, a title, what a reader should know, rows.

    `most` is how many rows a page shows; the workbook has all of them. `files` are the files of the run it is from.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    most: int = 400
    files: str = ""


def text_columns(*headings: str) -> tuple[Column, ...]:
    """Return columns of text."""
    return tuple(Column(heading, TEXT) for heading in headings)


def number_columns(*headings: str) -> tuple[Column, ...]:
    """Return columns of numbers."""
    return tuple(Column(heading) for heading in headings)


def records(plan: ShownPlan | None, name: str) -> list[Record]:
    """Return one table of a plan as its exact text, row by row; nothing where it has none."""
    frame = None if plan is None else plan.tables.get(name)
    return [] if frame is None else rows_of(frame)


def rows_of(frame: "pd.DataFrame") -> list[Record]:
    """Return a table of text row by row."""
    columns = [str(column) for column in frame.columns]
    return [dict(zip(columns, map(str, row), strict=True)) for row in frame.itertuples(index=False)]


def decimal(text: str) -> Decimal | None:
    """Return a number that is there."""
    return Decimal(text) if text else None


def total(values: Sequence[Decimal]) -> Decimal:
    """Return a sum, 0 of nothing."""
    return sum(values, Decimal(0))
