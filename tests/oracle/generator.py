"""Random tiny cases: valid, small enough for the oracle, with numbers that make every rule family bind often.

`random_case(seed)` is deterministic. The seed picks one family that is featured for sure, chance some more.
Numbers are irregular on purpose: a schedule that fits a limit exactly would test rounding, not the optimum.
"""

from __future__ import annotations

import random

from .book import Settings, Tables
from .data import Data
from .draft import Draft, levelled
from .draw_limits import draw_goal, draw_levels, draw_limits
from .draw_more import draw_more
from .draw_payments import draw_payment_rules
from .draw_programme import draw_initiatives, draw_order_rules, draw_payers, draw_settings
from .families import EQUITY_PARTS, FAMILIES, GOALS, METHODS, PARTS, ROWS, SETTINGS
from .oracle import Oracle
from .sharpen import overasked, sharpened
from .who_pays import eligible, permitted

BASIC = ("milestones", "budgets", "equity", "buffer", "matching")
"""Families that others bring with them."""
WHOLE = tuple(f for f in FAMILIES if f not in BASIC)
FEATURES = (*WHOLE, "matching", *PARTS, *SETTINGS, "infeasible")
SELDOM = (
    *("cofunding:rows", "earmarks:rows", "equity:rows", "guarantees:rows", "synergies:rows"),
    *("precedence:rows", "choices:rows", "choices:union", "earmarks:union"),
)
"""Several rules of one table that seldom matter at once among many others: featured in plainer cases of their own."""
PLAINER = 0.3
LIKELY = dict.fromkeys(WHOLE, 0.27) | {
    **dict.fromkeys(("choices", "tickets", "commitments", "buffer:cvar"), 0.4),
    **dict.fromkeys(("earmarks", "cofunding", "risk_tolerance", "buffer:additive", "buffer:budgeted"), 0.45),
    **dict.fromkeys(("eligibility", "ranking", "synergies"), 0.65),
}
"""How often a family is featured beside another one; more often what binds less often."""
AIMS = tuple(f"goal:{goal}" for goal in GOALS)
BUFFERS = tuple(f"buffer:{method}" for method in METHODS)
MATCHED = ("matching:cap", "matching:min_base", "matching:cumulative")
SECOND = (
    *("goal:key", "matching:cumulative", "goal:received", "matching:cap", "matching:min_base", "goal:received"),
    *("goal:key", "goal:public_money", "goal:received", "matching:cap", "goal:public_money"),
    *("goal:key", "matching:cumulative", "goal:received", "matching:min_base", "cofunding"),
    *("goal:key", "goal:received"),
    *("goal:key", "matching:cumulative", "goal:received", "matching:cap", "matching:min_base", "matching:min_base"),
    *("goal:key", "goal:public_money", "goal:received", "matching:cap", "goal:public_money"),
    *("goal:key", "matching:cumulative", "goal:received", "matching:min_base", "goal:received"),
    *("goal:key", "goal:received"),
)
"""What is featured beside the first feature; it would bind too seldom otherwise."""
STEPS = (
    draw_settings,
    draw_payers,
    draw_initiatives,
    draw_order_rules,
    draw_levels,
    draw_payment_rules,
    draw_limits,
    draw_goal,
)
ATTEMPTS, CHOOSY, PATIENT = 14, 10, 40


def random_case(seed: int) -> tuple[Settings, Tables]:
    """Settings and tables of a valid tiny case; the same seed gives the same case everywhere."""
    oracle = random_oracle(seed)
    return oracle.settings, oracle.tables


def random_oracle(seed: int) -> Oracle:
    """The oracle of `random_case(seed)`."""
    return drawn(1_000 * seed, FEATURES[seed % len(FEATURES)], SECOND[seed // 3 % len(SECOND)], ATTEMPTS)


def several_oracle(seed: int) -> Oracle:
    """The oracle of a case in which several rules of one table, or rows of one rule, matter together."""
    return drawn(10_000_000 + 1_000 * seed, SELDOM[seed % len(SELDOM)], "", PATIENT)


def drawn(seed: int, feature: str, second: str, attempts: int) -> Oracle:
    """The features get some attempts to be binding, the second one fewer; if never, the last case is as good as any."""
    last: Oracle | None = None
    for attempt in range(50):
        draft = draw(random.Random(seed + attempt), feature, second)
        tables = {name: levelled(rows) for name, rows in draft.tables.items() if rows}
        oracle = Oracle(draft.settings, tables)
        if not payers_exist(oracle.data) or overasked(oracle.data):
            continue
        if not len(oracle.schedules(frozenset({"equity"})).pick):
            continue
        oracle = ambitious(oracle, draft.ambition)
        first = fitted(oracle, feature, idle=feature == "infeasible" or seed % 12_000 == 0)
        both = fitted(first, second, idle=True) if second and first is not None and attempt < CHOOSY else first
        if both is not None and shows(both, feature):
            return both
        last = first or last or oracle
        if attempt + 1 >= attempts:
            return last
    raise ValueError(f"no valid case for seed {seed}")


def ambitious(oracle: Oracle, share: float) -> Oracle:
    """The case with a required value, if it has one, that is a share of the most value there is."""
    objective = oracle.settings.get("objective", {})
    if "required_value" not in objective:
        return oracle
    most = oracle.search(frozenset({"required_value"}), "value")
    aim = {**objective, "required_value": round(max(most.objective, 0.0) * share, 2)}
    return Oracle({**oracle.settings, "objective": aim}, oracle.tables)


def fitted(oracle: Oracle, feature: str, idle: bool) -> Oracle | None:
    """The case, or a stricter one, that is about a feature; with a plan that is not empty unless it may be `idle`."""
    for candidate in sharpened(oracle, feature):
        if overasked(candidate.data):
            continue
        if (idle or is_lively(candidate)) and shows(candidate, feature):
            return candidate
    return None


def is_lively(oracle: Oracle) -> bool:
    """Whether there is a plan, and something in it."""
    return any(start is not None for starts in oracle.best.starts.values() for start in starts)


def shows(oracle: Oracle, feature: str) -> bool:
    """Whether the case is about its feature: the family or part is binding, or there is no plan at all."""
    if feature == "infeasible":
        return oracle.best.status == "infeasible"
    return bool(oracle.binding((feature,)))


def draw(rng: random.Random, feature: str, second: str = "", without: frozenset[str] = frozenset()) -> Draft:
    """A case around one or two features, with some others beside them; `without` is never featured."""
    rare = PLAINER if feature in ROWS else 1.0
    featured = {feature, second} | {f for f in WHOLE if rng.random() < LIKELY[f] * rare}
    featured |= {f for f in PARTS if rng.random() < (0.07 if f in EQUITY_PARTS else 0.04)}
    featured |= {f for f in ("required_value", "tie_break") if rng.random() < 0.45}
    if not featured & set(AIMS) and (feature == "required_value" or rng.random() < 0.3):
        featured.add(rng.choice(AIMS))
    featured |= {f.partition(":")[0] for f in (feature, second) if f in ROWS}
    featured -= without
    for options in (BUFFERS, AIMS, MATCHED):
        named = [f for f in (feature, second) if f in options]
        kept = [*named, rng.choice([f for f in options if f in featured] or [feature])][0]
        featured -= set(options) - {kept}
    draft = Draft(rng, featured)
    for step in STEPS:
        step(draft)
    if feature in ROWS:
        draw_more(draft)
    return draft


def payers_exist(data: Data) -> bool:
    """Whether every line of a mandatory initiative has a payer; otherwise the input check says no."""
    covered = {f for r in data.rows("guarantees") for f in data.pick_funders(r["funders"])}
    payers = [f for f, r in data.funders.items() if r["kind"] != "matching" and f not in covered]
    owed = [g for g in data.lines if data.initiatives[g.initiative].get("status") == "mandatory"]
    return all(any(permitted(data, f, g) and eligible(data, f, g) for f in payers) for g in owed)
