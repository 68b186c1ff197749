"""What all row models of a case share, and the wordings that several of them use."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar, Final

from pydantic import BaseModel, ConfigDict

ZERO: Final = Decimal(0)
ONE: Final = Decimal(1)
FUNDER_MONEY: Final = "case unit of the funder's currency"
BASE_MONEY: Final = "case unit of the base currency"
INITIATIVE_MONEY: Final = "case unit of the initiative's currency"
STAGE: Final = "Stage of the milestones in scope; empty = any."
INITIATIVES: Final = "Initiatives in scope: one, a group, a theme or a call; empty = any."


class Row(BaseModel):
    """A row of a table; frozen, and without columns of its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    KEY: ClassVar[tuple[str, ...]] = ()
    NEEDED: ClassVar[bool] = False
