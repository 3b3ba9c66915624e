"""Time, handed in: real for users, virtual for tests and for the in-process simulator."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Monotonic seconds, a way to let time pass, and the date, which may be wrong."""

    def monotonic(self) -> float:
        """Seconds since an arbitrary start; never goes back."""

    def sleep(self, seconds: float) -> None:
        """Let `seconds` pass; nothing happens for zero or less."""

    def wall(self) -> datetime:
        """The date in UTC: for people to read, never to decide by."""


class RealClock:
    """The machine's own clock."""

    def monotonic(self) -> float:
        """Seconds from the system's monotonic clock."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Block the thread."""
        if seconds > 0:
            time.sleep(seconds)

    def wall(self) -> datetime:
        """The date of the system."""
        return datetime.now(UTC)


class VirtualClock:
    """A clock that moves only when somebody sleeps on it or advances it.

    Its date begins with the system's; `jump` sets it wrong, as a dead battery does.
    """

    def __init__(self, start_s: float = 0.0) -> None:
        self._now_s = start_s
        self._date = datetime.now(UTC) - timedelta(seconds=start_s)

    def monotonic(self) -> float:
        """Virtual seconds since the start."""
        return self._now_s

    def sleep(self, seconds: float) -> None:
        """Advance the virtual time at once."""
        if seconds > 0:
            self._now_s += seconds

    def wall(self) -> datetime:
        """The virtual date."""
        return self._date + timedelta(seconds=self._now_s)

    def jump(self, seconds: float) -> None:
        """Set the date forward or back; no time passes."""
        self._date += timedelta(seconds=seconds)
