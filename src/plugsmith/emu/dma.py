"""The general DMA controller at 0x809000, as far as firmware waits for it.

Six channels of eight words. Bit 0 of a channel's first word starts a transfer and reads 0 when it
is done, at once here. Words 1 and 2 are destination and source, the low byte of word 7 is 0 for
memory on both ends. Bits 31:16 of word 0 are the number of bytes less one [run: firmware for N
copies 42 bytes with 41 here and waits for bit 0; chip-emulation.md section 3].
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

CHANNELS = 6
_CHANNEL_LEN = 0x20
_START, _SOURCE_MOVES, _TARGET_MOVES = 1 << 0, 1 << 8, 1 << 9


class GeneralDma:
    """`copy(target, source, length)` moves bytes of the chip's memory."""

    def __init__(self, copy: Callable[[int, int, int], None]) -> None:
        self._copy = copy
        self._words: dict[int, int] = {}

    def read(self, offset: int) -> int:
        """The word at `offset`."""
        return self._words.get(offset, 0)

    def write(self, offset: int, value: int) -> None:
        """Set a word; a started transfer is over when this returns."""
        channel, word = divmod(offset, _CHANNEL_LEN)
        started = channel < CHANNELS and word == 0 and value & _START
        self._words[offset] = value & ~_START if started else value
        if started:
            self._transfer(offset, value)

    def _transfer(self, base: int, config: int) -> None:
        ends = self.read(base + 0x1C) & 0xFF
        if ends == 0 and config & _SOURCE_MOVES and config & _TARGET_MOVES:
            self._copy(self.read(base + 4), self.read(base + 8), (config >> 16) + 1)
