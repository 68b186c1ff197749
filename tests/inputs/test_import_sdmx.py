"""SDMX-CSV rates: inverted exactly, kept beside what a case has, faults all at once, there and back."""

from __future__ import annotations

import shutil
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from fundalign.inputs.faults import InputError, UsageError
from fundalign.inputs.fx_history import read_history
from fundalign.inputs.import_rates import Target, Wanted, export_sdmx, rate_files, rates_of, target_of
from fundalign.inputs.import_sdmx import Sdmx, inverted, sdmx_of
from fundalign.inputs.shipped import shipped_path

# The columns of the ECB's export, and two more that only the standard has.
HEADER = (
    "DATAFLOW,KEY,FREQ,CURRENCY,CURRENCY_DENOM,EXR_TYPE,EXR_SUFFIX,TIME_PERIOD,OBS_VALUE,OBS_STATUS,UNIT_MULT,TITLE"
)


def line(code: str, time: str, value: str, frequency: str = "D", suffix: str = "A", power: str = "0") -> str:
    key = f"EXR.{frequency}.{code}.EUR.SP00.{suffix}"
    dataflow, title = "ECB:EXR(1.0)", f'"{code}, per euro"'
    return f"{dataflow},{key},{frequency},{code},EUR,SP00,{suffix},{time},{value},A,{power},{title}"


def sdmx(*lines: str) -> Sdmx:
    return sdmx_of("\n".join([HEADER, *lines]) + "\n", "exr.csv")


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A copy of `tiny`: EUR, 2027 to 2030 in years, SEK at 0.1 with a hedging cost and NOK, of which no file tells."""
    shutil.copytree(shipped_path("tiny"), tmp_path / "mine")
    text = "currency,rate,volatility,hedge_cost\nSEK,0.1,0.07,0.0040\nNOK,0.085,,\n"
    (tmp_path / "mine" / "currencies.csv").write_text(text, encoding="utf-8")
    return tmp_path / "mine"


@pytest.mark.parametrize("digits", [4, 12, 20])
@pytest.mark.parametrize("value", ["10.8215", "17000", "0.85", "3"])
def test_a_rate_is_the_inverse_to_the_digits_that_are_stated(value: str, digits: int) -> None:
    rate = inverted(Decimal(value), Decimal(1), digits)
    assert len(rate.as_tuple().digits) <= digits
    # The inverse is off by at most half a unit of the last digit.
    exact = 1 / Fraction(value)
    assert abs(Fraction(rate) - exact) <= exact * Fraction(1, 2) / 10 ** (digits - 1)


def test_the_last_rate_before_the_plan_becomes_the_reference_rate_and_the_rest_is_kept(tiny: Path) -> None:
    found = rates_of(
        sdmx(line("SEK", "2026-12-30", "10"), line("SEK", "2026-12-31", "12.5"), line("SEK", "2027-01-04", "20")),
        target_of(tiny, None),
        Wanted(),
    )
    # 1 / 12.5 = 0.08; the rate of January lies within the plan
    assert found.times == {"SEK": "2026-12-31"}
    assert rate_files(found) == {
        "currencies.csv": "currency,rate,volatility,hedge_cost\nSEK,0.08,0.07,0.0040\nNOK,0.085,,\n"
    }
    asked = rates_of(sdmx(line("SEK", "2026-12-30", "10"), line("SEK", "2026-12-31", "8")), target_of(tiny, None),
                     Wanted(at="2026-12-30"))  # fmt: skip
    assert {row.currency: str(row.rate) for row in asked.currencies} == {"SEK": "0.1", "NOK": "0.085"}


def test_rates_in_the_frequency_of_the_case_become_planning_rates(tiny: Path) -> None:
    (tiny / "rates.csv").write_text("currency,period,rate\nSEK,2028,0.2\nSEK,2030,0.3\n", encoding="utf-8")
    years = [
        line("SEK", str(year), value, "A") for year, value in ((2026, "10"), (2027, "8"), (2028, "16"), (2040, "1"))
    ]
    found = rates_of(sdmx(*years), target_of(tiny, None), Wanted())
    assert found.times == {"SEK": "2026"}
    rows = {row.period: str(row.rate) for row in found.rates}
    assert rows == {"2030": "0.3", "2027": "0.125", "2028": "0.0625"}  # 1/8, 1/16; 2040 is beyond the plan


def test_quarters_and_half_years_are_the_periods_of_cases() -> None:
    for frequency, time, label in (("Q", "2027-Q2", "2027Q2"), ("S", "2027-S2", "2027H2"), ("M", "2027-05", "2027-05")):
        case = Target("EUR", ("SEK",), "H" if frequency == "S" else frequency, 0, 10**6)
        start = {"Q": 2027 * 4, "S": 2027 * 2, "M": 2027 * 12}[frequency]
        case = Target(case.base, case.currencies, case.frequency, start, 12)
        earlier = {"Q": "2026-Q4", "S": "2026-S2", "M": "2026-12"}[frequency]
        found = rates_of(sdmx(line("SEK", earlier, "4", frequency), line("SEK", time, "5", frequency)), case, Wanted())
        assert [(row.period, str(row.rate)) for row in found.rates] == [(label, "0.2")]
        assert found.times == {"SEK": earlier}


def test_another_base_currency_takes_the_quotient() -> None:
    both = sdmx(line("SEK", "2026-11-27", "10"), line("USD", "2026-11-27", "1.25"), line("SEK", "2026-11-30", "11"))
    found = rates_of(both, Target("USD"), Wanted())
    # On the 27th, the last day with both: 1.25 USD per EUR; 1.25 / 10 USD per SEK.
    assert {row.currency: str(row.rate) for row in found.currencies} == {"EUR": "1.25", "SEK": "0.125"}
    with pytest.raises(InputError, match="a series of CHF, the base"):
        rates_of(both, Target("CHF"), Wanted())


def test_the_unit_multiplier_counts_and_days_without_a_rate_do_not() -> None:
    found = rates_of(sdmx(line("JPY", "2026-11-26", "1.6", power="2"), line("JPY", "2026-11-27", "NaN")),
                     Target("EUR"), Wanted())  # fmt: skip
    assert {row.currency: str(row.rate) for row in found.currencies} == {"JPY": "0.00625"}  # 1 / 160


def test_of_several_series_one_has_to_be_named() -> None:
    several = sdmx(
        line("SEK", "2026-11-27", "10"), line("SEK", "2026-10", "8", "M"), line("SEK", "2026-10", "9", "M", "E")
    )
    with pytest.raises(UsageError, match=r"several series \(D.SP00.A, M.SP00.A, M.SP00.E\); say which with --series"):
        rates_of(several, Target("EUR"), Wanted())
    with pytest.raises(UsageError, match=r"--series Q.SP00.A: exr.csv has no such series"):
        rates_of(several, Target("EUR"), Wanted(series="Q.SP00.A"))
    found = rates_of(several, Target("EUR"), Wanted(series="M.SP00.E"))
    assert found.times == {"SEK": "2026-10"}
    assert str(found.currencies[0].rate) == inverted(Decimal(9), Decimal(1), 12).to_eng_string()


def test_all_faults_are_told_at_once_with_row_and_column() -> None:
    wrong = [
        line("SEK", "2026-11-27", "10"),
        line("SEK", "2026-11-27", "11"),
        line("H10", "2026-11-27", "101.5"),
        line("USD", "27.11.2026", "1.1"),
        line("NOK", "2026-11-27", "11,5"),
        line("DKK", "2026-11-27", "0"),
        line("CHF", "2026-11", "0.95"),
        line("PLN", "2026-11-27", "4.2").replace(",EUR,", ",USD,"),
        line("CZK", "2026-11-27", "25", "W"),
        line("CZK", "2026-02-31", "25"),
    ]
    with pytest.raises(InputError) as caught:
        sdmx(*wrong)
    assert [(fault.row, fault.column, fault.value) for fault in caught.value.faults] == [
        (3, "TIME_PERIOD", "2026-11-27"),
        (4, "CURRENCY", "H10"),
        (5, "TIME_PERIOD", "27.11.2026"),
        (6, None, "13 cells"),
        (7, "OBS_VALUE", "0"),
        (8, "TIME_PERIOD", "2026-11"),
        (9, "CURRENCY_DENOM", "USD"),
        (10, "FREQ", "W"),
        (11, "TIME_PERIOD", "2026-02-31"),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("date,SEK\n2026-11-27,10\n", "FREQ"),
        ("FREQ;CURRENCY;CURRENCY_DENOM;TIME_PERIOD;OBS_VALUE\nD;SEK;EUR;2026-11-27;10\n", "a comma-separated file"),
        (HEADER + "\n", "at least one observation"),
        ("", "this column"),
    ],
)
def test_files_of_another_form_are_named(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        sdmx_of(text, "exr.csv")


def test_rates_come_back_as_they_were() -> None:
    reference = {"SEK": Decimal("0.0912345678901"[:14]), "JPY": Decimal("0.00617"), "KWD": Decimal("2.98765432101")}
    planning = {("SEK", "2027-Q3"): Decimal("0.0923"), ("SEK", "2027-Q4"): Decimal("0.0917")}
    back = sdmx_of(export_sdmx("EUR", reference, planning, "2026-11-27"), "out.csv")
    case = Target("EUR", (), "Q", 2027 * 4, 8)
    found = rates_of(back, case, Wanted(series="D.SP00.A", planning="Q.SP00.A"))
    assert {row.currency: row.rate for row in found.currencies} == reference
    assert {(row.currency, row.period): row.rate for row in found.rates} == {
        ("SEK", "2027Q3"): Decimal("0.0923"),
        ("SEK", "2027Q4"): Decimal("0.0917"),
    }


def test_a_daily_file_is_a_history_of_rates(tmp_path: Path) -> None:
    (tmp_path / "exr.csv").write_text("\n".join([HEADER, line("SEK", "2026-11-27", "10.5")]) + "\n", encoding="utf-8")
    history = read_history(tmp_path / "exr.csv", "USD", inverse=False)  # the file knows better how it is quoted
    assert (history.pivot, history.inverse) == ("EUR", True)
    assert {code: [*of.values()] for code, of in history.quotes.items()} == {"SEK": [Decimal("10.5")]}
    (tmp_path / "months.csv").write_text(
        "\n".join([HEADER, line("SEK", "2026-11", "10.5", "M")]) + "\n", encoding="utf-8"
    )
    with pytest.raises(InputError, match="one series of daily rates"):
        read_history(tmp_path / "months.csv", "EUR", inverse=True)
