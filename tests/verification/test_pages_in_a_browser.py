"""Our pages in a real browser: they ask for nothing outside themselves, and can be read.

Each page is a `Shown`: to have a further one looked at, add it to `pages`.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from experiments.report.page import write_report
from experiments.report.sweep_page import write_sweep_report

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.sumo
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WITHIN = ("file:", "data:")


@dataclass(frozen=True)
class Shown:
    """A page, and what a reader must find on it."""

    name: str
    path: Path
    texts: tuple[str, ...]
    selectors: tuple[str, ...]


@pytest.fixture(scope="module")
def pages(small_results, small_sweep, tmp_path_factory) -> dict[str, Shown]:
    """Pages by name."""
    hidden = shutil.ignore_patterns(".*")
    base = tmp_path_factory.mktemp("browser")
    folder = base / "results"
    shutil.copytree(small_results, folder, ignore=hidden)
    shutil.copytree(small_sweep, base / "swept", ignore=hidden)
    of_sweep = ("svg[aria-label]", "table.dense", "#cap-curve0", "#cap-front", ".answer")
    figures = ("svg[aria-label]", "#h-map", "table", "#cap-spacetime", "#cap-equity", ".answer")
    shown = (
        Shown(
            "report",
            folder / "report.html",
            (
                "does it save CO₂?",
                "With advice by eco,",
                "Times that advice began",
                "Who gains, who pays",
            ),
            figures,
        ),
        Shown(
            "report in Chinese",
            write_report(folder, "zh"),
            ("能否减少 CO₂", "采用 eco 的建议时", "建议开始次数", "谁承担代价"),
            figures,
        ),
        Shown(
            "sweep",
            base / "swept" / "report.html",
            ("where does speed advice at signals save CO₂", "averaged over 4 points", "All points"),
            of_sweep,
        ),
        Shown(
            "sweep in Chinese",
            write_sweep_report(base / "swept", "zh"),
            ("在何处减少 CO₂", "对 4 个点 取平均", "全部点"),
            of_sweep,
        ),
    )
    return {page.name: page for page in shown}


@pytest.fixture(scope="module")
def browser(chromium) -> Iterator["playwright.Browser"]:
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.mark.parametrize("name", ["report", "report in Chinese", "sweep", "sweep in Chinese"])
def test_a_page_stays_within_itself_and_can_be_read(browser, pages, name, tmp_path):
    shown = pages[name]
    asked: list[str] = []
    complaints: list[str] = []
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(shown.path.as_uri())
    for text in shown.texts:
        assert page.get_by_text(text).filter(visible=True).count() > 0, text
    for selector in shown.selectors:
        assert page.locator(selector).first.is_visible(), selector
    overflow_px = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    picture = tmp_path / "page.png"
    page.screenshot(path=picture, full_page=True)
    page.close()
    assert [url for url in asked if not url.startswith(WITHIN)] == []
    assert asked[0] == shown.path.as_uri()
    assert complaints == []
    assert overflow_px <= 0
    assert picture.stat().st_size > 50_000


def test_a_page_that_asks_for_something_outside_would_be_found(browser, tmp_path):
    path = tmp_path / "bad.html"
    path.write_text('<img src="http://localhost:9/x.png">')
    asked: list[str] = []
    page = browser.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    page.close()
    assert [url for url in asked if not url.startswith(WITHIN)] == ["http://localhost:9/x.png"]
