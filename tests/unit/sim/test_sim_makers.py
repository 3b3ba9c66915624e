"""The simulated boot modes of LN882H, RTL8710B and RTL8720C, asked without any tool."""

from __future__ import annotations

import binascii
import hashlib
import random
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugsmith.sim.makers.blocks import BlockReader, Heard
from plugsmith.sim.makers.models import MODELS, maker_chip

SIZE = 0x10_0000
CONTENT = random.Random(4).randbytes(SIZE)
NEW = random.Random(5).randbytes(0x800)
ACK, NAK, CANCEL, END = b"\x06", b"\x15", b"\x18", b"\x04"


class Desk:
    """A host at the chip's own rate; time passes only when it says so."""

    def __init__(self, name, content=CONTENT):
        self.now = 0.0
        self.chip = maker_chip(name, content, now=0.0)
        self.rates = []

    def ask(self, data, *, wait_s=0.05):
        """What comes back within `wait_s`."""
        self.chip.take(data, self.now)
        self.now += wait_s
        heard = self.chip.came(self.now)
        self.rates = [rate for _data, rate in heard]
        return b"".join(data for data, _rate in heard)


def summed(number, data):
    return b"\x02" + bytes((number, 0xFF - number)) + data + bytes((sum(data) & 0xFF,))


def checked(number, data, *, pad=b"\x1a"):
    data = data.ljust(128, pad)
    end = binascii.crc_hqx(data, 0).to_bytes(2, "big")
    return b"\x01" + bytes((number & 0xFF, 0xFF - (number & 0xFF))) + data + end


# --- LN882H ---------------------------------------------------------------------------------------


def sent_by_ymodem(desk, data, *, name=b"x.bin"):
    """The answers to each of its blocks."""
    out = [desk.ask(checked(0, name + b"\0" + str(len(data)).encode(), pad=b"\0"))]
    out += [
        desk.ask(checked(at // 128 + 1, data[at : at + 128])) for at in range(0, len(data), 128)
    ]
    return [*out, desk.ask(END), desk.ask(checked(0, b"", pad=b"\0"))]


def in_ram_code(content=CONTENT):
    desk = Desk("ln882h", content)
    code = random.Random(1).randbytes(300)
    assert desk.ask(b"download [rambin] [0x20000000] [300]\r\n", wait_s=0.1) == b"C"
    sent_by_ymodem(desk, code)
    assert desk.chip.ram == code
    return desk


def test_the_rom_of_an_ln882h_tells_its_date_and_nothing_more():
    desk = Desk("ln882h")
    assert desk.ask(b"version\r\n") == b"Mar 14 2021/00:23:32\r\n"
    assert desk.ask(b"flash_info\r\n") == desk.ask(b"versio\r\n") == b""


def test_the_code_in_ram_runs_when_all_of_it_came():
    desk = in_ram_code()
    assert desk.ask(b"version\r\n") == b"version\r\nRAMCODE\r\n"
    assert b"id:0xC84014,flash size:1M Byte\r\n" in desk.ask(b"flash_info\r\n")


def test_half_a_code_never_runs():
    desk = Desk("ln882h")
    desk.ask(b"download [rambin] [0x20000000] [600]\r\n", wait_s=0.1)
    sent_by_ymodem(desk, bytes(300))
    assert desk.ask(b"version\r\n") == b"Mar 14 2021/00:23:32\r\n"


def test_an_ln882h_reads_at_most_256_bytes_with_their_crc():
    desk = in_ram_code()
    words = b"flash_read 0x1F00 0x100"
    answer = desk.ask(words + b"\r\n").removeprefix(words + b"\r\n")
    data = bytes.fromhex(answer.decode())
    assert data[:-2] == CONTENT[0x1F00:0x2000]
    assert binascii.crc_hqx(data, 0) == 0
    assert b"ffff" in desk.ask(b"flash_read 0x0 0x101\r\n")
    assert b"ffff" in desk.ask(b"flash_read 0xFFF80 0x100\r\n")


def test_an_ln882h_writes_from_the_start_address_on_and_erases_those_sectors_alone():
    desk = in_ram_code()
    desk.ask(b"startaddr 0x3000\r\n")
    assert desk.ask(b"upgrade\r\n", wait_s=0.1) == b"upgrade\r\nC"
    answers = sent_by_ymodem(desk, NEW)
    assert answers == [b"\x06C", *[ACK] * 16, b"\x06C", ACK]
    wanted = CONTENT[:0x3000] + NEW.ljust(0x1000, b"\xff") + CONTENT[0x4000:]
    assert desk.chip.nor.read(0, SIZE) == wanted


def test_what_comes_behind_a_file_is_heard():
    desk = in_ram_code()
    desk.ask(b"startaddr 0x0\r\n")
    desk.ask(b"upgrade\r\n", wait_s=0.1)
    desk.ask(checked(0, b"x\x00128", pad=b"\0"))
    desk.ask(checked(1, NEW[:128]))
    desk.ask(END)
    answer = desk.ask(checked(0, b"", pad=b"\0") + b"version\r\n")
    assert answer == ACK + b"version\r\nRAMCODE\r\n"
    desk = Desk("rtl8720c")
    desk.ask(b"fwd 0 1 3000\n", wait_s=0.5)
    assert desk.ask(END + b"ping\n") == ACK + b"ping"
    desk = Desk("rtl8710b")
    put(desk, 0x0800_3000, NEW)
    assert desk.ask(END + b"\x21") == ACK + b"\0"


def test_a_damaged_block_is_asked_for_again_and_one_that_came_twice_is_written_once():
    desk = in_ram_code()
    desk.ask(b"startaddr 0x0\r\n")
    desk.ask(b"upgrade\r\n", wait_s=0.1)
    desk.ask(checked(0, b"x\x00256", pad=b"\0"))
    good = checked(1, NEW[:128])
    assert desk.ask(good[:-1] + bytes((good[-1] ^ 1,))) == NAK
    assert [desk.ask(good), desk.ask(good), desk.ask(checked(3, NEW[:128]))] == [ACK, ACK, CANCEL]
    assert desk.chip.nor.read(0, 0x81) == NEW[:128] + b"\xff"


def test_a_new_rate_holds_behind_the_echo():
    desk = in_ram_code()
    assert desk.ask(b"baudrate 1000000\r\n") == b"baudrate 1000000\r\n"
    assert desk.rates == [115_200]
    desk.ask(b"version\r\n")
    assert desk.rates == [1_000_000]


# --- RTL8720C -------------------------------------------------------------------------------------


def test_an_rtl8720c_answers_its_ping_alone():
    desk = Desk("rtl8720c")
    assert desk.ask(b"ping\n") == b"ping"
    assert desk.ask(b"Rtk8710C\n") == desk.ask(b"\n") == desk.ask(b"DW zz 1\n") == b""


@pytest.mark.parametrize(("size", "pins"), [(0x20_0000, 1), (0x40_0000, 0)])
def test_the_pins_of_the_flash_tell_its_size(size, pins):
    desk = Desk("rtl8720c", bytes(size))
    line = desk.ask(b"DW 40000038 4\n")
    assert int(line.split()[1], 16) >> 5 & 3 == pins
    assert len(line) == 59


def test_its_dump_of_bytes_has_a_head_and_lines_of_sixteen():
    desk = Desk("rtl8720c")
    head, *lines = desk.ask(b"DB 98001000 32\n").splitlines(keepends=True)
    assert head.startswith(b"[Addr]")
    assert [len(line) for line in lines] == [78, 78]
    data = b"".join(bytes.fromhex(" ".join(line.decode().split()[1:17])) for line in lines)
    assert data == CONTENT[0x1000:0x1020]


def test_its_digest_begins_where_the_last_transfer_did():
    desk = Desk("rtl8720c")
    assert desk.ask(b"fwd 0 1 2000\n", wait_s=0.5) == NAK
    assert desk.ask(CANCEL * 2, wait_s=0.5) == CANCEL + b"ER"
    digest = hashlib.sha256(CONTENT[0x2000:0x2100]).digest()
    assert desk.ask(b"hashq 256 0 1\n") == b"hashs " + digest
    assert desk.ask(b"hashq 256 0 0\n") != b"hashs " + digest  # no flash is on those pins
    assert desk.chip.nor.read(0, SIZE) == CONTENT


def test_an_rtl8720c_writes_blocks_one_behind_the_other():
    desk = Desk("rtl8720c")
    desk.ask(b"fwd 0 1 3000\n", wait_s=0.5)
    answers = [desk.ask(summed(n + 1, NEW[n * 1024 :][:1024])) for n in range(2)]
    assert [*answers, desk.ask(END)] == [ACK] * 3
    wanted = CONTENT[:0x3000] + NEW.ljust(0x1000, b"\xff") + CONTENT[0x4000:]
    assert desk.chip.nor.read(0, SIZE) == wanted
    assert desk.ask(b"ping\n") == b"ping"


# --- RTL8710B -------------------------------------------------------------------------------------


def test_an_rtl8710b_calls_more_often_than_every_fifth_of_a_second():
    desk = Desk("rtl8710b")
    assert desk.ask(b"", wait_s=1.0) == NAK * 6
    assert set(desk.rates) == {1_500_000}
    assert desk.ask(ACK, wait_s=1.0) == b""  # quiet
    assert desk.ask(b"\x21", wait_s=0.5) == b"\0" + NAK * 3


def test_it_sends_a_piece_for_each_answer():
    desk = Desk("rtl8710b")
    desk.ask(ACK)
    got = desk.ask(b"\x19\x00\x10\x00\x02\x00")
    for _turn in range(7):
        got += desk.ask(ACK)
    assert got == CONTENT[0x1000:0x3000]
    assert desk.ask(ACK) == b""


def test_a_rate_is_forgotten_with_the_transfer():
    desk = Desk("rtl8710b")
    assert desk.ask(b"\x05\x12") == ACK
    desk.ask(b"\x21")
    assert desk.rates == [460_800]
    desk.ask(b"\x18\x07\x18", wait_s=0.5)
    assert desk.rates[-1] == 1_500_000


def put(desk, address, data):
    desk.ask(ACK)
    assert desk.ask(b"\x07") == ACK
    for n in range(0, len(data), 1024):
        block = struct.pack("<I", address + n) + data[n : n + 1024].ljust(1024, b"\xff")
        assert desk.ask(summed(n // 1024 + 1, block)) == ACK


def test_an_rtl8710b_writes_where_each_block_says():
    desk = Desk("rtl8710b")
    put(desk, 0x0800_3000, NEW)
    assert desk.ask(END) == ACK
    wanted = CONTENT[:0x3000] + NEW.ljust(0x1000, b"\xff") + CONTENT[0x4000:]
    assert desk.chip.nor.read(0, SIZE) == wanted


# ldr r0, ms; ldr r3, delay; blx r3; ldr r0, from; ldr r1, length; ldr r3, send; blx r3;
# movs r0, #2; ldr r3, download; blx r3; six words
PROGRAM = struct.pack(
    "<10H", 0x4804, 0x4B05, 0x4798, 0x4805, 0x4905, 0x4B06, 0x4798, 0x2002, 0x4B05, 0x4798
)
WORDS = struct.pack("<6I", 400, 0x346D, 0x0800_0100, 16, 0xEC49, 0x0901)


def test_a_program_in_its_ram_is_executed():
    desk = Desk("rtl8710b")
    table = struct.pack("<6I", 0x1000_2019, 0, 0, 0, 0, 0)
    put(desk, 0x1000_2000, table + PROGRAM + WORDS)
    desk.ask(b"")
    assert desk.ask(END, wait_s=0.3) == b""
    answer = desk.ask(b"", wait_s=0.11)
    assert answer.startswith(CONTENT[0x100:0x110] + b"UARTIMG_Download")
    assert set(desk.rates) == {115_200}
    assert desk.ask(b"", wait_s=0.5).strip(NAK) == b""
    assert set(desk.rates) == {1_500_000}


@pytest.mark.parametrize("word", [0, 0x346D, 0x0901])
def test_a_program_that_is_none_leaves_the_chip_silent(word):
    desk = Desk("rtl8710b")
    put(desk, 0x1000_2000, struct.pack("<6I", word, 0, 0, 0, 0, 0) + PROGRAM)
    desk.ask(END)
    assert desk.ask(b"\x21\x06\x07", wait_s=3.0) == b""
    desk.chip.reset(desk.now)
    assert desk.ask(b"", wait_s=0.2) == NAK


# --- all of them ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", MODELS)
@given(pieces=st.lists(st.binary(max_size=40), max_size=8))
def test_whatever_comes_a_chip_stays_one_and_no_byte_of_its_flash_changes(name, pieces):
    desk = Desk(name, CONTENT[:0x8_0000])
    for piece in pieces:
        desk.ask(piece)
    assert desk.chip.nor.read(0, 0x8_0000) == CONTENT[:0x8_0000]
    desk.chip.reset(desk.now)
    wanted = {"ln882h": b"version\r\n", "rtl8720c": b"ping\n", "rtl8710b": b""}[name]
    assert desk.ask(wanted, wait_s=0.2)


@given(cuts=st.lists(st.integers(1, 400), max_size=6))
def test_blocks_are_whole_however_they_are_cut(cuts):
    stream = summed(1, NEW[:1024]) + summed(2, NEW[1024:]) + END
    reader, found, at = BlockReader(crc=False), [], 0
    for cut in [*cuts, len(stream)]:
        found += reader.feed(stream[at : at + cut])
        at += cut
    assert [piece.heard for piece in found] == [Heard.BLOCK, Heard.BLOCK, Heard.END]
    assert [piece.number for piece in found] == [1, 2, 0]
