"""`import` through real processes: a call's ranking list becomes a case that can be solved, rates become tables."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from fundalign.inputs.read import read_case
from fundalign.inputs.tables import CurrencyRow, GroupRow

from .conftest import Runner

EXAMPLE = Path(__file__).resolve().parents[2] / "docs" / "examples" / "call-2027"
MAPPED = [
    *("--map", "project=Proposal", "--map", "requested=Requested budget", "--map", "own=Own contribution"),
    *(
        "--map",
        "duration_months=Duration (months)",
        "--rate",
        "PLN=0.234",
        "--rate",
        "SEK=0.0869",
        "--rate",
        "CHF=1.06",
    ),
]
# Two funders in Northland, one in Southland that also pays Westland's partner; a top-up of one for every two.
RANKING = """\
rank,project,acronym,partner,country,funder,requested,own,currency,duration_months,score
1,P1,ALPHA,U1,N,N-A,300000,30000,,24,9
1,P1,ALPHA,U2,N,N-B,100000,,,24,9
1,P1,ALPHA,U3,S,S-A,2000000,,SEK,24,9
2,P2,BETA,U1,N,N-A,50000,,,12,8.5
2,P2,BETA,U4,W,S-A,400000,100000,SEK,12,8.5
"""
BUDGETS = """\
funder,name,budget,currency,kind,ratio
N-A,North Agency,350000,EUR,,
N-B,,100000,,public,
S-A,,2400000,SEK,,
TOP,,150000,,matching,0.5
IDLE,,1,,,
"""
OPTIONS = ["--budgets", "budgets.csv", "--first-period", "2027", "--rate", "SEK=0.1"]


@pytest.fixture
def sheets(tmp_path: Path) -> Path:
    (tmp_path / "ranking.csv").write_text(RANKING, encoding="utf-8")
    (tmp_path / "budgets.csv").write_text(BUDGETS, encoding="utf-8")
    return tmp_path


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_ranking_list_becomes_a_case_with_every_partners_amount(fundalign: Runner, sheets: Path) -> None:
    ran = fundalign("import", "call-ranking", "ranking.csv", "case", *OPTIONS, "--name", "call", "--format", "json")
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    assert told["rows"]["initiatives"] == 2
    assert told["notes"][0] == "left out, since no partner asks for their money: IDLE"
    assert fundalign("check", "case", "--format", "json").stdout.strip() == "[]"
    case = read_case(sheets / "case")
    # SEK at 0.1: P1 costs 300,000 + 100,000 + 200,000 + 30,000 of its own = 630,000 EUR.
    costs = {name: steps[0].cost for name, steps in case.milestones.items()}
    assert costs == {"P1": 630_000, "P2": 50_000 + 40_000 + 10_000}
    back = {
        (name, party): float(round(share * Fraction(costs[name]), 6))
        for name, of in case.shares.items()
        for party, share in of.items()
    }
    assert back == {
        ("P1", "N N-A"): 300_000,
        ("P1", "N N-B"): 100_000,
        ("P1", "S"): 200_000,
        ("P1", "own contributions"): 30_000,
        ("P2", "N N-A"): 50_000,
        ("P2", "W"): 40_000,
        ("P2", "own contributions"): 10_000,
    }
    homes = {name: row.party for name, row in case.funders.items()}
    assert homes == {
        **{"N-A": "N N-A", "N-B": "N N-B", "S-A": None, "TOP": None},
        "own contributions": "own contributions",
    }
    assert {name: row.rank for name, row in case.initiatives.items()} == {"P1": 1, "P2": 2}
    assert [(row.group, row.member) for row in case.rows(GroupRow)] == [("N", "N N-A"), ("N", "N N-B")]


def test_every_funder_pays_its_own_partners_and_nobody_elses(fundalign: Runner, sheets: Path) -> None:
    assert fundalign("import", "call-ranking", "ranking.csv", "case", *OPTIONS).returncode == 0
    assert fundalign("solve", "case", "-o", "run", "--gap", "0").returncode == 0
    summary = json.loads((sheets / "run" / "summary.json").read_text(encoding="utf-8"))
    assert summary["objective"] == 17.5  # both: 9 + 8.5; the money is there to the cent
    paid: dict[tuple[str, str], Decimal] = {}
    for row in table(sheets / "run" / "funding.csv"):
        key = row["funder"], row["party"]
        paid[key] = paid.get(key, Decimal(0)) + Decimal(row["amount"])
    assert {funder for funder, _ in paid} >= {"N-A", "N-B", "S-A", "own contributions"}
    mine = {"N-A": {"N N-A"}, "N-B": {"N N-B"}, "S-A": {"S", "W"}, "own contributions": {"own contributions"}}
    for funder, party in paid:
        if funder != "TOP":
            assert party in mine[funder]
        else:
            assert party != "own contributions"
    assert sum(amount for (_, party), amount in paid.items() if party == "S") == Decimal("2000000.00")  # SEK


def test_the_example_in_the_documentation_ties_to_its_sheet(fundalign: Runner, tmp_path: Path) -> None:
    arguments = [EXAMPLE / "ranking.csv", "call", "--budgets", EXAMPLE / "budgets.csv", "--first-period", "2027"]
    ran = fundalign("import", "call-ranking", *arguments, *MAPPED, "--name", "Quantum call 2027")
    assert ran.returncode == 0, ran.stderr
    assert "not used of ranking.csv: Remarks" in ran.stderr
    rows = table(EXAMPLE / "ranking.csv")
    case = read_case(tmp_path / "call")
    rates = {"EUR": Decimal(1), **{row.currency: row.rate for row in case.rows(CurrencyRow)}}
    asked = sum(
        (Decimal(row["Requested budget"]) + Decimal(row["Own contribution"] or 0)) * rates[row["Currency"]]
        for row in rows
    )
    assert sum(step.cost for steps in case.milestones.values() for step in steps) == asked
    assert len(case.initiatives) == len({row["Proposal"] for row in rows}) == 14


def workbook(path: Path, **changes: Any) -> None:
    """Write both sheets as a workbook, numbers as numbers, with a title above; `changes` are cells such as G5."""
    book = Workbook()
    for name, text in (("Ranking", RANKING), ("Budgets", BUDGETS)):
        page = book.active if name == "Ranking" else book.create_sheet(name)
        assert page is not None
        page.title = name
        page.append(["Call 2027, confidential"])
        for row in csv.reader(text.splitlines()):
            page.append([float(cell) if cell.replace(".", "", 1).isdigit() else cell or None for cell in row])
        for cell, value in changes.items() if name == "Ranking" else ():
            page[cell] = value
    book.save(path)


WORKBOOK = ["--sheet", "Ranking", "--budgets-sheet", "Budgets", "--header-row", "2", "--first-period", "2027"]


def test_a_workbook_says_the_same_as_files(fundalign: Runner, sheets: Path) -> None:
    workbook(sheets / "ranking.xlsx")
    assert fundalign("import", "call-ranking", "ranking.csv", "a", *OPTIONS).returncode == 0
    ran = fundalign("import", "call-ranking", "ranking.xlsx", "b", *WORKBOOK, "--rate", "SEK=0.1")
    assert ran.returncode == 0, ran.stderr
    assert {path.name: path.read_text() for path in (sheets / "a").iterdir()} == {
        path.name: path.read_text() for path in (sheets / "b").iterdir()
    }


def test_faults_of_a_workbook_are_told_with_sheet_row_and_column(fundalign: Runner, sheets: Path) -> None:
    workbook(sheets / "ranking.xlsx", G3="=SUM(A1:A2)", H4="#DIV/0!", J5="two years")
    ran = fundalign("import", "call-ranking", "ranking.xlsx", "b", *WORKBOOK, "--rate", "SEK=0.1", "--format", "json")
    assert ran.returncode == 3
    faults = json.loads(ran.stdout)["faults"]
    places = {(fault["file"], fault["row"], fault["column"]): fault["hint"] for fault in faults}
    assert "calculate and save" in places["ranking.xlsx[Ranking]", 3, "G"]
    assert ("ranking.xlsx[Ranking]", 4, "H") in places
    assert ("ranking.xlsx[Ranking]", 5, "duration_months") in places
    assert not (sheets / "b").exists()


def test_all_faults_of_both_sheets_come_at_once_and_nothing_is_written(fundalign: Runner, sheets: Path) -> None:
    (sheets / "ranking.csv").write_text(
        "rank,project,partner,country,funder,requested,currency,duration_months,score,Remarks\n"
        "1,P1,U1,N,N-A,300000,,24,9,\n"
        "2,P1,U1,N,N-A,1.234,NOK,24,9,\n"
        "2,P2,U4,W/E,S-B,\"400,5\",,0,,\n",
        encoding="utf-8",
    )  # fmt: skip
    (sheets / "budgets.csv").write_text(
        "funder,budget,kind,ratio\nN-A,1,,\nS-A,-5,,\nT,1,matching,\n", encoding="utf-8"
    )
    ran = fundalign("import", "call-ranking", "ranking.csv", "case", *OPTIONS, "--format", "json")
    assert ran.returncode == 3
    faults = json.loads(ran.stdout)["faults"]
    assert [(fault["file"], fault["row"], fault["column"]) for fault in faults] == [
        ("ranking.csv", 4, "country"),
        ("ranking.csv", 4, "requested"),
        ("ranking.csv", 4, "duration_months"),
        ("ranking.csv", 3, "rank"),  # of P1, which is 1 in row 2
        ("ranking.csv", 3, "partner"),  # twice
        ("ranking.csv", 4, "score"),  # P2 has none
        ("ranking.csv", 4, "funder"),
        ("ranking.csv", 3, "currency"),  # no rate of NOK
        ("budgets.csv", 3, "budget"),
        ("budgets.csv", 4, "ratio"),
    ]
    assert not (sheets / "case").exists()
    assert "did you mean 's-a'?" in faults[6]["hint"].casefold()


def test_a_title_that_is_nearly_a_field_is_never_passed_over(fundalign: Runner, sheets: Path) -> None:
    (sheets / "ranking.csv").write_text(RANKING.replace(",own,", ",Own contributon,"), encoding="utf-8")
    ran = fundalign("import", "call-ranking", "ranking.csv", "x", *OPTIONS, "--map", "own=Own contribution")
    assert ran.returncode == 3
    assert "is it 'Own contributon'?" in " ".join(ran.stderr.split())
    (sheets / "ranking.csv").write_text(RANKING.replace(",currency,", ",currencies,"), encoding="utf-8")
    ran = fundalign("import", "call-ranking", "ranking.csv", "x", *OPTIONS, "--format", "json")
    assert ran.returncode == 3
    (fault,) = json.loads(ran.stdout)["faults"]
    assert (fault["row"], fault["column"], fault["expected"]) == (1, "currencies", "'currency', if that is meant")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--first-period", "2027"], "give the funders' budgets"),
        (["--first-period", "2027Q1", "--budgets", "budgets.csv"], "a period of frequency Y such as 2027"),
        ([*OPTIONS, "--map", "price=Cost"], "no such field"),
        ([*OPTIONS, "--rate", "XYZ=1"], "no ISO 4217 currency code"),
        ([*OPTIONS, "--rate", "NOK=-1"], "is not a rate"),
        ([*OPTIONS, "--sheet", "A"], "it has no sheet 'A'"),
        ([*OPTIONS, "--base", "EURO"], "did you mean 'EUR'"),
    ],
)
def test_wrong_usage_is_said_before_any_work(fundalign: Runner, sheets: Path, arguments: list[str], said: str) -> None:
    ran = fundalign("import", "call-ranking", "ranking.csv", "case", *arguments)
    assert ran.returncode == 2
    assert said in " ".join(ran.stderr.split())
    assert not (sheets / "case").exists()


def test_a_case_is_replaced_only_when_asked_and_other_folders_never(fundalign: Runner, sheets: Path) -> None:
    assert fundalign("import", "call-ranking", "ranking.csv", "case", *OPTIONS).returncode == 0
    (sheets / "case" / "rates.csv").write_text("currency,period,rate\nSEK,2027,9\n", encoding="utf-8")
    assert fundalign("import", "call-ranking", "ranking.csv", "case", *OPTIONS).returncode == 2
    assert fundalign("import", "call-ranking", "ranking.csv", "case", *OPTIONS, "--force").returncode == 0
    assert not (sheets / "case" / "rates.csv").exists()
    (sheets / "case" / "notes.txt").write_text("mine", encoding="utf-8")
    assert fundalign("import", "call-ranking", "ranking.csv", "case", *OPTIONS, "--force").returncode == 2


def test_rates_go_into_a_case_and_are_replaced_only_when_asked(fundalign: Runner, tmp_path: Path) -> None:
    assert fundalign("new", "mine").returncode == 0
    (tmp_path / "exr.csv").write_text(
        "KEY,FREQ,CURRENCY,CURRENCY_DENOM,EXR_TYPE,EXR_SUFFIX,TIME_PERIOD,OBS_VALUE\n"
        "EXR.D.SEK.EUR.SP00.A,D,SEK,EUR,SP00,A,2026-11-27,12.5\n",
        encoding="utf-8",
    )
    assert fundalign("import", "sdmx-rates", "exr.csv", "mine").returncode == 2
    ran = fundalign("import", "sdmx-rates", "exr.csv", "mine", "--force", "--format", "json")
    assert json.loads(ran.stdout)["currencies"] == [{"currency": "SEK", "rate": "0.08", "time": "2026-11-27"}]
    assert str(read_case(tmp_path / "mine").reference_rate("SEK")) == "0.08"
    assert fundalign("import", "sdmx-rates", "exr.csv", "new", "--base", "EUR").returncode == 0
    assert (tmp_path / "new" / "currencies.csv").read_text(encoding="utf-8") == "currency,rate\nSEK,0.08\n"
    assert fundalign("import", "sdmx-rates", "none.csv", "other").returncode == 2
    assert not (tmp_path / "other").exists()


def test_help_lists_the_formats(fundalign: Runner) -> None:
    for command, formats in (
        ("import", ("call-ranking", "sdmx-rates")),
        ("export", ("datapackage", "iati", "sdmx-rates")),
    ):
        shown = fundalign(command, "--help")
        assert shown.returncode == 0
        assert all(name in shown.stdout for name in formats)
    assert "duration_months" in fundalign("import", "call-ranking", "--help").stdout
    assert fundalign("import", "iati", "x", "y").returncode == 2
