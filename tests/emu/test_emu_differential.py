"""The fast simulator against the vendor's own boot code: same requests, same replies, same flash.

The real code runs in the CPU emulator; the requests are random, seeded sequences. Left out on
purpose: what would overwrite the running boot loader, aligned writes below 32 bytes (real code
programs stack garbage behind them), inverted CRC ranges (both hang), SetBaud and Reboot (time, not
content).
"""

from __future__ import annotations

import random

import pytest

from plugsmith.emu.board import BOARDS, LOADER_KNOWN_JEDEC
from plugsmith.emu.runner import emulator_installed
from plugsmith.sim.chip.chip import SimChip, SimSettings
from plugsmith.sim.chip.personality import personality
from plugsmith.sim.timing import WaitTimes

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not emulator_installed(), reason="the extra `emu` is not installed"),
]

BAUD = 115_200
SIZE = 0x20_0000
QUIET_STEPS = 120  # 0.36 M instructions without a byte: the boot code is idle
LONGEST_STEPS = 4000  # 12 M instructions; the longest request here needs a tenth of that
LOADERS = {
    "t-1.0.5": ("BK7231T", "factory/bk7231t-woox-r5111.bin"),
    "t-1.0.6": ("BK7231T", "factory/bk7231t-tmwf02-fan-switch-tuyamcu-1.1.71.bin"),
    "q": ("BK7231Q", "factory/bk7231q-moes-relay-wa2-1.1.3.bin"),
    "u-1.0.15": ("BK7231U", "openbeken/OpenBK7231U_QIO_1.18.300.bin"),
}

# One round for each boot code in `make test`; the others in `make campaign`.
SEEDS = [0, *(pytest.param(seed, marks=pytest.mark.campaign) for seed in range(1, 8))]


def short(command: int, params: bytes = b"") -> bytes:
    return bytes((0x01, 0xE0, 0xFC, 1 + len(params), command)) + params


def long(command: int, params: bytes = b"") -> bytes:
    length = (1 + len(params)).to_bytes(2, "little")
    return b"\x01\xe0\xfc\xff\xf4" + length + bytes((command,)) + params


def word(value: int) -> bytes:
    return (value & 0xFFFF_FFFF).to_bytes(4, "little")


class RealCode:
    """The vendor's boot code in the emulator."""

    def __init__(self, chip: str, flash: bytes) -> None:
        from plugsmith.emu.machine import Machine

        self.machine = Machine(BOARDS[chip], bytearray(flash), jedec=LOADER_KNOWN_JEDEC)

    def exchange(self, request: bytes) -> bytes:
        port = self.machine.parts.uart1
        port.sent.clear()
        port.incoming.extend(request)
        quiet, heard = 0, 0
        for _ in range(LONGEST_STEPS):
            if quiet >= QUIET_STEPS and not port.incoming:
                break
            self.machine.step()
            quiet = quiet + 1 if len(port.sent) == heard and not port.incoming else 0
            heard = len(port.sent)
        return bytes(port.sent)

    @property
    def flash(self) -> bytes:
        return bytes(self.machine.flash)

    @property
    def status(self) -> int:
        return self.machine.parts.flash.status


class Simulated:
    """The fast simulator with the personality of that boot code."""

    def __init__(self, name: str, flash: bytes) -> None:
        self.now = 0.0
        self.chip = SimChip(
            personality(name),
            flash,
            settings=SimSettings(named_boot=True, status=0, patience=WaitTimes(idle_reset_s=1e9)),
            now=0.0,
        )

    def exchange(self, request: bytes) -> bytes:
        self.chip.host_send(request, now=self.now, baud=BAUD)
        reply = b""
        for _ in range(30):
            self.now += 0.06
            reply += self.chip.host_receive(65536, now=self.now, baud=BAUD)
        return reply

    @property
    def flash(self) -> bytes:
        return bytes(self.chip.nor.content)

    @property
    def status(self) -> int:
        return self.chip.nor.status


def flash_with(loader: bytes) -> bytes:
    flash = bytearray(b"\xff" * SIZE)
    flash[:0x1_1000] = loader[:0x1_1000]
    for start, end in ((0x1_2000, 0x1_6000), (0x1F_E000, SIZE)):
        flash[start:end] = bytes((a * 2654435761 >> 13) & 0xFF for a in range(start, end))
    return bytes(flash)


class Requests:
    """Random requests that a boot code may get; the same for the same seed."""

    def __init__(self, seed: int, name: str) -> None:
        self.random = random.Random(f"{name}:{seed}")
        self.name = name

    def addr(self, *, align: int = 1, length: int = 0) -> int:
        base = self.random.choice((0x1_2000, 0x1_3000, 0x1_5F00, 0x1F_E000, 0x1F_F800, 0x4_0000))
        at = base + self.random.randrange(0, 0x800)
        if self.name != "u-1.0.15" and at + length > SIZE:
            at -= 0x1000  # on T and Q what runs over the end overwrites the boot loader
        if self.name != "u-1.0.15" and self.random.random() < 0.1:
            at += SIZE  # the flash wraps; U ignores changes up there
        if self.random.random() < 0.1:  # where even a 64 KiB erase spares the boot loader
            at = (self.random.randrange(1, 128) << 24) | 0x5_0000 | at & 0xFFF
        return at // align * align

    def data(self, length: int) -> bytes:
        return self.random.randbytes(length)

    def next(self) -> bytes:
        make = self.random.choice(
            (self.link, self.version, self.read, self.read, self.refused, self.erase, self.write_4k,
             self.write, self.crc, self.unknown, self.mangled)
        )  # fmt: skip
        return make()

    def link(self) -> bytes:
        return short(0x00)

    def version(self) -> bytes:
        return short(0x11)

    def read(self) -> bytes:
        return long(0x09, word(self.addr()))

    def refused(self) -> bytes:
        low = self.random.randrange(0, 0x2000)
        return self.random.choice(
            (
                long(0x09, word(low)),
                long(0x0F, b"\x20" + word(low)),
                long(0x06, word(low) + self.data(32)),
                long(0x07, word(low) + self.data(256)),
                long(0x0F, b"\x20" + word(0x8000_0000 + self.addr())),
            )
        )

    def erase(self) -> bytes:
        opcode = self.random.choice((0x20, 0x20, 0x20, 0xD8, 0x52, 0x00))
        addr = self.addr() if opcode != 0xD8 else 0x4_0000 + self.random.randrange(0x1_0000)
        return short(0x00) + long(0x0F, bytes((opcode,)) + word(addr))

    def write_4k(self) -> bytes:
        length = self.random.choice((256, 512, 1024, 4096))
        return long(0x07, word(self.addr(align=256, length=length)) + self.data(length))

    def write(self) -> bytes:
        length = 32 * self.random.randrange(1, 17)
        return long(0x06, word(self.addr(align=32, length=length)) + self.data(length))

    def crc(self) -> bytes:
        start = self.random.choice((0x0, 0x1_1000, 0x1_2000, 0x1_2345, 0x1F_F000))
        length = self.random.randrange(1, 0x3000)
        return short(0x10, word(start) + word(start + length))

    def unknown(self) -> bytes:
        command = self.random.choice((0x01, 0x02, 0x03, 0x70, 0xAA, 0x77, 0xFE))
        if self.random.random() < 0.5:
            return short(command, self.data(self.random.randrange(0, 9)))
        return long(self.random.choice((0x08, 0x0A, 0x0B, 0x0C, 0x0D, 0x0E, 0x55)), self.data(5))

    def mangled(self) -> bytes:
        junk = self.random.choice(
            (b"\x55\xaa", b"\xff" * 8, b"\x01", b"\x01\xe0", b"\x00", b"\x04\x0e")
        )
        return junk + self.next()


@pytest.mark.parametrize("name", LOADERS)
@pytest.mark.parametrize("seed", SEEDS)
def test_simulator_and_real_boot_code_agree(corpus, name: str, seed: int) -> None:
    chip, file = LOADERS[name]
    flash = flash_with((corpus / file).read_bytes())
    real, fast = RealCode(chip, flash), Simulated(name, flash)
    assert real.exchange(short(0x00)) == fast.exchange(short(0x00)) != b""
    requests = Requests(seed, name)
    for turn in range(60):
        request = requests.next()
        told = f"{name} seed {seed} turn {turn}: {request[:16].hex()} ({len(request)} bytes)"
        expected, got = real.exchange(request), fast.exchange(request)
        assert len(got) == len(expected), told
        assert got == expected, told
        assert fast.status == real.status, told
    differs = [
        at for at in range(0, SIZE, 256) if real.flash[at : at + 256] != fast.flash[at : at + 256]
    ]
    assert differs == []
    assert real.machine.fault_count == 0
