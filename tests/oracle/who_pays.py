"""Who may pay which funding line."""

from __future__ import annotations

from .data import Data, Line, text


def eligible(data: Data, funder: str, line: Line) -> bool:
    """A forbidding row always wins; one allowing row limits the funder to what its allowing rows match."""
    listed, matched = False, False
    for r in data.rows("eligibility"):
        if funder not in data.pick_funders(r.get("funders")):
            continue
        allow = str(r["allow"]).lower() == "true"
        listed |= allow
        hit = line.initiative in data.pick_initiatives(r.get("initiatives"))
        hit &= text(r.get("stage")) in ("", line.stage)
        if text(r.get("parties")):
            concerned = {line.party} if line.party else set(data.shares.get(line.initiative, ()))
            hit &= bool(data.pick_parties(r["parties"]) & concerned)
        if hit and not allow:
            return False
        matched |= hit
    return matched or not listed


def permitted(data: Data, funder: str, line: Line) -> bool:
    """What kind and pot permit: in a virtual pot a home funder pays for its home only, unless it matches."""
    row = data.funders[funder]
    home = text(row.get("party"))
    return not line.party or not home or row["kind"] == "matching" or home == line.party
