"""The hand at the reset button of a served chip.

A person who sees that a program waits presses reset after a while; nobody does so because a few
link checks stayed unanswered. A chip that was told to start its firmware is expected to be mute.
"""

from __future__ import annotations

PATIENCE_S = 6.0  # as the fast simulator's helping hand (plugsmith.sim.timing, SERVED)
_LINK_CHECK = b"\x01\xe0\xfc\x01\x00"
_REBOOT = b"\x01\xe0\xfc\x02\x0e\xa5"  # chip-emulation.md section 5
_PAUSE_S = 1.0  # polling that stopped for so long is over
_TURN_S = 0.1  # what one turn may count: a starved computer is no reason to press


class ResetButton:
    """Feed it what passes on UART1 and the time; `pressed` tells once that the chip is reset."""

    def __init__(self, *, patience_s: float = PATIENCE_S) -> None:
        self._patience_s = patience_s
        self._waited_s = 0.0
        self._now_s: float | None = None
        self._polled_s: float | None = None
        self._tail = b""

    def heard(self, data: bytes, now_s: float) -> None:
        """The host sent `data`; frames may be split over calls."""
        text = self._tail + data
        self._tail = text[-len(_REBOOT) + 1 :]
        if _REBOOT in text:
            self._begin_anew()
        if text.rfind(_LINK_CHECK) > text.rfind(_REBOOT):
            self._polled_s = now_s

    def answered(self) -> None:
        """The chip sent something."""
        self._begin_anew()

    def pressed(self, now_s: float) -> bool:
        """Whether the hand presses now; ask at every turn."""
        turn_s = 0.0 if self._now_s is None else min(now_s - self._now_s, _TURN_S)
        self._now_s = now_s
        if self._polled_s is None or now_s - self._polled_s > _PAUSE_S:
            self._begin_anew()
            return False
        self._waited_s += turn_s
        if self._waited_s < self._patience_s:
            return False
        self._begin_anew()
        return True

    def _begin_anew(self) -> None:
        self._waited_s = 0.0
        self._polled_s = None
