"""The documentation as a site: it is built without network, and its pages ask for none."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.sumo, pytest.mark.timeout(900)]

ROOT = Path(__file__).parents[2]
NO_NETWORK = """
import socket

def refuse(self, address, *_):
    if self.family != socket.AF_UNIX:
        raise OSError(f"the build of the site asks for {address}")

socket.socket.connect = socket.socket.connect_ex = refuse
"""
LOADED = re.compile(
    r"""<(?:script|img|iframe|source|video)\b[^>]*\bsrc=["']?(?:https?:)?//[^>]*>"""
    r"""|<link\b(?![^>]*rel=["']?canonical)[^>]*\bhref=["']?(?:https?:)?//[^>]*>"""
)
LOADED_BY_STYLE = re.compile(r"""(?:url\(|@import)\s*["']?(?:https?:)?//""")


@pytest.fixture(scope="module")
def site(tmp_path_factory, cache_home) -> Path:
    folder = tmp_path_factory.mktemp("site")
    (folder / "sitecustomize.py").write_text(NO_NETWORK)
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", folder / "site"],
        cwd=ROOT,
        env={
            **os.environ,
            "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}",
            "NO_MKDOCS_2_WARNING": "1",
            "XDG_CACHE_HOME": str(cache_home),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder / "site"


def test_no_page_loads_anything_from_elsewhere(site):
    pages = list(site.rglob("*.html"))
    assert len(pages) > 20
    for page in pages:
        found = LOADED.findall(page.read_text(encoding="utf-8"))
        assert found == [], page.name
    for style in site.rglob("*.css"):
        assert not LOADED_BY_STYLE.search(style.read_text(encoding="utf-8")), style.name


def test_pages_that_are_made_of_the_code_are_there(site):
    configuration = (site / "configuration.html").read_text(encoding="utf-8")
    assert "range_m" in configuration
    assert "Observation" in (site / "api.html").read_text(encoding="utf-8")
    planner = (site / "planner.html").read_text(encoding="utf-8")
    pictures = re.findall(r'src="(figures/[\w-]+\.svg)"', planner)
    assert len(pictures) == 4
    for picture in pictures:
        assert (site / picture).read_text(encoding="utf-8").lstrip().startswith("<?xml")


def test_in_a_browser_no_request_leaves_and_search_works_from_a_folder(site, chromium):
    from playwright.sync_api import sync_playwright

    asked, faults = [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: faults.append(str(error)))
        for name in ("planner", "configuration", "api", "index"):
            page.goto((site / f"{name}.html").as_uri())
        page.keyboard.press("s")
        page.keyboard.type("penetration", delay=20)
        page.wait_for_selector(".md-search-result__item", timeout=60_000)
        browser.close()
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert faults == []
