"""One port is one lock, whichever of its names was given."""

from __future__ import annotations

import random
import sys

import pytest

from plugsmith.errors.library import DeviceInUse
from plugsmith.library.port_lock import one_name, port_held
from plugsmith.library.via_writes import BegunWrite, ViaBoard
from plugsmith.memory import SECTOR_LEN


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_a_link_and_what_it_leads_to_are_one_lock(tmp_path):
    device, link = tmp_path / "ttyUSB0", tmp_path / "usb-1a86-if00-port0"
    device.touch()
    link.symlink_to("ttyUSB0")
    locks = tmp_path / "locks"
    for first, second in ((device, link), (link, device), (f"serprog://{link}", device)):
        with (
            port_held(locks, str(first)),
            pytest.raises(DeviceInUse) as refusal,
            port_held(locks, str(second)),
        ):
            pass
        assert refusal.value.facts["name"] == str(second)  # as the user calls it


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_a_write_that_began_is_found_by_the_other_name_of_its_port(tmp_path):
    device, link = tmp_path / "ttyUSB0", tmp_path / "by-id"
    device.touch()
    link.symlink_to("ttyUSB0")
    before = random.Random(3).randbytes(2 * SECTOR_LEN)
    board, again, other = (
        ViaBoard(program="ltchiptool", mac=None, port=str(port))
        for port in (device, link, tmp_path / "ttyUSB1")
    )
    begun = BegunWrite(
        board=board, started="", backup="b", undo="u", runs=((0, len(before), "0" * 64),)
    )
    half = bytes(SECTOR_LEN) + before[SECTOR_LEN:]
    assert begun.whose(again, half, before)
    assert not begun.whose(other, half, before)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("COM3", "com3"),
        ("COM12", r"\\.\COM12"),
        ("com12", r"\\?\Com12"),
        ("/dev/tty.usbserial-10", "/dev/cu.usbserial-10"),
    ],
)
def test_names_of_one_port(one, other):
    assert one_name(one) == one_name(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("COM3", "COM13"),
        ("socket://a:1", "socket://A:1"),
        ("sim://rig", "rig"),
        ("serprog://host:99", "host:99"),
        ("/dev/ttyUSB8", "/dev/ttyUSB9"),
        ("a\0b", "a"),
    ],
)
def test_names_of_two_ports(one, other):
    assert one_name(one) != one_name(other)
