"""The currency need of a cycle, recomputed in rational arithmetic for every buffer method.

    additive   Σ_c loss_c                                    loss_c = Σ_t δ(f,c,t)·unhedged[c,t]
    budgeted   Γ·q + Σ_c max(0, loss_c − q)                  q the loss of the currency after the Γ largest, or 0
    cvar       η + Σ_s max(0, loss_s − η) / ((1−β)·S)        η the least loss of the worst scenarios; never below 0

These are the programs of the rule at the point where they are least. In the funder's currency, whole units. Source:
model.md, rule 10.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from fractions import Fraction

from .verify_facts import Facts
from .verify_rows import ZERO


def currency_need(facts: Facts, funder: str, unhedged: Mapping[tuple[str, int], Fraction]) -> Fraction:
    """Return what a funder must hold against its unhedged amounts by (currency, t) of one cycle."""
    buffer = facts.case.settings.buffer
    if buffer.method == "cvar":
        losses = facts.factors.scenario_losses
        return max(ZERO, _above(losses.worst(funder, unhedged), losses.tail) / losses.tail)
    by_currency: defaultdict[str, Fraction] = defaultdict(Fraction)
    for (currency, t), amount in unhedged.items():
        by_currency[currency] += facts.factors.loss(funder, currency, t) * amount
    if buffer.method == "budgeted":
        return _above([*by_currency.values(), ZERO], Fraction(buffer.gamma))
    return sum(by_currency.values(), ZERO)


def _above(amounts: Iterable[Fraction], count: Fraction) -> Fraction:
    """Return `count·q + Σ max(0, amount − q)` where it is least: q is the first amount that does not count in full."""
    ordered = sorted(amounts, reverse=True)
    q = ordered[min(int(count), len(ordered) - 1)]
    return count * q + sum((amount - q for amount in ordered if amount > q), ZERO)
