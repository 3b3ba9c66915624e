"""What a program in AmebaZ's RAM meets: memory, and the routines of the ROM by their addresses.

The addresses and what the routines do: ltchiptool 4.15.0, the comments on its programs. Those
programs themselves come over the wire and are executed.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from plugsmith.sim.makers.thumb import Crashed, Thumb

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugsmith.sim.flash.nor import NorFlash

RAM, FLASH = 0x1000_0000, 0x0800_0000
START_TABLE = 0x1000_2000
_RAM_LEN = 0x4_0000
_REGISTERS = 0x4000_0000
_READ_ID = 0x9F
_DOWNLOAD_WORDS = b"UARTIMG_Download 2\r\n"  # right behind what a program sent


class RamProgram:
    """One run. `said`: seconds since its start, and what it sent; `downloads`: it ended in the
    download mode."""

    def __init__(self, nor: NorFlash, efuse: bytes, ram: bytearray) -> None:
        self.said: list[tuple[float, bytes]] = []
        self.downloads = False
        self._nor = nor
        self._efuse = efuse
        self._ram = ram
        self._registers: dict[int, int] = {}
        self._digests: dict[int, hashlib._Hash] = {}
        self._since_s = 0.0

    def run(self) -> None:
        """From the first word of the table at the start of the RAM; a crash ends it."""
        try:
            Thumb(self, self._call).run(self.word(START_TABLE))
        except Crashed:
            self.downloads = False

    def word(self, address: int) -> int:
        """The 32 bits there."""
        if address >= _REGISTERS:
            return self._registers.get(address, 0)
        return int.from_bytes(self._bytes(address, 4), "little")

    def half(self, address: int) -> int:
        """The 16 bits there."""
        return int.from_bytes(self._bytes(address, 2), "little")

    def set_word(self, address: int, value: int) -> None:
        """Write to RAM or to a register."""
        if address >= _REGISTERS:
            self._registers[address] = value
        else:
            self._put(address, value.to_bytes(4, "little"))

    def _bytes(self, address: int, length: int) -> bytes:
        if RAM <= address <= RAM + _RAM_LEN - length:
            return bytes(self._ram[address - RAM : address - RAM + length])
        if FLASH <= address <= FLASH + self._nor.size - length:
            return self._nor.read(address - FLASH, length)
        raise Crashed

    def _put(self, address: int, data: bytes) -> None:
        if not RAM <= address <= RAM + _RAM_LEN - len(data):
            raise Crashed
        self._ram[address - RAM : address - RAM + len(data)] = data

    def _call(self, address: int, registers: list[int]) -> bool:
        routines: dict[int, Callable[..., None]] = {
            0x346D: self._delay,
            0xEC49: self._send,
            0x7465: self._flash_command,
            0x6D65: self._efuse_byte,
            0x1_1DF5: self._digest_begins,
            0x1_1E25: self._digest_takes,
            0x1_1EC9: self._digest_ends,
        }
        if address == 0x0901:
            self.said.append((self._since_s, _DOWNLOAD_WORDS))
            self.downloads = True
            return False
        if address not in routines:
            raise Crashed
        routines[address](*registers[:4])
        return True

    def _delay(self, ms: int, *_rest: int) -> None:
        self._since_s += ms / 1000

    def _send(self, at: int, length: int, *_rest: int) -> None:
        self.said.append((self._since_s, self._bytes(at, length)))

    def _flash_command(self, command: int, length: int, to: int, *_rest: int) -> None:
        answer = self._nor.part.jedec if command == _READ_ID else b""
        self._put(to, answer[:length].ljust(length, b"\xff"))

    def _efuse_byte(self, _control: int, address: int, to: int, *_rest: int) -> None:
        if address >= len(self._efuse):
            raise Crashed
        self._put(to, self._efuse[address : address + 1])

    def _digest_begins(self, context: int, *_rest: int) -> None:
        self._digests[context] = hashlib.md5(usedforsecurity=False)

    def _digest_takes(self, context: int, at: int, length: int, *_rest: int) -> None:
        if context not in self._digests:
            raise Crashed
        self._digests[context].update(self._bytes(at, length))

    def _digest_ends(self, to: int, context: int, *_rest: int) -> None:
        if context not in self._digests:
            raise Crashed
        self._put(to, self._digests.pop(context).digest())
