"""Recomputes the scenarios of factors.json from the seed, in decimal arithmetic of 40 digits.

    x[s,c] = σ_c·Σ_d L[c,d]·z[s,d],   L·Lᵀ = correlations,   z = normal quantile of (n + ½)/2⁵³, 12 digits

n are 53 bits of the PCG64 stream of the seed: pair after pair of scenarios, in each the currencies with a volatility
that lines or funders use, in alphabetical order. The second of a pair is the first with its sign changed. A stored x
may differ from its recomputation by one unit in the 12th digit and is then used; where it differs by more, that is a
fault and the recomputation is used. Source: model.md, rule 10, "Money is exact".
"""

import re
from collections.abc import Mapping
from decimal import Context, Decimal, localcontext
from statistics import NormalDist

import numpy as np

from ..inputs.case import Case
from .ledger import line_currency, line_shares
from .verify_rows import Findings

_FILE = "factors.json"
_NUMBER = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?")
_TWELVE = Context(prec=12)
_EXPLAINED = Decimal("1e-12")


def read_draws(case: Case, stored: object, findings: Findings) -> dict[str, tuple[str, ...]]:
    """Return {currency: x of every scenario} as stored where it is right, else as recomputed; none without cvar."""
    if case.settings.buffer.method != "cvar":
        if stored != {}:
            findings.account(_FILE, f"scenarios are given, but the buffer is {case.settings.buffer.method}")
        return {}
    if not isinstance(stored, Mapping):
        findings.account(_FILE, "scenarios is not a table of currencies")
        stored = {}
    right = recompute(case)
    for name in stored:
        if name not in right:
            findings.account(_FILE, f"scenarios: unknown currency {name!r}, or one that does not move")
    return {c: _checked(c, stored.get(c), x, findings) for c, x in right.items()}


def _checked(currency: str, stored: object, right: list[Decimal], findings: Findings) -> tuple[str, ...]:
    """Compare one currency's scenarios with their recomputation."""
    expected = tuple(format(_TWELVE.plus(x), "f") for x in right)
    if stored is None:
        findings.account(_FILE, f"the scenarios of {currency} are missing")
        return expected
    if not isinstance(stored, list) or len(stored) != len(right):
        findings.account(_FILE, f"scenarios of {currency}: not a list of {len(right)} numbers")
        return expected
    wrong = [s for s, (text, x) in enumerate(zip(stored, right, strict=True)) if not _same(text, x)]
    if wrong:
        more = f" ({len(wrong) - 1} more differ)" if len(wrong) > 1 else ""
        words = f"scenario {wrong[0] + 1} of {currency} is {stored[wrong[0]]!r}, should be {expected[wrong[0]]}{more}"
        findings.account(_FILE, words)
        return expected
    return tuple(stored)


def _same(text: object, x: Decimal) -> bool:
    if not isinstance(text, str) or not _NUMBER.fullmatch(text):
        return False
    return abs(Decimal(text) - x) <= (Decimal(1).scaleb(x.adjusted() - 11) if x else Decimal(0))


def recompute(case: Case) -> dict[str, list[Decimal]]:
    """Return {currency: x of every scenario} from the seed."""
    buffer, found = case.settings.buffer, _moving(case)
    pairs = (buffer.scenarios + 1) // 2
    bits = np.random.PCG64(buffer.seed).random_raw(pairs * len(found)).tolist() if found else []
    z = [_TWELVE.create_decimal_from_float(NormalDist().inv_cdf(((n >> 11) + 0.5) / 2**53)) for n in bits]
    draws: dict[str, list[Decimal]] = {}
    with localcontext() as context:
        context.prec = 40
        lower = _factor(case, found)
        for currency in found:
            x = []
            for pair in range(pairs):
                own = z[pair * len(found) : (pair + 1) * len(found)]
                parts = (lower[currency, d] * own[k] for k, d in enumerate(found) if (currency, d) in lower)
                moved = case.volatility(currency) * sum(parts, Decimal(0))
                x += [moved, -moved]
            draws[currency] = x[: buffer.scenarios]
    return draws


def _moving(case: Case) -> list[str]:
    """Return the currencies of lines and funders that have a volatility, in alphabetical order."""
    used = {row.currency for row in case.funders.values()}
    for name in case.initiatives:
        used |= {line_currency(case, name, party) for party in line_shares(case, name)}
    return sorted(c for c in used if case.volatility(c) > 0)


def _factor(case: Case, found: list[str]) -> dict[tuple[str, str], Decimal]:
    """Return L, column by column: what each currency shares with the ones that are not yet explained."""
    left = {(a, b): case.correlation(a, b) for a in found for b in found}
    lower: dict[tuple[str, str], Decimal] = {}
    for k, d in enumerate(found):
        if left[d, d] <= _EXPLAINED:
            continue
        root = left[d, d].sqrt()
        column = {c: left[c, d] / root for c in found[k:]}
        lower.update({(c, d): value for c, value in column.items()})
        for a in column:
            for b in column:
                left[a, b] -= column[a] * column[b]
    return lower
