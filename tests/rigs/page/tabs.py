"""A tab of a real browser on the served page, with what every test asserts about it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from plugsmith.messages import LOCALE_DIR
from plugsmith.po_file import read_po

if TYPE_CHECKING:
    from pathlib import Path

    from page_rig import Page

PATIENCE_MS = 60_000  # only ever waited for by a test that fails
#: a device that restarts, or a server that is gone, makes the browser itself write this line
_EXPECTED = re.compile(r"Failed to load resource|net::ERR_")


def _texts(language: str) -> dict[str, str] | None:
    """English sentence -> what stands for it; none for English."""
    if language == "en":
        return None
    catalogue = LOCALE_DIR / language / "LC_MESSAGES" / "plugsmith.po"
    return read_po(catalogue.read_text(encoding="utf-8"))


class Tab:
    """What a person does in one tab. `fast`: practice plugs do not take the time of real wires."""

    def __init__(
        self,
        browser: Any,
        server: Page,
        *,
        axe: Path,
        width: int = 1280,
        height: int = 900,
        theme: str = "light",
        fast: bool = True,
        auto_reset: bool = True,
        language: str = "en",
    ) -> None:
        self.server = server
        self._texts = _texts(language)
        self._axe = axe
        self.complaints: list[str] = []
        self.context = browser.new_context(
            viewport={"width": width, "height": height},
            locale=language,
            color_scheme=theme,
            reduced_motion="reduce",
            accept_downloads=True,
        )
        self.context.grant_permissions(["clipboard-read", "clipboard-write"])
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(f"page error: {error}"))
        self.page.on("request", self._asked)
        self._practice = {"fast": fast, "auto_reset": auto_reset}
        self.page.route("**/api/practice", self._quicker)

    @property
    def url(self) -> str:
        return f"http://{self.server.host}/#token={self.server.server.door.token}"

    def open(self) -> Tab:
        self.page.goto(self.url)
        self.page.wait_for_selector("h1")
        return self

    def _heard(self, message: Any) -> None:
        if message.type == "error" and not _EXPECTED.search(message.text):
            self.complaints.append(f"console: {message.text}")

    def _asked(self, request: Any) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.hostname != "127.0.0.1":
            self.complaints.append(f"request to {request.url}")

    def _quicker(self, route: Any) -> None:
        if route.request.method != "POST":
            route.continue_()
            return
        body = json.loads(route.request.post_data or "{}") | self._practice
        route.continue_(post_data=json.dumps(body))

    def close(self) -> None:
        """End it, and say what it complained about."""
        self.context.close()
        assert not self.complaints, self.complaints

    # --- what a person does

    def words(self, english: str) -> str | re.Pattern[str]:
        """What this sentence of the catalogue is in the language of the tab; {names} are any text.

        In English a part of a sentence is enough.
        """
        said = english if self._texts is None else self._texts[english]
        parts = [re.escape(part) for part in re.split(r"\{[^{}]*\}", said)]
        return said if len(parts) == 1 else re.compile(".+".join(parts))

    def press(self, words: str) -> None:
        """The button with these words, wherever it is."""
        self.page.get_by_role("button", name=self.words(words)).first.click()

    def next(self, words: str = "") -> None:
        """The one primary button of a step."""
        button = self.page.locator(".step-foot .button.primary")
        if words:
            button = button.filter(has_text=self.words(words))
        button.click()

    def at(self, step: str) -> None:
        """Wait until this step is shown."""
        self.page.wait_for_selector(f'[data-step="{step}"]')

    def see(self, text: str) -> None:
        """Wait until this text can be read."""
        self.page.get_by_text(self.words(text)).first.wait_for()

    @property
    def practice(self) -> dict[str, Any]:
        """What an onlooker sees of the practice plug."""
        return self.server.call("GET", "/api/practice").json["chips"][0]

    def hands(self, what: str) -> None:
        """The owner's hands on the practice plug, from outside of the page."""
        body = {"port": self.practice["port"], "what": what}
        answer = self.server.call("POST", "/api/practice/press", body)
        assert answer.status == 200, answer.bytes

    def tap_until(self, selector: str) -> None:
        """Touch CEN with GND, as often as a person would, until this is shown."""
        from playwright.sync_api import TimeoutError as NotYet

        for _tap in range(20):
            self.hands("cen")
            try:
                self.page.wait_for_selector(selector, timeout=PATIENCE_MS / 20)
            except NotYet:
                continue
            return
        raise AssertionError(f"no tap brings {selector}")

    def reload(self) -> None:
        self.page.reload()
        self.page.wait_for_selector("h1")

    def accessible(self, where: str) -> None:
        """axe-core finds nothing wrong here."""
        self.page.evaluate(self._axe.read_text(encoding="utf-8"))
        found = self.page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
        bad = [
            (item["id"], [node["target"] for node in item["nodes"]][:3])
            for item in found["violations"]
        ]
        assert not bad, (where, bad)

    def no_side_scroll(self, where: str) -> None:
        """Nothing sticks out to the right."""
        widths = "() => [document.documentElement.scrollWidth, innerWidth]"
        inner, outer = self.page.evaluate(widths)
        assert inner <= outer, where

    # --- pieces of the journey

    def begin_practice(self, board: str = "WB2S") -> Tab:
        self.open()
        self.press("I want to practise")
        self.at("module")
        self.page.get_by_role("radio", name=board).click()
        self.next()
        self.at("wiring")
        return self

    def to_identity(self) -> None:
        self.next("Next: connect")
        self.at("connect")
        self.next("Listen for the chip")
        self.at("identity")

    def to_backup(self) -> None:
        self.next("Next: the backup")
        self.at("backup")
        self.next("Make the backup")
        self.page.wait_for_selector('[data-result="backup"]')

    def to_pins(self) -> None:
        self.next("Next: the pins")
        self.at("pins")
        self.page.wait_for_selector(".pin-row")

    def to_firmware(self) -> None:
        self.next("Next: the firmware")
        self.at("firmware")
        self.press("Take {name}")
        self.page.wait_for_selector('[data-result="image"]')

    def to_settings(self) -> None:
        self.next("Next: settings")
        self.at("settings")
        self.press("Fill it in")
        self.page.get_by_label(self.words("What the device is called")).fill("plug-test")

    def to_plan(self) -> None:
        self.next("Next: the plan")
        self.at("plan")
        self.see("This is what will change")

    def answer_secret(self) -> None:
        """The password is asked for again: after a reload the page does not know it any more."""
        dialog = self.page.get_by_role("dialog")
        dialog.locator("input").fill(self.practice["wifi"]["password"])
        dialog.get_by_role("button", name=self.words("Answer")).click()

    def to_written(self, *, forgotten: bool = False) -> None:
        self.next("Write it")
        self.at("write")
        self.next("Write it now")
        if forgotten:
            self.answer_secret()
        self.page.wait_for_selector('[data-result="write"]')

    def to_device(self) -> None:
        self.next("Next: use it")
        self.at("use")
        self.press("Open it")
        self.page.wait_for_selector(".relay-switch:not([disabled])")
