"""SCIP with its defaults as a peer of the benchmark: only gap, wall-clock limit, seed and one thread are set."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from peers import Answer, Recorder, Task
from peers_mps import write_mps
from pyscipopt import SCIP_EVENTTYPE, Eventhdlr, Model

NONE = 1e19  # SCIP's infinity is 1e20


def version() -> str:
    """Return SCIP's version."""
    return str(Model().version())


class Listener(Eventhdlr):
    """Tells the recorder of better plans and bounds."""

    def __init__(self, recorder: Recorder, offset: float) -> None:
        """Listen for a recorder; `offset` is the constant that the file leaves out."""
        self.recorder, self.offset, self.over = recorder, offset, False
        self.kinds = (SCIP_EVENTTYPE.BESTSOLFOUND, SCIP_EVENTTYPE.DUALBOUNDIMPROVED)

    def eventinit(self) -> None:
        """Subscribe."""
        for kind in self.kinds:
            self.model.catchEvent(kind, self)

    def eventexit(self) -> None:
        """Unsubscribe."""
        for kind in self.kinds:
            self.model.dropEvent(kind, self)

    def eventexec(self, event: Any) -> None:
        """Pass on where the search stands; the plan of the event itself is not yet in the primal bound.

        SCIP speaks up once more when the model is given up, with a bound that means nothing.
        """
        if self.over:
            return
        plan, bound = float(self.model.getPrimalbound()), float(self.model.getDualbound())
        if event.getType() == SCIP_EVENTTYPE.BESTSOLFOUND:
            plan = min(plan, float(self.model.getSolObjVal(self.model.getBestSol())))
        self.recorder.tell(
            self.offset - plan if abs(plan) < NONE else None, self.offset - bound if abs(bound) < NONE else None
        )


def solve(task: Task, recorder: Recorder) -> Answer:
    """Run SCIP on the program read from a file; reading is not counted."""
    offset = task.program.offset
    model = Model()
    model.hideOutput()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "program.mps"
        write_mps(task.program, path)
        model.readProblem(str(path))
    for name, value in {
        "limits/time": task.seconds,
        "limits/gap": task.gap,
        "timing/clocktype": 2,
        "randomization/randomseedshift": task.seed,
        "lp/threads": 1,
        "parallel/maxnthreads": 1,
    }.items():
        model.setParam(name, value)
    listener = Listener(recorder, offset)
    model.includeEventhdlr(listener, "listener", "plans and bounds over time")
    recorder.start()
    model.optimize()
    listener.over = True
    dual = float(model.getDualbound())
    bound = offset - dual if abs(dual) < NONE else None
    x = objective = None
    if model.getNSols():
        best = model.getBestSol()
        x = np.zeros(len(task.program.cost))
        for variable in model.getVars():
            x[int(variable.name[1:])] = model.getSolVal(best, variable)
        objective = offset - float(model.getSolObjVal(best))
    recorder.tell(objective, bound)
    return Answer(str(model.getStatus()), x, objective, bound)
