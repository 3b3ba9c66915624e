"""How long an answer takes over a network, measured right after a boot code was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.boot.protocol.frames import LINK_CHECK
from plugsmith.boot.wire import ALIVE_EVERY_S
from plugsmith.errors import Cancelled
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.clock import Clock
    from plugsmith.events import CancelToken
    from plugsmith.link.port import Port

_MOST_S = 2.5
_QUIET_S = 0.2


def measure_round_trip(port: Port, *, clock: Clock, cancel: CancelToken) -> float | None:
    """Seconds until a link check is answered, the longer of two; None if none is in 2.5 s in all.

    First the answers to all earlier polls are waited for. Meanwhile zeros keep a loader awake: they
    are no frames and are not answered (uart-protocol.md 1.5). A network that delivers in lumps is
    silent between two of them, so the first answer may be one to an earlier poll.
    """
    ear = _Ear(port, clock, cancel)
    end_s = clock.monotonic() + _MOST_S
    while clock.monotonic() < end_s and ear.anything(_QUIET_S):
        pass
    longest_s = None
    for _turn in range(2):
        sent_s = clock.monotonic()
        port.write(LINK_CHECK)
        if not ear.anything(end_s - sent_s):
            break
        longest_s = max(longest_s or 0.0, clock.monotonic() - sent_s)
    return longest_s


class _Ear:
    """Listens, and keeps the chip awake meanwhile."""

    def __init__(self, port: Port, clock: Clock, cancel: CancelToken) -> None:
        self._port, self._clock, self._cancel = port, clock, cancel
        self._zero_at_s = clock.monotonic()

    def anything(self, within_s: float) -> bool:
        """Whether a byte comes in time."""
        end_s = self._clock.monotonic() + within_s
        while (left := end_s - (now_s := self._clock.monotonic())) > 0:
            if self._cancel.cancelled:
                raise Cancelled(state=_("Nothing was changed on the device."))
            if now_s >= self._zero_at_s:
                self._port.write(b"\x00")
                self._zero_at_s = now_s + ALIVE_EVERY_S
            if self._port.read(4096, min(left, ALIVE_EVERY_S)):
                return True
        return False
