"""`export` through real processes: transactions tie to the run to the cent, descriptors hold against their standard."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from fundalign.inputs.read import read_case
from fundalign.inputs.tables import CurrencyRow, RateRow
from fundalign.results.export_columns import COLUMNS
from fundalign.results.export_datapackage import LICENCES
from fundalign.results.export_iati import first_day, last_day

from ..forked import Commands
from .conftest import Runner
from .datapackage import fiscal_problems, problems

ORGANISATION = "XI-EXAMPLE-ACCORD"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, commands: Commands) -> Path:
    """A run of `tiny` with a real pot and a ceiling on what one ministry commits: some lines are under commitment."""
    folder = tmp_path_factory.mktemp("tiny") / "run"
    changes = ["budgets.commitments[funder=NORTH-MIN]=100", 'initiatives.pot[initiative=LAB]="real"']
    words = ["solve", "tiny", "-o", folder, "--set", changes[0], "--set", changes[1]]
    assert commands.run(words, folder.parent).returncode == 0
    return folder


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def sums(rows: list[dict[str, str]], amount: str, *keys: str) -> dict[tuple[str, ...], Decimal]:
    found: dict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    for row in rows:
        found[tuple(row[key] for key in keys)] += Decimal(row[amount])
    return dict(found)


def test_transactions_tie_to_the_tables_of_the_run_to_the_cent(fundalign: Runner, run: Path, tmp_path: Path) -> None:
    ran = fundalign("export", "iati", run, "iati.csv", "--organisation", ORGANISATION, "--format", "json")
    assert ran.returncode == 0, ran.stderr
    rows = table(tmp_path / "iati.csv")
    told = json.loads(ran.stdout)
    assert told["commitments"] + told["disbursements"] == len(rows)
    assert {row["transaction-type"]: row["transaction-type-name"] for row in rows} == {
        "2": "Outgoing Commitment",
        "3": "Disbursement",
    }
    for row in rows:
        row["initiative"] = row["iati-identifier"].removeprefix(f"{ORGANISATION}-")
    key = ("provider-org-ref", "initiative", "receiver-org-ref", "currency")
    own = ("funder", "initiative", "party", "currency")
    paid = [row for row in rows if row["transaction-type"] == "3"]
    promised = [row for row in rows if row["transaction-type"] == "2"]
    assert sums(paid, "value", *key) == sums(table(run / "funding.csv"), "amount", *own)
    signed = [row for row in promised if row["basis"] == "commitments.csv"]
    assert signed
    assert sums(signed, "value", *key) == sums(table(run / "commitments.csv"), "amount", *own)
    assert len(signed) < len(promised)
    assert sums(promised, "value", *key) == sums(paid, "value", *key)  # equal over the horizon, by rule 8


def test_codes_dates_and_names_are_those_of_the_standard_and_the_case(
    fundalign: Runner, run: Path, tmp_path: Path
) -> None:
    assert fundalign("export", "iati", run, "iati.csv", "--organisation", ORGANISATION).returncode == 0
    case = read_case(run / "case")
    first: dict[str, str] = {}
    for row in table(tmp_path / "iati.csv"):
        funder = case.funders[row["provider-org-ref"]]
        assert row["provider-org-type"] == ("70" if (funder.source or funder.kind) == "private" else "10")
        assert row["provider-org"] == (funder.name or funder.funder)
        assert (row["activity-status"], row["finance-type"]) == ("1", "110")
        assert date.fromisoformat(row["transaction-date"]).isoformat() == row["value-date"]
        name = row["iati-identifier"].removeprefix(f"{ORGANISATION}-")
        assert row["title"] == (case.initiatives[name].name or name)
        first.setdefault(name, row["transaction-type"])
        party = case.parties.get(row["receiver-org-ref"])  # none in a real pot: the initiative itself receives
        assert row["receiver-org"] == (row["title"] if party is None else party.name or party.party)
    assert set(first.values()) == {"2"}  # nothing is paid before it is promised


@pytest.mark.parametrize(
    ("label", "frequency", "first", "last"),
    [
        ("2027", "Y", date(2027, 1, 1), date(2027, 12, 31)),
        ("2027H2", "H", date(2027, 7, 1), date(2027, 12, 31)),
        ("2027Q1", "Q", date(2027, 1, 1), date(2027, 3, 31)),
        ("2028-02", "M", date(2028, 2, 1), date(2028, 2, 29)),
    ],
)
def test_periods_have_days(label: str, frequency: str, first: date, last: date) -> None:
    assert first_day(label, frequency) == first
    assert last_day(label, frequency) == last


def test_the_descriptor_of_a_run_holds_against_the_specification(fundalign: Runner, run: Path, tmp_path: Path) -> None:
    ran = fundalign("export", "datapackage", run, "package", "--licence", "CC-BY-4.0", "--format", "json")
    assert ran.returncode == 0, ran.stderr
    assert problems(tmp_path / "package") == []
    assert fiscal_problems(tmp_path / "package") == []
    package = json.loads((tmp_path / "package" / "datapackage.json").read_text(encoding="utf-8"))
    concepts = {f["columnType"] for r in package["resources"] for f in r["schema"]["fields"] if "columnType" in f}
    assert concepts >= {"value", "value-currency:code", "administrator:generic:id", "recipient:generic:id"}
    assert package["licenses"][0]["name"] == "CC-BY-4.0"
    tables = {resource["path"] for resource in package["resources"]}
    assert tables == {
        *(path.name for path in run.glob("*.csv")),
        *(f"case/{path.name}" for path in (run / "case").glob("*.csv")),
    }
    for resource in package["resources"]:
        assert all(field.get("description") for field in resource["schema"]["fields"]), resource["name"]
    funding = next(resource for resource in package["resources"] if resource["name"] == "funding")
    assert {key["reference"]["resource"] for key in funding["schema"]["foreignKeys"]} == {
        *("portfolio", "case-funders", "case-parties"),
    }


def test_the_descriptor_finds_what_is_wrong_with_a_table(fundalign: Runner, run: Path, tmp_path: Path) -> None:
    """The validator itself can fail: a funder that is in no table, a number that is none, a key twice."""
    assert fundalign("export", "datapackage", run, "package", "--licence", "CC-BY-4.0").returncode == 0
    place = tmp_path / "package" / "schedule.csv"
    lines = place.read_text(encoding="utf-8").splitlines()
    cells = lines[1].split(",")
    lines[1] = ",".join(["NOBODY", *cells[1:6], "half", *cells[7:]])
    place.write_text("\n".join([*lines, lines[2]]) + "\n", encoding="utf-8")
    found = problems(tmp_path / "package")
    assert len(found) == 3
    assert any("'half' is no number" in said for said in found)
    assert any("NOBODY" in said for said in found)
    assert any("not unique" in said for said in found)


def test_a_descriptor_beside_the_tables_leaves_the_run_as_it_is(fundalign: Runner, run: Path, tmp_path: Path) -> None:
    shutil.copytree(run, tmp_path / "mine")
    ran = fundalign("export", "datapackage", "mine")
    assert ran.returncode == 0, ran.stderr
    assert "no licence is named" in ran.stderr
    assert problems(tmp_path / "mine") == []
    assert fundalign("verify", "mine").returncode == 0
    assert fundalign("export", "datapackage", "mine").returncode == 2
    assert fundalign("export", "datapackage", "mine", "--force").returncode == 0


@pytest.mark.parametrize("case", ["tiny", "horizon"])
def test_the_descriptor_of_a_case_holds_against_the_specification(fundalign: Runner, tmp_path: Path, case: str) -> None:
    assert fundalign("export", "datapackage", case, "package", "--licence", "CC0-1.0").returncode == 0
    assert problems(tmp_path / "package") == []


def test_every_table_of_a_run_is_described_column_by_column(run: Path) -> None:
    for name, columns in COLUMNS.items():
        header = (run / f"{name}.csv").read_text(encoding="utf-8").split("\n", 1)[0]
        assert list(columns) == header.split(","), name


def test_a_run_that_was_changed_is_not_exported(fundalign: Runner, run: Path, tmp_path: Path) -> None:
    shutil.copytree(run, tmp_path / "mine")
    place = tmp_path / "mine" / "funding.csv"
    lines = place.read_text(encoding="utf-8").splitlines()
    place.write_text("\n".join(lines[:-1]) + "\n", encoding="utf-8")
    for arguments in (["iati", "mine", "out.csv", "--organisation", "X"], ["datapackage", "mine", "package"]):
        ran = fundalign("export", *arguments)
        assert ran.returncode == 9
        assert "does not hold" in ran.stderr
    assert not (tmp_path / "out.csv").exists()
    assert not (tmp_path / "package").exists()


def test_rates_go_out_and_come_back(fundalign: Runner, tmp_path: Path) -> None:
    assert fundalign("export", "sdmx-rates", "quantum", "rates.csv", "--at", "2026-11-27").returncode == 0
    assert fundalign("new", "back", "--example", "quantum").returncode == 0
    before = read_case(tmp_path / "back")
    for name in ("currencies", "rates"):
        place = tmp_path / "back" / f"{name}.csv"
        text = re.sub(r"^(\w{3}(?:,20\w+)?),0\.", r"\1,1.", place.read_text(encoding="utf-8"), flags=re.MULTILINE)
        place.write_text(text, encoding="utf-8")
    assert read_case(tmp_path / "back").rows(CurrencyRow) != before.rows(CurrencyRow)
    arguments = ["--series", "D.SP00.A", "--planning", "Q.SP00.A", "--at", "2026-11-27", "--force"]
    ran = fundalign("import", "sdmx-rates", "rates.csv", "back", *arguments)
    assert ran.returncode == 0, ran.stderr
    after = read_case(tmp_path / "back")
    assert {row.currency: row.rate for row in after.rows(CurrencyRow)} == {
        row.currency: row.rate for row in before.rows(CurrencyRow)
    }
    assert {(row.currency, row.period): row.rate for row in after.rows(RateRow)} == {
        (row.currency, row.period): row.rate for row in before.rows(RateRow)
    }


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["iati", "nowhere", "out.csv", "--organisation", "X"], "no such run folder"),
        (["iati", "RUN", "out.csv"], "--organisation"),
        (["iati", "RUN", "out.csv", "--organisation", "a b"], "an identifier without blanks"),
        (["iati", "RUN", "there.csv", "--organisation", "X"], "--force replaces it"),
        (["datapackage", "nowhere"], "no such path or shipped case"),
        (["datapackage", "RUN", "there"], "exists already"),
        (["sdmx-rates", "tiny", "out.csv"], "--at"),
    ],
)
def test_wrong_usage_is_said_before_any_work(
    fundalign: Runner, run: Path, tmp_path: Path, arguments: list[str], said: str
) -> None:
    (tmp_path / "there.csv").write_text("mine", encoding="utf-8")
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "x").write_text("mine", encoding="utf-8")
    ran = fundalign("export", *(run if word == "RUN" else word for word in arguments))
    assert ran.returncode == 2
    assert said in " ".join(ran.stderr.split())
    assert (tmp_path / "there.csv").read_text(encoding="utf-8") == "mine"


def test_the_command_line_offers_the_licences_that_are_known() -> None:
    from fundalign.app.exchange import LICENCES as OFFERED

    assert set(OFFERED) == set(LICENCES)


def test_what_was_added_to_a_run_and_cannot_be_read_is_named_at_once(
    fundalign: Runner, run: Path, tmp_path: Path
) -> None:
    shutil.copytree(run, tmp_path / "mine")
    (tmp_path / "mine" / "why.csv").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "mine" / "prices.csv").write_bytes(b"")
    ran = fundalign("export", "datapackage", "mine", "package")
    assert ran.returncode == 3
    assert "why.csv" in ran.stdout + ran.stderr
    assert "prices.csv" in ran.stdout + ran.stderr
    assert not (tmp_path / "package").exists()


def test_without_a_table_of_commitments_all_follow_from_payments(fundalign: Runner, tmp_path: Path) -> None:
    """Where no ceiling applies the table is empty, and `verify` does without it; so does the export."""
    assert fundalign("solve", "tiny", "-o", "run").returncode == 0
    assert fundalign("export", "iati", "run", "one.csv", "--organisation", ORGANISATION).returncode == 0
    (tmp_path / "run" / "commitments.csv").unlink()
    ran = fundalign("export", "iati", "run", "two.csv", "--organisation", ORGANISATION)
    assert ran.returncode == 0, ran.stderr
    assert (tmp_path / "two.csv").read_bytes() == (tmp_path / "one.csv").read_bytes()
