"""The analogue converter: samples in a small FIFO, and the states that its drivers wait for.

Two generations: one status word with "empty" and "busy" (T, U, Q, N, M), and the BK7238's, whose
state register holds three interrupt states that are cleared by writing ones (chip-emulation.md 3).
"""

from __future__ import annotations

_WAITING = 4  # samples that a running converter keeps ready
_SAMPLE = 0x200
_EMPTY = 1 << 30


class Converter:
    """Registers from 0x802C00 on; a read of data takes a sample out of the FIFO."""

    DATA = frozenset({0x04, 0x10})
    _STATUS = frozenset({0x00, 0x0C})
    _NEVER = 1 << 29 | 1 << 8  # busy; "clear the interrupt", which is done at once

    def __init__(self) -> None:
        self._registers: dict[int, int] = {}
        self._samples = 0

    @property
    def interrupt(self) -> bool:
        """Whether the converter asks for the CPU."""
        return self._samples > 0

    def running(self) -> bool:
        """Whether the guest lets it convert."""
        config = self._registers.get(0x00, 0)
        return bool(config & 3 and config & 4)

    def advance(self) -> None:
        """Fill the FIFO if it converts."""
        if self.running():
            self._samples = _WAITING

    def read(self, offset: int) -> int:
        """The word at `offset`."""
        if offset in self.DATA:
            self._samples = max(0, self._samples - 1)
            return _SAMPLE
        word = self._registers.get(offset, 0)
        if offset not in self._STATUS:
            return word
        return word & ~(_EMPTY | self._NEVER) | (0 if self._samples else _EMPTY)

    def write(self, offset: int, value: int) -> None:
        """Set the word at `offset`."""
        self._registers[offset] = value


class StatefulConverter(Converter):
    """BK7238: start is bit 0 of +0; +0x0C holds enables (3, 14, 16) and states (4, 15, 17).

    A driver writes ones to the states until they read 0 [run: OpenBeken's start waits there].
    """

    DATA = frozenset({0x10})
    _STATE = 0x0C
    _FIFO, _DONE = (1 << 3, 1 << 4), (1 << 14, 1 << 15)  # enable and state of each
    _STATES = 1 << 4 | 1 << 15 | 1 << 17
    _READ_ONLY = _STATES | 1 << 30 | 1 << 31

    def __init__(self) -> None:
        super().__init__()
        self._states = 0

    @property
    def interrupt(self) -> bool:
        """Whether a state is set whose interrupt is enabled."""
        enabled = self._registers.get(self._STATE, 0)
        return any(enabled & want and self._states & has for want, has in (self._FIFO, self._DONE))

    def running(self) -> bool:
        """Started, and not told to stop."""
        return self._registers.get(0x00, 0) & 3 == 1

    def advance(self) -> None:
        """Fill the FIFO and say so, if it converts."""
        super().advance()
        if self._samples:
            self._states |= self._FIFO[1] | self._DONE[1]

    def read(self, offset: int) -> int:
        """The word at `offset`."""
        if offset != self._STATE:
            return super().read(offset) if offset in self.DATA else self._registers.get(offset, 0)
        return self._registers.get(offset, 0) | self._states | (0 if self._samples else _EMPTY)

    def write(self, offset: int, value: int) -> None:
        """Set the word at `offset`; ones clear states."""
        if offset != self._STATE:
            super().write(offset, value)
            return
        self._states &= ~value
        self._registers[offset] = value & ~self._READ_ONLY
