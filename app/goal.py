"""What a plan reaches of its goal, as a reader reads it."""

from __future__ import annotations

from ..results.words import NAMES, minimised, number, reached

__all__ = ["NAMES", "minimised", "number", "reached"]
