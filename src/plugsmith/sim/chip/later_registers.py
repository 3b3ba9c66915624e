"""Registers of the BK7236 and its kin: id, revision, the place of ROM, eFuse and OTP.

Source: uart-protocol.md 5.7, claimed by other tools. A memory whose clock is off reads zero here;
what it does on the chip nobody has told. Neither is told what lies at the registers of the BK7231N:
here nothing does, which reads zero and keeps no bit.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.sim.chip.registers import Registers, synthetic_rom

if TYPE_CHECKING:
    from plugsmith.sim.chip.personality import SimBootCode

_ID, _REVISION = 0x4401_0004, 0x4400_01F0
_CLOCKS, _POWER = 0x5401_0030, 0x5401_0040
_EFUSE_CLOCK, _OTP_CLOCK, _OTP_DOWN = 1 << 7, 1 << 15, 1 << 3
_EFUSE_CONTROL, _EFUSE_DATA, _EFUSE_LEN = 0x5488_0010, 0x5488_0014, 4
_OTP = ((0x5B10_0400, 0x400), (0x5B01_0000, 0xC00))
_ROM_LEN = 0x1_0000
_VALID = 0x100
_WRITABLE = frozenset({_CLOCKS, _POWER, _EFUSE_CONTROL})


@dataclass(frozen=True, slots=True, kw_only=True)
class LaterPlaces:
    """What differs among them; `engine`: the eFuse has one, else it is a word of the OTP."""

    revision: int
    rom: int
    otp: bool = True
    engine: bool = False


PLACES = {
    "bk7236": LaterPlaces(revision=0x2034_0B10, rom=0x161F_0000, otp=False),
    "bk7258": LaterPlaces(revision=0x2034_0B10, rom=0x1600_0000, engine=True),
    "bk7239n": LaterPlaces(revision=0x2575_0920, rom=0x1600_0000),
}


class LaterRegisters(Registers):
    """Read and write by address."""

    def __init__(self, who: SimBootCode) -> None:
        super().__init__(who)
        self._places = PLACES[who.chip]
        self._fixed = {_ID: who.chip_id << 16 | 0x0002, _REVISION: self._places.revision}
        self._stored = {_POWER: _OTP_DOWN}
        seed = zlib.crc32(who.chip.encode())
        self.efuse = bytearray(seed.to_bytes(4, "little"))
        self.rom = synthetic_rom(who.chip).ljust(_ROM_LEN, b"\x5a")
        whole = synthetic_rom(f"{who.chip} otp")
        self.otp = [whole[:0x400], whole[0x400:0x1000]]

    def read(self, addr: int) -> int:
        """The word at `addr`; where nothing is known to be, 0."""
        if addr in self._fixed:
            return self._fixed[addr]
        if addr == _EFUSE_DATA:
            return self._fuse_value
        if self._places.rom <= addr <= self._places.rom + _ROM_LEN - 4:
            return _word(self.rom, addr - self._places.rom)
        for memory, (start, size) in zip(self.otp, _OTP, strict=True):
            if start <= addr <= start + size - 4:
                return _word(memory, addr - start) if self._otp_on else 0
        return self._stored.get(addr, 0)

    @property
    def _otp_on(self) -> bool:
        on = self._stored.get(_CLOCKS, 0) & _OTP_CLOCK and not self._stored[_POWER] & _OTP_DOWN
        return self._places.otp and bool(on)

    def write(self, addr: int, value: int) -> None:
        """Store `value` in a register that is known; a start bit runs the eFuse's engine."""
        if addr == _EFUSE_CONTROL and self._places.engine:
            if value & 1 and self._stored.get(_CLOCKS, 0) & _EFUSE_CLOCK:
                index = value >> 8 & 0x1F
                self._fuse_value = _VALID | self.efuse[index] if index < _EFUSE_LEN else 0
            value &= ~1
        if addr in _WRITABLE:
            self._stored[addr] = value


def _word(memory: bytes, at: int) -> int:
    return int.from_bytes(memory[at : at + 4], "little")


def registers_of(who: SimBootCode) -> Registers:
    """Those of the chip."""
    return LaterRegisters(who) if who.chip in PLACES else Registers(who)
