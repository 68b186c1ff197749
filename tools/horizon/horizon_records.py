"""The CORDIS records as the case `horizon` needs them: projects with cost, own money and half-years."""

import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from tools.horizon.horizon_countries import ISO_OF_CORDIS

FIRST_YEAR = 2015
CENT = Decimal("0.01")
# Own money up to one euro is rounding in the records: these projects are 100 % EC.
ROUNDING_EURO = Decimal(1)
THEMES = {"RIA": "research", "IA": "innovation", "MSCA": "mobility", "ERC": "frontier", "CSA": "coordination"}


@dataclass(frozen=True)
class Project:
    """One consistent project. Money in EUR; `start` is a 1-based half-year; countries are ISO codes."""

    key: str
    number: str
    title: str
    theme: str
    call: str
    start: int
    half_years: int
    cost: Decimal
    contribution: Decimal
    cost_of: dict[str, Decimal]
    own_of: dict[tuple[str, str], Decimal]

    @property
    def cofunded(self) -> bool:
        """Whether participants brought own money."""
        return self.cost - self.contribution > ROUNDING_EURO

    @property
    def durations(self) -> list[int]:
        """Reporting periods of at most three half-years, as equal as possible, longer ones first."""
        parts = -(-self.half_years // 3)
        return [self.half_years // parts + (n < self.half_years % parts) for n in range(parts)]


def _rows(path: Path) -> Iterator[dict[str, str]]:
    """Rows as text: `NA` is Namibia, never a missing value."""
    with path.open(encoding="utf-8", newline="") as handle:
        yield from csv.DictReader(handle)


def _euro(text: str) -> Decimal:
    """An amount of the records; an empty cell is no amount."""
    return Decimal(text or "0").quantize(CENT)


def _window(start: str, end: str) -> tuple[int, int]:
    """Half-year boundary nearest to the start, and length in half-years begun (ISO dates, end inclusive)."""
    first = (int(start[:4]) - FIRST_YEAR) * 12 + int(start[5:7]) - 1
    months = (int(end[:4]) - FIRST_YEAR) * 12 + int(end[5:7]) - first
    return (first + 3) // 6 + 1, -(-months // 6)


def _theme(scheme: str) -> str:
    """The kind of action behind a funding scheme such as HORIZON-JU-IA or MSCA-ITN-ETN."""
    return next(THEMES[word] for word in scheme.split("-") if word in THEMES)


def _short(title: str, limit: int = 70) -> str:
    """A title on one line, cut at a word."""
    words = " ".join(title.split())
    return words if len(words) <= limit else words[: limit - 1].rsplit(" ", 1)[0] + " …"


def _participants(
    folder: Path,
) -> tuple[dict[str, dict[str, Decimal]], dict[str, dict[tuple[str, str], Decimal]]]:
    """Per project: cost by country, and own money (cost less EC contribution) by country and source."""
    costs: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    own: dict[str, dict[tuple[str, str], Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in _rows(folder / "participants.csv"):
        cost = _euro(row["total_cost"])
        if not cost:
            continue
        country = ISO_OF_CORDIS.get(row["country"], row["country"])
        source = "private" if row["org_type"] == "PRC" else "public"
        costs[row["project_id"]][country] += cost
        brought = cost - _euro(row["ec_contribution"])
        if brought > 0:
            own[row["project_id"]][country, source] += brought
    return costs, own


def read_projects(folder: Path) -> list[Project]:
    """The consistent projects, ordered by key. A record whose sums do not agree stops the derivation."""
    consistent = {row["project_id"] for row in _rows(folder / "consistent_project_ids.csv")}
    costs, own = _participants(folder)
    rows = [row for row in _rows(folder / "projects.csv") if row["project_id"] in consistent]
    names = [row["acronym"].strip().replace(" ", "-") for row in rows]
    projects = []
    for row, name in zip(rows, names, strict=True):
        number = row["project_id"]
        start, half_years = _window(row["start_date"], row["end_date"])
        project = Project(
            key=name if names.count(name) == 1 else f"{name}-{number}", number=number,
            title=f"{_short(row['title'])} [{number}]", theme=_theme(row["funding_scheme"]), call=row["call"],
            start=start, half_years=half_years,
            cost=_euro(row["total_cost"]), contribution=_euro(row["ec_contribution"]),
            cost_of=dict(sorted(costs[number].items())), own_of=dict(sorted(own[number].items())),
        )  # fmt: skip
        if sum(project.cost_of.values()) != project.cost or "" in project.cost_of:
            raise SystemExit(f"project {number}: the participants do not account for its cost")
        if sum(project.own_of.values()) != project.cost - project.contribution:
            raise SystemExit(f"project {number}: a participant received more than its cost")
        projects.append(project)
    return sorted(projects, key=lambda project: project.key)
