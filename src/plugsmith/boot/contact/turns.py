"""When it is the turn of something that is tried now and then, and how long noise has lasted."""

from __future__ import annotations

_GARBLED_FOR_S = 0.3  # a ROM's pin floats at power-up: that noise is over sooner
_HEARD_AGAIN_S = 6.0


class Turn:
    """Something that is due at `first_s` and, once done, each `every_s` again."""

    def __init__(self, *, first_s: float, every_s: float) -> None:
        self._due_s = first_s
        self._every_s = every_s

    def is_due(self, now_s: float) -> bool:
        """Whether its time has come."""
        return now_s >= self._due_s

    def done(self, now_s: float) -> None:
        """It was done; the pause until the next time counts from `now_s`."""
        self._due_s = now_s + self._every_s


class Noise:
    """How long unreadable bytes have been heard; after each silence they have a while anew."""

    def __init__(self, now_s: float) -> None:
        self._since_s: float | None = None
        self._quiet_s = now_s - _HEARD_AGAIN_S

    def lasts(self, *, garbled: bool, now_s: float) -> bool:
        """Whether there is noise, for so long that it is time to be quiet."""
        if not garbled:
            self._since_s = None
            return False
        if self._since_s is None:
            self._since_s = now_s
        return now_s - self._since_s > _GARBLED_FOR_S and now_s - self._quiet_s > _HEARD_AGAIN_S

    def was_quiet(self, now_s: float) -> None:
        """The silence has ended."""
        self._since_s, self._quiet_s = None, now_s
