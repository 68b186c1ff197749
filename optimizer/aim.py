"""What is asked of a plan beyond its case: rows that no table can say, and a second goal among plans as good.

The tie-break is the one second goal that a case can name itself. Others serve the frontier: most value among plans
that reach as much of another goal, and the best ratio among plans of as much value (lexicographic optimisation; as the
second term of Mavrotas 2009, but without a weight to choose).
"""

from typing import Protocol

import pyomo.environ as pyo

from .compile import Program
from .report import Terms
from .settle import Settled, Settler
from .work import Tabled, Work


class Aim(Protocol):
    """What is asked beyond the case."""

    @property
    def extra(self) -> bool:
        """Tell whether there are rows to add."""

    def restrict(self, model: pyo.ConcreteModel) -> None:
        """Add rows to the exact model as it was built."""

    def improve(
        self, work: Work, settler: Settler, exact: Program, settled: Settled, tables: Tabled, terms: Terms
    ) -> tuple[Tabled, Terms]:
        """Return the tables and terms of the plan that is best by the second goal, or those given."""
