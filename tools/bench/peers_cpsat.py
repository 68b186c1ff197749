"""CP-SAT as a peer of the benchmark, one worker, on the program restated in whole numbers (see peers_grid.py).

Only gap, wall-clock limit and seed are set. Its plans are handed back with their integer columns only: the caller
checks each in the program itself. Its bound is corrected by what the rounding of the objective can cost.
"""

from __future__ import annotations

from importlib.metadata import version as version_of

import numpy as np
from ortools.sat.python import cp_model
from peers import Answer, Recorder, Task
from peers_grid import Grid, restate

from fundalign.optimizer.compile import Floats, Program

UNBOUNDED = 2**62


def version() -> str:
    """Return the version of OR-tools."""
    return version_of("ortools")


def load(program: Program, grid: Grid) -> tuple[cp_model.CpModel, list[cp_model.IntVar]]:
    """Return the model and its variables, in the order of the program's columns."""
    model = cp_model.CpModel()
    bounds = zip(grid.lower.tolist(), grid.upper.tolist(), strict=True)
    variables = [model.new_int_var(low, high, f"C{k}") for k, (low, high) in enumerate(bounds)]
    starts, indices, data = program.matrix.indptr.tolist(), program.matrix.indices.tolist(), grid.data.tolist()
    for k, (low, high) in enumerate(zip(grid.row_lower.tolist(), grid.row_upper.tolist(), strict=True)):
        entries = range(starts[k], starts[k + 1])
        row = cp_model.LinearExpr.weighted_sum([variables[indices[e]] for e in entries], [data[e] for e in entries])
        domain = cp_model.Domain(
            int(low) if np.isfinite(low) else -UNBOUNDED, int(high) if np.isfinite(high) else UNBOUNDED
        )
        model.add_linear_expression_in_domain(row, domain)
    paid = np.flatnonzero(grid.cost).tolist()
    model.maximize(cp_model.LinearExpr.weighted_sum([variables[k] for k in paid], [int(grid.cost[k]) for k in paid]))
    return model, variables


class Listener(cp_model.CpSolverSolutionCallback):
    """Keeps every plan with its second, and tells the recorder."""

    def __init__(self, task: Task, recorder: Recorder, grid: Grid, variables: list[cp_model.IntVar]) -> None:
        """Listen for a recorder."""
        super().__init__()
        self.program, self.recorder, self.grid = task.program, recorder, grid
        self.whole = np.flatnonzero(task.program.integer)
        self.variables = [variables[k] for k in self.whole.tolist()]
        self.points: list[tuple[float, Floats]] = []

    def worth(self, scaled: float) -> float:
        """Return an objective in the program's units."""
        return scaled / self.grid.cost_scale + self.program.offset

    def limit(self, scaled: float) -> float:
        """Return a bound in the program's units that rounding cannot have made too tight."""
        return self.worth(scaled) + self.grid.cost_error

    def on_solution_callback(self) -> None:
        """Keep a plan."""
        x = np.zeros(len(self.program.cost))
        x[self.whole] = [self.value(variable) for variable in self.variables]
        self.points.append((self.recorder.seconds(), x))
        self.recorder.tell(self.worth(self.objective_value), self.limit(self.best_objective_bound))

    def bounded(self, scaled: float) -> None:
        """Hear a better bound."""
        self.recorder.tell(None, self.limit(scaled))


def solve(task: Task, recorder: Recorder) -> Answer:
    """Run CP-SAT; restating and loading are not counted."""
    grid = restate(task.program)
    model, variables = load(task.program, grid)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_time_in_seconds = task.seconds
    solver.parameters.relative_gap_limit = task.gap
    solver.parameters.random_seed = task.seed
    listener = Listener(task, recorder, grid, variables)
    solver.best_bound_callback = listener.bounded
    recorder.start()
    status = solver.solve(model, listener)
    word = solver.status_name(status).lower()
    found = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    if found:
        recorder.tell(None, listener.limit(solver.best_objective_bound))
    bound = recorder.events[-1][2] if recorder.events else None  # without a plan, only what was told counts
    if not listener.points:
        return Answer(word, None, None, bound)
    x = listener.points[-1][1]
    return Answer(word, x, listener.worth(solver.objective_value), bound, exact=False, points=tuple(listener.points))
