"""The parts of a report in the order in which people read: what is decided, who pays, fairness, what it depends on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..inputs.money import UNITS
from .charts import answer_charts, charts
from .headline import Headline, headline
from .report_material import Material
from .report_words import (
    about_facts,
    answers_shown,
    calendar_lead,
    explained,
    frontier_words,
    moved_lead,
    sensitivity_lead,
)
from .sheets_answers import FRONTIER, answer_sheets, differences
from .sheets_money import money_sheets, rule_sheets
from .sheets_plan import plan_sheets
from .shown import Sheet
from .words import is_empty

if TYPE_CHECKING:
    import plotly.graph_objects as go


@dataclass(frozen=True)
class Block:
    """Charts with the table behind them, or a table; `folded` where it opens on demand."""

    sheet: str = ""
    charts: tuple[tuple[str, str], ...] = ()
    folded: bool = False


@dataclass(frozen=True)
class Section:
    """A section: its anchor, title, what to read first, facts as (name, text), blocks."""

    key: str
    title: str
    lead: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Report:
    """A report ready to be written: headline, sections, the sheets and figures they show, by name."""

    material: Material
    head: Headline
    sections: tuple[Section, ...]
    sheets: Mapping[str, Sheet]
    figures: Mapping[str, go.Figure]


OPEN = 40  # rows of what is not funded that stand open
CAPTIONS = {
    "payments": "Money by period and kind of funder",
    "calendar": "When milestones run, with the budget cycles of funders above",
    "flows": "From funders through initiatives to parties",
    "purses": "How appropriations are used; beside each name all of them",
    "cycles": "What each budget cycle is used for",
    "currency": "Payments in foreign currencies, and the buffers held",
    "parties": "Received against contributed; the number is what is received per public money",
    "equity": "Equity rules: what is achieved, between its bounds",
    "tornado": "What the objective swings by",
    "frontier": "Value against the other goal",
}


def assemble(material: Material) -> Report:
    """Return the report of a run."""
    run, audit = material.run, material.audit
    sheets: dict[str, Sheet] = {}
    figures: dict[str, go.Figure] = {}
    if run.plan is not None:
        made = [*plan_sheets(run), *money_sheets(run), *rule_sheets(run, audit)]
        if "differences" in run.plan.tables:
            made.append(differences(run))
        sheets = {sheet.name: sheet for sheet in made if sheet.rows}
        figures = dict(charts(run))
    answers, other_goal = answers_shown(material), frontier_words(material)
    sheets |= {sheet.name: sheet for sheet in answer_sheets(answers, other_goal)}
    figures |= answer_charts(answers, other_goal)
    maker = Maker(material, sheets, figures)
    sections = (section for section in maker.sections() if section.blocks or section.lead or section.facts)
    return Report(material, headline(run), tuple(sections), sheets, figures)


@dataclass(frozen=True)
class Maker:
    """Makes the sections of which there is something to say."""

    material: Material
    sheets: Mapping[str, Sheet]
    figures: Mapping[str, go.Figure]

    def block(self, sheet: str = "", *names: str, folded: bool = False) -> tuple[Block, ...]:
        """Return charts (with their further parts) and the table, as far as they exist."""
        found = tuple(
            (each, self.caption(each)) for name in names for each in self.figures if each.partition("-")[0] == name
        )
        has = sheet if sheet in self.sheets else ""
        return (Block(has, found, folded),) if found or has else ()

    def caption(self, figure: str) -> str:
        """Return what stands above a chart."""
        name, _, number = figure.partition("-")
        word = UNITS.get(self.material.run.case.unit, f"× {self.material.run.case.unit:,}")
        counted = f" ({word} of the funder's currency)" if word and name in ("purses", "cycles") else ""
        parts = sum(each.partition("-")[0] == name for each in self.figures)
        return CAPTIONS[name] + counted + (f" ({number or 1} of {parts})" if parts > 1 else "")

    def sections(self) -> Iterator[Section]:
        """Yield the sections, empty ones too."""
        if self.material.run.plan is None:
            yield Section("why-not", "Why there is no plan", explained(self.material))
        elif is_empty(self.material.run):
            yield Section("portfolio", "What is decided", (), self.block("unfunded"))
            yield Section("binding", "What binds", (), self.block("binding"))
        else:
            yield from self._plan()
            yield from self._rules()
        yield from self._answers()
        yield Section("about", "How this was made", facts=about_facts(self.material))

    def _plan(self) -> Iterator[Section]:
        left_out = self.sheets.get("unfunded")
        many = left_out is not None and len(left_out.rows) > OPEN
        decided = (*self.block("portfolio"), *self.block("unfunded", folded=many))
        yield Section("portfolio", "What is decided", (), decided)
        calendar = self.block("schedule", "calendar")
        yield Section("calendar", "When it happens", calendar_lead(self.material.run), calendar)
        money = (*self.block("payments", "payments"), *self.block("payers"), *self.block("flows", "flows"))
        yield Section("money", "Who pays", (), money)
        purses = (*self.block("purses", "purses"), *self.block("budgets", "cycles"))
        yield Section("budgets", "What budgets are used for", (), purses)
        yield Section("currency", "Currency risk", (), self.block("currency", "currency"))

    def _rules(self) -> Iterator[Section]:
        fair = (*self.block("parties", "parties"), *self.block("equity", "equity"))
        yield Section("fairness", "Who receives, who contributes", (), fair)
        yield Section("binding", "What binds", (), self.block("binding"))
        others = (block for name in ("cofunding", "matching", "guarantees") for block in self.block(name, folded=True))
        yield Section("rules", "Co-funding, matching and guarantees", (), tuple(others))
        moved = moved_lead(self.material)
        yield Section("differences", "Against the approved plan", moved, self.block("differences"))

    def _answers(self) -> Iterator[Section]:
        tables = (*self.block("tornado", "tornado"), *self.block("initiatives"), *self.block("alternatives"))
        tables += self.block("sensitivity", folded=True)
        yield Section("sensitivity", "What the plan depends on", sensitivity_lead(self.material), tables)
        yield Section("why", "Why, and what would change it", (), self.block("why"))
        prices = (*self.block("prices", folded=True), *self.block("ceilings", folded=True))
        yield Section("prices", "What more room is worth", (), prices)
        yield Section("frontier", "What another goal costs", (), self.block(FRONTIER, FRONTIER))
