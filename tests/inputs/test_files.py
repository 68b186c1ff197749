"""Files: encodings, separators, headers, ragged rows, unknown and missing ones; many faults at once; size."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fundalign.inputs.case import Case
from fundalign.inputs.faults import Fault, InputError, UsageError
from fundalign.inputs.read import case_from_tables, hash_inputs, read_case, write_case
from fundalign.inputs.tables import EligibilityRow

Tables = dict[str, list[dict[str, object]]]


def faults_of(folder: Path) -> tuple[Fault, ...]:
    with pytest.raises(InputError) as caught:
        read_case(folder)
    return caught.value.faults


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def one(found: tuple[Fault, ...]) -> tuple[str, int | None, str | None, str | None]:
    assert len(found) == 1, found
    return found[0].file, found[0].row, found[0].column, found[0].value


def test_what_is_written_is_read_again(small: Case, folder: Path) -> None:
    again = read_case(folder)
    assert again.tables == small.tables
    assert again.settings == small.settings
    assert (again.name, again.warnings) == ("small", ())


def test_byte_order_mark_and_windows_line_ends_are_fine(small: Case, folder: Path) -> None:
    for path in folder.glob("*.csv"):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert read_case(folder).tables == small.tables


def test_blank_lines_keep_their_row_numbers(folder: Path) -> None:
    edit(folder / "shares.csv", "A,N,0.5\n", "A,N,0.5\n\n\nA,Q,0.5\n")
    found = faults_of(folder)
    assert [(f.row, f.column, f.value) for f in found] == [(2, "share", "1.5"), (5, "party", "Q")]


def test_quoted_commas_and_line_breaks_are_one_row(folder: Path) -> None:
    edit(folder / "initiatives.csv", "Atlas", '"Atlas, the ""big"" one"')
    (folder / "eligibility.csv").write_text('rule,parties,allow,reason\nr,S,true,"so,\nit is"\nr,N,true,\n')
    case = read_case(folder)
    assert case.initiatives["A"].name == 'Atlas, the "big" one'
    assert [row.reason for row in case.rows(EligibilityRow)] == ["so,\nit is", None]
    write_case(case, folder)
    assert read_case(folder).tables == case.tables


def test_namibia_is_a_country(tables: Tables) -> None:
    for table in ("parties", "funders", "shares"):
        for row in tables[table]:
            row["party"] = "NA" if row.get("party") == "N" else row.get("party", "")
    tables["groups"][0]["member"] = "NA"
    case = case_from_tables({"name": "n", "currency": "EUR", "first_period": "2027", "periods": 4}, tables)
    assert case.parties["NA"].name == "Northland"


def test_semicolons(folder: Path) -> None:
    path = folder / "parties.csv"
    path.write_text(path.read_text().replace(",", ";"))
    assert one(faults_of(folder)) == ("parties.csv", 1, None, ";")


def test_semicolons_and_decimal_commas(folder: Path) -> None:
    path = folder / "shares.csv"
    path.write_text(path.read_text().replace(",", ";").replace("0.5", "0,5"))
    found = faults_of(folder)
    assert [(f.row, f.column, f.value) for f in found] == [
        (1, None, ";"),
        (2, "share", "0,5"),
        (3, "share", "0,5"),
    ]


def test_windows_encoding(folder: Path) -> None:
    path = folder / "parties.csv"
    path.write_bytes(path.read_bytes().replace(b"Southland", b"S\xfcdland"))
    assert one(faults_of(folder)) == ("parties.csv", 3, None, "Südland")


def test_utf_16(folder: Path) -> None:
    path = folder / "parties.csv"
    path.write_bytes(path.read_text().encode("utf-16"))
    assert one(faults_of(folder)) == ("parties.csv", None, None, "UTF-16")


@pytest.mark.parametrize("file", ["case.toml", "funders.csv", "budgets.csv", "initiatives.csv", "milestones.csv"])
def test_missing_file(file: str, folder: Path) -> None:
    (folder / file).unlink()
    assert one(faults_of(folder)) == (file, None, None, None)


def test_missing_column_is_one_fault(folder: Path) -> None:
    edit(folder / "funders.csv", "funder,kind,party,currency", "funder,kind,party,curency")
    assert [(f.row, f.column, f.hint) for f in faults_of(folder)] == [
        (1, "curency", "did you mean 'currency'?"),
        (1, "currency", "it is required"),
    ]


def test_required_cell_is_empty(folder: Path) -> None:
    edit(folder / "funders.csv", "SM,public,S,EUR", "SM,public,S,")
    assert one(faults_of(folder)) == ("funders.csv", 3, "currency", "")


def test_header_with_a_column_twice(folder: Path) -> None:
    edit(folder / "parties.csv", "party,name", "party,party")
    assert one(faults_of(folder)) == ("parties.csv", 1, "party", "party")


def test_header_with_an_empty_column(folder: Path) -> None:
    path = folder / "parties.csv"
    path.write_text("".join(f"{line},\n" for line in path.read_text().splitlines()))
    assert one(faults_of(folder)) == ("parties.csv", 1, "column 5", "")


@pytest.mark.parametrize(
    ("old", "new", "value"), [("NM,a,", "NM,a,,", "6 cells"), (",2028,100\n", ",2028\n", "4 cells")]
)
def test_ragged_row(old: str, new: str, value: str, folder: Path) -> None:
    edit(folder / "budgets.csv", old, new)
    assert one(faults_of(folder)) == ("budgets.csv", 2, None, value)


def test_empty_surplus_in_every_row_is_one_fault(folder: Path) -> None:
    path = folder / "budgets.csv"
    head, *lines = path.read_text().splitlines()
    path.write_text("\n".join([head, *(f"{line},," for line in lines)]))
    found = faults_of(folder)
    assert one(found) == ("budgets.csv", 2, None, "7 cells")
    assert found[0].hint == (
        "the cells after the last column are empty: all 4 rows end with a comma too many; delete it"
    )


def test_rows_with_empty_surplus_are_judged(folder: Path) -> None:
    edit(folder / "budgets.csv", "NM,b,2029,2030,100.50", "NX,b,2029,2030,100.50,")
    edit(folder / "budgets.csv", "MF,a,2027,2030,20", "MF,a,2027,2031,20,")
    found = faults_of(folder)
    assert [(f.row, f.column, f.value) for f in found] == [
        (3, None, "6 cells"),
        (3, "funder", "NX"),
        (5, "last_period", "2031"),
    ]
    assert "this row and 1 others (5) end" in found[0].hint


def test_a_comma_after_the_header_only(folder: Path) -> None:
    edit(folder / "budgets.csv", "payments\n", "payments,\n")
    assert one(faults_of(folder)) == ("budgets.csv", 1, "column 6", "")


def test_row_of_commas(folder: Path) -> None:
    with (folder / "budgets.csv").open("a") as file:
        file.write(",,,,\n")
    assert one(faults_of(folder)) == ("budgets.csv", 6, None, "")


def test_unclosed_quote(folder: Path) -> None:
    edit(folder / "parties.csv", "Southland", '"Southland')
    assert one(faults_of(folder)) == ("parties.csv", 3, None, None)


def test_empty_file(folder: Path) -> None:
    (folder / "parties.csv").write_text("")
    assert one(faults_of(folder)) == ("parties.csv", 1, None, None)


def test_a_table_without_rows_counts_as_absent(folder: Path) -> None:
    (folder / "rates.csv").write_text("currency,period,rate\n")
    assert read_case(folder).tables["rates"] == ()


def test_needed_table_without_rows(folder: Path) -> None:
    (folder / "funders.csv").write_text("funder,kind,currency\n")
    assert one(tuple(f for f in faults_of(folder) if f.file == "funders.csv")) == (
        "funders.csv",
        None,
        None,
        None,
    )


def test_unknown_table(folder: Path) -> None:
    shutil.copy(folder / "shares.csv", folder / "share.csv")
    (folder / "README.md").write_text("left alone")
    found = faults_of(folder)
    assert one(found) == ("share.csv", None, None, "share.csv")
    assert found[0].hint == "did you mean 'shares.csv'?"


def test_toml_that_is_none(folder: Path) -> None:
    edit(folder / "case.toml", "periods = 4", "periods = = 4")
    assert one(faults_of(folder)) == ("case.toml", 5, None, "periods = = 4")


def test_wrong_paths(tmp_path: Path) -> None:
    (tmp_path / "case.txt").write_text("")
    for path, told in (
        ("nowhere", "no such path"),
        ("case.txt", "not a folder"),
    ):
        with pytest.raises(UsageError, match=told):
            read_case(tmp_path / path)


def test_hashes_of_inputs(folder: Path) -> None:
    (folder / "README.md").write_text("left alone")
    hashes = hash_inputs(folder)
    assert set(hashes) == {"case.toml", *(path.name for path in folder.glob("*.csv"))}
    assert all(len(digest) == 64 for digest in hashes.values())


def test_twenty_faults_are_all_named(folder: Path) -> None:
    edit(folder / "case.toml", "discount_rate = 0", "discount_rate = 3")
    edit(folder / "funders.csv", "MF,matching", "MF,macthing")
    edit(folder / "budgets.csv", "NM,a,2027,2028,100", "NM,a,01/02/2027,2028,1_000")
    edit(folder / "budgets.csv", "NM,b,2029,2030,100.50", "NM,b,2029,2030,NaN")
    edit(folder / "budgets.csv", "SM,a,2027,2030,50", "SM,a,2027,2030,inf\nSX,a,2027,2031,5")
    edit(folder / "currencies.csv", "SEK,0.1", 'SEK,"1.234,5"')
    edit(folder / "parties.csv", "S,Southland", "S,Southland ")
    edit(folder / "initiatives.csv", "B,Beacon,light,EUR", "B,Beacon,light,XYZ")
    edit(folder / "milestones.csv", "A,m1,1", "A,m1,1.0")
    edit(folder / "milestones.csv", "A,m2,2", "A,m2,2,,,")
    edit(folder / "shares.csv", "B,S,0.6", "B,S,0.59")
    edit(folder / "groups.csv", "north,party,N", "north,party,NN\nnorth,party,S\nnorth,party,S")
    edit(folder / "matching.csv", "half,MF", "half,MG")
    (folder / "equity.csv").write_text("rule,measure,parties,at_least\nf,received,each,0.51\n")
    (folder / "precedence.csv").write_text("predecessor,successor\nA/m2,A/m1\nA/m1,B\nB,A/m1\n")
    (folder / "rates.csv").write_bytes(b"currency;period;rate\nUSD;2028;1\n")
    (folder / "fundres.csv").write_text("a\n")
    (folder / "choices.csv").write_bytes(b"choice,initiatives,at_most\nl\xf6,both,1\n")
    (folder / "synergies.csv").write_text("synergy,initiatives,value\ns,both,1e3\n")
    found = {(f.file, f.row, f.column, f.value) for f in faults_of(folder)}
    wanted = {
        ("case.toml", None, "discount_rate", "3"),
        ("funders.csv", 4, "kind", "macthing"),
        ("budgets.csv", 2, "first_period", "01/02/2027"),
        ("budgets.csv", 2, "payments", "1_000"),
        ("budgets.csv", 3, "payments", "NaN"),
        ("budgets.csv", 4, "payments", "inf"),
        ("budgets.csv", 5, "funder", "SX"),
        ("budgets.csv", 5, "last_period", "2031"),
        ("currencies.csv", 2, "rate", "1.234,5"),
        ("parties.csv", 3, "name", "Southland "),
        ("initiatives.csv", 3, "currency", "XYZ"),
        ("milestones.csv", 2, "order", "1.0"),
        ("milestones.csv", 3, None, "10 cells"),
        ("shares.csv", 4, "share", "0.99"),
        ("precedence.csv", 3, "successor", "B"),
        ("groups.csv", 2, "member", "NN"),
        ("groups.csv", 4, "group", "north, party, S"),
        ("matching.csv", 2, "funders", "MG"),
        ("equity.csv", 2, "at_least", "0.51"),
        ("rates.csv", 1, None, ";"),
        ("fundres.csv", None, None, "fundres.csv"),
        ("choices.csv", 2, None, "lö"),
        ("synergies.csv", 2, "value", "1e3"),
    }
    assert found == wanted


def test_a_hundred_thousand_rows(tmp_path: Path) -> None:
    count = 20_000
    (tmp_path / "case.toml").write_text('name = "big"\ncurrency = "EUR"\nfirst_period = "2027"\nperiods = 4\n')
    (tmp_path / "funders.csv").write_text("funder,kind,currency\nF,public,EUR\n")
    (tmp_path / "budgets.csv").write_text("funder,cycle,first_period,last_period,payments\nF,c,2027,2030,9\n")
    lines = [f"I{i},EUR,T{i % 7}\n" for i in range(count)]
    (tmp_path / "initiatives.csv").write_text("initiative,currency,theme\n" + "".join(lines))
    lines = [f"I{i},m{order},{order},1,{i}.25,1\n" for i in range(count) for order in (1, 2)]
    (tmp_path / "milestones.csv").write_text("initiative,milestone,order,duration,cost,value\n" + "".join(lines))
    lines = [f"I{i},P{(i + step) % 30},0.5\n" for i in range(count) for step in (0, 7)]
    (tmp_path / "shares.csv").write_text("initiative,party,share\n" + "".join(lines))
    case = read_case(tmp_path)
    assert sum(len(rows) for rows in case.tables.values()) == 5 * count + 2
    assert case.warnings == ()


LABELS = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z"), exclude_characters="/"),
    min_size=1,
    max_size=8,
)


@settings(max_examples=40, deadline=None)
@given(
    label=LABELS,
    cost=st.decimals(0, 10**12, places=6, allow_nan=False),
    value=st.decimals(-(10**6), 10**6, places=3, allow_nan=False),
    note=st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), max_size=12),
)
def test_any_name_and_number_comes_back(
    label: str, cost: object, value: object, note: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    tables: Tables = {
        "funders": [{"funder": f"f{label}", "kind": "public", "currency": "EUR", "name": note}],
        "budgets": [
            {
                "funder": f"f{label}",
                "cycle": label,
                "first_period": "2027",
                "last_period": "2027",
                "payments": cost,
            }
        ],
        "initiatives": [{"initiative": f"i{label}", "currency": "EUR"}],
        "milestones": [
            {
                "initiative": f"i{label}",
                "milestone": label,
                "order": 1,
                "duration": 1,
                "cost": cost,
                "value": value,
            }
        ],
    }
    case = case_from_tables({"name": "n", "currency": "EUR", "first_period": "2027", "periods": 1}, tables, "case")
    folder = tmp_path_factory.mktemp("run") / "case"
    write_case(case, folder)
    again = read_case(folder)
    assert again == case
    assert str(again.milestones[f"i{label}"][0].cost) == str(case.milestones[f"i{label}"][0].cost)
