"""A joint call's ranking list, one row per partner, and its funders' budgets, as a call secretariat keeps them.

What the two sheets say is read and checked here, all faults at once; `import_call` makes a case of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from pydantic_core import PydanticCustomError

from .cells import parse_currency, parse_integer, parse_label, parse_name, parse_number
from .faults import did_you_mean
from .import_sheet import Field, Sheet, grouped, read_sheet
from .periods import EXAMPLES, Frequency, ordinal

OWN: Final = "own contributions"
"""The party and the private funder that stand for what partners bring themselves."""
SAME: Final = ("rank", "acronym", "title", "topic", "duration_months", "start", "score")
"""What all rows of a project say alike."""


def _at_least(least: int, parse: Any) -> Any:
    def checked(text: object) -> object:
        value = parse(text)
        if value < least:
            hint = {"expected": f"a number of at least {least}", "hint": ""}
            raise PydanticCustomError("cell", "expected {expected}", hint)
        return value

    return checked


def _one_of(*words: str) -> Any:
    def checked(text: object) -> object:
        if text not in words:
            hint = did_you_mean(str(text), words)
            raise PydanticCustomError("cell", "expected {expected}", {"expected": " or ".join(words), "hint": hint})
        return text

    return checked


def _period(frequency: Frequency) -> Any:
    def checked(text: object) -> object:
        try:
            ordinal(str(text), frequency)
        except ValueError:
            told = {
                "expected": f"a period such as {EXAMPLES[frequency]}",
                "hint": f"periods have frequency {frequency}",
            }
            raise PydanticCustomError("cell", "expected {expected}", told) from None
        return text

    return checked


def ranking_fields(frequency: Frequency = "Y") -> tuple[Field, ...]:
    """Return what a ranking list may say."""
    amount = _at_least(0, parse_number)
    return (
        Field("rank", _at_least(1, parse_integer), "place in the call, 1 = best; equal ranks are ties", True),
        Field("project", parse_label, "short name or number of the proposal", True),
        Field("acronym", parse_name, "name in reports"),
        Field("title", parse_name, "added to the acronym in reports"),
        Field("topic", parse_label, "theme, usable wherever initiatives are selected"),
        Field("partner", parse_name, "the organisation that takes part", True),
        Field("country", parse_label, "country of the partner", True),
        Field("funder", parse_label, "the funder that is asked, as in the budgets", True),
        Field("requested", amount, "money asked of that funder, in whole currency units", True),
        Field("own", amount, "what the partner brings itself, in whole currency units"),
        Field("currency", parse_currency, "currency of the two amounts; the base currency where empty"),
        Field("duration_months", _at_least(1, parse_integer), "months the project runs", True),
        Field("start", _period(frequency), "period in which the project starts; any where empty"),
        Field("score", parse_number, "score of the evaluation, the value of the project"),
    )


def budget_fields(frequency: Frequency = "Y") -> tuple[Field, ...]:
    """Return what a list of budgets may say."""
    amount = _at_least(0, parse_number)
    return (
        Field("funder", parse_label, "short name, as in the ranking list", True),
        Field("budget", amount, "what it may pay, in whole currency units", True),
        Field("currency", parse_currency, "its currency; the base currency where empty"),
        Field("name", parse_name, "name in reports"),
        Field("kind", _one_of("public", "private", "matching"), "public where empty; matching = a top-up"),
        Field("ratio", amount, "of a top-up: what it pays at most per unit of the funders' money"),
        Field("first_period", _period(frequency), "first period of the budget; that of the plan where empty"),
        Field("last_period", _period(frequency), "last period of the budget; the first where only that is given"),
        Field("carry_over", amount, "largest share that may be carried into the funder's next budget"),
    )


@dataclass(frozen=True)
class CallSheets:
    """The two sheets, read and checked: projects with their rows, and the rows of each funder's budgets."""

    ranking: Sheet
    budgets: Sheet
    projects: Mapping[str, list[tuple[int, dict[str, Any]]]]
    funders: Mapping[str, list[tuple[int, dict[str, Any]]]]


@dataclass(frozen=True)
class Source:
    """Where a sheet is: a file, the sheet of a workbook, the row of its titles, and titles mapped to fields."""

    path: Path
    sheet: str | None = None
    top: int = 1
    mapping: Mapping[str, str] | None = None


def read_call(ranking: Source, budgets: Source, frequency: Frequency, valued: bool) -> CallSheets:
    """Read both sheets; their faults are on the sheets. ``valued``: every project must have a score."""
    one = read_sheet(ranking.path, ranking.sheet, ranking_fields(frequency), ranking.mapping or {}, ranking.top)
    two = read_sheet(budgets.path, budgets.sheet, budget_fields(frequency), budgets.mapping or {}, budgets.top)
    found = CallSheets(one, two, dict(grouped(one, "project")), dict(grouped(two, "funder")))
    for project, rows in found.projects.items():
        _check_project(one, project, rows, valued)
    _check_funders(found)
    for rows in found.funders.values():
        _check_budgets(two, rows, frequency)
    return found


def _check_project(sheet: Sheet, project: str, rows: Sequence[tuple[int, dict[str, Any]]], valued: bool) -> None:
    for name in SAME:
        said = [(number, cells[name]) for number, cells in rows if name in cells]
        for number, value in said[1:]:
            if value != said[0][1]:
                expected = f"{said[0][1]}, as in row {said[0][0]} for {project}"
                sheet.fault(number, name, value, expected, "all rows of a project say the same")
    if valued and not any("score" in cells for _, cells in rows):
        hint = "or choose another value of projects with --value"
        sheet.fault(rows[0][0], "score", None, f"a score of {project}", hint)
    seen: dict[tuple[object, object], int] = {}
    for number, cells in rows:
        key = cells.get("partner"), cells.get("funder")
        if key in seen and None not in key:
            hint = f"row {seen[key]} has it already; add the amounts up in one row"
            sheet.fault(number, "partner", key[0], "every partner once per project and funder", hint)
        seen.setdefault(key, number)
    readable = all("requested" in cells for _, cells in rows)
    if readable and not sum((cells["requested"] for _, cells in rows), Decimal(0)):
        sheet.fault(rows[0][0], "requested", "0", f"some partner of {project} that asks for money", "")


def _check_funders(found: CallSheets) -> None:
    """Check that who is asked has a budget: a funder, and no top-up."""
    known = [name for name, rows in found.funders.items() if rows[0][1].get("kind") != "matching"]
    for number, cells in found.ranking.rows:
        funder = cells.get("funder")
        if funder is None or funder in known or not known:
            continue
        if funder in found.funders:
            hint = "a top-up is not asked by partners; it adds to what funders pay"
        else:
            hint = did_you_mean(funder, known, f"{found.budgets.file} has: {', '.join(known[:20])}")
        found.ranking.fault(number, "funder", funder, f"a funder of {found.budgets.file}", hint)


def _check_budgets(sheet: Sheet, rows: Sequence[tuple[int, dict[str, Any]]], frequency: Frequency) -> None:
    for name in ("name", "currency", "kind", "ratio"):
        said = [(number, cells[name]) for number, cells in rows if name in cells]
        for number, value in said[1:]:
            if value != said[0][1]:
                sheet.fault(number, name, value, f"{said[0][1]}, as in row {said[0][0]}", "all rows of a funder agree")
    number, first = rows[0]
    kind, ratio = first.get("kind", "public"), first.get("ratio")
    if kind == "matching" and not ratio:
        sheet.fault(number, "ratio", ratio, "the ratio of a top-up, more than 0", "such as 0.5: one for every two")
    if kind != "matching" and ratio is not None:
        sheet.fault(number, "ratio", ratio, "no ratio", "only a top-up (kind matching) has one")
    for number, cells in rows:
        begin, end = cells.get("first_period"), cells.get("last_period")
        if begin is None and end is not None:
            sheet.fault(number, "first_period", None, "a period", "last_period is given")
        if begin and end and ordinal(end, frequency) < ordinal(begin, frequency):
            sheet.fault(number, "last_period", end, f"a period not before {begin}")
        if cells.get("carry_over", 0) > 1:
            sheet.fault(number, "carry_over", cells["carry_over"], "a share from 0 to 1", "write 5 % as 0.05")
    if len(rows) > 1:
        for number, cells in rows:
            if "first_period" not in cells:
                sheet.fault(number, "first_period", None, "a period", "the funder has several budgets")
