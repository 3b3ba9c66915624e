"""The pictures in docs/page.md, made by the journey itself: `make page-shots`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from test_browser_journey import STEPS

FOLDER = os.environ.get("PLUGSMITH_SHOTS")
pytestmark = pytest.mark.skipif(not FOLDER, reason="makes pictures: make page-shots")


def test_pictures_of_the_journey(open_tab):
    folder = Path(FOLDER or "")
    folder.mkdir(parents=True, exist_ok=True)
    light = open_tab(width=1180, height=760, fast=False).open()

    def shot(tab, name: str) -> None:
        tab.page.wait_for_function(  # names load before a picture is taken
            "() => [...document.images].every(i => i.complete)"
        )
        tab.page.screenshot(path=folder / f"page-{name}.png")

    light.begin_practice()
    light.to_identity()
    light.next("Next: the backup")
    light.next("Make the backup")
    light.page.wait_for_function(
        "() => Number(document.querySelector('[role=progressbar]')?.ariaValueNow) > 8"
    )
    shot(light, "backup")
    light.page.wait_for_selector('[data-result="backup"]')
    light.to_pins()
    light.see("It looks like")
    light.page.locator(".pin-row").first.click()
    shot(light, "pins")
    for step in STEPS[3:6]:
        getattr(light, step)()
    shot(light, "plan")
    light.to_written()
    light.to_device()
    light.page.get_by_role("switch", name="Relay").click()
    light.page.wait_for_function(
        "() => Number(document.querySelector('.watts')?.dataset.watts) > 10"
    )
    light.page.evaluate("() => scrollTo(0, 0)")
    shot(light, "use")


def test_pictures_of_a_phone_in_the_dark(open_tab):
    tab = open_tab(width=390, height=780, theme="dark").begin_practice()
    tab.next("Next: connect")
    tab.hands("fault:echo")
    tab.press("Something is wrong")
    tab.page.wait_for_selector("[data-diagnosis]")
    tab.page.locator("[data-diagnosis]").scroll_into_view_if_needed()
    tab.page.screenshot(path=Path(FOLDER or "") / "page-phone.png")
