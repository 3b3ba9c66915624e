"""The static edition in Debian's Firefox, which drives itself: the whole job over Web Serial."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess

import pytest
from web_bench import EDITION, Bench, EditionServer

from plugsmith.forge.dump import FORUM_TEXT, forge_dump
from plugsmith.forge.firmware import forge_openbeken_qio
from plugsmith.forge.flash import forged_mac
from plugsmith.forge.storage import StorageRequest

FIREFOX = os.environ.get("PLUGSMITH_FIREFOX") or shutil.which("firefox-esr")
pytestmark = [
    pytest.mark.skipif(FIREFOX is None, reason="no firefox: apt-get install firefox-esr"),
    pytest.mark.skipif(not (EDITION / "build.json").exists(), reason="make web was not run"),
]
NAME = "OpenBK7231T_QIO_1.18.300.bin"
TEMPLATE = b'{"pins": {"6": "Rel;1", "7": "WifiLED_n;1", "8": "Btn;1"}}'
PATIENCE_S = 400.0  # only ever waited for by a test that fails


@pytest.fixture
def server():
    found = EditionServer()
    yield found
    found.close()


def test_a_chip_gets_firmware_and_settings_as_from_a_computer(server, tmp_path):
    """A dump is read, the chip backed up, flashed with pins and network, and verified."""
    wish = StorageRequest(chip="BK7231T", pin_text=FORUM_TEXT)
    dump = forge_dump(wish, mac=forged_mac("BK7231T")).data
    image = forge_openbeken_qio("BK7231T", version="1.18.300")
    server.bench = Bench(dump)
    port = {"port": server.bench.port, "link_timeout": 60}
    server.files = {"forum.bin": dump, NAME: image, "plug.json": TEMPLATE}
    settings = {"wifi_ssid": "a network of this test", "name": "lamp"}
    secrets = {"wifi_password": "a password of this test"}
    wanted = {"image": f"${NAME}", "template": "$plug.json"} | settings
    server.steps = [
        {"put": "forum.bin"},
        {"put": NAME},
        {"put": "plug.json"},
        {"verb": "dump config", "request": {"files": ["$forum.bin"]}},
        {"verb": "backup", "request": port},
        {"verb": "flash", "request": port | wanted, "secrets": secrets},
    ]
    profile = tmp_path / "profile"
    profile.mkdir()
    command = [FIREFOX, "--headless", "--no-remote", "--profile", str(profile), server.url]
    browser = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        assert server.heard.wait(PATIENCE_S), "Firefox said nothing"
    finally:
        browser.terminate()
        browser.wait(120)
    pins, backup, flashed = server.told
    assert pins["type"] == "result"
    assert backup["data"]["sha256"] == hashlib.sha256(dump).hexdigest()
    assert flashed["data"]["verified"] is True
    assert server.bench.flash[0x11000 : len(image)] == image[0x11000:]
    assert max(server.bench.openings) >= 921_600
    computer = Bench(dump)
    for field in ("image", "template"):
        name = wanted[field].removeprefix("$")
        wanted[field] = tmp_path / name
        wanted[field].write_bytes(server.files[name])
    computer.natively("flash", wanted, secrets=secrets)
    assert server.bench.flash == computer.flash
