"""An outsider's attack list in a real browser: other pages, other names, old keys, hostile texts.

What needs no browser (paths, floods, uploads, keys) stands in tests/ui.
"""

from __future__ import annotations

import io
import json
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from test_browser_devices import find, show

from conftest import CHROMIUM
from plugsmith.forge.dump import FORUM_TEXT, forge_dump
from plugsmith.forge.storage import StorageRequest
from plugsmith.sim.obk.block import Text
from plugsmith.sim.obk.net.server import make_fleet, serve

MARKUP = "<img src=x onerror=\"document.title='owned'\">"
SHORT_MARKUP = '<img src="x" onerror=alert(1)>'  # a short name takes 31 bytes
EVIL = (Path(__file__).parents[1] / "rigs" / "page" / "foreign_page.js").read_text("utf-8")


class _Foreign(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>cats</title><body>")

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


@pytest.fixture
def foreign():
    """Another page on this computer, of somebody else."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Foreign)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_page_of_somebody_else_gets_nowhere_even_with_the_key(chromium, server, foreign):
    page = chromium.new_page()
    page.goto(foreign)
    got = page.evaluate(EVIL, [f"http://{server.host}", server.server.door.token])
    assert set(got.values()) == {"kept out"}, got
    assert server.call("GET", "/api/jobs").json["jobs"] == []
    assert server.call("GET", "/api/practice").json["chips"] == []
    page.goto(f"http://{server.host}/")  # from our own page the same tries do get in
    own = page.evaluate(EVIL, [f"http://{server.host}", server.server.door.token])
    assert own["read"] == own["job"] == own["put"] == own["page"] == "got in"
    assert own["socket"] == own["frame"] == "kept out"
    page.close()


def test_a_name_that_was_led_here_gets_nothing(chromium, server):
    """DNS rebinding as it is: the browser takes evil.example for this computer."""
    led = "--host-resolver-rules=MAP evil.example 127.0.0.1"
    browser = chromium.browser_type.launch(
        executable_path=CHROMIUM, args=["--no-sandbox", "--headless=new", led]
    )
    page = browser.new_page()
    port = server.server.door.port
    answer = page.goto(f"http://evil.example:{port}/")
    assert answer.status == 403
    assert "PS-UI-FOREIGN" in page.content()
    asked = "([to, key]) => fetch(to, { headers: { Authorization: key } }).then((r) => r.text())"
    said = page.evaluate(asked, ["/api/about", server.key["Authorization"]])
    assert json.loads(said)["code"] == "PS-UI-FOREIGN"
    browser.close()


def test_the_key_of_an_earlier_run_opens_nothing(tab):
    old = tab.server.server.door.token
    fresh = ("A" if old[0] != "A" else "B") + old[1:]
    tab.page.goto(f"http://{tab.server.host}/#token={fresh}")
    tab.see("This address has no key")
    tab.accessible("an old key")


def _no_markup(tab, where):
    assert tab.page.locator('img[src="x"]').count() == 0, where
    assert tab.page.title() != "owned", where


def test_markup_in_every_name_stays_text(tab):
    """Names of devices, files, entries of a ZIP, modules, templates and adapters."""
    tab.page.on("dialog", lambda dialog: tab.complaints.append(f"dialog: {dialog.message}"))
    with serve(*make_fleet(1, speed=20)) as house:
        device = house.devices[0]
        device.block.set_text(Text.SHORT_NAME, SHORT_MARKUP)
        tab.open()
        find(tab, house.urls[0].removeprefix("http://"))
        tab.page.locator('[data-part="list"]').get_by_role("link").first.click()
        tab.page.locator('[data-part="facts"]').get_by_text("BK7231T").wait_for()
        _no_markup(tab, "device")
    held = io.BytesIO()
    template = {"name": MARKUP, "vendor": MARKUP, "pins": {"26": "Rel;1"}}
    data = forge_dump(StorageRequest(chip="BK7231T", pin_text=FORUM_TEXT)).data
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as box:
        box.writestr(f"{MARKUP}.bin", data)
        box.writestr("second.bin", data)
    for name, content in (
        (f"{MARKUP}.zip", held.getvalue()),
        (f"{MARKUP}.txt", FORUM_TEXT.replace("WB2S", MARKUP).encode()),
        (
            f"{MARKUP}.json",
            json.dumps(template).encode(),
        ),
    ):
        show(tab, "file")
        tab.reload()
        file = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
        tab.page.set_input_files("input[type=file]", file)
        tab.page.wait_for_selector('[aria-busy="false"], [role=alert]')
        _no_markup(tab, name)
    rows = [
        {"device": MARKUP, "product": MARKUP, "in_use_by": MARKUP, "job": None, "practice": False}
    ]
    tab.page.route("**/api/ports", lambda route: route.fulfill(json={"ports": rows}))
    show(tab, "free")
    tab.page.get_by_role("radio", name="WB2S").click()
    tab.next()
    tab.page.get_by_role("checkbox").check()
    tab.next("Next: connect")
    tab.see("onerror")
    _no_markup(tab, "adapter")
