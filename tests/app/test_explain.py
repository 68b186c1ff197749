"""`fundalign explain` through real processes: conflicts, repairs, scenarios that repair, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import Runner, write_tables


@pytest.fixture
def two(tmp_path: Path) -> Path:
    """Two conflicts that share nothing: A and B cost 11 of 10 in F's money, D costs 7 of 6 in G's."""
    return write_tables(
        tmp_path / "two",
        "Two",
        periods=2,
        tables={
            "funders": "funder,kind,party,currency\nF,public,P,EUR\nG,public,Q,EUR\n",
            "budgets": "funder,cycle,first_period,last_period,payments\nF,c1,2027,2028,10\nG,c1,2027,2028,6\n",
            "parties": "party\nP\nQ\n",
            "initiatives": "initiative,currency,status\nA,EUR,mandatory\nB,EUR,mandatory\nC,EUR,\nD,EUR,mandatory\n",
            "shares": "initiative,party,share\nA,P,1\nB,P,1\nC,P,1\nD,Q,1\n",
            "milestones": "initiative,milestone,order,duration,cost,value\n"
            "A,a1,1,1,6,10\nB,b1,1,1,5,9\nC,c1,1,1,2,4\nD,d1,1,1,7,9\n",
        },
    )


def test_two_disjoint_conflicts_and_the_repair_by_hand(fundalign: Runner, two: Path, tmp_path: Path) -> None:
    """F needs 6 + 5 = 11 of 10, a tenth more; G 7 of 6, a sixth more: 16.67 %, rounded up at four digits."""
    ran = fundalign("explain", two)
    assert ran.returncode == 4, ran.stderr
    told = ran.stdout.splitlines()
    assert told[0] == "No plan keeps every rule of Two."
    assert sum(line.startswith("Conflict ") for line in told) == 2
    rules = {line.strip() for line in told if line.startswith("  - ")}
    assert "- budget of F, cycle c1: 10 EUR thousand (budgets.csv, row 2, payments)" in rules
    assert "- status of D: mandatory (initiatives.csv, row 5, status)" in rules
    assert "- raise budget of F, cycle c1 from 10 to 11 EUR thousand (+10.00%) (budgets.csv, row 2, payments)" in rules
    assert "- raise budget of G, cycle c1 from 6 to 7 EUR thousand (+16.67%) (budgets.csv, row 3, payments)" in rules
    assert sorted(path.name for path in tmp_path.iterdir()) == ["two"]  # read-only


def test_json_is_data_only_and_links_to_the_cells(fundalign: Runner, two: Path) -> None:
    ran = fundalign("explain", two, "--format", "json")
    assert ran.returncode == 4
    found = json.loads(ran.stdout)
    assert found["status"] == "infeasible"
    assert [len(each["rules"]) for each in found["conflicts"]] in ([2, 3], [3, 2])
    assert all(each["minimal"] for each in found["conflicts"])
    cells = [cell for each in found["conflicts"] for rule in each["rules"] for cell in rule["cells"]]
    assert {"file": "budgets.csv", "row": 3, "column": "payments"} in cells
    (first, *_) = found["repairs"]
    assert sorted(text for step in first["steps"] for text in step["set"]) == [
        "budgets.payments[funder=F,cycle=c1]+=1",
        "budgets.payments[funder=G,cycle=c1]+=1",
    ]
    assert first["verified_to_the_cent"]
    assert first["least"]


def test_the_applied_repair_is_a_scenario_that_solves(fundalign: Runner, two: Path) -> None:
    ran = fundalign("explain", two, "--apply", two / "scenarios.toml", "-o", "why")
    assert ran.returncode == 4
    assert sorted(path.name for path in (two.parent / "why").iterdir()) == [
        "explanation.json",
        "explanation.txt",
        "repair.toml",
    ]
    assert fundalign("solve", two, "--scenario", "repair").returncode == 0
    assert fundalign("explain", two, "--scenario", "repair").returncode == 0
    again = fundalign("explain", two, "--apply", two / "scenarios.toml")
    assert again.returncode == 2
    assert "exists already" in again.stderr
    assert fundalign("explain", two, "-o", "why").returncode == 2
    assert fundalign("explain", two, "--apply", two / "scenarios.toml", "-o", "why", "--force").returncode == 4


def test_what_was_relaxed_may_give_and_nothing_else(fundalign: Runner, two: Path) -> None:
    ran = fundalign("explain", two, "--relax", "status", "--format", "json", "--alternatives", 2)
    repairs = json.loads(ran.stdout)["repairs"]
    assert 2 <= len(repairs) <= 3
    assert any("make D a candidate" in step["words"] for repair in repairs for step in repair["steps"])
    refused = fundalign("explain", two, "--relax", "staus")
    assert refused.returncode == 2
    assert "did you mean 'status'" in refused.stderr


def test_a_red_line_is_given_up_by_a_scenario(fundalign: Runner, little: Path, tmp_path: Path) -> None:
    (little / "funders.csv").write_text("funder,kind,currency\nF,public,EUR\nX,private,EUR\n", encoding="utf-8")
    (little / "budgets.csv").write_text(
        "funder,cycle,first_period,last_period,payments\nF,c1,2027,2028,10\nX,c1,2027,2028,2\n", encoding="utf-8"
    )
    (little / "initiatives.csv").write_text("initiative,currency,status\nA,EUR,mandatory\nB,EUR,\n", encoding="utf-8")
    (little / "eligibility.csv").write_text("rule,funders,initiatives,allow\nno A,F,A,false\n", encoding="utf-8")
    ran = fundalign("explain", little, "--relax", "eligibility", "--apply", "repair.toml", "--repair", 2)
    assert ran.returncode == 4
    assert "red line no A (eligibility.csv, row 2, allow)" in ran.stdout
    assert "raise budget of X, cycle c1 from 2 to 6" in ran.stdout  # 200 %: a red line given up counts 100 %
    first = fundalign("explain", little, "--relax", "eligibility", "--apply", little / "scenarios.toml")
    assert "give up red line no A: remove row 2 of eligibility.csv" in first.stdout
    assert "remove = true" in (little / "scenarios.toml").read_text(encoding="utf-8")
    assert fundalign("check", little).returncode == 0
    assert fundalign("solve", little, "-o", "without").returncode == 4
    ran = fundalign("solve", little, "-o", "with", "--scenario", "repair")
    assert ran.returncode == 0, ran.stderr
    assert not (tmp_path / "with" / "case" / "eligibility.csv").exists()
    assert fundalign("verify", "with").returncode == 0
    same = fundalign("solve", little, "-o", "same", "--set", "eligibility[rule=no A,allow=false]=remove")
    assert same.returncode == 0, same.stderr


def test_rows_that_confine_several_funders_are_given_up_once(fundalign: Runner, little: Path) -> None:
    """F and G may pay only B, so A wants X's money, which is 1 of 6: either the row goes, whosever it is, or X pays."""
    (little / "funders.csv").write_text("funder,kind,currency\nF,public,EUR\nG,public,EUR\nX,private,EUR\n", "utf-8")
    head = "funder,cycle,first_period,last_period,payments\n"
    cycles = "".join(f"{f},c1,2027,2028,{money}\n" for f, money in (("F", 10), ("G", 10), ("X", 1)))
    (little / "budgets.csv").write_text(head + cycles, encoding="utf-8")
    (little / "initiatives.csv").write_text("initiative,currency,status\nA,EUR,mandatory\nB,EUR,\n", encoding="utf-8")
    (little / "groups.csv").write_text("group,kind,member\nall,funder,F\nall,funder,G\n", encoding="utf-8")
    (little / "eligibility.csv").write_text("rule,funders,initiatives,allow\nB only,all,B,true\n", encoding="utf-8")
    ran = fundalign("explain", little, "--relax", "eligibility", "--format", "json", "-o", "told")
    assert ran.returncode == 4, ran.stderr
    first, second = json.loads(ran.stdout)["repairs"]
    (step,) = first["steps"]
    assert step["set"] == ["eligibility[rule=B only,funders=all,initiatives=B,allow=true]=remove"]
    assert step["words"].endswith(" is confined to")
    assert "remove row 2 of eligibility.csv, and with it what" in step["words"]
    assert [text for one in second["steps"] for text in one["set"]] == ["budgets.payments[funder=X,cycle=c1]+=5"]


def test_precedence_is_given_up_by_a_scenario_in_a_workbook(fundalign: Runner, little: Path, tmp_path: Path) -> None:
    """A must come before B and B begin in 2027, the first year, if at all; that it must is a what-if."""
    (little / "milestones.csv").write_text(
        "initiative,milestone,order,duration,cost,value,latest_start\nA,a1,1,1,6,10,\nB,b1,1,1,4,9,2027\n",
        encoding="utf-8",
    )
    (little / "precedence.csv").write_text("predecessor,successor\nA,B\n", encoding="utf-8")
    assert fundalign("new", "--xlsx", "book.xlsx", "--example", little).returncode == 0
    must = ("--set", "initiatives.status[initiative=B]=mandatory", "--format", "json")
    ran = fundalign("explain", "book.xlsx", *must, "--relax", "precedence", "--apply", "repair.toml")
    assert ran.returncode == 4, ran.stdout + ran.stderr
    (step,) = json.loads(ran.stdout)["repairs"][0]["steps"]
    assert step["words"] == "give up precedence of A before B: remove row 2 of book.xlsx, sheet precedence"
    assert step["set"] == ["precedence[predecessor=A,successor=B,type=finish-start]=remove"]
    (little / "scenarios.toml").write_bytes((tmp_path / "repair.toml").read_bytes())
    assert fundalign("new", "--xlsx", "mended.xlsx", "--example", little).returncode == 0
    for case, asked, code in (("book.xlsx", must, 4), ("mended.xlsx", ("--scenario", "repair"), 0)):
        ran = fundalign("solve", case, *asked, "-o", Path(case).stem)
        assert ran.returncode == code, ran.stderr
    portfolio = (tmp_path / "mended" / "portfolio.csv").read_text(encoding="utf-8").splitlines()
    assert any(line.startswith("B,") for line in portfolio)


def test_a_feasible_case_is_0_and_says_so(fundalign: Runner, tmp_path: Path) -> None:
    ran = fundalign("explain", "tiny")
    assert ran.returncode == 0
    assert "there is nothing to explain" in ran.stdout
    asked = fundalign("explain", "tiny", "--apply", "none.toml")
    assert asked.returncode == 0
    assert "no repair to write" in asked.stderr
    assert not (tmp_path / "none.toml").exists()


def test_bad_input_is_3_and_a_missing_case_2(fundalign: Runner, little: Path) -> None:
    assert fundalign("explain", "nowhere").returncode == 2
    (little / "budgets.csv").write_text("funder;cycle\n", encoding="utf-8")
    ran = fundalign("explain", little)
    assert ran.returncode == 3
    assert "nothing was written" in ran.stderr


def test_a_what_if_that_contradicts_itself_is_told_in_the_words_of_check(fundalign: Runner, little: Path) -> None:
    (little / "initiatives.csv").write_text("initiative,currency,status\nA,EUR,mandatory\nB,EUR,\n", encoding="utf-8")
    dates = "initiative,milestone,order,duration,cost,value,earliest_start,latest_start\n"
    (little / "milestones.csv").write_text(f"{dates}A,a1,1,1,6,10,2028,2028\nB,b1,1,1,5,9,,\n", encoding="utf-8")
    change = ("--set", "milestones.latest_start[initiative=A]=2027")
    ran = fundalign("explain", little, *change, "--relax", "dates")
    assert ran.returncode == 4
    assert "contradiction: milestones.csv, row 2, latest_start: '2027'" in ran.stdout
    assert "  - earliest start of A/a1: 2028 (milestones.csv, row 2, earliest_start)" in ran.stdout
    assert "delay latest start of A/a1 by 1 period, from 2027 to 2028" in ran.stdout
    solved = fundalign("solve", little, *change)
    assert solved.returncode == 4
    assert "earliest start of A/a1: 2028 (milestones.csv, row 2, earliest_start)" in solved.stdout


def test_no_time_is_7_and_nothing_is_called_infeasible(fundalign: Runner, two: Path, tmp_path: Path) -> None:
    ran = fundalign("explain", two, "--time-limit", 1e-6, "-o", "why")
    assert ran.returncode == 7
    assert "No plan of Two was found in the time given; that there is none is not proved." in ran.stdout
    assert "No plan keeps" not in ran.stdout + ran.stderr
    assert sorted(path.name for path in (tmp_path / "why").iterdir()) == ["explanation.json", "explanation.txt"]
    solved = fundalign("solve", two, "--time-limit", 1e-6)
    assert solved.returncode == 7
    assert "that there is none is not proved" in solved.stdout
    assert "could not satisfy these rules" in solved.stdout
