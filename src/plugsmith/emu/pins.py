"""The GPIO block at 0x802800, and a record of what the firmware makes of each pin."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

PIN_COUNT = 32
_INPUT_LEVEL, _OUTPUT_LEVEL = 1 << 0, 1 << 1
_INPUT_ON, _OUTPUT_OFF = 1 << 2, 1 << 3
_PULL_UP, _PULL_ON, _FUNCTION = 1 << 4, 1 << 5, 1 << 6


class PinMode(StrEnum):
    """What a pin configuration word means."""

    OUTPUT = "output"
    INPUT = "input"
    INPUT_PULL_UP = "input-pull-up"
    INPUT_PULL_DOWN = "input-pull-down"
    FUNCTION = "function"  # PWM, UART, I2C ...: the pin belongs to a peripheral
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class PinChange:
    """At `at_s` of emulated time a pin got a new mode or, as an output, a new level."""

    at_s: float
    gpio: int
    mode: PinMode
    level: int | None


def mode_of(word: int) -> PinMode:
    """The mode that a configuration word sets."""
    if word & _FUNCTION:
        return PinMode.FUNCTION
    if not word & _OUTPUT_OFF:
        return PinMode.OUTPUT
    if not word & _INPUT_ON:
        return PinMode.OFF
    if not word & _PULL_ON:
        return PinMode.INPUT
    return PinMode.INPUT_PULL_UP if word & _PULL_UP else PinMode.INPUT_PULL_DOWN


class Pins:
    """Pin registers; `changes` keeps the history, bounded by `limit`.

    `news_s` is when a pin last got a mode that it never had before.
    """

    def __init__(self, *, limit: int = 4096) -> None:
        self.changes: list[PinChange] = []
        self.news_s = 0.0
        self._known: set[tuple[int, PinMode]] = set()
        self._limit = limit
        self._words = [_OUTPUT_OFF] * PIN_COUNT
        self._seen: dict[int, tuple[PinMode, int | None]] = {}

    def reset(self) -> None:
        """Pins back to high impedance; the history stays."""
        self._words = [_OUTPUT_OFF] * PIN_COUNT
        self._seen.clear()

    def read(self, offset: int) -> int:
        """The configuration word with the input level that the pulls give."""
        index = offset // 4
        if index >= PIN_COUNT:
            return 0
        word = self._words[index]
        level = word & _PULL_ON and word & _PULL_UP
        return word & ~_INPUT_LEVEL | (_INPUT_LEVEL if level else 0)

    def write(self, offset: int, value: int, now_s: float) -> None:
        """Set a pin's word and remember what that means."""
        index = offset // 4
        if index >= PIN_COUNT:
            return
        self._words[index] = value
        mode = mode_of(value)
        if (index, mode) not in self._known:
            self._known.add((index, mode))
            self.news_s = now_s
        level = (1 if value & _OUTPUT_LEVEL else 0) if mode is PinMode.OUTPUT else None
        if self._seen.get(index) != (mode, level) and len(self.changes) < self._limit:
            self._seen[index] = (mode, level)
            self.changes.append(PinChange(at_s=now_s, gpio=index, mode=mode, level=level))
