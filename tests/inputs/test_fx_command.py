"""The command `fx` through real processes: what it reads, writes, keeps and refuses."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from fundalign.inputs.read import read_case
from fundalign.inputs.shipped import shipped_path

from ..forked import Commands

Runner = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def fx(commands: Commands) -> Runner:
    def run(folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
        return commands.run(["fx", *arguments], folder)

    return run


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A copy of `tiny`, whose currencies are EUR (base) and SEK, with a hedging cost."""
    shutil.copytree(shipped_path("tiny"), tmp_path / "mine")
    (tmp_path / "mine" / "currencies.csv").write_text("currency,rate,hedge_cost\nSEK,0.5,0.0040\n", encoding="utf-8")
    return tmp_path / "mine"


@pytest.fixture
def rates(tmp_path: Path) -> Path:
    """SEK per EUR, up 1 % and back again on consecutive days, as in the tests of the estimation."""
    start = date(2026, 1, 1)
    rows = [f"{start + timedelta(days=n)},{'10.1' if n % 2 else '10'},N/A" for n in range(41)]
    (tmp_path / "rates.csv").write_text("\n".join(["Date,SEK,USD", *rows]) + "\n", encoding="utf-8")
    return tmp_path / "rates.csv"


def data(ran: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout)
    assert isinstance(found, dict)
    return found


def test_a_file_of_ones_own_into_a_case(fx: Runner, mine: Path, rates: Path, tmp_path: Path) -> None:
    arguments = ["mine", "--rates", rates, "--quoted", "per-base"]
    found = data(fx(tmp_path, *arguments, "-o", "mine", "--force", "--format", "json"))
    (sek,) = found["currencies"]
    assert (sek["rate"], sek["volatility"], sek["hedge_cost"], sek["returns"]) == ("0.1", "0.1926", "0.0040", 40)
    text = (mine / "currencies.csv").read_text(encoding="utf-8")
    assert text == "currency,rate,volatility,hedge_cost\nSEK,0.1,0.1926,0.0040\n"
    assert (mine / "correlations.csv").read_text(encoding="utf-8") == "currency_a,currency_b,correlation\n"
    assert str(read_case(mine).volatility("SEK")) == "0.1926"
    assert found["files"] == ["mine/currencies.csv", "mine/correlations.csv"]
    assert not list(mine.glob(".*"))


def test_a_case_that_still_lacks_its_currencies(fx: Runner, mine: Path, tmp_path: Path) -> None:
    (mine / "currencies.csv").unlink()
    ran = fx(tmp_path, "mine", "-o", "mine", "--until", "2025-12-31")
    assert ran.returncode == 0, ran.stderr
    assert "ECB euro reference rates" in ran.stdout
    case = read_case(mine)
    # 10.8215 SEK per EUR on 2025-12-31
    assert str(case.reference_rate("SEK")) == "0.092408631"
    assert case.hedge_cost("SEK") is None


def test_tables_are_never_overwritten_without_force(fx: Runner, mine: Path, tmp_path: Path) -> None:
    before = (mine / "currencies.csv").read_bytes()
    ran = fx(tmp_path, "mine", "-o", "mine")
    assert ran.returncode == 2
    assert "currencies.csv already; --force" in ran.stderr
    assert (mine / "currencies.csv").read_bytes() == before
    assert not (mine / "correlations.csv").exists()


def test_the_ecb_without_a_case(fx: Runner, tmp_path: Path) -> None:
    arguments = ["--base", "CHF", "--currencies", "USD,EUR,JPY,DKK", "--until", "2024-12-31", "--floor", "0.02"]
    found = data(fx(tmp_path, *arguments, "--method", "ewma", "--shrinkage", "0.1", "-o", "new", "--format", "json"))
    assert [each["currency"] for each in found["currencies"]] == ["USD", "EUR", "JPY", "DKK"]
    assert found["currencies"][1]["rate"] == "0.9412"
    assert len(found["correlations"]) == 6
    assert found["warnings"] == []
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["correlations.csv", "currencies.csv"]


def test_text_goes_to_stdout_and_warnings_to_stderr(fx: Runner, tmp_path: Path) -> None:
    arguments = ["--base", "EUR", "--currencies", "USD,RUB", "--since", "2015-01-01", "--until", "2023-12-29"]
    ran = fx(tmp_path, *arguments)
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr == "warning: RUB: last quoted 2022-03-01; its rate is of that day\n"
    assert "nothing is written without -o DIR" in ran.stdout
    assert list(tmp_path.iterdir()) == []


def test_what_the_history_cannot_tell_is_kept_for_a_case(fx: Runner, mine: Path, tmp_path: Path) -> None:
    with (mine / "currencies.csv").open("a", encoding="utf-8") as file:
        file.write("CLP,0.001,0.001\nUSD,0.9,\n")
    found = data(fx(tmp_path, "mine", "--currencies", "SEK", "-o", "out", "--until", "2025-12-31", "--format", "json"))
    assert [each["currency"] for each in found["currencies"]] == ["SEK", "CLP", "USD"]
    assert found["warnings"] == [
        f"{code}: not asked for; its row of currencies.csv is kept, without correlations" for code in ("CLP", "USD")
    ]
    found = data(fx(tmp_path, "mine", "--until", "2025-12-31", "--format", "json"))
    assert found["warnings"][-1].startswith("CLP: too few rates in the history; its row of currencies.csv is kept")


REFUSED: list[tuple[list[str], str]] = [
    ([], "give a CASE or --base"),
    (["mine", "--base", "USD"], "the base currency of the case is EUR"),
    (["--base", "EURO"], "did you mean 'EUR'?"),
    (["--base", "QQQ"], "no ISO 4217 currency code; such as EUR or USD"),
    (["--base", "EUR", "--currencies", "USD,XAF"], "--currencies XAF"),
    (["--base", "EUR", "--currencies", "KWD"], "no rates of it in EUR; it has AUD, BGN"),
    (["--base", "EUR", "--currencies", "EUR"], "it is the base currency"),
    (["--base", "CLP"], "no rates of the base currency CLP"),
    (["--base", "EUR", "--currencies", "RUB", "--since", "2023-01-01"], "RUB: fewer than 31 days with a rate in EUR"),
    (["--base", "EUR", "--since", "2024-01-01", "--until", "2023-01-01"], "is not before"),
    (["--base", "EUR", "--quoted-in", "USD"], "the ECB's is known"),
    (["--base", "EUR", "--rates", "none.csv"], "no such file"),
    (["--base", "EUR", "--shrinkage", "2"], "0<=x<=1"),
    (["--base", "EUR", "--floor", "nan"], "nan is not a number"),
    (["--base", "EUR", "--since", "01.02.2024"], "does not match the format"),
    (["nowhere"], "no such path or shipped case"),
]


@pytest.mark.parametrize(("arguments", "told"), REFUSED)
def test_wrong_usage_is_2(fx: Runner, arguments: list[str], told: str, mine: Path, tmp_path: Path) -> None:
    ran = fx(tmp_path, *arguments, "-o", "out")
    assert ran.returncode == 2, ran.stderr
    assert told in ran.stderr
    assert ran.stdout == ""
    assert not (tmp_path / "out").exists()


def test_faults_of_the_history_are_3(fx: Runner, rates: Path, tmp_path: Path) -> None:
    rates.write_text("date,SEK\n2026-01-01,x\n2026-13-01,10\n", encoding="utf-8")
    ran = fx(tmp_path, "--base", "EUR", "--rates", rates, "-o", "out", "--format", "json")
    assert ran.returncode == 3
    assert [fault["value"] for fault in json.loads(ran.stdout)["faults"]] == ["x", "2026-13-01"]
    assert "the history has 2 faults; nothing was written" in ran.stderr
    assert not (tmp_path / "out").exists()


# What is asked of a file, and the places at which it is faulty: (row, column, value).
LACKING: list[tuple[list[str], list[tuple[int | None, str, str | None]], str]] = [
    (["--base", "USD", "--quoted-in", "EUR"], [(None, "USD", None)], "rates of the base currency USD"),
    (["--base", "EUR", "--currencies", "SEK,USD,JPY"], [(None, "USD", "0 days"), (None, "JPY", "0 days")], "31 days"),
    (["--base", "EUR", "--since", "2026-01-20", "--currencies", "SEK"], [(None, "SEK", "22 days")], "31 days"),
]


@pytest.mark.parametrize(("arguments", "places", "told"), LACKING)
def test_what_a_file_lacks_is_a_fault_of_it(
    fx: Runner,
    arguments: list[str],
    places: list[tuple[int | None, str, str | None]],
    told: str,
    rates: Path,
    tmp_path: Path,
) -> None:
    ran = fx(tmp_path, *arguments, "--rates", rates, "-o", "out", "--format", "json")
    assert ran.returncode == 3, ran.stderr
    faults = json.loads(ran.stdout)["faults"]
    assert [(fault["row"], fault["column"], fault["value"]) for fault in faults] == places
    assert all(fault["file"] == "rates.csv" and told in fault["expected"] and fault["hint"] for fault in faults)
    assert "nothing was written" in ran.stderr
    assert not (tmp_path / "out").exists()


def test_a_rate_out_of_place_is_told_with_what_else_is_missing(fx: Runner, tmp_path: Path) -> None:
    """Twice a hundredfold, in one file of 40 days: faults of both, and of the currency that is not there."""
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(40)]
    rows = [f"{day},{'100' if n in (7, 9) else '1'},{'900' if n == 20 else '9'}" for n, day in enumerate(days)]
    (tmp_path / "wild.csv").write_text("\n".join(["date,SEK,USD", *rows]) + "\n", encoding="utf-8")
    ran = fx(tmp_path, "--base", "EUR", "--currencies", "SEK,USD,JPY", "--rates", "wild.csv", "--format", "json")
    assert ran.returncode == 3, ran.stderr
    faults = json.loads(ran.stdout)["faults"]
    assert [fault["column"] for fault in faults] == ["JPY", "SEK", "USD"]
    assert "by a factor of 100 on 2026-01-08" in faults[1]["hint"]


def test_faults_of_the_case_are_3(fx: Runner, mine: Path, tmp_path: Path) -> None:
    (mine / "currencies.csv").write_text("currency,rate\nSEK,0\n", encoding="utf-8")
    (mine / "funders.csv").write_text("funder,kind,currency\nF,publik,SKR\n", encoding="utf-8")
    ran = fx(tmp_path, "mine", "--format", "json")
    assert ran.returncode == 3
    told = [(fault["file"], fault["value"]) for fault in json.loads(ran.stdout)["faults"]]
    assert told == [("currencies.csv", "0"), ("funders.csv", "SKR")]
    assert "the case has 2 faults" in ran.stderr
