"""As much of a Cortex-M as the short programs need that a tool lets AmebaZ run out of its RAM."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

_MOST_STEPS = 100_000
_WORD = 0xFFFF_FFFF


class Crashed(Exception):
    """The program did what no such program does: the processor hangs."""


class Memory(Protocol):
    """Where the program lies and what it reads and writes."""

    def word(self, address: int) -> int:
        """The 32 bits there; Crashed where nothing is."""

    def half(self, address: int) -> int:
        """The 16 bits there; Crashed where nothing is."""

    def set_word(self, address: int, value: int) -> None:
        """Write; Crashed where nothing is."""


class Thumb:
    """Runs from `entry` until a routine of the ROM says that it is over.

    `call` plays a routine of the ROM by its address and the registers r0 to r3; it returns False
    when the program does not get the processor back, and raises Crashed for a place that is none.
    """

    def __init__(self, memory: Memory, call: Callable[[int, list[int]], bool]) -> None:
        self._memory = memory
        self._call = call
        self._registers = [0] * 8
        self._equal = False

    def run(self, entry: int) -> None:
        """Raises Crashed."""
        at = entry & ~1
        for _turn in range(_MOST_STEPS):
            following = self._step(at)
            if following is None:
                return
            at = following
        raise Crashed

    def _step(self, at: int) -> int | None:
        code = self._memory.half(at)
        if code & 0xFF87 == 0x4780:  # blx
            return at + 2 if self._call(self._registers[code >> 3 & 7], self._registers) else None
        if code >> 11 == 0b11100:  # b
            return at + 4 + (_signed(code & 0x7FF, 11) << 1)
        if code & 0xFE00 == 0xD000:  # beq, bne
            taken = self._equal is not bool(code & 0x100)
            return at + 4 + (_signed(code & 0xFF, 8) << 1) if taken else at + 2
        self._plain(code, at)
        return at + 2

    def _plain(self, code: int, at: int) -> None:
        """What goes on behind itself: loads and stores, else sums."""
        registers, memory = self._registers, self._memory
        low, middle, high = code & 7, code >> 3 & 7, code >> 8 & 7
        behind = (at + 4 & ~3) + ((code & 0xFF) << 2)
        offset = (code >> 6 & 31) * 4
        match code >> 11:
            case 0b01001:  # ldr from behind the code
                registers[high] = memory.word(behind)
            case 0b10100:  # adr
                registers[high] = behind
            case 0b01101:  # ldr
                registers[low] = memory.word(registers[middle] + offset)
            case 0b01100:  # str
                memory.set_word(registers[middle] + offset, registers[low])
            case 0b00100:  # movs
                self._set(high, code & 0xFF)
            case 0b00000:  # lsls, movs
                self._set(low, registers[middle] << (code >> 6 & 31))
            case _:
                self._sum(code, low, registers[middle])

    def _sum(self, code: int, low: int, value: int) -> None:
        third = code >> 6 & 7
        if code >> 9 == 0b0001100:  # adds
            self._set(low, value + self._registers[third])
        elif code >> 9 == 0b0001110:  # adds, a number
            self._set(low, value + third)
        elif code >> 6 == 0b0100000000:  # ands
            self._set(low, value & self._registers[low])
        elif code >> 6 == 0b0100001010:  # cmp
            self._equal = value == self._registers[low]
        else:
            raise Crashed

    def _set(self, register: int, value: int) -> None:
        self._registers[register] = value & _WORD
        self._equal = not value & _WORD


def _signed(value: int, bits: int) -> int:
    return value - (1 << bits) if value >> (bits - 1) else value
