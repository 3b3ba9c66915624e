"""What everybody gets: by keyboard, on a phone, in the dark, and nothing that axe complains of."""

from __future__ import annotations

import pytest
from test_browser_journey import STEPS

PRIMARY = ".step-foot .button.primary:not([disabled])"
PAGES = ("", "free", "file", "devices", "backups", "templates", "settings", "help")


@pytest.mark.parametrize(
    ("theme", "width", "language"),
    [("light", 360, "en"), ("dark", 360, "pl"), ("light", 1280, "pl"), ("dark", 1280, "en")],
)
def test_every_page_and_step_is_accessible_and_fits(open_tab, theme, width, language):
    tab = open_tab(width=width, theme=theme, language=language).open()
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
    """Tab, arrows, Enter, Space, letters to the switched relay; each step's head gets the focus."""

    def reach(selector: str, words: str = "") -> None:
        wanted = (
            "([s, w]) => { const here = document.activeElement;"
            " return !!here?.matches(s) && (!w || here.innerText.includes(w)) }"
        )
        for _stop in range(150):
            if tab.page.evaluate(wanted, [selector, words]):
                return
            tab.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not reach {selector} {words}")

    def press(selector: str, words: str = "", key: str = "Enter") -> None:
        reach(selector, words)
        ring = "() => getComputedStyle(document.activeElement).outlineStyle"
        assert tab.page.evaluate(ring) != "none", (selector, words)  # one sees where one is
        tab.page.keyboard.press(key)

    def at(step: str) -> None:
        tab.at(step)
        tab.page.wait_for_function("() => document.activeElement?.tagName === 'H1'")

    tab.open()
    tab.page.wait_for_function("() => document.activeElement?.tagName === 'H1'")
    press(".way", "I want to practise")
    at("module")
    press("[role=radio]", key="Space")
    press(PRIMARY)
    for step in ("wiring", "connect", "identity", "backup"):
        at(step)
        press(PRIMARY)
    tab.page.wait_for_selector('[data-result="backup"]')
    press(PRIMARY)
    at("pins")
    tab.page.wait_for_selector(".pin-row")
    press(".pin-row")
    tab.page.wait_for_selector(".pin-more")
    press(PRIMARY)
    at("firmware")
    press(".button", "Take OpenBK")
    tab.page.wait_for_selector('[data-result="image"]')
    press(PRIMARY)
    at("settings")
    press(".button", "Fill it in")
    press(PRIMARY)
    at("plan")
    tab.see("This is what will change")
    reach(".map svg")
    tab.page.keyboard.press("ArrowRight")
    tab.see("0x001000")  # the map tells its squares without a mouse
    press(PRIMARY)
    at("write")
    press(PRIMARY)
    tab.page.wait_for_selector('[data-result="write"]')
    press(PRIMARY)
    at("use")
    press(".button", "Open it")
    tab.page.wait_for_selector(".relay-switch:not([disabled])")
    press(".relay-switch", key="Space")
    tab.page.wait_for_selector('.relay-switch[aria-checked="true"]')
    assert tab.practice["relay"] is True


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


def test_a_large_screen_is_filled_and_paper_needs_no_ink_for_grounds(open_tab):
    tab = open_tab(width=3840, height=2160, theme="dark").open()
    tab.begin_practice()
    tab.no_side_scroll("3840")
    wide = "() => document.querySelector('.journey').getBoundingClientRect().width / innerWidth"
    assert tab.page.evaluate(wide) > 0.5
    tab.page.set_viewport_size({"width": 794, "height": 1123})
    tab.page.emulate_media(media="print")
    assert tab.page.locator(".button, .top, .rail, .hands").filter(visible=True).count() == 0
    grounds = "() => [...document.querySelectorAll('body, .box, .card')].map(one =>"
    grounds += " getComputedStyle(one).backgroundColor)"
    white = {"rgb(255, 255, 255)", "rgba(0, 0, 0, 0)"}
    assert set(tab.page.evaluate(grounds)) <= white
    tab.no_side_scroll("paper")
