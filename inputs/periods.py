"""Planning periods: labels such as 2027, 2027H1, 2027Q3 and 2027-05, and their arithmetic.

Within a frequency every label has an ordinal (periods since year 0), so that differences of ordinals count
periods. Period 1 of a case is its ``first_period``. Years run from 1000 to 2999.
"""

from __future__ import annotations

import re
from typing import Final, Literal

Frequency = Literal["Y", "H", "Q", "M"]

PERIODS_PER_YEAR: Final[dict[Frequency, int]] = {"Y": 1, "H": 2, "Q": 4, "M": 12}
EXAMPLES: Final[dict[Frequency, str]] = {"Y": "2027", "H": "2027H1", "Q": "2027Q3", "M": "2027-05"}
_PATTERNS: Final[dict[Frequency, re.Pattern[str]]] = {
    "Y": re.compile(r"([12][0-9]{3})", re.ASCII),
    "H": re.compile(r"([12][0-9]{3})H([12])", re.ASCII),
    "Q": re.compile(r"([12][0-9]{3})Q([1-4])", re.ASCII),
    "M": re.compile(r"([12][0-9]{3})-(0[1-9]|1[0-2])", re.ASCII),
}


def ordinal(label: str, frequency: Frequency) -> int:
    """Return the number of periods from year 0 to the labelled one; ``ValueError`` if it does not fit."""
    match = _PATTERNS[frequency].fullmatch(label)
    if match is None:
        raise ValueError(f"'{label}' is not a period of frequency {frequency} such as {EXAMPLES[frequency]}")
    part = int(match[2]) - 1 if frequency != "Y" else 0
    return int(match[1]) * PERIODS_PER_YEAR[frequency] + part


def label_of(number: int, frequency: Frequency) -> str:
    """Return the label of an ordinal, the inverse of :func:`ordinal`; years run from 0000 to 9999."""
    year, part = divmod(number, PERIODS_PER_YEAR[frequency])
    if not 0 <= year <= 9999:
        raise ValueError(f"year {year} has no four-digit label")
    if frequency == "Y":
        return f"{year:04d}"
    if frequency == "M":
        return f"{year:04d}-{part + 1:02d}"
    return f"{year:04d}{frequency}{part + 1}"


def converted(label: str, frequency: Frequency, wanted: Frequency) -> str:
    """Return the period of another frequency in which a labelled one begins: 2027-05 is in 2027Q2."""
    number = ordinal(label, frequency) * PERIODS_PER_YEAR[wanted] // PERIODS_PER_YEAR[frequency]
    return label_of(number, wanted)


def frequency_of(label: str) -> Frequency | None:
    """Return the frequency whose pattern the label has, or ``None`` when it is no period at all."""
    for frequency, pattern in _PATTERNS.items():
        if pattern.fullmatch(label):
            return frequency
    return None
