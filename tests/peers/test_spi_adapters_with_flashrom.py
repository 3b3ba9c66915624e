"""Simulated CH341A and FT232H below an unmodified libusb: Debian's flashrom judges them, then our
adapters use them with unmodified pyusb and pyftdi, and flashrom looks at what we wrote.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from spi_rig import LOADER, factory

ROOT = Path(__file__).resolve().parents[2]
HOST, CLIENT = (Path(__file__).with_name(name) for name in ("usb_host.py", "usb_client.py"))
SYSTEM = "/usr/bin/python3"  # umockdev's binding is there
FLASHROM = shutil.which("flashrom", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
PROGRAMMERS = {"ch341": "ch341a_spi", "ftdi": "ft2232_spi:type=232H"}
ADDRESSES = {"ch341": "ch341://", "ftdi": "ftdi://232h/1"}
PLACE, RF = slice(0x14_0000, 0x14_1000), slice(0x1E_0000, 0x1E_1000)
NEW = bytes(range(255, -1, -1)) * 16


def _have_umockdev():
    if shutil.which("umockdev-wrapper") is None:
        return False
    binding = "import gi; gi.require_version('UMockdev', '1.0'); from gi.repository import UMockdev"
    return not subprocess.run([SYSTEM, "-c", binding], check=False, capture_output=True).returncode


class Desk:
    """A chip behind the adapter `kind`; each `run` is a computer that is switched on anew."""

    def __init__(self, kind, folder):
        self.kind, self.folder = kind, folder
        self.file = folder / "flash.bin"
        self.file.write_bytes(factory())
        spans = {"place": PLACE, "rf": RF, "boot": slice(LOADER.start, LOADER.end)}
        lines = [f"{span.start:08x}:{span.stop - 1:08x} {name}" for name, span in spans.items()]
        (folder / "layout.txt").write_text("\n".join(lines) + "\n")

    @property
    def content(self):
        return self.file.read_bytes()

    def run(self, state, *command):
        paths = os.pathsep.join(map(str, (ROOT / "src", ROOT / "tests/rigs/chip")))
        done = subprocess.run(
            ["umockdev-wrapper", SYSTEM, str(HOST), self.kind, str(self.file), state, *command],
            env={**os.environ, "PYTHONPATH": paths, "PLUGSMITH_HOME": str(self.folder / "home")},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout

    def flashrom(self, *arguments, region=None):
        only = () if region is None else ("-N", "-l", str(self.folder / "layout.txt"), "-i", region)
        programmer = PROGRAMMERS[self.kind]
        chip = ("-c", "GD25Q16(B)")
        return self.run("awake", FLASHROM, "-p", programmer, *chip, *only, *map(str, arguments))

    def plugsmith(self, verb, *arguments):
        out = self.run("asleep", sys.executable, "-m", "plugsmith", verb, "--port",
                       ADDRESSES[self.kind], "--json", *map(str, arguments))  # fmt: skip
        return json.loads(out.splitlines()[-1])["data"]


@pytest.fixture(params=PROGRAMMERS)
def desk(request, tmp_path):
    if FLASHROM is None or not _have_umockdev():
        pytest.skip(
            "no flashrom or umockdev: apt-get install flashrom umockdev gir1.2-umockdev-1.0 "
            "python3-gi"
        )
    return Desk(request.param, tmp_path)


@pytest.mark.peers
def test_flashrom_finds_the_part_and_reads_a_sector(desk, tmp_path):
    assert "GD25Q16(B)" in desk.flashrom("-r", tmp_path / "read.bin", region="rf")
    assert (tmp_path / "read.bin").read_bytes()[RF] == factory()[RF]


@pytest.mark.peers
def test_flashrom_writes_a_sector_and_only_that_changes(desk, tmp_path):
    (tmp_path / "wanted.bin").write_bytes(bytes(PLACE.start) + NEW.ljust(0xC_0000, b"\x00"))
    assert "VERIFIED" in desk.flashrom("-w", tmp_path / "wanted.bin", region="place")
    assert desk.content == factory()[: PLACE.start] + NEW + factory()[PLACE.stop :]


@pytest.mark.peers
def test_our_verb_leads_the_chip_into_its_mode_and_reads_the_same(desk, tmp_path):
    out = tmp_path / "rf.bin"
    desk.plugsmith("read", out, "--start", hex(RF.start), "--length", "0x1000")
    assert out.read_bytes() == factory()[RF]


@pytest.mark.peers
def test_flashrom_reads_what_our_adapter_wrote(desk, tmp_path):
    (tmp_path / "new.bin").write_bytes(NEW)
    desk.run("asleep", sys.executable, CLIENT, ADDRESSES[desk.kind], hex(PLACE.start),
             tmp_path / "new.bin")  # fmt: skip
    desk.flashrom("-r", tmp_path / "read.bin", region="place")
    assert (tmp_path / "read.bin").read_bytes()[PLACE] == NEW
    assert desk.content == factory()[: PLACE.start] + NEW + factory()[PLACE.stop :]


@pytest.mark.campaign
def test_flashrom_reads_and_writes_everything(desk, tmp_path):
    desk.flashrom("-r", tmp_path / "read.bin")
    assert (tmp_path / "read.bin").read_bytes() == factory()
    wanted = factory()[: PLACE.start] + NEW + factory()[PLACE.stop :]
    (tmp_path / "wanted.bin").write_bytes(wanted)
    assert "VERIFIED" in desk.flashrom("-w", tmp_path / "wanted.bin")
    assert desk.content == wanted


@pytest.mark.campaign
def test_a_lost_loader_comes_back_and_flashrom_sees_it(desk, tmp_path):
    (tmp_path / "good.bin").write_bytes(factory())
    desk.file.write_bytes(b"\xff" * LOADER.end + factory()[LOADER.end :])
    assert desk.plugsmith("unbrick", "--image", tmp_path / "good.bin")["verified"]
    assert "VERIFIED" in desk.flashrom("-v", tmp_path / "good.bin")
    assert desk.content == factory()
