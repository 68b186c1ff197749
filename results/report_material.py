"""What a report is made from: a run, its audit, and what was added to its folder."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .shown import Record, ShownRun
from .verify_rows import Audit


@dataclass(frozen=True)
class Material:
    """Everything a report is made from.

    `added` are the tables that were added to the run (and those of a frontier) by name, `documents` the JSON beside
    them, `doubts` why nobody vouches for the run, `fingerprint` tells runs apart.
    """

    run: ShownRun
    audit: Audit | None
    added: Mapping[str, list[Record]] = field(default_factory=dict)
    documents: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    doubts: tuple[str, ...] = ()
    manifest: Mapping[str, Any] = field(default_factory=dict)
    fingerprint: str = ""
