"""The flash part at its SPI pins, as far as the ROM's commands 0C, 0D and 0E reach it."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plugsmith.sim.flash.nor import NorFlash
    from plugsmith.sim.timing import DeviceTiming

_READ_STATUS = {0x05: 0, 0x35: 1, 0x15: 2}
_WRITE_STATUS = {0x01: 0, 0x31: 1, 0x11: 2}


class SpiPins:
    """Status register and full-duplex transactions; a status write leaves the part busy a while."""

    def __init__(self, nor: NorFlash, timing: DeviceTiming) -> None:
        self._nor = nor
        self._timing = timing
        self._busy_until = float("-inf")

    def status(self, opcode: int, at: float) -> bytes:
        """One status byte; bit 0 of the first is set while a status write is going on."""
        which = _READ_STATUS.get(opcode)
        if which is None or which >= self._nor.part.sr_bytes:
            return b"\x00"
        value = self._nor.status >> (8 * which) & 0xFF
        if which == 0 and at < self._busy_until:
            value |= 1
        return bytes((value,))

    def write_status(self, opcode: int, values: bytes, at: float) -> None:
        """Write one byte, or two with opcode 01; ignored while the part is busy."""
        which = _WRITE_STATUS.get(opcode)
        if which is None or which >= self._nor.part.sr_bytes or at < self._busy_until:
            return
        count = len(values)
        mask = ((1 << 8 * count) - 1) << (8 * which)
        wanted = int.from_bytes(values, "little") << (8 * which)
        self._nor.write_status(self._nor.status & ~mask | wanted)
        self._busy_until = at + self._timing.status_write_s

    def transfer(self, out: bytes, at: float) -> bytes:
        """Clock `out` in and return what comes out at the same time (a dummy byte first)."""
        opcode = out[0] if out else 0
        if opcode == 0x9F:
            answer = self._nor.part.jedec
        elif opcode in _READ_STATUS:
            answer = self.status(opcode, at) * len(out)
        elif opcode == 0x03:
            addr = int.from_bytes(out[1:4].ljust(3, b"\x00"), "big")
            answer = bytes(3) + self._nor.read(addr, len(out))
        elif opcode == 0x4B:
            answer = bytes(4) + zlib.crc32(self._nor.part.jedec).to_bytes(4, "big") * 2
        else:
            answer = b""
        return (b"\x00" + answer).ljust(len(out), b"\xff")[: len(out)]
