"""What everybody gets: by keyboard, on a phone, in the dark, and nothing that axe complains of."""

from __future__ import annotations

import pytest
from test_browser_journey import STEPS

PAGES = ("", "free", "file", "devices", "backups", "templates", "settings", "help")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_every_page_and_step_is_accessible_and_fits(open_tab, theme, width):
    tab = open_tab(width=width, theme=theme).open()
    for page in PAGES:
        tab.page.evaluate("name => { location.hash = '#/' + name }", page)
        tab.page.wait_for_selector("h1")
        tab.accessible(f"{page} {theme} {width}")
        tab.no_side_scroll(page)
    tab.begin_practice()
    tab.accessible("wiring")
    for step in STEPS:
        getattr(tab, step)()
        tab.accessible(f"{step} {theme} {width}")
        tab.no_side_scroll(f"{step} {width}")


def test_the_journey_is_made_with_the_keyboard_alone(tab):
    """Only Tab, arrows, Enter, Space and letters; the focus stands at each step's head."""

    def reach(selector: str) -> None:
        for _stop in range(120):
            if tab.page.evaluate("s => document.activeElement?.matches(s) ?? false", selector):
                return
            tab.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not reach {selector}")

    def head_has_focus() -> None:
        tab.page.wait_for_function("() => document.activeElement?.tagName === 'H1'")

    primary = ".step-foot .button.primary"
    tab.open()
    head_has_focus()
    reach(".way:nth-of-type(2)")
    tab.page.keyboard.press("Enter")
    tab.at("module")
    head_has_focus()
    reach("[role=radio]")
    tab.page.keyboard.press("Space")
    reach(primary)
    tab.page.keyboard.press("Enter")
    for step in ("wiring", "connect"):
        tab.at(step)
        head_has_focus()
        reach(primary)
        tab.page.keyboard.press("Enter")
    tab.at("identity")
    head_has_focus()
    reach(primary)
    tab.page.keyboard.press("Enter")
    tab.at("backup")
    reach(primary)
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_selector('[data-result="backup"]')
    reach(primary)
    tab.page.keyboard.press("Enter")
    tab.at("pins")
    head_has_focus()
    tab.page.wait_for_selector(".pin-row")
    reach(".module g[role=button], .pin-row")
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_selector(".pin-more")


def test_the_theme_follows_the_system_and_can_be_chosen(open_tab):
    tab = open_tab(theme="dark").open()
    root = tab.page.locator("html")
    assert root.get_attribute("data-theme") == "dark"
    tab.press("Light theme")
    tab.page.wait_for_selector('html[data-theme="light"]')
    tab.reload()
    assert root.get_attribute("data-theme") == "light"


def test_a_page_without_its_key_says_where_the_address_stands(tab):
    tab.page.goto(f"http://{tab.server.host}/")
    tab.see("This address has no key")
    tab.accessible("no key")


def test_the_page_says_when_the_server_is_gone_and_loses_nothing(tab):
    tab.begin_practice()
    tab.server.server.stop()
    tab.see("The server does not answer")
    tab.at("wiring")
