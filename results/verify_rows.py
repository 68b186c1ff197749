"""What an audit is made of: one row per rule, and the sentences that name what does not hold.

A row compares an achieved value with its bounds in comparable terms: money in whole currency units (`unit` is
its currency), counts or period numbers (no `unit`). Ratio rules are stated as amounts, `total` being what the
ratio is of.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

ZERO = Fraction(0)
_SIGNIFICANT = Context(prec=15, rounding=ROUND_HALF_EVEN)


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One rule at one place: `at_least ≤ value ≤ at_most`, each side to within `tolerance`; exact numbers."""

    family: str
    rule: str
    owner: str
    index: tuple[str, ...]
    value: Fraction
    at_least: Fraction | None = None
    at_most: Fraction | None = None
    tolerance: Fraction = ZERO
    total: Fraction | None = None
    unit: str = ""

    @property
    def slack(self) -> Fraction | None:
        """Return the distance to the nearer bound, negative beyond it; None without bounds."""
        below = None if self.at_least is None else self.value - self.at_least
        above = None if self.at_most is None else self.at_most - self.value
        if below is None or above is None:
            return above if below is None else below
        return min(below, above)

    @property
    def binding(self) -> bool:
        """Tell whether the value sits at one of its bounds, to within the tolerance or a millionth of the bound.

        A row of which nothing is in use (zero against zero) binds nothing.
        """
        slack, bounds = self.slack, [abs(bound) for bound in (self.at_least, self.at_most) if bound is not None]
        if slack is None or not (self.value or any(bounds)):
            return False
        return slack <= max(self.tolerance, max(bounds) / 10**6)

    @property
    def holds(self) -> bool:
        """Tell whether the value respects both bounds, to within the tolerance."""
        slack = self.slack
        return slack is None or slack >= -self.tolerance

    @property
    def achieved(self) -> Fraction | None:
        """Return value / total, the achieved share or ratio; None where there is no total to compare with."""
        return self.value / self.total if self.total else None


@dataclass(frozen=True)
class Audit:
    """Every rule row of a plan and, in words, everything that does not hold."""

    rows: tuple[RuleRow, ...]
    faults: tuple[str, ...]

    def __repr__(self) -> str:
        """Return the verdict and its size in one line."""
        verdict = "holds" if self.holds else "does not hold"
        return f"Audit({verdict}, {len(self.rows)} rule rows, {len(self.faults)} faults)"

    @property
    def holds(self) -> bool:
        """Tell whether the plan keeps every rule and all its accounts tie."""
        return not self.faults and all(row.holds for row in self.rows)


class Findings:
    """Collects rows and faults while an audit runs; a row that does not hold becomes a fault by itself."""

    def __init__(self) -> None:
        """Start with nothing found."""
        self.rows: list[RuleRow] = []
        self.faults: list[str] = []
        self.ties: Counter[str] = Counter()

    def rule(self, row: RuleRow, sentence: str | Callable[[RuleRow], str] = "") -> None:
        """Add a rule row; `sentence` replaces the general wording when the row does not hold."""
        self.rows.append(row)
        if not row.holds:
            words = sentence if isinstance(sentence, str) else sentence(row)
            self.faults.append(words or describe(row))

    def account(self, file: str, sentence: str, row: int | None = None) -> None:
        """Add a fault of a file of the run; `row` is the number a spreadsheet shows (the header is row 1)."""
        self.ties[file] += 1
        place = file if row is None else f"{file} row {row}"
        self.faults.append(f"{place}: {sentence}")


def describe(row: RuleRow) -> str:
    """Say in one sentence how a rule row misses its bounds."""
    place = ", ".join(part for part in (row.owner, *row.index) if part)
    unit = f" {row.unit}" if row.unit else ""
    if row.at_least is not None and row.value < row.at_least - row.tolerance:
        bound = f"at least {plain(row.at_least)}{unit} required"
    else:
        bound = f"at most {plain(row.at_most or ZERO)}{unit} allowed"
    return f"{row.family}: {row.rule} ({place}): {plain(row.value)}{unit}, {bound}"


def plain(value: Fraction) -> str:
    """Return plain decimal text: exact when it ends within 12 decimals, else 15 significant digits."""
    scaled = value * 10**12
    if scaled.denominator == 1:
        exact = Decimal(scaled.numerator).scaleb(-12)
    else:
        exact = _SIGNIFICANT.divide(Decimal(value.numerator), Decimal(value.denominator))
    text = format(exact, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def money(value: Fraction, digits: int) -> str:
    """Return an amount with exactly `digits` decimals, rounded half up; for exact amounts nothing is lost."""
    scaled = value * 10**digits
    whole = (2 * abs(scaled) + 1) // 2  # half away from zero
    sign = "-" if value < 0 and whole else ""
    text = str(whole).rjust(digits + 1, "0")
    return sign + (f"{text[:-digits]}.{text[-digits:]}" if digits else text)


def nine_decimals(value: Fraction | None) -> str:
    """Return a ratio with at most nine decimals; empty where there is none."""
    return "" if value is None else plain(Fraction(round(value * 10**9), 10**9))


def six_digits(stated: Fraction, exact: Fraction) -> bool:
    """Tell whether a ratio is stated to at least six significant digits."""
    if stated == exact or not exact:
        return stated == exact
    last = Decimal(1).scaleb(_SIGNIFICANT.divide(exact.numerator, exact.denominator).adjusted() - 5)
    return abs(stated - exact) <= Fraction(last) * Fraction(500_001, 1_000_000)
