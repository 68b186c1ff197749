"""Claims: what rules that hold per initiative ask about who paid there, and so which lines cannot share a pool.

    co-funding   its funders' pay                       per row
    matching     public and/or private base money       per row and kind
    guarantees   the pay of the covered                 per row, and per funder where several rows cover it
    tickets      a funder's pay where it may pay        per funder with a minimum

`pools` decides from the claims which lines keep a pool of their initiative's. A line that a funder with a commitment
ceiling may pay is *under commitment*: it is paid by itself. Source: solving.md, "Pool the payments".
"""

from collections.abc import Collection
from dataclasses import dataclass

from ..inputs.case import Case
from ..inputs.tables import CofundingRow, GuaranteeRow, MatchingRow
from .eligibility import Scope


@dataclass(frozen=True)
class Claim:
    """A rule row that holds per initiative and asks what `funders` pay in its scope.

    A claim of `payers` concerns a line only where one of its funders may pay it.
    """

    row: str
    scope: Scope
    payers: bool = False


def cofunding_claims(case: Case) -> list[Claim]:
    """Return the co-funding rows as claims."""
    return [
        Claim(
            f"cofunding {n}",
            Scope(case.select_source(rule.funders), case.select_initiatives(rule.initiatives), rule.stage),
        )
        for n, rule in enumerate(case.rows(CofundingRow))
    ]


def matching_claims(case: Case) -> list[Claim]:
    """Return one claim per matching row and kind of base, where public and private bases must be told apart."""
    rules = case.rows(MatchingRow)
    found = []
    for n, rule in enumerate(rules):
        initiatives = case.select_initiatives(rule.initiatives)
        if rule.base == "both":
            found.append(Claim(f"matching {n}", Scope(frozenset(), initiatives, rule.stage)))
            continue
        for source in ("public", "private"):
            base = frozenset(f for f, r in case.funders.items() if r.kind != "matching" and case.source(f) == source)
            found.append(Claim(f"matching {n}", Scope(base, initiatives, rule.stage)))
    return found


def guarantee_claims(case: Case) -> list[Claim]:
    """Return a claim per guarantee for those whom it alone covers, and one per funder whom others cover too."""
    rules = case.rows(GuaranteeRow)
    covered = [case.select_funders(rule.funders) for rule in rules]
    found = []
    for n, rule in enumerate(rules):
        initiatives = case.select_initiatives(rule.initiatives)
        others = frozenset[str]().union(*(funders for k, funders in enumerate(covered) if k != n))
        alone = [covered[n] - others] if covered[n] - others else []
        several = [frozenset((funder,)) for funder in case.funders if funder in covered[n] & others]
        found += [Claim(f"guarantee {n}", Scope(funders, initiatives, rule.stage)) for funders in alone + several]
    return found


def ticket_claims(case: Case) -> list[Claim]:
    """Return a claim per funder with a minimum ticket."""
    everything = frozenset(case.initiatives)
    return [
        Claim(f"ticket {funder}", Scope(frozenset((funder,)), everything, ""), payers=True)
        for funder, row in case.funders.items()
        if row.min_ticket
    ]


def all_claims(case: Case) -> list[Claim]:
    """Return the claims of every family."""
    return cofunding_claims(case) + matching_claims(case) + guarantee_claims(case) + ticket_claims(case)


def with_ceilings(case: Case) -> frozenset[str]:
    """Return the funders that have a ceiling on commitments in any of their cycles."""
    return frozenset(f for f, cycles in case.cycles.items() if any(c.commitments is not None for c in cycles))


def under_commitment(ceilings: Collection[str], payers: Collection[str]) -> bool:
    """Tell whether a line with these payers is under commitment: one of them has a ceiling."""
    return bool(ceilings) and any(funder in ceilings for funder in payers)
