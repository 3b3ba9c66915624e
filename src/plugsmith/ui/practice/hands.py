"""What the owner's hands do to a practice plug, and what is wrong with its wires."""

from __future__ import annotations

import random
from collections import deque
from enum import StrEnum

_NOISE_S = 0.02  # between two bursts on an open wire


class Wires(StrEnum):
    """How adapter and module are joined."""

    NONE = "none"  # nothing is wrong
    SILENCE = "silence"  # the chip's TX is not connected
    ECHO = "echo"  # the adapter's TX lies on its own RX
    NOISE = "noise"  # the adapter's RX hangs in the air
    SWAPPED = "swapped"  # TX and RX are exchanged: two outputs, two inputs
    WRONG_PAIR = "wrong-pair"  # on the log pads: TX2 is heard, nobody listens
    MCU = "mcu"  # the device's own MCU talks on the same pads


class Hands:
    """The state of the wires of one plug; used under the plug's lock."""

    def __init__(self, seed: int) -> None:
        self.wires = Wires.NONE
        self.plugged = True  # the adapter in the computer
        self._random = random.Random(seed)  # noqa: S311 - noise, nothing secret
        self._echo: deque[bytes] = deque()
        self._burst_at = 0.0

    def join(self, wires: Wires) -> None:
        """Rewire it."""
        self.wires = wires
        self._echo.clear()

    @property
    def reaches_chip(self) -> bool:
        """Whether the chip hears the adapter."""
        return self.wires in (Wires.NONE, Wires.SILENCE, Wires.NOISE, Wires.MCU)

    @property
    def hears_chip(self) -> bool:
        """Whether the adapter hears the chip's download pads."""
        return self.wires in (Wires.NONE, Wires.MCU)

    def sent(self, data: bytes) -> None:
        """The adapter sends."""
        if self.wires is Wires.ECHO:
            self._echo.append(data)

    def heard(self, limit: int, now: float) -> bytes:
        """What is heard instead of the chip."""
        if self.wires is Wires.ECHO and self._echo:
            whole = self._echo.popleft()
            if len(whole) > limit:
                self._echo.appendleft(whole[limit:])
            return whole[:limit]
        if self.wires is Wires.NOISE and now >= self._burst_at:
            self._burst_at = now + _NOISE_S
            return self._random.randbytes(min(limit, self._random.randint(1, 12)))
        return b""

    def forget(self) -> None:
        """What was heard and not read is gone."""
        self._echo.clear()
