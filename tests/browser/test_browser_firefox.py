"""The journey and a file in Debian's Firefox too: another engine, the same page."""

from __future__ import annotations

import os
import shutil

import pytest
from firefox import firefox

from plugsmith.forge.dump import FORUM_TEXT, forge_dump
from plugsmith.forge.storage import StorageRequest

COMMAND = os.environ.get("PLUGSMITH_FIREFOX") or shutil.which("firefox-esr")
pytestmark = pytest.mark.skipif(COMMAND is None, reason="no firefox: apt-get install firefox-esr")
#: practice plugs take no time of real wires, and their adapter resets them
QUICK = """() => {
  const ask = window.fetch;
  window.fetch = (to, how) => ask(to, how?.method === "POST" && String(to).endsWith("/api/practice")
    ? { ...how, body: how.body.replace(/}$/, ',"fast":true,"auto_reset":true}') } : how);
}"""
PRIMARY = ".step-foot .button.primary"


@pytest.fixture
def fox(server, tmp_path):
    profile = tmp_path / "profile"
    profile.mkdir()
    with firefox(COMMAND or "", profile) as found:
        found.call("script.addPreloadScript", functionDeclaration=QUICK)
        found.open(f"http://{server.host}/#token={server.server.door.token}")
        found.find("h1")
        yield found
        found.call("session.status")  # what was said last is heard with its answer
        assert not found.complaints


def test_a_practice_plug_goes_from_stock_to_a_switched_relay_and_watts(fox, server):
    fox.press(".way", "I want to practise")
    fox.press("[role=radio]", "WB2S")
    for step in ("module", "wiring", "connect"):
        fox.find(f'[data-step="{step}"]')
        fox.press(PRIMARY)
    fox.find('[data-step="identity"]')
    for step in ("identity", "backup"):
        fox.find(f'[data-step="{step}"]')
        fox.press(PRIMARY)
    fox.find('[data-result="backup"]')
    fox.press(PRIMARY)
    fox.find(".pin-row")
    fox.find("main", "It looks like")  # comes later, and what is below it moves
    fox.press(PRIMARY)
    fox.press(".button", "Take OpenBK")
    fox.find('[data-result="image"]')
    fox.press(PRIMARY)
    fox.press(".button", "Fill it in")
    fox.press(PRIMARY)
    fox.find(".facts")
    fox.find("h1", "This is what will change")
    fox.press(PRIMARY)
    fox.find('[data-step="write"]')
    fox.press(PRIMARY)
    fox.find('[data-result="write"]')
    fox.press(PRIMARY)
    fox.press(".button", "Open it")
    fox.press(".relay-switch")
    fox.find('.relay-switch[aria-checked="true"]')
    fox.find(".watts", "60")
    assert server.call("GET", "/api/practice").json["chips"][0]["relay"] is True


def test_what_moves_away_under_the_pointer_is_pressed_where_it_went(fox):
    """The page grows by itself: a click must not strike what lies there by then."""
    fox.ask("""() => addEventListener("pointermove", () => {
      const comes = document.createElement("div");
      comes.style.height = "400px";
      document.body.prepend(comes);
    }, { once: true })""")
    fox.press(".way", "I want to practise")
    fox.find('[data-step="module"]')


def test_a_dump_is_looked_at(fox, tmp_path):
    place = tmp_path / "mine.bin"
    place.write_bytes(forge_dump(StorageRequest(chip="BK7231T", pin_text=FORUM_TEXT)).data)
    fox.press(".nav a", "A file")
    fox.give("input[type=file]", place)
    fox.find('[aria-busy="false"]')
    fox.find('[data-part="what"]', "a dump of a device with the vendor's firmware")
    fox.press(".button", "Make a copy that is safe to share")
    fox.find("li", "searches find no secret any more")
