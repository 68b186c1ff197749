"""What a search decided, in the model's units and not yet rounded: what rounding and the tables start from.

Levels are exact already: decimals of at most 12 digits, so that the dues that follow from them are exact too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from ..inputs.case import Case

Milestone = tuple[str, str]
LineKey = tuple[str, str, str]
Starts = Mapping[Milestone, int]
Levels = Mapping[Milestone, Fraction]
PayKey = tuple[str, LineKey, int]
HedgeKey = tuple[str, str, int]
GuaranteeKey = tuple[int, str, str]

DECIMALS = 12


@dataclass(frozen=True)
class Decisions:
    """A plan in `unit`s of each currency.

    `levels` holds the partial milestones that are done, all others are done in full. `payments` and `commitments`
    (lines under commitment only) are by funder, line and period, in the line's currency; `hedge_shares` the hedged
    part of each funder's exposure to a currency in a period; `guaranteed` is by row of guarantees.csv (from 0),
    initiative and cycle of the guarantor, in the initiative's currency. `worth` is the present value of each done
    milestone, its level counted, and `bonus` that of each synergy.
    """

    starts: Starts
    levels: Levels
    payments: Mapping[PayKey, float]
    hedge_shares: Mapping[HedgeKey, float]
    commitments: Mapping[PayKey, float] = field(default_factory=dict)
    guaranteed: Mapping[GuaranteeKey, float] = field(default_factory=dict)
    worth: Mapping[Milestone, float] = field(default_factory=dict)
    bonus: Mapping[str, float] = field(default_factory=dict)


def exact_levels(case: Case, found: Mapping[Milestone, float]) -> dict[Milestone, Fraction]:
    """Return the levels of done partial milestones as exact decimals of at most 12 digits.

    Every level is at least its milestone's least one, and no milestone's is above that of the one before.
    """
    levels: dict[Milestone, Fraction] = {}
    for name, steps in case.milestones.items():
        most = Fraction(1)
        for step in steps:
            key = (name, step.milestone)
            if key not in found:
                continue
            least = -(-Fraction(step.min_level) * 10**DECIMALS // 1)
            near = max(round(found[key] * 10**DECIMALS), least)
            levels[key] = most = min(most, Fraction(near, 10**DECIMALS))
    return levels
