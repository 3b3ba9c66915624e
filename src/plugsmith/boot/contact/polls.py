"""Link checks on the wire and what comes back; each method tells whether a boot code answered.

Polls go out 1.5 ms apart: the shortest window is 5 ms, and a ROM needs half a millisecond of
silence after each (uart-protocol.md 1.3).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.boot.protocol.frames import LINK_CHECK, ReplyDecoder
from plugsmith.boot.wire import is_link_answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugsmith.clock import Clock
    from plugsmith.link.port import Port
    from plugsmith.link.witness import Witness

_PERIOD_S = 0.0015
_LISTEN_S = 0.05  # between two looks at the end


class Polls:
    """One conversation; what is heard goes to `witness`. `check` raises where it must end."""

    def __init__(
        self, port: Port, *, clock: Clock, witness: Witness, check: Callable[[], None]
    ) -> None:
        self._port = port
        self._clock = clock
        self._witness = witness
        self._check = check
        self._decoder = ReplyDecoder()
        self._open = 0  # link checks whose answers have not come, though most of them never will

    def poll(self, seconds: float, *, between: Callable[[], bool]) -> bool:
        """Link checks for `seconds`; `between` two of them may find a boot code itself."""
        end_s = self._clock.monotonic() + seconds
        while (now_s := self._clock.monotonic()) < end_s:
            self._port.write(LINK_CHECK)
            self._witness.sent += 1
            self._open += 1
            if self._take_until(now_s + _PERIOD_S):
                return True
            self._check()
            if between():
                return True
        return False

    def rest(self, quiet_s: float, *, most_s: float) -> None:
        """Take the answers that are still on their way, until all came or none for `quiet_s`."""
        end_s = self._clock.monotonic() + most_s
        while self._open > 0 and self._clock.monotonic() < end_s:
            if not self._take_until(self._clock.monotonic() + quiet_s):
                break
        self.forget()

    def listen(self, seconds: float) -> bool:
        """Receive without sending."""
        end_s = self._clock.monotonic() + seconds
        while (now_s := self._clock.monotonic()) < end_s:
            if self._take_until(min(end_s, now_s + _LISTEN_S)):
                return True
            self._check()
        return False

    def attempt(self, seconds: float) -> bool:
        """Link checks at a rate that is only tried: what else is heard there says nothing."""
        end_s = self._clock.monotonic() + seconds
        try:
            while (now_s := self._clock.monotonic()) < end_s:
                self._port.write(LINK_CHECK)
                self._open += 1
                if self._take_until(now_s + _PERIOD_S, telling=False):
                    return True
                self._check()
            return False
        finally:
            self.forget()
            self._decoder.take_dropped()

    def forget(self) -> None:
        """Drop a reply that came in half."""
        self._decoder.reset()

    def _take_until(self, until_s: float, *, telling: bool = True) -> bool:
        while (left_s := until_s - self._clock.monotonic()) > 0:
            data = self._port.read(512, left_s)
            if not data:
                continue
            replies = self._decoder.feed(data)
            dropped = self._decoder.take_dropped()
            if telling:
                self._witness.heard(dropped)
            answers = sum(is_link_answer(reply) for reply in replies)
            if answers:
                self._witness.answered += answers
                self._open -= answers
                return True
        return False
