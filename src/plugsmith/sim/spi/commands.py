"""The 25-series commands that the part answers: spi-download.md 2."""

from __future__ import annotations

import zlib
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plugsmith.sim.flash.nor import NorFlash
    from plugsmith.sim.timing import DeviceTiming

PAGE = 0x100
_ERASES = {0x20: 0x1000, 0x52: 0x8000, 0xD8: 0x1_0000}
_READ_STATUS = {0x05: 0, 0x35: 1, 0x15: 2}
_WRITE_STATUS = {0x01: 0, 0x31: 1, 0x11: 2}
_BUSY, _WEL = 0x01, 0x02
_BP_BITS = 0x7C
SFDP_LEN = 0x100


class NorCommands:
    """Transactions of one part; `opcodes` counts everything that was sent to it."""

    def __init__(self, nor: NorFlash, timing: DeviceTiming) -> None:
        self._nor = nor
        self._timing = timing
        self._wel = False
        self._volatile = False
        self._busy_until = float("-inf")
        self.opcodes: Counter[int] = Counter()
        self.refuse_enables = 0  # so many of the next write enables are not taken
        self.sfdp = False

    def power_lost(self) -> None:
        """The write enable latch falls with a reset."""
        self._wel = False
        self._busy_until = float("-inf")

    def transaction(self, out: bytes, read: int, *, now: float) -> bytes:
        """One transaction; an unknown opcode leaves MISO high."""
        if not out:
            return b"\xff" * read
        opcode, busy = out[0], now < self._busy_until
        self.opcodes[opcode] += 1
        if opcode in _READ_STATUS:
            return bytes((self._status(_READ_STATUS[opcode], busy=busy),)) * read
        if busy:
            return b"\xff" * read
        reply = self._answer(opcode, out, read)
        if reply is not None:
            return (reply + b"\xff" * read)[:read]
        self._change(opcode, out, now)
        return b"\xff" * read

    def _status(self, which: int, *, busy: bool) -> int:
        if which >= self._nor.part.sr_bytes:
            return 0
        value = self._nor.status >> (8 * which) & 0xFF
        return value | busy * _BUSY | self._wel * _WEL if which == 0 else value

    def _answer(self, opcode: int, out: bytes, read: int) -> bytes | None:
        """What a command that changes nothing shifts out after the bytes in `out`."""
        addr = int.from_bytes(out[1:4].ljust(3, b"\x00"), "big")
        if opcode == 0x9F:
            return self._nor.part.jedec
        if opcode == 0x03:
            return self._nor.read(addr, read) if len(out) == 4 else b""
        if opcode == 0x0B:
            return (bytes(5 - len(out)) if len(out) < 5 else b"") + self._nor.read(addr, read)
        if opcode == 0x5A:
            table = sfdp_table(self._nor.size) if self.sfdp else b"\xff" * SFDP_LEN
            return (b"\x00" if len(out) < 5 else b"") + table[addr:]
        if opcode == 0x4B:
            return bytes(max(0, 5 - len(out))) + zlib.crc32(self._nor.part.jedec).to_bytes(8, "big")
        return None

    def _change(self, opcode: int, out: bytes, now: float) -> None:
        if opcode == 0x06:
            self.refuse_enables, refused = max(0, self.refuse_enables - 1), self.refuse_enables > 0
            self._wel = not refused
        elif opcode == 0x04:
            self._wel = False
        elif opcode == 0x50:
            self._volatile = True
        elif opcode in _WRITE_STATUS:
            self._write_status(_WRITE_STATUS[opcode], out[1:], now)
        elif self._wel:
            self._wel = False  # falls after every write, also a refused one
            self._write(opcode, out, now)

    def _write(self, opcode: int, out: bytes, now: float) -> None:
        addr = int.from_bytes(out[1:4].ljust(3, b"\x00"), "big")
        if opcode == 0x02 and len(out) > 4:
            self._program(addr, out[4:])
            self._busy_until = now + self._timing.program_s(len(out) - 4)
        elif opcode in _ERASES and len(out) == 4:
            self._nor.erase(addr, _ERASES[opcode])
            self._busy_until = now + self._timing.erase_s(_ERASES[opcode])
        elif opcode in (0xC7, 0x60) and not self._nor.status & _BP_BITS:
            self._nor.erase_all()

    def _program(self, addr: int, data: bytes) -> None:
        """Bytes behind the end of a page go to its start; only the last 256 count."""
        page, at = addr // PAGE * PAGE, addr % PAGE
        skipped = max(0, len(data) - PAGE)
        at, data = (at + skipped) % PAGE, data[skipped:]
        room = PAGE - at
        self._nor.program(page + at, data[:room])
        if data[room:]:
            self._nor.program(page, data[room:])

    def _write_status(self, which: int, values: bytes, now: float) -> None:
        if not (self._wel or self._volatile) or not values or which >= self._nor.part.sr_bytes:
            return
        self._wel = self._volatile = False
        if which == 0:  # one byte clears the second register on many parts
            self._nor.write_status(int.from_bytes(values[:2], "little"))
        else:
            kept = self._nor.status & ~(0xFF << 8 * which)
            self._nor.write_status(kept | values[0] << 8 * which)
        self._busy_until = now + self._timing.status_write_s


def sfdp_table(size: int) -> bytes:
    """A JESD216 header and its basic table: 4 KiB erase by 20, density, 256-byte pages by habit."""
    header = b"SFDP" + bytes((6, 1, 0, 0xFF)) + bytes((0, 6, 1, 9, 0x30, 0, 0, 0xFF))
    words = (0xFFF1_20E5, size * 8 - 1, 0, 0, 0, 0, 0, 0x520F_200C, 0x0000_D810)
    table = b"".join(word.to_bytes(4, "little") for word in words)
    return (header.ljust(0x30, b"\xff") + table).ljust(SFDP_LEN, b"\xff")
