"""The command `report`: a run as a page and a workbook that people can forward."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..inputs.faults import InputError
from .console import Talk
from .errors import invalid_input
from .exits import Exit

if TYPE_CHECKING:
    from ..results.reporting import Written


def report_run(talk: Talk, run: Path, outputs: tuple[Path, ...], frontier: Path | None, force: bool) -> int:
    """Verify a run folder, write its report and say what is in it."""
    from ..results.reporting import report

    try:
        with talk.waiting(f"reporting {run}"):
            written = report(run, outputs, frontier, force)
    except InputError as error:
        return invalid_input(talk, error, f"the run {run}")
    _show(talk, run, written)
    return Exit.DONE


def _show(talk: Talk, run: Path, written: Written) -> None:
    from ..results.headline import headline

    material = written.material
    head = headline(material.run)
    for doubt in material.doubts:
        told = f"nobody vouches for {run}: {doubt}"
        talk.log.warning(f"{told}; the report says so", "doubt")
    files = [str(file) for file in written.files]
    if talk.wants_json:
        talk.data(
            {
                **{"run": str(run), "status": material.run.report.status, "title": head.title, "changed": head.changed},
                **{"headline": [head.status, *head.sentences], "doubts": list(material.doubts), "files": files},
            }
        )
        return
    talk.show(
        *filter(None, [head.title, head.changed]),
        f"{head.status}. {' '.join(head.sentences)}",
        f"\nwritten: {', '.join(files)}",
    )
