"""Amounts as a person reads them: in the case's `unit`, and saying so."""

from __future__ import annotations

from ..results.words import Money, share

__all__ = ["Money", "share"]
