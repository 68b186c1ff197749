"""A plan made by hand verifies; every cell that is tampered with is named."""

import pytest

from fundalign.inputs.change import Change

from .conftest import HandPlan

# One cell each: table, spreadsheet row, column, text, and words of the fault it must give.
CELLS = [
    (
        "funding",
        2,
        "amount",
        "500.01",
        "funding.csv: cover: Q in all: paid 1312.51, its milestones cost 1312.5 EUR",
    ),
    (
        "funding",
        2,
        "amount",
        "500.02",
        "rows 2, 10, 14: cover: Q / research / A / 2027: paid 750.02, due 750 EUR",
    ),
    (
        "funding",
        2,
        "amount_funder",
        "500.01",
        "funding.csv row 2: amount_funder is 500.01, should be 500 EUR",
    ),
    ("funding", 6, "amount_base", "199.99", "funding.csv row 6: amount_base is 199.99, should be 200 EUR"),
    (
        "funding",
        13,
        "amount",
        "33.35",
        "funding.csv: cover: S in all: paid 100.01, its milestones cost 100 EUR",
    ),
    ("funding", 2, "amount", "500.001", "funding.csv row 2: amount is 500.001, but EUR has 2 decimals"),
    ("funding", 2, "amount", "-500.00", "funding.csv row 2: amount is negative"),
    ("funding", 2, "amount", "5e2", "funding.csv row 2: amount is not a number: '5e2'"),
    ("funding", 2, "amount", "", "funding.csv row 2: amount is not a number: ''"),
    ("funding", 2, "amount", "0.00", "funding.csv row 2: amount is 0"),
    ("funding", 2, "funder", "FZ", "funding.csv row 2: unknown funder 'FZ'"),
    ("funding", 2, "funder", "PA", "funding.csv row 10: PA for Q / research / A is listed twice"),
    ("funding", 2, "funder", "FB", "its home is B, it may not pay the part of A"),
    (
        "funding",
        5,
        "funder",
        "PA",
        "funding.csv row 5: eligibility: PA for R / research: red line no-R (statute)",
    ),
    (
        "funding",
        5,
        "funder",
        "ME",
        "funding.csv row 5: eligibility: ME for R / research: outside what rule me-only",
    ),
    ("funding", 5, "funder", "ME", "matching: R: no rule applies to 100 EUR of matching money"),
    ("funding", 13, "funder", "ME", "budgets: ME pays 33.34 EUR in 2029, which is in none of its cycles"),
    ("funding", 2, "initiative", "Z", "funding.csv row 2: unknown initiative 'Z'"),
    ("funding", 2, "stage", "skills", "funding.csv row 2: Q has no stage 'skills'"),
    ("funding", 2, "party", "C", "funding.csv row 2: Q has no funding line for party 'C'"),
    ("funding", 5, "party", "A", "funding.csv row 5: R has no funding line for party 'A'"),
    (
        "funding",
        2,
        "period",
        "2031",
        "funding.csv row 2: period '2031' is no period of the plan (2027 to 2030)",
    ),
    ("funding", 4, "period", "2030", "cover: Q / build / A / 2030: paid 337.5, due 0 EUR"),
    ("funding", 6, "currency", "EUR", "funding.csv row 6: currency is EUR, should be SEK"),
    ("schedule", 2, "milestone", "m9", "schedule.csv row 2: unknown milestone Q / m9"),
    ("schedule", 2, "milestone", "m9", "schedule.csv: milestone Q / m1 is missing"),
    ("schedule", 3, "milestone", "m1", "schedule.csv row 3: Q / m1 is listed twice (first in row 2)"),
    ("schedule", 2, "stage", "build", "schedule.csv row 2: stage is build, should be research"),
    ("schedule", 3, "start", "2029", "cover: Q / build / A / 2028: paid 225, due 0 EUR"),
    ("schedule", 3, "start", "2030", "milestones: window: Q/m2 starts in 2030, must start by 2029"),
    (
        "schedule",
        3,
        "start",
        "2027",
        "milestones: sequence: Q/m2 after Q/m1 starts in 2027, must not start before 2028",
    ),
    (
        "schedule",
        3,
        "start",
        "2030",
        "milestones: sequence: Q/m2 after Q/m1 starts in 2030, must start by 2029",
    ),
    (
        "schedule",
        4,
        "start",
        "2027",
        "precedence: finish-start: R/r1 after Q/m1 starts in 2027, must not start before",
    ),
    (
        "schedule",
        5,
        "start",
        "2028",
        "precedence: start-start: Q/m1 after S/s1 starts in 2027, must not start before 2028",
    ),
    ("schedule", 2, "start", "27", "schedule.csv row 2: start '27' is no period of the plan"),
    ("schedule", 2, "finish", "2028", "schedule.csv row 2: finish is 2028, should be 2027"),
    ("schedule", 6, "finish", "2028", "schedule.csv row 6: finish is 2028, should be empty"),
    ("schedule", 6, "start", "2028", "schedule.csv row 6: start is 2028, should be empty"),
    ("schedule", 2, "level", "0.5", "schedule.csv row 2: level is 0.5, should be 1"),
    ("schedule", 3, "cost", "750.01", "schedule.csv row 3: cost is 750.01, should be 750 EUR"),
    ("schedule", 2, "success", "1", "schedule.csv row 2: success is 1, should be 0.5"),
    ("schedule", 3, "done", "false", "milestones: complete (Q): 1, at least 2 required"),
    ("schedule", 2, "done", "false", "Q/m2 starts in 2028, but may not start after Q/m1, which is not done"),
    ("schedule", 2, "done", "yes", "schedule.csv row 2: done is 'yes', should be true or false"),
    ("schedule", 4, "done", "false", "choices: one-of-G (G): 0, at least 1 required"),
    ("budgets", 2, "payments", "600.01", "budgets.csv row 2: payments is 600.01, should be 600 EUR"),
    ("budgets", 2, "reserved", "20.01", "budgets.csv row 2: reserved is 20.01, should be 20 EUR"),
    ("budgets", 3, "carried_in", "24.01", "budgets.csv row 3: carried_in is 24.01, should be 24 EUR"),
    ("budgets", 2, "spent", "500.01", "budgets.csv row 2: spent is 500.01, should be 500 EUR"),
    ("budgets", 4, "hedge_cost", "7.99", "budgets.csv row 4: hedge_cost is 7.99, should be 8 SEK"),
    ("budgets", 2, "provision", "0.01", "budgets.csv row 2: provision is 0.01, should be 0 EUR"),
    ("budgets", 4, "buffer", "314.27", "budgets.csv row 4: buffer is 314.27, should be 314.28 SEK"),
    (
        "budgets",
        4,
        "buffer",
        "314.27",
        "currency: buffer (FB, c): 314.27 SEK, at least 314.2783480095 SEK required",
    ),
    ("budgets", 2, "carried_out", "24.01", "budgets.csv row 2: carried_out is 24.01, should be 24 EUR"),
    ("budgets", 2, "lapsed", "5.99", "budgets.csv row 2: lapsed is 5.99, should be 6 EUR"),
    (
        "budgets",
        3,
        "execution_rate",
        "0.804006",
        "budgets.csv row 3: execution_rate is 0.804006, should be 0.80400485",
    ),
    ("budgets", 2, "commitments", "1.00", "budgets.csv row 2: commitments is 1.00, should be empty"),
    ("budgets", 2, "committed", "1.00", "budgets.csv row 2: committed is 1.00, should be empty"),
    ("budgets", 2, "cycle", "c9", "budgets.csv row 2: unknown cycle 'c9' of 'FA'"),
    ("budgets", 2, "cycle", "c2", "budgets.csv: cycle c1 of FA is missing"),
    ("currency", 2, "exposure", "200.01", "currency.csv row 2: exposure is 200.01, should be 200 EUR"),
    ("currency", 2, "hedged", "50.01", "currency.csv row 2: unhedged is 150, should be 149.99 EUR"),
    (
        "currency",
        2,
        "hedged",
        "200.01",
        "currency: hedge (FB, EUR, 2028): 200.01 EUR, at most 200 EUR allowed",
    ),
    ("currency", 2, "hedged", "-1.00", "currency.csv row 2: hedged is negative"),
    ("currency", 2, "unhedged", "149.99", "currency.csv row 2: unhedged is 149.99, should be 150 EUR"),
    (
        "currency",
        3,
        "worst_case_loss",
        "8.93",
        "currency.csv row 3: worst_case_loss is 8.93, should be 8.94 EUR",
    ),
    ("currency", 2, "funder", "FZ", "currency.csv row 2: unknown funder or currency: 'FZ', 'EUR'"),
    ("currency", 2, "currency", "SEK", "currency.csv row 2: FB pays nothing in SEK in 2028"),
    ("currency", 2, "period", "2029", "currency.csv: the exposure of FB, EUR, 2028 is missing"),
    ("flows", 2, "amount_base", "100.01", "flows.csv row 2: amount_base is 100.01, should be 100 EUR"),
    ("flows", 4, "amount_base", "1362.51", "flows.csv row 4: amount_base is 1362.51, should be 1362.5 EUR"),
    ("flows", 7, "payer_party", "C", "flows.csv row 7: nothing is paid from C to B"),
    ("flows", 7, "receiving_party", "A", "flows.csv: what B pays for B is missing"),
    ("portfolio", 2, "initiative", "Z", "portfolio.csv: initiative Q is missing"),
    ("portfolio", 2, "name", "Quantum", "portfolio.csv row 2: name is Quantum, should be empty"),
    ("portfolio", 2, "theme", "", "portfolio.csv row 2: theme is empty, should be T"),
    ("portfolio", 5, "funded", "true", "portfolio.csv row 5: funded is true, should be false"),
    ("portfolio", 2, "complete", "false", "portfolio.csv row 2: complete is false, should be true"),
    ("portfolio", 2, "start", "2028", "portfolio.csv row 2: start is 2028, should be 2027"),
    ("portfolio", 2, "finish", "2028", "portfolio.csv row 2: finish is 2028, should be 2029"),
    ("portfolio", 2, "milestones_done", "1", "portfolio.csv row 2: milestones_done is 1, should be 2"),
    ("portfolio", 2, "milestones", "3", "portfolio.csv row 2: milestones is 3, should be 2"),
    ("portfolio", 2, "cost", "1750.01", "portfolio.csv row 2: cost is 1750.01, should be 1750 EUR"),
    ("portfolio", 2, "currency", "SEK", "portfolio.csv row 2: currency is SEK, should be EUR"),
    ("portfolio", 2, "value", "30.001", "portfolio.csv row 2: value is 30.001, should be 30"),
    (
        "portfolio",
        2,
        "present_value",
        "11.40001",
        "portfolio.csv row 2: present_value is 11.40001, should be 11.4",
    ),
    ("portfolio", 2, "public", "1450.01", "portfolio.csv row 2: public is 1450.01, should be 1450 EUR"),
    ("portfolio", 2, "private", "149.99", "portfolio.csv row 2: private is 149.99, should be 150 EUR"),
    ("portfolio", 2, "matching", "149.99", "portfolio.csv row 2: matching is 149.99, should be 150 EUR"),
]


def test_the_plan_made_by_hand_verifies(hand_plan: HandPlan) -> None:
    audit = hand_plan.audit()
    assert audit.faults == ()
    assert audit.holds
    families = {row.family for row in audit.rows}
    assert families == {
        *("milestones", "precedence", "choices", "ranking", "cover", "eligibility", "cofunding", "matching"),
        *("budgets", "currency", "equity", "earmarks", "accounts"),
    }


@pytest.mark.parametrize(("table", "row", "column", "text", "words"), CELLS)
def test_one_cell_changed_is_named(
    hand_plan: HandPlan, table: str, row: int, column: str, text: str, words: str
) -> None:
    hand_plan.put(table, row, column, text)
    audit = hand_plan.audit()
    assert not audit.holds
    assert any(words in fault for fault in audit.faults), audit.faults


@pytest.mark.parametrize("table", ["portfolio", "schedule", "funding", "budgets", "currency", "flows"])
def test_missing_rows_tables_and_columns_are_named(hand_plan: HandPlan, table: str) -> None:
    whole = hand_plan.tables[table]
    hand_plan.tables[table] = whole.drop(index=0)
    assert not hand_plan.audit().holds
    hand_plan.tables[table] = whole.rename(columns={whole.columns[-1]: "other"})
    faults = hand_plan.audit().faults
    assert f"{table}.csv: column {whole.columns[-1]} is missing" in faults
    assert f"{table}.csv: unknown column other" in faults
    del hand_plan.tables[table]
    assert f"{table}.csv: the table is missing" in hand_plan.audit().faults


def test_flows_may_be_rounded_but_tie_to_what_is_paid(hand_plan: HandPlan) -> None:
    # of R, FA's 100 goes 33.333 to A and 66.667 to B, FB's 200 goes 66.666 to A and 133.334 to B
    hand_plan.case = hand_plan.case.apply(
        Change("shares", "share", "set", share, {"initiative": "R", "party": party})
        for party, share in (("A", "0.33333"), ("B", "0.66667"))
    )
    stated = {4: "1345.83", 5: "66.67", 6: "66.67", 7: "520.83"}

    def flow_faults(**cells: str) -> list[str]:
        for row, text in stated.items():
            hand_plan.put("flows", row, "amount_base", cells.get(f"row{row}", text))
        return [fault for fault in hand_plan.audit().faults if fault.startswith("flows.csv")]

    assert flow_faults() == []
    assert flow_faults(row4="1345.84", row5="66.66") == []  # the other way round
    assert flow_faults(row4="1345.84") == ["flows.csv: what A pays for all is -0.01 EUR short of funding.csv"]
    assert flow_faults(row5="66.66") == ["flows.csv: what A pays for all is 0.01 EUR short of funding.csv"]
    assert flow_faults(row4="1345.81", row5="66.69")[0].startswith("flows.csv row 4: amount_base is 1345.81, should be")
