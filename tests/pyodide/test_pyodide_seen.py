"""What a person sees of the static edition in Chromium, with an adapter and without one."""

from __future__ import annotations

import json
import re

import pytest
from edition_page import CHROMIUM, Page, launched
from web_bench import EDITION, Bench, EditionServer

from plugsmith.chips.catalog import chip
from plugsmith.chips.model import RegionRole
from plugsmith.forge.dump import FORUM_TEXT, forge_dump
from plugsmith.forge.flash import forged_mac
from plugsmith.forge.storage import StorageRequest

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium: apt-get install chromium"),
    pytest.mark.skipif(not (EDITION / "build.json").exists(), reason="make web was not run"),
]
SECRET = b"a password of this test"
#: why there is no port: how Chromium is started, its name for this computer, what the page says
WITHOUT_PORT = {
    "no Web Serial": ("--disable-blink-features=Serial", "127.0.0.1", "It has no Web Serial"),
    "insecure origin": (
        "--host-resolver-rules=MAP plugs.example 127.0.0.1",
        "plugs.example",
        "only to addresses that begin with https",
    ),
}


def dump():
    wish = StorageRequest(chip="BK7231T", pin_text=FORUM_TEXT)
    return forge_dump(wish, mac=forged_mac("BK7231T", "trace"))


def press(tab, words):
    tab.get_by_role("button", name=words).first.click()


def test_the_trace_that_is_saved_for_a_report_holds_frames_and_no_content():
    """The password lies where the button's own job reads first: at the end of the application."""
    end = chip("BK7231T").memory_map.region(RegionRole.APP).span.end
    content = bytearray(dump().data)
    content[end - 0x1000 : end] = SECRET.ljust(32, b".") * 128
    server = EditionServer(Bench(bytes(content)))
    with launched() as browser:
        page = Page(browser.new_context(), server)
        tab = page.tab
        tab.get_by_role("button", name="I have a plug on my desk").click()
        tab.get_by_role("radio", name="WB2S").click()
        press(tab, "Next: the wires")
        tab.get_by_role("checkbox").first.check()
        press(tab, "Next: connect")
        tab.get_by_role("radio", name=re.compile("webserial")).click()
        tab.get_by_text("No real adapter was tried in a browser yet").click()
        with tab.expect_download() as saved:
            press(tab, "Save what goes over the wire")
        assert saved.value.suggested_filename == "wire-trace.txt"
        data = saved.value.path().read_bytes()
        assert page.errors == []
    server.close()
    about, _gap, trace = data.decode().partition("\n\n")
    assert json.loads((EDITION / "build.json").read_text("ascii"))["build"][:16] in about
    assert "linked" in about
    lines = [json.loads(line) for line in trace.splitlines()]
    assert {"open", "tx", "rx", "baud", "close"} <= {line["event"] for line in lines}
    assert any("hex" in line for line in lines)  # control frames, in full
    content = [line for line in lines if line["event"] == "rx" and line["len"] >= 256]
    assert sum(line["len"] for line in content) >= 0x1000  # the sector with the password came by
    assert all("hex" not in line for line in content)
    for form in (SECRET, SECRET[:8], SECRET.hex().encode(), SECRET[:4].hex().encode()):
        assert form not in data


@pytest.mark.parametrize("why", WITHOUT_PORT)
def test_without_a_port_files_are_worked_on_and_the_reason_is_said(why):
    option, host, words = WITHOUT_PORT[why]
    forged = dump()
    server = EditionServer(serial=False, host=host)
    with launched(option) as browser:
        page = Page(browser.new_context(), server)
        tab = page.tab
        assert tab.evaluate("isSecureContext") == (why != "insecure origin")
        assert not tab.evaluate("'serial' in navigator")
        tab.get_by_role("link", name="A file").click()
        mine = {"name": "mine.bin", "mimeType": "application/octet-stream", "buffer": forged.data}
        tab.set_input_files("input[type=file]", mine)
        tab.wait_for_selector('[aria-busy="false"]')
        tab.locator('[data-part="what"]').get_by_text("a dump of a device").first.wait_for()
        tab.get_by_text("Rel;1").first.wait_for()
        press(tab, "openbeken")
        template = tab.locator(".preview").first.inner_text()
        assert json.loads(template)["pins"]["26"] == "Rel;1"
        press(tab, "Make a copy that is safe to share")
        tab.get_by_text("searches find no secret any more").wait_for()
        with tab.expect_download() as saved:
            press(tab, "Save the safe copy")
        copy = saved.value.path().read_bytes()
        assert len(copy) == len(mine["buffer"])
        assert not [one for one in forged.canaries if one.value in copy]
        tab.evaluate("location.hash = '#/console'")
        tab.get_by_text(words).wait_for()
        refused = tab.evaluate(
            "plugsmith.start('backup', {}).then(() => null, (problem) => problem.line)"
        )
        assert refused["code"] == "PS-UI-NOT-IN-BROWSER"
        assert "https" in refused["hint"]
        assert page.errors == []
    server.close()
