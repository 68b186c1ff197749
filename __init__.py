"""fundalign: allocate public, private and matched funds across joint initiatives of several countries.

Importing the package loads nothing heavy: each public name is imported when it is first used (PEP 562).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fundalign.inputs.case import Case
    from fundalign.inputs.faults import (
        Fault,
        FundalignError,
        Infeasible,
        InputError,
        Interrupted,
        NotVerified,
        SolverFailure,
        UsageError,
    )
    from fundalign.inputs.read import read_case
    from fundalign.inputs.workbook_write import write_workbook
    from fundalign.optimizer.explain import explain
    from fundalign.optimizer.frontier import frontier
    from fundalign.optimizer.replan import replan
    from fundalign.optimizer.sensitivity import Sensitivity, SensitivityOptions, sensitivity
    from fundalign.optimizer.solve import SolveOptions, solve
    from fundalign.optimizer.why import Why, why
    from fundalign.results.compare import Comparison, compare
    from fundalign.results.explanation import Explanation
    from fundalign.results.frontier import Frontier
    from fundalign.results.plan import Plan, Run, SolveReport
    from fundalign.results.reporting import report
    from fundalign.results.store import read_run
    from fundalign.results.verify import Audit, verify

    __version__: str

_HOME = {
    "Case": "inputs.case",
    "Fault": "inputs.faults",
    "FundalignError": "inputs.faults",
    "Infeasible": "inputs.faults",
    "InputError": "inputs.faults",
    "Interrupted": "inputs.faults",
    "NotVerified": "inputs.faults",
    "SolverFailure": "inputs.faults",
    "UsageError": "inputs.faults",
    "read_case": "inputs.read",
    "explain": "optimizer.explain",
    "write_workbook": "inputs.workbook_write",
    "frontier": "optimizer.frontier",
    "replan": "optimizer.replan",
    "Sensitivity": "optimizer.sensitivity",
    "SensitivityOptions": "optimizer.sensitivity",
    "sensitivity": "optimizer.sensitivity",
    "SolveOptions": "optimizer.solve",
    "solve": "optimizer.solve",
    "Why": "optimizer.why",
    "why": "optimizer.why",
    "Comparison": "results.compare",
    "Explanation": "results.explanation",
    "compare": "results.compare",
    "Frontier": "results.frontier",
    "Plan": "results.plan",
    "Run": "results.plan",
    "SolveReport": "results.plan",
    "read_run": "results.store",
    "report": "results.reporting",
    "Audit": "results.verify",
    "verify": "results.verify",
}

__all__ = [
    "Audit",
    "Case",
    "Comparison",
    "Explanation",
    "Fault",
    "Frontier",
    "FundalignError",
    "Infeasible",
    "InputError",
    "Interrupted",
    "NotVerified",
    "Plan",
    "Run",
    "Sensitivity",
    "SensitivityOptions",
    "SolveOptions",
    "SolveReport",
    "SolverFailure",
    "UsageError",
    "Why",
    "__version__",
    "compare",
    "explain",
    "frontier",
    "read_case",
    "read_run",
    "replan",
    "report",
    "sensitivity",
    "solve",
    "verify",
    "why",
    "write_workbook",
]


def __getattr__(name: str) -> object:
    """Import a public name from its room on first use."""
    if name == "__version__":
        from importlib.metadata import version

        value: object = version("fundalign")
    elif name in _HOME:
        value = getattr(import_module(f"fundalign.{_HOME[name]}"), name)
    else:
        raise AttributeError(f"module 'fundalign' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, loaded or not, and nothing else."""
    return list(__all__)
