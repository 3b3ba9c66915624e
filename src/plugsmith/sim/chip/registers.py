"""Registers of the ROM family that UART download can reach: chip id, eFuse engine, mask ROM.

The eFuse and ROM content is synthetic (no dump of an N ROM is public); the layout of the eFuse and
the handling of its engine come from uart-protocol.md 5.1, 5.2.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plugsmith.sim.chip.personality import SimBootCode

ROM_LEN = 0x4000
_CHIP_ID = 0x80_0000
_DEVICE_ID = 0x80_0004
_EFUSE_CTRL = 0x80_0074
_EFUSE_DATA = 0x80_0078
_VALID = 0x100
_CONTROL_ENCRYPTED = 0x20
SIM_MAC = bytes.fromhex("02115A4D0001")  # locally administered: no maker's address


class Registers:
    """Read and write by address, with the eFuse engine behind two of them."""

    def __init__(self, who: SimBootCode) -> None:
        keyed = any(who.key)
        unique = zlib.crc32(who.chip.encode()).to_bytes(4, "little") + b"PSIM"
        fuse = struct.pack("<4I", *who.key) + unique + SIM_MAC + b"\x00"
        self.efuse = bytearray(fuse + bytes((_CONTROL_ENCRYPTED if keyed else 0,)))
        self._fixed = {_CHIP_ID: who.chip_id, _DEVICE_ID: who.device_id}
        self._stored: dict[int, int] = {}
        self._fuse_value = 0
        self.rom = synthetic_rom(who.chip)

    def read(self, addr: int) -> int:
        """The word at `addr`; unknown registers read back what was written, else 0."""
        if addr in self._fixed:
            return self._fixed[addr]
        if addr == _EFUSE_DATA:
            return self._fuse_value
        if addr + 4 <= ROM_LEN:
            return int.from_bytes(self.rom[addr : addr + 4], "little")
        return self._stored.get(addr, 0)

    def write(self, addr: int, value: int) -> None:
        """Store `value`; a start bit in the eFuse control runs the engine and clears itself."""
        if addr == _EFUSE_CTRL:
            if value & 1:
                self._run_efuse(value)
            value &= ~1
        if len(self._stored) < 4096:
            self._stored[addr] = value

    def _run_efuse(self, control: int) -> None:
        index = control >> 8 & 0x1F
        if control & 2:  # one-time programming: bits can only be set
            self.efuse[index] |= control >> 16 & 0xFF
        self._fuse_value = _VALID | self.efuse[index]


def synthetic_rom(chip: str) -> bytes:
    """16 KiB that are recognisably ours and differ from word to word."""
    title = f"PLUGSMITH SIMULATED ROM {chip.upper()}".encode().ljust(64, b"\x00")
    body = b"".join(
        (0xE1A0_0000 ^ (i * 2_654_435_761 & 0xFFFF_FFFF)).to_bytes(4, "little")
        for i in range((ROM_LEN - len(title)) // 4)
    )
    return title + body
