"""The report of the hand-made plan, number by number, and what must never be in one."""

from __future__ import annotations

import dataclasses
import json
import re
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import pytest

from fundalign.inputs.case import Case
from fundalign.inputs.faults import InputError, NotVerified, UsageError
from fundalign.results.page_tables import page_table
from fundalign.results.plan import Run, SolveReport, Status
from fundalign.results.report import page, safe_json
from fundalign.results.report_material import Material
from fundalign.results.report_parts import Report, assemble
from fundalign.results.reporting import material_of, report
from fundalign.results.shown import Amount, Sheet
from fundalign.results.words import percentages

from .conftest import replace, rewrite
from .reports import add_answers

EUR = "EUR"


@pytest.fixture
def rich(folder: Path) -> Path:
    """The hand-made run with every answer added."""
    return add_answers(folder)


@pytest.fixture
def made(rich: Path) -> Report:
    return assemble(material_of(rich))


def cells(sheet: Sheet, name: str) -> tuple[object, ...]:
    """Return the row that begins with a name."""
    return next(row for row in sheet.rows if str(row[0]).split(" · ")[0] == name)


def amount(text: str, currency: str = EUR) -> Amount:
    return Amount(Decimal(text), currency)


def test_the_sections_are_those_the_run_has(made: Report) -> None:
    keys = [section.key for section in made.sections]
    assert keys == [
        *("portfolio", "calendar", "money", "budgets", "currency", "fairness", "binding", "rules"),
        *("sensitivity", "why", "prices", "about"),
    ]


def test_the_headline_in_words(made: Report) -> None:
    """1750 of 2150 is 81.4 %, 250 is 11.6 %, 150 is 7.0 %; the bound is what is reached."""
    assert made.head.sentences == (
        "3 of 4 initiatives are funded, with 4 of 5 milestones.",
        "They cost 2,150.00 EUR: 1,750.00 public (81%), 250.00 private (12%) and 150.00 matching (7%).",
        "Each unit of public outlay brings 0.14 of private money with it.",
        "The plan reaches a value of 15.96, and it is proved that no plan that keeps every rule is better.",
    )


def test_percentages_sum_to_a_hundred() -> None:
    """60.5, 22.7 and 16.8 would each be rounded up, to 101: the smallest rest gives way."""
    assert percentages([Decimal("60.5"), Decimal("22.7"), Decimal("16.8")]) == [60, 23, 17]
    assert percentages([Decimal(1)] * 3) == [34, 33, 33]
    assert percentages([]) == []


def test_a_frontier_is_in_the_unit_of_the_case(made: Report) -> None:
    """2,500,000 EUR are 2.5 where the case counts in millions; a ratio stays what it is."""
    material = made.material
    settings = material.run.case.settings.model_copy(update={"unit": 1_000_000})
    run = dataclasses.replace(material.run, case=dataclasses.replace(material.run.case, settings=settings))
    rows = [{"point": "1", "end": "most value", "value": "9", "goal": "2500000.0", "knee": "true"}]
    rows.append({"point": "2", "end": "best public_money", "value": "4", "goal": "0", "knee": "false"})
    for against, unit, shown in (("public_money", "public money (EUR million)", "2.5"), ("leverage", None, "2500000")):
        documents = {"frontier": {"against": against, "currency": "EUR"}}
        found = assemble(Material(run, material.audit, {"frontier": rows}, documents))
        heads = [column.heading for column in found.sheets["frontier"].columns]
        assert unit is None or unit in heads
        assert found.sheets["frontier"].rows[0][3] == Decimal(shown)
        chart = found.figures["frontier"]
        assert chart.data[0].x == (float(shown), 0.0)
        assert chart.layout.xaxis.title.text == heads[3]


def test_money_is_that_of_the_plan(made: Report) -> None:
    """Q costs 1750: 1450 public, 150 private, 150 matching. In 2027 FA pays 500, FB 200, PA 150 + 33.33, ME 150."""
    assert cells(made.sheets["portfolio"], "Q")[5:9] == tuple(map(amount, ("1450", "150", "150", "1750")))
    assert cells(made.sheets["payments"], "2027")[1:] == tuple(map(amount, ("700", "183.33", "150", "1033.33")))
    part = (Decimal("587.50") / 2150, 1)
    assert cells(made.sheets["payers"], "FB")[3:] == (amount("587.50"), part, amount("5475", "SEK"))
    used = ("1400", "20", "1162.50", "0", "0", "116.25", "101.25")
    assert cells(made.sheets["purses"], "FA")[2:9] == tuple(map(amount, used))
    assert cells(made.sheets["unfunded"], "X") == ("X", "", "candidate", 1, amount("500"), Decimal(9))


def test_a_common_pot_goes_to_parties_by_share(made: Report) -> None:
    """R is a real pot, half A's and half B's: of FA's 100 each gets 50, of FB's 200 each 100."""
    flows = {row[:3]: row[3] for row in made.sheets["flows"].rows}
    assert flows["FA", "R", "A"] == flows["FA", "R", "B"] == amount("50")
    assert flows["FB", "R", "A"] == flows["FB", "R", "B"] == amount("100")
    # as flows.csv says: A receives 100 + 1362.50 + 100, B 50 + 50 + 487.50
    for party, whole in (("A", "1562.50"), ("B", "587.50")):
        assert sum(money.value for key, money in flows.items() if key[2] == party) == Decimal(whole)
        assert cells(made.sheets["parties"], party)[4] == amount(whole)


def test_the_sankey_diagram_ties(made: Report) -> None:
    """All 2150 leave the funders and all 2150 arrive."""
    sankey = made.figures["flows"].data[0]
    ends = {node.split("<br>")[0]: k for k, node in enumerate(sankey.node.label)}
    out = sum(v for s, v in zip(sankey.link.source, sankey.link.value, strict=True) if s in (ends["FA"], ends["FB"]))
    assert out == pytest.approx(1162.5 + 587.5)
    assert sum(sankey.link.value) == pytest.approx(2 * 2150)


def test_charts_show_what_tables_say(made: Report) -> None:
    """FA's payments: 20 of 1400 are reserved; PA pays nothing in a foreign currency; the calendar has 4 bars."""
    purses = {bar.name: dict(zip(bar.y, bar.x, strict=True)) for bar in made.figures["purses"].data}
    assert purses["reserved"]["FA"] == pytest.approx(20 / 1400)
    assert sum(bars["FA"] for bars in purses.values()) == pytest.approx(1)
    currency = {bar.name: dict(zip(bar.y, bar.x, strict=True)) for bar in made.figures["currency"].data}
    assert currency["hedged"] == {"FB": 50, "ME": 0}
    assert currency["not hedged"] == {"FB": 150, "ME": 50}
    bars = [bar for bar in made.figures["calendar"].data if bar.yaxis == "y2"]
    spans = {(y, base + 0.46): x - 0.92 for bar in bars for y, base, x in zip(bar.y, bar.base, bar.x, strict=True)}
    assert spans == {
        **{("Q", 1): pytest.approx(0), ("Q", 2): pytest.approx(1)},  # 2027, and 2028 to 2029
        **{("R", 2): pytest.approx(0), ("S", 1): pytest.approx(2)},
    }
    assert list(made.figures["tornado"].data[0].x) == [-3.5]  # at least so much is lost
    assert [made.figures[name].layout.meta["alt"] for name in made.figures].count("") == 0


def test_answers_are_told_as_intervals(made: Report) -> None:
    assert made.sheets["tornado"].rows[0][4:] == (Decimal(480), "−4 … −3.5", Decimal(720), "+0 … +1.25", "+3.5 … +5.25")
    assert made.sheets["initiatives"].rows[0][:5] == ("Q", "core", "yes", "out", "+11.4 … ?")


def test_a_table_says_its_unit_once(made: Report) -> None:
    table = page_table(made.sheets["payments"], 1_000)
    assert (table.unit, [column.unit for column in table.columns]) == ("EUR thousand", [""] * 5)
    assert [cell.text for cell in table.rows[0].cells] == ["2027", "0.70", "0.18", "0.15", "1.03"]
    mixed = page_table(made.sheets["payers"], 1)
    assert mixed.unit == "EUR, or of the currency beside them"
    assert [cell.code for cell in mixed.rows[1].cells] == ["", "", "", "", "", "SEK"]


class Reader(HTMLParser):
    """Collects scripts, links to elsewhere, handlers and text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.outside: list[str] = []
        self.inside: dict[str, str | None] | None = None
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "script":
            self.inside = found
            self.scripts.append((found, ""))
        self.outside += [f"{k}={v}" for k, v in attrs if k in ("src", "srcset", "action", "poster", "data") and v]
        self.outside += [v for k, v in attrs if k == "href" and v and not v.startswith("#")]
        self.outside += [k for k, _ in attrs if k.startswith("on")]

    def handle_endtag(self, tag: str) -> None:
        self.inside = None if tag == "script" else self.inside

    def handle_data(self, data: str) -> None:
        if self.inside is not None:
            self.scripts[-1] = (self.scripts[-1][0], self.scripts[-1][1] + data)
        else:
            self.text += data


def test_the_page_stands_alone(made: Report) -> None:
    """No address, no handler; two scripts, both named by hash, and the JSON of every chart on the page can be read."""
    html = page(made)
    reader = Reader()
    reader.feed(html)
    assert reader.outside == []
    data = [text for kind, text in reader.scripts if kind.get("type") == "application/json"]
    heights = sorted(json.loads(text)["layout"]["height"] for text in data)
    assert heights == sorted(figure.layout.height for figure in made.figures.values())
    assert len(reader.scripts) - len(data) == 2
    assert "url(" not in html.partition("<style>")[2].partition("</style>")[0]
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)
    assert policy is not None
    assert policy[1].startswith("default-src 'none'; script-src 'sha256-")


def test_json_cannot_end_its_script() -> None:
    text = safe_json({"name": "</script><!-- & \u2028"})
    assert not set("<>&\u2028") & set(text)
    assert json.loads(text) == {"name": "</script><!-- & \u2028"}


def test_a_run_that_does_not_hold_is_not_reported(rich: Path) -> None:
    replace(rich / "funding.csv", "500.00,500.00,500.00", "501.00,501.00,501.00")
    with pytest.raises(NotVerified, match="does not hold"):
        report(rich)
    assert not (rich / "report.html").exists()


def test_another_version_is_said_on_the_page(rich: Path) -> None:
    rewrite(rich / "manifest.json", versions={"fundalign": "0.0.1", "python": "3.11"})
    written = report(rich)
    assert "Nobody vouches for this run." in (rich / "report.html").read_text(encoding="utf-8")
    assert written.material.doubts[0].startswith("fundalign 0.0.1 wrote it")


def test_an_answer_that_cannot_be_read_is_named(rich: Path) -> None:
    (rich / "tornado.csv").write_text("rank,limit\n1\n", encoding="utf-8")
    (rich / "why.csv").write_bytes(b"\xff")
    (rich / "explanation.json").write_text('{"conflicts": [{"rules": 5}]}', encoding="utf-8")
    with pytest.raises(InputError) as told:
        report(rich)
    assert {fault.file for fault in told.value.faults} == {"tornado.csv", "why.csv", "explanation.json"}


def test_nothing_is_overwritten_unasked(rich: Path, tmp_path: Path) -> None:
    report(rich)
    with pytest.raises(UsageError, match="exists already"):
        report(rich)
    report(rich, force=True)
    (tmp_path / "notes.html").write_text("my notes", encoding="utf-8")
    with pytest.raises(UsageError, match="is not a report"):
        report(rich, [tmp_path / "notes.html"], force=True)
    with pytest.raises(UsageError, match="foreign file"):
        report(rich, [rich / "other.html"])
    with pytest.raises(UsageError, match="asked for twice"):
        report(rich, [tmp_path / "a.html", tmp_path / "a.html"])


def test_the_same_run_gives_the_same_report(rich: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        report(rich, [tmp_path / name])
    for file in ("report.html", "report.xlsx"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_a_run_without_a_plan_says_why(hand_case: Case) -> None:
    """Conflicts and repairs where `explain` looked for them."""
    summary = {"status": "infeasible", "counts": {"initiatives": 4, "funders": 4}, "explanation": "too little"}
    report_of = SolveReport(Status.INFEASIBLE, None, None, None, 0.0)
    bare = Run(hand_case, None, report_of, summary)
    told = assemble(Material(bare, None))
    assert [section.key for section in told.sections] == ["why-not", "about"]
    assert told.sections[0].lead == ("too little",)
    rule = {
        "rule": "budget of FA, cycle c1",
        "value": "600",
        "unit": "EUR",
        "cells": [{"file": "budgets.csv", "row": 2, "column": "payments"}],
    }
    several = [{"file": "book.xlsx", "sheet": "equity", "row": row, "column": "at_least"} for row in (2, 4)]
    rules = [rule, {"rule": "floors", "cells": several}]
    document = {"conflicts": [{"minimal": True, "rules": rules}], "repairs": [{"steps": [{"words": "raise it"}]}]}
    found = assemble(Material(bare, None, documents={"explanation": document}))
    assert found.sections[0].lead == (
        "These rules cannot hold together:\n• budget of FA, cycle c1: 600 EUR (budgets.csv, row 2, payments)\n"
        "• floors (book.xlsx, sheet equity, rows 2 and 4, at_least)",
        "The cheapest repair:\n• raise it",
    )
    assert "There is no plan" in page(found)
