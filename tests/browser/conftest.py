"""A browser on the page: Debian's Chromium, driven by Playwright, on a page served on loopback."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CHROMIUM = os.environ.get("PLUGSMITH_CHROMIUM") or shutil.which("chromium")
AXE = ROOT / "page" / "node_modules" / "axe-core" / "axe.min.js"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs a browser; a machine without one says so."""
    missing = None
    if CHROMIUM is None:
        missing = "no chromium on this machine: apt-get install chromium"
    try:
        import playwright  # noqa: F401 - only whether it is there
        import uvicorn  # noqa: F401
    except ImportError:
        missing = "playwright or the extra `ui` is not installed: make test-ui"
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.ui)
            item.add_marker(pytest.mark.timeout(600))
            if missing:
                item.add_marker(pytest.mark.skip(reason=missing))


@pytest.fixture(scope="session")
def chromium() -> Iterator[object]:
    """One browser for all tests; each gets a context of its own."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--headless=new"]
        )
        yield browser
        browser.close()


@pytest.fixture
def server(tmp_path) -> Iterator[object]:
    """A running server with a library of its own."""
    from page_rig import served

    with served(tmp_path) as found:
        yield found


@pytest.fixture
def open_tab(chromium, server) -> Iterator[Callable[..., object]]:
    """Opens tabs that fail the test on console errors and on requests beyond loopback."""
    from tabs import Tab

    tabs: list[Tab] = []

    def opened(**look: object) -> Tab:
        tab = Tab(chromium, server, axe=AXE, **look)
        tabs.append(tab)
        return tab

    yield opened
    for tab in tabs:
        tab.close()


@pytest.fixture
def tab(open_tab) -> object:
    """One tab in the usual size."""
    return open_tab()
