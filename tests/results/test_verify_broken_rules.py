"""Every rule that a plan made by hand breaks, and every wrong entry of its summary and factors, is named."""

from typing import Any

import pytest

from .conftest import HandPlan

# One entry of summary.json or factors.json each: path, value, words of the fault.
ENTRIES = [
    ("summary", "case", "other", "case is 'other', should be 'by hand'"),
    ("summary", "status", "no_plan", "status is 'no_plan', but a plan is optimal, feasible or interrupted"),
    ("summary", "objective", 15.9600001, "objective is 15.9600001, should be 15.96"),
    ("summary", "terms.value", 15.95, "term value is 15.95, should be 15.96"),
    ("summary", "bound", 16.0, "gap is 0, but bound and objective are 0.0025"),
    ("summary", "bound", 15.0, "bound 15 is below the objective 15.96"),
    ("summary", "gap", "none", "bound is 15.96 and gap 'none', both should be numbers"),
    ("summary", "currency", "SEK", "currency is 'SEK', should be 'EUR'"),
    ("summary", "unit", 1000, "unit is 1000, should be 1"),
    ("summary", "counts.payments", 13, "counts.payments is 13, should be 14"),
    ("summary", "counts.funded", 4, "counts.funded is 4, should be 3"),
    ("summary", "totals.public", "1750.01", "totals.public is '1750.01', should be '1750.00'"),
    ("summary", "totals.guarantee", "0.00", "totals: unknown entry 'guarantee'"),
    ("summary", "leverage", 0.142858, "leverage is 0.142858, should be 0.14279186657528"),
    ("factors", "discount.2029", "0.640000000002", "discount in 2029 is 0.640000000002, should be 0.64"),
    ("factors", "discount.2026", "1", "discount: unknown period '2026'"),
    ("factors", "escalation.Q.2028", "1.50000000002", "escalation of Q in 2028 is 1.50000000002"),
    ("factors", "escalation.Z", {}, "escalation: unknown initiative 'Z'"),
    ("factors", "loss.ME.SEK.2027", "0.0178786315173", "loss of ME for SEK in 2027 is 0.0178786315173"),
    ("factors", "loss.ME.SEK.2027", 0.0178786315171, "loss of ME for SEK in 2027 is not a number in text"),
    ("factors", "loss.ME.EUR", {}, "loss of ME: unknown foreign currency 'EUR'"),
    ("factors", "loss.ME.SEK", {}, "the loss factor of ME for SEK in 2027 is missing"),
    ("factors", "discount", {}, "the discount factor of 2029 is missing"),
    ("factors", "escalation", {}, "the escalation factor of Q in 2028 is missing"),
    ("factors", "quantile", "1.64", "unknown entry 'quantile'"),
]

# One change of the case each that the plan does not keep: table, column, where, new text, words of the fault.
RULES = [
    (
        "milestones",
        "earliest_start",
        {"milestone": "m1"},
        "2028",
        "Q/m1 starts in 2027, must not start before 2028",
    ),
    ("milestones", "latest_start", {"milestone": "r1"}, "2027", "R/r1 starts in 2028, must start by 2027"),
    ("milestones", "deadline", {"milestone": "m2"}, "2028", "Q/m2 starts in 2028, must start by 2027"),
    (
        "initiatives",
        "sunset",
        {"initiative": "S"},
        "2028",
        "window: S/s1 starts in 2027, cannot start at all",
    ),
    (
        "milestones",
        "success",
        {"milestone": "m1"},
        "0",
        "R/r1 starts in 2028, but may not start after Q/m1, which is not",
    ),
    (
        "milestones",
        "success",
        {"milestone": "m1"},
        "0",
        "sequence: Q/m2 starts in 2028, but may not start after Q/m1",
    ),
    (
        "initiatives",
        "status",
        {"initiative": "X"},
        "mandatory",
        "milestones: mandatory (X): 0, at least 1 required",
    ),
    (
        "initiatives",
        "status",
        {"initiative": "R"},
        "excluded",
        "milestones: excluded (R): 1, at most 0 allowed",
    ),
    (
        "initiatives",
        "rank",
        {"initiative": "R"},
        "3",
        "ranking: C: R (rank 3) is funded, but better ranked X is not",
    ),
    (
        "precedence",
        "lag",
        {"successor": "R"},
        "1",
        "R/r1 after Q/m1 starts in 2028, must not start before 2029",
    ),
    ("groups", "member", {"member": "X"}, "Q", "choices: one-of-G (G): 2, at most 1 allowed"),
    ("choices", "initiatives", {}, "X", "choices: one-of-G (X): 0, at least 1 required"),
    ("eligibility", "funders", {"rule": "no-R"}, "FB", "red line no-R (statute)"),
    (
        "eligibility",
        "stage",
        {"rule": "me-only"},
        "build",
        "ME for Q / research / A: outside what rule me-only allows",
    ),
    ("funders", "party", {"funder": "FA"}, "B", "FA for Q / research / A: its home is B"),
    ("cofunding", "at_most", {}, "0.9", "public pay 1600 of 1750 EUR, a ratio of 0.91428"),
    ("cofunding", "at_least", {}, "0.92", "at least 0.92 and at most 0.95 required"),
    (
        "matching",
        "ratio",
        {},
        "0.17",
        "matching: match: Q: matched 150 EUR, at most 144.5 (0.17 per unit of 850 both)",
    ),
    (
        "matching",
        "base",
        {},
        "public",
        "matching: match: Q: matched 150 EUR, at most 140 (0.2 per unit of 700 public)",
    ),
    ("matching", "stage", {}, "build", "matching: Q: no rule applies to 150 EUR of matching money"),
    (
        "budgets",
        "payments",
        {"cycle": "c1"},
        "569.99",
        "budgets: FA, cycle c1: spends 500, hedging 0, buffer 50: more",
    ),
    (
        "budgets",
        "last_period",
        {"funder": "PA"},
        "2028",
        "PA pays 33.34 EUR in 2029, which is in none of its cycles",
    ),
    ("budgets", "carry_over", {"cycle": "c1"}, "0.03", "carried_out is 24, should be 18 EUR"),
    (
        "funders",
        "contingency",
        {"funder": "FA"},
        "0.17",
        "FA, cycle c1: spends 500, hedging 0, buffer 85: more",
    ),
    ("currencies", "hedge_cost", {}, "", "currency: hedge (FB, EUR, 2028): 50 EUR, at most 0 EUR allowed"),
    ("currencies", "volatility", {}, "0.2", "loss of ME for SEK in 2027 is 0.0178786315171, should be"),
    ("rates", "rate", {}, "0.1", "amount_funder is 1600, should be 2000 SEK"),
    ("case", "buffer.since", {}, "cycle", ""),
    ("case", "buffer.released", {}, True, "budgets.csv row 3: lapsed is 95.25, should be 161.5 EUR"),
    ("case", "buffer.method", {}, "none", "worst_case_loss is 314.28, should be 0 SEK"),
    ("case", "discount_rate", {}, 0.26, "discount in 2028 is 0.8, should be"),
    ("case", "expected_value", {}, False, "objective is 15.96, should be 29.36"),
    (
        "equity",
        "at_least",
        {"rule": "floor"},
        "0.28",
        "equity: floor (B, received): amount 587.5 of 2150 EUR, a ratio of 0.273",
    ),
    (
        "equity",
        "at_most",
        {"rule": "payers"},
        "0.66",
        "equity: payers (A, contributed): amount 1162.5 of 1750 EUR",
    ),
    (
        "equity",
        "at_least",
        {"rule": "return"},
        "1.01",
        "equity: return (B, geo_return, 2028): amount 475 of 475 EUR",
    ),
    ("equity", "at_least", {"rule": "key"}, "0.97", "equity: key (A, key): amount 1562.5 of 1612.5 EUR"),
    ("equity", "at_least", {"rule": "joins"}, "3", "equity: joins (B, initiatives): 2, at least 3 required"),
    (
        "equity",
        "by",
        {"rule": "joins"},
        "2027",
        "equity: joins (B, initiatives, 2027): 1, at least 2 required",
    ),
    (
        "earmarks",
        "at_least",
        {},
        "0.92",
        "earmarks: theme (FA): earmarked 1062.5 of 1162.5 EUR, a ratio of 0.913978",
    ),
    ("earmarks", "initiatives", {}, "R", "earmarks: theme (FA): earmarked 100 of 1162.5 EUR"),
]


@pytest.mark.parametrize(("file", "path", "value", "words"), ENTRIES)
def test_one_entry_changed_is_named(hand_plan: HandPlan, file: str, path: str, value: object, words: str) -> None:
    place: dict[str, Any] = getattr(hand_plan, file)
    *parents, last = path.split(".")
    for name in parents:
        place = place[name]
    place[last] = value
    audit = hand_plan.audit()
    assert any(fault.startswith(f"{file}.json: ") and words in fault for fault in audit.faults), audit.faults


@pytest.mark.parametrize(("table", "column", "where", "value", "words"), RULES)
def test_a_rule_that_the_plan_breaks_is_named(
    hand_plan: HandPlan, table: str, column: str, where: dict[str, object], value: object, words: str
) -> None:
    hand_plan.case = hand_plan.case.change(table, column, where=where, set=value)
    audit = hand_plan.audit()
    if not words:
        assert audit.faults == ()
    else:
        assert not audit.holds
        assert any(words in fault for fault in audit.faults), audit.faults


def test_an_earmark_counts_up_to_its_review_only(hand_plan: HandPlan) -> None:
    # over the horizon 1062.5 of 1162.5 = 0.914; by 2028 only 725 of 825 = 0.879
    case = hand_plan.case.change("earmarks", "at_least", set="0.9")
    hand_plan.case = case
    assert hand_plan.audit().holds
    hand_plan.case = case.change("earmarks", "by", set="2028")
    assert "earmarks: theme (FA, 2028): earmarked 725 of 825 EUR" in hand_plan.audit().faults[0]
