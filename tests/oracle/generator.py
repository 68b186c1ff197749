"""Random tiny cases: valid, small enough for the oracle, with numbers that make every rule family bind often.

`random_case(seed)` is deterministic. The seed picks one family that is featured for sure, chance some more.
Numbers are irregular on purpose: a schedule that fits a limit exactly would test rounding, not the optimum.
"""

from __future__ import annotations

import random

from .data import Data, Settings, Tables
from .draft import Draft, levelled
from .draw_payments import draw_payment_rules
from .draw_programme import draw_initiatives, draw_order_rules, draw_payers, draw_settings
from .oracle import FAMILIES, PARTS, Oracle
from .who_pays import eligible, permitted

WHOLE = tuple(f for f in FAMILIES if f not in ("milestones", "budgets", "equity"))
RELUCTANT = (
    "choices",
    "cofunding",
    "ranking",
    "cofunding",
    "contingency",
    "buffer",
    "hedging",
    "carry_over",
    "earmarks",
)
FEATURES = (*WHOLE, *RELUCTANT, *PARTS, "infeasible")
ATTEMPTS = 8


def random_case(seed: int) -> tuple[Settings, Tables]:
    """Settings and tables of a valid tiny case; the same seed gives the same case everywhere."""
    oracle = random_oracle(seed)
    return oracle.settings, oracle.tables


def random_oracle(seed: int) -> Oracle:
    """The oracle of `random_case(seed)`.

    The seed's feature gets a few attempts to be binding; if it never is, the last case is as good as any.
    """
    feature = FEATURES[seed % len(FEATURES)]
    for attempt in range(50):
        draft = draw(random.Random(1_000 * seed + attempt), feature)
        tables = {name: levelled(rows) for name, rows in draft.tables.items() if rows}
        oracle = Oracle(draft.settings, tables)
        valid = payers_exist(oracle.data) and len(oracle.schedules(frozenset({"equity"})).pick)
        if valid and (attempt + 1 >= ATTEMPTS or shows(oracle, feature)):
            return oracle
    raise ValueError(f"no valid case for seed {seed}")


def shows(oracle: Oracle, feature: str) -> bool:
    """Whether the case is about its feature: the family or part is binding, or there is no plan at all."""
    if feature == "infeasible":
        return oracle.best.status == "infeasible"
    return bool(oracle.binding((feature,)))


def draw(rng: random.Random, feature: str) -> Draft:
    featured = {feature}
    featured |= {f for f in WHOLE if rng.random() < 0.17} | {f for f in PARTS if rng.random() < 0.05}
    if "hedging" in featured:
        featured.add("buffer")
    draft = Draft(rng, featured)
    for step in (draw_settings, draw_payers, draw_initiatives, draw_order_rules, draw_payment_rules):
        step(draft)
    return draft


def payers_exist(data: Data) -> bool:
    """Whether every line of a mandatory initiative has a payer; otherwise the input check says no."""
    payers = [f for f, r in data.funders.items() if r["kind"] != "matching"]
    owed = [g for g in data.lines if data.initiatives[g.initiative].get("status") == "mandatory"]
    return all(any(permitted(data, f, g) and eligible(data, f, g) for f in payers) for g in owed)
