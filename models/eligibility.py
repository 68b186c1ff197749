"""Eligibility and red lines: who may pay which funding line.

In a virtual pot a funder with a home party pays only that party's lines; matching funders and funders without a home
may pay any line. In a real pot everyone may pay the one common line. A matching funder pays only where one of its
matching rules applies. Then the rows of eligibility.csv bar:

    allow = false   a red line, always wins
    allow = true    a funder with any such row pays only what one of them matches

In a real pot a row's `parties` are met when one of them has a share in the initiative. What is barred has no
variable at all. Source: model.md, rules 4 and 6; case.md, eligibility.csv.
"""

from collections import defaultdict
from dataclasses import dataclass

from ..inputs.case import Case
from ..inputs.tables import EligibilityRow, MatchingRow


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


class Eligibility:
    """Answers `payers(initiative, stage, party)` for one case; rows are resolved once."""

    def __init__(self, case: Case) -> None:
        """Resolve every selector of eligibility.csv and matching.csv."""
        self._case = case
        self._allowed: dict[str, list[Scope]] = defaultdict(list)
        self._barred: dict[str, list[Scope]] = defaultdict(list)
        for rule in case.rows(EligibilityRow):
            parties = case.select_parties(rule.parties) if rule.parties else None
            scope = Scope(
                case.select_funders(rule.funders),
                case.select_initiatives(rule.initiatives),
                rule.stage,
                parties,
            )
            for funder in scope.funders:
                (self._allowed if rule.allow else self._barred)[funder].append(scope)
        self._matching: dict[str, list[Scope]] = defaultdict(list)
        for match in case.rows(MatchingRow):
            funders, initiatives = (
                case.select_funders(match.funders),
                case.select_initiatives(match.initiatives),
            )
            for funder in funders:
                self._matching[funder].append(Scope(funders, initiatives, match.stage))

    def _met(self, scopes: list[Scope], initiative: str, stage: str, party: str) -> bool:
        owners = {party} if party else self._case.shares.get(initiative, {}).keys()
        return any(
            scope.covers(initiative, stage) and (scope.parties is None or scope.parties & owners) for scope in scopes
        )

    def may_pay(self, funder: str, initiative: str, stage: str, party: str) -> bool:
        """Tell whether `funder` may pay the line (initiative, stage, party); party is "" in a real pot."""
        row = self._case.funders[funder]
        line = (initiative, stage, party)
        if row.kind == "matching":
            if not any(scope.covers(initiative, stage) for scope in self._matching[funder]):
                return False
        elif party and row.party and row.party != party:
            return False
        if self._met(self._barred[funder], *line):
            return False
        return funder not in self._allowed or self._met(self._allowed[funder], *line)

    def payers(self, initiative: str, stage: str, party: str) -> tuple[str, ...]:
        """Return the funders that may pay the line, in the order of funders.csv."""
        return tuple(f for f in self._case.funders if self.may_pay(f, initiative, stage, party))
