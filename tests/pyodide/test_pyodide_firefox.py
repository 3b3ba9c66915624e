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
PATIENCE_S = 400.0  # only ever waited for by a test that fails


@pytest.fixture
def server():
    found = EditionServer()
    yield found
    found.close()


def test_a_dump_is_read_and_a_chip_backed_up_flashed_and_verified(server, tmp_path):
    wish = StorageRequest(chip="BK7231T", pin_text=FORUM_TEXT)
    dump = forge_dump(wish, mac=forged_mac("BK7231T")).data
    image = forge_openbeken_qio("BK7231T", version="1.18.300")
    server.bench = Bench(dump)
    port = {"port": server.bench.port, "link_timeout": 60}
    server.files = {"forum.bin": dump, NAME: image}
    server.steps = [
        {"put": "forum.bin"},
        {"put": NAME},
        {"verb": "dump config", "request": {"files": ["$forum.bin"]}},
        {"verb": "backup", "request": port},
        {"verb": "flash", "request": port | {"image": f"${NAME}"}},
    ]
    command = [FIREFOX, "--headless", "--no-remote", "--profile", str(tmp_path), server.url]
    browser = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        assert server.heard.wait(PATIENCE_S), "Firefox said nothing"
    finally:
        browser.terminate()
        browser.wait(30)
    pins, backup, flashed = server.told
    assert pins["type"] == "result"
    assert backup["data"]["sha256"] == hashlib.sha256(dump).hexdigest()
    assert flashed["data"]["verified"] is True
    assert server.bench.flash[0x11000 : len(image)] == image[0x11000:]
    assert max(server.bench.openings) >= 921_600
