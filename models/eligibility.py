"""Eligibility and red lines: who may pay which funding line.

In a virtual pot a funder with a home party pays only that party's lines; matching funders and funders without a home
may pay any line. In a real pot everyone may pay the one common line. A matching funder pays only where one of its
matching rules applies, a covered funder only where one of its guarantees does. Then the rows of eligibility.csv bar:

    allow = false   a red line, always wins
    allow = true    a funder with any such row pays only what one of them matches

In a real pot a row's `parties` are met when one of them has a share in the initiative. What is barred has no
variable at all. Source: model.md, rules 4, 6 and 7; case.md, eligibility.csv.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from ..inputs.case import Case
from ..inputs.tables import EligibilityRow, GuaranteeRow, MatchingRow


@dataclass(frozen=True)
class Scope:
    """What one row of a selector table speaks of; an empty stage means every stage."""

    funders: frozenset[str]
    initiatives: frozenset[str]
    stage: str
    parties: frozenset[str] | None = None

    def covers(self, initiative: str, stage: str) -> bool:
        """Tell whether the initiative's stage is in scope."""
        return initiative in self.initiatives and self.stage in ("", stage)


def by_initiative(scopes: Iterable[Scope]) -> dict[str, list[int]]:
    """Return which of the scopes, by their place, speak of each initiative."""
    found: dict[str, list[int]] = defaultdict(list)
    for n, scope in enumerate(scopes):
        for name in scope.initiatives:
            found[name].append(n)
    return found


class Eligibility:
    """Answers `payers(initiative, stage, party)` for one case; rows are resolved once."""

    def __init__(self, case: Case, wide: bool = False) -> None:
        """Resolve every selector of eligibility.csv (unless `wide`), matching.csv and guarantees.csv."""
        self._case = case
        self._scopes: list[Scope] = []
        self._role: list[str] = []  # of each scope: a red line ("bar"), "allow", "match" or "cover"
        for rule in () if wide else case.rows(EligibilityRow):
            parties = case.select_parties(rule.parties) if rule.parties else None
            funders, initiatives = case.select_funders(rule.funders), case.select_initiatives(rule.initiatives)
            self._scopes.append(Scope(funders, initiatives, rule.stage, parties))
            self._role.append("allow" if rule.allow else "bar")
        backed: list[tuple[MatchingRow | GuaranteeRow, str]] = [(given, "match") for given in case.rows(MatchingRow)]
        backed += [(given, "cover") for given in case.rows(GuaranteeRow)]
        for given, role in backed:
            funders, initiatives = case.select_funders(given.funders), case.select_initiatives(given.initiatives)
            self._scopes.append(Scope(funders, initiatives, given.stage))
            self._role.append(role)
        self._confined, self._covered = self._funders("allow"), self._funders("cover")
        self._near = by_initiative(self._scopes)
        self._known: dict[tuple[tuple[int, ...], str], tuple[str, ...]] = {}

    def payers(self, initiative: str, stage: str, party: str) -> tuple[str, ...]:
        """Return the funders that may pay the line, in the order of funders.csv; party is "" in a real pot.

        Lines of which the same rows speak have the same payers, so that few lines need a look at every funder.
        """
        met = self.met(initiative, stage, party)
        found = self._known.get((met, party))
        if found is None:
            found = self._known[met, party] = self._payers(met, party)
        return found

    def met(self, initiative: str, stage: str, party: str) -> tuple[int, ...]:
        """Return which rows speak of the line: those of eligibility.csv by their place there, then the others."""
        owners = {party} if party else self._case.shares.get(initiative, {}).keys()
        return tuple(
            n
            for n in self._near.get(initiative, ())
            if self._scopes[n].stage in ("", stage) and self._met_by(self._scopes[n], owners)
        )

    def _funders(self, role: str) -> frozenset[str]:
        """Return the funders of all scopes of a role."""
        pairs = zip(self._scopes, self._role, strict=True)
        return frozenset[str]().union(*(scope.funders for scope, given in pairs if given == role))

    def _met_by(self, scope: Scope, owners: Collection[str]) -> bool:
        return scope.parties is None or not scope.parties.isdisjoint(owners)

    def _payers(self, met: tuple[int, ...], party: str) -> tuple[str, ...]:
        """Return the funders that may pay a line of `party` of which the rows `met` speak."""
        said: dict[str, set[str]] = {"bar": set(), "allow": set(), "match": set(), "cover": set()}
        for n in met:
            said[self._role[n]] |= self._scopes[n].funders
        return tuple(
            funder
            for funder, row in self._case.funders.items()
            if (funder in said["match"] if row.kind == "matching" else not (party and row.party) or row.party == party)
            and funder not in said["bar"]
            and (funder not in self._confined or funder in said["allow"])
            and (funder not in self._covered or funder in said["cover"])
        )
