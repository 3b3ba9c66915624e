"""The NOR flash and its controller at 0x803000, as the boot code and the applications use it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_ERASE_LEN = {13: 0x1000, 14: 0x8000, 15: 0x1_0000}
_PROTECT_BITS = 0x7C
_COMPLEMENT_BIT = 0x4000
_PROGRAM_LEN = 32


class FlashController:
    """Registers 0x803000.. over a byte array; `touched(start, end)` is told of every change."""

    def __init__(
        self, content: bytearray, *, jedec: int, touched: Callable[[int, int], None]
    ) -> None:
        self.content = content
        self.status = 0
        self.operations = 0  # commands run so far, reads included
        self._jedec = jedec
        self._touched = touched
        self._operate = 0
        self._config = 0
        self._last_status = 0
        self._incoming = bytearray()
        self._outgoing = b""
        self._out_at = 0

    @property
    def protected(self) -> bool:
        """Whether the block-protect bits forbid erasing and programming."""
        return bool(self.status & _PROTECT_BITS) != bool(self.status & _COMPLEMENT_BIT)

    def read(self, offset: int) -> int:
        """Value of the register at `offset` from 0x803000."""
        match offset:
            case 0x00:
                return self._operate & ~(1 << 31 | 1 << 29)
            case 0x08:
                word = int.from_bytes(self._outgoing[self._out_at : self._out_at + 4], "little")
                self._out_at += 4
                return word
            case 0x10:
                return self._jedec
            case 0x14:
                return self._last_status
            case 0x1C:
                return self._config
            case _:
                return 0

    def write(self, offset: int, value: int) -> None:
        """Write a register; bit 29 of the operate register runs the opcode at once."""
        match offset:
            case 0x00:
                self._operate = value
                if value >> 29 & 1:
                    self._run(value >> 24 & 0x1F, value & 0xFF_FFFF)
            case 0x04:
                self._incoming += value.to_bytes(4, "little")
                del self._incoming[:-_PROGRAM_LEN]
            case 0x1C:
                self._config = value
            case _:
                pass

    def _run(self, opcode: int, addr: int) -> None:
        self.operations += 1
        addr %= len(self.content)
        match opcode:
            case 3:
                self._last_status = self.status & 0xFF
            case 6:
                self._last_status = self.status >> 8 & 0xFF
            case 4:
                self.status = self.status & 0xFF00 | self._config >> 10 & 0xFF
            case 7:
                self.status = self._config >> 10 & 0xFFFF
            case 5:
                tail = self.content[addr : addr + _PROGRAM_LEN]
                self._outgoing = bytes(tail + self.content[: _PROGRAM_LEN - len(tail)])
                self._out_at = 0
            case 12:
                self._program(addr)
            case 13 | 14 | 15:
                self._erase(addr // _ERASE_LEN[opcode] * _ERASE_LEN[opcode], _ERASE_LEN[opcode])
            case 16:
                self._erase(0, len(self.content))
            case _:
                pass

    def _program(self, addr: int) -> None:
        data = bytes(self._incoming)
        self._incoming.clear()
        if self.protected or not data:
            return
        end = min(addr + len(data), len(self.content))
        for at, byte in zip(range(addr, end), data, strict=False):
            self.content[at] &= byte
        self._touched(addr, end)

    def _erase(self, start: int, length: int) -> None:
        if self.protected:
            return
        self.content[start : start + length] = b"\xff" * length
        self._touched(start, start + length)
