"""What the benchmark ran on: processor, cores, memory, system, versions, date. No names of hosts or places."""

from __future__ import annotations

import datetime
import os
import platform
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of
from pathlib import Path

LIBRARIES = ("pyomo", "numpy", "scipy")


def processor() -> str:
    """Return the processor's model, as far as the system tells."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.lower().startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def system() -> str:
    """Return the kind of operating system."""
    try:
        return f"{platform.freedesktop_os_release()['PRETTY_NAME']} ({platform.system()}, {platform.machine()})"
    except (OSError, KeyError, AttributeError):
        return f"{platform.system()} {platform.machine()}"


def memory() -> str:
    """Return the memory in GiB."""
    pages = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return f"{pages / 2**30:.1f} GiB"


def describe() -> dict[str, str]:
    """Return {what: value}; the solvers' versions are asked of each in a process of its own."""
    told = {
        "processor": processor(),
        "cores": str(os.cpu_count()),
        "memory": memory(),
        "system": system(),
        "date": datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
        "Python": platform.python_version(),
    }
    for name in LIBRARIES:
        try:
            told[name] = version_of(name)
        except PackageNotFoundError:
            told[name] = "not installed"
    return told
