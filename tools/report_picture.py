"""docs/report.png: the top of a report in the README, from a real run of the shipped case `quantum`.

    python tools/report_picture.py [RUN] [FILE]

Without a RUN the case is solved first. Needs Chromium and its driver.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import fundalign as fa
from fundalign.inputs.shipped import resolve_case

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from tests.browser import browser, open_page, picture, program  # noqa: E402

WIDTH, HEIGHT = 1100, 1300
HIDDEN = "document.querySelectorAll('nav, #portfolio').forEach(each => each.remove())"


def main() -> None:
    """Write the picture."""
    if program() is None:
        raise SystemExit("Chromium and chromedriver are not installed")
    file = Path(sys.argv[2]) if len(sys.argv) > 2 else ROOT / "docs" / "report.png"
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        if len(sys.argv) > 1:
            run = Path(sys.argv[1])
        else:
            run = fa.solve(fa.read_case(resolve_case("quantum"))).write(work / "run")
        fa.report(run, [work / "report.html"])
        with browser(work / "profile", WIDTH, HEIGHT) as driver:
            open_page(driver, work / "report.html")
            driver.execute_script(HIDDEN)
            file.write_bytes(picture(driver, {"x": 0, "y": 0, "width": WIDTH, "height": HEIGHT}, quick=False))
    print(f"wrote {file}")


if __name__ == "__main__":
    main()
