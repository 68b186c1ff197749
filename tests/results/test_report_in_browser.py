"""The report in a real browser: nothing asked of the network, nothing run but ours, no chart blank, nothing cut."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from selenium.webdriver import Chrome

from fundalign.inputs.case import Case
from fundalign.results.reporting import report

from ..browser import browser, complaints, open_page, picture, place_of, printed, program, requests_of
from ..forked import Commands
from ..png import pixels
from .conftest import FACTORS, PLAN, SUMMARY, HandPlan, tables_of, write_plan
from .reports import add_answers

LONG = "a name as long as names of joint programmes are and longer than any column would like " * 2
CHARTS = {"payments", "calendar", "flows", "purses", "cycles", "currency", "parties", "equity", "tornado"}
HOSTILE = {
    "case.toml": 'name = "</title><script>window.pwned = 1</script>"\ncurrency = "EUR"\nfirst_period = "2027"\n'
    "periods = 4\nunit = 1_000\n",
    "funders.csv": "funder,name,kind,party,currency\n=1+1,</script><script>window.pwned = 2</script>,public,N,SEK\n"
    "<img src=x onerror=window.pwned=3>,,private,,EUR\n2027,,public,<b>S,EUR\n",
    "budgets.csv": "funder,cycle,first_period,last_period,payments,carry_over\n"
    "=1+1,2027,2027,2028,900,0\n=1+1,2029,2029,2030,900,0\n"
    "<img src=x onerror=window.pwned=3>,<i>c,2027,2030,90,0\n2027,@c,2027,2027,50,1\n2027,c2,2028,2030,50,0\n",
    "currencies.csv": "currency,rate,volatility\nSEK,0.1,0.1\n",
    "parties.csv": "party,name\nN,North\n<b>S,</script><b>South\n",
    "initiatives.csv": f"initiative,name,theme,currency\n<script>window.pwned=4,{LONG.strip()},+1,EUR\n"
    '"<a href=javascript:window.pwned=5>x","""quoted"" & \'so\'",-1,EUR\n',
    "milestones.csv": "initiative,milestone,order,stage,duration,cost,value\n"
    "<script>window.pwned=4,one,1,<b>a,1,60,9\n<script>window.pwned=4,two,2,%{x},2,50,5\n"
    "<a href=javascript:window.pwned=5>x,one,1,<b>a,2,30,4\n",
    "shares.csv": "initiative,party,share\n<script>window.pwned=4,N,0.5\n<script>window.pwned=4,<b>S,0.5\n"
    "<a href=javascript:window.pwned=5>x,N,1\n",
    "equity.csv": "rule,measure,parties,at_least\n<u>fair,received,each,0.1\n",
}


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    if program() is None:
        pytest.skip("Chromium is not installed")
    with browser(tmp_path_factory.mktemp("profile")) as found:
        yield found


@pytest.fixture(scope="module")
def rich(hand_case: Case, driver: Chrome, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of the hand-made run with every answer added."""
    plan = HandPlan(hand_case, tables_of(PLAN), SUMMARY, FACTORS)
    folder = add_answers(write_plan(plan, tmp_path_factory.mktemp("runs") / "run"))
    report(folder)
    return folder / "report.html"


def charts_of(driver: Chrome) -> list[str]:
    script = "return [...document.querySelectorAll('[data-chart]')].map(each => each.dataset.chart)"
    names: list[str] = driver.execute_script(script)
    return names


def is_blank(found: np.ndarray) -> bool:
    """Tell whether next to nothing is drawn: 99.5 % of the pixels have one colour, or all are as bright."""
    colours, counts = np.unique(found.reshape(-1, 3) // 8, axis=0, return_counts=True)
    return bool(len(colours) < 4 or counts.max() > 0.995 * counts.sum() or found.std() < 4)


def test_what_a_blank_picture_is() -> None:
    white = np.full((200, 300, 3), 255, np.uint8)
    assert is_blank(white)
    lined = white.copy()
    lined[100, :] = 200  # a lone axis
    assert is_blank(lined)
    lined[20:90, 40:90] = (0, 114, 178)
    lined[20:90, 100:150] = (230, 159, 0)
    assert not is_blank(lined)


@pytest.mark.parametrize("width", [1200, 800])
def test_no_chart_is_blank_and_nothing_is_asked_for(rich: Path, driver: Chrome, width: int) -> None:
    driver.set_window_size(width, 1000)
    open_page(driver, rich)
    assert [url for url in requests_of(driver) if not url.startswith(("file:", "data:", "blob:"))] == []
    assert complaints(driver) == []
    names = charts_of(driver)
    assert set(names) >= {
        "payments",
        "calendar",
        "flows",
        "purses",
        "cycles",
        "currency",
        "parties",
        "equity",
        "tornado",
    }
    for name in names:
        place = place_of(driver, f"#chart-{name}")
        assert place["width"] <= width
        assert not is_blank(pixels(picture(driver, place))), name
    assert driver.execute_script("return document.documentElement.scrollWidth") <= width  # no page is dragged sideways


def test_on_a_telephone(rich: Path, driver: Chrome) -> None:
    """Nothing drags the page sideways, small charts do not run into each other, and captions are read whole."""
    driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": 390, "height": 800, "deviceScaleFactor": 1, "mobile": True}
    )
    try:
        open_page(driver, rich)
        assert driver.execute_script("return document.documentElement.scrollWidth") <= 390
        for name in ("cycles", "equity"):  # small charts side by side keep the room they need, in a frame that scrolls
            assert place_of(driver, f"#chart-{name}")["width"] >= 600
        script = "return [...document.querySelectorAll('.scroll .said')].map(e => e.getBoundingClientRect().right)"
        assert max(driver.execute_script(script)) <= 390
    finally:
        driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_a_picture_without_its_chart_is_blank(rich: Path, driver: Chrome) -> None:
    """What the test above would see if Plotly drew nothing."""
    open_page(driver, rich)
    driver.execute_script("document.querySelector('#chart-payments').replaceChildren()")
    assert is_blank(pixels(picture(driver, place_of(driver, "#chart-payments"))))


def test_the_page_on_paper(rich: Path, driver: Chrome, tmp_path: Path) -> None:
    """Charts are drawn anew as wide as the paper; headline, captions and tables that stand open are printed."""
    open_page(driver, rich)
    driver.execute_script("dispatchEvent(new Event('beforeprint'))")
    widths = driver.execute_script("return [...document.querySelectorAll('[data-chart]')].map(e => e.layout.width)")
    assert set(widths) == {690}
    driver.execute_script("dispatchEvent(new Event('afterprint'))")
    (tmp_path / "page.pdf").write_bytes(printed(driver))
    told = subprocess.run(["pdftotext", "-layout", str(tmp_path / "page.pdf"), "-"], capture_output=True, text=True)
    for words in ("by hand", "They cost 2,150.00 EUR", "What the objective swings by", "Limits that bind"):
        assert words in told.stdout
    assert complaints(driver) == []


def test_the_buttons_work(rich: Path, driver: Chrome) -> None:
    open_page(driver, rich)
    count = "return document.querySelectorAll('details[open]').length"
    assert driver.execute_script(count) == 0
    driver.find_element("id", "open-all").click()
    assert driver.execute_script(count) == driver.execute_script("return document.querySelectorAll('details').length")


def test_names_are_text_whatever_they_are(commands: Commands, driver: Chrome, tmp_path: Path) -> None:
    case = tmp_path / "hostile"
    case.mkdir()
    for name, text in HOSTILE.items():
        (case / name).write_text(text, encoding="utf-8")
    for words in (("solve", "hostile", "-o", "run"), ("report", "run")):
        assert commands.run(words, tmp_path).returncode == 0
    open_page(driver, tmp_path / "run" / "report.html")
    assert driver.execute_script("return window.pwned") is None
    assert [url for url in requests_of(driver) if not url.startswith(("file:", "data:", "blob:"))] == []
    assert complaints(driver) == []
    text = driver.execute_script("return document.body.innerText")
    for name in ("</title><script>window.pwned = 1</script>", "=1+1", "<img src=x onerror=window.pwned=3>"):
        assert name in text
    script = "return [...document.querySelectorAll('.chart text')].map(each => each.textContent).join('|')"
    drawn = driver.execute_script(script)
    for name in ("<script>window.pwned=4", "<b>a", "<b>S"):
        assert name in drawn
    assert driver.execute_script("return document.querySelectorAll('.chart a, .chart img').length") == 0
    for name in charts_of(driver):
        assert not is_blank(pixels(picture(driver, place_of(driver, f"#chart-{name}")))), name
