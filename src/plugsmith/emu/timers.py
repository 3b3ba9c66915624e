"""Timers, the PWM channels that serve as timers, and the watchdog; time comes from the machine."""

from __future__ import annotations

_FAST_HZ = 26_000_000
_SLOW_HZ = 32_000


class TimerGroup:
    """Three timers, one control: enable 2:0, divider-1 5:3, flags 9:7 (write 1 clears).

    A counter is read in two steps: bit 0 of the latch register asks for the counter of the timer
    in bits 3:2 and reads 0 once it stands in the value register. Counters run up from 0 and start
    again at the period (OpenBeken and LibreTiny measure time so, chip-emulation.md section 3).
    """

    def __init__(self, clock_hz: int) -> None:
        self._clock_hz = clock_hz
        self._periods = [0, 0, 0]
        self._due: list[float | None] = [None, None, None]
        self._control = 0
        self._latch = 0
        self._latched = 0

    @property
    def interrupt(self) -> bool:
        """Whether a timer has run out and was not acknowledged."""
        return bool(self._control & 0x380)

    def read(self, offset: int) -> int:
        """Periods at 0, 4, 8; control at 12; latch and counter at 16 and 20."""
        match offset:
            case 12:
                return self._control
            case 16:
                return self._latch
            case 20:
                return self._latched
            case _:
                return self._periods[offset // 4]

    def write(self, offset: int, value: int, now_s: float) -> None:
        """Set a period or the control register, or latch a counter."""
        if offset == 16:
            self._latch = value & ~1
            if value & 1:
                self._latched = self._counter(value >> 2 & 3, now_s)
            return
        if offset == 20:
            return
        if offset != 12:
            self._periods[offset // 4] = value
            self._due[offset // 4] = None
            self._start(offset // 4, now_s)
            return
        flags = self._control & 0x380 & ~value
        self._control = flags | value & 0x7F
        for index in range(3):
            if not value >> index & 1:
                self._due[index] = None
            elif self._due[index] is None:
                self._start(index, now_s)

    def advance(self, now_s: float) -> None:
        """Raise the flags of the timers that ran out by `now_s`."""
        for index, due_s in enumerate(self._due):
            if due_s is not None and now_s >= due_s:
                self._control |= 0x80 << index
                self._start(index, now_s)

    def _counter(self, index: int, now_s: float) -> int:
        due_s = self._due[index] if index < len(self._due) else None
        if due_s is None:
            return 0
        ticks = self._periods[index] - round((due_s - now_s) / self._period_s(index)
                                             * self._periods[index])  # fmt: skip
        return ticks % self._periods[index]

    def _start(self, index: int, now_s: float) -> None:
        if self._control >> index & 1 and self._periods[index]:
            self._due[index] = now_s + self._period_s(index)

    def _period_s(self, index: int) -> float:
        return self._periods[index] * ((self._control >> 3 & 7) + 1) / self._clock_hz


class PwmTimers:
    """PWM channels used as periodic timers: control, flags, then three words for each channel.

    These are the period, the part of it that the pin is on, and a captured count. [run: Feit's
    bulb writes 0x802A94 and 0x802A98 before it starts channel 1, so a channel takes 12 bytes]
    `used` are the channels that were ever switched on: a dimmed-down one is switched off again.
    """

    CHANNELS = 6
    LENGTH = 8 + 12 * CHANNELS

    def __init__(self) -> None:
        self.slow_clock = False
        self._control = 0
        self._flags = 0
        self.used: set[int] = set()
        self._words = [0] * (3 * self.CHANNELS)
        self._due: list[float | None] = [None] * self.CHANNELS

    @property
    def interrupt(self) -> bool:
        """Whether a channel with its interrupt enabled has a flag."""
        return self._flags > 0 and any(
            self._flags >> index & 1 and self._control >> (4 * index + 1) & 1
            for index in range(self.CHANNELS)
        )

    def read(self, offset: int) -> int:
        """Control at 0, flags at 4, words of channels from 8 on."""
        if offset == 0:
            return self._control
        return self._flags if offset == 4 else self._words[(offset - 8) // 4]

    def write(self, offset: int, value: int, now_s: float) -> None:
        """Set control, clear flags, or set a word of a channel."""
        if offset == 0:
            self._control = value
            for index in range(self.CHANNELS):
                running = value >> (4 * index) & 1
                if running:
                    self.used.add(index)
                ends = running and self._words[3 * index]  # without a period no count is reached
                self._due[index] = now_s + self._period_s(index) if ends else None
        elif offset == 4:
            self._flags &= ~value
        else:
            self._words[(offset - 8) // 4] = value & 0xFFFF

    def advance(self, now_s: float) -> None:
        """Raise the flags of the channels that completed a period."""
        for index, due_s in enumerate(self._due):
            if due_s is not None and now_s >= due_s:
                self._flags |= 1 << index
                self._due[index] = now_s + self._period_s(index)

    def _period_s(self, index: int) -> float:
        hertz = _SLOW_HZ if self.slow_clock else _FAST_HZ
        return self._words[3 * index] / hertz


class Watchdog:
    """Armed by 0x5A0000|n and then 0xA50000|n, n in milliseconds; n = 0 switches it off."""

    def __init__(self) -> None:
        self._half: int | None = None
        self._due_s: float | None = None

    def write(self, value: int, now_s: float) -> None:
        """Take one of the two key writes."""
        key, period = value >> 16 & 0xFF, value & 0xFFFF
        if key == 0x5A:
            self._half = period
        elif key == 0xA5 and self._half == period:
            self._half = None
            self._due_s = now_s + period / 1000 if period else None

    def expired(self, now_s: float) -> bool:
        """Whether the chip must be reset now."""
        return self._due_s is not None and now_s >= self._due_s
