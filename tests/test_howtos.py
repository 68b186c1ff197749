"""The how-tos: their code runs as it is printed."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import fundalign as fa

from .models.small import small

HOWTOS = Path(__file__).resolve().parents[1] / "docs" / "howto"

# One initiative of 10, half each for N and S; a private funder can pay at most 4 of it, whoever's part it is.
SHARED = """
funders
funder,kind,party,currency
FN,public,N,EUR
FS,public,S,EUR
PR,private,,EUR

budgets
funder,cycle,first_period,last_period,payments
FN,c,2027,2027,10
FS,c,2027,2027,10
PR,c,2027,2027,4

initiatives
initiative,currency
A,EUR

milestones
initiative,milestone,order,duration,cost,value
A,a,1,1,10,3

shares
initiative,party,share
A,N,0.5
A,S,0.5

equity
rule,measure,parties,at_least
return,geo_return,each,1
"""


def code_of(page: str) -> list[str]:
    """Return the Python blocks of a how-to."""
    return re.findall(r"```python\n(.*?)```", (HOWTOS / page).read_text(encoding="utf-8"), flags=re.S)


def test_the_fairest_return() -> None:
    """Together they must pay 10 - 4 = 6, 3 each at best: 5/3 for both. A plan of value 3 cannot give more."""
    names: dict[str, Any] = {}
    exec(code_of("fairest-return.md")[0], names)
    fairest: Callable[..., tuple[float, float, fa.Run]] = names["fairest_return"]
    options = fa.SolveOptions(gap=0, threads=1)
    low, high, run = fairest(small(SHARED, 1), "return", worth=3, low=1, high=3, tolerance=0.01, options=options)
    assert low <= 5 / 3 <= high
    assert high - low <= 0.01
    assert run.plan is not None
    paid = run.plan.funding.groupby("funder")["amount_base"].sum()
    assert paid.to_dict() == {"FN": pytest.approx(3, abs=0.02), "FS": pytest.approx(3, abs=0.02), "PR": 4}


def test_every_example_is_python() -> None:
    for page in HOWTOS.glob("*.md"):
        for block in code_of(page.name):
            compile(block, page.name, "exec")
