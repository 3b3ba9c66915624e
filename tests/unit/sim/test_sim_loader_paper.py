"""The loader family where no recording exists: "paper only", from uart-protocol.md 2.5 and 10."""

from __future__ import annotations

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

from plugsmith.sim.flash.nor import OpKind
from plugsmith.sim.timing import DeviceTiming, WaitTimes, loader_rate

STATUS_OK = bytes.fromhex("040eff01e0fcf40600070000200100")


def flash_with(addr: int, data: bytes) -> bytes:
    return BLANK[:addr] + data + BLANK[addr + len(data) :]


def test_golden_sequence_of_protection_on_t_105():
    host = Host("t-1.0.5", flash_with(0x1_2000, b"\x00" * 0x1000), status=0x7C)
    host.link()
    nor = host.chip.nor
    assert host.ask(write_4k(0x1_2000, PATTERN)) == STATUS_OK
    assert nor.read(0x1_2000, 0x1000) == b"\x00" * 0x1000  # protected: status 0, unchanged
    host.ask(erase(0x1_2000), 1.0)
    assert (nor.status, nor.read(0x1_2000, 4)) == (0, b"\xff" * 4)
    host.ask(write_4k(0x1_2000, PATTERN), 1.0)
    assert nor.read(0x1_2000, 0x1000) == PATTERN
    host.ask(crc(0x1_2000, 0x1_2FFF), 1.0)
    assert nor.status == 0x7C
    assert host.ask(write_4k(0x1_2000, b"\x00" * 0x1000)) == STATUS_OK
    assert nor.read(0x1_2000, 0x1000) == PATTERN
    host.link()
    assert host.ask(write_4k(0x1_2000, b"\x00" * 0x1000)) == STATUS_OK
    assert nor.read(0x1_2000, 0x1000) == PATTERN  # a LinkCheck alone is not enough
    host.ask(erase(0x1_2000), 1.0)
    assert host.ask(write_4k(0x1_2000, PATTERN[::-1]), 1.0) == STATUS_OK
    assert nor.read(0x1_2000, 0x1000) == PATTERN[::-1]


@pytest.mark.parametrize("boot", ["t-1.0.4", "q"])
def test_a_crc_blocks_until_reset_where_the_protect_write_ors(boot):
    host = Host(boot, status=0)
    host.link()
    host.ask(crc(0x1_2000, 0x1_2FFF), 1.0)
    host.link()
    host.ask(erase(0x1_2000), 1.0)
    assert host.chip.nor.operations[-1].kind is OpKind.ERASE_BLOCKED
    host.ask(short(0x0E, b"\xa5"), 0.01)
    host.link()
    host.ask(erase(0x1_2000), 1.0)
    assert host.chip.nor.operations[-1].kind is OpKind.ERASE


@pytest.mark.parametrize(
    ("boot", "guard", "low"),
    [("t-1.0.5", 0x1_0000, "e020"), ("q", 0x1_0000, "e020"), ("u-1.0.15", 0x2000, "0020")],
)
def test_refusals(boot, guard, low):
    host = Host(boot)
    host.link()
    below = guard - 1
    assert host.ask(read_4k(below)) == bytes.fromhex("040eff01e0fcf407000906") + word(below) + b"\0"
    refused = bytes.fromhex("040eff01e0fcf407000f0620")
    assert host.ask(erase(below)) == refused + word(below)
    assert host.ask(erase(0x8000_0000)) == refused + word(0x8000_0000)  # signed compare
    wrote = host.ask(long(0x06, word(below) + b"\x11" * 32))
    assert wrote == bytes.fromhex("040eff01e0fcf407000606") + word(below) + b"\x20"
    wrote = host.ask(write_4k(0x1000, PATTERN))
    assert wrote == bytes.fromhex("040eff01e0fcf406000706" + low + "0000")
    assert not [op for op in host.chip.nor.operations if op.kind is not OpKind.STATUS]


def test_t_write4k_reaches_its_own_loader():
    host = Host("t-1.0.5", status=0)
    host.link()
    assert host.ask(write_4k(0x20E0, PATTERN), 1.0)[10] == 0
    assert host.chip.nor.read(0x20E0, 0x1000) == PATTERN


def test_t_wraps_at_the_flash_size_for_reads_and_erases():
    host = Host("t-1.0.5", flash_with(0x3000, PATTERN))
    host.link()
    assert host.ask(read_4k(0x20_3000))[15:] == PATTERN
    host.ask(erase(0x20_3000), 1.0)
    assert host.chip.nor.read(0x3000, 16) == b"\xff" * 16
    assert host.ask(read_4k(0x1F_F800))[15:] == (BLANK[0x1F_F800:] + BLANK[:0x800])


def test_t_erasing_sector_0_through_the_wrap_is_a_brick():
    host = Host("t-1.0.5", flash_with(0, PATTERN))
    host.link()
    assert host.ask(erase(0x20_0000), 1.0) == b""
    host.chip.press_reset(now=host.clock.monotonic())
    assert host.ask(LINK_CHECK) == b""


def test_u_skips_writes_at_and_beyond_the_size_with_status_0():
    host = Host("u-1.0.15", flash_with(0x3000, PATTERN), status=0)
    host.link()
    assert host.ask(read_4k(0x20_3000))[15:] == PATTERN  # reads wrap
    assert host.ask(erase(0x20_3000), 1.0)[10] == 0
    assert host.ask(write_4k(0x20_3000, b"\0" * 0x1000), 1.0)[10] == 0
    assert host.chip.nor.read(0x3000, 0x1000) == PATTERN


@pytest.mark.parametrize(
    ("junk", "answered"),
    [
        ("01", False), ("01e0", False), ("01e0fc", False), ("55aa", True), ("ff", True),
        ("ffffffff", True), ("01e0fc00", True), ("01e0fcfff40000", True), ("01e0fcff00", True),
    ],
)  # fmt: skip
def test_parser_does_not_resynchronise(junk, answered):
    host = Host("t-1.0.5")
    host.link()
    reply = host.ask(bytes.fromhex(junk) + LINK_CHECK)
    assert (reply == LINKED) is answered


def test_a_frame_may_be_split_by_any_pause():
    host = Host("t-1.0.5")
    host.link()
    for byte in LINK_CHECK:
        host.port.write(bytes((byte,)))
        host.pass_time(0.09)
    assert host.hear() == LINKED


def test_missing_parameters_come_from_the_frame_before():
    host = Host("t-1.0.5", flash_with(0x1_2000, PATTERN))
    host.link()
    host.ask(crc(0x1_2000, 0x1_20FF), 1.0)
    reply = host.ask(short(0x10), 1.0)
    assert reply[7:] == word(zlib.crc32(PATTERN[:256]) ^ 0xFFFF_FFFF)


@pytest.mark.parametrize("start_end", [(0x1_2000, 0x1_1000), (0, 0x100_00FF)])
def test_an_inverted_or_huge_crc_hangs_until_reset(start_end):
    host = Host("t-1.0.5", patience=WaitTimes(idle_reset_s=0.1))
    host.link()
    assert host.ask(crc(*start_end), 5.0) == b""
    assert host.ask(LINK_CHECK, 5.0) == b""
    host.port.set_lines(rts=True)
    host.port.set_lines(rts=False)
    host.pass_time(0.005)
    host.link()


def test_queued_requests_are_answered_until_the_ring_is_full():
    answers = {}
    for count in (8, 40, 60):
        host = Host("t-1.0.5", paced=True)
        host.link()
        host.ask(set_baud(921_600), 0.2)
        host.port.set_baud(921_600)
        host.link()
        host.port.write(b"".join(read_4k(0x1_2000 + 0x1000 * i) for i in range(count)))
        host.pass_time(4.0)  # all of it at once: byte by byte takes seconds to compute
        answers[count] = len(host.hear()) / 4111
    assert (answers[8], answers[40]) == (8, 40)
    assert answers[60] < 50  # 720 bytes do not fit into 512


def test_set_baud_answers_after_its_ticks_at_the_new_rate():
    host = Host("t-1.0.5", paced=True)
    host.link()
    request = set_baud(921_600, 20)
    host.port.write(request)
    host.port.drain()
    begun = host.clock.monotonic()
    host.port.set_baud(921_600)
    assert host.hear(1.0) == bytes.fromhex("040e0901e0fc0f") + request[5:]
    assert 0.042 <= host.clock.monotonic() - begun < 0.055
    assert host.chip.rate == pytest.approx(928_571, abs=1)
    host.port.set_baud(115_200)
    assert host.ask(LINK_CHECK) != LINKED  # garbled


@pytest.mark.parametrize(
    ("asked", "real"),
    [(115_200, 115_044), (0, 115_044), (921_600, 928_571), (1_500_000, 1_529_412),
     (2_000_000, 2_000_000), (3_000_000, 2_888_889), (9_000_000, 5_200_000), (100, 3_174)],
)  # fmt: skip
def test_divider_rounds_and_clamps(asked, real):
    assert loader_rate(asked) == pytest.approx(real, abs=1)


def test_3_mbaud_cannot_work():
    host = Host("t-1.0.5", paced=True)
    host.link()
    host.port.write(set_baud(3_000_000))
    host.port.drain()
    host.port.set_baud(3_000_000)
    assert host.hear(0.2)[:3] != bytes.fromhex("040e09")


def test_reboot_needs_its_argument_and_says_nothing():
    host = Host("t-1.0.5")
    host.link()
    resets = host.chip.resets
    assert host.ask(short(0x0E, b"\xa4")) == b""
    assert host.chip.resets == resets
    assert host.ask(short(0x0E, b"\xa5"), 0.003) == b""
    assert host.chip.resets == resets + 1


def test_window_closes_when_no_byte_comes_and_stays_open_after_one():
    for noise, linked in ((b"", False), (b"\x55", True)):
        host = Host("t-1.0.4", held=False)
        host.pass_time(0.010)
        host.port.write(noise)
        host.pass_time(0.5)
        assert (host.ask(LINK_CHECK) == LINKED) is linked


def test_a_noise_byte_without_link_check_resets_t_105_and_boots_t_104():
    for boot, resets in (("t-1.0.5", 2), ("t-1.0.4", 1)):
        host = Host(boot, held=False, patience=WaitTimes(crash_s=9.0))
        host.pass_time(0.010)
        host.port.write(b"\x55")
        host.pass_time(0.81)
        assert host.chip.resets == resets


def test_idle_reset_and_keep_alive():
    host = Host("t-1.0.5")
    host.link()
    resets = host.chip.resets
    for _ in range(10):
        host.pass_time(0.09)
        host.link()
    assert host.chip.resets == resets
    host.pass_time(0.11)
    assert host.chip.resets == resets + 1


def test_work_does_not_count_as_idle():
    host = Host("t-1.0.5", timing=DeviceTiming(crc_byte_s=2.5e-6))
    host.link()
    resets = host.chip.resets
    assert host.ask(crc(0, 0x1F_FFFF), 10.0)
    assert host.chip.resets == resets


def test_a_short_aligned_write_spoils_the_rest_of_its_line():
    host = Host("t-1.0.5", status=0)
    host.link()
    assert host.ask(long(0x06, word(0x1_3000) + b"\x11" * 16))[-1] == 16
    line = host.chip.nor.read(0x1_3000, 64)
    assert line[:16] == b"\x11" * 16
    assert line[16:32] != b"\xff" * 16
    assert line[32:] == b"\xff" * 32


def test_write_merges_an_unaligned_head_and_pads_the_tail():
    host = Host("t-1.0.5", status=0)
    host.link()
    data = bytes(range(1, 61))
    host.ask(long(0x06, word(0x1_3010) + data))
    assert host.chip.nor.read(0x1_3000, 96) == b"\xff" * 16 + data + b"\xff" * 20


@pytest.mark.parametrize(
    ("count", "answered"), [(256, True), (512, True), (8192, True), (300, False)]
)
def test_write4k_takes_any_multiple_of_256(count, answered):
    host = Host("t-1.0.5", status=0)
    host.link()
    reply = host.ask(long(0x07, word(0x1_4000) + b"\x5a" * count), 1.0)
    assert bool(reply) is answered
    stored = count // 256 * 256
    assert host.chip.nor.read(0x1_4000, stored) == b"\x5a" * stored


def test_a_long_length_swallows_what_follows():
    host = Host("t-1.0.5", status=0)
    host.link()
    host.port.write(bytes.fromhex("01e0fcfff4051007") + word(0x1_4000) + PATTERN[:-5])
    assert host.ask(LINK_CHECK, 1.0) == bytes.fromhex("040eff01e0fcf40600070000400100")
    assert host.chip.nor.read(0x1_4FFB, 5) == LINK_CHECK


@pytest.mark.parametrize(
    ("line_s", "good", "bad"),
    [(0.11e-3, 2_000_000, None), (0.20e-3, 1_500_000, 2_000_000), (0.35e-3, 921_600, 1_500_000),
     (0.60e-3, 460_800, 921_600), (1.2e-3, 230_400, 460_800)],
)  # fmt: skip
def test_overrun_of_the_ring_in_write4k(line_s, good, bad):
    for rate in filter(None, (good, bad)):
        host = Host("t-1.0.5", status=0, paced=True, timing=DeviceTiming(program_line_s=line_s))
        host.link()
        host.port.write(set_baud(rate))
        host.port.drain()
        host.port.set_baud(rate)
        host.hear(0.1)
        host.port.write(write_4k(0x1_4000, PATTERN))
        host.port.drain()
        answered = bool(host.hear(0.09))
        assert answered is (rate == good), rate


def test_recovery_from_an_overrun_with_ff():
    host = Host("t-1.0.5", status=0)
    host.link()
    host.port.write(write_4k(0x1_4000, PATTERN)[:-700])
    assert host.hear(0.05) == b""
    for _ in range(4096 // 64):
        if reply := host.ask(b"\xff" * 64, 0.01):
            break
    assert reply == bytes.fromhex("040eff01e0fcf40600070000400100")
    host.link()
    host.ask(erase(0x1_4000), 1.0)
    host.ask(write_4k(0x1_4000, PATTERN), 1.0)
    assert host.chip.nor.read(0x1_4000, 0x1000) == PATTERN


def test_unknown_commands_are_ignored_in_silence():
    host = Host("t-1.0.5")
    host.link()
    for command in (0x01, 0x02, 0x03, 0x70, 0xAA, 0xFE):
        assert host.ask(short(command, b"\0" * 4), 0.01) == b""
    for command in (0x08, 0x0A, 0x0B, 0x0C, 0x0D, 0x0E):
        assert host.ask(long(command, b"\0" * 5), 0.01) == b""
    host.link()
