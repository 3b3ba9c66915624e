"""The boot ROMs that the simulator plays, asked by programs of others that know the real ones."""

from __future__ import annotations

import os
import select
import subprocess
import threading
import time
import tty
from pathlib import Path

import pytest

from plugsmith.sim.ports.other_rom import ROMS, OtherRom

PEER = Path(__file__).resolve().parents[2] / ".peers/other-chips/bin/python"
# A pseudo-terminal has no lines beside its data
LAUNCH = """
import runpy, sys
import serial
for line in ("rts", "dtr"):
    name = f"_update_{line}_state"
    setattr(serial.Serial, name, lambda self: None)
sys.argv = sys.argv[1:]
runpy.run_module(sys.argv[0], run_name="__main__")
"""
pytestmark = pytest.mark.peers


class Desk:
    """A ROM on a pseudo-terminal, in a thread."""

    def __init__(self, name: str) -> None:
        self.host, device = os.openpty()
        tty.setraw(device)
        self.port = os.ttyname(device)
        self._device = device
        self._rom = OtherRom(ROMS[name], time.monotonic())
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while not self._stop.is_set():
            if select.select([self.host], [], [], 0.002)[0]:
                self._rom.take(os.read(self.host, 65_536), 115_200, time.monotonic())
            for data, _rate in self._rom.came(time.monotonic()):
                os.write(self.host, data)

    def close(self) -> None:
        self._stop.set()
        self._thread.join()
        os.close(self.host)
        os.close(self._device)


@pytest.fixture
def desk(request):
    if not PEER.exists():
        pytest.skip("no tools of other chips: run `make peers`")
    served = Desk(request.param)
    yield served
    served.close()


def run(*words: str) -> str:
    command = [str(PEER), "-c", LAUNCH, *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=90, check=False)
    text = done.stdout + done.stderr
    assert done.returncode == 0, text[-2000:]
    return text


@pytest.mark.parametrize("desk", ["w600-boot", "w800-boot"], indirect=True)
def test_w600tool_finds_the_boot_code_and_its_address(desk):
    assert "MAC: 0200000000AA" in run("w600tool", "--port", desk.port, "--get-mac")


@pytest.mark.parametrize("desk", ["bl602-boot"], indirect=True)
def test_bl60x_flash_writes_and_proves_an_image(desk, tmp_path):
    image = tmp_path / "a.bin"
    image.write_bytes(bytes(range(256)) * 24)
    text = run("bl60x_flash.main", desk.port, str(image))
    assert "Verified by XIP SHA256 hash" in text
