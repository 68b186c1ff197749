"""Peak memory of this process and of the solvers it runs as processes of their own, in MB (10⁶ bytes).

The high-water mark of the address space is read where the system tells it (Linux): the usual `ru_maxrss` would inherit
the peak of the process that started this one.
"""

from __future__ import annotations

import resource
import sys
from pathlib import Path

_children: dict[int, float] = {}


def _status(pid: int | str, field: str) -> float | None:
    """Return a field of Linux's process status in MB, None where there is none."""
    try:
        text = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    found = [line.split()[1] for line in text.splitlines() if line.startswith(f"{field}:")]
    return int(found[0]) * 1024 / 1e6 if found else None


def peak_of(pid: int) -> None:
    """Note the peak so far of a process that this one runs."""
    seen = _status(pid, "VmHWM")
    if seen is not None:
        _children[pid] = max(_children.get(pid, 0.0), seen)


def now() -> float | None:
    """Return what this process holds now, in MB; None where the system does not tell."""
    return _status("self", "VmRSS")


def peak() -> float:
    """Return the peak of this process or of what it ran, whichever is larger, in MB."""
    own = _status("self", "VmHWM")
    if own is None:
        unit = 1 if sys.platform == "darwin" else 1024
        own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6
    return max([own, *_children.values()])
