"""Time, handed in: real for users, virtual for tests and for the in-process simulator."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Monotonic seconds and a way to let time pass."""

    def monotonic(self) -> float:
        """Seconds since an arbitrary start; never goes back."""

    def sleep(self, seconds: float) -> None:
        """Let `seconds` pass; nothing happens for zero or less."""


class RealClock:
    """The machine's own clock."""

    def monotonic(self) -> float:
        """Seconds from the system's monotonic clock."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Block the thread."""
        if seconds > 0:
            time.sleep(seconds)


class VirtualClock:
    """A clock that moves only when somebody sleeps on it or advances it."""

    def __init__(self, start_s: float = 0.0) -> None:
        self._now_s = start_s

    def monotonic(self) -> float:
        """Virtual seconds since the start."""
        return self._now_s

    def sleep(self, seconds: float) -> None:
        """Advance the virtual time at once."""
        if seconds > 0:
            self._now_s += seconds
