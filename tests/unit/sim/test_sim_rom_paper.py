"""The ROM family: "paper only", from uart-protocol.md 2.6, 5.2 and 10 (claimed by other tools)."""

from __future__ import annotations

import struct
import zlib

import pytest
from sim_rig import (
    BLANK,
    LINK_CHECK,
    LINKED,
    PATTERN,
    Host,
    crc,
    erase,
    long,
    read_4k,
    set_baud,
    short,
    word,
    write_4k,
)

from plugsmith.sim.chip.registers import ROM_LEN, SIM_MAC
from plugsmith.sim.timing import WaitTimes, rom_rate


def marked(milliseconds: int, name: bytes = b"BK7231") -> bytes:
    head = name + bytes((milliseconds, 0))
    return BLANK[:0x110] + head + BLANK[0x110 + len(head) :]


def linked(**settings) -> Host:
    host = Host("n-rom", settings.pop("flash", BLANK), **settings)
    host.link()
    return host


def test_worked_examples_of_the_paper():
    host = linked(status=0x7C)
    ask = host.ask
    assert ask(short(0x11)) == bytes.fromhex("040e0501e0fc1107")
    assert ask(short(0x03, word(0x80_0000))) == bytes.fromhex("040e0c01e0fc03000080001c230700")
    assert ask(long(0x0E, bytes.fromhex("9f000000"))) == bytes.fromhex(
        "040eff01e0fcf406000e0000eb6015"
    )
    assert ask(long(0x0C, b"\x05")) == bytes.fromhex("040eff01e0fcf404000c00057c")
    assert ask(long(0x0D, b"\x01\x40")) == bytes.fromhex("040eff01e0fcf404000d000140")
    host.pass_time(0.01)
    assert host.chip.nor.status == 0x40
    assert ask(long(0x0D, b"\x01\x00\x02")) == bytes.fromhex("040eff01e0fcf405000d00010002")
    assert ask(long(0x55)) == bytes.fromhex("040eff01e0fcf402005507")
    assert ask(short(0xAA, b"\x55")) == bytes.fromhex("040e0501e0fcaa55")
    assert ask(short(0x0E, b"\x11")) == bytes.fromhex("040e0501e0fc0e11")
    assert ask(long(0x0B, word(0x1_2000)), 1.0) == bytes.fromhex("040eff01e0fcf406000b0000200100")


def test_status_write_returns_at_once_and_the_part_is_busy_a_while():
    host = linked(status=0x7C)
    host.port.write(long(0x0D, b"\x01\x00\x00"))
    assert host.port.read(64, 0.0)
    assert host.chip.nor.status == 0
    host.port.write(long(0x0C, b"\x05"))
    assert host.port.read(64, 0.0)[-1] & 1
    host.pass_time(0.01)
    assert host.ask(long(0x0C, b"\x05"))[-1] == 0


def test_protection_is_the_clients_business():
    host = linked(status=0x1C)
    host.ask(erase(0x1_2000), 1.0)
    assert host.ask(write_4k(0x1_2000, PATTERN), 1.0)[10] == 0
    assert host.chip.nor.read(0x1_2000, 4) == b"\xff" * 4
    host.ask(long(0x0D, b"\x01\x00\x00"))
    host.ask(write_4k(0x1_2000, PATTERN), 1.0)
    assert host.chip.nor.read(0x1_2000, 0x1000) == PATTERN


def test_no_guards_and_three_erase_sizes():
    host = linked(status=0, flash=b"\0" * 0x20_0000)
    for opcode, addr, size in (
        (0x20, 0x345, 0x1000),
        (0x52, 0x9000, 0x8000),
        (0xD8, 0x2_0001, 0x1_0000),
    ):
        host.ask(erase(addr, opcode), 2.0)
        start = addr // size * size
        assert host.chip.nor.read(start, size) == b"\xff" * size
        assert host.chip.nor.read(start + size, 1) == b"\0"
    assert host.ask(read_4k(0))[10] == 0


@pytest.mark.parametrize("length", [1, 255, 257, 4096, 70_001])
def test_crc_end_is_inclusive_and_any_length_counts(length):
    host = linked(flash=PATTERN * 512)
    reply = host.ask(crc(0x10, 0x10 + length - 1), 2.0)
    data = (PATTERN * 512)[0x10 : 0x10 + length]
    assert reply[7:] == word(zlib.crc32(data) ^ 0xFFFF_FFFF)


def test_an_inverted_crc_hangs():
    host = linked()
    assert host.ask(crc(0x2000, 0x1000), 2.0) == b""
    assert host.ask(LINK_CHECK, 2.0) == b""


@pytest.mark.parametrize("junk", ["01", "01e0", "01e001", "55aa", "ff"])
def test_a_01_begins_a_header_anew(junk):
    assert linked().ask(bytes.fromhex(junk) + LINK_CHECK) == LINKED


def test_one_request_at_a_time():
    host = linked()
    assert host.ask(LINK_CHECK + LINK_CHECK) == LINKED  # no gap: the second is swallowed
    host.port.write(crc(0, 0x1F_FFFF))
    host.port.write(LINK_CHECK)  # the ROM is busy
    assert len(host.hear(2.0)) == 11
    assert host.ask(LINK_CHECK) == LINKED


def test_a_frame_needs_an_idle_line_on_a_paced_wire():
    host = linked(paced=True)
    host.port.write(LINK_CHECK)
    host.port.write(LINK_CHECK)
    assert host.hear(0.1) == LINKED
    host.port.write(LINK_CHECK)
    host.port.drain()
    host.pass_time(0.002)
    host.port.write(LINK_CHECK)
    assert host.hear(0.1) == LINKED + LINKED


def test_an_incomplete_frame_is_answered_with_error_5():
    host = linked()
    assert host.ask(read_4k(0x1_2000)[:-2]) == bytes.fromhex("040eff01e0fcf40600090500200000")
    assert host.ask(short(0x10, word(0))[:-1] + b"")[:3] == bytes.fromhex("040e0c")[:2] + b"\x06"
    host.port.write(bytes.fromhex("01e0fc09100000"))
    reply = host.hear()
    assert reply[3:8] == bytes.fromhex("01e0fc0509")
    assert host.ask(LINK_CHECK) == LINKED


@pytest.mark.parametrize("command", [0x07, 0x08, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x0F])
def test_a_wrong_length_is_status_4(command):
    reply = linked().ask(long(command, b"\x00" * 7))
    assert (reply[9], reply[10]) == (command, 4)


def test_efuse_engine_and_rom():
    host = linked()

    def register(addr: int) -> int:
        return int.from_bytes(host.ask(short(0x03, word(addr)))[-4:], "little")

    def fuse(index: int) -> int:
        control = register(0x80_0074) & ~0x1F02 | index << 8 | 1
        host.ask(short(0x01, word(0x80_0074) + word(control)))
        assert register(0x80_0074) & 1 == 0
        value = register(0x80_0078)
        assert value & 0x100
        return value & 0xFF

    key = struct.unpack("<4I", bytes(fuse(i) for i in range(16)))
    assert key == (0x510F_B093, 0xA3CB_EADC, 0x5993_A17E, 0xC7AD_EB03)
    assert bytes(fuse(i) for i in range(24, 30)) == SIM_MAC
    assert fuse(31) & 0x20
    rom = b"".join(word(register(addr)) for addr in range(0, 0x40, 4))
    assert rom.startswith(b"PLUGSMITH SIMULATED ROM BK7231N")
    assert register(ROM_LEN) == 0


def test_full_duplex_transactions_reach_the_part():
    host = linked(flash=PATTERN + BLANK[0x1000:])
    reply = host.ask(long(0x0E, b"\x03\x00\x00\x10" + bytes(12)))
    assert reply[11 + 4 :] == PATTERN[0x10:0x1C]


@pytest.mark.parametrize(
    ("flash", "delay_s", "answered"),
    [(marked(0), 0.004, True), (marked(0), 0.02, False), (marked(50), 0.03, True),
     (marked(50), 0.08, False), (marked(0xE1), 0.001, False), (BLANK, 30.0, True),
     (marked(0, b"FOREIG"), 30.0, True)],
)  # fmt: skip
def test_listening_window_comes_from_the_marker(flash, delay_s, answered):
    host = Host("n-rom", flash, held=False, patience=WaitTimes(crash_s=99.0))
    host.pass_time(0.003 + delay_s)
    assert (host.ask(LINK_CHECK, 0.004) == LINKED) is answered


def test_stays_linked_for_ever_and_keeps_a_raised_speed():
    host = linked()
    host.port.write(set_baud(921_600))
    host.port.set_baud(921_600)
    assert host.hear(0.5)[6:7] == b"\x0f"
    host.pass_time(3600)
    host.port.set_baud(115_200)
    assert host.ask(LINK_CHECK) != LINKED
    host.port.set_baud(921_600)
    host.pass_time(0.1)
    assert LINKED in host.ask(LINK_CHECK) + host.ask(LINK_CHECK)


def test_set_baud_waits_milliseconds_and_truncates():
    host = linked()
    host.port.write(set_baud(115_200, 100))
    begun = host.clock.monotonic()
    assert host.port.read(64, 1.0)
    assert host.clock.monotonic() - begun == pytest.approx(0.1, abs=0.002)
    assert rom_rate(115_200) == pytest.approx(115_556, abs=1)
    assert rom_rate(3_000_000) == pytest.approx(3_250_000, abs=1)


@pytest.mark.parametrize("request_", [short(0x0E, b"\xa5"), short(0x70, b"SEAN")])
def test_resets_are_silent(request_):
    host = linked()
    resets = host.chip.resets
    assert host.ask(request_, 0.01) == b""
    assert host.chip.resets == resets + 1
