"""`backup` and `flash --via esptool`: the real program on our simulated download mode."""

from __future__ import annotations

import json
import random
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from other_images import esp_flash, esp_image
from test_sim_with_peers import Served
from via_rig import install, run

from plugsmith.sim.esp.chip import EspChip
from plugsmith.sim.esp.model import ESP32_C3
from plugsmith.sim.esp.serve import EspServer
from plugsmith.sim.flash.nor import NorFlash
from plugsmith.sim.flash.parts import part_of_size
from plugsmith.sim.ports.pty_endpoint import PtyEndpoint

pytestmark = pytest.mark.peers
SIZE = 0x8_0000
STOCK = {
    "esp8266": esp_image(esp8266=True) + random.Random(8).randbytes(0x2_0000),
    "esp32c3": esp_flash(chip_id=5)[:0x9000] + random.Random(3).randbytes(0x2_0000),
}
CALLED = {"esp8266": "ESP8266", "esp32c3": "ESP32-C3"}
IMAGES = {
    "esp8266": esp_image(esp8266=True, size=0x1A34, segments=3),
    "esp32c3": esp_flash(chip_id=5)[:0x1_0000] + random.Random(4).randbytes(0x7777),
}


@pytest.fixture(params=STOCK)
def chip(request, tmp_path):
    """A served chip: its name, its port, and the file behind its flash."""
    file = tmp_path / "flash.bin"
    file.write_bytes(STOCK[request.param].ljust(SIZE, b"\xff"))
    served = Served("--chip", request.param, "--flash", str(file))
    yield request.param, served.port, file
    served.stop()


def test_a_backup_a_flash_and_the_way_back(chip, tmp_path, monkeypatch, capsys):
    install("esptool", tmp_path, monkeypatch)
    name, port, file = chip
    stock = file.read_bytes()
    saved, image = tmp_path / "saved.bin", tmp_path / "image.bin"
    image.write_bytes(IMAGES[name])

    code, lines = run(capsys, "backup", "--via", "esptool", "--port", port, "-o", str(saved))
    assert code == 0, lines[-1]
    assert saved.read_bytes() == stock
    passport = json.loads(Path(lines[-1]["data"]["passport"]).read_text())
    assert (passport["chip"], passport["mac"]) == (CALLED[name], "a0:20:a6:1f:3c:5a")

    flash = ("flash", "--via", "esptool", "--port", port, "--baud", "460800", "-y")
    code, lines = run(capsys, *flash, str(image))
    assert code == 0, lines[-1]
    done = lines[-1]["data"]
    assert (done["verified"], done["chip"]) == (True, CALLED[name])
    assert (done["backup"]["file"], done["backup"]["made_now"]) == (str(saved), False)
    end = len(IMAGES[name])
    assert file.read_bytes() == IMAGES[name] + stock[end:]

    if name == "esp32c3":
        return  # the way back is the same for both
    code, lines = run(capsys, *flash, str(saved))
    assert code == 0, lines[-1]
    assert file.read_bytes() == stock


@pytest.mark.parametrize("bits", [0b001, 0b111])
def test_a_chip_that_encrypts_its_flash_is_told_and_not_written(
    tmp_path, monkeypatch, capsys, bits
):
    install("esptool", tmp_path, monkeypatch)
    stock = STOCK["esp32c3"].ljust(SIZE, b"\xff")
    nor = NorFlash(part_of_size(SIZE, rom_family=False), stock)
    port = PtyEndpoint(patience_s=60.0)
    server = EspServer(EspChip(replace(ESP32_C3, crypt_count=bits), nor), port=port, file=None)
    stopped = threading.Event()
    thread = threading.Thread(target=server.run, args=(stopped.is_set,))
    thread.start()
    image = tmp_path / "image.bin"
    image.write_bytes(IMAGES["esp32c3"])
    try:
        words = ("flash", str(image), "--via", "esptool", "--port", port.address, "-y")
        code, lines = run(capsys, *words)
    finally:
        stopped.set()
        thread.join()
        port.close()
    assert (code, lines[-1]["code"]) == (5, "PS-SAFETY-PREFLIGHT")
    assert "flash encryption" in lines[-1]["message"]
    assert nor.read(0, SIZE) == stock


def test_an_image_for_another_chip_is_refused_by_both_judges(chip, tmp_path, monkeypatch, capsys):
    install("esptool", tmp_path, monkeypatch)
    name, port, file = chip
    stock = file.read_bytes()
    image = tmp_path / "image.bin"
    image.write_bytes(IMAGES["esp32c3" if name == "esp8266" else "esp8266"])
    code, lines = run(capsys, "flash", str(image), "--via", "esptool", "--port", port, "-y")
    assert (code, lines[-1]["code"]) == (5, "PS-SAFETY-PREFLIGHT")
    assert file.read_bytes() == stock
