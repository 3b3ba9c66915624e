"""Debian's flashrom against our served chip in flash mode: an outsider's client."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest
from spi_rig import factory

from plugsmith.clock import RealClock
from plugsmith.events import CancelToken, EventLog
from plugsmith.link.ports import open_port
from plugsmith.spi.cen import ByHand
from plugsmith.spi.entry import enter
from plugsmith.spi.nor import Nor
from plugsmith.spi.serprog import Serprog

FLASHROM = shutil.which("flashrom", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
AT = 0x14_0000
pytestmark = pytest.mark.peers


@pytest.fixture
def served(tmp_path):
    """A chip in flash mode: its file, and what flashrom is called with."""
    if FLASHROM is None:
        pytest.skip("no flashrom: apt-get install flashrom")
    file = tmp_path / "flash.bin"
    file.write_bytes(factory())
    command = [sys.executable, "-m", "plugsmith", "sim", "--spi", "--flash", str(file)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        address = json.loads(process.stdout.readline())["port"]
        assert address.startswith("serprog://")
        into_flash_mode(address.removeprefix("serprog://"))
        yield file, f"serprog:ip={address.removeprefix('serprog://')}"
    finally:
        process.terminate()
        process.communicate(timeout=120)


def into_flash_mode(host):
    clock = RealClock()
    port = open_port(f"socket://{host}", clock=clock)
    nor = Nor(Serprog(port, clock=clock), clock=clock, port_name=host)
    found = enter(
        nor, ByHand(host), clock=clock, sink=EventLog(), cancel=CancelToken(), timeout_s=60.0
    )
    assert found.hex() == "c84015"
    port.close()


def flashrom(programmer, *arguments):
    command = [FLASHROM, "-p", programmer, "-c", "GD25Q16(B)", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    return done.stdout


def test_flashrom_finds_the_part_and_reads_the_same_bytes(served, tmp_path):
    file, programmer = served
    assert "GD25Q16(B)" in flashrom(programmer)
    flashrom(programmer, "-r", tmp_path / "read.bin")
    assert (tmp_path / "read.bin").read_bytes() == file.read_bytes() == factory()


def test_flashrom_writes_a_sector_and_only_that_changes(served, tmp_path):
    file, programmer = served
    wanted = bytearray(factory())
    wanted[AT : AT + 0x1000] = bytes(range(256)) * 16
    (tmp_path / "wanted.bin").write_bytes(wanted)
    assert "VERIFIED" in flashrom(programmer, "-w", tmp_path / "wanted.bin")
    assert file.read_bytes() == bytes(wanted)


def test_flashrom_with_a_layout_writes_the_boot_loader_and_leaves_the_rest(served, tmp_path):
    file, programmer = served
    wanted = bytes(len(factory()))
    (tmp_path / "wanted.bin").write_bytes(wanted)
    (tmp_path / "layout.txt").write_text("00000000:00010fff boot\n")
    flashrom(programmer, "-l", tmp_path / "layout.txt", "-i", "boot", "-w", tmp_path / "wanted.bin")
    assert file.read_bytes() == wanted[:0x1_1000] + factory()[0x1_1000:]
