"""Debian's Chromium for tests: opens a file, says what it asked of the network and its console, takes pictures."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from selenium.webdriver import Chrome, ChromeOptions, ChromeService
from selenium.webdriver.support.wait import WebDriverWait

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--force-device-scale-factor=1",
    "--hide-scrollbars",
)
SECONDS = 60


def program() -> str | None:
    """Return where Chromium is, None where it is not installed."""
    return shutil.which("chromium") if shutil.which("chromedriver") else None


@contextmanager
def browser(profile: Path, width: int = 1200, height: int = 1000) -> Iterator[Chrome]:
    """Start a browser with a profile of its own that logs every request and every word on the console."""
    options = ChromeOptions()
    options.binary_location = program() or ""
    for flag in (*FLAGS, f"--user-data-dir={profile}", f"--window-size={width},{height}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    driver = Chrome(options=options, service=ChromeService(shutil.which("chromedriver")))
    try:
        driver.set_script_timeout(SECONDS)
        driver.get("about:blank")  # away from the page of new tabs, which asks for its own parts
        driver.get_log("performance")
        yield driver
    finally:
        driver.quit()


def open_page(driver: Chrome, path: Path) -> None:
    """Open a report and wait until its charts are drawn."""
    driver.get(path.as_uri())
    WebDriverWait(driver, SECONDS).until(
        lambda d: d.execute_script(
            "return document.readyState === 'complete' && "
            "(!document.querySelector('[data-chart]') || document.documentElement.dataset.drawn === 'true')"
        )
    )


def requests_of(driver: Chrome) -> list[str]:
    """Return every address that was asked for since the last call."""
    told = [json.loads(entry["message"])["message"] for entry in driver.get_log("performance")]
    return [str(each["params"]["request"]["url"]) for each in told if each["method"] == "Network.requestWillBeSent"]


def complaints(driver: Chrome) -> list[str]:
    """Return what stands on the console."""
    return [str(entry["message"]) for entry in driver.get_log("browser")]


def picture(driver: Chrome, clip: dict[str, float], quick: bool = True) -> bytes:
    """Return a part of the page as PNG, also where it is outside the window; small where it need not be `quick`."""
    told = {"format": "png", "captureBeyondViewport": True, "optimizeForSpeed": quick, "clip": {**clip, "scale": 1}}
    return base64.b64decode(driver.execute_cdp_cmd("Page.captureScreenshot", told)["data"])


def whole_page(driver: Chrome) -> bytes:
    """Return the page from top to bottom as PNG."""
    size: dict[str, Any] = driver.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]
    return picture(driver, {"x": 0, "y": 0, "width": size["width"], "height": size["height"]})


def place_of(driver: Chrome, selector: str) -> dict[str, float]:
    """Return where an element stands on the page."""
    script = """const box = document.querySelector(arguments[0]).getBoundingClientRect();
    return {x: box.x + scrollX, y: box.y + scrollY, width: box.width, height: box.height};"""
    place: dict[str, float] = driver.execute_script(script, selector)
    return place


def printed(driver: Chrome) -> bytes:
    """Return the page as it is printed, as PDF."""
    told = {"preferCSSPageSize": True, "printBackground": False}
    return base64.b64decode(driver.execute_cdp_cmd("Page.printToPDF", told)["data"])
